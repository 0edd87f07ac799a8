"""The command ``synthmatch``: assembles the commands and turns errors into one line and exit code 2."""

import os
import sys
import warnings
from typing import Annotated, TextIO

import typer

from synthmatch import __version__
from synthmatch.cli.benchmark import benchmark
from synthmatch.cli.dataset import dataset_app
from synthmatch.cli.experiment import experiment
from synthmatch.cli.library import library_app
from synthmatch.cli.match import match
from synthmatch.cli.morph import morph
from synthmatch.cli.render import render
from synthmatch.cli.sample import sample
from synthmatch.cli.score import score
from synthmatch.cli.surrogate import surrogate_app
from synthmatch.cli.synths import synths
from synthmatch.cli.train import train
from synthmatch.cli.web import web
from synthmatch.errors import InputWarning, SynthmatchError
from synthmatch.systems import print_anything

# the cores are for the render workers, and numpy's own threads make its small products here slower;
# it reads this when it is first imported, by a command
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

app = typer.Typer(
    name="synthmatch",
    help="Turn a sound into a preset for your synthesizer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("match")(match)
app.command("render")(render)
app.command("score")(score)
app.command("synths")(synths)
app.command("web")(web)
app.command("train")(train)
app.command("experiment")(experiment)
app.command("benchmark")(benchmark)
app.command("morph")(morph)
app.command("sample")(sample)
app.add_typer(library_app, name="library")
app.add_typer(dataset_app, name="dataset")
app.add_typer(surrogate_app, name="surrogate")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"synthmatch {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Turn a sound into a preset for your synthesizer."""


def _say_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning as a line for the user; those of other packages say where they come from."""
    text = str(message) if issubclass(category, InputWarning) else f"{category.__name__}: {message} ({filename})"
    typer.echo(f"synthmatch: {text}", err=True)


def main() -> None:
    """Run the command line. A user's mistake prints one line and exits with 2; Ctrl-C exits with 130."""
    print_anything(sys.stdout, sys.stderr)
    warnings.showwarning = _say_warning
    warnings.simplefilter("always", InputWarning)
    try:
        app()
    except SynthmatchError as error:
        typer.echo(f"synthmatch: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("synthmatch: interrupted", err=True)
        sys.exit(130)
