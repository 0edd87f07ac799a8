"""Where a run is: everything that decides its next step, in one file that appears whole or not at all."""

import io
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from synthmatch.atomic_files import write_whole
from synthmatch.errors import InputError
from synthmatch.reading import opened

FILE = "checkpoint.pt"


@dataclass
class Progress:
    """After `epoch` epochs and `step` steps: the best validation loss of each independent part and epochs since then."""

    epoch: int
    step: int
    best: list[float]
    waited: list[int]


def save_checkpoint(folder: Path, state: dict[str, Any], progress: Progress, conditions: dict[str, Any]) -> None:
    """Write the checkpoint. `state`: state dicts and the generator's state; `conditions`: settings and data.

    Raises `OutputError` where the disk refuses; the one before it stays.
    """
    buffer = io.BytesIO()
    torch.save({"state": state, "progress": asdict(progress), "conditions": conditions}, buffer)
    write_whole(folder / FILE, buffer.getvalue(), force=True)


def load_checkpoint(folder: Path, conditions: dict[str, Any]) -> tuple[dict[str, Any], Progress] | None:
    """State and progress, or None where the run has not got to its first checkpoint.

    A run may go on for more epochs than it was begun with. Raises `InputError` for a damaged one, and for one under other
    settings or of other data.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        # weights_only: a checkpoint must not run code
        with opened(path) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other pickles, which are refused
            kept = torch.load(stream, weights_only=True)
        state, progress, before = kept["state"], Progress(**kept["progress"]), dict(kept["conditions"])
    except Exception:  # torch's words say how to run what a file holds, which nobody should
        raise InputError(f"{path} is damaged or no checkpoint of synthmatch; remove it to start again") from None
    ours, its = _flat(conditions), _flat(before)
    if differing := [name for name in ours | its if ours.get(name) != its.get(name)]:
        told = ", ".join(f"{name} {its.get(name)}, got {ours.get(name)}" for name in differing)
        raise InputError(f"{folder} has a run with {told}; use another folder")
    return state, progress


def _flat(conditions: dict[str, Any]) -> dict[str, Any]:
    """Conditions by name, those inside others too, without how long the run is to be."""
    found: dict[str, Any] = {}
    for name, value in conditions.items():
        if isinstance(value, dict):
            found |= _flat(value)
        elif name != "epochs":
            found[name] = value
    return found
