"""DX7 voices drawn from a target that is struck: its loudest partials are operators of their own, pairs of operators the rest.

Four voices, with 0 to 3 pairs. Which is nearest depends on the target, and a render of each tells. None for other targets
(`struck`).
"""

import numpy as np
from scipy.ndimage import median_filter

from synthmatch.analysis.fundamental import fundamental_hz
from synthmatch.analysis.partials import Partials, strongest_partials
from synthmatch.arrays import F32, F64, Audio, Float, Float32, Float64, Floats
from synthmatch.audio import mono
from synthmatch.features.bands import mel_bands
from synthmatch.features.loudness import k_weights
from synthmatch.features.sketch import MELS, WINDOW
from synthmatch.features.stft import channel_power
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.dexed.envelope import Envelope, EnvelopeFitter
from synthmatch.proposers.drawn.dexed.frequency import Tuner
from synthmatch.proposers.drawn.dexed.mixture import FittedPair, Mixture
from synthmatch.proposers.drawn.dexed.pairs import candidates, pair_bands, sine_bands
from synthmatch.proposers.drawn.dexed.struck import falls, tonal
from synthmatch.proposers.drawn.dexed.voice import MODULATOR_DB, Operator, steps_below, voice

#: By the number of pairs: the algorithm, modulator and carrier of each, and the carriers without a modulator. Only operator 6 has
#: feedback.
_ALGORITHMS = (
    (32, (), (1, 2, 3, 4, 5, 6)),
    (31, ((6, 5),), (1, 2, 3, 4)),
    (29, ((6, 5), (4, 3)), (1, 2)),
    (5, ((6, 5), (4, 3), (2, 1)), ()),
)
#: Partials that are looked at, those of them that may be operators, and those that may be carriers of pairs. Not tuned.
_PARTIALS, _SINGLES, _CARRIERS = 40, 6, 8
#: Times at which levels are measured, and samples between two frames of which they are some. Not tuned.
_TIMES, _HOP = 64, 256
#: Frames over which a modulator's level is smoothed, by their median. Not tuned.
_SMOOTH = 5
#: Samples of a window whose bins have the K-weights of frequencies.
_WEIGHTS_WINDOW = 8192


def draw_dexed(space: ParamSpace, target: Audio, note: Note) -> list[Preset]:
    """Presets that sound like a target, (channels, samples), when `note` plays them. Their level is not the target's.

    None where it does not fall as a struck sound does, or its loudest partials are not most of it.
    """
    sound = mono(target)[note.start_samples :].astype(np.float64)
    if not falls(sound, note.hold_seconds):
        return []
    seconds = len(sound) / SAMPLE_RATE_HZ * _dense(_TIMES)
    partials = _loudest_first(strongest_partials(sound, seconds, _PARTIALS), seconds)
    if not len(partials.hz):
        return []
    singles = Partials(partials.hz[:_SINGLES], partials.amplitudes[:_SINGLES])
    sines = sine_bands(singles.hz)
    frames, power = _band_power(sound)
    at_frames = np.array([np.interp(frames, seconds, track) for track in singles.amplitudes])
    if not tonal(frames, power, _played(at_frames, sines)):
        return []
    found_hz = fundamental_hz(sound, note.hz)
    tuner = Tuner(note.hz, found_hz)
    pairs = candidates(partials.hz[:_CARRIERS], found_hz)
    mixture = Mixture(power, pairs, pair_bands(pairs))
    envelopes = [*map(EnvelopeFitter(seconds, note.hold_seconds).fitted, singles.amplitudes)]
    of_frames = EnvelopeFitter(_with_start(frames), note.hold_seconds)
    drawn = list[Preset]()
    for count, (algorithm, numbers, single_numbers) in enumerate(_ALGORITHMS):
        of = slice(len(single_numbers))
        # the first pair has operator 6, and with it the feedback
        fitted = sorted(mixture.fitted(_played(at_frames[of], sines[of]), count), key=lambda one: -one.pair.feedback)
        carriers = [*zip(single_numbers, singles.hz.tolist(), envelopes, strict=False)]
        modulators = list[tuple[int, float, Envelope]]()
        for (modulator, carrier), one in zip(numbers, fitted, strict=True):
            of_carrier, of_modulator = _pair_envelopes(one, of_frames)
            carriers.append((carrier, one.pair.carrier_hz, of_carrier))
            modulators.append((modulator, one.pair.modulator_hz, of_modulator))
        top_db = max(envelope.level_db for _, _, envelope in carriers)
        operators = [
            (number, Operator(tuner(hz), envelope, steps_below(envelope.level_db, full_db)))
            for those, full_db in ((carriers, top_db), (modulators, MODULATOR_DB))
            for number, hz, envelope in those
        ]
        drawn.append(voice(space, algorithm, operators, max((one.pair.feedback for one in fitted), default=0)))
    return drawn


def _dense(count: int) -> Float64[F64, " {count}"]:
    """Places from 0 to 1, dense at the onset, where most happens."""
    return np.asarray(np.linspace(0, 1, count) ** 2)


def _loudest_first(partials: Partials, seconds: Float64[F64, " times"]) -> Partials:
    """Partials by their loudness, the mean over time."""
    power = k_weights(_WEIGHTS_WINDOW)[np.rint(partials.hz * _WEIGHTS_WINDOW / SAMPLE_RATE_HZ).astype(np.int64)]
    loudness = (partials.amplitudes * np.sqrt(power)[:, None]) ** 0.75
    order = np.argsort(-np.trapezoid(loudness, seconds, axis=1), kind="stable")
    return Partials(partials.hz[order], partials.amplitudes[order])


def _band_power(sound: Float64[F64, " samples"]) -> tuple[Float64[F64, " frames"], Float32[F32, "frames bands"]]:
    """Power in mel bands at some frames, and the time of each frame's middle in seconds."""
    power = channel_power(sound[None], WINDOW, _HOP) @ mel_bands(WINDOW, MELS)
    chosen = np.unique(np.rint((len(power) - 1) * _dense(_TIMES)).astype(np.int64))
    return (chosen * _HOP + WINDOW / 2) / SAMPLE_RATE_HZ, power[chosen].astype(np.float32)


def _played(
    amplitudes: Float64[F64, "partials frames"], bands: Float32[F32, "partials bands"]
) -> Float32[F32, "frames bands"]:
    """Power in mel bands of sines of such amplitudes; `bands` are those of full-scale ones."""
    return (np.square(amplitudes)[:, :, None] * bands[:, None]).sum(axis=0).astype(np.float32)


def _pair_envelopes(one: FittedPair, fitter: EnvelopeFitter) -> tuple[Envelope, Envelope]:
    """Envelopes of a pair's carrier and its modulator."""
    carrier, depth = _from_start(one.carrier), _from_start(median_filter(one.modulator, _SMOOTH, mode="nearest"))
    return fitter.fitted(carrier), fitter.fitted(depth, carrier, MODULATOR_DB)


def _with_start(frames: Float64[F64, " frames"]) -> Float64[F64, " frames+2"]:
    """Times of frames, and two before them."""
    return np.concatenate([frames[0] * np.array([0.2, 0.6]), frames])


def _from_start(track: Float[Floats, " frames"]) -> Float64[F64, " frames+2"]:
    """A level by frames, the first one twice more before it: what a frame says is said of all its time."""
    return np.concatenate([track[:1], track[:1], track]).astype(np.float64)
