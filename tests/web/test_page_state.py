"""One state behind the page, in a real browser: sounds, searches, links, tabs, and what is typed."""

import re
from pathlib import Path

import numpy as np
from page_jobs import opened, searched
from playwright.sync_api import Browser, expect
from web_page import BASS, Watched, barriers, give, only, sent
from web_server import EXAMPLES, Running

from synthmatch.audio import load, save_wav
from synthmatch.note import SAMPLE_RATE_HZ


def test_the_sound_is_that_of_the_search_shown(watched: Watched) -> None:
    """Catches a reload or a click on a search that leaves another sound on the left, which "Find presets" then searches."""
    server = watched.server
    bass = searched(server, "bass", end_seconds=0.3, note="A2", velocity=64)
    bell = searched(server, "bell")
    page = opened(watched, bass["id"])
    page.evaluate(f"location.hash = '#job={bell['id']}'")
    expect(page.locator("#sound-name")).to_contain_text("bell")
    page.reload()
    watched.ready()
    expect(page.locator("#sound-name")).to_contain_text("bell")
    expect(page.locator("#matches-title")).to_have_text("Matches of bell")
    page.locator("#jobs button", has_text="bass").click()
    expect(page.locator("#sound-name")).to_contain_text("bass")
    expect(page.locator("#matches-title")).to_have_text("Matches of bass")
    expect(page.locator("#end")).to_have_value("0.30")
    expect(page.locator("#velocity")).to_have_value("64")
    expect(page.locator("#found-note")).to_have_text("Note: A2, as you say")
    only(page)
    with page.expect_response("**/api/searches") as answer:
        page.click("#go")
    assert sent(answer.value.request)["target"] == bass["target"]["id"]
    server.client.post(f"/api/jobs/{answer.value.json()['id']}/cancel")


def test_what_is_typed_wrong_is_not_searched(watched: Watched) -> None:
    """Catches a wrong field that is searched all the same with what was there before, and words of the API."""
    page = watched.open()
    give(page)
    go, error = page.locator("#go"), page.locator("#field-error")
    for wrong, line, right in (
        ({"velocity": "999"}, "Velocity is 999, expected a whole number from 1 to 127", {"velocity": "90"}),
        ({"velocity": "64.5"}, "Velocity is 64.5, expected a whole number from 1 to 127", {"velocity": ""}),
        ({"hold": "99"}, "Held is 99 s, expected a number from 0.01 s to 60 s", {"hold": "0.2"}),
        ({"start": "0.4", "end": "0.2"}, "Start is 0.4 s and End is 0.2 s, expected Start before End", {"end": "0.45"}),
        ({"start": "7"}, "Start is 7 s, expected a number from 0 s to 0.46 s", {"start": "0"}),
    ):
        for field, text in wrong.items():
            page.fill(f"#{field}", text)
            page.locator(f"#{field}").blur()
        expect(error).to_have_text(line)
        expect(go).to_be_disabled()
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()
        for field, text in right.items():
            page.fill(f"#{field}", text)
            page.locator(f"#{field}").blur()
        expect(go).to_be_enabled()
        expect(error).to_be_hidden()
        expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    expect(page.locator("#velocity")).to_have_value("100")


def test_tabs_and_links(watched: Watched, browser: Browser) -> None:
    """Catches a tab that writes over another's searches, a link that opens nothing, and one that says nothing where it is dead."""
    server = watched.server
    jobs = [searched(server, example)["id"] for example in ("bass", "bell", "bass")]
    page = opened(watched, jobs[0])
    other = page.context.new_page()
    other.goto(f"{server.address}/#job={jobs[1]}")
    expect(other.locator("#jobs button")).to_have_count(2)
    expect(page.locator("#jobs button")).to_have_count(2)
    page.evaluate(f"location.hash = '#job={jobs[2]}'")
    expect(page.locator("#jobs button")).to_have_count(3)
    expect(other.locator("#jobs button")).to_have_count(3)
    other.reload()
    expect(other.locator("#jobs button")).to_have_count(3)
    expect(other.locator("#sound-name")).to_contain_text("bell")
    stranger = browser.new_context().new_page()
    stranger.goto(f"{server.address}/#job={jobs[1]}")
    expect(stranger.locator("#sound-name")).to_contain_text("bell")
    expect(stranger.locator("#cards .card").first).to_be_visible()
    stranger.evaluate("location.hash = '#job=none'")
    expect(stranger.locator("#match-error")).to_contain_text("The search that the link names is not to be had")
    expect(stranger.locator("#cards .card").first).to_be_visible()
    stranger.context.close()


