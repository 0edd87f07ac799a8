"""Makers of presets for synthesizers that have none made by people."""
