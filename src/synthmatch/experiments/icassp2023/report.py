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
from synthmatch.experiments.icassp2023.cards import SHOWN, filled, joint_or_separate, latent_sizes, uri
from synthmatch.experiments.icassp2023.figures import FIGURES
from synthmatch.experiments.icassp2023.methods import mean_rows, scored_methods, target_rows
from synthmatch.experiments.icassp2023.parts import crossed_rows
from synthmatch.experiments.icassp2023.run import Outcome
from synthmatch.experiments.icassp2023.scale import MODELS, Scale
from synthmatch.experiments.icassp2023.spectrogram import palette
from synthmatch.metrics import BINS
from synthmatch.metrics import METRICS as KNOWN
from synthmatch.synths.registry import get_synth


def write_report(outcome: Outcome, scale: Scale, path: Path, workers: int | None = None) -> None:
    """Write the page, in place of one that is there. The same outcome gives the same bytes.

    Figures are those that `page.write_page` left in its folder. Sounds are rendered again. Raises `RenderError` where a target does not render, `OutputError` where the page cannot
    be written.
    """
    here = files(__package__)
    style, script, page = (here.joinpath(f"page.{kind}").read_text(encoding="utf-8") for kind in ("css", "js", "html"))
    data = _in_script(_data(outcome, scale, workers) | {"figures": _figures(path.parent)})
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
        "tries_only": scale.tries_only,
        "synths": {synth: get_synth(synth).title for synth in synths},
        "bins": BINS,
        "metrics": [_metric(name) for name in METRICS],
        "shown": {name: _metric(name)["unit"] for name in SHOWN},
        "methods": [method.name for method in methods],
        "colours": [f"rgb({red} {green} {blue})" for red, green, blue in palette()[::9].tolist()],
        "joint": cards[: len(joint)],
        "latent": cards[len(joint) :],
        "means": list(mean_rows(methods, synths)),
        "targets": list(target_rows(methods)),
        "crossed": [
            {"model": model, "metric": metric, "table": rows}
            for model in MODELS
            for metric in ("closeness", "mss")
            if (rows := crossed_rows(outcome, model, metric))
        ],
    }


def _metric(name: str) -> dict[str, str]:
    """A column of the table. Closeness depends on the synthesizer, and so is no metric of two sounds."""
    if name == "closeness":
        return {"name": name, "unit": "%", "better": "higher"}
    return {"name": name, "unit": KNOWN[name].unit, "better": KNOWN[name].better}


def _figures(folder: Path) -> list[dict[str, str]]:
    """The figures of the Markdown page that are there, as data."""
    found = [(folder / f"icassp2023-{name}.png", title) for name, title in FIGURES.items()]
    return [{"title": title, "image": uri("image/png", path.read_bytes())} for path, title in found if path.is_file()]


def _in_script(data: dict[str, Any]) -> str:
    """ASCII JSON that no HTML parser takes for a tag, a comment or an entity, whatever the names are."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
