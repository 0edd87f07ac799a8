"""How sure a match is, on the page: for a sound of Dexed's own, and for one that is out of its reach."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from web_page import Watched, give, search

from synthmatch.audio import save_wav
from synthmatch.evaluation.targets import held_out
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth

WORDS = re.compile(r"^nearer than \d+ % of the matches of its own sounds$")
FAR_WORDS = re.compile(r"^out of reach: nearer than [0-5] % of the matches of its own sounds$")
LINE = "out of reach of Dexed (DX7): 95 of 100 of its own sounds are matched nearer than this one was"


def sound(synth: str, name: str, path: Path) -> Path:
    """A held-out preset of a synthesizer, played into a file."""
    with RenderPool(get_synth(synth)) as pool:
        (target,) = [target for target in held_out(pool, 25).targets if target.name == name]
    save_wav(path, target.audio)
    return path


@pytest.mark.parametrize(
    ("synth", "name", "words", "lines"),
    [("dexed", "SYN-PIANO 018379", WORDS, []), ("amsynth", "One 01d927", FAR_WORDS, [LINE])],
)
def test_a_match_says_how_sure_it_is(
    watched: Watched, tmp_path: Path, synth: str, name: str, words: re.Pattern[str], lines: list[str]
) -> None:
    """Catches cards that keep what was known while the search ran, and a verdict that is wrong, lost or out of place."""
    page = watched.open()
    give(page, sound(synth, name, tmp_path / "sound.wav"))
    search(page)
    for _ in range(2):
        for sure in page.locator("#cards .sure").all():
            expect(sure).to_have_text(words)
        expect(page.locator("#reach li")).to_have_text(lines)
        assert not Axe().run(page).response["violations"]
        page.reload()
        watched.ready()
        expect(page.locator("#cards .card").first).to_be_visible()
