"""The REST API: each route a few lines over the workshop."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Header, Query, Request, Response, UploadFile
from fastapi.responses import StreamingResponse

from synthmatch import __version__
from synthmatch.errors import InputError
from synthmatch.synths.registry import get_synth
from synthmatch.target import parse_velocity
from synthmatch.web import downloads, schemas, searches, views
from synthmatch.web.entities import Candidate, Given
from synthmatch.web.events import events
from synthmatch.web.files import Upload, label_of, read_presets
from synthmatch.web.server_state import ServerState, examples, offered

api = APIRouter(prefix="/api")


def server_state(request: Request) -> ServerState:
    """The server's workshop."""
    found: ServerState = request.app.state.server_state
    return found


State = Annotated[ServerState, Depends(server_state)]


def _opened(id: str, server: ServerState) -> Candidate:
    """A candidate that somebody looks into."""
    found = server.candidates.get(id)
    found.opened = True
    server.targets.get(found.target_id)
    return found


def _send(file: downloads.Download, *, attached: bool = True) -> Response:
    return Response(file.contents, media_type=file.media_type, headers=file.headers if attached else None)


@api.get("/about")
def about(server: State) -> schemas.About:
    """What this server offers and allows."""
    settings = server.settings
    return schemas.About(
        version=__version__,
        synths=[views.synth(get_synth(id)) for id in settings.synths],
        examples=list(examples()),
        upload_bytes=settings.upload_bytes,
        keep_seconds=settings.keep_seconds,
    )


@api.get("/alive")
def alive(server: State) -> schemas.Alive:
    """That the server answers, and whether it is still the one of before."""
    return schemas.Alive(run=server.run)


@api.get("/parameters")
def parameters(synth: str, server: State) -> list[schemas.ParameterOut]:
    """The parameters of a synthesizer."""
    return views.parameters(offered(server.settings, synth).space)


@api.post("/sounds", status_code=201)
def upload_sound(file: Annotated[UploadFile, File()], server: State) -> schemas.SoundOut:
    """Send a recording: WAV, FLAC, OGG, MP3 or AIFF, from 30 ms to 60 s."""
    id = server.upload(Upload(file.file, file.filename or ""))
    return views.sound(id, server.sounds.get(id))


@api.post("/examples/{name}", status_code=201)
def use_example(name: str, server: State) -> schemas.SoundOut:
    """Take a bundled recording."""
    id = server.example(name)
    return views.sound(id, server.sounds.get(id))


@api.get("/sounds/{id}")
def see_sound(id: str, server: State) -> schemas.SoundOut:
    """A sound's name and length."""
    return views.sound(id, server.sounds.get(id))


@api.get("/sounds/{id}/audio", response_class=Response)
def sound_audio(id: str, server: State) -> Response:
    """A sound as WAV at 44.1 kHz."""
    return Response(server.sounds.get(id).recording.wav(), media_type="audio/wav")


@api.post("/targets", status_code=201)
def make_target(body: schemas.TargetIn, server: State) -> schemas.TargetOut:
    """Make a sound, or a part of it, a target: its note is found, or taken as given."""
    given = Given(
        note=None if body.note is None else str(body.note),
        velocity=None if body.velocity is None else parse_velocity(body.velocity),
        hold_seconds=body.hold_seconds,
        whole=body.whole,
    )
    id = server.add_target(body.sound, body.start_seconds, body.end_seconds, given)
    return views.target(id, server.targets.get(id))


@api.get("/targets/{id}/audio", response_class=Response)
def target_audio(id: str, server: State) -> Response:
    """A target as WAV: from its onset on, as long as the renders that are compared with it."""
    return Response(server.targets.get(id).recording.wav(), media_type="audio/wav")


@api.get("/targets/{id}/wavetable", response_class=Response)
def target_wavetable(id: str, server: State) -> Response:
    """A target's partials as a wavetable file for Vital, Serum and Surge."""
    return _send(downloads.wavetable_of(server.targets.get(id)))


@api.post("/searches", status_code=202)
def start_search(body: schemas.SearchIn, server: State) -> schemas.JobOut:
    """Search presets that sound like a target. The job waits for those before it."""
    synths = [offered(server.settings, id).id for id in dict.fromkeys(body.synths)]
    asked = searches.SearchRequest(
        synths=tuple(synths),
        effort=body.effort,
        renders=body.renders,
        seconds=body.seconds,
        candidates=body.candidates,
        seed=body.seed,
        libraries=tuple(body.libraries),
        start=body.start,
        sources=None if body.sources is None else tuple(body.sources),
        locked=tuple(body.locked),
    )
    return views.job(searches.search(server, body.target, asked), server)


