"""The command ``synthmatch``: assembles the commands and turns errors into one line and exit code 2."""

import os
import sys
import warnings
from typing import Annotated, Any, TextIO

import typer

from synthmatch import __version__
from synthmatch.cli.agreement import agreement
from synthmatch.cli.benchmark import benchmark
from synthmatch.cli.dataset import dataset_app
from synthmatch.cli.experiment import experiment
from synthmatch.cli.library import library_app
from synthmatch.cli.match import match
from synthmatch.cli.morph import morph
from synthmatch.cli.printing import lost, open_streams, say, say_problem
from synthmatch.cli.render import render
from synthmatch.cli.sample import sample
from synthmatch.cli.score import score
from synthmatch.cli.surrogate import surrogate_app
from synthmatch.cli.synths import synths
from synthmatch.cli.train import train
from synthmatch.cli.wavetable import wavetable
from synthmatch.cli.web import web
from synthmatch.errors import InputWarning, SynthmatchError
from synthmatch.systems.signals import unwind_on_signals

# the cores are for the render workers, and numpy's own threads make its small products here slower;
# it reads this when it is first imported, by a command
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

#: typer's mistakes in arguments; it gives the class no name of its own
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="synthmatch",
    help="Turn a sound into a preset for your synthesizer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("match")(match)
app.command("render")(render)
app.command("wavetable")(wavetable)
app.command("score")(score)
app.command("agreement")(agreement)
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
        say(f"synthmatch {__version__}")
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
    say_problem(text)


def main() -> None:
    """Run the command line.

    A user's mistake prints one line and exits with 2, Ctrl-C exits with 130. Where standard output or error is full, the
    command does all the same what it is for, and exits with 1; where nobody reads it, with 0.
    """
    open_streams()
    warnings.showwarning = _say_warning
    warnings.simplefilter("always", InputWarning)
    unwind_on_signals()
    code = _run()
    if (reason := lost()) and not code:
        say_problem(f"not everything could be printed ({reason}); what was to be written to files is written")
        code = 1
    sys.exit(code)


def _run() -> int:
    try:
        return app(standalone_mode=False) or 0
    except SynthmatchError as error:
        say_problem(str(error))
    except OSError as error:
        say_problem(f"cannot use {error.filename or 'a file'}: {error.strerror or error}; give another path")
    except MemoryError:
        say_problem("the memory is not enough; close other programs, or give a smaller file")
    except KeyboardInterrupt:
        say_problem("interrupted")
        return 130
    except _UsageError as error:
        _say_usage(error)
    return 2


def _say_usage(error: Any) -> None:
    """A mistake in the arguments, which typer would quote as they are; without arguments it has printed the help."""
    if type(error).__name__ != "NoArgsIsHelpError":
        command = error.ctx.command_path if error.ctx else app.info.name
        say_problem(f"{error.format_message().rstrip('.')}; see {command} --help")
