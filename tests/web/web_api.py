"""What a user of the API does, for the tests: send a sound, search, wait."""

import time
from typing import Any

import httpx


def target(client: httpx.Client, example: str = "bass", **part: object) -> dict[str, Any]:
    """A bundled sound as target."""
    sound = created(client.post(f"/api/examples/{example}"))
    return created(client.post("/api/targets", json={"sound": sound["id"], **part}))


def search(client: httpx.Client, target_id: str, **request: object) -> dict[str, Any]:
    """Queue a short search on Dexed."""
    asked = {"target": target_id, "synths": ["dexed"], "renders": 24, "candidates": 2, **request}
    return created(client.post("/api/searches", json=asked))


def created(answer: httpx.Response) -> Any:
    """The body of a request that was granted."""
    assert answer.is_success, answer.text
    return answer.json()


def wait(client: httpx.Client, job_id: str, seconds: float = 60.0) -> dict[str, Any]:
    """A job's last state."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = client.get(f"/api/jobs/{job_id}").json()
        if job["state"] in ("done", "cancelled", "failed"):
            return dict(job)
        time.sleep(0.05)
    raise AssertionError(f"job {job_id} did not end: {job}")


def refused(answer: httpx.Response, status: int, words: str) -> None:
    """An answer that is a refusal in one line."""
    assert answer.status_code == status, answer.text
    detail = answer.json()["detail"]
    assert words in detail, detail
    assert "\n" not in detail
    assert "Traceback" not in detail
