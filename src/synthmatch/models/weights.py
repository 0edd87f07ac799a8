"""A trained model as files: weights in ``model.safetensors``, all that explains them in ``config.json``.

The parameter tables that a model was trained for are named by hash; with others its outputs would mean other things, so
it refuses to load.
"""

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch

from synthmatch import __version__
from synthmatch.atomic_files import write_whole
from synthmatch.errors import InputError
from synthmatch.models.base import Model, ModelConfig
from synthmatch.models.registry import model_class, model_class_of_file
from synthmatch.parsing import member, need, parse_json
from synthmatch.reading import file_size, read_file
from synthmatch.synths.registry import get_synth, synth_of_file

FORMAT = "synthmatch model 1"
#: Of a model's settings that are read; they have a few kB.
_MOST_CONFIG_BYTES = 1_000_000
#: Most notes of a model of whole rows: MIDI has so many.
_MOST_NOTES = 128
WEIGHTS, CONFIG = "model.safetensors", "config.json"


def build_model(name: str, synths: tuple[str, ...], config: ModelConfig, notes: int = 1) -> Model:
    """A new model of a registered kind. Its first weights come from torch's generator.

    `notes` of the data set: the input of a model of whole rows is all of them, of another one at a time. Raises
    `InputError` for a class that is not whole.
    """
    kind = model_class(name)
    layouts = {synth: get_synth(synth).space.layout for synth in synths}
    if missing := getattr(kind, "__abstractmethods__", None):
        raise InputError(
            f"the model {name} lacks {', '.join(sorted(missing))}; write it as docs/adding-a-model.md has it"
        )
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
    if not os.path.lexists(path):
        raise InputError(f"{folder} is no trained model: it has no {CONFIG}; make one with: synthmatch train")
    contents = read_file(path, _MOST_CONFIG_BYTES, "a model's settings, which synthmatch train writes")
    try:
        config = need(parse_json(contents), dict, "it")
        if config.get("format") != FORMAT:
            raise InputError(f"{path} is of another format, expected {FORMAT!r}; train the model again")
        tables = member(config, "tables", dict)
        for name, kind in (("model", str), ("config", dict), ("settings", dict)):
            need(config.get(name, {}) if name == "settings" else member(config, name, kind), kind, name)
        if not tables or not 1 <= need(config.get("notes", 1), int, "notes") <= _MOST_NOTES:
            raise ValueError(f"it is for {len(tables)} synthesizers and {config.get('notes', 1)} notes")
        built = config["config"]
        if built.keys() != {field.name for field in dataclasses.fields(ModelConfig)}:
            raise ValueError("its config has other fields than this version's")
        ModelConfig(member(built, "latent_size", int), member(built, "kl_weight", float))
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}); train the model again") from None
    for id, table in tables.items():
        own = synth_of_file(id, path).space.hash
        if table != own:
            raise InputError(
                f"the model in {folder} was trained for {id} table {table}, this version has {own}; train it again"
            )
    return config


def load_model(folder: Path) -> Model:
    """A model ready to estimate. Raises `InputError` for a missing, damaged or outdated one."""
    config = load_config(folder)
    model_class_of_file(config["model"], folder)
    file_size(folder / WEIGHTS, "a model's weights, which synthmatch train writes")
    try:
        # a model from before there were models of whole rows has no notes
        model = build_model(
            config["model"], tuple(config["tables"]), ModelConfig(**config["config"]), config.get("notes", 1)
        )
        model.load_state_dict(safetensors.torch.load_file(folder / WEIGHTS))
    except (safetensors.SafetensorError, OSError, RuntimeError, TypeError, KeyError, ValueError) as error:
        raise InputError(f"the weights in {folder} do not fit ({error}); train the model again") from None
    return model.eval()
