"""Short sounds that a sampler or a wavetable synthesizer holds: single cycles, and samples with a loop.

Such a file is no note by itself. A single cycle is repeated, and the loop of a short sample, until they last a second.
Audio is float32 (channels, samples) at the file's own rate.
"""

import numpy as np

from synthmatch.arrays import Float, Floats
from synthmatch.audio.parts import Loop

#: How long a note is made.
_HELD_SECONDS = 1.0
#: A sample that lasts longer is a note without its loop.
_SHORT_SECONDS = 0.5
#: A cycle at 44.1 kHz, or at the 8 kHz of old samplers, with a few harmonics.
_FEWEST_SAMPLES = 16
#: Any short sound may be a cycle up to this length; longer, only one of a wavetable's lengths.
_CYCLE_SECONDS = 0.03
_TABLE_SAMPLES = (1_024, 2_048, 4_096)
#: The lowest pitch that is looked for in a sound.
_LOWEST_HZ = 20.0
#: Each quarter of a cycle has this share of its energy: a click dies away. A ringing one within a loop must be steadier.
_CYCLE_SHARE, _LOOP_SHARE = 0.01, 0.05
#: The upper half of a cycle's spectrum has less than this share; of a burst of noise it has half.
_TREBLE_SHARE = 0.25
#: The step from a cycle's end to its start, against the RMS of the steps within, and a step that is a jump: of 2,311 parts
#: cut out of sonic-pi-samples 35 % pass for cycles, of sums of harmonics in any phase 99 %, of pulses those of 5 % and more.
_STEP, _JUMP = 3.0, 6.0
#: Correlation with a straight line from which a cycle is a sawtooth that jumps where it ends.
_STRAIGHT = 0.95


def held(
    audio: Float[Floats, "channels samples"], rate_hz: float, loop: Loop | None
) -> tuple[Float[Floats, "channels held"], str | None, float | None]:
    """The sound as a note, a line that says what was done, or None, and the pitch in Hz of a single cycle."""
    samples = audio.shape[1]
    if samples < _FEWEST_SAMPLES or samples > _SHORT_SECONDS * rate_hz:
        return audio, None, None
    length = round(_HELD_SECONDS * rate_hz)
    if loop and _can_be_held(audio, loop):
        body = audio[:, loop.first : loop.end]
        if loop.there_and_back:
            body = np.concatenate([body[:, ::-1], body], axis=1)
        times = -(-(length - samples) // body.shape[1])
        note = np.concatenate([audio[:, : loop.end], np.tile(body, times), audio[:, loop.end :]], axis=1)
        return note, f"a sample of {1_000 * samples / rate_hz:.0f} ms: held by its loop", None
    if _is_cycle(audio, rate_hz, loop):
        note = np.tile(audio, -(-length // samples))
        return (
            note,
            f"a single cycle of {samples} samples: repeated to a note of {rate_hz / samples:.1f} Hz",
            rate_hz / samples,
        )
    return audio, None, None


def _can_be_held(audio: Float[Floats, "channels samples"], loop: Loop) -> bool:
    """Whether a loop follows an attack and is steady. A drum hit with a loop around all of it is not."""
    inside = loop.first > 0 and loop.end - loop.first >= _FEWEST_SAMPLES and loop.end <= audio.shape[1]
    return inside and _least_quarter(audio[:, loop.first : loop.end]) >= _LOOP_SHARE


def _is_cycle(audio: Float[Floats, "channels samples"], rate_hz: float, loop: Loop | None) -> bool:
    samples = audio.shape[1]
    if samples >= _CYCLE_SECONDS * rate_hz and (samples not in _TABLE_SAMPLES or rate_hz / samples < _LOWEST_HZ):
        return False
    power = np.square(audio, dtype=np.float64).sum(axis=1)
    if not 0.0 < power.sum() < np.inf:
        return False
    cycle = audio[int(power.argmax())].astype(np.float64)
    if _least_quarter(audio) < _CYCLE_SHARE:
        return False
    # the file says that it goes round
    if loop and loop.first == 0 and loop.end == samples:
        return True
    spectrum = np.square(np.abs(np.fft.rfft(cycle - cycle.mean())))
    if spectrum[len(spectrum) // 2 :].sum() >= _TREBLE_SHARE * spectrum.sum():
        return False
    steps = np.abs(np.diff(cycle, append=cycle[0]))
    usual, largest = float(np.sqrt(np.mean(np.square(steps[:-1])))), float(steps[:-1].max())
    # a wave that jumps within may jump where it ends
    jumps = largest > min(_JUMP, np.sqrt(samples) / 3.0) * usual
    straight = abs(float(np.corrcoef(cycle, np.arange(samples))[0, 1])) > _STRAIGHT
    return straight or bool(steps[-1] <= 1.001 * max(_STEP * usual, largest * jumps))


def _least_quarter(audio: Float[Floats, "channels samples"]) -> float:
    """Share of the energy that the weakest quarter has."""
    power = np.square(audio, dtype=np.float64).sum(axis=0)
    quarters = np.array([quarter.sum() for quarter in np.array_split(power, 4)])
    total = float(quarters.sum())
    return float(quarters.min()) / total if total else 0.0
