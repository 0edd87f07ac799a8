"""``synthmatch score REF EST``: every audio metric of two recordings."""

import json
from pathlib import Path
from typing import Annotated

import typer


def score(
    reference: Annotated[Path, typer.Argument(metavar="REF", help="The target: any audio file.")],
    estimated: Annotated[Path, typer.Argument(metavar="EST", help="The match to be scored: any audio file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
) -> None:
    """Score how close EST sounds to REF, in every metric of the documentation.

    Files of another sample rate are resampled; mono and stereo compare; the shorter is padded with silence.
    """
    from synthmatch.audio import load  # noqa: PLC0415  (`--help` stays fast)
    from synthmatch.cli.table import print_table  # noqa: PLC0415
    from synthmatch.evaluation.metrics import METRICS, evaluate, harmonic_percentage  # noqa: PLC0415

    target, match = load(reference), load(estimated)
    scores = evaluate(target, match) | {"harmonic_percentage": harmonic_percentage(target)}
    if as_json:
        typer.echo(json.dumps({"reference": str(reference), "estimated": str(estimated), "scores": scores}, indent=2))
        return
    notes = {"lower": "lower is better", "higher": "higher is better", "neither": "of the reference alone"}
    rows = [[name, f"{value:.4f}", METRICS[name].unit, notes[METRICS[name].better]] for name, value in scores.items()]
    print_table(("", "", "", ""), rows, right=(1,))
