"""amsynth's parts, computed."""
