"""``synthmatch web``: the page, and the REST API under it."""

import importlib.util
import socket
from typing import Annotated

import typer

from synthmatch.cli.printing import say, say_aside


def web(
    host: Annotated[
        str, typer.Option(help="Address to listen on. The default is for this computer only; 0.0.0.0 is for everybody.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = 8765,
    name: Annotated[
        list[str] | None,
        typer.Option(help="A host name under which the page may be opened, beside addresses. Repeatable."),
    ] = None,
    synth: Annotated[
        list[str] | None, typer.Option(help="A plug-in's path or LV2 URI that the page offers too. Repeatable.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Render processes (default: one a core).")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Open a page to drop a sound, hear the matches and take the presets."""
    from synthmatch.errors import InputError, MissingExtraError  # noqa: PLC0415 - keeps --help fast

    lacking = [
        package for package in ("fastapi", "python_multipart", "uvicorn") if importlib.util.find_spec(package) is None
    ]
    if lacking:
        raise MissingExtraError(f"{', '.join(lacking)} not installed: pip install 'synthmatch[web]'")
    from synthmatch.synths.registry import get_synth, synth_names  # noqa: PLC0415
    from synthmatch.web.serve import address, serve  # noqa: PLC0415
    from synthmatch.web.settings import Settings  # noqa: PLC0415

    plugins = tuple(get_synth(id).id for id in synth or [])
    try:
        # asked before the server starts, so that a port in use is one line
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            port = probe.getsockname()[1]
    except OSError as error:
        raise InputError(
            f"cannot listen on {host} port {port}: {error.strerror}; choose another --port or --host"
        ) from None
    settings = Settings(host, port, tuple(name or ()), (*synth_names(), *plugins), workers)
    say(f"the page is at {address(settings)}; Ctrl-C ends it")
    if not settings.loopback:
        say_aside("anybody who reaches this computer can use it")
    serve(settings, open_browser=browser)
