"""The report: one file that asks nobody for anything, with sounds, pictures and tables that are those of the answers."""

import base64
import html.parser
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import soundfile
from PIL import Image

from synthmatch.arrays import Audio
from synthmatch.dataset.generate import generate
from synthmatch.dataset.reader import Dataset
from synthmatch.dataset.spec import DatasetSpec
from synthmatch.experiments.icassp2023 import cards as module
from synthmatch.experiments.icassp2023.answers import FLOOR, METRICS, NEAREST, AnswerFile, Method, answer, targets_of
from synthmatch.experiments.icassp2023.baselines import baselines
from synthmatch.experiments.icassp2023.cards import (
    Card,
    filled,
    joint_or_separate,
    known_presets,
    latent_sizes,
    sounds_of,
)
from synthmatch.experiments.icassp2023.methods import mean_rows, scored_methods
from synthmatch.experiments.icassp2023.report import write_report
from synthmatch.experiments.icassp2023.run import Outcome
from synthmatch.experiments.icassp2023.scale import Scale, run_name
from synthmatch.experiments.icassp2023.sound import ogg
from synthmatch.experiments.icassp2023.spectrogram import COLOURS, png
from synthmatch.library.sources import random_presets
from synthmatch.metrics import lsd
from synthmatch.note import PROTOCOLS
from synthmatch.params import Preset
from synthmatch.render.pool import RenderPool
from synthmatch.synths.dexed.synth import Dexed

HOSTILE = "</script><b>&lt;!--$x\u2028\"'"
SCALE = Scale(presets=16, pitches=(60,), seeds=2, latent_sizes=(2, 64), targets=4)
MODEL_RUNS = [run_name("s-s", 64, 0), run_name("j-s", 64, 0), run_name("j-s", 64, 1), run_name("j-s", 2, 0)]
SAMPLES = PROTOCOLS["icassp2023"].samples


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Dexed's baselines, and presets of the training split in place of what models would answer; J-J is missing."""
    folder, synth = tmp_path_factory.mktemp("experiments"), Dexed()
    bank = [preset.with_name(HOSTILE) for preset in random_presets(synth, np.random.default_rng(3), 60)]
    generate(DatasetSpec(("dexed",), SCALE.presets, SCALE.pitches, seed=3), folder / "data", {"dexed": bank}, workers=2)
    dataset = Dataset.open(folder / "data")
    training, test = dataset.split("train"), dataset.split("test")
    targets = targets_of(test, SCALE.targets)

    def drawn(seed: int) -> Method:
        def method(items: Any, synth: str) -> list[Preset]:
            return [training.preset((7 * seed + item) % len(training)) for item in items.tolist()]

        return method

    methods = baselines(dataset) | {name: drawn(seed) for seed, name in enumerate(MODEL_RUNS, 1)}
    answers = {}
    for name, method in methods.items():
        file = AnswerFile(folder / "records", name, dataset, {})
        answer(file, name, method, test, targets, workers=2)
        answers[name] = list(file.answers.values())
    return Outcome(dataset, answers)


