"""The ``.vital`` file: what is refused, and in which words; what every Vital needs to open it."""

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from synthmatch.errors import InputWarning, PresetError
from synthmatch.params import Preset
from synthmatch.presets import vital as vital_file
from synthmatch.synths.vital.synth import Vital

VITAL = Vital()
PRESET = VITAL.preset(VITAL.space.default, "Plain")


def document(**changes: object) -> bytes:
    """A whole document, some of its settings changed."""
    whole = json.loads(VITAL.dump([PRESET], ".vital"))
    whole["settings"].update(changes)
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"\x00\x80\x81", "is not JSON"),
        (b"\x89PNG\r\n\x1a\n", "is a PNG picture"),
        (b"<html><body></body></html>", "is a web page"),
        (VITAL.dump([PRESET], ".vital")[:5000], "is not JSON"),
        (b"[1, 2]", "no Vital preset"),
        (b'{"name": "a table", "groups": []}', "no Vital preset"),
        (b'{"synth_version": "next", "settings": {}}', "synth_version 'next'"),
        (b'{"synth_version": "100000.0.0", "settings": {}}', "100000.0.0"),
        (document(volume=float("nan")), "it has NaN"),
        (document(volume="loud"), "volume of type str"),
        (document(wavetables="none"), "damaged wavetables"),
        (document(lfos=[1]), "damaged lfos"),
        (document(modulations=[{"source": 3}]), "damaged modulations"),
        (document(sample={}), "damaged sample"),
        (document(volume=10**400), "more than 63 bits"),
        (document(later=[float("inf")]), "it has Infinity"),
    ],
)
def test_what_is_no_preset_is_refused_in_one_line(data: bytes, words: str, tmp_path: Path) -> None:
    """A traceback, or a default preset, for a file that is damaged or something else."""
    path = tmp_path / "x.vital"
    path.write_bytes(data)
    with pytest.raises(PresetError, match=words) as caught:
        VITAL.read(path)
    assert "\n" not in str(caught.value)


def test_missing_file_is_refused() -> None:
    """A traceback for a path that is not there."""
    with pytest.raises(PresetError, match="nowhere"):
        VITAL.read(Path("nowhere.vital"))


def test_file_is_what_vital_opens() -> None:
    """A file that the released Vital refuses as too new, or lists without its author (read at a fixed place)."""
    data = VITAL.dump([PRESET], ".vital")
    assert data.startswith(b'{"author":"')
    whole = json.loads(data)
    assert whole["synth_version"] == "1.0.6"
    assert whole["preset_name"] == "Plain"
    lengths = {key: len(whole["settings"][key]) for key in ("wavetables", "lfos", "modulations")}
    assert lengths == {"wavetables": 3, "lfos": 8, "modulations": 64}
    assert sum(isinstance(v, int | float) for v in whole["settings"].values()) == 772


def test_newer_file_keeps_its_version(tmp_path: Path) -> None:
    """A preset of Vital 1.5 marked as older: Vital would convert its settings a second time."""
    whole = json.loads(VITAL.dump([PRESET], ".vital"))
    path = tmp_path / "new.vital"
    path.write_bytes(vital_file.dump({**whole, "synth_version": "1.5.5"}))
    (preset,) = VITAL.read(path)
    assert json.loads(VITAL.dump([preset], ".vital"))["synth_version"] == "1.5.5"


#: as Vital 1.5 saves them where nobody has touched them
LATER = {
    "custom_warps": [
        {"name": "Triangle", "num_points": 3, "points": [0, 1, 0.5, 0, 1, 1], "powers": [0, 0, 0], "smooth": False}
    ]
    * 3,
    "random_values": [{"seed": 4}] * 3,
    "osc_1_spectral_morph_phase": 0.5,
}


def read(contents: bytes, folder: Path) -> list[Preset]:
    """What is read in a file with these contents."""
    path = folder / "x.vital"
    path.write_bytes(contents)
    return VITAL.read(path)


def test_settings_of_a_later_vital_are_kept(tmp_path: Path) -> None:
    """A preset of Vital 1.5 refused for its two lists, or saved without them; a word about what is untouched."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (preset,) = read(document(**LATER), tmp_path)
    saved = json.loads(VITAL.dump([preset], ".vital"))["settings"]
    assert {key: saved[key] for key in LATER} == LATER
    np.testing.assert_array_equal(preset.native, PRESET.native)


def test_settings_of_a_later_vital_that_are_not_played_are_said(tmp_path: Path) -> None:
    """A sound that is not Vital's, without a word: vita knows neither custom warps nor what comes after them."""
    with pytest.warns(InputWarning, match="new_knob and 1 more of a later Vital kept, but not played here"):
        (preset,) = read(document(new_knob="on", custom_warps=[{"points": [1, 1]}]), tmp_path)
    saved = json.loads(VITAL.dump([preset], ".vital"))["settings"]
    assert (saved["new_knob"], saved["custom_warps"]) == ("on", [{"points": [1, 1]}])


