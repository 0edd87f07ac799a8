"""The page in a real browser, end to end against a real server: from a sound to the preset."""

import io
import re
import time
from pathlib import Path

import numpy as np
import soundfile
from playwright.sync_api import expect
from web_page import BASS, Watched, give, only, sent
from web_server import EXAMPLES

from synthmatch.note import Note
from synthmatch.render.pool import render
from synthmatch.synths.preset_files import read_presets
from synthmatch.synths.registry import get_synth


def test_from_a_sound_to_the_preset_that_was_heard(watched: Watched, tmp_path: Path) -> None:
    """Catches a break anywhere between the upload and the file: the downloaded preset plays what the page played."""
    page = watched.open()
    give(page)
    expect(page.locator("#found-note")).to_have_text("Note: C2, 89 % sure")
    only(page)
    page.click("#go")
    expect(page.locator("#progress .headline")).to_contain_text("Searches")
    expect(page.locator("#progress .figures")).to_contain_text(
        re.compile(r"best so far \d+ % (identical|close|similar|far)$")
    )
    expect(page.locator("#progress")).to_be_hidden(timeout=60_000)
    expect(page.locator("#cards .card")).to_have_count(3)
    card = page.locator("#cards .card").first
    card.get_by_role("button", name=re.compile("^Play")).click()
    expect(page.locator("#play")).to_have_attribute("aria-label", "Stop")
    id = card.get_attribute("data-id")
    heard, _ = soundfile.read(
        io.BytesIO(watched.answers[f"{watched.server.address}/api/candidates/{id}/audio"].body()), always_2d=True
    )
    with page.expect_download() as download:
        card.get_by_role("link", name=re.compile("^Preset")).click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.suffix == ".syx"
    preset = read_presets(path)[0]
    target_out = watched.server.state.targets.get(watched.server.state.candidates.get(str(id)).target_id).target.note
    audio = render(
        get_synth("dexed"),
        preset,
        Note(target_out.pitch, target_out.velocity, target_out.hold_seconds, target_out.render_seconds),
    )
    assert np.abs(audio / max(1.0, float(np.abs(audio).max())) - heard.T).max() < 1e-3
    with page.expect_download() as download:
        page.click("#zip")
    assert download.value.suggested_filename == "bass.zip"


def test_the_velocity_of_the_sound(watched: Watched) -> None:
    """Catches a box that does not ask for the sound's velocity, stays checked beside a number, or cannot be taken back."""
    page = watched.open()
    give(page)
    velocity, box = page.locator("#velocity"), page.get_by_label("Velocity from the sound's level")
    expect(velocity).to_have_value("100")
    expect(box).not_to_be_checked()
    box.check()
    expect(velocity).not_to_have_value("100")
    velocity.fill("64")
    velocity.press("Enter")
    expect(box).not_to_be_checked()
    expect(velocity).to_have_value("64")
    box.check()
    expect(velocity).not_to_have_value("64")
    box.uncheck()
    expect(velocity).to_have_value("100")


def test_cancel_and_reload(watched: Watched) -> None:
    """Catches a reload that loses the search, and a cancel that loses the candidates."""
    page = watched.open()
    page.get_by_role("button", name="bell", exact=True).click()
    expect(page.locator("#go")).to_be_enabled()
    only(page)
    page.select_option("#seconds", "300")
    page.click("#go")
    expect(page.locator("#cards .card").first).to_be_visible()
    expect(page.locator("#progress .headline")).to_contain_text("left")
    page.reload()
    watched.ready()
    expect(page.locator("#progress .headline")).to_contain_text("Searches")
    expect(page.locator("#sound-name")).to_contain_text("bell")
    page.click("#cancel")
    expect(page.locator("#progress .headline")).to_have_text("Cancelled: the best so far is kept")
    expect(page.locator("#cards .card").first).to_be_visible()
    names = page.locator("#cards .card").evaluate_all("cards => cards.map((card) => card.dataset.id)")
    page.reload()
    watched.ready()
    expect(page.locator("#cards .card")).to_have_count(len(names))
    assert page.locator("#cards .card").evaluate_all("cards => cards.map((card) => card.dataset.id)") == names


def test_two_searches_queue(watched: Watched) -> None:
    """Catches a second search that replaces the first, or mixes its candidates into it."""
    page = watched.open()
    give(page)
    only(page)
    page.click("#go")
    expect(page.locator("#progress .headline")).to_be_visible()
    page.set_input_files("#file", EXAMPLES / "bell.flac")
    expect(page.locator("#sound-name")).to_contain_text("bell")
    expect(page.locator("#go")).to_be_enabled()
    page.click("#go")
    chips = page.locator("#jobs button")
    expect(chips).to_have_count(2)
    expect(chips.nth(0)).to_have_text("bass: done", timeout=60_000)
    expect(chips.nth(1)).to_have_text("bell: done", timeout=60_000)
    bell = page.locator("#cards .card").evaluate_all("cards => cards.map((card) => card.dataset.id)")
    chips.nth(0).click()
    expect(chips.nth(0)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(f"#cards .card[data-id='{bell[0]}']")).to_have_count(0)
    bass = page.locator("#cards .card").evaluate_all("cards => cards.map((card) => card.dataset.id)")
    assert bass
    assert not set(bass) & set(bell)


