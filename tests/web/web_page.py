"""The page in a browser, for the tests: watched for complaints, and with the steps that most tests begin with."""

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect
from web_server import EXAMPLES, Running

BASS = EXAMPLES / "bass.flac"

expect.set_options(timeout=30_000)


class Watched:
    """A page whose requests and complaints are kept. `answers` are the bodies of audio by address."""

    def __init__(self, page: Page, server: Running) -> None:
        self.page, self.server = page, server
        self.addresses: list[str] = []
        self.complaints: list[str] = []
        self.answers: dict[str, Any] = {}
        page.on("request", lambda request: self.addresses.append(request.url))
        page.on("response", lambda answer: self.answers.update({answer.url: answer}))
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, kind: str, text: str) -> None:
        # the browser itself logs an answer that is a refusal
        if kind in ("error", "warning") and "the server responded with a status of 4" not in text:
            self.complaints.append(text)

    def open(self) -> Page:
        """Load the page, with a search time that is short enough for a test."""
        self.page.goto(self.server.address)
        self.ready()
        return self.page

    def ready(self) -> None:
        """Wait until the page is built."""
        expect(self.page.locator(".synth").first).to_be_visible()
        # enough for a first render where the machine does other work beside
        self.page.evaluate("document.querySelector('#seconds').options[0].value = '3'")
        self.page.select_option("#seconds", "3")

    def check(self) -> None:
        """Nothing was asked of anybody else, and nothing was complained about."""
        own = (self.server.address, f"blob:{self.server.address}", "data:")
        assert self.addresses
        assert not [address for address in self.addresses if not address.startswith(own)]
        assert not self.complaints


def give(page: Page, file: Path = BASS) -> None:
    """Choose a sound, and wait for its note."""
    page.set_input_files("#file", file)
    expect(page.locator("#go")).to_be_enabled()


def only(page: Page, synth: str = "dexed") -> None:
    """Choose one synthesizer."""
    for box in page.locator("#synths input").all():
        box.set_checked(box.get_attribute("value") == synth)


def search(page: Page) -> None:
    """Search with Dexed to the end."""
    only(page)
    page.click("#go")
    expect(page.locator("#progress")).to_be_visible()
    expect(page.locator("#progress")).to_be_hidden(timeout=60_000)
    expect(page.locator("#cards .card").first).to_be_visible()


def barriers(page: Page) -> list[Any]:
    """What axe finds on the page as it is, that keeps somebody from using it."""
    found = Axe().run(page).response["violations"]
    return [(v["id"], v["help"], [node["target"] for node in v["nodes"]]) for v in found]


def sent(request: Request) -> dict[str, Any]:
    """The body of a request of the page."""
    return dict(json.loads(request.post_data or ""))
