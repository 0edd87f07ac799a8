"""What a search begins with, and a target's wavetable: through the API and on the page."""

import io

import numpy as np
import soundfile
from playwright.sync_api import expect
from web_api import created, refused, search, target, wait
from web_page import Watched, give, only, sent
from web_server import EXAMPLES, Running

import synthmatch


def test_a_search_from_libraries_alone(server: Running) -> None:
    """Catches sources that do not reach the search, candidates without an origin, and an edit that loses it."""
    target_id = target(server.client)["id"]
    asked = {"synths": ["vital"], "renders": 8, "candidates": 2}
    every = wait(server.client, search(server.client, target_id, **asked)["id"])["candidates"]
    assert "drawn" in {candidate["origin"] for candidate in every}
    some = wait(server.client, search(server.client, target_id, **asked, sources=["library"])["id"])
    assert {candidate["origin"] for candidate in some["candidates"]} == {"library"}
    assert some["parts"][0]["remark"] == ""
    address = f"/api/candidates/{every[0]['id']}/edit"
    edited = server.client.post(address, json={"values": {"osc_1_pan": 0.5}}).json()["candidate"]
    assert edited["origin"] == every[0]["origin"]


def test_sources_that_give_nothing(server: Running) -> None:
    """Catches random presets that nobody is told of, and a wrong name that is found out in the search."""
    held = io.BytesIO()
    soundfile.write(held, 0.3 * np.sin(2 * np.pi * 220 * np.arange(44_100) / 44_100), 44_100, format="WAV")
    sound = created(server.client.post("/api/sounds", files={"file": ("held.wav", held.getvalue())}))
    target_id = created(server.client.post("/api/targets", json={"sound": sound["id"]}))["id"]
    job = wait(server.client, search(server.client, target_id, renders=0, sources=["drawn"])["id"])
    assert {candidate["origin"] for candidate in job["candidates"]} == {"random"}
    assert job["parts"][0]["remark"] == "nothing for Dexed (DX7) comes from drawn; random presets take its place"
    for sources, words in ((["banks"], "is 'banks', expected"), ([], "no source"), (["yours"], "no presets of yours")):
        request = {"target": target_id, "synths": ["dexed"], "sources": sources}
        refused(server.client.post("/api/searches", json=request), 422, words)


def test_the_page_leaves_a_source_out(watched: Watched) -> None:
    """Catches boxes that ask for nothing, a search from nothing, and a card that does not say where its preset comes from."""
    page = watched.open()
    give(page)
    only(page)
    drawn, library = page.get_by_label("Drawn from the sound"), page.get_by_label("Library and presets of your own")
    library.uncheck()
    drawn.uncheck()
    expect(page.locator("#go")).to_be_disabled()
    library.check()
    with page.expect_request("**/api/searches") as request:
        page.click("#go")
    assert sent(request.value)["sources"] == ["library"]
    expect(page.locator("#progress")).to_be_hidden(timeout=60_000)
    expect(page.locator("#cards .card .origin").first).to_have_text("library")
    drawn.check()
    with page.expect_request("**/api/searches") as request:
        page.click("#go")
    assert sent(request.value)["sources"] is None


def test_a_target_gives_its_wavetable(server: Running) -> None:
    """Catches another table than that of the command line, without the target's note, and a name that is no wavetable's."""
    id = target(server.client, note="C3")["id"]
    answer = server.client.get(f"/api/targets/{id}/wavetable")
    assert answer.headers["content-disposition"].startswith('attachment; filename="bass-wavetable.wav"')
    samples, _ = soundfile.read(io.BytesIO(answer.content), dtype="float32")
    expected = synthmatch.wavetable(EXAMPLES / "bass.flac", note="C3").frames
    assert np.array_equal(samples.reshape(-1, 2048), expected)
    refused(server.client.get("/api/targets/x/wavetable"), 404, "there is no such target")


def test_the_page_gives_the_wavetable_of_the_part(watched: Watched) -> None:
    """Catches a link without a sound, and one that keeps the part or note of before."""
    page = watched.open()
    link = page.get_by_role("link", name="Wavetable (.wav)")
    expect(link).to_be_hidden()
    give(page)
    before = link.get_attribute("href")
    with page.expect_response("**/api/targets") as answer:
        page.select_option("#note", label="A2")
    expect(link).to_have_attribute("href", f"/api/targets/{answer.value.json()['id']}/wavetable")
    assert link.get_attribute("href") != before
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "bass-wavetable.wav"
    assert soundfile.info(str(download.value.path())).frames == 256 * 2048
