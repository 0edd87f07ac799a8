"""amsynth presets drawn from a target: what its knobs do over time and to the spectrum is known by formulas, and fitted to the target.

No preset is rendered. Mel bands of the target are compared with what the formulas give in the same bands.
"""

import numpy as np

from synthmatch.analysis.fundamental import fundamental_hz
from synthmatch.analysis.level import fall_db_per_second
from synthmatch.arrays import F64, Audio, Float64
from synthmatch.audio import mono
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.amsynth.expected import Expected
from synthmatch.proposers.drawn.amsynth.fit import fitted
from synthmatch.proposers.drawn.amsynth.lines import Lines
from synthmatch.proposers.drawn.amsynth.picture import STEP, picture_of
from synthmatch.proposers.drawn.amsynth.structures import structures
from synthmatch.proposers.drawn.amsynth.vibrato import vibrato_of, without

_AMP = ("amp_decay", "amp_sustain", "amp_attack", "amp_release")
_FILTER = (
    *("filter_cutoff", "filter_env_amount", "filter_decay", "filter_sustain", "filter_resonance", "filter_slope"),
    *("filter_type", "filter_attack", "filter_release"),
)
_REVERB = ("reverb_wet", "reverb_roomsize", "reverb_damp")
#: Structures that are fitted in more than one round, each of which gives a preset, and rounds with reverb. Not tuned.
_KEPT, _ROUNDS = 2, 2
#: Partials are compared where a note is held so long: their frames are too long for what a short one does. Not tuned.
_LONG_SECONDS = 1.0
#: A long note that falls by less from its middle on gets no reverb: on a tone that stands still that is a comb, which the
#: formulas do not know (docs/results/tried.md, "amsynth presets drawn from the target").
_HELD_DB_PER_SECOND = 2.0


def draw_amsynth(space: ParamSpace, target: Audio, note: Note) -> list[Preset]:
    """Presets that sound like a target, (channels, samples), when `note` plays them, with the nearest first by the formulas.

    Their level is not the target's.
    """
    sound = target[:, note.start_samples :].astype(np.float64)
    found_hz = fundamental_hz(mono(sound), note.hz)
    vibrato = vibrato_of(sound, found_hz, note.hold_seconds)
    if vibrato:
        # what the LFO moves is fitted as if it stood still
        sound = without(vibrato, sound)
    reverb = () if _is_held(mono(sound), note.hold_seconds) else _REVERB
    picture = picture_of(sound, note.hold_seconds)
    expected = Expected(space, note, picture.seconds)

    def errors(native: Float64[F64, "presets parameters"]) -> Float64[F64, " presets"]:
        return picture.errors(expected(native))

    lines = Lines(space, note, sound) if note.hold_seconds >= _LONG_SECONDS else None

    def finer(native: Float64[F64, "presets parameters"]) -> Float64[F64, " presets"]:
        return errors(native) + np.rint(lines.errors(native) / STEP) * STEP if lines else errors(native)

    looks = [
        (*fitted(space, start, ("filter_cutoff", *_AMP, *knobs, *_FILTER), errors, 1), knobs)
        for start, knobs in structures(space, mono(sound), note, found_hz, vibrato)
    ]
    drawn = list[tuple[Float64[F64, " parameters"], float]]()
    looks = [(native, float(finer(native[None])[0]), knobs) for native, _, knobs in looks]
    for native, _, knobs in sorted(looks, key=lambda look: look[1])[:_KEPT]:
        dry, _ = fitted(space, native, (*_AMP, *knobs, *_FILTER), finer, 1)
        drawn.append(fitted(space, dry, (*reverb, *_AMP, *knobs, *_FILTER), finer, _ROUNDS))
    presets = [Preset(space.synth, space.snap(native)) for native, _ in sorted(drawn, key=lambda one: one[1])]
    # two structures may end as one
    return [*{preset.key(): preset for preset in presets}.values()]


def _is_held(sound: Float64[F64, " samples"], hold_seconds: float) -> bool:
    """Whether a sound keeps its level to the end of a long note."""
    hold = min(hold_seconds, len(sound) / SAMPLE_RATE_HZ)
    return hold >= _LONG_SECONDS and fall_db_per_second(sound, hold / 2, hold) < _HELD_DB_PER_SECOND
