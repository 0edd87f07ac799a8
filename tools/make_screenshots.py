"""Makes the pictures of the page in docs/images: starts a server, searches, and photographs it in Chromium.

    python tools/make_screenshots.py

Needs the extra `dev`, the synthesizers and Debian's chromium. Candidates depend on the machine's speed, so the pictures
are a little different each time.
"""

import io
import socket
import subprocess
import sys
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
#: Colours of a picture: the page has few, and the spectrograms look the same.
_COLOURS = 200
_MOST_BYTES = 200_000


def main() -> None:
    """Write web-light.png, web-dark.png and web-phone.png."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "synthmatch", "web", "--no-browser", "--port", str(port)])
    try:
        wait(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = opened(browser, port, "light", 1280, 860)
            search(page, "glass", "15")
            save(page, "web-light.png")
            details(page)
            save(page, "web-details.png")
            page = opened(browser, port, "dark", 1280, 860)
            search(page, "bass", "5")
            save(page, "web-dark.png")
            page = opened(browser, port, "light", 390, 844)
            search(page, "bell", "5")
            page.locator("#matches").scroll_into_view_if_needed()
            page.evaluate("document.querySelector('#matches').scrollIntoView()")
            save(page, "web-phone.png")
            browser.close()
    finally:
        server.terminate()
        server.wait()


def wait(port: int) -> None:
    """Wait until the server listens."""
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def opened(browser: Browser, port: int, scheme: str, width: int, height: int) -> Page:
    """The page in a fresh profile."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/")
    expect(page.locator(".synth").first).to_be_visible()
    return page


def search(page: Page, example: str, seconds: str) -> None:
    """Match a bundled sound, and play the nearest."""
    page.get_by_role("button", name=example, exact=True).click()
    expect(page.locator("#go")).to_be_enabled(timeout=20_000)
    page.select_option("#seconds", seconds)
    page.select_option("#candidates", "2")
    page.click("#go")
    expect(page.locator("#progress")).to_be_visible()
    expect(page.locator("#progress")).to_be_hidden(timeout=120_000)
    page.locator("#cards .card .round").first.click()
    expect(page.locator("#play")).to_have_attribute("aria-label", "Stop")
    page.wait_for_timeout(600)
    page.mouse.move(0, 0)


def details(page: Page) -> None:
    """Look into the best candidate of Dexed, whose parameters are heard in a second."""
    card = page.locator("#cards .card", has_text="Dexed").first
    card.get_by_text("Details").click()
    expect(page.locator(".strongest li")).to_have_count(8, timeout=60_000)
    page.evaluate("document.querySelector('#detail').scrollIntoView()")
    page.wait_for_timeout(300)


def save(page: Page, name: str) -> None:
    """Photograph what is visible, with few colours."""
    whole = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    buffer = io.BytesIO()
    whole.quantize(_COLOURS, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    if len(buffer.getvalue()) > _MOST_BYTES:
        raise SystemExit(f"{name} has {len(buffer.getvalue())} bytes, expected at most {_MOST_BYTES}")
    (IMAGES / name).write_bytes(buffer.getvalue())
    print(f"{name}: {len(buffer.getvalue())} bytes")


if __name__ == "__main__":
    main()
