"""What amsynth's parts do over time, and the spectrum that follows: envelopes, LFO, cutoff, pitch, levels of 64 bands.

Formulas are those of amsynth (Nick Dowell, GPL-2+: ADSR.cpp, VoiceBoard.cpp, VoiceAllocationUnit.cpp, Parameter.cpp), for a
voice that starts from rest at velocity 100: envelopes are straight lines, the LFO starts at phase 0, a glide in a mono mode
starts at 0 Hz. Left out: what noise as an LFO does to the cutoff, held random values where an oscillator draws from the same
generator, stereo.
"""

import numpy as np

from synthmatch.analytic.amsynth.effects import bent, distorted, filtered, limiter_gain, reverberated
from synthmatch.analytic.amsynth.oscillators import (
    Oscillators,
    Partials,
    noise_bands,
    ringing,
    tone_power,
    tones,
)
from synthmatch.analytic.features import QUIETEST_DB, PartFeatures
from synthmatch.analytic.mel_filterbank import BANDS, CENTRES_HZ, WIDTHS_HZ, mean_power
from synthmatch.analytic.played import PlayedPresets
from synthmatch.arrays import F32, F64, I64, Bools, Float32, Float64
from synthmatch.audio import decibels
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace
from synthmatch.synths.amsynth.waveforms import NOISE, SAW, SINE

_VELOCITY = Note().velocity / 127
_MIDDLE_C_HZ = 261.626
_SHORTEST_SECONDS = 0.0005
#: Times around each at which a level is computed: a frame covers about 46 ms.
_AROUND_SECONDS = np.array([-0.0125, -0.004, 0.004, 0.0125])
#: Presets at a time: their arrays stay near the processor.
_CHUNK = 64
#: A bend of pitch below this moves no band.
_STILL = 0.01
_LFO_NOISE = 3
_USUAL_CREST = 1.5
#: Where the low-pass of the amplifier's control signal begins.
_AMPLIFIER_HZ = 4000.0


def _random_values(count: int) -> Float64[F64, " {count}+1"]:
    """The first values of amsynth's generator of random numbers."""
    values, state = [], 22222
    for _ in range(count):
        state = (state * 196314165 + 907633515) % 2**64
        values.append(state * 2 / 2**64 - 1)
    return np.array([0.0, *values])


_RANDOM = _random_values(1024)


