"""Making data sets with the real synthesizers: the same bytes however it is done, and nothing silent."""

import errno
import os
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from dataset_synths import Picky, bank, silent

from synthmatch.audio import mono
from synthmatch.dataset.folder import DatasetFolder
from synthmatch.dataset.generate import ATTEMPTS, generate
from synthmatch.dataset.reader import Dataset
from synthmatch.dataset.rows import SPLITS
from synthmatch.dataset.spec import DatasetSpec
from synthmatch.dataset.verify import summary, verify
from synthmatch.errors import InputError, OutputError
from synthmatch.library import children
from synthmatch.render.pool import render
from synthmatch.render.progress import RenderProgress
from synthmatch.synths.registry import get_synth

pytestmark = pytest.mark.usefixtures("small_shards")

SPEC = DatasetSpec(("dexed",), presets=10, pitches=(60, 67))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder."""
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of three shards, made in one go by one worker."""
    folder = tmp_path_factory.mktemp("dataset") / "whole"
    done = generate(SPEC, folder, {"dexed": bank("dexed")}, workers=1)
    assert (done.made, done.found, done.rows) == (3, 0, 10)
    assert verify(folder) == []
    return folder


def test_two_workers_give_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    """Catches rows in the order in which renders finish, and a time or a path in a file."""
    generate(SPEC, tmp_path / "x", {"dexed": bank("dexed")}, workers=2)
    assert contents(tmp_path / "x") == contents(whole)


def test_two_processes_share_the_work(whole: Path, tmp_path: Path) -> None:
    """Catches shards that are made twice or by nobody, and rows that depend on the shards made before."""
    parts = [generate(SPEC, tmp_path / "x", {"dexed": bank("dexed")}, part=(i, 2), workers=2) for i in (2, 1)]
    assert [(part.made, part.found) for part in parts] == [(1, 0), (2, 0)]
    assert contents(tmp_path / "x") == contents(whole)


def test_a_killed_run_goes_on(whole: Path, tmp_path: Path) -> None:
    """Catches finished shards that are made again, half-written ones that count, and leftovers that stay."""
    folder = tmp_path / "x"
    shutil.copytree(whole, folder)
    shards = folder / "dexed"
    (shards / "shard-00001").rename(shards / ".shard-00001.4711")
    (shards / ".shard-00001.4711" / "manifest.json").unlink()
    with (shards / "shard-00002" / "mel.npy").open("r+b") as cut:
        cut.truncate(1000)
    kept = (shards / "shard-00000").stat().st_mtime_ns
    reports: list[RenderProgress] = []
    done = generate(SPEC, folder, {"dexed": bank("dexed")}, workers=2, progress=reports.append)
    assert (done.made, done.found) == (2, 1)
    assert contents(folder) == contents(whole)
    assert sorted(path.name for path in shards.iterdir()) == ["shard-00000", "shard-00001", "shard-00002"]
    assert (shards / "shard-00000").stat().st_mtime_ns == kept
    assert reports[0].done == 8
    assert reports[-1].done == reports[-1].total == 20


def test_ctrl_c_keeps_finished_shards(whole: Path, tmp_path: Path) -> None:
    """Catches an interruption that loses what was done, or that leaves half a shard."""

    def interrupt(progress: RenderProgress) -> None:
        if progress.done > 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(SPEC, tmp_path / "x", {"dexed": bank("dexed")}, workers=2, progress=interrupt)
    left = contents(tmp_path / "x")
    assert left == {name: data for name, data in contents(whole).items() if name in left}
    assert {Path(name).parent.name for name in left} == {"", "shard-00000"}


def test_silent_presets_are_rejected_and_counted(tmp_path: Path) -> None:
    """Catches rows of silence, and a count that forgets the attempts of a row that is kept in the end."""
    presets = bank("dexed")
    mixed = [*presets[:150], *map(silent, presets[150:])]
    spec = DatasetSpec(("dexed",), presets=8, pitches=(60, 72))
    done = generate(spec, tmp_path, {"dexed": mixed}, workers=2)
    assert done.rejected.keys() == {"silent"}
    assert done.rejected["silent"] >= 4
    assert done.rows == 8
    dataset = Dataset.open(tmp_path)
    assert sum(len(dataset.split(name)) for name in SPLITS) == 16
    for subset in map(dataset.split, SPLITS):
        for item in range(len(subset)):
            audio = render(get_synth("dexed"), subset.preset(item), subset.note(item))
            assert np.sqrt(np.mean(mono(audio) ** 2)) >= 0.01
    assert summary(DatasetFolder.read(tmp_path), "dexed").rejected == done.rejected


