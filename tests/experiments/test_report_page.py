"""The report in the real browser, without a network."""

from pathlib import Path
from typing import TYPE_CHECKING

from small_outcome import data_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_the_page_works_offline(report: str, browser: "Browser", tmp_path: Path) -> None:
    """Catches a script that ends in an error, a request, a sound that does not play, tables that neither sort nor filter."""
    file = tmp_path / "report.html"
    file.write_text(report, encoding="utf-8")
    context = browser.new_context(offline=True)
    opened = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(file.as_uri())
    opened.get_by_role("button", name="Play Target").first.click()
    opened.locator("#joint li.playing").wait_for()
    assert opened.locator("#models svg").count() == 3
    assert opened.locator("#figures img").count() == 3
    assert opened.locator("#crossed table").count() == 2
    silence = opened.locator("#means tbody tr", has_text="silence").first
    assert silence.locator("td").last.inner_text() == "100"
    assert opened.locator("#targets td.silent").first.inner_text() == "0 silent"
    opened.locator("#means").get_by_role("button", name="closeness").click(click_count=2, delay=20)
    assert opened.locator("#means tbody tr:visible th").first.inner_text() == "noise floor"
    name = data_of(report)["targets"][0]["bin"]
    opened.get_by_label("Harmonic part").select_option(name)
    assert set(opened.locator("#means tbody tr:visible td:nth-child(3)").all_inner_texts()) == {name}
    context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
