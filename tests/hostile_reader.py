"""Reads files one after the other with a gigabyte of memory more than it has: ``hostile_reader.py FILE...``.

For each it prints a line: ``refused`` and the message, ``read``, or what else happened.
"""

import resource
import sys
from pathlib import Path

import numpy as np

from synthmatch.audio import load
from synthmatch.dataset.folder import DatasetFolder
from synthmatch.errors import SynthmatchError
from synthmatch.library.library import Library
from synthmatch.presets.vstpreset import read_vstpreset
from synthmatch.reading import read_file
from synthmatch.surrogate.surrogate import read_surrogates
from synthmatch.synths.preset_files import read_presets

MOST_BYTES = 1_000_000_000


def read(path: Path) -> None:
    """Read by the name, as the commands do."""
    if path.name.startswith("surrogate"):
        read_surrogates(path)
    elif path.suffix == ".npz":
        Library.load(path)
    elif path.name == "dataset":
        DatasetFolder.read(path)
    elif path.suffix in (".wav", ".flac"):
        load(path)
    elif path.suffix == ".vstpreset":
        read_vstpreset(read_file(path, 32_000_000, "a preset"), "x")
    else:
        read_presets(path)


def main() -> None:
    """Print the lines."""
    np.linalg.svd(np.ones((300, 300)))  # its threads take memory of their own
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MOST_BYTES, held + MOST_BYTES))
    for name in sys.argv[1:]:
        try:
            read(Path(name))
            print("read")
        except SynthmatchError as error:
            print("refused", error)
        except BaseException as error:
            print(type(error).__name__, str(error)[:200])


if __name__ == "__main__":
    main()