def test_a_row_whose_attempts_run_out_is_left_out(tmp_path: Path) -> None:
    """Catches an endless search for a sound, and shards without rows that cannot be read."""
    spec = DatasetSpec(("dexed",), presets=5, pitches=(60,))
    reports: list[RenderProgress] = []
    done = generate(spec, tmp_path, {"dexed": list(map(silent, bank("dexed")))}, workers=2, progress=reports.append)
    assert (done.made, done.rows, done.left_out) == (2, 0, 5)
    assert done.rejected["silent"] + done.rejected["near"] == 5 * ATTEMPTS
    assert verify(tmp_path) == []
    for name in SPLITS:
        subset = Dataset.open(tmp_path).split(name)
        assert len(subset) == 0
        assert list(subset.batches(4, np.random.default_rng(0))) == []
        assert subset.mels(np.zeros(0, np.int64)).shape == (0, 128, 431)


def test_failing_presets_are_rejected_and_counted(tmp_path: Path) -> None:
    """Catches a data set that ends at the first preset that a plug-in cannot play."""
    spec = DatasetSpec((Picky.id,), presets=4, pitches=(60,))
    done = generate(spec, tmp_path, {}, workers=2)
    assert done.rejected["error"] > 0
    assert done.rows == 4
    odd = Picky().space.index["feedback"]
    natives = np.concatenate([np.load(path) for path in tmp_path.rglob("native.npy")])
    assert not (natives[:, odd] % 2).any()


def test_every_synthesizer_has_rows(tmp_path: Path) -> None:
    """Catches a space, a stereo render or extra data that a shard cannot hold."""
    spec = DatasetSpec(("amsynth", "vital"), presets=6, pitches=(60,))
    done = generate(spec, tmp_path, {"amsynth": bank("amsynth")}, workers=2)
    assert done.rows + done.left_out == 12
    dataset = DatasetFolder.read(tmp_path)
    assert summary(dataset, "amsynth").sources == {"bank": 3, "child of bank": 3}
    assert summary(dataset, "vital").sources.keys() <= {"generated", "child of generated"}
    read = Dataset.open(tmp_path)
    seen: Counter[str] = Counter()
    for subset in map(read.split, SPLITS):
        for item in range(len(subset)):
            preset = subset.preset(item)
            seen[preset.synth] += 1
            np.testing.assert_array_equal(preset.native, get_synth(preset.synth).space.snap(preset.native))
    assert seen.total() == done.rows
    assert set(seen) == {"amsynth", "vital"}


def test_a_folder_of_another_data_set_is_refused(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches shards of two seeds, numbers of rows, banks or ways to make children in one data set."""
    presets = bank("dexed")
    for other, source, words in (
        (DatasetSpec(("dexed",), 10, (60, 67), seed=1), presets, "seed 0, not 1"),
        (DatasetSpec(("dexed",), 11, (60, 67)), presets, "presets 10, not 11"),
        (SPEC, presets[1:], "bank of dexed"),
    ):
        with pytest.raises(InputError, match=words) as caught:
            generate(other, whole, {"dexed": source})
        assert "\n" not in str(caught.value)
    with monkeypatch.context() as patch:
        patch.setattr(children, "_MUTATION", 0.2)
        with pytest.raises(InputError, match="rows of dexed"):
            generate(SPEC, whole, {"dexed": presets})
    with pytest.raises(InputError, match="3/2"):
        generate(SPEC, whole, {"dexed": presets}, part=(3, 2))
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="cannot write"):
        generate(SPEC, tmp_path / "file" / "x", {"dexed": presets})


def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a traceback, and half a shard, where the disk has no more space."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder = tmp_path / "x"
    spec = DatasetSpec(("dexed",), presets=2, pitches=(60,))

    def write_then_full(progress: RenderProgress) -> None:
        monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OutputError, match="No space left on device"):
        generate(spec, folder, {"dexed": bank("dexed")}, workers=1, progress=write_then_full)
    assert [path.name for path in (folder / "dexed").iterdir()] == []
