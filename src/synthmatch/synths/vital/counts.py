"""How many oscillators, envelopes, LFOs and modulation slots Vital has, and how many of them the parameter space has."""

OSCILLATORS, ENVELOPES = 3, 3
#: of the space
LFOS, SLOTS = 4, 16
#: of Vital
ALL_LFOS, ALL_SLOTS = 8, 64
