"""Contract of every installed synthesizer: the same preset and note give the same bits, whatever else was rendered."""

from typing import Any

import numpy as np
import pytest

from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.pool import RenderPool
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth, synth_names

NOTE = Note(hold_seconds=0.3, render_seconds=0.5)
INSTALLED = [name for name in synth_names() if get_synth(name).missing() is None]


def presets_of(synth: Synth, count: int) -> list[Preset]:
    """Presets with a tenth of the parameters anywhere, the rest at their defaults."""
    rng = np.random.default_rng(2)
    default = synth.space.to_unit(synth.space.default)
    moved = rng.random((count, default.size)) < 0.1
    unit = np.where(moved, rng.random(moved.shape), default)
    return [synth.preset(native) for native in synth.space.to_native(unit)]


@pytest.mark.parametrize("name", INSTALLED)
def test_order_and_worker_do_not_matter(name: str) -> None:
    """Catches voice state, random phases or noise that leak from one render to the next, or differ by worker."""
    synth = get_synth(name)
    presets = presets_of(synth, 6)
    with RenderPool(synth, workers=1) as pool:
        first: list[Any] = pool.run(presets, NOTE)
        again = pool.run(presets[::-1] + presets[:2], NOTE)
    with RenderPool(synth, workers=2) as pool:
        other = pool.run(presets, NOTE)
    for index, audio in enumerate(first):
        assert isinstance(audio, np.ndarray), str(audio)
        assert (audio.dtype, audio.shape) == (np.float32, (synth.channels, NOTE.samples))
        np.testing.assert_array_equal(audio, again[5 - index])
        np.testing.assert_array_equal(audio, other[index])
    np.testing.assert_array_equal(first[:2], again[6:])
    assert any(np.abs(audio).max() > 1e-4 for audio in first), "all silent: equal bits would prove nothing"


@pytest.mark.parametrize("name", INSTALLED)
def test_same_without_fork(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches audio that depends on the operating system's way of starting a render."""
    synth = get_synth(name)
    presets = presets_of(synth, 3)
    with RenderPool(synth, workers=1) as pool:
        forked = pool.run(presets, NOTE)
    monkeypatch.setenv("SYNTHMATCH_PORTABLE", "1")
    with RenderPool(synth, workers=2) as pool:
        for audio, expected in zip(pool.run(presets, NOTE), forked, strict=True):
            np.testing.assert_array_equal(audio, expected)