def amsynth_features(space: ParamSpace, played: PlayedPresets) -> PartFeatures:
    """Of the parts of N presets at T times."""
    parts = []
    for start in range(0, max(len(played.native), 1), _CHUNK):
        rows = slice(start, start + _CHUNK)
        knobs = {p.name: played.native[rows, i] for i, p in enumerate(space.parameters)}
        parts.append(_chunk(knobs, played.pitch[rows], played.hold_seconds[rows], played.seconds))
    return PartFeatures(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _chunk(knobs: dict[str, F64], pitch: I64, hold: F64, seconds: F64) -> PartFeatures:
    kinds = {name: np.rint(values).astype(np.int64) for name, values in knobs.items()}
    note_hz = 440.0 * 2.0 ** ((pitch - 69) / 12)
    lfo = _lfo(knobs, kinds, np.maximum(seconds, 0.0))
    glide = _glide(knobs, kinds, seconds)
    amount = knobs["freq_mod_amount"] ** 3 / 2
    target = kinds["freq_mod_osc"]
    bends = [
        np.maximum(1.0 + ((target == 0) | (target == which))[:, None] * amount[:, None] * lfo, 0.02) * glide
        for which in (1, 2)
    ]
    cutoff, filter_level = cutoff_hz(knobs, note_hz[:, None] * glide, lfo, hold, seconds)
    level, noisy = amplifier_level(knobs, kinds, hold, seconds)
    oscillators = oscillators_of(knobs, kinds, note_hz, amount)
    bands = _spectrum(knobs, kinds, oscillators, bends, cutoff, seconds)
    bands *= np.square(level).astype(np.float32)[:, None, :]
    # noise as an LFO on the amplifier gives every sound a hiss
    hiss = (noisy / np.maximum(np.square(1 - _share(knobs["amp_mod_amount"]) / 2), 1e-3))[:, None]
    width = (WIDTHS_HZ / (SAMPLE_RATE_HZ / 2) / (1 + np.square(CENTRES_HZ / _AMPLIFIER_HZ))).astype(np.float32)[:, None]
    bands += (hiss * bands.sum(axis=1)).astype(np.float32)[:, None, :] * width
    crunched = knobs["distortion_crunch"] > 0
    if crunched.any():
        bands[crunched] = distorted(bands[crunched], knobs["distortion_crunch"][crunched])
    wet = reverberated(bands, knobs["reverb_wet"], knobs["reverb_roomsize"], knobs["reverb_damp"], seconds)
    gain = limiter_gain(wet, _crest(knobs, oscillators), seconds)
    levels = decibels(mean_power(wet).astype(np.float64) * gain[:, None, :], QUIETEST_DB)
    note = note_hz[:, None]
    curves = [
        (decibels(np.square(level), QUIETEST_DB)[:, None] + 30.0) / 20.0,
        decibels(gain, QUIETEST_DB)[:, None] / 10.0,
        np.log2(cutoff / note)[:, None] / 3.0,
        np.log2(cutoff / 1000.0)[:, None] / 3.0,
        filter_level[:, None],
        lfo[:, None],
        *(np.log2(bend)[:, None] / 2.0 for bend in bends),
    ]
    return PartFeatures(np.clip(np.concatenate(curves, axis=1), -5.0, 5.0), _values(knobs, oscillators), levels)


def _crest(knobs: dict[str, F64], oscillators: Oscillators) -> Float64[F64, " presets"]:
    """About how far peaks lie above the root mean square: between the oscillators' own and a usual one. Shape: (N,)."""
    ring, power = knobs["osc_mix_mode"], tone_power(oscillators)
    peak = oscillators.amplitude.sum(axis=1) + ring
    square = (np.square(oscillators.amplitude) * power).sum(axis=1) / 2 + np.square(ring) * power.prod(axis=1) / 4
    return np.asarray(np.sqrt(_USUAL_CREST * peak / np.sqrt(square)) ** (1.0 - knobs["distortion_crunch"]))


def _values(knobs: dict[str, F64], oscillators: Oscillators) -> Float64[F64, "presets values"]:
    """What stays: ratios, beats, mixture, resonance. Shape: (N, values)."""
    octaves = np.log2(oscillators.frequency_hz[:, 1] / oscillators.frequency_hz[:, 0])
    off = octaves - np.rint(octaves)
    beat = np.log2(np.abs(off) * np.log(2) * oscillators.frequency_hz[:, 0] + 0.05)
    amplitude = np.log2(oscillators.amplitude + 0.01)
    power = np.log2(tone_power(oscillators) + 0.01)
    wet = np.log2(knobs["reverb_wet"] + 0.01)
    columns = [
        octaves / 2,
        off * 2,
        beat / 3,
        *(amplitude.T / 2),
        *(power.T / 2),
        np.log2(knobs["osc_mix_mode"] + 0.01) / 2,
        np.log2(1.0 - knobs["filter_resonance"]) / 2,
        knobs["lfo_freq"] ** 2 / 20,
        np.log2(knobs["lfo_freq"] ** 2 + 0.05) / 2,
        np.log2(knobs["freq_mod_amount"] ** 3 + 0.001) / 3,
        wet / 2,
        oscillators.synced,
    ]
    return np.clip(np.stack(columns, axis=1), -5.0, 5.0)


def _share(knob: F64) -> F64:
    """A knob of -1 to 1 as a share of 0 to 1."""
    return (knob + 1.0) / 2.0


def oscillators_of(knobs: dict[str, F64], kinds: dict[str, I64], note_hz: F64, amount: F64) -> Oscillators:
    """Both oscillators of presets, whose pitch an LFO bends by `amount`. Shapes: (N,)."""
    ratio = 1.25 ** knobs["osc2_detune"] * 2.0 ** (knobs["osc2_range"] + knobs["osc2_pitch"] / 12)
    second_share = _share(knobs["osc_mix"])
    direct = 1.0 - knobs["osc_mix_mode"]
    waveform = np.stack([kinds["osc1_waveform"], kinds["osc2_waveform"]], axis=1)
    resets = (waveform[:, 0] == SINE) | (waveform[:, 0] == SAW)
    return Oscillators(
        waveform=waveform,
        shape=np.stack([knobs["osc1_pulsewidth"], knobs["osc2_pulsewidth"]], axis=1),
        frequency_hz=np.minimum(np.stack([note_hz, note_hz * ratio], axis=1), SAMPLE_RATE_HZ / 2),
        amplitude=np.stack([(1 - second_share) * direct, second_share * direct], axis=1),
        synced=(kinds["osc2_sync"] == 1) & resets,
        together=(kinds["freq_mod_osc"] == 0) | (amount < _STILL / 10),
    )


def _spectrum(
    knobs: dict[str, F64],
    kinds: dict[str, I64],
    oscillators: Oscillators,
    bends: list[F64],
    cutoff: F64,
    seconds: F64,
) -> Float32[F32, "presets bands times"]:
    """Power of the oscillators behind the filter, in bands. Shape: (N, BANDS, T)."""

    def through(partials: Partials, bend: F64, rows: Bools) -> F32:
        kind, steep = kinds["filter_type"][rows], kinds["filter_slope"][rows] == 1
        found = filtered(partials, bend[rows], cutoff[rows], knobs["filter_resonance"][rows], kind, steep)
        moves = np.abs(bend[rows] - 1).max(axis=1) > _STILL
        if moves.any():
            found[moves] = bent(found[moves], bend[rows][moves])
        return found

    every = np.ones(len(cutoff), bool)
    first, second = tones(oscillators, seconds)
    second_bend = np.where(oscillators.synced[:, None], bends[0], bends[1])
    bands = through(first, bends[0], every) + through(second, second_bend, every)
    noise = noise_bands(oscillators)
    power, ring = tone_power(oscillators), knobs["osc_mix_mode"]
    tonal = oscillators.waveform < NOISE
    both = np.asarray(tonal.all(axis=1) & (ring > 0))
    if both.any():
        product = ringing(Oscillators._make(part[both] for part in oscillators))
        product = product._replace(power=product.power * np.square(ring[both])[:, None])
        bands[both] += through(product, np.sqrt(bends[0] * second_bend), both)
    hissing = np.asarray(~tonal.all(axis=1))
    if hissing.any():
        # noise times another sound is noise of the product of their powers
        times = np.square(ring)[:, None] * power[:, ::-1] / 2 / np.maximum((~tonal).sum(axis=1), 1)[:, None]
        power_bands = np.einsum("ni,nib->nb", np.square(oscillators.amplitude) + times, noise)[hissing]
        centres = np.broadcast_to(CENTRES_HZ, power_bands.shape)
        bands[hissing] += through(Partials(centres, power_bands, BANDS), np.ones_like(cutoff), hissing)
    # partials that cancel leave nothing, and rounding may leave less
    return np.asarray(np.maximum(bands, 0.0))


def _glide(
    knobs: dict[str, F64], kinds: dict[str, I64], seconds: Float64[F64, " times"]
) -> Float64[F64, "presets times"]:
    """Pitch as a share of the note's. Shape: (N, T)."""
    glides = (kinds["keyboard_mode"] > 0) & (kinds["portamento_mode"] == 0)
    length = np.where(glides, knobs["portamento_time"], 0.0)[:, None]
    return np.clip(seconds / np.maximum(length, 1e-4), 0.02, 1.0)


def _lfo(
    knobs: dict[str, F64], kinds: dict[str, I64], seconds: Float64[F64, " times"]
) -> Float64[F64, "presets times"]:
    """From -1 to 1; of noise its mean, 0. The triangle of a fresh amsynth 1.13 begins downwards. Shape: seconds (T,) -> (N, T)."""
    rate = np.square(knobs["lfo_freq"])[:, None]
    turn = rate * seconds % 1.0
    step = np.trunc(SAMPLE_RATE_HZ / np.maximum(rate, 1e-3)) + 1
    place = np.minimum(seconds * SAMPLE_RATE_HZ // step, len(_RANDOM) - 1).astype(np.int64)
    hissing = (kinds["osc1_waveform"] >= NOISE) | (kinds["osc2_waveform"] >= NOISE)
    held = np.where(hissing[:, None], 0.0, _RANDOM[place])
    rising = np.where(turn < 0.5, 2 * turn, 2 * turn - 2)
    triangle = np.where(turn < 0.25, -4 * turn, np.where(turn > 0.75, 4 - 4 * turn, 4 * turn - 2))
    shapes = [np.sin(2 * np.pi * turn), np.where(turn <= 0.5, 1.0, -1.0), triangle, np.zeros_like(turn), held]
    return np.choose(kinds["lfo_waveform"][:, None], [*shapes, rising, -rising])


def cutoff_hz(
    knobs: dict[str, F64],
    frequency: Float64[F64, "presets times"],
    lfo: Float64[F64, "presets times"],
    hold: F64,
    seconds: F64,
) -> tuple[Float64[F64, "presets times"], Float64[F64, "presets times"]]:
    """Cutoff in Hz and the filter envelope. Shape: frequency and LFO (N, T) -> twice (N, T)."""
    level = envelope_levels(knobs, "filter", hold, seconds)
    track = knobs["filter_kbd_track"][:, None]
    base = _MIDDLE_C_HZ * (1 - track) + frequency * track
    velocity = 1.0 - knobs["filter_vel_sens"] * (1.0 - _VELOCITY)
    modulation = 1.0 - _share(knobs["filter_mod_amount"])[:, None] * (1.0 - lfo) / 2.0
    cutoff = (16.0 ** knobs["filter_cutoff"] * velocity)[:, None] * base * modulation
    amount = knobs["filter_env_amount"][:, None]
    opened = np.where(amount > 0, cutoff + frequency * level * amount, cutoff * (1.0 + amount * level / 16.0))
    return np.clip(opened, 10.0, 0.99 * SAMPLE_RATE_HZ / 2), level


def amplifier_level(
    knobs: dict[str, F64], kinds: dict[str, I64], hold: F64, seconds: F64
) -> tuple[Float64[F64, "presets times"], Float64[F64, " presets"]]:
    """Amplitude of the amplifier, root of its mean square around each time, (N, T); variance of a noisy LFO's part, (N,)."""
    around = np.maximum(seconds[:, None] + _AROUND_SECONDS, 0.0).ravel()
    depth = _share(knobs["amp_mod_amount"])
    tremolo = 1.0 - depth[:, None] * (1.0 - _lfo(knobs, kinds, around)) / 2.0
    square = np.square(envelope_levels(knobs, "amp", hold, around) * tremolo)
    mean = square.reshape(len(hold), len(seconds), len(_AROUND_SECONDS)).mean(axis=2)
    velocity = 1.0 - knobs["amp_vel_sens"] * (1.0 - _VELOCITY)
    gain = velocity * np.square(knobs["master_vol"])
    noisy = np.where(kinds["lfo_waveform"] == _LFO_NOISE, np.square(depth) / 12, 0.0)
    return np.sqrt(mean) * gain[:, None], noisy


def envelope_levels(knobs: dict[str, F64], which: str, hold: F64, seconds: F64) -> Float64[F64, "presets times"]:
    """Straight lines: up, down to the sustain level, and from wherever it is at the release to 0. Shape: (N, T)."""
    attack, decay, release = (
        knobs[f"{which}_{stage}"][:, None] ** 3 + _SHORTEST_SECONDS for stage in ("attack", "decay", "release")
    )
    sustain, hold = knobs[f"{which}_sustain"][:, None], hold[:, None]
    top = np.where(decay <= _SHORTEST_SECONDS, sustain, 1.0)
    held = np.concatenate([np.minimum(seconds, hold), hold], axis=1)
    fallen = np.clip((held - attack) / decay, 0.0, 1.0)
    level = np.where(held < attack, top * held / attack, top + (sustain - top) * fallen)
    after = np.clip(1.0 - (seconds - hold) / release, 0.0, 1.0)
    return np.asarray(np.where(seconds > hold, level[:, -1:] * after, level[:, :-1]))
