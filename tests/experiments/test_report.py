"""The report: one file that asks nobody for anything, with sounds, pictures and tables that are those of the answers."""

import io
import re
from dataclasses import replace
from typing import cast

import numpy as np
import pytest
import soundfile
from PIL import Image
from small_outcome import HOSTILE, SAMPLES, SCALE, Elements, contents, data_of, renders_of

from synthmatch.arrays import Audio
from synthmatch.experiments.icassp2023 import cards as module
from synthmatch.experiments.icassp2023.answers import (
    NEAREST,
)
from synthmatch.experiments.icassp2023.cards import (
    Card,
    filled,
    joint_or_separate,
    latent_sizes,
    sounds_of,
)
from synthmatch.experiments.icassp2023.run import Outcome
from synthmatch.experiments.icassp2023.scale import run_name
from synthmatch.experiments.icassp2023.sound import ogg
from synthmatch.experiments.icassp2023.spectrogram import COLOURS, png
from synthmatch.metrics import lsd
from synthmatch.params import Preset
from synthmatch.render.pool import RenderPool
from synthmatch.synths.dexed.synth import Dexed


def test_a_browser_is_sent_nowhere(report: str) -> None:
    """Catches a font, script or picture of another host, which an offline reader lacks and which tells who reads."""
    elements = Elements(report).found
    links = {attributes.get("href") or "" for tag, attributes in elements if tag == "a"}
    asked = {link for link in links if "://" in link}
    # the paper, its code and its data, where whoever reads may go
    assert len(asked) == 3
    assert report.count("://") == len(asked)
    for tag, attributes in elements:
        for name in ("src", "href", "srcset", "poster", "action", "data"):
            ours = (attributes.get(name) or "#")[:5].startswith(("#", "data:"))
            assert ours or (tag == "a" and attributes[name] in asked), (tag, attributes)
    style = report[report.index("<style>") : report.index("</style>")]
    assert not re.search(r"url\(|@import", style)
    assert "default-src 'none'" in report


def test_names_are_text(report: str) -> None:
    """Catches a preset's name that ends the data's script, or becomes an element of the page."""
    elements = Elements(report)
    tags = [tag for tag, _ in elements.found]
    assert tags.count("script") == 2
    assert "b" not in tags
    assert "innerHTML" not in elements.scripts[1]
    names = {card["target"] for card in data_of(report)["joint"]}
    assert names == {HOSTILE}


def test_every_sound_is_a_whole_render(report: str) -> None:
    """Catches a cut or damaged sound, a rate that browsers resample, and one that clips."""
    data = data_of(report)
    sounds = [sound for card in data["joint"] + data["latent"] for sound in card["sounds"]]
    assert len(sounds) > 8
    for sound in sounds:
        audio, rate_hz = soundfile.read(contents(sound["audio"]))
        assert (audio.shape, rate_hz) == ((SAMPLES,), 44_100)
        assert np.abs(audio).max() < 1


