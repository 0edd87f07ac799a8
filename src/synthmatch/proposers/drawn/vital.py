"""A Vital preset drawn from the target: its partials become a wavetable, an LFO of its own moves through it, and what is not
steady plays in the sampler.

Amplitude and timbre are in the table as long as the note is held; after that the table keeps its level, and the release
of envelope 1, fitted to the target, lets it die away.
"""

import numpy as np

from synthmatch.arrays import F64, Audio, Float64
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.release import Release
from synthmatch.proposers.drawn.table import draw_table
from synthmatch.synths.vital.own import lfo_shape, sample, wavetable

#: Keyframes of the table: 33 are further away, 129 no nearer (docs/results/tried.md, "The search from drawn presets").
_KEYFRAMES = 65
#: Points of the LFO's shape, dense where it is steep.
_POINTS = 60
#: Level of the louder of oscillator and sampler, where Vital starts both: it glides from there when a preset is loaded.
_LEVEL = np.sqrt(0.5)
#: Seconds of it that a preset carries, so that its file has less than 1.5 MB; the last tenth is faded out.
_RESIDUAL_SECONDS = 6.0


def draw_vital(space: ParamSpace, target: Audio, note: Note) -> Preset:
    """A preset that sounds like a target, (channels, samples), when `note` plays it. Its level is not the target's."""
    # dense at the onset, where most happens
    table = draw_table(target, note, np.linspace(0, 1, _KEYFRAMES) ** 2)
    release = table.release or Release()
    residual = _beginning(table.residual)
    peaks = np.array([np.abs(table.waves).max(), np.abs(residual).max()])
    levels = _LEVEL * np.sqrt(peaks / peaks.max())
    place = np.linspace(0, 1, _POINTS) ** 2
    settings = {
        "osc_1_on": 1,
        "osc_1_level": levels[0],
        "osc_1_tune": 12 * np.log2(table.found_hz / table.note_hz),
        "sample_on": 1,
        "sample_level": levels[1],
        "sample_loop": 0,
        "sample_keytrack": 0,
        "lfo_1_sync": _choice(space, "lfo_1_sync", "Seconds"),
        "lfo_1_sync_type": _choice(space, "lfo_1_sync_type", "Envelope"),
        "lfo_1_frequency": -np.log2(table.seconds[-1]),
        "lfo_1_smooth_mode": 0,
        "lfo_1_smooth_time": space["lfo_1_smooth_time"].low,
        "modulation_1_source": _choice(space, "modulation_1_source", "lfo_1"),
        "modulation_1_destination": _choice(space, "modulation_1_destination", "osc_1_wave_frame"),
        "modulation_1_amount": 1,
        "env_1_attack": 0,
        "env_1_sustain": 1,
        "env_1_release": release.seconds**0.25,
        "env_1_release_power": release.power,
    }
    return Preset(
        space.synth,
        space.from_named(settings),
        "",
        {
            "wavetables": {"1": wavetable(table.waves / max(peaks[0], 1e-9), "target")},
            "lfos": {"1": lfo_shape(np.column_stack([place, np.sqrt(place)]), "target over time")},
            "sample": sample(residual / max(peaks[1], 1e-9), "residual"),
            "header": {
                "comments": f"Drawn from the target. The sampler plays {table.share:.0%} of its energy, which is not steady."
            },
        },
    )


def _beginning(residual: Float64[F64, " samples"]) -> Float64[F64, " most"]:
    """As much as a preset carries."""
    most = round(_RESIDUAL_SECONDS * SAMPLE_RATE_HZ)
    if len(residual) <= most:
        return residual
    fade = most // 10
    return residual[:most] * np.clip((most - np.arange(most)) / fade, 0.0, 1.0)


def _choice(space: ParamSpace, name: str, text: str) -> int:
    return space[name].choices.index(text)
