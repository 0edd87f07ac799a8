"""The loudness distance on recordings: errors in order, silence last, no level, no phase, no length."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from ladders import HELD, STRUCK, extremes, is_octave, ladders, sound, table

from synthmatch.metrics import loudness_distance

PAGE = Path(__file__).parents[2] / "docs/results/ladders.md"
ERRORS = tuple(ladders(sound("kick")))


@pytest.mark.parametrize("name", STRUCK | HELD)
@pytest.mark.parametrize("error", ERRORS)
def test_more_of_an_error_is_further_away(name: str, error: str) -> None:
    """Catches a distance by which a sound that decays three times as long is nearer than one that is nearly right."""
    target, estimates = ladders(sound(name))[error]
    distances = [0.0, *(loudness_distance(target, estimate) for estimate in estimates)]
    assert all(nearer < further for nearer, further in pairwise(distances)), distances


@pytest.mark.parametrize("name", STRUCK | HELD)
def test_silence_is_as_far_as_anything(name: str) -> None:
    """Catches silence that is nearer to a quiet or short sound than a match, and noise that passes for a tone."""
    audio = sound(name)
    distances = {other: loudness_distance(audio, one) for other, one in extremes(audio).items()}
    steps = [loudness_distance(target, one) for target, ones in ladders(audio).values() for one in ones]
    assert distances["silence"] == 1 > max([*steps, *(distances[other] for other in distances if other != "silence")])
    # measured: at least 0.58, of a closed cymbal, which is noise itself
    assert distances["white noise"] > 0.5


@pytest.mark.parametrize("name", STRUCK)
def test_a_struck_sound_backwards_is_another_sound(name: str) -> None:
    """Catches a distance of mean spectra: a kick played backwards has the kick's."""
    audio = sound(name)
    backwards = loudness_distance(audio, extremes(audio)["backwards"])
    steps = [
        loudness_distance(target, estimate)
        for error, (target, estimates) in ladders(audio).items()
        for number, estimate in enumerate(estimates)
        if not is_octave(error, number)
    ]
    assert len(steps) > 20
    assert backwards > max(steps)


@pytest.mark.parametrize("name", STRUCK | HELD)
def test_the_level_of_a_file_counts_for_nothing(name: str) -> None:
    """Catches an absolute floor: a quiet export, with the steps of its 16 bits, would be another sound."""
    audio = sound(name) / np.abs(sound(name)).max()
    other = ladders(audio)["too bright"][1][2]
    expected = loudness_distance(audio, other)
    for gain_db in (-20, -36, -50):
        quiet = (np.rint(32_767 * audio * 10 ** (gain_db / 20)) / 32_768).astype(np.float32)
        assert loudness_distance(quiet, other) == pytest.approx(expected, abs=0.06), gain_db
        assert loudness_distance(audio, other * np.float32(10 ** (gain_db / 20))) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("name", STRUCK | HELD)
def test_channels_count_by_their_power(name: str) -> None:
    """Catches a sum of channels: of opposite phase it is silence, of one in use half of the sound."""
    audio = sound(name)
    for channels in ([audio, -audio], [audio, np.zeros_like(audio)], [np.zeros_like(audio), audio]):
        assert loudness_distance(audio, np.stack(channels)) < 1e-6


@pytest.mark.parametrize("name", STRUCK | HELD)
def test_silence_at_the_end_counts_for_nothing(name: str) -> None:
    """Catches a mean over time: two seconds of silence after both would make any match better."""
    audio = np.pad(sound(name), (0, 2048))
    other = np.pad(ladders(sound(name))["too dull"][1][3], (0, 2048))
    longer = [np.pad(side, (0, 2 * 44_100)) for side in (audio, other)]
    assert loudness_distance(*longer) == pytest.approx(loudness_distance(audio, other), abs=0.01)


def test_the_page_has_the_table() -> None:
    """Catches a table in docs that the code does not give."""
    expected = [line.split("|") for line in table(loudness_distance).splitlines()]
    shown = [line.split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    by_name = {cells[1].strip(): cells for cells in shown}
    assert len(expected) == len(STRUCK | HELD) + 2
    for cells in expected[2:]:
        ours = by_name[cells[1].strip()]
        assert ours[3] == cells[3]
        numbers = [[float(cell) for cell in [row[2], *row[4:-1]]] for row in (ours, cells)]
        assert numbers[0] == pytest.approx(numbers[1], abs=0.011)
