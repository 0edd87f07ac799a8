"""The REST API: each route a few lines over the workshop."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Header, Query, Request, Response, UploadFile
from fastapi.responses import StreamingResponse

from synthmatch import __version__
from synthmatch.errors import InputError
from synthmatch.synths.registry import get_synth
from synthmatch.web import downloads, schemas, searches, views
from synthmatch.web.entities import Candidate
from synthmatch.web.events import events
from synthmatch.web.files import Upload, label_of, read_presets
from synthmatch.web.server_state import Workshop, examples, offered

api = APIRouter(prefix="/api")


def workshop(request: Request) -> Workshop:
    """The server's workshop."""
    found: Workshop = request.app.state.workshop
    return found


Shop = Annotated[Workshop, Depends(workshop)]


def _opened(id: str, shop: Workshop) -> Candidate:
    """A candidate that somebody looks into."""
    found = shop.candidates.get(id)
    found.opened = True
    shop.aims.get(found.aim)
    return found


def _send(file: downloads.Download, *, attached: bool = True) -> Response:
    return Response(file.contents, media_type=file.media_type, headers=file.headers if attached else None)


@api.get("/about")
def about(shop: Shop) -> schemas.About:
    """What this server offers and allows."""
    settings = shop.settings
    return schemas.About(
        version=__version__,
        synths=[views.synth(get_synth(id)) for id in settings.synths],
        examples=list(examples()),
        upload_bytes=settings.upload_bytes,
        keep_seconds=settings.keep_seconds,
    )


@api.get("/parameters")
def parameters(synth: str, shop: Shop) -> list[schemas.ParameterOut]:
    """The parameters of a synthesizer."""
    return views.parameters(offered(shop.settings, synth).space)


@api.post("/sounds", status_code=201)
def upload_sound(file: Annotated[UploadFile, File()], shop: Shop) -> schemas.SoundOut:
    """Send a recording: WAV, FLAC, OGG, MP3 or AIFF, from 30 ms to 60 s."""
    id = shop.upload(Upload(file.file, file.filename or ""))
    return views.sound(id, shop.sounds.get(id))


@api.post("/examples/{name}", status_code=201)
def use_example(name: str, shop: Shop) -> schemas.SoundOut:
    """Take a bundled recording."""
    id = shop.example(name)
    return views.sound(id, shop.sounds.get(id))


@api.get("/sounds/{id}")
def see_sound(id: str, shop: Shop) -> schemas.SoundOut:
    """A sound's name and length."""
    return views.sound(id, shop.sounds.get(id))


@api.get("/sounds/{id}/audio", response_class=Response)
def sound_audio(id: str, shop: Shop) -> Response:
    """A sound as WAV at 44.1 kHz."""
    return Response(shop.sounds.get(id).recording.wav(), media_type="audio/wav")


@api.post("/targets", status_code=201)
def make_target(wish: schemas.TargetIn, shop: Shop) -> schemas.TargetOut:
    """Make a sound, or a part of it, a target: its note is found, or taken as given."""
    note = None if wish.note is None else str(wish.note)
    id = shop.aim(
        wish.sound,
        wish.start_seconds,
        wish.end_seconds,
        note=note,
        velocity=wish.velocity,
        hold_seconds=wish.hold_seconds,
        whole=wish.whole,
    )
    return views.target(id, shop.aims.get(id))


@api.get("/targets/{id}/audio", response_class=Response)
def target_audio(id: str, shop: Shop) -> Response:
    """A target as WAV: from its onset on, as long as the renders that are compared with it."""
    return Response(shop.aims.get(id).recording.wav(), media_type="audio/wav")


@api.post("/searches", status_code=202)
def start_search(wish: schemas.SearchIn, shop: Shop) -> schemas.JobOut:
    """Search presets that sound like a target. The job waits for those before it."""
    synths = [offered(shop.settings, id).id for id in dict.fromkeys(wish.synths)]
    asked = searches.Wish(
        synths=tuple(synths),
        renders=wish.renders,
        seconds=float("inf") if wish.seconds is None else wish.seconds,
        candidates=wish.candidates,
        seed=wish.seed,
        libraries=tuple(wish.libraries),
        start=wish.start,
        locked=tuple(wish.locked),
    )
    return views.job(searches.search(shop, wish.target, asked), shop)


@api.post("/libraries", status_code=202)
def index_presets(files: Annotated[list[UploadFile], File()], shop: Shop) -> schemas.JobOut:
    """Index presets of your own: native files, banks, a folder of them. The job's ``libraries`` may join a search."""
    uploads = [Upload(file.file, file.filename or "") for file in files]
    found = read_presets(uploads, shop.settings.synths, shop.settings.upload_bytes)
    name = label_of(uploads[0].name) if len(uploads) == 1 else f"{len(uploads)} files"
    return views.job(searches.index(shop, found, name), shop)