@pytest.fixture(scope="module")
def page(outcome: Outcome, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report as it was written."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(outcome, SCALE, path, workers=2)
    return path.read_text(encoding="utf-8")


class Elements(html.parser.HTMLParser):
    """Every element with its attributes, and the text of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._open = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            self.scripts[-1] += data


def data_of(page: str) -> dict[str, Any]:
    """What the page's script reads."""
    return json.loads(Elements(page).scripts[0])


def contents(uri: str) -> io.BytesIO:
    """The file in a data URI."""
    return io.BytesIO(base64.b64decode(uri.partition(";base64,")[2], validate=True))


def renders_of(card: Card, dataset: Dataset, pool: RenderPool) -> list[Audio | None]:
    """What the card's sounds are made of."""
    return sounds_of(card, dataset.split("test"), known_presets(dataset, card.synth), pool)


def test_a_browser_is_sent_nowhere(page: str) -> None:
    """Catches a font, script or picture of another host, which an offline reader lacks and which tells who reads."""
    assert "://" not in page
    elements = Elements(page).found
    assert {"a", "body"} <= {tag for tag, _ in elements}
    for tag, attributes in elements:
        for name in ("src", "href", "srcset", "poster", "action", "data"):
            assert (attributes.get(name) or "#")[:5].startswith(("#", "data:")), (tag, attributes)
    style = page[page.index("<style>") : page.index("</style>")]
    assert not re.search(r"url\(|@import", style)
    assert "default-src 'none'" in page


def test_names_are_text(page: str) -> None:
    """Catches a preset's name that ends the data's script, or becomes an element of the page."""
    elements = Elements(page)
    tags = [tag for tag, _ in elements.found]
    assert tags.count("script") == 2
    assert "b" not in tags
    assert "innerHTML" not in elements.scripts[1]
    names = {card["target"] for card in data_of(page)["joint"]}
    assert names == {HOSTILE}


def test_every_sound_is_a_whole_render(page: str) -> None:
    """Catches a cut or damaged sound, a rate that browsers resample, and one that clips."""
    data = data_of(page)
    sounds = [sound for card in data["joint"] + data["latent"] for sound in card["sounds"]]
    assert len(sounds) > 8
    for sound in sounds:
        audio, rate_hz = soundfile.read(contents(sound["audio"]))
        assert (audio.shape, rate_hz) == ((SAMPLES,), 44_100)
        assert np.abs(audio).max() < 1


def test_every_picture_shows_the_whole_render(page: str) -> None:
    """Catches a picture that does not decode, of a part of the sound, or that a screen reader cannot name."""
    data = data_of(page)
    cards = data["joint"] + data["latent"]
    assert data["joint"] and data["latent"] and all(card["sounds"] for card in cards)  # noqa: PT018
    for card in cards:
        for sound in card["sounds"]:
            assert Image.open(contents(sound["image"])).size == ((1 + SAMPLES // 512) // 2, 128)
            assert sound["title"].lower() in sound["alt"].lower()


def test_levels_of_a_card_can_be_compared(outcome: Outcome, page: str) -> None:
    """Catches a gain for each sound, which hides that an answer is too quiet."""
    card = joint_or_separate(outcome.answers)[0]
    with RenderPool(Dexed(), 1) as pool:
        renders = renders_of(card, outcome.dataset, pool)
    shown = data_of(page)["joint"][0]
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


def test_tables_have_every_target_and_method(outcome: Outcome, page: str) -> None:
    """Catches targets or methods that the tables leave out, and columns in another order than their heads."""
    data = data_of(page)
    assert data["methods"][:4] == ["noise floor", "random preset", "medoid preset", "nearest neighbour"]
    assert data["methods"][4:] == ["S-S, latent 64", "J-S, latent 64", "J-S, latent 2"]
    assert len(data["targets"]) == len(outcome.answers[FLOOR])
    nearest = [row["lsd"][3] for row in data["targets"]]
    assert nearest == [one.scores["lsd"] for one in outcome.answers[NEAREST]]
    over_all = [row for row in data["means"] if not row["synth"] and not row["bin"]]
    assert [row["method"] for row in over_all] == data["methods"]
    assert over_all[3]["scores"]["lsd"] == pytest.approx(np.mean(nearest))
    assert {row["synth"] for row in data["means"]} == {"", "dexed"}


def test_seeds_are_averaged_and_counted(outcome: Outcome) -> None:
    """Catches tables of one seed under the name of a model that was trained with several."""
    methods = {method.name: method for method in scored_methods(outcome.answers, SCALE)}
    both = methods["J-S, latent 64"]
    assert (both.seeds, methods["S-S, latent 64"].seeds, methods[NEAREST].seeds) == (2, 1, None)
    (row, *_) = mean_rows([both], ["dexed"])
    ours = [one.scores["mss"] for run in MODEL_RUNS[1:3] for one in outcome.answers[run]]
    assert row["scores"]["mss"] == pytest.approx(np.mean(ours))
    assert row["scores"].keys() == set(METRICS)


def test_models_that_are_not_trained_are_absent(outcome: Outcome, page: str, tmp_path: Path) -> None:
    """Catches a report that only the last training makes possible."""
    titles = [sound["title"] for sound in data_of(page)["joint"][0]["sounds"]]
    assert titles == ["Target", "S-S", "J-S", "Nearest neighbour"]
    few = {name: answers for name, answers in outcome.answers.items() if name not in MODEL_RUNS}
    write_report(Outcome(outcome.dataset, few), SCALE, tmp_path / "report.html", workers=1)
    data = data_of((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert [sound["title"] for sound in data["joint"][0]["sounds"]] == ["Target", "Nearest neighbour"]
    assert data["latent"] == []


def test_the_same_answers_give_the_same_bytes(outcome: Outcome, page: str, tmp_path: Path) -> None:
    """Catches times, random serial numbers and the order of workers in the page; and an old page that is kept."""
    (tmp_path / "report.html").write_text("old")
    write_report(outcome, SCALE, tmp_path / "report.html", workers=1)
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page


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
