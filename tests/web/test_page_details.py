"""A candidate looked into, in a real browser: pictures, values, and other presets made from it."""

import re

from playwright.sync_api import expect
from web_page import Watched, give, search, sent
from web_server import EXAMPLES


def test_the_details_of_a_candidate(watched: Watched) -> None:
    """Catches pictures that stay empty, an edit that is not heard, a lock that is not sent, and variations that are lost."""
    page = watched.open()
    give(page)
    search(page)
    page.locator("#cards .card").first.get_by_role("button", name=re.compile("^Details")).click()
    detail = page.locator("#detail")
    expect(detail.get_by_role("img")).to_have_count(3)
    painted = (
        "canvases => canvases.map((c) => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size)"
    )
    assert min(detail.get_by_role("img").evaluate_all(painted)) > 20
    expect(detail.locator(".strongest li")).to_have_count(8)
    strongest = detail.locator(".strongest button").first.inner_text()
    detail.locator(".strongest button").first.click()
    focused = page.locator(":focus")
    expect(page.locator(f"label[for='{focused.get_attribute('id')}']")).to_have_text(strongest)
    detail.get_by_label("Find a parameter").fill("op1_output_level")
    level = detail.locator("#p-op1_output_level")
    end, value = ("End", 99) if level.input_value() == "0" else ("Home", 0)
    with page.expect_response("**/edit") as answer:
        level.focus()
        level.press(end)
    assert answer.value.json()["native"]["op1_output_level"] == value
    expect(page.locator("#variant-cards .card")).to_have_count(1)
    expect(page.locator("#play")).to_have_attribute("aria-label", "Stop")
    expect(detail.locator(".param output").first).to_be_attached()
    detail.get_by_role("button", name="Undo").click()
    expect(detail.locator(".edited")).to_contain_text("Nothing is changed")
    expect(level).not_to_have_value(str(value))
    detail.get_by_role("button", name="Redo").click()
    expect(level).to_have_value(str(value))
    detail.get_by_role("button", name="Make 4 variations").click()
    expect(page.locator("#variant-cards .card")).to_have_count(5)
    detail.get_by_role("button", name="Morph in 5 steps").click()
    expect(page.locator("#variant-cards .card")).to_have_count(10)
    page.reload()
    watched.ready()
    expect(page.locator("#variant-cards .card")).to_have_count(10)
    page.locator("#cards .card").first.get_by_role("button", name=re.compile("^Details")).click()
    detail.locator("summary").first.click()
    detail.get_by_label(re.compile("^Lock all")).first.check()
    with page.expect_request("**/api/searches") as request:
        detail.get_by_role("button", name="Search again from here").click()
    body = sent(request.value)
    assert len(body["locked"]) == 54
    assert body["start"]
    expect(page.locator("#jobs button")).to_have_count(2)
    expect(page.locator("#progress")).to_be_hidden(timeout=60_000)


def test_a_card_says_how_close_and_its_details_by_which_metric(watched: Watched) -> None:
    """Catches a card with another figure than the API's or with a distance, and details without scores or noise floors."""
    page = watched.open()
    give(page)
    search(page)
    card = page.locator("#cards .card").first
    found = watched.server.client.get(f"/api/candidates/{card.get_attribute('data-id')}").json()["candidate"]
    said = f"{round(found['closeness'])} % {', '.join(filter(None, (found['word'], found['level'])))}"
    expect(card.locator(".score")).to_have_text(said)
    expect(card).to_have_attribute("aria-label", f"1 of 3: {found['name']} on {found['title']}, {said}")
    dot, line = card.locator(".dot").bounding_box(), card.locator(".line").bounding_box()
    assert dot
    assert line
    place = (dot["x"] + dot["width"] / 2 - line["x"]) / line["width"]
    assert abs(place - found["closeness"] / 100) < 0.02
    assert not re.search(r"\bdB\b(?! louder| quieter)|distance", page.locator("#matches").inner_text())
    card.get_by_role("button", name=re.compile("^Details")).click()
    detail = page.locator("#detail")
    expect(detail.locator(".score")).to_have_text(said)
    distance = detail.get_by_role("row", name=re.compile("^Loudness distance"))
    expect(distance.locator("td").first).to_have_text(f"{found['distance']:.3f}")
    for metric, title in (("lsd", "Log-spectral distance"), ("mss", "Multi-scale spectral distance")):
        cells = detail.get_by_role("row", name=re.compile(f"^{title}")).locator("td")
        expect(cells).to_have_text([f"{found[what][metric]:.2f} dB" for what in ("scores", "floor")])
    other = page.locator("#cards .card").nth(1).get_attribute("data-id")
    found = watched.server.client.get(f"/api/candidates/{other}").json()["candidate"]
    choice = detail.get_by_label("Morph to").locator(f"option[value='{other}']")
    expect(choice).to_have_text(
        f"{found['name']}, {round(found['closeness'])} % {', '.join(filter(None, (found['word'], found['level'])))}"
    )


def test_a_morph_towards_a_second_sound(watched: Watched) -> None:
    """Catches a second sound that is matched with another synthesizer, or not at all."""
    page = watched.open()
    give(page)
    search(page)
    page.locator("#cards .card").first.get_by_role("button", name=re.compile("^Details")).click()
    detail = page.locator("#detail")
    detail.get_by_label("Morph to").select_option(label="a second sound")
    detail.get_by_label("The second sound").set_input_files(EXAMPLES / "bell.flac")
    detail.get_by_role("button", name="Morph in 5 steps").click()
    expect(page.locator("#variant-cards .card")).to_have_count(5, timeout=60_000)
