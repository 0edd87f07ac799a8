"""What the columns of an encoded row mean: all that a model needs to know of a parameter space."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EncodedLayout:
    """Columns of one synthesizer's encoded row.

    `continuous`: the columns of continuous parameters, one each. `categorical`: the columns of each categorical
    parameter, one a class.
    """

    width: int
    continuous: tuple[int, ...]
    categorical: tuple[slice, ...]
