"""torch's compiler, which nothing here uses: the first optimizer loads it, and it makes a folder for its files."""

import os

from synthmatch.systems.scratch import new_folder

_VARIABLE = "TORCHINDUCTOR_CACHE_DIR"


def keep_compiler_files() -> None:
    """Have that folder be one that goes with the program, in place of one that stays; a user's own choice stays."""
    if _VARIABLE not in os.environ:
        os.environ[_VARIABLE] = str(new_folder())
