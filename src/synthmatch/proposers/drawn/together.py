"""A Vital preset drawn from several notes of one instrument: an oscillator each, between which the key fades.

At the key of a recording the preset plays that recording's table along its own course, as a preset drawn from it alone does.
Between two keys it plays both tables and both levels, each with its share. All tables have the same phases and one tuning,
so that partials add up and do not beat. Where a recording is wide, each table has a half for each channel, which the source
``stereo`` chooses. There is one sampler, which has the residual of the middle recording, and one movement of the pitch: its.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.draft import Draft
from synthmatch.proposers.drawn.keys import key_connections
from synthmatch.proposers.drawn.macros import FIRST_KEY_SLOT, FIRST_MACRO_SLOT, knobs
from synthmatch.proposers.drawn.pitch_shape import bend, pitch_shape
from synthmatch.proposers.drawn.release import Release
from synthmatch.proposers.drawn.sampler import LEVEL, SAMPLE_BYTES, residual
from synthmatch.proposers.drawn.table import Drawing, draw, frames, sides, single_cycles, tables
from synthmatch.proposers.drawn.vital import (
    KEYFRAME_BYTES,
    KEYFRAMES,
    MOST_BYTES,
    MOST_OCTAVES,
    voice_settings,
)
from synthmatch.synths.vital.own import HALF_FRAMES, LAST_FRAME, line_mapping, sample, two_in_one, wavetable
from synthmatch.target import Target

#: Keys at which a fade is given, beside those of recordings.
_KEYS = 64
#: By how much of what is right for one recording formants stay behind the key (docs/results/tried.md, "Several notes in a preset").
_FORMANTS = 0.5
#: Fewest keyframes of each table, where two channels have one each and the residual is long. Not tuned.
_FEWEST_KEYFRAMES = 12
#: How far the controls go that a key moves.
_SPANS = {"level": 1.0, "tune": 2.0, "release": 2.37842, "amount": 2.0}


def draw_together(space: ParamSpace, targets: Sequence[Target]) -> Preset:
    """One preset that sounds like each target when its note is played: two or three, from low to high."""
    notes = [target.note for target in targets]
    drawings = _drawings(targets)
    octaves = drawings[0].octaves
    middle = len(notes) // 2
    courses = [drawing.course for drawing in drawings]
    parts = [sides(d, target.audio, target.note) for d, target in zip(drawings, targets, strict=True)]
    channels = max(map(len, parts))
    rest = residual(parts[middle], MOST_BYTES - channels * len(notes) * _FEWEST_KEYFRAMES * KEYFRAME_BYTES)
    fitting = (MOST_BYTES - SAMPLE_BYTES * rest.sound.size) // (KEYFRAME_BYTES * channels * len(notes))
    waves = [
        _channels(of if place == middle else [_with_residual(part) for part in of], min(KEYFRAMES, fitting), channels)
        for place, of in enumerate(parts)
    ]
    peaks = np.array([max(np.abs(tables).max(), 1e-9) for tables in waves])
    louder = max(1.0, np.abs(rest.sound).max() / peaks[middle])
    keys, shares = _shares(np.array([note.pitch for note in notes], np.float64))
    # a table is scaled to its peak: sounds are to be added, not peaks
    added = shares * peaks / (shares * peaks).sum(axis=1, keepdims=True)
    loudest = max(course.levels.max() * peak for course, peak in zip(courses, peaks, strict=True))
    releases = [course.release or Release() for course in courses]
    draft = Draft(space, FIRST_KEY_SLOT)
    key = _Keys(draft, keys)
    draft.settings |= voice_settings(releases[middle]) | rest.settings
    key.fade("env_1_release", shares, [release.seconds**0.25 for release in releases])
    # where two channels share a table, its second half is the left one's
    reach = 1.0 if channels == 1 else HALF_FRAMES / LAST_FRAME
    for place, (played, note) in enumerate(zip(courses, notes, strict=True)):
        osc = f"osc_{place + 1}"
        draft.settings |= {f"{osc}_on": 1, f"{osc}_level": LEVEL, f"{osc}_transpose": -12 * octaves}
        key.fade(f"{osc}_tune", shares, [12 * np.log2(d.found_hz / d.note_hz) for d in drawings])
        loudness = np.sqrt(played.levels * peaks[place] / max(loudest, np.finfo(np.float64).tiny))
        timbre, level = (
            draft.course(
                f"{name} {note.name}",
                np.column_stack([played.times / played.seconds, values]),
                played.seconds,
                played.again_s,
            )
            for name, values in (("timbre", frames(played, waves[place].shape[1])), ("level", loudness))
        )
        draft.beside(timbre, f"{osc}_wave_frame", reach)
        if channels > 1:
            draft.beside("stereo", f"{osc}_wave_frame", (HALF_FRAMES + 2) / LAST_FRAME)
        if place:
            draft.beside("macro_control_1", f"{osc}_wave_frame", reach)
        key.move(f"{osc}_level", LEVEL * (np.sqrt(added[:, place] / louder) - 1))
        held = played.again_s is not None
        if held and not octaves:
            draft.settings[f"{osc}_spectral_morph_type"] = draft.choice("osc_1_spectral_morph_type", "Formant Scale")
        connections = key_connections(note.pitch, held=held, oscillators=place + 1, lfos=len(draft.lfos))
        # the last are those of this note: of its oscillator, or its two LFOs
        for moved, curve in connections[-1:] if held else connections[-2:]:
            draft.beside("note", moved, _FORMANTS if held else 1.0, bipolar=True, curve=curve)
        for _ in range(2):
            slot = draft.beside(level, "voice_amplitude", 0.0)
            key.move(f"modulation_{slot}_amount", shares[:, place])
    if (pitch := drawings[middle].pitch) is not None:
        found = pitch_shape(pitch, drawings[middle].found_hz, courses[middle])
        # Vital has eight LFOs
        bend(draft, found, courses[middle], len(notes), swing_alone=len(notes) > 2)
    if rest.lowered is not None:
        draft.beside(draft.course("noise", rest.lowered, rest.seconds), "sample_level", -LEVEL)
    extra = knobs()
    extra["settings"][f"modulation_{FIRST_MACRO_SLOT}_amount"] = reach
    extra["header"]["comments"] = (
        f"Drawn from {', '.join(note.name for note in notes)}."
        f" The sampler plays {drawings[middle].share:.0%} of the energy of {notes[middle].name}, which is not steady."
    )
    extra |= {
        "wavetables": {
            str(place): _table(tables / peak, f"target {note.name}")
            for place, (tables, peak, note) in enumerate(zip(waves, peaks, notes, strict=True), 1)
        },
        "sample": sample(rest.sound / (peaks[middle] * louder), "residual"),
    }
    return draft.preset(extra)


def _drawings(targets: Sequence[Target]) -> list[Drawing]:
    """Drawings whose tables are as many octaves below their notes, and which have no LFO for tremolo."""
    drawings = [draw(target.audio, target.note, MOST_OCTAVES) for target in targets]
    octaves = max(drawing.octaves for drawing in drawings)
    return [drawing._replace(octaves=octaves, course=drawing.course.without_tremolo()) for drawing in drawings]


def _channels(parts: Sequence[Drawing], most: int, channels: int) -> Float64[F64, "channels keyframes 2048"]:
    """Single cycles of the table of each channel, one for all where a recording has one."""
    waves = [single_cycles(table, part.ahead) for table, part in zip(tables(parts, most), parts, strict=True)]
    return np.stack(waves if len(waves) == channels else waves * channels)


def _table(waves: Float64[F64, "channels keyframes 2048"], name: str) -> dict[str, Any]:
    return wavetable(waves[0], name) if len(waves) == 1 else two_in_one(waves[1], waves[0], name)


def _with_residual(drawing: Drawing) -> Drawing:
    """A drawing whose table has all of the sound, as there is one sampler; where the pitch moves, its steady part."""
    if drawing.pitch is not None:
        return drawing
    whole = drawing.tonal + drawing.residual
    return drawing._replace(tonal=whole, flat=whole)


def _shares(pitches: Float64[F64, " notes"]) -> tuple[Float64[F64, " keys"], Float64[F64, "keys notes"]]:
    """Keys, and each recording's share there: its own key has it all, and between two keys there is a straight line."""
    keys = np.unique(np.concatenate([np.rint(np.linspace(pitches[0], pitches[-1], _KEYS)), pitches]))
    return keys, np.column_stack([np.interp(keys, pitches, one) for one in np.eye(len(pitches))])


class _Keys:
    """What the key moves in a draft, besides what it moves in a preset of one recording."""

    def __init__(self, draft: Draft, keys: Float64[F64, " keys"]) -> None:
        self._draft = draft
        self._keys = keys

    def move(self, moved: str, by: Float64[F64, " keys"]) -> None:
        """Let the key move a control from where it stands, all up or all down."""
        furthest = by[np.abs(by).argmax()]
        if furthest:
            curve = line_mapping(self._keys, by / furthest, "key")
            self._draft.beside("note", moved, furthest / _SPANS[moved.rpartition("_")[2]], curve=curve)

    def fade(self, moved: str, shares: Float64[F64, "keys notes"], values: Sequence[float]) -> None:
        """Let the key move a control through the values of the recordings."""
        self._draft.settings[moved] = min(values)
        self.move(moved, (shares * np.array(values)).sum(axis=1) - min(values))
