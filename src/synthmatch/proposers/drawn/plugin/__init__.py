"""Presets of a plug-in of the user's own, drawn from the target."""
