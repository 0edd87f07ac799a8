"""Notes: their domain, their names and the protocols."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthmatch.errors import InputError
from synthmatch.note import PROTOCOLS, SAMPLE_RATE_HZ, Note, parse_pitch


@given(st.integers(0, 127))
def test_a_name_reads_back_as_its_pitch(pitch: int) -> None:
    """Catches an octave or a semitone of shift between writing and reading a note name, in any spelling."""
    name = Note(pitch=pitch).name
    assert parse_pitch(name) == pitch
    assert parse_pitch(f" {name.lower()} ") == pitch
    assert parse_pitch(str(pitch)) == pitch


@pytest.mark.parametrize(
    ("text", "pitch"),
    [("A4", 69), ("C4", 60), ("c-1", 0), ("G9", 127), ("Eb3", 51), ("D#3", 51), ("Cb4", 59), ("B#3", 60), ("bb2", 46)],
)
def test_pitches_by_name(text: str, pitch: int) -> None:
    """Catches flats read as sharps, and an octave number that counts from another C (anchor: A4 = 69 = 440 Hz)."""
    assert parse_pitch(text) == pitch


@pytest.mark.parametrize("text", ["", "H4", "A", "A44", "C##4", "128", "-1", "Cb-1", "G#9", "4A", "A4 C5", "60.5"])
def test_what_is_no_pitch_is_refused(text: str) -> None:
    """Catches a typing slip that becomes some other note, and a message that does not say what was typed."""
    with pytest.raises(InputError, match="expected a name such as A2") as caught:
        parse_pitch(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pitch", -1),
        ("pitch", 128),
        ("velocity", 0),
        ("velocity", 128),
        ("hold_seconds", 0.0),
        ("hold_seconds", 61.0),
        ("hold_seconds", float("nan")),
        ("render_seconds", 0.0),
        ("render_seconds", float("inf")),
        ("start_seconds", -0.1),
        ("start_seconds", 4.0),
        ("start_seconds", float("nan")),
    ],
)
def test_a_field_outside_its_domain_is_refused(field: str, value: float) -> None:
    """Catches velocity given as 0..1, endless renders and NaN, which pass a comparison written the wrong way round."""
    with pytest.raises(InputError, match=field):
        Note(**{field: value})  # type: ignore[arg-type]


def test_lengths_are_whole_samples() -> None:
    """Catches truncation: 0.29 s x 44,100 Hz is 12,788.999... in floating point."""
    note = Note(render_seconds=0.29, start_seconds=0.01)
    assert SAMPLE_RATE_HZ == 44_100
    assert (note.samples, note.start_samples) == (12_789, 441)


def test_the_protocols_are_as_published() -> None:
    """Catches a change of the defaults, which would make stored tables and libraries incomparable."""
    assert PROTOCOLS["default"] == Note(60, 100, hold_seconds=3.0, render_seconds=4.0, start_seconds=0.0)
    assert PROTOCOLS["icassp2023"] == Note(60, 127, hold_seconds=3.0, render_seconds=5.0, start_seconds=0.25)
