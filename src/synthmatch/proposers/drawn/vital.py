"""A Vital preset drawn from the target: its partials become a wavetable, an LFO of its own moves through it, and what is not
steady plays in the sampler.

Amplitude and timbre are in the table as long as the note is held; after that the table keeps its level, and the release
of envelope 1, fitted to the target, lets it die away.
"""

import numpy as np

from synthmatch.analysis.fundamental import fundamental_hz
from synthmatch.analysis.harmonics import harmonic_amplitudes
from synthmatch.analysis.tonal import tonal_part
from synthmatch.arrays import F64, Audio, Float64
from synthmatch.audio import mono
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.release import Release, fitted_release
from synthmatch.synths.vital.own import lfo_shape, sample, wavetable

#: Keyframes of the table: 33 are further away, 129 no nearer (docs/results/tried.md, "The search from drawn presets").
_KEYFRAMES = 65
_WAVE = 2048
#: Points of the LFO's shape, dense where it is steep.
_POINTS = 60
#: Level of the louder of oscillator and sampler, where Vital starts both: it glides from there when a preset is loaded.
_LEVEL = np.sqrt(0.5)
#: The most of the target's energy that the sampler plays: the rest, which is the table's, can be edited and plays every key.
_MOST_RESIDUAL = 0.3
#: Seconds of it that a preset carries, so that its file has less than 1.5 MB; the last tenth is faded out.
_RESIDUAL_SECONDS = 6.0
#: A frame so far below that of the note's end has no timbre to tell, as a share of amplitude: -50 dB.
_SILENT = 10 ** (-50 / 20)


def draw_vital(space: ParamSpace, target: Audio, note: Note) -> list[Preset]:
    """One preset that sounds like a target, (channels, samples), when `note` plays it. Its level is not the target's."""
    sound = mono(target)[note.start_samples :].astype(np.float64)
    note_hz = 440.0 * 2.0 ** ((note.pitch - 69) / 12)
    found_hz = fundamental_hz(sound, note_hz)
    tonal = tonal_part(sound)
    residual = sound - tonal
    share = np.square(residual).sum() / max(np.square(sound).sum(), np.finfo(np.float64).tiny)
    if share > _MOST_RESIDUAL:
        residual *= np.sqrt(_MOST_RESIDUAL / share)
        tonal, share = sound - residual, _MOST_RESIDUAL
    # dense at the onset, where most happens
    seconds = len(sound) / SAMPLE_RATE_HZ * np.linspace(0, 1, _KEYFRAMES) ** 2
    amplitudes = harmonic_amplitudes(tonal, found_hz, seconds, _WAVE // 2 - 1)
    release = fitted_release(sound, note.hold_seconds)
    if release:
        amplitudes = _held(amplitudes, seconds, note.hold_seconds)
    waves = _waves(amplitudes)
    residual = _beginning(residual)
    peaks = np.array([np.abs(waves).max(), np.abs(residual).max()])
    levels = _LEVEL * np.sqrt(peaks / peaks.max())
    place = np.linspace(0, 1, _POINTS) ** 2
    settings = {
        "osc_1_on": 1,
        "osc_1_level": levels[0],
        "osc_1_tune": 12 * np.log2(found_hz / note_hz),
        "sample_on": 1,
        "sample_level": levels[1],
        "sample_loop": 0,
        "sample_keytrack": 0,
        "lfo_1_sync": _choice(space, "lfo_1_sync", "Seconds"),
        "lfo_1_sync_type": _choice(space, "lfo_1_sync_type", "Envelope"),
        "lfo_1_frequency": -np.log2(seconds[-1]),
        "lfo_1_smooth_mode": 0,
        "lfo_1_smooth_time": space["lfo_1_smooth_time"].low,
        "modulation_1_source": _choice(space, "modulation_1_source", "lfo_1"),
        "modulation_1_destination": _choice(space, "modulation_1_destination", "osc_1_wave_frame"),
        "modulation_1_amount": 1,
        "env_1_attack": 0,
        "env_1_sustain": 1,
        "env_1_release": (release or Release()).seconds ** 0.25,
        "env_1_release_power": (release or Release()).power,
    }
    preset = Preset(
        space.synth,
        space.from_named(settings),
        "",
        {
            "wavetables": {"1": wavetable(waves / max(peaks[0], 1e-9), "target")},
            "lfos": {"1": lfo_shape(np.column_stack([place, np.sqrt(place)]), "target over time")},
            "sample": sample(residual / max(peaks[1], 1e-9), "residual"),
            "header": {
                "comments": f"Drawn from the target. The sampler plays {share:.0%} of its energy, which is not steady."
            },
        },
    )
    return [preset]


def _beginning(residual: Float64[F64, " samples"]) -> Float64[F64, " most"]:
    """As much as a preset carries."""
    most = round(_RESIDUAL_SECONDS * SAMPLE_RATE_HZ)
    if len(residual) <= most:
        return residual
    fade = most // 10
    return residual[:most] * np.clip((most - np.arange(most)) / fade, 0.0, 1.0)


def _held(
    amplitudes: Float64[F64, "times harmonics"], seconds: Float64[F64, " times"], hold_seconds: float
) -> Float64[F64, "times harmonics"]:
    """Amplitudes that keep their level after the note's end; of what is silent there, the timbre before."""
    levels = np.sqrt(np.square(amplitudes).sum(axis=1))
    end = max(0, int(np.searchsorted(seconds, hold_seconds, side="right")) - 1)
    held = amplitudes.copy()
    for time in range(end + 1, len(levels)):
        sounding = levels[time] > _SILENT * levels[end]
        held[time] = amplitudes[time] * levels[end] / levels[time] if sounding else held[time - 1]
    return held


def _waves(amplitudes: Float64[F64, "times harmonics"]) -> Float64[F64, "times 2048"]:
    """One period of each keyframe. Phases are random, which keeps peaks low, and the same in all, so that fades do not cancel."""
    count = amplitudes.shape[1]
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, count)
    spectrum = np.zeros((len(amplitudes), _WAVE // 2 + 1), np.complex128)
    spectrum[:, 1 : count + 1] = amplitudes * np.exp(1j * phases) * _WAVE / 2
    return np.fft.irfft(spectrum, _WAVE, axis=1)


def _choice(space: ParamSpace, name: str, text: str) -> int:
    return space[name].choices.index(text)
