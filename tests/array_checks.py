"""Every call of the package has its arrays checked against their annotations, by beartype. To import this turns it on.

Other arguments are mypy's: tests pass what is no type of them on purpose, to see what the package says of it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np
from beartype import BeartypeConf, beartype
from jaxtyping import AbstractArray, install_import_hook

import synthmatch

#: an int is a float, as for mypy
_CHECK = beartype(conf=BeartypeConf(is_pep484_tower=True))
_SOURCE = Path(synthmatch.__file__).parent
#: the modules that name a type of arrays; in the others there is nothing to check, and calls stay as fast as they are
MODULES = [
    ".".join(path.relative_to(_SOURCE.parent).with_suffix("").parts)
    for path in sorted(_SOURCE.rglob("*.py"))
    if "from synthmatch.arrays import" in path.read_text(encoding="utf-8") and path.stem != "__init__"
]


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its arrays checked. jaxtyping calls this with a copy of each signature, once for each module."""
    kept = {name: hint for name, hint in function.__annotations__.items() if _holds_an_array(hint)}
    if not kept:
        return function
    function.__annotations__ = kept
    return _CHECK(function)


def _holds_an_array(hint: Any) -> bool:
    """Whether arrays are part of a type, as in `list[F32 | None]`."""
    kind = get_origin(hint) or hint
    if isinstance(kind, type) and issubclass(kind, np.ndarray | AbstractArray):
        return True
    return any(_holds_an_array(part) for part in get_args(hint))


install_import_hook(MODULES, f"{__name__}.checked")
