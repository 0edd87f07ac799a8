"""The sound to be matched, and the note it is played with.

A target is the recording from its onset on, at the level that presets should have, and the `Note` that a synthesizer must
play to be compared with it sample for sample: its render is as long as the target. What is found in a recording does not
depend on its level.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from synthmatch.arrays import Audio, Floats
from synthmatch.audio import peak_dbfs, read_array, read_recording
from synthmatch.audio.channels import mono_without_cancelling, without_cancelling
from synthmatch.audio.loading import SILENT_DBFS
from synthmatch.errors import AudioError
from synthmatch.note import SAMPLE_RATE_HZ, Note, parse_pitch
from synthmatch.target.chord import chord_root
from synthmatch.target.click import without_click
from synthmatch.target.gate import is_gated
from synthmatch.target.hold import hold_seconds as find_hold
from synthmatch.target.lead import find_part
from synthmatch.target.level import at_meant_level
from synthmatch.target.offset import without_offset
from synthmatch.target.onset import sounding_part
from synthmatch.target.phrase import second_onset
from synthmatch.target.pitch import PITCHED, Pitch, find_pitch
from synthmatch.target.strike import strike_note
from synthmatch.target.velocity import Velocity, parse_velocity, velocity_of
from synthmatch.target.vibrato import HOP_SAMPLES, Vibrato, find_vibrato
from synthmatch.text import visible

#: Longer sounds are matched by their beginning.
LONGEST_SECONDS = 10.0
#: Shorter ones are followed by silence up to this, so that a release is part of the comparison.
_SHORTEST_SAMPLES = SAMPLE_RATE_HZ // 10
#: The pitch of a note is sought in its first 1.5 s: later the release and its noise speak.
_PITCH_SAMPLES = SAMPLE_RATE_HZ * 3 // 2
#: Left free before a second note, whose attack may begin a little before it is seen.
_BEFORE_NEXT_SAMPLES = SAMPLE_RATE_HZ // 100
_DEFAULT_PITCH = 60
#: The remark on a target whose note nothing says.
UNKNOWN_NOTE = "no clear pitch: C4 assumed; give --note"
#: A tuning from which on a remark is made; not tuned. The search's own tuning parameters correct smaller ones.
_IN_TUNE_CENTS = 10.0


@dataclass(frozen=True, eq=False)
class Target:
    """A recording made ready for matching.

    `audio` has shape (channels, note.samples), float32 at 44.1 kHz, from 2 ms before the onset. Its loudness is `level_db`,
    in LKFS: the level that presets should have, which is the recording's own unless that is far too quiet or too loud
    (`target.level`). `note` is what was found or given. `pitch_confidence` is 0..1; `pitched` says whether it was enough to believe (or the note
    was given). `phrase` and `polyphonic` say that more notes followed or sounded together. `tuning_cents` is how far
    the sound lies above the tempered note nearest to it. `start_seconds` is where in the recording `audio` begins. `remarks`
    are lines for the user.
    """

    audio: Audio
    level_db: float
    note: Note
    name: str
    pitched: bool
    pitch_confidence: float
    tuning_cents: float
    phrase: bool
    polyphonic: bool
    start_seconds: float
    remarks: tuple[str, ...]


def load_target(
    source: str | Path | Floats,
    sample_rate_hz: float = SAMPLE_RATE_HZ,
    *,
    note: str | int | None = None,
    velocity: Velocity | None = None,
    hold_seconds: float | None = None,
    whole: bool = False,
) -> Target:
    """Read a recording, or take an array (samples,) or (channels, samples) at `sample_rate_hz`, and find its note.

    `velocity` is 1..127, "sound" for the one that goes with the level of the sound (`target.velocity`), or None for 100.
    `note` (a name such as ``A2`` or a MIDI number) and `hold_seconds` win over what would be found: the target is as long
    as the hold at least, and the pitch may move within a whole tone and a quarter of `note` without being
    another note. `whole` keeps all between the silences at the ends, up to 10 s: noises before a note, notes after it.
    `sample_rate_hz` is for arrays; a file knows its own. Raises `AudioError` for a recording that cannot be used and
    `InputError` for a note or a velocity outside MIDI's domain.
    """
    pitch = None if note is None else parse_pitch(str(note))
    velocity = parse_velocity(velocity)
    if isinstance(source, str | Path):
        recording, name = read_recording(source), visible(Path(source).stem)
    else:
        recording, name = read_array(source, sample_rate_hz), "array"
    sound, turned = without_cancelling(without_offset(recording.audio))
    if peak_dbfs(sound) < SILENT_DBFS:
        raise AudioError(
            f"{name} holds a constant offset (DC) and no sound, expected a peak above {SILENT_DBFS:.0f} dBFS beside it; "
            "check the recording or its channel"
        )
    # what is found must not depend on the level: floors and rounding are those of a peak at full scale
    heard = sound / np.abs(sound).max()
    part, before = (sounding_part(heard), []) if whole else find_part(heard)
    remarks = [*(remark for remark in (recording.remark, turned) if remark), *before]
    long = part.stop - part.start > round(LONGEST_SECONDS * SAMPLE_RATE_HZ)
    part = slice(part.start, min(part.stop, part.start + round(LONGEST_SECONDS * SAMPLE_RATE_HZ)))
    calm, click = without_click(heard[:, part])
    found, root, vibrato = _pitch(calm, recording.cycle_hz)
    # a hold outside its domain is refused by `Note`
    given = hold_seconds is not None and 0.0 < hold_seconds <= LONGEST_SECONDS
    held = round(hold_seconds * SAMPLE_RATE_HZ) if hold_seconds is not None and given else 0
    following = None
    if not whole:
        following = second_onset(
            calm, mono_without_cancelling(calm), vibrato=vibrato, chord=root is not None, after=held, midi_pitch=pitch
        )
    if following is not None:
        length = max(following - _BEFORE_NEXT_SAMPLES, held, _SHORTEST_SAMPLES // 2)
        part = slice(part.start, min(part.stop, part.start + length))
        calm, click = without_click(heard[:, part])
        found, root, _ = _pitch(calm, recording.cycle_hz)
        seconds = (part.stop - part.start) / SAMPLE_RATE_HZ
        remarks.append(f"more than one note: the first {seconds:.2f} s are matched; --whole keeps all")
    elif long:
        remarks.append(f"longer than {LONGEST_SECONDS:.0f} s: its beginning is matched")
    if click:
        remarks.append(click)
    if root is not None:
        found = Pitch(root, found.confidence)
        remarks.append("several notes at once: matched as one sound on its lowest note")

    hold_seconds = find_hold(calm) if hold_seconds is None else hold_seconds
    audio = sound[:, part]
    audio = np.pad(audio, ((0, 0), (0, max(0, _SHORTEST_SAMPLES - audio.shape[1]))))
    audio, level_db, unmeant = at_meant_level(audio)
    clear = found.confidence >= PITCHED or root is not None
    tuning = 100.0 * (found.midi - round(found.midi)) if clear else 0.0
    if pitch is None:
        pitch, remark = _note_of(found.midi if clear else None, recording.root_midi)
        remarks += remark
    if abs(tuning) >= _IN_TUNE_CENTS:
        remarks.append(f"tuning is {tuning:+.0f} cents")
    if unmeant:
        remarks.append(unmeant)
    return Target(
        audio=np.ascontiguousarray(audio),
        level_db=level_db,
        note=Note(
            pitch=pitch,
            velocity=velocity_of(without_click(audio)[0]) if velocity == "sound" else velocity,
            hold_seconds=hold_seconds,
            render_seconds=audio.shape[1] / SAMPLE_RATE_HZ,
        ),
        name=name,
        pitched=clear or note is not None,
        pitch_confidence=found.confidence,
        tuning_cents=tuning,
        phrase=following is not None,
        polyphonic=root is not None,
        start_seconds=part.start / SAMPLE_RATE_HZ,
        remarks=tuple(remarks),
    )


def _note_of(midi: float | None, root_midi: float | None) -> tuple[int, list[str]]:
    """The note of a sound whose pitch is clear, or None, and of a file that states a root note, or None; and remarks."""
    stated = None if root_midi is None else Note(round(root_midi))
    if midi is not None:
        found = Note(round(midi))
        if stated and stated.pitch != found.pitch:
            return found.pitch, [f"the file states the note {stated.name}, the sound is {found.name}"]
        return found.pitch, []
    if stated:
        return stated.pitch, [f"no clear pitch: {stated.name}, the note that the file states"]
    return _DEFAULT_PITCH, [UNKNOWN_NOTE]


def _pitch(audio: Audio, cycle_hz: float | None) -> tuple[Pitch, float | None, Vibrato | None]:
    """Pitch of a note, the root in Hz where it is a chord, and its vibrato. `cycle_hz`: of a repeated cycle, which has neither."""
    if cycle_hz is not None:
        return Pitch(cycle_hz, 1.0), None, None
    samples = mono_without_cancelling(audio)
    found = find_pitch(samples[:_PITCH_SAMPLES])
    vibrato = find_vibrato(samples, found)
    if vibrato is not None and vibrato.swings[: _PITCH_SAMPLES // HOP_SAMPLES].any():
        # partials that swing look like those of several notes
        return vibrato.pitch(_PITCH_SAMPLES / SAMPLE_RATE_HZ), None, vibrato
    root = chord_root(samples[:_PITCH_SAMPLES], found)
    if root is not None and is_gated(audio, samples, found):
        root = None
    return found if root is not None else strike_note(samples[:_PITCH_SAMPLES], found), root, vibrato
