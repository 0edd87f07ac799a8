"""``synthmatch web`` as a user starts it: it says where it is, ends with Ctrl-C, and refuses in one line."""

import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest


def left_over() -> set[str]:
    """Folders of ours among the temporary files."""
    return {path.name for path in Path(tempfile.gettempdir()).glob("synthmatch-*")}


def test_it_serves_until_ctrl_c(tmp_path: Path) -> None:
    """Catches a server that an open page, a running search or a worker keeps alive, or that leaves its files behind."""
    before = left_over()
    command = [sys.executable, "-m", "synthmatch", "web", "--no-browser", "--port", "0"]
    # a shell that runs tests in the background makes its children ignore Ctrl-C
    mask = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    finally:
        signal.signal(signal.SIGINT, mask)
    with started as process:
        assert process.stdout
        line = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address, line
        with httpx.Client(base_url=address[0], timeout=20, transport=httpx.HTTPTransport(retries=20)) as client:
            assert "<title>synthmatch</title>" in client.get("/").text
            sound = client.post("/api/examples/bass").json()["id"]
            target_out = client.post("/api/targets", json={"sound": sound}).json()["id"]
            request = {"target": target_out, "synths": ["dexed"], "renders": 100_000}
            job = client.post("/api/searches", json=request).json()["id"]
            with client.stream("GET", f"/api/jobs/{job}/events") as events:
                next(events.iter_lines())
                process.send_signal(signal.SIGINT)
                began = time.monotonic()
                _, complaints = process.communicate(timeout=30)
    assert time.monotonic() - began < 15
    assert process.returncode == 130
    assert "Traceback" not in complaints
    assert left_over() <= before
    assert not list(tmp_path.iterdir())


def test_a_port_that_is_taken() -> None:
    """Catches a traceback of the server where another program has the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "synthmatch", "web", "--no-browser", "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"synthmatch: cannot listen on 127.0.0.1 port {port}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("package", ["fastapi", "uvicorn", "python_multipart"])
def test_without_the_extra(package: str) -> None:
    """Catches an import error in place of the line that says what to install."""
    call = f"import sys; sys.modules[{package!r}] = None; from synthmatch.cli.app import main; main()"
    done = subprocess.run([sys.executable, "-c", call, "web"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == f"synthmatch: {package} not installed: pip install 'synthmatch[web]'\n"
