"""amsynth presets drawn from the target."""