def test_every_picture_shows_the_whole_render(report: str) -> None:
    """Catches a picture that does not decode, of a part of the sound, or that a screen reader cannot name."""
    data = data_of(report)
    cards = data["joint"] + data["latent"]
    assert data["joint"] and data["latent"] and all(card["sounds"] for card in cards)  # noqa: PT018
    for card in cards:
        for sound in card["sounds"]:
            assert Image.open(contents(sound["image"])).size == ((1 + SAMPLES // 512) // 2, 128)
            assert sound["title"].lower() in sound["alt"].lower()


def test_levels_of_a_card_can_be_compared(outcome: Outcome, report: str) -> None:
    """Catches a gain for each sound, which hides that an answer is too quiet."""
    card = joint_or_separate(outcome.answers)[0]
    with RenderPool(Dexed(), 1) as pool:
        renders = renders_of(card, outcome.dataset, pool)
    shown = data_of(report)["joint"][0]
    assert len(renders) > 1
    for render, sound in zip(renders, shown["sounds"], strict=True):
        assert render is not None
        audio, _ = soundfile.read(contents(sound["audio"]))
        change_db = 20 * np.log10(np.sqrt(np.mean(audio**2)) / np.sqrt(np.mean(render**2)))
        assert change_db == pytest.approx(shown["gain_db"], abs=0.5)


def test_what_is_heard_is_what_was_scored(outcome: Outcome) -> None:
    """Catches sounds under another method's or target's name, and answers played with another note."""
    with RenderPool(Dexed(), 1) as pool:
        cards = joint_or_separate(outcome.answers)
        assert cards
        for card in cards:
            assert card.beside
            target, *answers = renders_of(card, outcome.dataset, pool)
            for (_, scored), sound in zip(card.beside, answers, strict=True):
                assert target is not None
                assert sound is not None
                assert lsd(target, sound) == pytest.approx(scored.scores["lsd"], abs=1e-6)


def test_a_neighbour_is_rendered_with_all_that_it_holds(outcome: Outcome) -> None:
    """Catches a neighbour without its own wavetables or exact numbers, which an answer's native values lack."""
    (card, *_) = joint_or_separate(outcome.answers)
    (neighbour,) = [one for _, one in card.beside if one.method == NEAREST]
    whole = Preset("dexed", np.array(neighbour.native), extra={"kept": 1})

    class Pool:
        def run(self, presets: list[Preset], *_: object) -> list[Audio]:
            asked.extend(presets)
            return [np.zeros(1, np.float32)] * len(presets)

    asked: list[Preset] = []
    sounds_of(card, outcome.dataset.split("test"), {whole.native.tobytes(): whole}, cast(RenderPool, Pool()))
    assert [preset.extra for preset in asked[1:]] == [{"kept": 1} if one is neighbour else {} for _, one in card.beside]


def test_targets_are_chosen_by_their_bin_alone(outcome: Outcome) -> None:
    """Catches more cards than fit a page, bins out of order, and targets that were picked by their scores."""
    blank = outcome.answers[NEAREST][0]
    parts = [90.0, 5.0, 91.0, 92.0, 40.0, 41.0]
    answers = [
        replace(blank, synth=synth, item=10 * number + item, harmonic=part, scores={"lsd": -float(item)})
        for number, synth in enumerate(("vital", "dexed"))
        for item, part in enumerate(parts)
    ]
    chosen = [(card.synth, card.item) for card in joint_or_separate({NEAREST: answers})]
    assert chosen == [
        *(("vital", item) for item in (1, 4, 5, 0, 2)),
        *(("dexed", item) for item in (11, 14, 15, 10, 12)),
    ]
    sizes = latent_sizes({run_name("j-s", 2, 0): answers, run_name("j-s", 64, 0): answers}, SCALE)
    assert [card.item for card in sizes] == [0, 1, 10, 11]
    assert [name for name, _ in sizes[0].beside] == ["Latent 2", "Latent 64"]


def test_an_answer_that_does_not_render_is_told(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches one crash of a synthesizer that costs the whole report."""
    (card, *_) = joint_or_separate(outcome.answers)
    loud = np.full(SAMPLES, 2.0, np.float32)
    monkeypatch.setattr(module, "sounds_of", lambda *_: [loud, None])
    two = Card(card.synth, card.item, card.harmonic, card.beside[:1])
    (shown,) = filled([two], outcome.dataset, workers=1)
    target, failed = shown["sounds"]
    assert failed["audio"] is failed["image"] is None
    assert failed["scores"]["lsd"] == card.beside[0][1].scores["lsd"]
    assert soundfile.info(contents(target["audio"])).frames == SAMPLES


def test_silence_stays_silence() -> None:
    """Catches a division by a peak or a maximum of 0, and a picture of noise."""
    assert not soundfile.read(io.BytesIO(ogg(np.zeros(4096, np.float32))))[0].any()
    assert not np.asarray(Image.open(io.BytesIO(png(np.zeros((128, 4), np.float32), 0.0)))).any()


def test_a_picture_is_on_the_targets_scale() -> None:
    """Catches a scale of each picture's own, bands upside down, and levels that are drawn as powers."""
    power = np.array([[1e-9, 1e-8], [1e-4, 1e-2], [1.0, 100.0]], np.float32)
    picture = np.asarray(Image.open(io.BytesIO(png(power, 1.0))))
    top = COLOURS - 1
    assert picture.tolist() == [[top, top], [round(top / 2), round(top * 0.75)], [0, 0]]
