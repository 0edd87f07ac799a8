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
    differing = [name for name in conditions if _but_epochs(before.get(name)) != _but_epochs(conditions[name])]
    if differing:
        name = differing[0]
        raise InputError(
            f"{folder} has a run with {name} {before.get(name)}, got {conditions[name]}; use another folder, or remove it"
        )
    return state, progress


def _but_epochs(condition: Any) -> Any:
    """A condition without how long the run is to be."""
    return {k: v for k, v in condition.items() if k != "epochs"} if isinstance(condition, dict) else condition
