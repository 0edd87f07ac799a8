"""Drives Vital through vita."""
