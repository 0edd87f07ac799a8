"""How many oscillators, envelopes, LFOs and modulation slots Vital has and the parameter space has; what can modulate."""

OSCILLATORS, ENVELOPES = 3, 3
#: of the space
LFOS, SLOTS = 4, 16
#: of Vital
ALL_LFOS, ALL_SLOTS = 8, 64
#: Sources of modulation that Vital knows; it passes over a connection from another.
SOURCES = frozenset({
    *(f"env_{number}" for number in range(1, 7)), *(f"lfo_{number}" for number in range(1, 9)),
    *(f"random_{number}" for number in range(1, 5)), *(f"macro_control_{number}" for number in range(1, 5)),
    "aftertouch", "lift", "mod_wheel", "note", "note_in_octave", "pitch_wheel", "random", "slide", "stereo", "velocity",
})  # fmt: skip
