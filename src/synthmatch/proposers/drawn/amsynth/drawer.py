"""amsynth presets drawn from a target: what its knobs do over time and to the spectrum is known by formulas, and fitted to the target.

No preset is rendered. Mel bands of the target are compared with what the formulas give in the same bands.
"""

import numpy as np

from synthmatch.analysis.level import fall_db_per_second
from synthmatch.arrays import F64, Audio, Float64
from synthmatch.audio import mono
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.amsynth.expected import Expected
from synthmatch.proposers.drawn.amsynth.fit import fitted
from synthmatch.proposers.drawn.amsynth.picture import picture_of
from synthmatch.proposers.drawn.amsynth.structures import structures

_AMP = ("amp_decay", "amp_sustain", "amp_attack", "amp_release")
_FILTER = (
    *("filter_cutoff", "filter_env_amount", "filter_decay", "filter_sustain", "filter_resonance", "filter_slope"),
    *("filter_type", "filter_attack", "filter_release"),
)
_REVERB = ("reverb_wet", "reverb_roomsize", "reverb_damp")
#: Structures that are fitted in more than one round, each of which gives a preset, and rounds with reverb. Not tuned.
_KEPT, _ROUNDS = 2, 2
#: What is held so long, and falls by less from its middle on, is not drawn: searches of five such recordings ended further away in
#: closeness (docs/results/tried.md, "amsynth presets drawn from the target").
_HELD_SECONDS, _HELD_DB_PER_SECOND = 1.0, 2.0


def draw_amsynth(space: ParamSpace, target: Audio, note: Note) -> list[Preset]:
    """Presets that sound like a target, (channels, samples), when `note` plays them, with the nearest first by the formulas.

    Their level is not the target's. None for a sound that is held at its level.
    """
    sound = target[:, note.start_samples :].astype(np.float64)
    if _is_held(mono(sound), note.hold_seconds):
        return []
    picture = picture_of(sound, note.hold_seconds)
    expected = Expected(space, note, picture.seconds)

    def errors(native: Float64[F64, "presets parameters"]) -> Float64[F64, " presets"]:
        return picture.errors(expected(native))

    looks = [
        (*fitted(space, start, ("filter_cutoff", *_AMP, *knobs, *_FILTER), errors, 1), knobs)
        for start, knobs in structures(space, mono(sound), note)
    ]
    drawn = list[tuple[Float64[F64, " parameters"], float]]()
    for native, _, knobs in sorted(looks, key=lambda look: look[1])[:_KEPT]:
        dry, _ = fitted(space, native, (*_AMP, *knobs, *_FILTER), errors, 1)
        drawn.append(fitted(space, dry, (*_REVERB, *_AMP, *knobs, *_FILTER), errors, _ROUNDS))
    presets = [Preset(space.synth, space.snap(native)) for native, _ in sorted(drawn, key=lambda one: one[1])]
    # two structures may end as one
    return [*{preset.key(): preset for preset in presets}.values()]


def _is_held(sound: Float64[F64, " samples"], hold_seconds: float) -> bool:
    """Whether a sound keeps its level to the end of a long note."""
    hold = min(hold_seconds, len(sound) / SAMPLE_RATE_HZ)
    return hold >= _HELD_SECONDS and fall_db_per_second(sound, hold / 2, hold) < _HELD_DB_PER_SECOND
