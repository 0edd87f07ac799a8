"""How sure a match is, on the page: for a sound of Dexed's own, and for one that is out of its reach."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect
from web_page import Watched, barriers, give, search

from synthmatch.audio import Audio, save_wav
from synthmatch.benchmark.targets import held_out
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth

WORDS = re.compile(r"^nearer than \d+ of 100 of Dexed \(DX7\)'s own sounds are matched$")
FAR_WORDS = re.compile(r"^out of reach: nearer than [0-5] of 100 of Dexed \(DX7\)'s own sounds are matched$")
LINE = "out of reach of Dexed (DX7): 95 of 100 of its own sounds are matched nearer than this one was"


def own() -> Audio:
    """A held-out voice of Dexed."""
    with RenderPool(get_synth("dexed")) as pool:
        return held_out(pool, 1).targets[0].audio


def far() -> Audio:
    """A second of noise in eleven pulses: six sines that modulate each other make neither."""
    pulses = np.sin(2 * np.pi * 11 * np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ) > 0
    noise = 0.3 * np.random.default_rng(0).standard_normal((1, SAMPLE_RATE_HZ)) * pulses
    return noise.astype(np.float32)


@pytest.mark.parametrize(("sound", "words", "lines"), [(own, WORDS, []), (far, FAR_WORDS, [LINE])])
def test_a_match_says_how_sure_it_is(
    watched: Watched, tmp_path: Path, sound: Callable[[], Audio], words: re.Pattern[str], lines: list[str]
) -> None:
    """Catches cards that keep what was known while the search ran, and a verdict that is wrong, lost or out of place."""
    page = watched.open()
    save_wav(tmp_path / "sound.wav", sound())
    give(page, tmp_path / "sound.wav")
    search(page)
    for _ in range(2):
        for sure in page.locator("#cards .sure").all():
            expect(sure).to_have_text(words)
        expect(page.locator("#reach li")).to_have_text(lines)
        assert not barriers(page)
        page.reload()
        watched.ready()
        expect(page.locator("#cards .card").first).to_be_visible()
