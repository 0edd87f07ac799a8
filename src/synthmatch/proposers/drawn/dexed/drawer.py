"""DX7 voices drawn from the target."""

import numpy as np
from scipy.signal import medfilt

from synthmatch.analysis.fundamental import fundamental_hz
from synthmatch.analysis.partials import Partials, strongest_partials
from synthmatch.arrays import F64, Audio, Float64, Floats
from synthmatch.audio import mono
from synthmatch.features.bands import mel_bands
from synthmatch.features.loudness import k_weights
from synthmatch.features.sketch import MELS, WINDOW
from synthmatch.features.stft import channel_power
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.dexed.envelope import LevelTrack
from synthmatch.proposers.drawn.dexed.frequency import Tuner
from synthmatch.proposers.drawn.dexed.mixture import Mixture, candidates
from synthmatch.proposers.drawn.dexed.pairs import pair_bands, sine_bands
from synthmatch.proposers.drawn.dexed.voice import Operator, steps_below, voice
from synthmatch.synths.dexed.levels import STEP_DB

#: Partials that are looked at.
_PARTIALS = 40
#: Times at which their amplitudes are measured.
_TIMES = 64
_WEIGHTS_WINDOW = 8192
_HOP = 256
#: Frames over which a modulator's level is smoothed, by their median. Not tuned.
_SMOOTH = 5
#: Partials that may be carriers of pairs.
_CARRIERS = 8


#: By the number of pairs: the algorithm, the modulator and carrier of each, the single carriers. One with feedback comes first.
_ALGORITHMS = {
    0: (32, (), (1, 2, 3, 4, 5, 6)),
    1: (31, ((6, 5),), (1, 2, 3, 4)),
    2: (29, ((6, 5), (4, 3)), (1, 2)),
    3: (5, ((6, 5), (4, 3), (2, 1)), ()),
}


def draw_dexed(space: ParamSpace, target: Audio, note: Note) -> list[Preset]:
    """Presets that sound like a target, (channels, samples), when `note` plays them. Their level is not the target's."""
    sound = mono(target)[note.start_samples :].astype(np.float64)
    note_hz = 440.0 * 2.0 ** ((note.pitch - 69) / 12)
    seconds = _times(len(sound) / SAMPLE_RATE_HZ)
    partials = strongest_partials(sound, seconds, _PARTIALS)
    if not len(partials.hz):
        return []
    loudest = np.argsort(-_loudness(partials, seconds), kind="stable")
    hz, amplitudes = partials.hz[loudest], partials.amplitudes[loudest]
    power = channel_power(sound[None], WINDOW, _HOP) @ mel_bands(WINDOW, MELS)
    frame_seconds = (np.arange(len(power)) * _HOP + WINDOW / 2) / SAMPLE_RATE_HZ
    # dense at the onset, too
    places = np.unique(np.rint((len(power) - 1) * np.linspace(0, 1, _TIMES) ** 2).astype(np.int64))
    power, frame_seconds = power[places].astype(np.float32), frame_seconds[places]
    found_hz = fundamental_hz(sound, note_hz)
    tuner = Tuner(note_hz, found_hz)
    pairs = candidates(hz[:_CARRIERS], found_hz)
    mixture = Mixture(power, pairs, pair_bands(pairs))
    sines = sine_bands(hz[:6])
    started = np.concatenate([frame_seconds[0] * np.array([0.2, 0.6]), frame_seconds])
    drawn = list[Preset]()
    for count, (algorithm, places_of_pairs, singles) in _ALGORITHMS.items():
        there = np.array([np.interp(frame_seconds, seconds, one) for one in amplitudes[: len(singles)]]).reshape(-1, len(power))
        others = (np.square(there).T @ sines[: len(singles)].astype(np.float64)).astype(np.float32)
        fitted, error = mixture.fitted(others, count)
        fitted.sort(key=lambda one: -one.pair.feedback)
        carriers = [
            *((number, hz_of, LevelTrack(track, seconds, note.hold_seconds).fitted())
              for number, hz_of, track in zip(singles, hz, amplitudes, strict=False)),
            *((carrier, one.pair.carrier_hz, LevelTrack(_from_start(one.carrier), started, note.hold_seconds).fitted())
              for (_, carrier), one in zip(places_of_pairs, fitted, strict=True)),
        ]
        modulators = [
            (modulator, one.pair.modulator_hz, LevelTrack(_from_start(medfilt(one.modulator, _SMOOTH)), started, note.hold_seconds, _from_start(one.carrier), STEP_DB * 8).fitted())
            for (modulator, _), one in zip(places_of_pairs, fitted, strict=True)
        ]
        top = max(envelope.level_db for _, _, envelope in carriers)
        operators = [
            (number, Operator(tuner(float(of)), envelope, steps_below(envelope.level_db, level)))
            for those, level in ((carriers, top), (modulators, STEP_DB * 8))
            for number, of, envelope in those
        ]
        drawn.append(voice(space, algorithm, operators, max((one.pair.feedback for one in fitted), default=0)))
    return drawn


def _times(length: float) -> Float64[F64, " times"]:
    """Times after the start, dense at the onset, where most happens."""
    return length * np.linspace(0, 1, _TIMES) ** 2


def _loudness(partials: Partials, seconds: Float64[F64, " times"]) -> Float64[F64, " partials"]:
    """Loudness of each partial, the mean over time."""
    power = k_weights(_WEIGHTS_WINDOW)[np.rint(partials.hz * _WEIGHTS_WINDOW / SAMPLE_RATE_HZ).astype(np.int64)]
    loudness = (partials.amplitudes * np.sqrt(power)[:, None]) ** 0.75
    return np.asarray(np.trapezoid(loudness, seconds, axis=1))


def _from_start(track: Floats) -> Float64[F64, " times"]:
    """A level by frames, with the first frame's twice before it: what a frame says is said of all its time."""
    return np.concatenate([track[:1], track[:1], track]).astype(np.float64)
