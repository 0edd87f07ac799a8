"""Runs the server until Ctrl-C."""

import threading
import webbrowser

import uvicorn

from synthmatch.web.app import make_app
from synthmatch.web.settings import Settings

#: Open pages keep a connection for progress; this long they may take to close it.
_CLOSE_SECONDS = 2


def serve(settings: Settings, *, open_browser: bool) -> None:
    """Serve the page; `open_browser` shows it once the server listens."""
    config = uvicorn.Config(
        make_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=_CLOSE_SECONDS,
        server_header=False,
    )
    if open_browser:
        opening = threading.Timer(1.0, webbrowser.open, [address(settings)])
        opening.daemon = True
        opening.start()
    uvicorn.Server(config).run()


def address(settings: Settings) -> str:
    """Where the page is, for a browser on this computer."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/"
