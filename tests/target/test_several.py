"""Several recordings of one instrument: notes in names, files, sounds and SFZ instruments, and what is refused."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
import soundfile

from synthmatch.errors import InputError, InputWarning
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.target import Target, load_together
from synthmatch.target.sfz import read_sfz

TIME = np.arange(round(0.5 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def tone(path: Path, pitch: int) -> Path:
    """A recording of a note."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partials = [np.sin(2 * np.pi * Note(pitch).hz * h * TIME) / h for h in range(1, 6)]
    soundfile.write(path, 0.2 * np.sum(partials, axis=0) * np.exp(-3 * TIME), SAMPLE_RATE_HZ)
    return path


def noise(path: Path) -> Path:
    """A recording without a note."""
    soundfile.write(path, 0.1 * np.random.default_rng(0).standard_normal(len(TIME)), SAMPLE_RATE_HZ)
    return path


def pitches(targets: Sequence[Target]) -> list[int]:
    """Their notes."""
    return [target.note.pitch for target in targets]


def test_a_folder_is_an_instrument(tmp_path: Path) -> None:
    """Catches notes out of order, a text file that is read as a recording, and an instrument without its name."""
    for pitch, name in ((72, "oboe C5 v1.wav"), (49, "oboe_C#3.wav"), (58, "oboe Bb3 2.flac")):
        tone(tmp_path / "oboe" / name, pitch)
    (tmp_path / "oboe/readme C2.txt").write_text("no sound")
    targets = load_together([tmp_path / "oboe"])
    assert pitches(targets) == [49, 58, 72]
    assert targets[1].name == "oboe"
    assert targets[1].remarks == ()
    assert pitches(load_together(targets)) == [49, 58, 72]
    assert load_together(targets)[1].name == "oboe"


def test_hidden_files_of_a_folder_are_left(tmp_path: Path) -> None:
    """Catches a folder from a Mac that is refused for its ``._C3.wav``, which is no sound."""
    for name, pitch in (("C3.wav", 48), ("C4.wav", 60)):
        tone(tmp_path / name, pitch)
        (tmp_path / f"._{name}").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
    assert pitches(load_together([tmp_path])) == [48, 60]


def test_a_name_wins_and_sounds_count_octaves(tmp_path: Path) -> None:
    """Catches a name that is not believed, and presets an octave off where middle C is called C3."""
    files = [noise(tmp_path / "wind D3.wav"), tone(tmp_path / "wind A4.wav", 69)]
    assert pitches(load_together(files)) == [50, 69]
    shifted = [tone(tmp_path / f"pad {name}.wav", pitch) for name, pitch in (("C2", 48), ("C3", 60), ("C4", 72))]
    targets = load_together(shifted)
    assert pitches(targets) == [48, 60, 72]
    assert targets[1].remarks == ("names are -1 octaves beside the sounds, which count: C3 is taken as C4",)


def test_a_name_above_all_keys_is_no_note(tmp_path: Path) -> None:
    """Catches a file that is refused for a name such as A9, which no MIDI note has: its sound has a note."""
    files = [tone(tmp_path / "take A9.wav", 48), tone(tmp_path / "take Cb-1.wav", 60)]
    assert pitches(load_together(files)) == [48, 60]


def test_of_many_notes_three_are_taken(tmp_path: Path) -> None:
    """Catches a choice of three neighbours, or one without a word."""
    targets = load_together([tone(tmp_path / f"{Note(pitch).name}.wav", pitch) for pitch in (40, 45, 57, 64, 76)])
    assert pitches(targets) == [40, 57, 76]
    assert targets[1].name == "E2 to E5"
    assert targets[1].remarks[0] == "5 notes: E2, A3 and E5 are matched, as a preset holds three"


def test_sounds_say_their_notes(tmp_path: Path) -> None:
    """Catches files without names of notes that are taken as C4."""
    assert pitches(load_together([tone(tmp_path / "low.wav", 45), tone(tmp_path / "high.wav", 69)])) == [45, 69]


SFZ = """// a comment with sample=none.wav
#define $LOW c3
<control> default_path=samples/
<global> lovel=0 hivel=127 /* <region> sample=gone.wav */
<group> lovel=64
<region> sample=my low note.wav pitch_keycenter=$LOW lokey=0 hikey=53
<region> sample=sub\\mid.wav lokey=59 hikey=61
<group> hivel=63
<region> sample=soft.wav key=48
<group> trigger=release
<region> sample=gone.wav key=50
<group>
<region>
sample=high.wav
key=C5
<region> sample=high again.wav key=72 seq_position=2
<region> sample=*sine key=30
"""


def test_an_sfz_has_notes(tmp_path: Path) -> None:
    """Catches an opcode of a group that is lost or kept too long, names cut at a space, layers, releases and comments taken."""
    named = [("my low note.wav", 48), ("sub/mid.wav", 60), ("high.wav", 72)]
    for name, pitch in named:
        tone(tmp_path / "samples" / name, pitch)
    sfz = tmp_path / "Grand.sfz"
    sfz.write_text(SFZ)
    assert [(path.relative_to(tmp_path / "samples").as_posix(), pitch) for path, pitch in read_sfz(sfz)] == named
    targets = load_together([sfz])
    assert pitches(targets) == [48, 60, 72]
    assert targets[1].name == "Grand"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<region> sample=gone.wav key=60", "gone.wav, which does not exist"),
        ("<region> key=60", "names no recording"),
        ("<region> sample=a.wav key=H9", "key=H9, expected a MIDI number"),
    ],
)
def test_an_sfz_that_cannot_be_used_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """Catches an instrument whose mistakes are found late or not at all."""
    (tmp_path / "a.sfz").write_text(text)
    tone(tmp_path / "a.wav", 60)
    with pytest.raises(InputError, match=words):
        load_together([tmp_path / "a.sfz"])


