"""Render workers of the page: kept from search to search, whatever ends one, and gone with the server."""

import os
import signal
import time
from pathlib import Path
from typing import Any

from web_api import created, search, target, wait
from web_server import Running, serving


def workers() -> set[int]:
    """Render workers of this process."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue  # it has ended
            if parent == os.getpid() and b"synthmatch.render.worker" in command:
                found.add(int(folder.name))
    return found


def scores(server: Running, target_out: str) -> list[float]:
    """A search to its end."""
    job = wait(server.client, search(server.client, target_out)["id"])
    assert job["state"] == "done", job
    return [candidate["distance"] for candidate in job["candidates"]]


def begun(server: Running, target_out: str) -> dict[str, Any]:
    """A long search that has found something."""
    job = search(server.client, target_out, renders=100_000)
    while not server.client.get(f"/api/jobs/{job['id']}").json()["candidates"]:
        time.sleep(0.05)
    return job


def test_workers_are_kept_and_go_with_the_server() -> None:
    """Catches workers started for each search, a search spoilt by a cancel or crash before it, and orphans."""
    before = workers()
    with serving(workers=2) as server:
        target_out = target(server.client)["id"]
        expected = scores(server, target_out)
        own = workers() - before
        assert len(own) == 2
        assert scores(server, target_out) == expected
        job = begun(server, target_out)
        created(server.client.post(f"/api/jobs/{job['id']}/cancel"))
        assert wait(server.client, job["id"])["state"] == "cancelled"
        assert workers() - before == own
        assert scores(server, target_out) == expected
        os.kill(min(own), signal.SIGKILL)
        assert scores(server, target_out) == expected
        again = workers() - before
        assert len(again) == 2
        assert max(own) in again
        begun(server, target_out)
    assert workers() <= before, "the search under way has left its workers"
    with serving(workers=2, keep_workers_seconds=0.0) as server:
        scores(server, target(server.client)["id"])
        assert workers() - before
        server.state.sweep()
        assert workers() <= before
