"""Presets as they are played: what every analytic model is asked about."""

from dataclasses import dataclass

from synthmatch.arrays import F64, I64, Float64, Int64


@dataclass(frozen=True, eq=False, slots=True)
class PlayedPresets:
    """N presets of one synthesizer, native values, each with a pitch (MIDI) and a hold, at T times after the note's start."""

    native: Float64[F64, "presets parameters"]
    pitch: Int64[I64, " presets"]
    hold_seconds: Float64[F64, " presets"]
    seconds: Float64[F64, " times"]
