"""What was measured of each synthesizer and ships as data: noise floor, distances of in-domain matches."""
