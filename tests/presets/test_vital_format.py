"""The ``.vital`` file: what is refused, and in which words; what every Vital needs to open it."""

import json
from pathlib import Path

import pytest

from synthmatch.errors import PresetError
from synthmatch.presets import vital as vital_file
from synthmatch.synths.vital import Vital

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
