"""synthmatch: turn a sound into a preset for your synthesizer."""

__version__ = "0.1.0"
