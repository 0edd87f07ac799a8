"""What a sound depends on, where the truth is known: a DX7 voice of one operator."""

import numpy as np

from at_once import at_once
from synthmatch.features.search_distance import RenderFeatures, SearchDistance
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.search.sensitivity import probed, sensitivity
from synthmatch.synths.registry import get_synth

SYNTH = get_synth("dexed")
SPACE = SYNTH.space
NOTE = Note(hold_seconds=0.3, render_seconds=0.5)


def one_operator() -> Preset:
    """Operator 1 alone sounds; the levels of the others are 0."""
    others = {f"op{k}_output_level": 0 for k in range(2, 7)}
    return SYNTH.preset(SPACE.from_named({**others, "op1_output_level": 99, "algorithm": 31}))


def test_only_what_sounds_has_weight() -> None:
    """Catches weights of another order than the parameters', and a step so small that nothing is heard."""
    engine = SYNTH.engine()
    preset = one_operator()
    score = SearchDistance(engine.render(preset, NOTE))
    told: list[tuple[int, int]] = []
    weights = sensitivity(
        SPACE,
        preset,
        at_once(lambda ps: [score(engine.render(p, NOTE)) for p in ps]),
        lambda *state: told.append(state),
    )
    named = SPACE.named(weights)
    # measured: 0.70 and 0.51
    assert named["op1_coarse"] > 0.35
    assert named["op1_fine"] > 0.25
    silent = [name for name in named if name.startswith(("op2_", "op3_", "op4_")) and "output_level" not in name]
    assert max(named[name] for name in silent) < 1e-6
    assert told[-1] == (len(SPACE), len(SPACE))


def test_each_probe_moves_one_parameter() -> None:
    """Catches a probe that stays where it is at the end of a knob, or moves a neighbour."""
    for native in (SPACE.low, SPACE.default, SPACE.high):
        preset = SYNTH.preset(native)
        moved = np.stack([probe.native for probe in probed(SPACE, preset)]) != preset.native
        assert (moved == np.eye(len(SPACE), dtype=bool)).all()


def test_a_failed_render_has_no_weight() -> None:
    """Catches a crash of one probe that ends the others."""
    heard = RenderFeatures(2.0)
    answers = iter([None, *[heard] * 200])
    weights = sensitivity(SPACE, one_operator(), at_once(lambda presets: [next(answers) for _ in presets]))
    assert weights[0] == 0
    assert (weights[1:] == 2).all()
