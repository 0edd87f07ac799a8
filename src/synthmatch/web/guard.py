"""Who may ask: the page itself and programs on purpose, never another site that the user's browser has open.

* The Host must be an IP address, ``localhost`` or a name that the server was told. A page that has its own name point
  here (DNS rebinding) comes with its own name.
* An Origin, which browsers send with what changes something, must be the server's own; ``Sec-Fetch-Site`` must not say
  that another site asked.
* A body beyond the limit is refused by its announced length, or else where it passes the limit.

Every answer forbids the page to load anything from elsewhere.
"""

import ipaddress
import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from synthmatch.web.settings import Settings

#: Room for the frame of a multipart form and the names of a folder's files.
_FRAME_BYTES = 1_000_000

#: The waveform library sets its style by an element; sounds are played from memory.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
    " media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-cache",
}


class Guard:
    """ASGI middleware around the whole server."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                own = [(k.encode(), v.encode()) for k, v in _HEADERS.items() if k.encode() not in there]
                message["headers"] = [*message["headers"], *own]
            await send(message)

        if refusal := self._refusal(headers):
            await _answer(with_headers, *refusal)
            return
        await self._app(scope, self._limited(receive), with_headers)

    def _refusal(self, headers: dict[str, str]) -> tuple[int, str] | None:
        """Status and message for a request that is not let in."""
        host = headers.get("host", "")
        if not self._knows(host):
            return 421, f"host is {host[:80]!r}, expected the address that synthmatch web printed"
        origin = headers.get("origin")
        if origin is not None and origin not in {f"http://{host}", f"https://{host}"}:
            return 403, "the request came from another site; open the page at the address that synthmatch web printed"
        if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"} and not _navigates(headers):
            return 403, "the request came from another site; open the page at the address that synthmatch web printed"
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._settings.upload_bytes + _FRAME_BYTES:
            return 413, self._too_large()
        return None

    def _knows(self, host: str) -> bool:
        name, port = _split(host)
        if name in self._settings.names:
            return True
        if self._settings.loopback and port != self._settings.port:
            return False
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name == "localhost"
        return address.is_loopback or not self._settings.loopback

    def _limited(self, receive: Receive) -> Receive:
        seen = 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._settings.upload_bytes + _FRAME_BYTES:
                raise HTTPException(413, self._too_large())
            return message

        return counting

    def _too_large(self) -> str:
        return (
            f"the upload is larger than {self._settings.upload_bytes / 1e6:.0f} MB; send a shorter or compressed sound"
        )


def _navigates(headers: dict[str, str]) -> bool:
    """Whether a link on another site was followed to the page, which shows it and does nothing."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def _split(host: str) -> tuple[str, int]:
    """Name and port of a Host header; port 80 where there is none, -1 where it is no number."""
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        return host.strip("[]").lower(), 80
    return name.strip("[]").lower(), int(port) if port.isdigit() else -1


async def _answer(send: Any, status: int, detail: str) -> None:
    body = json.dumps({"detail": detail}).encode()
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