_BROKEN = (
    'for (const name of ["jobs", "libraries", "variants", "stars"]) localStorage.setItem(`synthmatch.${name}`, "{broken")',
    'for (const name of ["jobs", "libraries", "variants", "stars"]) localStorage.setItem(`synthmatch.${name}`, "{}")',
    'Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } })',
)


def test_a_browser_that_keeps_nothing(server: Running, browser: Browser) -> None:
    """Catches a page that stays empty where what the browser kept is broken, or where it may keep nothing."""
    job = searched(server)["id"]
    for broken in _BROKEN:
        context = browser.new_context()
        context.add_init_script(broken)
        watched = Watched(context.new_page(), server)
        page = opened(watched, job)
        star = page.locator("#cards .star").first
        star.click()
        expect(star).to_have_attribute("aria-pressed", "true")
        watched.check()
        context.close()


#: Files dropped on the page, by name.
_DROP = """(files) => {
  const transfer = new DataTransfer();
  for (const [name, bytes] of files) transfer.items.add(new File([new Uint8Array(bytes)], name));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def test_all_that_is_dropped_is_taken(watched: Watched) -> None:
    """Catches all sounds but the first that are lost, and a sound that is lost beside a bank."""
    page = watched.open()
    bank = Path("/usr/share/hexter/tx7_roms.dx7").read_bytes()[: 8 * 128]
    files = [("one.flac", BASS.read_bytes()), ("two.flac", (EXAMPLES / "bell.flac").read_bytes()), ("few.dx7", bank)]
    page.evaluate(_DROP, [[name, list(contents)] for name, contents in files])
    expect(page.locator("#go")).to_have_text("Find presets for 2 sounds")
    expect(page.locator("#waiting-sounds li")).to_have_count(2)
    expect(page.locator("#sound-name")).to_contain_text("one")
    page.locator("#waiting-sounds").get_by_role("button", name="two", exact=True).click()
    expect(page.locator("#sound-name")).to_contain_text("two")
    page.fill("#velocity", "0")
    page.locator("#velocity").blur()
    expect(page.locator("#go")).to_have_text("Find presets")
    assert not barriers(page)
    page.locator("#waiting-sounds").get_by_role("button", name="one", exact=True).click()
    page.locator("#waiting-sounds").get_by_role("button", name="two: not to be searched", exact=True).click()
    expect(page.locator("#go")).to_have_text("Find presets for 2 sounds")
    expect(page.locator("#libraries .library")).to_contain_text("few.dx7")
    only(page)
    page.click("#go")
    expect(page.locator("#jobs button")).to_have_text([re.compile("^one: "), re.compile("^two: ")])
    expect(page.locator("#sound-name")).to_contain_text("one")
    expect(page.locator("#waiting")).to_be_hidden()
    for job in page.locator("#jobs button").all():
        watched.server.client.post(f"/api/jobs/{job.get_attribute('data-job')}/cancel")


def test_the_waveform_shows_what_is_matched(watched: Watched, tmp_path: Path) -> None:
    """Catches a waveform that shows all of a sound as matched, of which only the first note is."""
    bass = load(BASS)
    quiet = np.zeros((bass.shape[0], SAMPLE_RATE_HZ // 2), np.float32)
    save_wav(tmp_path / "two-notes.wav", np.concatenate([quiet, bass, quiet, bass], axis=1))
    page = watched.open()
    give(page, tmp_path / "two-notes.wav")
    found = re.match(r"Matched: ([\d.]+) to ([\d.]+) s", page.locator("#matched").inner_text())
    assert found
    start, end = map(float, found.groups())
    assert abs(start - 0.5) < 0.05
    assert 0.85 < end < 1.47
    wave = page.locator("#wave").bounding_box()
    region = page.locator("#wave [part~=matched]").bounding_box()
    assert wave
    assert region
    seconds = 1.0 + 2 * bass.shape[1] / SAMPLE_RATE_HZ
    assert abs((region["x"] - wave["x"]) / wave["width"] - start / seconds) < 0.02
    assert abs(region["width"] / wave["width"] - (end - start) / seconds) < 0.02