@api.post("/libraries", status_code=202)
def index_presets(files: Annotated[list[UploadFile], File()], server: State) -> schemas.JobOut:
    """Index presets of your own: native files, banks, a folder of them. The job's ``libraries`` may join a search."""
    uploads = [Upload(file.file, file.filename or "") for file in files]
    found = read_presets(uploads, server.settings.synths, server.settings.upload_bytes)
    name = label_of(uploads[0].name) if len(uploads) == 1 else f"{len(uploads)} files"
    return views.job(searches.index(server, found, name), server)


@api.get("/libraries/{id}")
def see_library(id: str, server: State) -> schemas.LibraryOut:
    """An index of presets of your own."""
    return views.library(id, server.libraries.get(id))


@api.delete("/libraries/{id}", status_code=204)
def forget_library(id: str, server: State) -> None:
    """Forget presets of your own."""
    server.libraries.get(id)
    server.libraries.remove(id)


@api.get("/jobs/{id}")
def see_job(id: str, server: State) -> schemas.JobOut:
    """A job as it is now."""
    return views.job(server.jobs.store.get(id), server)


@api.get("/jobs/{id}/events", response_class=StreamingResponse)
def watch_job(id: str, server: State, last_event_id: Annotated[str, Header()] = "") -> StreamingResponse:
    """A job as server-sent events ``job``, each with its whole state as JSON, until it ends."""
    server.jobs.store.get(id)
    seen = int(last_event_id) if last_event_id.isdecimal() else -1
    return StreamingResponse(events(id, server, seen), media_type="text/event-stream")


@api.post("/jobs/{id}/cancel")
def cancel_job(id: str, server: State) -> schemas.JobOut:
    """End a job; a search keeps the best so far."""
    job = server.jobs.store.get(id)
    job.cancel()
    return views.job(job, server)


@api.get("/candidates/{id}")
def see_candidate(id: str, server: State) -> schemas.Detail:
    """A candidate's scores and values."""
    return views.detail(_opened(id, server))


@api.post("/candidates/{id}/keep", status_code=204)
def keep_candidate(id: str, server: State) -> None:
    """Keep a candidate although its search finds better ones: it is being heard, or has a star."""
    _opened(id, server)


@api.get("/candidates/{id}/audio", response_class=Response)
def candidate_audio(id: str, server: State) -> Response:
    """A candidate's sound as WAV."""
    return _send(downloads.wav(server.candidates.get(id)), attached=False)


@api.get("/candidates/{id}/wav", response_class=Response)
def candidate_wav(id: str, server: State) -> Response:
    """The same, as a file to save."""
    return _send(downloads.wav(server.candidates.get(id)))


@api.get("/candidates/{id}/preset", response_class=Response)
def candidate_preset(
    id: str, server: State, file: Annotated[str | None, Query(description="Such as .syx")] = None
) -> Response:
    """A candidate's preset for its synthesizer."""
    return _send(downloads.preset(server.candidates.get(id), file))


@api.get("/candidates/{id}/picture")
def candidate_picture(id: str, server: State) -> schemas.Picture:
    """The spectrograms of a candidate and its target."""
    return views.picture(_opened(id, server), server)


@api.post("/candidates/{id}/edit", status_code=201)
def edit_candidate(id: str, body: schemas.EditIn, server: State) -> schemas.Detail:
    """Change values and play the result: a new candidate."""
    return views.detail(server.edit(_opened(id, server).id, body.values))


@api.post("/candidates/{id}/vary", status_code=201)
def vary_candidate(id: str, body: schemas.VaryIn, server: State) -> list[schemas.CandidateOut]:
    """Variations: new candidates that differ in the parameters, groups or parts named."""
    made = server.vary(_opened(id, server).id, body.names, body.closeness, body.count, body.seed)
    return [views.candidate(c) for c in made]


@api.post("/candidates/{id}/morph", status_code=201)
def morph_candidate(id: str, body: schemas.MorphIn, server: State) -> list[schemas.CandidateOut]:
    """New candidates on the way to another."""
    made = server.morph(_opened(id, server).id, _opened(body.to, server).id, body.steps)
    return [views.candidate(c) for c in made]


@api.post("/candidates/{id}/depends", status_code=202)
def what_it_depends_on(id: str, server: State) -> schemas.JobOut:
    """Hear what the sound depends on most: a job with ``weights``, loudness distances (0 to 1) by parameter."""
    return views.job(searches.depends(server, _opened(id, server)), server)


@api.get("/download", response_class=Response)
def download(
    ids: Annotated[str, Query(description="Candidates, with commas between.")],
    server: State,
    kind: Annotated[str, Query(description="zip, or bank for presets of one synthesizer.")] = "zip",
) -> Response:
    """Several candidates as one file."""
    chosen = [server.candidates.get(id) for id in ids.split(",")]
    if kind not in ("zip", "bank"):
        raise InputError(f"kind is {kind[:20]!r}, expected zip or bank")
    return _send(downloads.bank(chosen) if kind == "bank" else downloads.everything(chosen, server))
