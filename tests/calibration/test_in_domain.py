"""How sure a match is, and what is out of reach: calibrated on the records, and true of real searches."""

import runpy
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from synthmatch.benchmark.in_domain import separation
from synthmatch.benchmark.targets import BenchTarget, held_out
from synthmatch.calibration.in_domain import in_domain_percentile, is_out_of_reach
from synthmatch.matching import match
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.render.pool import RenderPool
from synthmatch.result import Matches
from synthmatch.synths.registry import get_synth, synth_names

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("synth", ["amsynth", "dexed"])
def test_a_nearer_match_is_surer(synth: str) -> None:
    """Catches a share that falls with closeness, leaves 0..1, or is not 1 for the target itself."""
    for renders in (0, 1, 15, 16, 200, 100_000):
        shares = [in_domain_percentile(synth, closeness, renders) for closeness in np.linspace(0.0, 100.0, 401)]
        known = [share for share in shares if share is not None]
        assert len(known) == len(shares)
        assert known == sorted(known)
        assert known[0] < 0.2
        assert known[-1] > 0.99


def test_more_renders_are_compared_with_nearer_matches() -> None:
    """Catches a yardstick that ignores what a search spent: with more renders the same closeness is worse."""
    first, last = in_domain_percentile("dexed", 60.0, 1), in_domain_percentile("dexed", 60.0, 1_000)
    assert first is not None
    assert last is not None
    assert first > last
    assert in_domain_percentile("dexed", 60.0, 999) == in_domain_percentile("dexed", 60.0, 200)


def test_a_synthesizer_without_a_table_claims_nothing() -> None:
    """Catches a plug-in of the user's that is judged by another synthesizer's sounds, or by none."""
    assert in_domain_percentile("/usr/lib/lv2/some.lv2", 10.0, 200) is None
    assert not is_out_of_reach([None, None])
    assert not is_out_of_reach([])


def test_one_near_candidate_is_within_reach() -> None:
    """Catches a verdict by the first candidate alone, beside which another says that it is near."""
    assert is_out_of_reach([0.01, 0.04])
    assert not is_out_of_reach([0.01, 0.3])
    assert is_out_of_reach([0.01, 0.05])
    assert not is_out_of_reach([0.06])


@pytest.fixture(scope="module")
def far() -> BenchTarget:
    """A second of noise in eleven pulses: six sines that modulate each other make neither."""
    pulses = np.sin(2 * np.pi * 11 * np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ) > 0
    noise = 0.3 * np.random.default_rng(0).standard_normal((1, SAMPLE_RATE_HZ)) * pulses
    return BenchTarget("pulses", noise.astype(np.float32), Note(hold_seconds=0.9, render_seconds=1.0))


def matched(target: BenchTarget, locked: Sequence[str] = ()) -> Matches:
    """The target on Dexed, with few renders."""
    note = target.note
    return match(
        target.audio,
        sample_rate_hz=SAMPLE_RATE_HZ,
        synths=["dexed"],
        renders=60,
        note=note.pitch,
        velocity=note.velocity,
        hold_seconds=note.hold_seconds,
        metrics=(),
        locked=locked,
    )


def test_foreign_sounds_are_out_of_reach_and_own_are_not(far: BenchTarget) -> None:
    """Catches a verdict that calls every target far, or none: pulses of noise and one of Dexed's own, on Dexed."""
    with RenderPool(get_synth("dexed")) as pool:
        (own,) = held_out(pool, 1).targets
    found = matched(far)
    assert found.out_of_reach == ("dexed",)
    assert max(m.in_domain_percentile for m in found if m.in_domain_percentile is not None) <= 0.05
    found = matched(own)
    assert found.out_of_reach == ()
    assert found.best.in_domain_percentile == in_domain_percentile("dexed", found.best.closeness, 60)


def test_what_is_locked_is_no_verdict(far: BenchTarget) -> None:
    """Catches a synthesizer that is blamed for what the user locked."""
    found = matched(far, locked=["envelope"])
    assert found.out_of_reach == ()
    assert all(m.in_domain_percentile is not None and m.in_domain_percentile <= 0.05 for m in found)


def test_what_is_shipped_is_what_the_records_say() -> None:
    """Catches a table that was changed by hand, or not made again after a benchmark, here or in the documentation."""
    tool = runpy.run_path(str(ROOT / "tools/measure_reach.py"))
    again = "it is written by tools/measure_reach.py alone: run that"
    assert tool["FILE"].read_text(encoding="utf-8") == tool["text"](), again
    page = (ROOT / "docs/results/reach.md").read_text(encoding="utf-8")
    assert separation(tool["RECORDS"], list(synth_names())) in page, again
