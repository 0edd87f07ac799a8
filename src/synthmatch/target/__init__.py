"""A recording becomes a target: trimmed, at its own level, with the note that it is played with."""

from synthmatch.target.target import Target as Target
from synthmatch.target.target import load_target as load_target

__all__ = ["Target", "load_target"]
