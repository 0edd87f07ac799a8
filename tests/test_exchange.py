"""Files of a folder that are replaced together: the old ones or the new ones, whatever goes wrong on the way."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from synthmatch.errors import OutputError
from synthmatch.exchange import exchange_files, mend_folder

OLD = {"1-a": b"old", "2-a": b"old", "list": b"1 2"}
NEW = {"1-a": b"new", "1-b": b"new", "list": b"1"}
FOREIGN = {"notes": b"the user's"}
#: renames of such an exchange: three old files, the mark, three new ones
RENAMES = 7


def contents(folder: Path) -> dict[str, bytes]:
    """Names and contents."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Old results, and a file of the user's."""
    for name, content in {**OLD, **FOREIGN}.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def after(renames: int, do: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Have the rename after so many do something else first, once."""
    left = itertools.count(renames, -1)

    def counted(real: Callable[..., None]) -> Callable[..., None]:
        def rename(*arguments: Any, **named: Any) -> None:
            if next(left) == 0:
                do()
            real(*arguments, **named)

        return rename

    patch.setattr(os, "rename", counted(os.rename))
    patch.setattr(os, "replace", counted(os.replace))


def test_new_files_take_the_place_of_old_ones(folder: Path) -> None:
    """Catches an old rank that stays, a file of the user's that goes, and working files that are left."""
    paths = exchange_files(folder, NEW.items(), OLD)
    assert [path.name for path in paths] == list(NEW)
    assert contents(folder) == NEW | FOREIGN


@pytest.mark.parametrize("renames", range(RENAMES))
def test_a_refusal_leaves_old_or_new(folder: Path, renames: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a mixture where the system refuses a rename, as Windows does for a file that somebody plays."""

    def refuse() -> None:
        raise PermissionError(13, "it is open")

    after(renames, refuse, monkeypatch)
    with pytest.raises(OutputError, match="it is open"):
        exchange_files(folder, NEW.items(), OLD)
    assert contents(folder) in (OLD | FOREIGN, NEW | FOREIGN)


@pytest.mark.parametrize("renames", range(RENAMES))
def test_a_kill_leaves_what_can_be_mended(folder: Path, renames: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a mixture that stays after the program was killed between two renames."""
    child = os.fork()
    if child == 0:
        after(renames, lambda: os._exit(9), monkeypatch)
        exchange_files(folder, NEW.items(), OLD)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    mend_folder(folder)
    assert contents(folder) in (OLD | FOREIGN, NEW | FOREIGN)


def test_what_cannot_be_made_leaves_the_old(folder: Path) -> None:
    """Catches old results that are gone where a picture of the new ones fails, or Ctrl-C comes while they are made."""

    def half() -> Iterator[tuple[str, bytes]]:
        yield "1-a", b"new"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exchange_files(folder, half(), OLD)
    assert contents(folder) == OLD | FOREIGN


def test_a_folder_in_the_place_of_a_file_is_kept(folder: Path) -> None:
    """Catches a folder of the user's that is removed because it has the name of a result."""
    (folder / "1-b").mkdir()
    (folder / "1-b" / "mine").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot write"):
        exchange_files(folder, NEW.items(), OLD)
    assert (folder / "1-b" / "mine").exists()
    assert sorted(path.name for path in folder.iterdir()) == sorted([*OLD, *FOREIGN, "1-b"])
