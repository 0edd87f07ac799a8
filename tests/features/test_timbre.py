"""The library's feature."""

import numpy as np

from synthmatch.features.bands import SEMITONE_BANDS
from synthmatch.features.timbre import HELD_EDGES, SEGMENTS, timbre
from synthmatch.note import SAMPLE_RATE_HZ, Note


def tone(note: Note, hold_seconds: float) -> np.ndarray:
    """A sine for the note's hold, then silence. Shape: (1, samples)."""
    seconds = np.arange(note.samples) / SAMPLE_RATE_HZ
    return np.where(seconds < hold_seconds, np.sin(2 * np.pi * 440 * seconds), 0).astype(np.float32)[None]


def test_a_short_note_has_no_late_segments() -> None:
    """Catches a comparison of what a short target does not have: those segments carry no seconds."""
    note = Note(hold_seconds=0.5, render_seconds=0.8)
    levels, seconds = timbre(tone(note, 0.5), note)
    assert levels.shape == (SEGMENTS, SEMITONE_BANDS)
    late = [i for i, start in enumerate(HELD_EDGES[:-1]) if start >= 0.5]
    assert not seconds[late].any()
    assert 0.7 < seconds.sum() <= 0.85


def test_the_release_starts_where_the_note_ends() -> None:
    """Catches segments placed by the clock instead of by the note's end."""
    for hold in (0.5, 2.0):
        note = Note(hold_seconds=hold, render_seconds=hold + 1.0)
        levels, seconds = timbre(tone(note, hold), note)
        first_release = len(HELD_EDGES) - 1
        assert levels[: first_release - 1][seconds[: first_release - 1] > 0].max() > -3
        assert levels[first_release + 2 :].max() < -60


def test_a_late_note_is_the_same() -> None:
    """Catches a protocol's start time that is taken for attack."""
    early = Note(hold_seconds=1.0, render_seconds=2.0)
    shift = 512 * 20
    late = Note(hold_seconds=1.0, render_seconds=2.0 + shift / SAMPLE_RATE_HZ, start_seconds=shift / SAMPLE_RATE_HZ)
    audio = tone(early, 1.0)
    shifted = np.pad(audio, ((0, 0), (shift, 0)))
    assert np.allclose(timbre(audio, early)[0][1:-1], timbre(shifted, late)[0][1:-1], atol=0.2)
