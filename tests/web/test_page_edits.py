"""Presets changed on the page, in a real browser: edits, variations, and the words of parameters."""

import re

import numpy as np
from page_jobs import opened, searched
from playwright.sync_api import expect
from web_page import Watched, barriers, sent

from synthmatch.calibration.closeness import Closeness
from synthmatch.features.search_distance import SearchDistance

#: Three knobs moved 100 ms apart, where each edit takes longer than that.
_QUICK = """async () => {
  const before = window.fetch;
  window.fetch = async (...request) => {
    if (String(request[0]).endsWith("/edit")) await new Promise((done) => setTimeout(done, 250));
    return before(...request);
  };
  const knobs = [...document.querySelectorAll("#detail .param input[type=range]")].slice(0, 3);
  for (const knob of knobs) {
    knob.value = Number(knob.value) > 50 ? 11 : 88;
    knob.dispatchEvent(new Event("change"));
    await new Promise((done) => setTimeout(done, 100));
  }
  return knobs.map((knob) => [knob.id.slice(2), Number(knob.value)]);
}"""


def test_quick_edits_are_all_kept(watched: Watched) -> None:
    """Catches an edit that starts from what another has replaced, a card for each, and steps that cannot be undone or read."""
    page = opened(watched, searched(watched.server)["id"])
    page.locator("#cards .card").first.get_by_role("button", name=re.compile("^Details")).click()
    detail, card = page.locator("#detail"), page.locator("#variant-cards .card")
    detail.locator("summary").first.click()
    expect(detail.locator(".param input[type=range]").nth(2)).to_be_visible()
    wanted = dict(page.evaluate(_QUICK))
    assert len(wanted) == 3

    def native() -> dict[str, float]:
        found = watched.server.client.get(f"/api/candidates/{card.get_attribute('data-id')}").json()["native"]
        return {name: found[name] for name in wanted}

    base = watched.server.client.get(
        f"/api/candidates/{page.locator('#cards .card').first.get_attribute('data-id')}"
    ).json()["native"]
    line = detail.locator(".edited [role=status]")
    expect(line).to_have_text(re.compile(r"^(OP6 [^;]*: \d+ → (11|88)(; )?){3}$"))
    expect(page.locator("#play")).to_have_attribute("aria-label", "Stop")
    expect(card).to_have_count(1)
    expect(card.locator(".edited span")).to_have_text(line.inner_text())
    assert native() == wanted
    assert not barriers(page)
    first, second, third = wanted
    detail.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#p-{third}")).to_have_value(str(int(base[third])))
    assert native() == {**wanted, third: base[third]}
    card.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#p-{second}")).to_have_value(str(int(base[second])))
    assert native() == {**wanted, third: base[third], second: base[second]}
    card.get_by_role("button", name="Redo").click()
    expect(page.locator(f"#p-{second}")).to_have_value(str(wanted[second]))
    # after a reload it is the same card, which can still be undone
    page.reload()
    watched.ready()
    expect(card.locator(".edited span")).to_contain_text(f"→ {wanted[first]}")
    card.get_by_role("button", name="Undo").click()
    expect(card.locator(".edited span")).to_have_text("Nothing is changed")


#: Edits of three knobs at once, of which the server refuses the second: values that are left, and what was told.
_REFUSED = """async () => {
  const { Edits } = await import("/static/edits.js");
  const before = window.fetch;
  window.fetch = async (path, options) => {
    await new Promise((done) => setTimeout(done, 50));
    const { values } = JSON.parse(options.body);
    if ("second" in values) return new Response('{"detail": "it does not render"}', { status: 422 });
    return new Response(JSON.stringify({ candidate: { id: "made" }, native: values }));
  };
  const told = [];
  const edits = new Edits("job", { candidate: { id: "base" }, native: { first: 0, second: 0, third: 0 } });
  edits.addEventListener("problem", (event) => told.push(event.detail.message));
  await Promise.all(["first", "second", "third"].map((name) => edits.change(name, 1)));
  for (let i = 0; i < 100 && edits.running; i += 1) await new Promise((done) => setTimeout(done, 50));
  await edits.undo();
  await edits.redo();
  window.fetch = before;
  return [edits.step.values, edits.shown.native, edits.steps.length, told];
}"""


def test_an_edit_that_is_refused_takes_no_other_with_it(watched: Watched) -> None:
    """Catches edits that are lost with one that cannot be rendered, and a refusal that nobody is told of."""
    values, shown, steps, told = watched.open().evaluate(_REFUSED)
    assert values == shown == {"first": 1, "third": 1}
    assert steps == 3
    assert set(told) == {"it does not render"}


def test_variations_are_as_close_as_the_page_says(watched: Watched) -> None:
    """Catches variations of which nothing of the match is left (15 to 30 % of it was), and an amount that is not sent."""
    page = opened(watched, searched(watched.server)["id"])
    card = page.locator("#cards .card").first
    card.get_by_role("button", name=re.compile("^Details")).click()
    expect(page.locator(".strongest li")).to_have_count(8)
    with page.expect_response("**/vary") as answer:
        page.get_by_role("button", name="Make 4 variations").click()
    assert sent(answer.value.request)["closeness"] == 80
    candidates = watched.server.state.candidates
    audio = candidates.get(str(card.get_attribute("data-id"))).recording.audio()
    distance, closeness = SearchDistance(audio), Closeness(audio, "dexed")
    found = [
        closeness(distance.at_its_level(candidates.get(made["id"]).recording.audio())) for made in answer.value.json()
    ]
    assert len(found) == 4
    assert min(found) > 50
    assert abs(float(np.median(found)) - 80) < 12
    page.get_by_role("slider", name="to", exact=True).fill("40")
    expect(page.locator(".tool output")).to_have_text("40 % close to it")


#: The parameters of Vital on the page, at their defaults.
_VITAL = """async () => {
  const [{ Parameters }, { Labels }] = await Promise.all([import("/static/parameters.js"), import("/static/labels.js")]);
  const table = await (await fetch("/api/parameters?synth=vital")).json();
  const native = Object.fromEntries(table.map((p) => [p.name, p.default]));
  const { element } = new Parameters(new Labels(table), { native, text: native }, new Set(), () => {});
  element.id = "vital";
  document.querySelector("main").append(element);
}"""


def test_a_parameter_is_found_by_its_own_words(watched: Watched) -> None:
    """Catches a search that finds the texts of choices, and names of the synthesizer's files in place of words."""
    page = watched.open()
    page.evaluate(_VITAL)
    vital = page.locator("#vital")
    vital.get_by_label("Find a parameter").fill("wave frame")
    shown = vital.locator(".param:visible label")
    expect(shown).to_have_text([re.compile(rf"^Oscillator {i} Wave Frame$", re.IGNORECASE) for i in (1, 2, 3)])
    vital.get_by_label("Find a parameter").fill("modulation")
    words = vital.locator("option, .part, summary, label, output").all_text_contents()
    assert len(words) > 1_000
    assert not [text for text in words if re.search(r"[a-z0-9]_[a-z0-9]", text)]
    assert "Oscillator 1 Level" in words
    assert "Envelope 2" in words
