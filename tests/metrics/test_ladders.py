"""The loudness distance on recordings: errors in order, silence last, no level, no phase, no length."""

from functools import cache
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest
from ladders import HELD, STRUCK, closeness_by_step, closeness_table, extremes, is_octave, ladders, sound, table

from synthmatch.calibration.closeness import BOUNDS
from synthmatch.metrics import loudness_distance

PAGE = Path(__file__).parents[2] / "docs/results/ladders.md"


@cache
def steps(name: str) -> dict[str, list[float]]:
    """Distances of the estimates of each ladder of a sound."""
    made = ladders(sound(name))
    return {error: [loudness_distance(target, one) for one in estimates] for error, (target, estimates) in made.items()}


@pytest.mark.parametrize("name", STRUCK | HELD)
def test_more_of_an_error_is_further_away(name: str) -> None:
    """Catches a distance by which a sound that decays three times as long is nearer than one that is nearly right."""
    assert len(steps(name)) == 11
    wrong = {
        error: distances
        for error, distances in steps(name).items()
        if not all(nearer < further for nearer, further in pairwise([0.0, *distances]))
    }
    assert not wrong


@pytest.mark.parametrize("name", STRUCK | HELD)
def test_silence_is_as_far_as_anything(name: str) -> None:
    """Catches silence that is nearer to a quiet or short sound than a match, and noise that passes for a tone."""
    audio = sound(name)
    distances = {other: loudness_distance(audio, one) for other, one in extremes(audio).items()}
    others = [distances[other] for other in distances if other != "silence"]
    assert distances["silence"] == 1 > max([*others, *chain(*steps(name).values())])
    # measured: at least 0.56, of a closed cymbal, which is noise itself
    assert distances["white noise"] > 0.5


@pytest.mark.parametrize("name", STRUCK)
def test_a_struck_sound_backwards_is_another_sound(name: str) -> None:
    """Catches a distance of mean spectra: a kick played backwards has the kick's."""
    audio = sound(name)
    backwards = loudness_distance(audio, extremes(audio)["backwards"])
    small = [
        distance
        for error, distances in steps(name).items()
        for number, distance in enumerate(distances)
        if not is_octave(error, number)
    ]
    assert len(small) > 20
    assert backwards > max(small)


@pytest.mark.parametrize("name", STRUCK | HELD)
def test_the_level_of_a_file_counts_for_nothing(name: str) -> None:
    """Catches an absolute floor: a quiet export, 24 bits as programs write, would be another sound."""
    audio = sound(name) / np.abs(sound(name)).max()
    other = ladders(audio)["too bright"][1][2]
    expected = loudness_distance(audio, other)
    for gain_db in (-20, -36, -50):
        quiet = (np.rint(2**23 * audio * 10 ** (gain_db / 20)) / 2**23).astype(np.float32)
        # measured: 0.002 at most
        assert loudness_distance(quiet, other) == pytest.approx(expected, abs=0.006), gain_db
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


def test_words_are_steps_that_people_know() -> None:
    """Catches bounds of words that were chosen by taste, and a table in docs that the code does not give."""
    medians = [float(np.median(values)) for _, values in closeness_by_step()]
    bounds = [BOUNDS["identical"], BOUNDS["close"], BOUNDS["similar"]]
    assert [5 * round(median / 5) for median in medians[:3]] == bounds
    assert closeness_table() in PAGE.read_text(encoding="utf-8")