def test_an_sfz_has_the_files_that_it_includes(tmp_path: Path) -> None:
    """Catches recordings of a file that is included and left out, in another group's place, or read for ever."""
    sounds = [tone(tmp_path / f"{name}.wav", pitch) for name, pitch in (("a", 60), ("b", 62), ("c", 64))]
    (tmp_path / "maps").mkdir()
    (tmp_path / "a.sfz").write_text(
        '#define $UP 62\n<region> sample=a.wav key=60\n#include "maps\\b.sfz"\n<region> sample=c.wav key=64\n'
    )
    (tmp_path / "maps/b.sfz").write_text(
        '<region> sample=b.wav key=$UP // as in the first\n#include "a.sfz"\n#include "none.sfz"\n'
    )
    with pytest.warns(InputWarning) as told:
        assert read_sfz(tmp_path / "a.sfz") == list(zip(sounds, (60, 62, 64), strict=True))
    assert ["in which it is itself" in str(told[0].message), "does not exist" in str(told[1].message)] == [True, True]
    (tmp_path / "n12.sfz").touch()
    for number in range(12):
        (tmp_path / f"n{number}.sfz").write_text(f'#include "n{number + 1}.sfz"\n' * 3)
    with pytest.raises(InputError, match="includes more than 1000 files"):
        read_sfz(tmp_path / "n0.sfz")


@pytest.mark.parametrize(
    ("control", "pitch"), [("note_offset=-12", 48), ("octave_offset=1", 72), ("note_offset=2 octave_offset=-1", 50)]
)
def test_an_sfz_moves_its_keys(tmp_path: Path, control: str, pitch: int) -> None:
    """Catches recordings that are an octave off where a control header says how its maker counts octaves."""
    sound = tone(tmp_path / "a.wav", pitch)
    for region in ("key=60", "pitch_keycenter=c4", "lokey=59 hikey=61"):
        (tmp_path / "a.sfz").write_text(f"<control> {control}\n<region> sample=a.wav {region}")
        assert read_sfz(tmp_path / "a.sfz") == [(sound, pitch)]
    for odd, words in (("note_offset=x", "expected a whole number"), ("octave_offset=9", "at key 168")):
        (tmp_path / "a.sfz").write_text(f"<control> {odd}\n<region> sample=a.wav key=60")
        with pytest.raises(InputError, match=words):
            read_sfz(tmp_path / "a.sfz")


@pytest.mark.parametrize(
    "odd",
    ["\n" * 100_000, " " * 100_000 + "x", "/*" * 100_000, "a" * 100_000, "#define $A $A$A\n" * 40],
    ids=["lines", "spaces", "comments", "letters", "defined by itself"],
)
def test_an_sfz_takes_no_minutes_to_read(tmp_path: Path, odd: str) -> None:
    """Catches patterns that try each space with each, and names that grow twofold at each line."""
    sound = tone(tmp_path / "a.wav", 60)
    (tmp_path / "a.sfz").write_text(f"<region> sample=a.wav key=60\n<group> volume=$A\n{odd}\n<region> sample=a.wav")
    began = perf_counter()
    assert (sound, 60) in read_sfz(tmp_path / "a.sfz")
    assert perf_counter() - began < 5


def test_an_sfz_tells_its_names_apart(tmp_path: Path) -> None:
    """Catches $K2 that is read as $K with a 2, a name that keeps its first value, and a long name that ends with a traceback."""
    sound = tone(tmp_path / "a.wav", 60)
    region = "<region> sample=a.wav key="
    sfz = tmp_path / "a.sfz"
    sfz.write_text(f"#define $K 48\n#define $K2 60\n{region}$K\n{region}$K2\n#define $K 50\n{region}$K")
    assert read_sfz(sfz) == [(sound, 48), (sound, 60), (sound, 50)]
    sfz.write_text(f"<region> sample={'a' * 5000}.wav key=60")
    with pytest.raises(InputError, match="does not exist"):
        read_sfz(sfz)


def test_an_sfz_has_noises_of_pedals(tmp_path: Path) -> None:
    """Catches an instrument that is refused for a region that no key plays (hikey=-1), such as a pedal's noise."""
    sound = tone(tmp_path / "a.wav", 60)
    (tmp_path / "a.sfz").write_text(
        "<region> sample=pedal.wav lokey=-1 hikey=-1 on_locc64=126\n<region> sample=a.wav key=60"
    )
    assert read_sfz(tmp_path / "a.sfz") == [(sound, 60)]


def test_arrays_are_refused() -> None:
    """Catches a list of arrays, which `match` takes alone, that ends with a TypeError about paths."""
    with pytest.raises(InputError, match="got ndarray to match together, expected files"):
        load_together([np.zeros(SAMPLE_RATE_HZ), np.zeros(SAMPLE_RATE_HZ)])  # type: ignore[list-item]


def test_what_is_no_instrument_is_refused(tmp_path: Path) -> None:
    """Catches one note twice, a lonely or unpitched recording, a missing one, and an empty folder without its name."""
    low, again = tone(tmp_path / "a C3.wav", 48), tone(tmp_path / "b C3.wav", 48)
    (tmp_path / "empty").mkdir()
    for sources, words in (
        ([low, again], "are the same note, C3; give one recording a note"),
        ([low], "got 1 recording to match together, expected 2"),
        ([tmp_path / "empty"], "empty has no recordings in it"),
        ([low, tmp_path / "empty"], "empty has no recordings in it"),
        ([tmp_path / "gone.wav"], "gone.wav does not exist"),
        ([low, noise(tmp_path / "hiss.wav")], "no note is found for .*hiss.wav"),
    ):
        with pytest.raises(InputError, match=words):
            load_together(sources)
