"""Files in a folder that are replaced together: whoever looks finds the old ones or the new ones, and all others untouched.

New files are written into ``FOLDER/.synthmatch-<number>/new`` first. Then the old ones are moved into ``old`` beside it,
which after the last of them is called ``replaced``, and the new ones into the folder. What a kill leaves of that,
`mend_folder` undoes or completes.
"""

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterable
from pathlib import Path

from synthmatch.errors import OutputError

#: Also the temporary files of `synthmatch.atomic_files`.
_OURS = re.compile(r"\.synthmatch-[0-9a-f]{16}")
#: No single file takes longer to write.
_OLD_SECONDS = 3600.0


def exchange_files(folder: Path, contents: Iterable[tuple[str, bytes]], stale: Collection[str]) -> list[Path]:
    """Write files (name, contents) into a folder, in place of those of the same names and of those in `stale`.

    Gives their paths. Nobody else may write there at the time. Raises `OutputError` where the folder or disk refuses,
    and whatever `contents` raises; the old files stay.
    """
    names = []
    work = folder / f".synthmatch-{secrets.token_hex(8)}"
    try:
        (work / "new").mkdir(parents=True)
        for name, content in contents:
            names.append(name)
            with (work / "new" / name).open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        (work / "old").mkdir()
        for path in (folder / name for name in {*names, *stale}):
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if path.exists():
                path.rename(work / "old" / path.name)
        (work / "old").rename(work / "replaced")
        _move_all(work / "new", folder)
        shutil.rmtree(work)
    except BaseException as error:
        mend_folder(folder)
        if not isinstance(error, OSError):
            raise  # Ctrl-C
        raise OutputError(
            f"cannot write to {folder}: {error.strerror or error}; choose another folder or free space"
        ) from error
    return [folder / name for name in names]


def mend_folder(folder: Path) -> None:
    """Undo what an exchange that was ended left, or complete it where the old files were gone already.

    Nobody else may write there at the time.
    """
    try:
        for left in [path for path in folder.iterdir() if _OURS.fullmatch(path.name)]:
            if not left.is_dir():
                # of a killed program, if it is not one that is being written
                if time.time() - left.stat().st_mtime > _OLD_SECONDS:
                    left.unlink()
                continue
            if (left / "old").is_dir():
                _move_all(left / "old", folder)
            elif (left / "replaced").is_dir():
                _move_all(left / "new", folder)
            shutil.rmtree(left)
    except OSError:
        return  # there is no such folder, or it refuses now: it is tried again the next time


def _move_all(source: Path, folder: Path) -> None:
    for path in list(source.iterdir()):
        path.replace(folder / path.name)
