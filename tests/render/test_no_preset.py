"""What a match says where no preset rendered: how often, in which way, and the parameter that does it."""

import numpy as np
import pytest
from faulty_synth import Faulty, FaultyByPair, FaultyByValue

from synthmatch.errors import RenderError
from synthmatch.matching import match
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.failures import failing_parameter, failures_text
from synthmatch.synths.dexed.synth import Dexed

NOTE = Note(hold_seconds=0.2, render_seconds=0.3)
TONE = np.sin(np.arange(22_050, dtype=np.float32) / 20)


def changed(synth: Dexed, **values: float) -> Preset:
    """The default preset with parameters at other values."""
    native = np.array(synth.space.default)
    for name, value in values.items():
        native[synth.space.index[name]] = value
    return synth.preset(native)


def test_the_parameter_that_does_it_is_named() -> None:
    """Catches "no preset rendered, try another seed", where every seed fails for one parameter."""
    kind = FaultyByValue()
    start = [changed(kind, op3_fine=9, transpose=transpose) for transpose in (20, 30)]
    with pytest.raises(RenderError) as caught:
        match(TONE, synths=[kind.id], renders=2, workers=2, start=start)
    told = "of 2 presets 2 gave NaN or infinite audio (1 of "
    assert str(caught.value).startswith(f"no preset rendered on {kind.title}: {told}")
    assert str(caught.value).endswith("; op3_fine alone does it at 9 % and not at 0 %")
    default = kind.preset(kind.space.default)
    with RenderPool(kind, 2) as pool:
        text = failures_text(pool, NOTE, [RenderFailure(start[0], "nan", "1 of 9 samples")], default)
    assert text.endswith("; op3_fine alone does it at 9 % and not at 0 %: try --lock op3_fine")


def test_nothing_is_said_of_what_is_unclear() -> None:
    """Catches one of two parameters blamed that only fail together, and a guess where the default fails as well."""
    pair = FaultyByPair()
    default = pair.preset(pair.space.default)
    with RenderPool(pair, 2) as pool:
        both = changed(pair, op3_fine=9, feedback=3, transpose=30)
        assert failing_parameter(pool, NOTE, both, default) is None
        half = changed(pair, feedback=3)
        assert failing_parameter(pool, NOTE, both, half) == pair.space.index["op3_fine"]
        assert failing_parameter(pool, NOTE, both, both) is None


def test_ways_to_fail_are_counted() -> None:
    """Catches a preset that is counted at each try, and a way to fail that is left out."""
    synth = Faulty()
    fine = synth.preset(synth.space.default)
    failures = [
        RenderFailure(changed(synth, feedback=1), "crash", "SIGSEGV"),
        RenderFailure(changed(synth, feedback=2), "hang", "no render within 30 s"),
        RenderFailure(changed(synth, feedback=3), "hang", "no render within 30 s"),
        RenderFailure(changed(synth, feedback=3), "hang", "no render within 30 s"),
    ]
    with RenderPool(synth, 1) as pool:
        text = failures_text(pool, NOTE, failures, fine)
    told = "of 3 presets 2 hung, 1 crashed the synthesizer (no render within 30 s)"
    assert text == f"no preset rendered on {synth.title}: {told}"


def test_a_synthesizer_that_fails_does_not_hide() -> None:
    """Catches a match of two synthesizers that says nothing of the one that gave none of its candidates."""
    kind = FaultyByValue()
    start = [changed(kind, op3_fine=9)]
    found = match(TONE, synths=["dexed", kind.id], renders=1, workers=2, metrics=("lsd",), start=start)
    assert {candidate.synth for candidate in found} == {"dexed"}
    assert set(found.failed) == {kind.id}
    assert "gave NaN" in found.failed[kind.id]
