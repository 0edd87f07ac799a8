"""The models by name. A new one is one file and one line here; torch is loaded when one is asked for.

A model of another package is named ``module:Class``; the class's `name` is the same text.
"""

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthmatch.errors import InputError, MissingExtraError
from synthmatch.named_class import named_class

if TYPE_CHECKING:
    from synthmatch.models.base import Model
    from synthmatch.models.estimator import Estimator

#: name -> module and class
_MODELS = {
    "s-s": ("synthmatch.models.separate", "Separate"),
    "j-s": ("synthmatch.models.joint_separate", "JointSeparate"),
    "j-j": ("synthmatch.models.joint_joint", "JointJoint"),
    "j-j-even": ("synthmatch.models.joint_joint", "JointJointEven"),
    "j-j-blind": ("synthmatch.models.joint_joint", "JointJointBlind"),
    "j-j-masked": ("synthmatch.models.joint_joint", "JointJointMasked"),
    "regression": ("synthmatch.models.regression", "Regression"),
    "ast": ("synthmatch.models.spectrogram_transformer", "SpectrogramTransformer"),
    "flow-regression": ("synthmatch.models.flow_regression", "FlowRegression"),
    "vae-flow": ("synthmatch.models.vae_flow", "VaeFlow"),
    "flow-matching": ("synthmatch.models.flow_matching", "FlowMatching"),
}

#: a model of another package, as the user names it
_OWN_MODEL = re.compile(r"(?P<name>[A-Za-z_][\w.]*:[A-Za-z_]\w*)=(?P<folder>.+)", re.DOTALL)

#: names that the user or the program has asked for in this process
_given: set[str] = set()


def model_names() -> tuple[str, ...]:
    """Names of the registered models."""
    return tuple(_MODELS)


def model_class(name: str) -> "type[Model]":
    """The class of a name. Raises `InputError` for an unknown one, `MissingExtraError` without torch.

    A name that a file gives goes to `model_class_of_file`.
    """
    if name not in _MODELS and ":" not in name:
        raise InputError(f"model is {name!r}, expected one of {', '.join(_MODELS)}, or module:Class of your own")
    require_torch()
    try:
        found: type[Model] = _registered(name) if name in _MODELS else named_class(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"model is {name!r}, expected module:Class that can be imported; {error}") from None
    if getattr(found, "name", "") != name:
        raise InputError(f"model is {name!r}, expected module:Class of a Model whose name is this text")
    _given.add(name)
    return found


def _registered(name: str) -> Any:
    module, title = _MODELS[name]
    return getattr(import_module(module), title)


def model_folder(named: Path) -> Path:
    """The folder of ``module:Class=FOLDER``, whose class is imported; any other path as it is.

    Raises `InputError`, also for a folder with a model of another class.
    """
    own = _OWN_MODEL.fullmatch(str(named))
    if own is None:
        return named
    model_class(own["name"])
    from synthmatch.models.weights import load_config  # noqa: PLC0415 - loads torch

    if (its := load_config(Path(own["folder"]))["model"]) != own["name"]:
        raise InputError(f"{own['folder']} is of the model {its}, not of {own['name']}; give --model {own['folder']}")
    return Path(own["folder"])


def model_class_of_file(name: Any, where: object) -> "type[Model]":
    """The class that a file names, and no module is imported for it: a registered one, or one that is already in use.

    It is in use where `model_class` was called with the same name in this process. `where` names the file in messages.
    Raises `InputError`, `MissingExtraError`.
    """
    if isinstance(name, str) and (name in _MODELS or name in _given):
        return model_class(name)
    shown = str(name)[:160]
    raise InputError(
        f"{where} is of the model {shown}, which a file alone may not import; give --model {shown}={where}"
    )


def require_torch() -> None:
    """Raise `MissingExtraError` where the packages of the extra ``train`` are not installed."""
    for package in ("torch", "safetensors", "zuko"):
        if find_spec(package) is None:
            raise MissingExtraError(f"{package} is not installed: pip install 'synthmatch[train]'")


def load_estimator(named: str | Path) -> "Estimator":
    """The model of a training run's folder, or of ``module:Class=FOLDER``, ready to estimate presets.

    Raises `InputError`, `MissingExtraError` without torch.
    """
    require_torch()
    from synthmatch.models.estimator import Estimator  # noqa: PLC0415 - loads torch

    return Estimator(model_folder(Path(named)))
