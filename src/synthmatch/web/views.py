"""The server's entries as the API shows them."""

import base64

import numpy as np

from synthmatch.calibration.closeness import closeness_word, level_text
from synthmatch.features.bands import LOWEST_PITCH, SEMITONE_BANDS
from synthmatch.features.stft import FLOOR_DB
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.params import ParamSpace
from synthmatch.picture import levels_db
from synthmatch.presets import synthmatch_json as own
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth
from synthmatch.web import schemas
from synthmatch.web.entities import Candidate, OwnLibrary, Sound, TargetEntry
from synthmatch.web.jobs import Job
from synthmatch.web.server_state import ServerState


def synth(of: Synth) -> schemas.SynthOut:
    """A synthesizer, installed or not."""
    missing = of.missing()
    return schemas.SynthOut(
        id=of.id,
        title=of.title,
        installed=missing is None,
        missing=missing,
        version=of.version(),
        parameters=len(of.space),
        files=suffixes(of),
        reads=[*of.suffixes, own.SUFFIX],
    )


def suffixes(of: Synth) -> list[str]:
    """Files that a preset can be had in, the main one first."""
    return [form.suffix for form in of.formats] + [own.SUFFIX]


def parameters(space: ParamSpace) -> list[schemas.ParameterOut]:
    """A synthesizer's table."""
    part_of = {int(i): part for part, indices in space.modules.items() for i in indices}
    return [
        schemas.ParameterOut(
            name=p.name,
            label=p.label,
            group=p.group,
            part=part_of[i],
            kind=p.kind,
            low=p.low,
            high=p.high,
            default=p.default,
            step=p.step,
            unit=p.unit,
            choices=list(p.choices),
            scale=p.scale,
            multiply=p.multiply,
            offset=p.offset,
        )
        for i, p in enumerate(space.parameters)
    ]


def sound(id: str, of: Sound) -> schemas.SoundOut:
    """A sound."""
    return schemas.SoundOut(id=id, name=of.name, seconds=of.recording.seconds, channels=of.recording.channels)


def target(id: str, of: TargetEntry) -> schemas.TargetOut:
    """A target."""
    found = of.target
    return schemas.TargetOut(
        id=id,
        sound=of.sound,
        name=found.name,
        sound_seconds=of.sound_seconds,
        start_seconds=of.start_seconds,
        end_seconds=of.end_seconds,
        matched_start_seconds=found.start_seconds,
        # a sound of less than a tenth of a second is followed by silence
        matched_end_seconds=min(found.start_seconds + of.recording.seconds, of.end_seconds),
        given=schemas.TargetGiven.model_validate(vars(of.given)),
        pitch=found.note.pitch,
        note=found.note.name,
        velocity=found.note.velocity,
        hold_seconds=found.note.hold_seconds,
        seconds=of.recording.seconds,
        pitched=found.pitched,
        pitch_confidence=found.pitch_confidence,
        tuning_cents=found.tuning_cents,
        loudness_db=of.recording.loudness_db,
        # the words of the command line, for a page that has a field
        remarks=[remark.replace("; give --note", "; choose the note") for remark in found.remarks],
    )


def candidate(of: Candidate) -> schemas.CandidateOut:
    """A candidate."""
    its = get_synth(of.preset.synth)
    return schemas.CandidateOut.model_validate(
        {
            "id": of.id,
            "target": of.target_id,
            "synth": its.id,
            "title": its.title,
            "name": of.preset.name,
            "made": of.made,
            "parent": of.parent,
            "origin": of.preset.origin,
            "closeness": of.closeness,
            "word": closeness_word(of.closeness),
            "level": level_text(of.level_error_db),
            "distance": of.distance,
            "level_error_db": of.level_error_db,
            "scores": of.scores,
            "floor": of.floor,
            "in_domain_percentile": of.in_domain_percentile,
            "loudness_db": of.recording.loudness_db,
            "files": suffixes(its),
        }
    )


def detail(of: Candidate) -> schemas.Detail:
    """A candidate with its values."""
    space = get_synth(of.preset.synth).space
    native = space.named(of.preset.native)
    text = {name: space[name].text(value) for name, value in native.items()}
    return schemas.Detail(candidate=candidate(of), native=native, text=text, weights=of.weights)


def library(id: str, of: OwnLibrary) -> schemas.LibraryOut:
    """A library of the user's."""
    its = get_synth(of.library.synth)
    return schemas.LibraryOut(
        id=id, synth=its.id, title=its.title, name=of.name, presets=len(of.library), left_out=of.left_out
    )


def job(of: Job, server: ServerState) -> schemas.JobOut:
    """A job as it is now. What it has found counts as used."""
    entry = server.targets.find(of.target_id)
    candidates = [server.candidates.find(id) for id in of.result.get("candidates", [])]
    libraries = {id: server.libraries.find(id) for id in of.result.get("libraries", [])}
    return schemas.JobOut.model_validate(
        {
            # first: what changes while the rest is read has a later version
            "version": of.version,
            "id": of.id,
            "kind": of.kind,
            "title": of.title,
            "state": of.state,
            "message": of.message,
            "before": server.jobs.before(of) if of.state == "queued" else 0,
            "seconds_left": _seconds_left(of),
            "parts": [{**vars(part), "share": part.share} for part in of.parts],
            "target": target(of.target_id, entry) if entry else None,
            "candidates": [candidate(c) for c in candidates if c],
            "out_of_reach": of.result.get("out_of_reach", {}),
            "libraries": [library(id, found) for id, found in libraries.items() if found],
            "unreadable": of.result.get("unreadable", []),
            "remarks": of.result.get("remarks", []),
            "weights": of.result.get("weights"),
        }
    )


def _seconds_left(of: Job) -> float | None:
    if of.ended:
        return 0.0
    left = [part.seconds_left for part in of.parts if part.state in ("queued", "running")]
    return None if any(seconds is None for seconds in left) else float(sum(s for s in left if s is not None))


def picture(of: Candidate, server: ServerState) -> schemas.Picture:
    """Both spectrograms."""
    sounds = [server.targets.get(of.target_id).recording.audio(), of.recording.audio()]
    samples = max(audio.shape[-1] for audio in sounds)
    levels = [levels_db(audio, samples) for audio in sounds]
    steps = [np.rint((np.clip(x, FLOOR_DB, 0.0) - FLOOR_DB) * (255 / -FLOOR_DB)).astype(np.uint8) for x in levels]
    return schemas.Picture(
        seconds=samples / SAMPLE_RATE_HZ,
        bands=SEMITONE_BANDS,
        frames=steps[0].shape[1],
        lowest_hz=440.0 * 2 ** ((LOWEST_PITCH - 69) / 12),
        floor_db=FLOOR_DB,
        target=base64.b64encode(steps[0].tobytes()).decode(),
        candidate=base64.b64encode(steps[1].tobytes()).decode(),
    )
