"""Jobs through the API: watching, cancelling, many at once, and a synthesizer that crashes."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from web_api import created, refused, search, target, wait
from web_server import Running, serving


def events(server: Running, job_id: str, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """All states that a watcher of a job is sent."""
    states = []
    with server.client.stream("GET", f"/api/jobs/{job_id}/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("data: "):
                states.append(json.loads(line[6:]))
    return states


def test_a_watcher_sees_all_and_the_end(server: Running) -> None:
    """Catches a stream without a first snapshot, one that never ends, or one that a reconnection leaves without an end."""
    job = search(server.client, target(server.client)["id"], renders=80)
    states = events(server, job["id"])
    assert states[-1]["state"] == "done"
    assert [s["version"] for s in states] == sorted({s["version"] for s in states})
    assert any(s["state"] == "running" and s["candidates"] for s in states), "no candidate appeared while it ran"
    assert states[-1]["parts"][0]["done"] == 80
    again = events(server, job["id"], {"last-event-id": str(states[-1]["version"])})
    assert again == [states[-1]]


def test_cancelling_keeps_the_best(server: Running) -> None:
    """Catches a cancelled search that runs on, or that loses what it found."""
    first = search(server.client, target(server.client)["id"], renders=100_000)
    waiting = search(server.client, target(server.client)["id"])
    while not (state := server.client.get(f"/api/jobs/{first['id']}").json())["candidates"]:
        time.sleep(0.05)
    assert state["state"] == "running"
    assert server.client.get(f"/api/jobs/{waiting['id']}").json()["before"] == 1
    assert created(server.client.post(f"/api/jobs/{waiting['id']}/cancel"))["state"] == "cancelled"
    began = time.monotonic()
    created(server.client.post(f"/api/jobs/{first['id']}/cancel"))
    ended = wait(server.client, first["id"])
    assert ended["state"] == "cancelled"
    assert len(ended["candidates"]) == 2
    assert time.monotonic() - began < 10


def test_twenty_at_once_are_all_served() -> None:
    """Catches requests that are lost, mixed up or refused where many come at the same moment."""
    # one worker: most of the time of such short jobs is their start
    with serving(workers=1) as server:
        twenty(server)


def twenty(server: Running) -> None:
    """Twenty requests from as many threads, and all their answers."""
    targets = [target(server.client, name) for name in ("bass", "bell")]
    jobs: list[dict[str, Any]] = []
    errors: list[BaseException] = []
    lock = threading.Lock()

    def ask(number: int) -> None:
        try:
            job = search(server.client, targets[number % 2]["id"], renders=4, candidates=1, seed=number)
            with lock:
                jobs.append({**job, "number": number})
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len({job["id"] for job in jobs}) == 20
    for job in jobs:
        ended = wait(server.client, job["id"])
        assert ended["state"] == "done", ended
        assert ended["target"]["id"] == targets[job["number"] % 2]["id"]
        assert len(ended["candidates"]) == 1


def test_a_full_queue_says_so() -> None:
    """Catches a queue that grows without end."""
    with serving(queue=2) as server:
        target_out = target(server.client)["id"]
        jobs = [search(server.client, target_out, renders=100_000) for _ in range(3)]
        answer = server.client.post("/api/searches", json={"target": target_out, "synths": ["dexed"]})
        refused(answer, 503, "wait already")
        for job in jobs:
            server.client.post(f"/api/jobs/{job['id']}/cancel")


def test_a_plug_in_that_crashes_costs_its_part_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a crash that ends the server, the queue or the other synthesizers' searches."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "render")
    crashing = "faulty_synth:CrashesAtLoad"
    with serving(synths=("dexed", crashing)) as server:
        target_out = target(server.client)["id"]
        job = wait(server.client, search(server.client, target_out, synths=[crashing, "dexed"], renders=8)["id"])
        assert job["state"] == "done"
        assert [part["state"] for part in job["parts"]] == ["failed", "done"]
        assert "does not load" in job["parts"][0]["remark"]
        assert job["candidates"]
        alone = wait(server.client, search(server.client, target_out, synths=[crashing], renders=8)["id"])
        assert alone["state"] == "failed"
        assert "does not load" in alone["message"]
        assert wait(server.client, search(server.client, target_out, renders=8)["id"])["state"] == "done"
