"""The generator of Vital presets: repeatable, legal, audible and varied."""

import numpy as np

from synthmatch.library.generators.vital import CATEGORIES, generate
from synthmatch.note import Note
from synthmatch.render.pool import RenderPool
from synthmatch.synths.vital.synth import Vital

VITAL = Vital()
SPACE = VITAL.space


def test_same_seed_same_presets() -> None:
    """A library or test set that cannot be made again, because something else than the generator is random."""
    first, again = ([generate(np.random.default_rng(seed)) for seed in range(30)] for _ in range(2))
    assert [p.key() for p in first] == [p.key() for p in again]
    assert [p.name for p in first] == [p.name for p in again]


def test_values_are_legal() -> None:
    """A recipe that sets a value outside its range: the file would differ from the library."""
    rng = np.random.default_rng(1)
    for preset in (generate(rng) for _ in range(200)):
        np.testing.assert_array_equal(SPACE.snap(preset.native), preset.native)


def test_presets_are_varied() -> None:
    """A recipe that nobody reaches, or presets drawn twice, which would sit in library and test set at once."""
    rng = np.random.default_rng(2)
    presets = [generate(rng) for _ in range(400)]
    assert {p.name.split()[0] for p in presets} == set(CATEGORIES)
    assert len({p.key() for p in presets}) == len(presets)
    natives = np.stack([p.native for p in presets])
    used = {SPACE["osc_1_wavetable"].choices[int(k)] for k in natives[:, SPACE.index["osc_1_wavetable"]]}
    assert len(used) >= 25


def test_presets_are_audible_and_do_not_clip() -> None:
    """Envelopes, filters or levels drawn so that most of a library is silent or distorted."""
    rng = np.random.default_rng(3)
    presets = [generate(rng) for _ in range(24)]
    with RenderPool(VITAL) as pool:
        audios = pool.run(presets, Note(hold_seconds=0.5, render_seconds=0.6))
    levels = [float(np.abs(audio).max()) for audio in audios if isinstance(audio, np.ndarray)]
    assert sum(level > 0.01 for level in levels) >= 21, levels
    assert sum(level > 1.2 for level in levels) <= 2, levels
