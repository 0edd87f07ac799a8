"""Models that estimate presets from a sound: needs the extra ``train`` (torch).

The library's nearest preset is nearer than the first answer of every one of these models so far
(docs/results/quality.md).
"""
