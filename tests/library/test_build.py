"""Building libraries with real renders: what is kept, what is left out, going on after an interruption."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from library_voices import DEXED, silent_voice, voices

from synthmatch.errors import InputError, OutputError
from synthmatch.library import build as module
from synthmatch.library.build import build
from synthmatch.library.library import Library, nearest_in
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.pool import RenderPool, render
from synthmatch.render.progress import RenderProgress

PITCHES = (48, 60)


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    """One pool for all builds here."""
    with RenderPool(DEXED, workers=2) as pool:
        yield pool


@pytest.fixture(scope="module")
def library(pool: RenderPool, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A small library, as read back from its file."""
    path = tmp_path_factory.mktemp("library") / "small.npz"
    build(voices(30), pool, path, pitches=PITCHES, source="drawn voices")
    return Library.load(path)


def test_silent_presets_and_doubles_are_left_out_and_counted(pool: RenderPool, tmp_path: Path) -> None:
    """Catches a library whose nearest neighbour of a quiet target is silence, and rows that shift when one is dropped."""
    first, second, third = voices(3)
    asked = [first, silent_voice(), second, first.with_name("again"), third]
    built = build(asked, pool, tmp_path / "x.npz", pitches=PITCHES)
    assert (built.silent, built.duplicates, built.failed) == (1, 1, 0)
    assert [built.library.preset(i).key() for i in range(3)] == [p.key() for p in (first, second, third)]
    assert built.library.names == ("voice 0", "voice 1", "voice 2")


def test_nothing_left_is_an_error(pool: RenderPool, tmp_path: Path) -> None:
    """Catches an empty library that fails at its first search."""
    with pytest.raises(InputError, match="1 silent"):
        build([silent_voice()], pool, tmp_path / "x.npz", pitches=PITCHES)
    assert not (tmp_path / "x.npz").exists()


def test_an_interrupted_build_goes_on_and_gives_the_same_bytes(
    pool: RenderPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches chunks that are rendered again, mixed up or rounded otherwise than in a build in one go."""
    monkeypatch.setattr(module, "CHUNK", 5)
    asked = [*voices(7), silent_voice(), *voices(14)[7:]]
    build(asked, pool, tmp_path / "whole.npz", pitches=PITCHES)

    def interrupt(progress: RenderProgress) -> None:
        if progress.done > 22:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(asked, pool, tmp_path / "parts.npz", pitches=PITCHES, progress=interrupt)
    partial = tmp_path / ".parts.npz.partial"
    assert len(list(partial.iterdir())) == 2
    assert not (tmp_path / "parts.npz").exists()

    reports: list[RenderProgress] = []
    build(asked, pool, tmp_path / "parts.npz", pitches=PITCHES, progress=reports.append)
    assert reports[0].done == 10
    assert reports[1].done == 20
    assert reports[-1].done == reports[-1].total == 30
    assert (tmp_path / "parts.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()
    assert not partial.exists()


def test_chunks_of_other_notes_are_not_taken(pool: RenderPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a build that goes on with levels of other pitches."""
    path = tmp_path / "x.npz"

    def interrupt(progress: RenderProgress) -> None:
        if progress.done > 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "CHUNK", 1)
    with pytest.raises(KeyboardInterrupt):
        build(voices(4), pool, path, pitches=(40, 52), progress=interrupt)
    assert list((tmp_path / ".x.npz.partial").iterdir())
    build(voices(4), pool, path, pitches=PITCHES)
    build(voices(4), pool, tmp_path / "y.npz", pitches=PITCHES)
    assert path.read_bytes() == (tmp_path / "y.npz").read_bytes()


def test_an_existing_file_is_kept_before_anything_is_rendered(pool: RenderPool, tmp_path: Path) -> None:
    """Catches an hour of rendering that ends in a refusal to write."""
    path = tmp_path / "x.npz"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="--force"):
        build(voices(2), pool, path, progress=lambda _: pytest.fail("rendered"))
    assert path.read_bytes() == b"mine"


def test_a_member_finds_itself(library: Library) -> None:
    """Catches an index whose rows, pitches or signs are not those of its presets."""
    for pitch in PITCHES:
        note = Note(pitch=pitch)
        for row in range(0, 30, 6):
            found = library.nearest(render(DEXED, library.preset(row), note), note, 3)
            assert found[0].preset.key() == library.preset(row).key()
            assert found[0].distance < 0.3  # measured: at most 0.14
            assert found[0].distance <= found[1].distance <= found[2].distance


def test_a_transposed_or_short_target_finds_its_preset(library: Library) -> None:
    """Catches a shift of bands in the wrong direction, and weight on segments that the target does not have."""
    up, short = Note(pitch=53), Note(pitch=60, hold_seconds=0.4, render_seconds=0.8)
    for note in (up, short):
        places = []
        for row in range(0, 30, 3):
            found = library.nearest(render(DEXED, library.preset(row), note), note, 30)
            places.append([n.preset.key() for n in found].index(library.preset(row).key()))
        assert np.median(places) == 0
        assert max(places) <= 3, (note, places)


def test_a_library_reads_back_as_it_was_built(pool: RenderPool, tmp_path: Path) -> None:
    """Catches names with line breaks, extras of the wrong row and knobs that a file rounds."""
    asked = [Preset("dexed", p.native, p.name, {"own": [n]} if n % 2 else {}) for n, p in enumerate(voices(6))]
    asked[3] = asked[3].with_name("two\nlines, é")
    built = build(asked, pool, tmp_path / "x.npz", pitches=PITCHES, source="here").library
    read = Library.load(tmp_path / "x.npz")
    assert (read.names, read.extras, read.source) == (built.names, built.extras, "here")
    for row, preset in enumerate(asked):
        assert read.preset(row).key() == preset.key()
    sound, note = render(DEXED, asked[1], Note()), Note()
    np.testing.assert_array_equal(read.index.distances(sound, note), built.index.distances(sound, note))
    assert Library.synth_of(tmp_path / "x.npz") == "dexed"


def test_several_libraries_answer_as_one(library: Library) -> None:
    """Catches a preset listed twice because it is in two libraries."""
    note = Note()
    sound = render(DEXED, library.preset(4), note)
    found = nearest_in([library, library], sound, note, 5)
    assert [n.preset.key() for n in found] == [n.preset.key() for n in library.nearest(sound, note, 5)]
