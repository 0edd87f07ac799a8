"""A recording becomes a target: trimmed, at the level that presets should have, with the note that it is played with."""

from synthmatch.target.several import load_together as load_together
from synthmatch.target.target import Target as Target
from synthmatch.target.target import load_target as load_target
from synthmatch.target.velocity import Velocity as Velocity
from synthmatch.target.velocity import parse_velocity as parse_velocity

__all__ = ["Target", "Velocity", "load_target", "load_together", "parse_velocity"]
