"""Classes of other packages, which the user names ``module:Class``: of what is installed, or of the current folder."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def named_class(named: str) -> Any:
    """What ``module:Class`` names. As ``python -m`` does, a module of the current folder is found too, after all others.

    Only for names that the user gives: a module that is imported runs. Raises `ImportError`, also for a module that is no
    Python, and `AttributeError` where it is not there, `ValueError` for a module's name that is none.
    """
    module, _, title = named.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        # last, so that a file beside a sound hides no package
        sys.path.append(here)
    try:
        return getattr(import_module(module), title)
    except SyntaxError as error:
        raise ImportError(f"{error.filename} is no Python in line {error.lineno}: {error.msg}") from None
