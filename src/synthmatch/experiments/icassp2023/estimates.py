"""What a trained model estimates for the test targets, before any of it is rendered: a file a training.

Its targets' own synthesizers' presets, and of a crossed training those of every other synthesizer too; and how validation
went. A machine that trains then need not render, and no machine need keep the weights.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from synthmatch.arrays import I64, Array
from synthmatch.atomic_files import write_whole
from synthmatch.dataset.reader import Dataset
from synthmatch.experiments.icassp2023.answers import Method
from synthmatch.experiments.icassp2023.scale import Run
from synthmatch.models.base import Model
from synthmatch.params import Preset
from synthmatch.parsing import parse_arrays
from synthmatch.reading import read_file
from synthmatch.synths.registry import get_synth

#: Of a file; those of 3,000 targets have 8 MB.
_MOST_BYTES = 100_000_000
#: Spectrograms at a time.
_BATCH = 32
#: The array with how validation went.
_EPOCHS = "epochs"


class Estimates:
    """Of one training, in a folder. `targets`: items of the test split by synthesizer, each (n,)."""

    def __init__(self, folder: Path, run: Run, dataset: Dataset, targets: Mapping[str, I64]) -> None:
        self._path = folder / f"{run.name.replace(' ', '-')}.npz"
        self._test, self._targets = dataset.split("test"), targets
        asked = {synth: items.tolist() for synth, items in targets.items()}
        self._crossed = run.crossed
        told = json.dumps([dataset.fingerprint, run.settings.named(), asked, run.crossed], sort_keys=True)
        self._stamp = hashlib.sha256(told.encode()).hexdigest()[:16]

    def found(self) -> bool:
        """Whether the file is there, for this data set, these settings and targets."""
        if not self._path.exists():
            return False
        stamp = self._read().get("stamp")
        return stamp is not None and str(stamp) == self._stamp

    def make(self, model: Model, epochs: Sequence[Mapping[str, Any]]) -> None:
        """Write the file. `epochs`: as `training.log.validations` gives them. Raises `OutputError`."""
        kept: dict[str, Any] = {"stamp": np.array(self._stamp), _EPOCHS: np.array(json.dumps(epochs))}
        for synth, items in self._targets.items():
            starts = range(0, len(items), _BATCH)
            heard = [torch.from_numpy(self._test.mels(items[start : start + _BATCH])) for start in starts]
            for answerer in model.synths if self._crossed else (synth,):
                encoded = torch.cat([model.estimate(mels, answerer) for mels in heard])
                kept[_key(synth, answerer)] = get_synth(answerer).space.decode(encoded.numpy())
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **kept)
        write_whole(self._path, buffer.getvalue(), force=True)

    def epochs(self) -> list[dict[str, Any]]:
        """How validation went, an entry an epoch."""
        told: list[dict[str, Any]] = json.loads(str(self._read()[_EPOCHS]))
        return told

    def _read(self) -> dict[str, Array]:
        """The arrays of the file; none where it is damaged, for it is made again."""
        try:
            return parse_arrays(read_file(self._path, _MOST_BYTES, "a model's estimates"), _MOST_BYTES)
        except ValueError:
            return {}

    def __call__(self, items: I64, synth: str) -> list[Preset]:
        """The presets for some of the targets: a method that can be scored."""
        return self._by(synth, items, synth)

    def by(self, answerer: str) -> Method:
        """The method that answers with presets of this synthesizer, whoever made the targets."""
        return lambda items, synth: self._by(answerer, items, synth)

    def _by(self, answerer: str, items: I64, synth: str) -> list[Preset]:
        natives = self._read()[_key(synth, answerer)]
        place = {item: number for number, item in enumerate(self._targets[synth].tolist())}
        return [Preset(answerer, natives[place[item]]) for item in items.tolist()]


def _key(synth: str, answerer: str) -> str:
    """Name of the array of one synthesizer's answers to the targets of one."""
    return json.dumps([synth, answerer])
