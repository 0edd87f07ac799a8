"""Vital's parts, computed."""
