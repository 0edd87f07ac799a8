"""A sound's steady part and the rest, with the movement of its pitch taken out: what moved would count as not steady, or smear."""

from typing import NamedTuple

import numpy as np

from synthmatch.analysis.glide import glide_track
from synthmatch.analysis.lines import octaves_below
from synthmatch.analysis.pitch import PitchTrack, harmonic_track, partial_track, refined
from synthmatch.analysis.tonal import Parts as TonalAndResidual
from synthmatch.analysis.tonal import tonal_and_residual
from synthmatch.arrays import F64, Float64
from synthmatch.note import SAMPLE_RATE_HZ

#: The most of the target's energy that counts as not steady: the rest, which is the table's, can be edited and plays every key.
_MOST_RESIDUAL = 0.3
#: Spreads of a pitch in cents, below which it stands still: of harmonics, and of a glide. Not tuned.
_STILL_CENTS, _NO_GLIDE_CENTS = 4.0, 10.0
#: A glide is looked for in so many seconds, where more than the first share of energy is not steady. Without a glide at most the
#: second share of that is left: else it is none. Not tuned.
_GLIDE_SECONDS, _UNSTEADY, _LEFT = 3.0, 0.02, 0.7
#: All harmonics together give the glide where they leave at most so much of what would be enough, or the loudest partial leaves.
#: Not tuned.
_CLEARLY = 0.7


class Parts(NamedTuple):
    """A sound's steady part and its residual, which add up to it, and the residual's share of its energy, 0 to 1.

    `flat` is the steady part at constant pitch.
    """

    tonal: Float64[F64, " samples"]
    residual: Float64[F64, " samples"]
    share: float
    flat: Float64[F64, " _flat"]


def parts(sound: Float64[F64, " samples"], pitch: PitchTrack | None, hz: float) -> Parts:
    """The parts of a sound whose pitch moves as `pitch` does, `hz` where it is constant."""
    if pitch is None:
        tonal, residual, share = tonal_and_residual(sound, _MOST_RESIDUAL)
        return Parts(tonal, residual, share, tonal)
    warp = pitch.warp(len(sound), hz)
    flat, _, share = tonal_and_residual(warp.flat(sound), _MOST_RESIDUAL)
    tonal = warp.moving(flat)
    return Parts(tonal, sound - tonal, share, flat)


def moving_pitch(
    sound: Float64[F64, " samples"], note_hz: float, found_hz: float, harmonic: bool
) -> tuple[float, PitchTrack | None]:
    """The pitch that a sound has in the mean, in Hz, and how it moves: a glide, or in a `harmonic` sound vibrato; None if it does not.

    `found_hz` is what was found of the former.
    """
    glide = _glide(sound[: round(_GLIDE_SECONDS * SAMPLE_RATE_HZ)], note_hz, found_hz, harmonic)
    if glide is not None:
        return glide.mean_hz if _near(glide.mean_hz, note_hz) else found_hz, glide
    if not harmonic:
        return found_hz, None
    track = harmonic_track(sound, found_hz)
    if not _near(track.mean_hz, note_hz):
        return found_hz, None
    return track.mean_hz, track if track.spread_cents > _STILL_CENTS else None


def _glide(sound: Float64[F64, " samples"], note_hz: float, found_hz: float, harmonic: bool) -> PitchTrack | None:
    unsteady = tonal_and_residual(sound, 1.0).share
    if not sound.any() or unsteady < _UNSTEADY:
        return None
    glide, most = None, _LEFT * unsteady
    if harmonic:
        # what phases of harmonics follow is vibrato
        most = min(most, _left(sound, harmonic_track(sound, found_hz), found_hz).share)
    track = refined(sound, partial_track(sound, note_hz), found_hz)
    left = _left(sound, track, found_hz)
    if left.share < most and track.spread_cents > _NO_GLIDE_CENTS:
        glide, most = track, left.share
    track = refined(sound, glide_track(sound, note_hz), found_hz)
    left = _left(sound, track, found_hz)
    # partials of a bell may be taken for harmonics that jump
    if left.share < _CLEARLY * most and track.spread_cents > _NO_GLIDE_CENTS:
        return glide if octaves_below(left.tonal, found_hz, 1) else track
    return glide


def _left(sound: Float64[F64, " samples"], track: PitchTrack, hz: float) -> TonalAndResidual:
    """The parts of a sound without a movement of its pitch."""
    return tonal_and_residual(track.warp(len(sound), hz).flat(sound), 1.0)


def _near(hz: float, note_hz: float) -> bool:
    """Whether a pitch is within the semitone that an oscillator's tune reaches."""
    return bool(abs(12 * np.log2(hz / note_hz)) < 1)
