"""A server on a free port, as `synthmatch web` runs it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import uvicorn

import synthmatch
from synthmatch.web.app import make_app
from synthmatch.web.server_state import ServerState
from synthmatch.web.settings import Settings

EXAMPLES = Path(synthmatch.__file__).parent / "data/examples"


class Running(NamedTuple):
    """A server: its address, its state, and a client for its API."""

    address: str
    state: ServerState
    client: httpx.Client


@contextmanager
def serving(port: int = 0, **changed: object) -> Iterator[Running]:
    """Run a server in a thread, on a free port unless one is given; `changed` are fields of `Settings`."""
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    app = make_app(Settings(port=port, **changed))  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=address, timeout=60) as client:
            yield Running(address, app.state.server_state, client)
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        assert not thread.is_alive(), "the server did not end"
