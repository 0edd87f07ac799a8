"""``synthmatch score REF EST``: every audio metric of two recordings."""

from pathlib import Path
from typing import Annotated

import typer

from synthmatch.cli.printing import say_aside, say_json, say_table


def score(
    reference: Annotated[Path, typer.Argument(metavar="REF", help="The target: any audio file.")],
    estimated: Annotated[Path, typer.Argument(metavar="EST", help="The match to be scored: any audio file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
) -> None:
    """Score how close EST sounds to REF, in every metric of the documentation.

    Files of another sample rate are resampled; mono and stereo compare; the shorter is padded with silence. Channels of
    REF that cancel each other are turned, as in a match.
    """
    from synthmatch.audio import load  # noqa: PLC0415  (`--help` stays fast)
    from synthmatch.audio.channels import without_cancelling  # noqa: PLC0415
    from synthmatch.metrics import METRICS, evaluate, harmonic_percentage  # noqa: PLC0415

    # as the target of a match is prepared; what a match sounds like stays as it is
    (target, turned), match = without_cancelling(load(reference)), load(estimated)
    if turned:
        say_aside(f"{reference}: {turned}")
    scores = evaluate(target, match) | {"harmonic_percentage": harmonic_percentage(target)}
    if as_json:
        say_json({"reference": str(reference), "estimated": str(estimated), "scores": scores})
        return
    notes = {"lower": "lower is better", "higher": "higher is better", "neither": "of the reference alone"}
    rows = [[name, f"{value:.4f}", METRICS[name].unit, notes[METRICS[name].better]] for name, value in scores.items()]
    say_table(("", "", "", ""), rows, right=(1,))
