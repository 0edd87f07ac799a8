"""``synthmatch agreement FOLDER``: how well each metric agrees with people."""

from pathlib import Path
from typing import Annotated

import typer

from synthmatch.cli.printing import say, say_aside, say_json


def agreement(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folders of studies: sounds and dissimilarity.txt.")],
    metric: Annotated[list[str] | None, typer.Option(help="A metric; may be repeated. All without.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
) -> None:
    """Compare every metric with what people say: studies in which they rated how alike sounds are.

    A study is a folder with its sounds and dissimilarity.txt, the matrix of mean ratings (0: alike). The first number is
    the share of pairs that the metric orders as people do (0.5 is chance), the second the rank correlation.
    """
    from synthmatch.benchmark.listeners import metric_agreement, read_studies  # noqa: PLC0415  (`--help` stays fast)
    from synthmatch.errors import InputError  # noqa: PLC0415
    from synthmatch.metrics import METRICS  # noqa: PLC0415

    known = [name for name, one in METRICS.items() if one.takes == "audio"]
    for name in metric or []:
        if name not in known:
            raise InputError(f"metric is {name!r}, expected one of {', '.join(known)}")
    studies = read_studies(folder)
    say_aside(f"{len(studies)} studies, {sum(len(study.sounds) for study in studies)} sounds")
    found = {}
    for name in metric or known:
        found[name] = metric_agreement(studies, name)
        if not as_json:
            say(f"{name:22} triplets {found[name].triplets:.3f}  rank correlation {found[name].rank:.3f}")
    if as_json:
        say_json({name: one._asdict() for name, one in found.items()})
