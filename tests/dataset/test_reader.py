"""Reading a data set: what was rendered comes back, every item once, and nothing of another version."""

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from dataset_synths import bank

from synthmatch.dataset.folder import DatasetFolder
from synthmatch.dataset.generate import generate
from synthmatch.dataset.prefetch import prefetch
from synthmatch.dataset.reader import Dataset, Subset
from synthmatch.dataset.rows import SPLITS
from synthmatch.dataset.spec import DatasetSpec, Origin
from synthmatch.dataset.verify import verify
from synthmatch.errors import InputError
from synthmatch.features.mel import mel_spectrogram
from synthmatch.metrics import harmonic_percentage
from synthmatch.note import PROTOCOLS
from synthmatch.render.pool import render
from synthmatch.synths.registry import get_synth

pytestmark = pytest.mark.usefixtures("small_shards")

PITCHES = (60, 64, 71)
BANKS = {name: bank(name) for name in ("dexed", "amsynth")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of two synthesizers with shards of four rows."""
    folder = tmp_path_factory.mktemp("dataset") / "two synths"
    generate(DatasetSpec(("dexed", "amsynth"), 10, PITCHES, seed=4), folder, BANKS, workers=2)
    return folder


@pytest.fixture(scope="module")
def train(folder: Path) -> Subset:
    """Its training split."""
    return Dataset.open(folder).split("train")


def every(subset: Subset) -> np.ndarray:
    """All items."""
    return np.arange(len(subset))


def test_an_item_is_what_its_preset_sounds_like(train: Subset) -> None:
    """Catches a spectrogram, note or preset of another item: each is rendered and measured again."""
    items = every(train)[::4].tolist()
    assert items
    for item in items:
        preset, note = train.preset(item), train.note(item)
        assert (note.velocity, note.hold_seconds, note.render_seconds) == (127, 3.0, 5.0)
        assert note.start_seconds == PROTOCOLS["icassp2023"].start_seconds
        audio = render(get_synth(preset.synth), preset, note)
        (mel,) = train.mels(np.array([item]))
        assert 80 * np.abs(mel - mel_spectrogram(audio)).max() <= 80 / 255 / 2 * 1.001
        assert train.harmonic(np.array([item]))[0] == pytest.approx(harmonic_percentage(audio), rel=1e-9)
        assert train.names(np.array([item])) == [preset.name]


def test_encoded_values_are_the_presets(train: Subset) -> None:
    """Catches rows that are padded, of the other synthesizer or in another order than asked for."""
    items = np.random.default_rng(0).permutation(every(train))
    rows = train.encoded(items)
    for item, row in zip(items.tolist(), rows, strict=True):
        preset = train.preset(item)
        assert row.dtype == np.float32
        np.testing.assert_array_equal(row, get_synth(preset.synth).space.encode(preset.native))
        assert train.synths[train.synth_index[item]] == preset.synth
    own = items[train.synth_index[items] == 1]
    np.testing.assert_array_equal(train.encoded_of("amsynth", own), np.stack(train.encoded(own)))
    with pytest.raises(InputError, match="other synthesizers"):
        train.encoded_of("dexed", items)


def test_notes_of_a_preset_are_on_one_side(folder: Path) -> None:
    """Catches a split by item: a model that is tested on presets that it was trained with, at another pitch."""
    dataset = Dataset.open(folder)
    sides = {name: dataset.split(name) for name in SPLITS}
    keys = {name: {side.row_key(item) for item in range(len(side))} for name, side in sides.items()}
    assert sum(map(len, keys.values())) == len(set().union(*keys.values())) == 20
    for side in sides.values():
        for start in range(0, len(side), len(PITCHES)):
            items = range(start, start + len(PITCHES))
            assert len({side.row_key(item) for item in items}) == 1
            assert tuple(side.note(item).pitch for item in items) == PITCHES


def test_batches_hold_every_item_once(train: Subset) -> None:
    """Catches a last batch that is dropped, an order that is not shuffled, and chance outside of the argument."""
    for one_synth in (False, True):
        batches = list(train.batches(8, np.random.default_rng(1), one_synth))
        assert sorted(np.concatenate(batches).tolist()) == every(train).tolist()
        assert max(map(len, batches)) == 8
        again = list(train.batches(8, np.random.default_rng(1), one_synth))
        assert [b.tolist() for b in batches] == [b.tolist() for b in again]
        assert [b.tolist() for b in batches] != [b.tolist() for b in train.batches(8, np.random.default_rng(2))]
        synths = [set(train.synth_index[batch].tolist()) for batch in batches]
        assert any(len(both) == 2 for both in synths) is not one_synth
    orders = {
        tuple(train.synth_index[batch[0]] for batch in train.batches(4, np.random.default_rng(seed), one_synth=True))
        for seed in range(8)
    }
    assert len(orders) > 3


def test_batches_of_rows_hold_every_note_of_each(train: Subset) -> None:
    """Catches notes of several presets in one example, and rows that are left out."""
    for one_synth in (False, True):
        batches = list(train.batches(4, np.random.default_rng(1), one_synth, whole_rows=True))
        rows = np.concatenate(batches)
        assert max(map(len, batches)) == 4
        assert rows.shape[1] == len(PITCHES)
        assert sorted(rows.ravel().tolist()) == every(train).tolist()
        for row in rows.tolist():
            assert len({train.row_key(item) for item in row}) == 1
            assert tuple(train.note(item).pitch for item in row) == PITCHES
    own = train.examples("amsynth", whole_rows=True)
    np.testing.assert_array_equal(own.ravel(), np.flatnonzero(train.synth_index == 1))


def test_one_synthesizer_can_be_opened_alone(folder: Path, train: Subset) -> None:
    """Catches an index that counts the synthesizers that were not asked for."""
    alone = Dataset.open(folder, ["amsynth"])
    assert alone.synths == ("amsynth",)
    subset = alone.split("train")
    own = np.flatnonzero(train.synth_index == 1)
    assert not subset.synth_index.any()
    np.testing.assert_array_equal(subset.mels(every(subset)), train.mels(own))
    assert subset.row_key(0) == train.row_key(int(own[0]))
    with pytest.raises(InputError, match="holds no vital"):
        Dataset.open(folder, ["vital"])


def test_extras_come_back(train: Subset) -> None:
    """Catches what a preset holds beside its parameters given to another preset, or lost."""
    banks = {preset.key(): preset for preset in BANKS["amsynth"]}
    found = [train.preset(item) for item in np.flatnonzero(train.synth_index == 1).tolist()]
    of_bank = [preset for preset in found if preset.key() in banks]
    assert any(preset.extra for preset in of_bank)
    assert all(preset.extra == banks[preset.key()].extra for preset in of_bank)


def copy_of(folder: Path, to: Path) -> Path:
    """A copy that may be damaged."""
    shutil.copytree(folder, to)
    return to


def refused(folder: Path, *words: str) -> None:
    """Opening gives one line with these words."""
    with pytest.raises(InputError) as caught:
        Dataset.open(folder)
    message = str(caught.value)
    assert "\n" not in message
    assert all(word in message for word in words), message


def test_verify_names_what_is_missing_or_damaged(folder: Path, tmp_path: Path) -> None:
    """Catches a flipped bit that nobody notices, and a list that stops at the first damaged shard."""
    damaged = copy_of(folder, tmp_path / "x")
    assert verify(damaged) == []
    (damaged / "dexed" / "shard-00001").rename(tmp_path / "gone")
    mel = damaged / "amsynth" / "shard-00000" / "mel.npy"
    data = bytearray(mel.read_bytes())
    data[5000] ^= 1
    mel.write_bytes(data)
    (damaged / "amsynth" / "shard-00001" / "rows.json").unlink()
    (damaged / "amsynth" / "shard-00002" / "manifest.json").write_bytes(b"{")
    lines = verify(damaged)
    assert len(lines) == 4
    assert "shard-00001 is missing" in lines[0]
    assert "shard-00000/mel.npy is damaged" in lines[1]
    assert "rows.json is missing" in lines[2]
    assert "manifest.json cannot be read" in lines[3]
    refused(damaged, "dexed/shard-00001 is missing", "2 more", "--presets 10 --notes C4,E4,B4 --seed 4")


def test_another_parameter_table_or_format_is_refused(folder: Path, tmp_path: Path) -> None:
    """Catches rows of numbers read as those of other knobs, and files of an older version."""
    moved = DatasetFolder.read(folder)
    origins = {"dexed": moved.origins["dexed"], "amsynth": Origin("0123456789abcdef", "1", "", "")}
    DatasetFolder(tmp_path / "table", moved.spec, origins).claim()
    refused(tmp_path / "table", "amsynth table 0123456789abcdef")
    other = copy_of(folder, tmp_path / "format")
    stored = json.loads((other / "dataset.json").read_bytes())
    for change, words in (
        ({"format": "synthmatch dataset 0"}, "format"),
        ({"fingerprint": "0"}, "fingerprint"),
        ({"spec": stored["spec"] | {"colour": 1}}, "colour"),
        ({"spec": {**stored["spec"], "presets": "many"}}, "presets"),
        ({"origins": {}}, "fingerprint"),
    ):
        (other / "dataset.json").write_text(json.dumps(stored | change))
        refused(other, words)
    (other / "dataset.json").write_text("[1")
    refused(other, "damaged")
    refused(tmp_path / "nowhere", "synthmatch dataset generate")


def test_prefetch_keeps_order_errors_and_ends_early() -> None:
    """Catches items out of order, an error that turns into an early end, and a thread that goes on for ever."""
    assert list(prefetch(range(50), 3)) == list(range(50))

    def broken() -> Iterator[int]:
        yield 1
        raise InputError("gone")

    found = prefetch(broken(), 1)
    assert next(found) == 1
    with pytest.raises(InputError, match="gone"):
        next(found)
    threads = threading.active_count()
    endless = prefetch(iter(lambda: 0, 1), 2)
    assert next(endless) == 0
    endless.close()  # type: ignore[attr-defined]
    assert threading.active_count() == threads
