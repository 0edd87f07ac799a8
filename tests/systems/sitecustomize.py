"""Has what Windows lacks fail wherever synthmatch itself calls or imports it, in this process and its workers.

Python imports this module when it starts, where this folder is in PYTHONPATH; `make test-portable` puts it there. Other
packages, the standard library and the tests may call on.
"""

import builtins
import os
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from portable_calls import CALLS, MODULES


def _is_synthmatch(names: Mapping[str, Any]) -> bool:
    module = getattr(names.get("__spec__"), "name", None) or names.get("__name__") or ""
    return str(module).split(".")[0] == "synthmatch"


class _Guarded:
    """A function in place of another; an object, since as an attribute of a class it must not take the instance."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self._name, self._function = name, function

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if _is_synthmatch(sys._getframe(1).f_globals):
            raise NotImplementedError(f"synthmatch calls {self._name}, which Windows does not have")
        return self._function(*arguments, **named)


_import = builtins.__import__


def _guarded_import(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: tuple[str, ...] = (),
    level: int = 0,
) -> ModuleType:
    if name in MODULES and _is_synthmatch(globals or {}):
        raise ImportError(f"synthmatch imports {name}, which Windows does not have")
    return _import(name, globals, locals, fromlist, level)


if os.environ.get("SYNTHMATCH_PORTABLE"):
    builtins.__import__ = _guarded_import  # type: ignore[assignment]
    for module, names in CALLS.items():
        for name in names:
            if hasattr(module, name):
                setattr(module, name, _Guarded(f"{module.__name__}.{name}", getattr(module, name)))
