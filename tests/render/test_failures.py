"""Crashes, hangs, NaN and errors: tried once more, then reported with the preset, while the others go on."""

from pathlib import Path

import numpy as np
import pytest
from faulty_synth import Faulty, FaultyLeaky, fail

from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.dexed.synth import Dexed

NOTE = Note(hold_seconds=0.2, render_seconds=0.3)
HANG_SECONDS = 0.7
SYNTHS = pytest.mark.parametrize("synth", [Faulty(), FaultyLeaky()], ids=["same process", "forks"])

DETAILS = {
    "crash": "SIGSEGV",
    "hang": f"no render within {HANG_SECONDS} s",
    "nan": f"1 of {NOTE.samples} samples are not finite",
    "error": "ValueError: two lines",
}


def named(synth: Dexed, *names: str) -> list[Preset]:
    """Presets that do what their names say."""
    return [synth.preset(synth.space.default, name) for name in names]


@pytest.mark.parametrize(("synth", "workers"), [(Faulty(), 2), (FaultyLeaky(), 1)], ids=["same process", "forks"])
def test_failures_are_reported_and_the_rest_goes_on(synth: Dexed, workers: int) -> None:
    """Catches a batch lost to one preset, a bystander blamed for its neighbour, and a pool that stays broken."""
    names = ["fine", "crash", "fine", "nan", "fine", "hang", "error", "fine"]
    presets = named(synth, *names)
    expected = synth.engine().render(presets[0], NOTE)
    with RenderPool(synth, workers, timeout_seconds=HANG_SECONDS) as pool:
        results = pool.run(presets, NOTE)
        failures = [result for result in results if isinstance(result, RenderFailure)]
        assert [(failure.preset, failure.reason) for failure in failures] == [
            (preset, name) for preset, name in zip(presets, names, strict=True) if name != "fine"
        ]
        for failure in failures:
            assert failure.detail.startswith(DETAILS[failure.reason])
            assert str(failure).startswith(f"{synth.id} preset {failure.reason!r} ")
            assert "\n" not in str(failure)
        for place in (0, 2, 4, 7):
            np.testing.assert_array_equal(results[place], expected)
        np.testing.assert_array_equal(pool.run(presets[:1], NOTE)[0], expected)


@SYNTHS
@pytest.mark.parametrize("fault", ["crash", "hang", "nan"])
def test_a_failure_is_tried_once_more(synth: Dexed, fault: str, tmp_path: Path) -> None:
    """Catches a render given up at its first failure."""
    once = Preset(synth.id, synth.space.default, fault, {"once": str(tmp_path / "tried")})
    (fine,) = named(synth, "fine")
    with RenderPool(synth, workers=1, timeout_seconds=HANG_SECONDS) as pool:
        result, after = pool.run([once, fine], NOTE)
        np.testing.assert_array_equal(result, after)


def test_crash_report_has_the_last_words() -> None:
    """Catches a crash report without what the plug-in said before it died."""
    with RenderPool(Faulty(), workers=1) as pool:
        (failure,) = pool.run(named(Faulty(), "crash"), NOTE)
    assert failure.detail == "SIGSEGV; its last output: last words of crash"


@SYNTHS
def test_error_in_measure_is_reported(synth: Dexed) -> None:
    """Catches a worker that dies of a bug in a measure."""
    with RenderPool(synth, workers=1) as pool:
        (failure,) = pool.run(named(synth, "fine"), NOTE, fail)
    assert (failure.reason, failure.detail.split(":")[0]) == ("error", "IndexError")
