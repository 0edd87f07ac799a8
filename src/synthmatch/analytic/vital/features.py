"""What a Vital voice does over time: its spectrum as its formulas say it, and the curves that make it.

The spectrum is the power of each oscillator's harmonics in quarter octaves, of the wavetable's frame and at the pitch
that envelopes and LFOs give it, through the filters that it is sent to, under the amplifier's envelope. Formulas are those
of Vital (Matt Tytel, GPL-3: src/synthesis/modules/producers_module.cpp, filters_module.cpp and synth_voice_handler.cpp,
producers/synth_oscillator.cpp). Left out: the width of unison, what one oscillator does to another, most spectral morphs,
own wavetables, and effects but the reverb's tail.
"""

import numpy as np

from synthmatch.analytic.features import QUIETEST_DB, PartFeatures
from synthmatch.analytic.played import PlayedPresets
from synthmatch.analytic.vital.bands import BANDS, CENTRES_HZ, IN_OCTAVE, LOWEST_HZ
from synthmatch.analytic.vital.filters import filter_gain
from synthmatch.analytic.vital.modulation import Voice
from synthmatch.analytic.vital.oscillators import harmonics
from synthmatch.arrays import F32, F64, Float32, Float64
from synthmatch.audio import decibels
from synthmatch.params import ParamSpace
from synthmatch.synths.vital.counts import LFOS, OSCILLATORS

#: The pitch of an oscillator that does not follow the keyboard, as a MIDI number.
_UNTRACKED = 48.0
#: Power of a full sample of white noise, uniform over 0.9 of full scale, in each band.
_NOISE = np.diff(LOWEST_HZ * 2.0 ** ((np.arange(BANDS + 1) - 0.5) / IN_OCTAVE)) / 22_050 * 0.9**2 / 3
#: Seconds to a thousandth of an amplitude, in time constants of power.
_DECAY_CONSTANTS = 6 * np.log(10)
#: Power that the reverb holds of a steady sound: at once, and for a second of its time constant; its own spread in time.
_EARLY, _LATE_A_SECOND, _SPREAD_SECONDS = 0.15, 0.66, 0.02
_FILTER_1, _FILTER_2, _BOTH = 0, 1, 2
#: How many dB are 1 in a curve.
_SCALE_DB = 30.0


def vital_features(space: ParamSpace, played: PlayedPresets) -> PartFeatures:
    """Of the parts of N voices at T times."""
    voice = Voice(space, played)
    amplitude = _amplitude(voice)
    pitches = [_pitch(voice, f"osc_{k}") for k in range(1, OSCILLATORS + 1)]
    levels = [
        _level(voice, f"osc_{k}") * np.sqrt(_together(voice, f"osc_{k}"))[:, None] for k in range(1, OSCILLATORS + 1)
    ] + [_level(voice, "sample")]
    spectrum = _spectrum(voice, pitches, levels) * np.square(amplitude)[:, :, None].astype(np.float32)
    spectrum = _reverberated(voice, spectrum, played.seconds)
    curves = [_db(np.square(amplitude)), *(_db(np.square(level * amplitude)) for level in levels)]
    curves += [(p - played.pitch[:, None]) / 24 for p in pitches]
    for k in range(1, OSCILLATORS + 1):
        curves += [voice(f"osc_{k}_wave_frame") / 128 - 1, voice(f"osc_{k}_distortion_amount") * 2 - 1]
        curves.append(voice(f"osc_{k}_spectral_morph_amount") * 2 - 1)
    for k in (1, 2):
        cutoff = voice.cutoff(f"filter_{k}")
        curves += [(cutoff - 64) / 32, (cutoff - played.pitch[:, None]) / 32, voice(f"filter_{k}_resonance") * 2 - 1]
    moving = [voice.envelopes[:, 1:] * 2 - 1, voice.lfos * 2 - 1]
    values = [np.clip(np.log2(voice.lfo_hz(f"lfo_{k}") + 1e-3) / 4, -3, 3) for k in range(1, LFOS + 1)]
    values += [2 * np.ptp(voice.lfos, axis=2)[:, k] - 1 for k in range(LFOS)]
    return PartFeatures(
        np.concatenate([np.clip(np.stack(curves, axis=1), -4, 4), *moving], axis=1),
        np.stack(values, axis=1),
        decibels(np.moveaxis(spectrum, 2, 1).astype(np.float64), QUIETEST_DB),
    )


def _db(power: Float64[F64, " *shape"]) -> Float64[F64, " *shape"]:
    """Decibels of a power as a curve, with half of the range as the middle. Same shape."""
    return (decibels(power, QUIETEST_DB) - QUIETEST_DB / 2) / _SCALE_DB


def _amplitude(voice: Voice) -> F64:
    """What all is multiplied by, the master volume too. Shape: (N, T)."""
    track = 1 + voice.base("velocity_track") * (voice.velocity - 1)
    volume_db = np.sqrt(voice("volume")) - 80.0
    return np.square(voice.envelopes[:, 0] * voice("voice_amplitude") * track[:, None]) * 10 ** (volume_db / 20)


