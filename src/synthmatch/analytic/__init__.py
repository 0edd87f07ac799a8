"""What a synthesizer's parts should sound like, computed from its parameters by its engine's own formulas."""
