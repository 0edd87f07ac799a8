"""A Vital preset drawn from several notes of one instrument: an oscillator each, between which the key fades.

At the key of a recording the preset plays that recording's table along its own course, as a preset drawn from it alone does.
Between two keys it plays both tables and both levels, each with its share. All tables have the same phases and one tuning,
so that partials add up and do not beat. There is one sampler: it has the residual of the middle recording.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.params import ParamSpace, Preset
from synthmatch.proposers.drawn.draft import Draft
from synthmatch.proposers.drawn.keys import key_connections
from synthmatch.proposers.drawn.macros import FIRST_KEY_SLOT, knobs
from synthmatch.proposers.drawn.release import Release
from synthmatch.proposers.drawn.sampler import LEVEL, SAMPLE_BYTES, residual
from synthmatch.proposers.drawn.table import Drawing, draw, frames, single_cycles, tables
from synthmatch.proposers.drawn.vital import (
    KEYFRAME_BYTES,
    KEYFRAMES,
    MOST_BYTES,
    MOST_OCTAVES,
    voice_settings,
)
from synthmatch.synths.vital.own import line_mapping, sample, wavetable
from synthmatch.target import Target

#: Keys at which a fade is given, beside those of recordings.
_KEYS = 64
#: By how much of what is right for one recording formants stay behind the key (docs/results/tried.md, "Several notes in a preset").
_FORMANTS = 0.5
#: How far the controls go that a key moves.
_SPANS = {"level": 1.0, "tune": 2.0, "release": 2.37842, "amount": 2.0}


def draw_together(space: ParamSpace, targets: Sequence[Target]) -> Preset:
    """One preset that sounds like each target when its note is played: two or three, from low to high."""
    notes = [target.note for target in targets]
    drawings = [draw(target.audio, target.note, MOST_OCTAVES) for target in targets]
    octaves = max(drawing.octaves for drawing in drawings)
    middle = len(notes) // 2
    drawings = [
        drawing._replace(octaves=octaves) if place == middle else _with_residual(drawing, octaves)
        for place, drawing in enumerate(drawings)
    ]
    courses = [drawing.course for drawing in drawings]
    rest = residual([drawings[middle]], MOST_BYTES)
    fitting = (MOST_BYTES - SAMPLE_BYTES * rest.sound.size) // (KEYFRAME_BYTES * len(drawings))
    waves = [single_cycles(*tables([drawing], min(KEYFRAMES, fitting))) for drawing in drawings]
    peaks = np.array([max(np.abs(table).max(), 1e-9) for table in waves])
    louder = max(1.0, np.abs(rest.sound).max() / peaks[middle])
    keys, shares = _shares(np.array([note.pitch for note in notes], np.float64))
    # a table is scaled to its peak: sounds are to be added, not peaks
    added = shares * peaks / (shares * peaks).sum(axis=1, keepdims=True)
    loudest = max(course.levels.max() * peak for course, peak in zip(courses, peaks, strict=True))
    releases = [course.release or Release() for course in courses]
    slots = _Slots(keys)
    draft = Draft(space)
    draft.settings |= voice_settings(releases[middle]) | rest.settings
    draft.settings["env_1_release"] = slots.fade(
        "env_1_release", shares, [release.seconds**0.25 for release in releases]
    )
    for place, (played, note) in enumerate(zip(courses, notes, strict=True)):
        osc = f"osc_{place + 1}"
        draft.settings |= {f"{osc}_on": 1, f"{osc}_level": LEVEL, f"{osc}_transpose": -12 * octaves}
        draft.settings[f"{osc}_tune"] = slots.fade(
            f"{osc}_tune", shares, [12 * np.log2(d.found_hz / d.note_hz) for d in drawings]
        )
        loudness = np.sqrt(played.levels * peaks[place] / max(loudest, np.finfo(np.float64).tiny))
        timbre, level = (
            draft.course(
                f"{name} {note.name}",
                np.column_stack([played.times / played.seconds, values]),
                played.seconds,
                played.again_s,
            )
            for name, values in (("timbre", frames(played, len(waves[place]))), ("level", loudness))
        )
        slots.add(timbre, f"{osc}_wave_frame", 1.0)
        if place:
            slots.add("macro_control_1", f"{osc}_wave_frame", 1.0)
        slots.move(f"{osc}_level", LEVEL * (np.sqrt(added[:, place] / louder) - 1))
        held = played.again_s is not None
        if held and not octaves:
            draft.settings[f"{osc}_spectral_morph_type"] = draft.choice("osc_1_spectral_morph_type", "Formant Scale")
        connections = key_connections(note.pitch, held=held, oscillators=place + 1, lfos=len(draft.lfos))
        # the last are those of this note: of its oscillator, or its two LFOs
        slots.follow(connections[-1:] if held else connections[-2:], _FORMANTS if held else 1.0)
        for _ in range(2):
            slot = slots.add(level, "voice_amplitude", 0.0)
            slots.move(f"modulation_{slot}_amount", shares[:, place])
    if rest.lowered is not None:
        slots.add(draft.course("noise", rest.lowered, rest.seconds), "sample_level", -LEVEL)
    said = f"The sampler plays {drawings[middle].share:.0%} of the energy of {notes[middle].name}, which is not steady."
    extra = knobs()
    extra["settings"] |= slots.settings
    extra["modulations"] |= slots.connections
    extra["header"] |= {"comments": f"Drawn from {', '.join(note.name for note in notes)}. {said}"}
    extra |= {
        "wavetables": {
            str(place): wavetable(table / peak, f"target {note.name}")
            for place, (table, peak, note) in enumerate(zip(waves, peaks, notes, strict=True), 1)
        },
        "sample": sample(rest.sound / (peaks[middle] * louder), "residual"),
    }
    return draft.preset(extra)


def _with_residual(drawing: Drawing, octaves: int) -> Drawing:
    """A drawing whose table has all of the sound, as there is one sampler; where the pitch moves, its steady part."""
    if drawing.pitch is not None:
        return drawing._replace(octaves=octaves)
    whole = drawing.tonal + drawing.residual
    return drawing._replace(octaves=octaves, tonal=whole, flat=whole)


def _shares(pitches: Float64[F64, " notes"]) -> tuple[Float64[F64, " keys"], Float64[F64, "keys notes"]]:
    """Keys, and each recording's share there: its own key has it all, and between two keys there is a straight line."""
    keys = np.unique(np.concatenate([np.rint(np.linspace(pitches[0], pitches[-1], _KEYS)), pitches]))
    return keys, np.column_stack([np.interp(keys, pitches, one) for one in np.eye(len(pitches))])


