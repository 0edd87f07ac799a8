"""A small outcome of the experiments, and what their report says of it."""

import base64
import html.parser
import io
import json
from typing import Any

from synthmatch.arrays import Audio
from synthmatch.dataset.reader import Dataset
from synthmatch.experiments.icassp2023.cards import (
    Card,
    known_presets,
    sounds_of,
)
from synthmatch.experiments.icassp2023.scale import Scale, run_name
from synthmatch.note import PROTOCOLS
from synthmatch.render.pool import RenderPool

HOSTILE = "</script><b>&lt;!--$x\u2028\"'"
SCALE = Scale(presets=16, pitches=(60,), seeds=2, latent_sizes=(2, 64), targets=4)
MODEL_RUNS = [run_name("s-s", 64, 0), run_name("j-s", 64, 0), run_name("j-s", 64, 1), run_name("j-s", 2, 0)]
SAMPLES = PROTOCOLS["icassp2023"].samples


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
