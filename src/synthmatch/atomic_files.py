"""Files and folders that appear whole or not at all."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from synthmatch.errors import OutputError
from synthmatch.systems.folders import replace


def write_whole(path: Path, contents: bytes, *, force: bool = False) -> None:
    """Write a file through a temporary name in the same folder, then rename it.

    Raises `OutputError` where the file exists and `force` is not given, or the folder or disk refuses.
    """
    # a name of its own, since the file's name with more around it may be too long; "x" follows the user's umask
    temporary = path.with_name(f".synthmatch-{secrets.token_hex(8)}")
    try:
        if path.exists() and not path.is_file():
            raise OutputError(f"cannot write {path}: it is no file; use another output")
        if path.exists() and not force:
            raise OutputError(f"{path} exists and is kept; use --force to replace it, or another output")
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as stream:
            stream.write(contents)
            stream.flush()
            os.fsync(stream.fileno())
        replace(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if not isinstance(error, OSError):
            raise  # Ctrl-C
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; choose another folder or free space"
        ) from error


def write_folder(path: Path, contents: Mapping[str, bytes]) -> None:
    """Write a folder of files through a hidden folder beside it, then rename it; a folder in its place goes.

    What a killed run has left of the same folder goes too, so no two processes may write one folder at a time. Raises
    `OutputError` where the folder above or the disk refuses.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f".{path.name}.*"):
            shutil.rmtree(left)
        temporary.mkdir()
        for name, content in contents.items():
            with (temporary / name).open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        if path.exists():
            shutil.rmtree(path)
        replace(temporary, path)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; choose another folder or free space"
        ) from error
