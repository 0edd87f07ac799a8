"""Models that estimate presets from a sound: needs the extra ``train`` (torch)."""