@api.get("/libraries/{id}")
def see_library(id: str, shop: Shop) -> schemas.LibraryOut:
    """An index of presets of your own."""
    return views.library(id, shop.libraries.get(id))


@api.delete("/libraries/{id}", status_code=204)
def forget_library(id: str, shop: Shop) -> None:
    """Forget presets of your own."""
    shop.libraries.get(id)
    shop.libraries.remove(id)


@api.get("/jobs/{id}")
def see_job(id: str, shop: Shop) -> schemas.JobOut:
    """A job as it is now."""
    return views.job(shop.jobs.store.get(id), shop)


@api.get("/jobs/{id}/events", response_class=StreamingResponse)
def watch_job(id: str, shop: Shop, last_event_id: Annotated[str, Header()] = "") -> StreamingResponse:
    """A job as server-sent events ``job``, each with its whole state as JSON, until it ends."""
    shop.jobs.store.get(id)
    seen = int(last_event_id) if last_event_id.isdecimal() else -1
    return StreamingResponse(events(id, shop, seen), media_type="text/event-stream")


@api.post("/jobs/{id}/cancel")
def cancel_job(id: str, shop: Shop) -> schemas.JobOut:
    """End a job; a search keeps the best so far."""
    job = shop.jobs.store.get(id)
    job.cancel()
    return views.job(job, shop)


@api.get("/candidates/{id}")
def see_candidate(id: str, shop: Shop) -> schemas.Detail:
    """A candidate's scores and values."""
    return views.detail(_opened(id, shop))


@api.get("/candidates/{id}/audio", response_class=Response)
def candidate_audio(id: str, shop: Shop) -> Response:
    """A candidate's sound as WAV."""
    return _send(downloads.wav(shop.candidates.get(id)), attached=False)


@api.get("/candidates/{id}/wav", response_class=Response)
def candidate_wav(id: str, shop: Shop) -> Response:
    """The same, as a file to save."""
    return _send(downloads.wav(shop.candidates.get(id)))


@api.get("/candidates/{id}/preset", response_class=Response)
def candidate_preset(
    id: str, shop: Shop, file: Annotated[str | None, Query(description="Such as .syx")] = None
) -> Response:
    """A candidate's preset for its synthesizer."""
    return _send(downloads.preset(shop.candidates.get(id), file))


@api.get("/candidates/{id}/picture")
def candidate_picture(id: str, shop: Shop) -> schemas.Picture:
    """The spectrograms of a candidate and its target."""
    return views.picture(_opened(id, shop), shop)


@api.post("/candidates/{id}/edit", status_code=201)
def edit_candidate(id: str, wish: schemas.EditIn, shop: Shop) -> schemas.Detail:
    """Change values and play the result: a new candidate."""
    return views.detail(shop.edit(_opened(id, shop).id, wish.values))


@api.post("/candidates/{id}/vary", status_code=201)
def vary_candidate(id: str, wish: schemas.VaryIn, shop: Shop) -> list[schemas.CandidateOut]:
    """Variations: new candidates that differ in the parameters, groups or parts named."""
    made = shop.vary(_opened(id, shop).id, wish.names, wish.amount, wish.count, wish.seed)
    return [views.candidate(c) for c in made]


@api.post("/candidates/{id}/morph", status_code=201)
def morph_candidate(id: str, wish: schemas.MorphIn, shop: Shop) -> list[schemas.CandidateOut]:
    """New candidates on the way to another."""
    made = shop.morph(_opened(id, shop).id, _opened(wish.to, shop).id, wish.steps)
    return [views.candidate(c) for c in made]


@api.post("/candidates/{id}/depends", status_code=202)
def what_it_depends_on(id: str, shop: Shop) -> schemas.JobOut:
    """Hear what the sound depends on most: a job with ``weights``, in dB by parameter."""
    return views.job(searches.depends(shop, _opened(id, shop)), shop)


@api.get("/download", response_class=Response)
def download(
    ids: Annotated[str, Query(description="Candidates, with commas between.")],
    shop: Shop,
    kind: Annotated[str, Query(description="zip, or bank for presets of one synthesizer.")] = "zip",
) -> Response:
    """Several candidates as one file."""
    chosen = [shop.candidates.get(id) for id in ids.split(",")]
    if kind not in ("zip", "bank"):
        raise InputError(f"kind is {kind[:20]!r}, expected zip or bank")
    return _send(downloads.bank(chosen) if kind == "bank" else downloads.everything(chosen, shop))
