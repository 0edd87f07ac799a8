"""Presets drawn from the target: what a sound says of a knob is computed, not searched for."""
