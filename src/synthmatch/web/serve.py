"""Runs the server until Ctrl-C."""

import threading
import time
import webbrowser

import uvicorn

from synthmatch.systems import has_screen
from synthmatch.web.app import make_app
from synthmatch.web.settings import Settings

#: Open pages keep a connection for progress; this long they may take to close it.
_CLOSE_SECONDS = 2


def serve(settings: Settings, *, open_browser: bool) -> None:
    """Serve the page; `open_browser` shows it once the server listens, where there is a screen."""
    config = uvicorn.Config(
        make_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=_CLOSE_SECONDS,
        server_header=False,
    )
    server = uvicorn.Server(config)
    if open_browser and has_screen():
        threading.Thread(target=_show, args=(server, address(settings)), daemon=True).start()
    server.run()


def address(settings: Settings) -> str:
    """Where the page is, for a browser on this computer."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/"


def _show(server: uvicorn.Server, url: str) -> None:
    while not server.started:
        time.sleep(0.05)
    webbrowser.open(url)