def test_a_wrong_file_is_told_on_the_page(watched: Watched, tmp_path: Path) -> None:
    """Catches a refusal that nobody sees, and one that blocks the page for the next sound."""
    page = watched.open()
    (tmp_path / "letter.wav").write_text("dear sir")
    page.set_input_files("#file", tmp_path / "letter.wav")
    expect(page.locator("#sound-error")).to_contain_text("letter.wav is no sound that can be read; expected a WAV")
    huge = tmp_path / "huge.wav"
    with huge.open("wb") as file:
        file.truncate(51_000_000)
    page.set_input_files("#file", huge)
    expect(page.locator("#sound-error")).to_contain_text("huge.wav is larger than 50 MB")
    soundfile.write(tmp_path / "long.wav", np.full(8_000 * 61, 0.1), 8_000)
    page.set_input_files("#file", tmp_path / "long.wav")
    expect(page.locator("#sound-error")).to_contain_text("long.wav lasts 61.0 s, expected at most 60 s")
    expect(page.locator("#go")).to_be_disabled()
    give(page)
    expect(page.locator("#sound-error")).to_be_hidden()


def test_a_sound_is_dropped_trimmed_and_corrected(watched: Watched) -> None:
    """Catches a drop that the browser opens in place of the page, a part that is not sent, a correction that is lost."""
    page = watched.open()
    contents = list(BASS.read_bytes())
    page.evaluate(
        """(bytes) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "dropped.flac"));
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }""",
        contents,
    )
    expect(page.locator("#sound-name")).to_have_text("dropped, 0.46 s")
    expect(page.locator("#go")).to_be_enabled()
    with page.expect_response("**/api/targets") as answer:
        page.locator("#end").fill("0.2")
        page.locator("#end").blur()
    assert sent(answer.value.request)["end_seconds"] == 0.2
    expect(page.locator("#go")).to_be_enabled()
    with page.expect_response("**/api/targets") as answer:
        page.select_option("#note", label="A2")
    assert answer.value.json()["pitch"] == 45
    expect(page.locator("#found-note")).to_have_text("Note: A2, as you say")
    page.click("#find")
    expect(page.locator("#found-note")).to_contain_text("Note: C2")
    wave = page.locator("#wave [part~='region-handle-right']")
    box = wave.bounding_box()
    assert box
    with page.expect_response("**/api/targets") as answer:
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + 60, box["y"] + 20, steps=4)
        page.mouse.up()
    assert sent(answer.value.request)["end_seconds"] > 0.2
    expect(page.locator("#go")).to_be_enabled()
    page.click("#hear")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Stop")


def test_a_recording_becomes_a_target(watched: Watched) -> None:
    """Catches a recording in a format that the server does not read; the browser's own test microphone beeps."""
    page = watched.open()
    page.click("#record")
    expect(page.locator("#record")).to_have_text("Stop and use")
    time.sleep(1.5)
    page.click("#record")
    expect(page.locator("#sound-name")).to_contain_text("recording")
    expect(page.locator("#go")).to_be_enabled()


def test_presets_of_ones_own(watched: Watched, tmp_path: Path) -> None:
    """Catches a folder that is not read, an index without progress, and one that a reload or the search forgets."""
    page = watched.open()
    folder = tmp_path / "banks"
    (folder / "deep").mkdir(parents=True)
    bank = Path("/usr/share/hexter/tx7_roms.dx7").read_bytes()
    (folder / "deep" / "roms.dx7").write_bytes(bank[: 16 * 128])
    (folder / "notes.txt").write_text("not a preset")
    box = page.locator("#own").bounding_box()
    assert box
    session = page.context.new_cdp_session(page)
    # sixteen voices may be indexed before anybody looks, so the page itself looks at each of its changes
    page.evaluate(
        """() => new MutationObserver(() => { window.progressed ||= !!document.querySelector("#libraries progress"); })
            .observe(document.querySelector("#libraries"), { childList: true, subtree: true })"""
    )
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
        session.send("Input.dispatchDragEvent", {"type": kind, "x": box["x"] + 9, "y": box["y"] + 9, "data": data})
    line = page.locator("#libraries .library")
    expect(line).to_contain_text(re.compile(r"roms.dx7: 1\d for Dexed"))
    assert page.evaluate("window.progressed")
    page.reload()
    watched.ready()
    expect(line).to_have_count(1)
    give(page)
    only(page)
    with page.expect_request("**/api/searches") as request:
        page.click("#go")
    assert len(sent(request.value)["libraries"]) == 1
    expect(page.locator("#progress")).to_be_hidden(timeout=60_000)
    line.get_by_role("button").click()
    expect(line).to_have_count(0)
    (tmp_path / "letter.txt").write_text("dear sir")
    page.set_input_files("#preset-files", tmp_path / "letter.txt")
    expect(page.locator("#own-error")).to_contain_text("no preset file is among them, expected .vital")
