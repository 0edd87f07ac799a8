"""Hearing and reaching everything on the page, in a real browser: A and B, the keyboard, contrast, a phone."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from web_page import Watched, barriers, give, search
from web_server import Running, serving


def test_a_and_b_by_the_keyboard(watched: Watched) -> None:
    """Catches keys that do nothing, that act while somebody types, or that cannot be turned off."""
    page = watched.open()
    give(page)
    search(page)
    target, candidate = page.locator("#side-target"), page.locator("#side-candidate")
    page.locator("body").press("2")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Stop")
    expect(page.locator("#cards .card").nth(1)).to_have_attribute("data-current", "")
    expect(candidate).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("x")
    expect(target).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Stop")
    page.keyboard.press("X")
    expect(candidate).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
    page.locator("#start").focus()
    page.keyboard.press("1")
    page.keyboard.press("x")
    expect(candidate).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#cards .card").nth(1)).to_have_attribute("data-current", "")
    page.locator("#keys").uncheck()
    page.locator("h1").click()
    page.keyboard.press("x")
    expect(candidate).to_have_attribute("aria-pressed", "true")


#: Two sines of one length through the page's own player, offline: what would be heard, sample by sample.
_AB = """async () => {
  const { Player } = await import("/static/player.js");
  const rate = 44100, context = new OfflineAudioContext(1, rate, rate), player = new Player(context);
  const pair = {};
  for (const [side, hz, loudness_db] of [["target", 110, -20], ["candidate", 220, -26]]) {
    const buffer = context.createBuffer(1, rate, rate);
    const samples = buffer.getChannelData(0);
    for (let i = 0; i < rate; i += 1) samples[i] = 0.5 * Math.sin(2 * Math.PI * hz * i / rate);
    player.buffers.set(side, Promise.resolve(buffer));
    pair[side] = { url: side, loudness_db, title: side };
  }
  await player.play(pair);
  for (const [at, side] of [[0.3, "target"], [0.31, "candidate"], [0.6, "target"]])
    context.suspend(at).then(() => { player.change(side); context.resume(); });
  context.suspend(0.9).then(() => { player.stop(); context.resume(); });
  return [...(await context.startRendering()).getChannelData(0)];
}"""


def test_a_change_between_a_and_b_keeps_the_playhead_and_does_not_click(watched: Watched) -> None:
    """Catches a switch that starts anew, jumps, or compares two levels: the output is known sample by sample."""
    heard = np.array(watched.open().evaluate(_AB))
    time_seconds = np.arange(44_100) / 44_100 - 0.02  # the player starts both 20 ms ahead
    # the target is 6 dB louder, so it is turned down to the candidate
    target = 0.5 * 10 ** (-6 / 20) * np.sin(2 * np.pi * 110 * time_seconds)
    candidate = 0.5 * np.sin(2 * np.pi * 220 * time_seconds)
    parts = ((0.03, 0.298, candidate), (0.335, 0.598, candidate), (0.63, 0.895, target))
    for begin, end, expected in parts:
        some = slice(round(begin * 44_100), round(end * 44_100))
        assert np.abs(heard[some] - expected[some]).max() < 2e-3, begin
    assert np.abs(heard[round(0.925 * 44_100) :]).max() == 0
    # the steepest sine moves by 0.0157 a sample; a fade of 20 ms adds 0.5 / 882; a hard switch up to 1
    assert np.abs(np.diff(heard)).max() < 0.017


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)])
def test_everybody_can_use_it(browser: Browser, server: Running, scheme: Any, width: int) -> None:
    """Catches missing labels, low contrast, and content wider than a phone, empty and full, light and dark."""
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    watched = Watched(context.new_page(), server)
    page = watched.open()
    for state in ("empty", "full"):
        if state == "full":
            give(page)
            search(page)
            page.locator("#cards .card .round").first.click()
            page.locator("#cards .card").first.get_by_role("button", name=re.compile("^Details")).click()
            expect(page.locator(".strongest li")).to_have_count(8)
            page.locator("summary").first.click()
            page.keyboard.press("Space")
        assert not barriers(page), state
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{state}: the page is {wide} px wide"
    watched.check()
    context.close()


def test_a_synthesizer_that_is_missing_says_how_to_get_it(browser: Browser) -> None:
    """Catches a choice that can be made and then fails."""
    with serving(synths=("dexed", "absent_synth:Absent")) as server:
        page = browser.new_context().new_page()
        page.goto(server.address)
        missing = page.locator(".synth").nth(1)
        expect(missing).to_contain_text("Absent is not installed: build one")
        expect(missing.locator("input")).to_be_disabled()
        expect(page.locator(".synth").nth(0).locator("input")).to_be_checked()
        page.context.close()