class _Slots:
    """Slots of modulation after those of the search and the macros, and what a key moves with them."""

    def __init__(self, keys: Float64[F64, " keys"]) -> None:
        self.settings = dict[str, float]()
        self.connections = dict[str, Any]()
        self._keys = keys
        self._next = FIRST_KEY_SLOT

    def add(self, source: str, moved: str, amount: float) -> int:
        """Connect a source with what it moves; gives the slot's number."""
        slot, self._next = self._next, self._next + 1
        self.connections[str(slot)] = {"source": source, "destination": moved}
        self.settings[f"modulation_{slot}_amount"] = amount
        return slot

    def move(self, moved: str, by: Float64[F64, " keys"]) -> None:
        """Let the key move a control from where it stands, all up or all down."""
        furthest = by[np.abs(by).argmax()]
        if furthest:
            slot = self.add("note", moved, furthest / _SPANS[moved.rpartition("_")[2]])
            self.connections[str(slot)]["line_mapping"] = line_mapping(self._keys, by / furthest, "key")

    def follow(self, connections: Sequence[tuple[str, Any]], amount: float) -> None:
        """Let the key move what it moves in a preset of one recording, by some part of that."""
        for moved, curve in connections:
            slot = self.add("note", moved, amount)
            self.settings[f"modulation_{slot}_bipolar"] = 1.0
            self.connections[str(slot)]["line_mapping"] = curve

    def fade(self, moved: str, shares: Float64[F64, "keys notes"], values: Sequence[float]) -> float:
        """Let the key move a control through the values of the recordings; gives where it stands."""
        self.move(moved, (shares * np.array(values)).sum(axis=1) - min(values))
        return min(values)
