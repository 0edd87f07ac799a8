"""Data sets for training: rows of presets, rendered at several pitches, in shards, and their reader."""
