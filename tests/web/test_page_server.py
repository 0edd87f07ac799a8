"""The server goes and comes back under an open page, in a real browser."""

import re

from page_jobs import LedSearch, searched
from playwright.sync_api import Browser, expect
from web_page import barriers, give
from web_server import serving


def test_a_server_that_is_silent_or_started_again(browser: Browser) -> None:
    """Catches a page that shows a dead server as alive, drops its searches while it waits, or goes on with what is gone."""
    context = browser.new_context()
    page = context.new_page()
    with serving() as server:
        job = searched(server)
        first, *others = [one["id"] for one in job["candidates"]]
        led = LedSearch(server, job["target"]["id"], [first, *others])
        page.goto(f"{server.address}/#job={led.id}")
        expect(page.locator("#progress .headline")).to_contain_text("Searches")
        expect(page.locator("#server")).to_be_empty()
        context.set_offline(True)
        # the page looks every 1.5 s
        expect(page.locator("#server")).to_contain_text("The server does not answer", timeout=10_000)
        expect(page.locator("#cards .card")).to_have_count(3)
        assert not barriers(page)
        led.show([first])
        context.set_offline(False)
        expect(page.locator("#server")).to_have_text("The server answers again. The search for bass goes on.")
        expect(page.locator("#cards .card")).to_have_count(1)
        led.end()
        expect(page.locator("#progress")).to_be_hidden()
        port = int(server.address.rpartition(":")[2])
    expect(page.locator("#server")).to_contain_text("The server does not answer", timeout=10_000)
    with serving(port=port):
        expect(page.locator("#server")).to_contain_text("The server was started again. What it had before is gone")
        expect(page.locator("#cards .card")).to_have_count(0)
        expect(page.locator("#empty")).to_be_visible()
        expect(page.locator("#chosen")).to_be_hidden()
        expect(page.locator("#go")).to_be_disabled()
        give(page)
        expect(page.locator("#found-note")).to_have_text(re.compile("^Note: C2"))
    context.close()
