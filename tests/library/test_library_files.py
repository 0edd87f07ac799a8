"""Library files that cannot be used are refused in one line that says how to mend it."""

import json
from pathlib import Path

import numpy as np
import pytest
from library_voices import DEXED, voices

from synthmatch.errors import InputError
from synthmatch.features.bands import SEMITONE_BANDS
from synthmatch.features.timbre import SEGMENTS
from synthmatch.library.builtin import libraries_for
from synthmatch.library.index import TimbreIndex
from synthmatch.library.library import Library


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A library file of four voices with levels drawn at random."""
    presets = voices(4)
    levels = np.random.default_rng(0).normal(-60, 10, (1, 4, SEGMENTS, SEMITONE_BANDS))
    unit = DEXED.space.to_unit(np.array([p.native for p in presets]))
    library = Library("dexed", unit, tuple(p.name for p in presets), TimbreIndex.fit((60,), levels, 4))
    library.save(tmp_path / "x.npz")
    return tmp_path / "x.npz"


def change_header(path: Path, **values: object) -> None:
    """Write the file again with another header."""
    with np.load(path) as stored:
        arrays = {key: stored[key] for key in stored.files}
    header = json.loads(arrays["header"].tobytes()) | values
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez(path, **arrays)


def refused(path: Path, words: str) -> None:
    """Loading gives one line with these words."""
    with pytest.raises(InputError, match=words) as caught:
        Library.load(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_another_parameter_table_is_refused(path: Path) -> None:
    """Catches knob positions read as those of other knobs."""
    change_header(path, table="0123456789abcdef")
    refused(path, "build it again")


def test_another_format_is_refused(path: Path) -> None:
    """Catches a file of an older version read as one of this."""
    change_header(path, format="synthmatch library 0")
    refused(path, "format")


def test_damaged_files_are_refused(path: Path) -> None:
    """Catches a traceback, or silence, for a download cut in the middle, flipped bytes, and what is no library."""
    whole = path.read_bytes()
    flipped = bytearray(whole)
    for place in range(200, len(flipped), 997):
        flipped[place] ^= 0xFF
    for damaged in (whole[: len(whole) // 2], bytes(flipped), b"", b"text\n", b"PK\x03\x04", whole[:-30]):
        path.write_bytes(damaged)
        refused(path, "damaged")
    np.savez(path, other=np.zeros(3))
    refused(path, "damaged")
    path.unlink()
    refused(path, "does not exist")


def test_libraries_of_a_synth_are_joined(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches the user's own libraries passed over, and those of another synthesizer searched."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    without = len(libraries_for("dexed"))
    folder = tmp_path / "synthmatch" / "library"
    folder.mkdir(parents=True)
    (folder / "mine.npz").write_bytes(path.read_bytes())
    assert len(libraries_for("dexed")) == without + 1
    assert len(libraries_for("dexed", [path])) == without + 2
    assert {library.synth for library in libraries_for("vital")} == {"vital"}
    assert libraries_for("/usr/lib/some/plugin.so") == []
    with pytest.raises(InputError, match="expected one for vital"):
        libraries_for("vital", [path])