def _level(voice: Voice, prefix: str) -> F64:
    """Amplitude of an oscillator or the sample in the mean of both channels; 0 where it is off. Shape: (N, T)."""
    on = (voice.choice(f"{prefix}_on") == 1)[:, None]
    return np.square(np.maximum(voice(f"{prefix}_level"), 0.0)) * np.cos(voice(f"{prefix}_pan") * np.pi / 4) * on


def _together(voice: Voice, prefix: str) -> F64:
    """What the mean of both channels leaves of an oscillator's power: voices of a side are a pair's halves. Shape: (N,)."""
    voices, blend = voice.base(f"{prefix}_unison_voices"), voice.base(f"{prefix}_unison_blend")
    pairs = np.ceil(np.rint(voices) / 2)
    centre, detuned = 1 - 0.6 * blend, 0.6 * (1 - np.square(1 - blend))
    share = np.square(centre) / (np.square(centre) + np.square(detuned) * np.maximum(pairs - 1, 0))
    even, odd = np.full_like(voices, 0.5), share + (1 - share) / 2
    return np.where(np.rint(voices) == 1, 1.0, np.where(np.rint(voices) % 2 == 0, even, odd))


def _pitch(voice: Voice, prefix: str) -> F64:
    """MIDI number that an oscillator plays. Shape: (N, T)."""
    tracked = (voice.choice(f"{prefix}_midi_track") == 1)[:, None]
    return np.where(tracked, voice.moving_key(), _UNTRACKED) + voice(f"{prefix}_transpose") + voice(f"{prefix}_tune")


def _spectrum(voice: Voice, pitches: list[F64], levels: list[F64]) -> Float32[F32, "presets times bands"]:
    """Power in each band before the amplifier. Shape: (N, T, BANDS)."""
    count, times = levels[0].shape
    sent = [np.zeros((count, times, BANDS), np.float32) for _ in range(3)]
    on = [voice.choice("filter_1_on") == 1, voice.choice("filter_2_on") == 1]
    for k, prefix in enumerate((*(f"osc_{k}" for k in range(1, OSCILLATORS + 1)), "sample")):
        rows = np.flatnonzero(levels[k].any(axis=1))
        power = np.square(levels[k][rows])[:, :, None].astype(np.float32)
        power = power * (
            _NOISE.astype(np.float32) if prefix == "sample" else harmonics(voice, prefix, pitches[k], rows)
        )
        place = voice.choice(f"{prefix}_destination")[rows]
        to = [on[0][rows] & np.isin(place, (_FILTER_1, _BOTH)), on[1][rows] & np.isin(place, (_FILTER_2, _BOTH))]
        for buffer, share in zip(sent, (*to, ~(to[0] | to[1])), strict=True):
            buffer[rows[share]] += power[share]
    first, second, out = sent
    one, two = np.flatnonzero(on[0]), np.flatnonzero(on[1])
    gains = [filter_gain(voice, "filter_1", one), filter_gain(voice, "filter_2", two)]
    backward = on[0] & (voice.choice("filter_1_filter_input") == 1)
    forward = on[1] & ~backward & (voice.choice("filter_2_filter_input") == 1)
    second[two[backward[two]]] *= gains[1][backward[two]]
    first[backward] += second[backward]
    first[one] *= gains[0]
    second[forward] += first[forward]
    straight = two[~backward[two]]
    second[straight] *= gains[1][~backward[two]]
    out += np.where(forward[:, None, None], 0, first)
    out += np.where(backward[:, None, None], 0, second)
    return out


def _reverberated(
    voice: Voice, power: Float32[F32, "presets times bands"], seconds: Float64[F64, " times"]
) -> Float32[F32, "presets times bands"]:
    """Power with the reverb's tail. Shape: (N, T, BANDS), (T,) -> (N, T, BANDS).

    What the reverb holds comes nearer to what goes in, as fast as it decays. How much it holds is measured.
    """
    rows = np.flatnonzero(voice.choice("reverb_on") == 1)
    decay = np.clip(2.0 ** voice.base("reverb_decay_time")[rows], 0.1, 100.0) / _DECAY_CONSTANTS
    low_hz, high_hz = (
        440 * 2.0 ** ((voice.base(f"reverb_pre_{side}_cutoff")[rows, None] - 69) / 12) for side in ("low", "high")
    )
    passed = 1 / ((1 + np.square(CENTRES_HZ / high_hz)) * (1 + np.square(low_hz / CENTRES_HZ)))
    goal = (passed * (_EARLY + _LATE_A_SECOND * decay)[:, None]).astype(np.float32)
    mix = voice("reverb_dry_wet")[rows] * np.pi / 2
    kept = np.exp(-np.diff(seconds, prepend=0.0) / (decay[:, None] + _SPREAD_SECONDS)).astype(np.float32)
    held = np.zeros((len(rows), BANDS), np.float32)
    wet = np.empty((len(rows), *power.shape[1:]), np.float32)
    for time in range(len(seconds)):
        held = held * kept[:, time, None] + goal * power[rows, time] * (1 - kept[:, time, None])
        wet[:, time] = held
    dry_share, wet_share = (np.square(f(mix))[:, :, None].astype(np.float32) for f in (np.cos, np.sin))
    power[rows] = power[rows] * dry_share + wet * wet_share
    return power
