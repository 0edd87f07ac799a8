"""What a trained model estimates for the test targets, before any of it is rendered: a file a training.

A machine that trains then need not render, and no machine need keep the weights.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from synthmatch.arrays import I64, Array
from synthmatch.atomic_files import write_whole
from synthmatch.dataset.reader import Dataset
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


class Estimates:
    """Of one training, in a folder. `targets`: items of the test split by synthesizer, each (n,)."""

    def __init__(self, folder: Path, run: Run, dataset: Dataset, targets: Mapping[str, I64]) -> None:
        self._path = folder / f"{run.name.replace(' ', '-')}.npz"
        self._test, self._targets = dataset.split("test"), targets
        asked = {synth: items.tolist() for synth, items in targets.items()}
        told = json.dumps([dataset.fingerprint, run.settings.named(), asked], sort_keys=True)
        self._stamp = hashlib.sha256(told.encode()).hexdigest()[:16]

    def found(self) -> bool:
        """Whether the file is there, for this data set, these settings and targets."""
        if not self._path.exists():
            return False
        stamp = self._read().get("stamp")
        return stamp is not None and str(stamp) == self._stamp

    def make(self, model: Model) -> None:
        """Write the file. Raises `OutputError`."""
        kept: dict[str, Any] = {"stamp": np.array(self._stamp)}
        for synth, items in self._targets.items():
            starts = range(0, len(items), _BATCH)
            mels = (torch.from_numpy(self._test.mels(items[start : start + _BATCH])) for start in starts)
            encoded = torch.cat([model.estimate(one, synth) for one in mels])
            kept[synth] = get_synth(synth).space.decode(encoded.numpy())
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **kept)
        write_whole(self._path, buffer.getvalue(), force=True)

    def _read(self) -> dict[str, Array]:
        """The arrays of the file; none where it is damaged, for it is made again."""
        try:
            return parse_arrays(read_file(self._path, _MOST_BYTES, "a model's estimates"), _MOST_BYTES)
        except ValueError:
            return {}

    def __call__(self, items: I64, synth: str) -> list[Preset]:
        """The presets for some of the targets: a method that can be scored."""
        natives = self._read()[synth]
        place = {item: number for number, item in enumerate(self._targets[synth].tolist())}
        return [Preset(synth, natives[place[item]]) for item in items.tolist()]
