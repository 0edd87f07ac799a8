"""The models by name. A new one is one file and one line here; torch is loaded when one is asked for."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from synthmatch.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from synthmatch.models.base import Model

#: name -> module and class
_MODELS = {
    "s-s": ("synthmatch.models.separate", "Separate"),
    "j-s": ("synthmatch.models.joint_separate", "JointSeparate"),
    "j-j": ("synthmatch.models.joint_joint", "JointJoint"),
}


def model_names() -> tuple[str, ...]:
    """Names of the registered models."""
    return tuple(_MODELS)


def model_class(name: str) -> "type[Model]":
    """The class of a name. Raises `InputError` for an unknown one, `MissingExtraError` without torch."""
    if name not in _MODELS:
        raise InputError(f"model is {name!r}, expected one of {', '.join(_MODELS)}")
    require_torch()
    module, title = _MODELS[name]
    found: type[Model] = getattr(import_module(module), title)
    return found


def require_torch() -> None:
    """Raise `MissingExtraError` where the packages of the extra ``train`` are not installed."""
    for package in ("torch", "safetensors"):
        if find_spec(package) is None:
            raise MissingExtraError(f"{package} is not installed: pip install 'synthmatch[train]'")
