"""Matches while they are found, heard and left, in a real browser."""

import re

from page_jobs import LedSearch, ids, opened, searched, voices
from playwright.sync_api import Page, expect
from web_api import target as made_target
from web_page import Watched, give, only


def top(page: Page, id: str) -> float:
    """Where a card is on the screen."""
    box = page.locator(f"#cards .card[data-id='{id}']").bounding_box()
    assert box
    return box["y"]


def test_a_card_that_is_heard_or_starred_or_pointed_at_stays(watched: Watched) -> None:
    """Catches a better match that takes away or moves what somebody hears, has starred or is about to click."""
    server = watched.server
    target = made_target(server.client)["id"]
    a, b, c, d, e = voices(server, target, 5)
    led = LedSearch(server, target, [a, b, c])
    page = opened(watched, led.id)
    expect(page.locator("#cards .card")).to_have_count(3)
    card = page.locator(f"#cards .card[data-id='{b}']")
    card.get_by_role("button", name=re.compile("^Play")).click()
    expect(page.locator("#play")).to_have_attribute("aria-label", "Stop")
    page.locator(f"#cards .card[data-id='{c}']").get_by_role("button", name=re.compile("^Star")).click()
    page.mouse.move(5, 5)
    page.evaluate("document.activeElement.blur()")
    before = top(page, b), top(page, c)
    led.show([d, e, a])
    expect(page.locator(f"#cards .card[data-id='{d}']")).to_be_visible()
    assert ids(page) == [d, b, c, e, a]
    led.end()
    expect(page.locator("#progress .headline")).to_have_text("Done")
    assert (top(page, b), top(page, c)) == before
    expect(page.locator("#play")).to_have_attribute("aria-label", "Stop")
    page.keyboard.press("Space")
    expect(page.locator("#progress")).to_be_hidden()
    assert ids(page) == [d, e, c, a]
    expect(page.locator(f"#cards .card[data-id='{c}'] .rank")).to_have_text("")
    assert server.state.candidates.get(b).opened, "the server may forget what was heard"
    page.reload()
    watched.ready()
    expect(page.locator(f"#cards .card[data-id='{c}'] .star")).to_have_attribute("aria-pressed", "true")
    assert ids(page) == [d, e, a, c]
    led = LedSearch(server, target, [a, b])
    page.evaluate(f"location.hash = '#job={led.id}'")
    expect(page.locator(f"#cards .card[data-id='{b}']")).to_be_visible()
    page.locator(f"#cards .card[data-id='{b}'] strong").hover()
    led.show([d, e, a])
    expect(page.locator(f"#cards .card[data-id='{d}']")).to_be_visible()
    assert ids(page)[1] == b
    led.end()
    expect(page.locator("#progress .headline")).to_have_text("Done")
    page.mouse.move(5, 5)
    expect(page.locator("#progress")).to_be_hidden()
    assert ids(page) == [d, e, a]


def test_space_stops_wherever_the_focus_is(watched: Watched) -> None:
    """Catches a space that presses what the mouse pressed last, opens a list, or does nothing on a slider, in place of stopping."""
    page = opened(watched, searched(watched.server)["id"])
    play = page.locator("#play")
    cards = page.locator("#cards .card")
    cards.nth(0).get_by_role("button", name=re.compile("^Details")).click()
    expect(page.locator(".strongest li")).to_have_count(8)
    page.locator("#detail summary").first.click()
    places = [
        cards.nth(1).get_by_role("button", name=re.compile("^Play")),
        page.locator("#detail .param input[type=range]").first,
        page.locator("#note"),
        page.locator("#velocity"),
        page.locator("#side-target"),
    ]
    for place in places:
        page.locator("h1").click()
        page.keyboard.press("1")
        expect(play).to_have_attribute("aria-label", "Stop")
        place.focus()
        page.keyboard.press("Space")
        expect(play).to_have_attribute("aria-label", "Play")
    # what the mouse pressed is not pressed again, what the keyboard went to is
    page.locator("#side-target").click()
    page.keyboard.press("Space")
    expect(play).to_have_attribute("aria-label", "Play")
    loop = page.locator("#loop")
    page.keyboard.press("1")
    expect(play).to_have_attribute("aria-label", "Stop")
    loop.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(loop).not_to_be_checked()


def focused(page: Page) -> str:
    """What has the focus."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.innerText"))


def test_the_focus_stays_and_cancel_tells_what_ran(watched: Watched) -> None:
    """Catches a focus that falls to the page's body after Find, Close or Cancel, and a full bar of what never ran."""
    page = watched.open()
    give(page)
    only(page)
    page.select_option("#seconds", "300")
    page.locator("#go").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cards .card").first).to_be_visible()
    assert focused(page) == "go"
    page.locator("#cards .card").first.get_by_role("button", name=re.compile("^Details")).click()
    page.locator("#detail").get_by_role("button", name="Close", exact=True).click()
    assert focused(page) == "Details"
    target = watched.server.state.jobs.store.get(page.url.partition("#job=")[2]).target_id
    page.locator("#cancel").click()
    expect(page.locator("#progress .headline")).to_contain_text("Cancelled")
    led = LedSearch(watched.server, target, ids(page))
    page.evaluate(f"location.hash = '#job={led.id}'")
    expect(page.locator("#progress li.running")).to_have_count(1)
    page.locator("#cancel").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#progress .headline")).to_contain_text("Cancelled")
    assert focused(page) == "matches"
    bars = page.locator("#progress progress").evaluate_all("bars => bars.map((bar) => bar.value)")
    assert bars == [0.4, 0]
    expect(page.locator("#progress li").nth(1)).to_contain_text("did not run")
