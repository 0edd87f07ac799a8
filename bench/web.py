"""The page's server under load: its start, an upload, many searches that are asked for at the same moment, and how soon
a search shows something.

``python bench/web.py``: a server as `synthmatch web` starts it; for the last, one in this process, whose workers are ended
before every other search. Times are of this machine, now.
"""

import argparse
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

import synthmatch
from synthmatch.web.app import make_app
from synthmatch.web.settings import Settings

BASS = Path(synthmatch.__file__).parent / "data/examples/bass.flac"
_BOUNDARY = "a-line-that-no-sound-has"


def ask(address: str, body: Any = None, kind: str = "application/json") -> Any:
    """One request; gives the answer's JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(address, None if body is None else data, {"content-type": kind})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())


def upload(address: str) -> Any:
    """Send the bundled bass as a form."""
    head = f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="bass.flac"\r\n\r\n'
    body = head.encode() + BASS.read_bytes() + f"\r\n--{_BOUNDARY}--\r\n".encode()
    return ask(f"{address}/api/sounds", body, f"multipart/form-data; boundary={_BOUNDARY}")


def seconds(work: Any) -> tuple[float, Any]:
    """Wall time of a call, and what it gives."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def started() -> tuple[float, "subprocess.Popen[str]", str]:
    """Seconds until the page is there, the server, its address."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "synthmatch", "web", "--no-browser", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout
    found = re.search(r"http://[\d.]+:\d+", server.stdout.readline())
    assert found
    while True:
        try:
            urllib.request.urlopen(found[0], timeout=5).close()
            return time.perf_counter() - start, server, found[0]
        except OSError:
            time.sleep(0.01)


def workers_mb() -> float:
    """Memory of this process's render workers; what processes share counts in parts."""
    kilobytes = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"synthmatch.render.worker" in (folder / "cmdline").read_bytes():
                found = re.search(r"^Pss: +(\d+)", (folder / "smaps_rollup").read_text(), re.MULTILINE)
                kilobytes += int(found[1]) if found else 0
        except OSError:
            continue  # it has ended, or is another user's
    return kilobytes / 1024


def kept_workers(rounds: int) -> tuple[float, float, float]:
    """Median seconds from the request of 16 renders on Dexed to its first candidate: two workers started, two kept.

    And the memory of those that are kept after a search on all synthesizers, in MB.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = make_app(Settings(port=port, workers=2, keep_workers_seconds=0.0))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    api = f"http://127.0.0.1:{port}/api"
    target = ask(f"{api}/targets", {"sound": upload(f"http://127.0.0.1:{port}")["id"]})
    request = {"target": target["id"], "synths": ["dexed"], "renders": 16, "candidates": 1}

    def until(job: Any, holds: Callable[[Any], bool]) -> Any:
        while not holds(job):
            time.sleep(0.002)
            job = ask(f"{api}/jobs/{job['id']}")
        return job

    def first() -> float:
        took, job = seconds(lambda: until(ask(f"{api}/searches", request), lambda job: bool(job["candidates"])))
        until(job, lambda job: job["state"] == "done")
        return took

    first()  # reads the library
    cold, warm = [], []
    for _ in range(rounds):
        app.state.workshop.pools.sweep()
        cold.append(first())
        warm.append(first())
    installed = [synth["id"] for synth in ask(f"{api}/about")["synths"] if synth["installed"]]
    until(ask(f"{api}/searches", {**request, "synths": installed}), lambda job: job["state"] == "done")
    memory_mb = workers_mb()
    server.should_exit = True
    thread.join()
    return statistics.median(cold), statistics.median(warm), memory_mb


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches", type=int, default=20)
    parser.add_argument("--renders", type=int, default=24, help="of each search")
    parser.add_argument("--quick", action="store_true", help="five searches")
    options = parser.parse_args()
    count = 5 if options.quick else options.searches
    start_seconds, server, address = started()
    try:
        uploaded = [seconds(lambda: upload(address)) for _ in range(5)]
        upload_seconds, sound = statistics.median(s for s, _ in uploaded), uploaded[0][1]["id"]
        target_seconds, target = seconds(lambda: ask(f"{address}/api/targets", {"sound": sound}))
        request = {"target": target["id"], "synths": ["dexed"], "renders": options.renders, "candidates": 1}
        answers: list[tuple[float, Any]] = []
        threads = [
            threading.Thread(target=lambda: answers.append(seconds(lambda: ask(f"{address}/api/searches", request))))
            for _ in range(count)
        ]
        begin = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        looks: list[float] = []
        waiting = {job["id"] for _, job in answers}
        done = 0
        while waiting:
            for id in sorted(waiting):
                took, job = seconds(lambda id=id: ask(f"{address}/api/jobs/{id}"))
                looks.append(took)
                if job["state"] not in ("queued", "running"):
                    waiting.discard(id)
                    done += job["state"] == "done" and len(job["candidates"]) == 1
            time.sleep(0.05)
        all_seconds = time.perf_counter() - begin
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()
    started_seconds, kept_seconds, memory_mb = kept_workers(3 if options.quick else 15)
    slowest = max(s for s, _ in answers)
    print("| what | measured |\n|---|---|")
    print(f"| start until the page answers | {start_seconds:.2f} s |")
    print(f"| a sound of 0.5 s, sent and decoded | {1000 * upload_seconds:.0f} ms |")
    print(f"| its note found | {1000 * target_seconds:.0f} ms |")
    print(f"| {count} searches asked for at once: lost | {count - done} |")
    print(f"| slowest of their answers | {1000 * slowest:.0f} ms |")
    print(f"| all done ({options.renders} renders on Dexed each, one after the other) | {all_seconds:.1f} s |")
    print(
        f"| a job's state meanwhile, median and slowest | {1000 * statistics.median(looks):.0f}, {1000 * max(looks):.0f} ms |"
    )
    print(
        f"| first candidate of 16 renders on Dexed: workers started, kept | {1000 * started_seconds:.0f}, {1000 * kept_seconds:.0f} ms |"
    )
    print(f"| ratio | {started_seconds / kept_seconds:.1f} |")
    print(f"| memory of the workers kept for all synthesizers, two each | {memory_mb:.0f} MB |")


if __name__ == "__main__":
    main()
