"""Files that appear whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

from synthmatch.errors import OutputError


def write_whole(path: Path, contents: bytes, *, force: bool = False) -> None:
    """Write a file through a temporary name in the same folder, then rename it.

    Raises `OutputError` where the file exists and `force` is not given, or the folder or disk refuses.
    """
    if path.exists() and not force:
        raise OutputError(f"{path} exists and is kept; use --force to replace it, or another output")
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(contents)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; choose another folder or free space"
        ) from error
