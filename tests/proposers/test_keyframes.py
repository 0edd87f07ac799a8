"""How many keyframes a drawn wavetable has."""

import numpy as np
import pytest

from synthmatch.arrays import F64, Float64
from synthmatch.proposers.drawn.table import needed_keyframes

PLACES = np.linspace(0, 1, 65)


@pytest.mark.parametrize(
    ("brightness", "least", "most"),
    [
        (np.full(65, 0.5), 3, 3),
        # a fade is a fade
        (PLACES, 3, 3),
        (0.5 + 0.4 * np.sin(2 * np.pi * PLACES), 9, 17),
        (0.5 + 0.4 * np.sin(2 * np.pi * 12 * PLACES), 65, 65),
    ],
)
def test_a_table_has_as_few_as_it_needs(brightness: Float64[F64, " 65"], least: int, most: int) -> None:
    """Catches 65 keyframes of one and the same wave, which nobody can edit, and too few where timbre moves."""
    table = np.column_stack([np.ones(65), brightness])
    assert least <= needed_keyframes(table) <= most
