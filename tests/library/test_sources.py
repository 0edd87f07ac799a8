"""Where presets come from: files and folders, children, the split between training and test."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from library_voices import DEXED, voice, voices

from synthmatch.errors import InputError, InputWarning, PresetError
from synthmatch.library.heldout import differing, trainable
from synthmatch.library.sources import children_of, generated, read_presets
from synthmatch.library.split import split_of
from synthmatch.synths.registry import get_synth


def test_folders_are_read_with_their_subfolders(tmp_path: Path) -> None:
    """Catches a suffix or subfolder passed over, and one bad file that ends the reading of a collection."""
    presets = voices(40)
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "deep" / "bank.SYX").write_bytes(DEXED.dump(presets[:32], ".syx"))
    (tmp_path / "a" / "one.syx").write_bytes(DEXED.dump(presets[32:33], ".voice.syx"))
    (tmp_path / "b.dx7").write_bytes(DEXED.dump(presets[33:], ".dx7"))
    (tmp_path / "bad.syx").write_bytes(b"\xf0 no sysex")
    (tmp_path / "readme.txt").write_text("no preset")
    found = read_presets(DEXED, [tmp_path])
    assert {p.key() for p in found.presets} == {p.key() for p in presets}
    assert len(found.unreadable) == 1
    assert "bad.syx" in found.unreadable[0]
    with pytest.raises(PresetError, match=r"bad\.syx"):
        read_presets(DEXED, [tmp_path / "bad.syx"])
    with pytest.raises(InputError, match="does not exist"):
        read_presets(DEXED, [tmp_path / "nowhere"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no preset"):
        read_presets(DEXED, [tmp_path / "empty"])


def test_a_folder_of_which_nothing_could_be_read_says_why(tmp_path: Path) -> None:
    """Catches a folder of damaged or other files that gives no reason, or thousands of lines."""
    for number in range(12):
        (tmp_path / f"{number:02}.syx").write_bytes(b"<html>" if number else b"\xf0 no sysex")
    with (
        pytest.warns(InputWarning) as caught,
        pytest.raises(InputError, match=r"none of its 12 files is a preset of Dexed \(DX7\) that can be read"),
    ):
        read_presets(DEXED, [tmp_path])
    lines = [str(warning.message) for warning in caught]
    assert len(lines) == 11
    assert "01.syx: this is a web page (HTML)" in lines[1]
    assert lines[-1] == "and 2 more"


def test_children_are_legal_and_depend_on_seed_and_row_alone() -> None:
    """Catches random state outside of the seed, and values between steps that a file would round."""
    parents = voices(6)
    first = list(islice(children_of(DEXED, parents, 4), 60))
    again = list(islice(children_of(DEXED, parents, 4), 60))
    other = list(islice(children_of(DEXED, parents, 5), 60))
    assert [p.key() for p in first] == [p.key() for p in again]
    assert [p.key() for p in first] != [p.key() for p in other]
    for preset in first:
        np.testing.assert_array_equal(preset.native, DEXED.space.snap(preset.native))
    assert len({p.key() for p in first} - {p.key() for p in parents}) > 40


def test_children_of_one_parent_and_of_none() -> None:
    """Catches a crash where a single preset is given, and an endless wait where none is."""
    (parent,) = voices(1)
    assert next(children_of(DEXED, [parent], 0)).synth == "dexed"
    with pytest.raises(InputError, match="parents"):
        children_of(DEXED, [], 0)


def test_only_some_synthesizers_have_a_generator() -> None:
    """Catches a traceback for `--generate` without a generator, and a generator that depends on more than the seed."""
    with pytest.raises(InputError, match="no generator"):
        generated(DEXED, 0)
    first, again = (list(islice(generated(get_synth("vital"), 3), 5)) for _ in range(2))
    assert [p.key() for p in first] == [p.key() for p in again]


def test_the_split_is_stable() -> None:
    """Catches a change of the hash or of its input, which would mix training and test presets of stored libraries."""
    splits = [split_of(preset) for preset in voices(200)]
    assert [i for i, split in enumerate(splits) if split == "test"] == GOLDEN_TEST
    assert splits.count("train") > 140
    assert split_of(voices(1)[0].with_name("another name")) == splits[0]


def test_near_presets_of_the_test_split_are_kept_out() -> None:
    """Catches a parent that is a test preset but for a few bytes: the test would measure memory."""
    presets = voices(60)
    heldout = [p for p in presets if split_of(p) == "test"][:1]
    values = DEXED.space.named(heldout[0].native)
    louder = dict.fromkeys(list(values)[:12], 50.0)
    near = voice("near", **{**values, **dict(list(louder.items())[:3])})
    far = voice("far", **{**values, **louder})
    np.testing.assert_array_equal(differing(DEXED.space, [near, heldout[0]], heldout), [3, 0])
    assert differing(DEXED.space, [far], heldout)[0] > 8
    kept = trainable(DEXED.space, [*presets, near, far], heldout, 8)
    assert {split_of(p) for p in kept} == {"train"}
    assert "near" not in [p.name for p in kept]
    np.testing.assert_array_equal(differing(DEXED.space, [far], []), [145])


GOLDEN_TEST = [3, 8, 9, 26, 36, 38, 44, 49, 59, 68, 79, 103, 121, 142, 158, 160, 174, 189, 190, 198]
