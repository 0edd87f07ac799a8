"""Searches for the tests of the page that find what the test says, when it says so."""

import queue
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from web_api import target, wait
from web_page import Watched
from web_server import Running

from synthmatch.synths.preset_files import read_presets
from synthmatch.web.jobs import Job, Part

VOICES = Path("/usr/share/hexter/tx7_roms.dx7")


def voices(server: Running, target_id: str, count: int) -> list[str]:
    """Ids of the DX7's first voices as candidates for a target."""
    return [one.id for one in server.state.play(read_presets(VOICES)[:count], target_id, "search", "")]


def searched(server: Running, example: str = "bass", **part: object) -> dict[str, Any]:
    """A search that has ended with three voices, as the API tells of it."""
    made = target(server.client, example, **part)
    led = LedSearch(server, made["id"], voices(server, made["id"], 3), example)
    led.end()
    return wait(server.client, led.id)


def opened(watched: Watched, job: str) -> Page:
    """The page at the link of a search, with its cards."""
    page = watched.page
    page.goto(f"{watched.server.address}/#job={job}")
    watched.ready()
    expect(page.locator("#cards .card").first).to_be_visible()
    return page


class LedSearch:
    """A search on two synthesizers whose matches are put on the page one state after another, until `end` or Cancel."""

    def __init__(self, server: Running, target_id: str, candidates: list[str], title: str = "bass") -> None:
        self._states = queue.SimpleQueue[list[str] | None]()
        parts = [Part("Dexed (DX7)", total=100), Part("amsynth", total=100)]
        result: dict[str, Any] = {"candidates": [], "out_of_reach": {}}
        self._job = server.state.jobs.add(Job("search", title, self._work, parts, result, target_id=target_id))
        self.show(candidates)

    @property
    def id(self) -> str:
        """The job's."""
        return self._job.id

    def show(self, candidates: list[str]) -> None:
        """These are the best now."""
        self._states.put(candidates)

    def end(self) -> None:
        """Nothing better comes."""
        self._states.put(None)

    def _work(self, job: Job) -> None:
        first = job.parts[0]
        first.state, first.done, first.time_share = "running", 40, 0.4
        while True:
            job.changed()  # raises where it was cancelled
            try:
                state = self._states.get(timeout=0.05)
            except queue.Empty:
                continue
            if state is None:
                return
            job.result = {**job.result, "candidates": state}


def ids(page: Page) -> list[str]:
    """The candidates on the page, from the top."""
    found: list[str] = page.locator("#cards .card").evaluate_all("cards => cards.map((card) => card.dataset.id)")
    return found
