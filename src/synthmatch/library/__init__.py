"""Rendered presets, their index and nearest neighbours."""
