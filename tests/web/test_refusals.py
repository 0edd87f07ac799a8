"""What the server refuses, and that each refusal is one line which says why."""

import io
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
from web_api import created, refused, search, target, wait
from web_server import EXAMPLES, Running, serving

from synthmatch.web import child, files
from synthmatch.web.store import GoneError, Store

BELL = (EXAMPLES / "bell.flac").read_bytes()
TONE = np.sin(np.arange(44_100) / 20).astype(np.float32)


def send(client: httpx.Client, contents: bytes, name: str = "sound.wav") -> httpx.Response:
    """Upload a file."""
    return client.post("/api/sounds", files={"file": (name, contents)})


def encoded(samples: np.ndarray, rate_hz: int, kind: str, subtype: str) -> bytes:
    """A sound file."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate_hz, format=kind, subtype=subtype)
    return buffer.getvalue()


def test_files_that_are_no_sound(server: Running) -> None:
    """Catches bytes that reach a decoder though they are no sound, and messages that show a path of the server."""
    whole = encoded(TONE, 44_100, "WAV", "PCM_16")
    for contents, name, words in (
        (b"", "empty.wav", "empty.wav is empty"),
        (b"this is no sound", "text.wav", "text.wav is no sound"),
        (b"\x7fELF" + bytes(500), "program.wav", "program.wav is no sound"),
        (b"RIFF" + bytes(500), "riff.wav", "riff.wav cannot be read"),
        (whole[: len(whole) // 2], "cut.wav", "cut.wav is truncated"),
        (encoded(np.zeros(44_100), 44_100, "WAV", "PCM_16"), "silent.wav", "silent.wav is silent"),
    ):
        answer = send(server.client, contents, name)
        refused(answer, 422, words)
        assert "/tmp" not in answer.text


def test_a_small_file_of_a_long_sound(server: Running) -> None:
    """Catches a decoder that unpacks hours of silence before it asks how long it is."""
    hours = encoded(np.zeros(8_000 * 3_600 * 2, np.int16), 8_000, "FLAC", "PCM_16")
    assert len(hours) < 1_000_000
    refused(send(server.client, hours, "hours.flac"), 422, "at most 60 s")


def test_too_large_a_file(server: Running) -> None:
    """Catches a limit that is looked at after the upload, by its announced length and by what comes."""
    refused(send(server.client, b"RIFF" + bytes(51_000_000)), 413, "larger than 50 MB")
    refused(send(server.client, b"RIFF" + bytes(50_000_100)), 422, "larger than 50 MB")


def test_too_large_a_file_of_unknown_length() -> None:
    """Catches a limit that believes what a request says of its length, or says nothing of it."""

    def parts() -> Iterator[bytes]:
        yield b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
        for _ in range(30):
            yield bytes(100_000)
        yield b"\r\n--x--\r\n"

    with serving(upload_bytes=500_000) as server:
        head = {"content-type": "multipart/form-data; boundary=x"}
        refused(server.client.post("/api/sounds", content=parts(), headers=head), 413, "larger than 0 MB")


def test_requests_of_another_site(server: Running) -> None:
    """Catches a site in the user's browser that reads or changes something here, also by DNS rebinding."""
    port = server.address.rpartition(":")[2]
    for headers, status in (
        ({"origin": "http://example.com"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": f"http://localhost.example.com:{port}"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"host": "example.com"}, 421),
        ({"host": f"example.com:{port}"}, 421),
        ({"host": "127.0.0.1:1"}, 421),
        ({"host": f"192.168.1.7:{port}"}, 421),
        ({"host": ""}, 421),
    ):
        for path in ("/api/about", "/", "/static/app.js"):
            answer = server.client.get(path, headers=headers)
            assert answer.status_code == status, (headers, path)
        assert server.client.post("/api/examples/bass", headers=headers).status_code == status, headers
    allowed = {"origin": server.address, "sec-fetch-site": "same-origin"}
    created(server.client.post("/api/examples/bass", headers=allowed))
    assert server.client.get("/", headers={"host": f"localhost:{port}"}).status_code == 200
    # a link on another site may lead to the page
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert server.client.get("/", headers=followed).status_code == 200


def test_a_server_for_others_still_checks_names() -> None:
    """Catches a server on all addresses that lets every name in, which is what DNS rebinding needs."""
    with serving(host="0.0.0.0", names=("studio.local",)) as server:
        port = server.address.rpartition(":")[2]
        for host, status in (
            (f"192.168.1.7:{port}", 200),
            (f"[fe80::1]:{port}", 200),
            (f"studio.local:{port}", 200),
            (f"localhost:{port}", 200),
            (f"example.com:{port}", 421),
            (f"studio.local.example.com:{port}", 421),
        ):
            assert server.client.get("/", headers={"host": host}).status_code == status, host


def test_the_page_may_load_nothing_from_elsewhere(server: Running) -> None:
    """Catches an answer without the headers that forbid it."""
    for path in ("/", "/static/app.js", "/api/about", "/api/jobs/none"):
        headers = server.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "http" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers


def test_names_are_no_paths(server: Running, tmp_path: Path) -> None:
    """Catches a name of a request that leads out of the server's folder, into another file or into a header."""
    outside = tmp_path / "outside.flac"
    before = {path.name for path in server.state.folder.parent.iterdir()}
    for name in ("../../outside.flac", str(outside), "..\\..\\outside.flac", "a\r\nset-cookie: x.flac", "/", "x" * 300):
        sound = created(send(server.client, BELL, name))
        assert not set("/\\\r\n") & set(sound["name"])
        assert 0 < len(sound["name"]) <= 80
    voice = (("files", ("../../../etc/cron.d/x.syx", b"bad")),)
    refused(server.client.post("/api/libraries", files=voice), 422, "x.syx")
    for path in ("/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static//etc/passwd"):
        assert server.client.get(path).status_code == 404, path
    for path in ("/api/examples/..%2f..%2fnoise_floor.json", "/api/examples/%2Fetc%2Fpasswd"):
        assert server.client.post(path).status_code == 404, path
    assert not outside.exists()
    kept = list(server.state.folder.glob("*.npy"))
    assert kept
    assert all(path.stem.isdigit() for path in kept)
    left = {path.name for path in server.state.folder.parent.iterdir()} - before
    assert not {name for name in left if "outside" in name or name.startswith("cron")}


def test_a_synthesizer_that_is_not_offered(server: Running) -> None:
    """Catches an id of a request that makes the server import a module or load a plug-in."""
    target_out = target(server.client)["id"]
    for id in ("os:path", "/tmp/evil.vst3", "../evil.vst3", "http://example.com/lv2", "dx8"):
        request = {"target": target_out, "synths": [id]}
        refused(server.client.post("/api/searches", json=request), 422, "expected one of vital, dexed, amsynth")
        assert server.client.get("/api/parameters", params={"synth": id}).status_code == 422
    own = b'{"format": "synthmatch preset 1", "synth": "os:path", "native": {}}'
    refused(server.client.post("/api/libraries", files=[("files", ("a.json", own))]), 422, "os:path")


def test_what_is_not_there(server: Running) -> None:
    """Catches an unknown id that is a traceback, or tells more than that it is unknown."""
    for path in ("jobs/x", "jobs/x/events", "candidates/x", "candidates/x/audio", "sounds/x/audio", "targets/x/audio"):
        refused(server.client.get(f"/api/{path}"), 404, "there is no such")
    refused(server.client.post("/api/targets", json={"sound": "x"}), 404, "there is no such sound")
    refused(server.client.post("/api/searches", json={"target": "x", "synths": ["dexed"]}), 404, "no such target")
    refused(server.client.get("/api/download", params={"ids": "x"}), 404, "there is no such candidate")


def test_jobs_and_files_expire() -> None:
    """Catches what is kept for ever: after its time a job is gone, and so are the files of its sounds."""
    with serving(keep_seconds=2.0) as server:
        target_out = target(server.client)
        job = search(server.client, target_out["id"], renders=4)
        wait(server.client, job["id"])
        assert list(server.state.folder.glob("*.npy"))
        time.sleep(2.2)
        refused(server.client.get(f"/api/jobs/{job['id']}"), 404, "has expired")
        server.state.sweep()
        assert not list(server.state.folder.glob("*.npy"))
    assert not server.state.folder.exists()


def test_a_store_keeps_what_is_used() -> None:
    """Catches a time that counts from the making, a limit that drops the newest, and files that are left."""
    now = [0.0]
    dropped: list[str] = []
    store: Store[str] = Store("thing", 10.0, 2, dropped.append, lambda: now[0])
    first, second = store.add("first"), store.add("second")
    now[0] = 9.0
    assert store.get(first) == "first"
    now[0] = 11.0
    assert store.find(second) is None
    assert store.get(first) == "first"
    store.add("third")
    now[0] = 12.0
    store.add("fourth")
    assert dropped == ["second", "first"]
    with pytest.raises(GoneError, match="thing"):
        store.get(first)
    assert len(store) == 2


def test_requests_that_make_no_sense(server: Running) -> None:
    """Catches a wrong value that is ignored or runs into the search."""
    target_out = target(server.client)["id"]
    for request, words in (
        ({"synths": []}, "synths"),
        ({"synths": ["dexed"], "renders": -1}, "renders"),
        ({"synths": ["dexed"], "seconds": 1e9}, "seconds"),
        ({"synths": ["dexed"], "candidates": 99}, "candidates"),
        ({"synths": ["dexed"], "rendrs": 5}, "rendrs"),
    ):
        refused(server.client.post("/api/searches", json={"target": target_out, **request}), 422, words)
    sound = created(server.client.post("/api/examples/bell"))["id"]
    for part, words in (
        ({"start_seconds": 99}, "nothing is left"),
        ({"start_seconds": 0.2, "end_seconds": 0.1}, "nothing is left"),
        ({"note": "H9"}, "note is 'H9'"),
        ({"velocity": 200}, "velocity is 200, expected a whole number 1..127, or sound"),
        ({"velocity": 64.5}, "velocity is 64.5, expected"),
        ({"velocity": "loud"}, "velocity is 'loud', expected"),
        ({"hold_seconds": -1}, "hold_seconds"),
    ):
        refused(server.client.post("/api/targets", json={"sound": sound, **part}), 422, words)
    refused(server.client.post("/api/targets", content=b'{"sound": "x"}'), 422, "")


def test_a_child_that_dies_or_hangs(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a crash or an endless loop of a decoder that reaches the server, or is told as an error of its own."""
    with monkeypatch.context() as patch:
        patch.setattr(child, "__name__", "dying_child")
        refused(send(server.client, BELL, "bad.flac"), 422, "bad.flac could not be read within its limits")
    with monkeypatch.context() as patch:
        patch.setattr(files, "_WALL_SECONDS", 0.01)
        refused(send(server.client, BELL, "slow.flac"), 422, "slow.flac took more than 0 s")
    created(send(server.client, BELL, "good.flac"))


@pytest.mark.linux
def test_a_child_has_limits() -> None:
    """Catches a decoder without bounds: it may not take all memory, time or disk."""
    script = (
        "import resource, synthmatch.web.child as c; c.contain(c.MEMORY_BYTES, c.FILE_BYTES, c.CPU_SECONDS)\n"
        "print(*(resource.getrlimit(r)[0] for r in (resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)))\n"
        "try:\n bytearray(4 << 30)\nexcept MemoryError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(3 << 30), "30", str(1 << 20), "refused"]