def test_values_out_of_range_are_said(tmp_path: Path) -> None:
    """A value brought into its range without a word."""
    with pytest.warns(InputWarning, match="compressor_high_upper_ratio is 1.5, expected 0 to 1"):
        (preset,) = read(document(compressor_high_upper_ratio=1.5), tmp_path)
    assert VITAL.space.named(preset.native)["compressor_high_upper_ratio"] == 1.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: b"\xef\xbb\xbf" + data, r"byte order mark \(utf-8\)"),
        (lambda data: b"\xff\xfe" + data.decode().encode("utf-16-le"), r"byte order mark \(utf-16-le\)"),
        (lambda data: data + b"\0", "1 characters from a zero on"),
        (lambda data: data + b"\0\0rest", "6 characters from a zero on"),
    ],
    ids=["mark", "UTF-16", "zero", "zeros and more"],
)
def test_text_as_other_programs_save_it_is_read(change: Callable[[bytes], bytes], words: str, tmp_path: Path) -> None:
    """A file that Vital opens refused for what an editor or a plug-in host put around its text."""
    with pytest.warns(InputWarning, match=words):
        (preset,) = read(change(document(volume=1000.0)), tmp_path)
    assert VITAL.space.named(preset.native)["volume"] == pytest.approx(1000, abs=0.01)


@pytest.mark.parametrize("told", ["1.5.5", "1.10.0", "1.5", "1.6.0b2"])
def test_newer_versions_are_told_by_their_numbers(told: str, tmp_path: Path) -> None:
    """Version 1.10 taken for one before 1.6 by its letters, and marked as older than it is."""
    whole = json.loads(document())
    (preset,) = read(vital_file.dump({**whole, "synth_version": told}), tmp_path)
    assert json.loads(VITAL.dump([preset], ".vital"))["synth_version"] == told


def bank(*presets: tuple[str, bytes]) -> bytes:
    """A ``.vitalbank``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in presets:
            archive.writestr(name, contents)
    return buffer.getvalue()


def test_a_bank_is_read_as_its_presets(tmp_path: Path) -> None:
    """A bank refused, its presets without names or order, or a damaged one that ends the others without a word."""
    names = ["Mine/Presets/Lead/b.vital", "Mine/Presets/a.vital"]
    presets = [(name, VITAL.dump([PRESET.with_name(name[-7:-6])], ".vital")) for name in names]
    others = [
        ("Mine/Wavetables/w.vitaltable", b"{}"),
        ("Mine/Presets/._a.vital", b"\0"),
        ("Mine/Presets/c.vital", b"{"),
    ]
    with pytest.warns(InputWarning) as caught:
        read_presets = read(bank(*presets, *others), tmp_path)
    assert [preset.name for preset in read_presets] == ["b", "a"]
    said = " ".join(str(warning.message) for warning in caught)
    assert "passed over 2 files that are no presets" in said
    assert "passed over 1 presets, the first because" in said
    with pytest.raises(PresetError, match="without a preset"):
        read(bank(*others[:1]), tmp_path)
    with pytest.raises(PresetError, match="damaged archive"):
        read(bank(*presets)[:-30], tmp_path)


def test_a_bank_that_expands_without_end_is_read_to_a_bound(tmp_path: Path) -> None:
    """A small archive of a gigabyte of zeros that fills the memory."""
    good = ("Mine/Presets/a.vital", VITAL.dump([PRESET], ".vital"))
    with pytest.warns(InputWarning, match="larger than 16 MB"):
        presets = read(bank(("Mine/Presets/z.vital", bytes((1 << 24) + 1)), good), tmp_path)
    assert len(presets) == 1


def test_old_file_is_converted(tmp_path: Path) -> None:
    """Settings of Vital before 0.9 taken as they are: a ladder filter with a blend would sound different."""
    whole = json.loads(document(filter_1_model=4.0, filter_1_blend=1.5))
    path = tmp_path / "old.vital"
    path.write_bytes(vital_file.dump({**whole, "synth_version": "0.8.5"}))
    (preset,) = VITAL.read(path)
    assert VITAL.space.named(preset.native)["filter_1_blend"] == 0.0


@pytest.mark.parametrize(("presets", "suffix"), [([], ".vital"), ([PRESET, PRESET], ".vital"), ([PRESET], ".syx")])
def test_dump_refuses_what_a_file_cannot_hold(presets: list[object], suffix: str) -> None:
    """Candidates dropped without a word where a file holds one preset."""
    with pytest.raises(PresetError):
        VITAL.dump(presets, suffix)  # type: ignore[arg-type]
