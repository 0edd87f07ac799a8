"""A trained model as files: weights in ``model.safetensors``, all that explains them in ``config.json``.

The parameter tables that a model was trained for are named by hash; with others its outputs would mean other things, so
it refuses to load.
"""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch

from synthmatch import __version__
from synthmatch.errors import InputError
from synthmatch.files import write_whole
from synthmatch.models.base import Model, ModelConfig
from synthmatch.models.registry import model_class
from synthmatch.synths.registry import get_synth

FORMAT = "synthmatch model 1"
WEIGHTS, CONFIG = "model.safetensors", "config.json"


def build_model(name: str, synths: tuple[str, ...], config: ModelConfig, notes: int = 1) -> Model:
    """A new model of a registered kind. Its first weights come from torch's generator.

    `notes` of the data set: a model of whole rows hears them all, another one at a time.
    """
    kind = model_class(name)
    layouts = {synth: get_synth(synth).space.layout for synth in synths}
    return kind(layouts, config, notes) if kind.whole_rows else kind(layouts, config)


def save_model(
    folder: Path, model: Model, about: Mapping[str, Any], weights: Mapping[str, torch.Tensor] | None = None
) -> None:
    """Write both files into a folder, each whole or not at all. `about`: whatever else should be known, JSON.

    `weights` are written in place of the model's own. Raises `OutputError`.
    """
    config = {
        "format": FORMAT,
        "model": model.name,
        "config": dataclasses.asdict(model.config),
        "notes": model.notes,
        "tables": {synth: get_synth(synth).space.hash for synth in model.synths},
        "versions": {synth: get_synth(synth).version() for synth in model.synths},
        "synthmatch": __version__,
        **about,
    }
    state = model.state_dict() if weights is None else weights
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    write_whole(folder / WEIGHTS, safetensors.torch.save(tensors), force=True)
    write_whole(folder / CONFIG, (json.dumps(config, indent=1) + "\n").encode(), force=True)


def load_config(folder: Path) -> dict[str, Any]:
    """What `save_model` wrote about a model, checked. Raises `InputError`."""
    path = folder / CONFIG
    try:
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{folder} is no trained model: cannot read {CONFIG} ({error.strerror}); make one with: synthmatch train"
        ) from None
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}); train the model again") from None
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        raise InputError(f"{path} is of another format, expected {FORMAT!r}; train the model again")
    for synth, table in config["tables"].items():
        own = get_synth(synth).space.hash
        if table != own:
            raise InputError(
                f"the model in {folder} was trained for {synth} table {table}, this version has {own}; train it again"
            )
    return config


def load_model(folder: Path) -> Model:
    """A model ready to estimate. Raises `InputError` for a missing, damaged or outdated one."""
    config = load_config(folder)
    try:
        built = ModelConfig(**config["config"])
        # a model from before there were models of whole rows has no notes
        model = build_model(config["model"], tuple(config["tables"]), built, config.get("notes", 1))
        model.load_state_dict(safetensors.torch.load((folder / WEIGHTS).read_bytes()))
    except OSError as error:
        raise InputError(f"cannot read {folder / WEIGHTS}: {error.strerror}; train the model again") from None
    except (safetensors.SafetensorError, RuntimeError, TypeError, KeyError) as error:
        first = str(error).splitlines()[0]
        raise InputError(f"the weights in {folder} do not fit ({first}); train the model again") from None
    return model.eval()
