"""The server as an ASGI application: the API, the page's files, and errors as one line of JSON."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from synthmatch import __version__
from synthmatch.errors import MissingSynthError, SynthmatchError
from synthmatch.web.guard import Guard
from synthmatch.web.jobs import QueueFullError
from synthmatch.web.routes import api
from synthmatch.web.server_state import ServerState
from synthmatch.web.settings import Settings
from synthmatch.web.store import GoneError

_SWEEP_SECONDS = 60.0
#: Status of an error's answer, the most special class first.
_STATUS = ((GoneError, 404), (QueueFullError, 503), (MissingSynthError, 409), (SynthmatchError, 422))

_ABOUT = """Turn a sound into presets for synthesizers. The page at / uses nothing but this API.

Send a sound (POST /api/sounds), make it a target (POST /api/targets), search (POST /api/searches), watch the job
(GET /api/jobs/{id}/events), take the presets (GET /api/candidates/{id}/preset)."""


def make_app(settings: Settings) -> FastAPI:
    """The application; its workshop lives as long as the application runs."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        server = app.state.server_state = ServerState(settings)
        sweeping = asyncio.create_task(_sweep(server))
        yield
        sweeping.cancel()
        await asyncio.to_thread(server.close)

    # the viewers of OpenAPI that FastAPI brings load scripts from elsewhere
    app = FastAPI(
        title="synthmatch",
        version=__version__,
        description=_ABOUT,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(Guard, settings=settings)
    app.add_exception_handler(SynthmatchError, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.include_router(api)
    static = Path(str(resources.files("synthmatch") / "web" / "static"))
    app.mount("/static", StaticFiles(directory=static))

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        """The page."""
        return FileResponse(static / "index.html")

    return app


async def _sweep(server: ServerState) -> None:
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        await asyncio.to_thread(server.sweep)


def _told(_: Request, error: Exception) -> JSONResponse:
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    return JSONResponse({"detail": str(error)}, status)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    told = "; ".join(f"{'.'.join(map(str, one['loc'][1:])) or 'body'}: {one['msg']}" for one in error.errors())
    return JSONResponse({"detail": told}, 422)
