"""Proposers: a target in, presets out that a search starts from. Each is one file and one line in `registry`."""
