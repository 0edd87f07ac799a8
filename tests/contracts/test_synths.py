"""What every registered synthesizer must do, whoever wrote it. All of them are installed where tests run."""

from pathlib import Path

import numpy as np
import pytest

from synthmatch.audio import Audio
from synthmatch.errors import InputError, PresetError
from synthmatch.library.builtin import builtin_library
from synthmatch.note import Note
from synthmatch.params import GROUPS, Preset
from synthmatch.presets import synthmatch_json as own
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.base import Synth
from synthmatch.synths.preset_files import read_presets, write_presets
from synthmatch.synths.registry import get_synth, synth_names

SYNTHS = [get_synth(name) for name in synth_names()]
NOTE = Note(hold_seconds=0.4, render_seconds=0.6)


def random_presets(synth: Synth, count: int) -> list[Preset]:
    """Presets between the default and anything: legal, and mostly audible."""
    rng = np.random.default_rng(7)
    unit = synth.space.to_unit(synth.space.default)
    mixed = [np.where(rng.random(len(unit)) < 0.1, rng.random(len(unit)), unit) for _ in range(count)]
    return [synth.preset(synth.space.to_native(u), f"Random {i}") for i, u in enumerate(mixed)]


def play(pool: RenderPool, presets: list[Preset]) -> list[Audio]:
    """Their audio; a failed render fails the test and names the preset."""
    audio: list[Audio] = []
    for result in pool.run(presets, NOTE):
        assert not isinstance(result, RenderFailure), result
        audio.append(result)
    assert len(audio) == len(presets)
    return audio


@pytest.fixture(params=SYNTHS, ids=lambda s: s.id)
def synth(request: pytest.FixtureRequest) -> Synth:
    """Each synthesizer in turn."""
    chosen: Synth = request.param
    assert chosen.missing() is None, chosen.missing()
    return chosen


def test_its_table_is_complete(synth: Synth) -> None:
    """Catches a table whose groups, defaults or texts a page or a model could not use."""
    for p in synth.space.parameters:
        assert p.group in GROUPS
        assert p.label
        assert p.text(p.default)
        assert p.text(p.low)
        assert p.text(p.high)
    assert synth.version()
    assert synth.formats


def test_its_presets_survive_encoding(synth: Synth) -> None:
    """Catches a model's row that decodes to another preset."""
    native = np.stack([p.native for p in random_presets(synth, 50)])
    assert np.array_equal(synth.space.decode(synth.space.encode(native)), native)
    assert np.array_equal(synth.space.to_native(synth.space.to_unit(native).astype(np.float32)), native)


def test_its_native_files_give_the_same_preset_and_sound(synth: Synth, tmp_path: Path) -> None:
    """Catches a format that loses a value: the file read back must equal the preset and render the same bits."""
    presets = random_presets(synth, 2)
    names = [*(f.suffix for f in synth.formats), own.SUFFIX]
    with RenderPool(synth, workers=1) as pool:
        before = play(pool, presets[:1])[0]
        for suffix in names:
            path = tmp_path / f"preset{suffix}"
            write_presets(path, presets[:1])
            read = read_presets(path, synth)[0]
            assert np.array_equal(read.native, presets[0].native), suffix
            assert np.array_equal(play(pool, [read])[0], before), suffix


def test_a_render_depends_on_its_arguments_alone(synth: Synth) -> None:
    """Catches voice state that leaks: other order, other worker and other history must give the same bits."""
    presets = random_presets(synth, 5)
    with RenderPool(synth, workers=2) as pool:
        forward = play(pool, presets)
        backward = play(pool, presets[::-1])[::-1]
    with RenderPool(synth, workers=1) as pool:
        alone = play(pool, [presets[3]])[0]
    for a, b in zip(forward, backward, strict=True):
        assert a.shape == (synth.channels, NOTE.samples)
        assert a.dtype == np.float32
        assert np.array_equal(a, b)
    assert np.array_equal(forward[3], alone)


def test_another_table_is_refused(synth: Synth, tmp_path: Path) -> None:
    """Catches a preset of another version that is read as if its parameters were the same."""
    path = tmp_path / "old.json"
    write_presets(path, random_presets(synth, 1))
    path.write_text(path.read_text().replace(synth.space.hash, "0123456789abcdef"))
    with pytest.raises(PresetError, match="table 0123456789abcdef"):
        read_presets(path)


@pytest.mark.parametrize(
    "contents", [b"", b"\x00\x01\x02garbage", b"{}", b"[1, 2"], ids=["empty", "bytes", "json", "cut"]
)
def test_a_file_of_something_else_is_refused(synth: Synth, contents: bytes, tmp_path: Path) -> None:
    """Catches a crash, or a preset out of nothing, on a file that is none."""
    assert synth.formats
    for suffix in [f.suffix for f in synth.formats]:
        path = tmp_path / f"wrong{suffix}"
        path.write_bytes(contents)
        with pytest.raises(PresetError) as caught:
            read_presets(path, synth)
        assert path.name in str(caught.value)
        assert "\n" not in str(caught.value)


def test_an_unknown_name_is_refused() -> None:
    """Catches a typing error that ends in a traceback."""
    with pytest.raises(InputError, match="synth is 'vitall', expected one of vital, dexed, amsynth"):
        get_synth("vitall")


def test_what_is_inaudible_can_be_changed(synth: Synth) -> None:
    """Catches a rule that calls a parameter inaudible which is heard: presets of the library before and after all that is
    inaudible in them was redrawn."""
    library = builtin_library(synth.id)
    assert library
    rng = np.random.default_rng(3)
    unit = library.unit[rng.choice(len(library), 24, replace=False)].astype(np.float64)
    native = synth.space.to_native(unit)
    audible = synth.active_parameters(native)
    assert audible.shape == native.shape
    # a synthesizer without rules calls everything audible
    assert (~audible).mean() >= {"vital": 0.5, "dexed": 0.2, "amsynth": 0.05}.get(synth.id, 0.0)
    assert audible.any(axis=1).all()
    other = synth.space.to_native(np.where(audible, unit, rng.random(unit.shape)))
    with RenderPool(synth, 2) as pool:
        before, after = (play(pool, [Preset(synth.id, row) for row in rows]) for rows in (native, other))
    for one, changed in zip(before, after, strict=True):
        np.testing.assert_allclose(changed, one, rtol=0, atol=1e-5)
