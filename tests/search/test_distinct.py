"""Candidates differ to who listens."""

import numpy as np

from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.search.distinct import SAME_PARENT, SAME_SOUND, differing
from synthmatch.synths.registry import get_synth

SECONDS = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ


def tone(hertz: float, octave: float) -> np.ndarray:
    """A tone and its octave. Shape: (1, samples)."""
    return (0.3 * np.sin(2 * np.pi * hertz * SECONDS) + octave * np.sin(4 * np.pi * hertz * SECONDS)).astype(
        np.float32
    )[None]


def test_candidates_that_sound_alike_are_one() -> None:
    """Catches three candidates that are one preset: the same sound, the same at another level, or nearly the same."""
    sounds = [tone(220, 0.1), tone(220, 0.1), 0.1 * tone(220, 0.1), tone(220, 0.102), tone(330, 0.1), tone(220, 0.9)]
    space = get_synth("dexed").space
    presets = [get_synth("dexed").preset(space.default, name) for name in "abcdef"]
    closeness = lambda distance: 100 * (1 - distance)  # noqa: E731
    assert differing(presets, sounds, closeness, 6) == [0, 4, 5]
    assert differing(presets, sounds, closeness, 2) == [0, 4]


def test_two_of_one_preset_differ_more() -> None:
    """Catches a list of one preset's neighbours: those made of one must be twice as far apart as others."""
    sounds = [tone(220, 0.1), tone(220, 0.1)]
    space = get_synth("dexed").space
    between = (SAME_SOUND + SAME_PARENT) / 2
    for names, expected in (("ab", [0, 1]), ("aa", [0])):
        presets = [get_synth("dexed").preset(space.default, name) for name in names]
        assert differing(presets, sounds, lambda _: between, 2) == expected
    assert (100 - SAME_PARENT) == 2 * (100 - SAME_SOUND)
