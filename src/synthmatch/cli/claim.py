"""Before any work: can its results be written, and does nobody else write there?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synthmatch.atomic_files import write_whole
from synthmatch.cli.printing import say_aside
from synthmatch.errors import OutputError
from synthmatch.systems.folder_lock import locked_folder


def check_writable(folder: Path) -> None:
    """Make a folder where there is none, and write into it. Raises `OutputError` where that is refused."""
    probe = folder / ".synthmatch-probe"
    try:
        write_whole(probe, b"", force=True)
        probe.unlink(missing_ok=True)
    except (OSError, OutputError) as error:
        reason = error.__cause__ or error
        told = getattr(reason, "strerror", None) or reason
        raise OutputError(f"cannot write to {folder}: {told}; choose another folder with -o") from error


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold a folder for what this program will write; where another program writes there, wait for its end.

    Raises `OutputError` where it cannot be made or written.
    """
    check_writable(folder)
    told = f"another synthmatch writes to {folder}: this one waits for its end (Ctrl-C gives up)"
    with locked_folder(folder, lambda: say_aside(told)):
        yield
