"""`report.html`: the answers to hear, see and compare, in one file that opens without a network.

The page is `page.html` with `page.css`, `page.js` and its data filled in. The data is JSON in a script element; the page's
script makes elements of it and sets their text, so that no name is ever read as HTML.
"""

import json
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from synthmatch.atomic_files import write_whole
from synthmatch.experiments.icassp2023.answers import METRICS
from synthmatch.experiments.icassp2023.cards import filled, joint_or_separate, latent_sizes
from synthmatch.experiments.icassp2023.methods import mean_rows, scored_methods, target_rows
from synthmatch.experiments.icassp2023.run import Outcome
from synthmatch.experiments.icassp2023.scale import Scale
from synthmatch.experiments.icassp2023.spectrogram import palette
from synthmatch.metrics import BINS
from synthmatch.metrics import METRICS as KNOWN
from synthmatch.synths.registry import get_synth


def write_report(outcome: Outcome, scale: Scale, path: Path, workers: int | None = None) -> None:
    """Write the page, in place of one that is there. The same outcome gives the same bytes.

    Sounds are rendered again. Raises `RenderError` where a target does not render, `OutputError` where the page cannot
    be written.
    """
    here = files(__package__)
    style, script, page = (here.joinpath(f"page.{kind}").read_text(encoding="utf-8") for kind in ("css", "js", "html"))
    data = _in_script(_data(outcome, scale, workers))
    filled_in = Template(page).substitute(style=style, script=script, data=data)
    write_whole(path, filled_in.encode(), force=True)


def _data(outcome: Outcome, scale: Scale, workers: int | None) -> dict[str, Any]:
    """What the page shows; page.js reads it under these names."""
    synths = outcome.dataset.synths
    methods = scored_methods(outcome.answers, scale)
    joint, latent = joint_or_separate(outcome.answers), latent_sizes(outcome.answers, scale)
    cards = filled([*joint, *latent], outcome.dataset, workers)
    return {
        "presets": outcome.dataset.spec.presets,
        "synths": {synth: get_synth(synth).title for synth in synths},
        "bins": BINS,
        "metrics": [{"name": name, "unit": KNOWN[name].unit, "better": KNOWN[name].better} for name in METRICS],
        "methods": [method.name for method in methods],
        "colours": [f"rgb({red} {green} {blue})" for red, green, blue in palette()[::9].tolist()],
        "joint": cards[: len(joint)],
        "latent": cards[len(joint) :],
        "means": list(mean_rows(methods, synths)),
        "targets": list(target_rows(methods)),
    }


def _in_script(data: dict[str, Any]) -> str:
    """ASCII JSON that no HTML parser takes for a tag, a comment or an entity, whatever the names are."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
