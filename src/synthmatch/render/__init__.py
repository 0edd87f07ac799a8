"""Rendering: a pool of worker processes."""
