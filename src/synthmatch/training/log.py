"""The file of metrics of a run: one JSON line a step and one an epoch, `metrics.jsonl`.

A step: ``{"step", "epoch", "total", "spectrogram", "parameters", "kl", "examples_per_second"}``, the losses of its batch.
An epoch: ``{"step", "epoch", "validation": {synth: {"spectrogram", "parameters"}}, "examples_per_second", "waited"}``,
`waited` being the share of its time that it waited for data. A model that is no auto-encoder has no ``spectrogram`` and
no ``kl``.
"""

import json
from pathlib import Path
from typing import Any

from synthmatch.errors import MissingExtraError, OutputError
from synthmatch.parsing import member, need, parse_json
from synthmatch.reading import read_file

FILE = "metrics.jsonl"
#: Of a run's metrics that are gone on with; 100,000 steps have 20 MB.
_MOST_BYTES = 500_000_000


class MetricsLog:
    """Appends lines, also to TensorBoard where asked. Lines after `step`, of a run that was killed, are dropped."""

    def __init__(self, folder: Path, step: int, *, tensorboard: bool = False) -> None:
        self._path = folder / FILE
        kept = []
        if self._path.exists():
            for line in read_file(self._path, _MOST_BYTES, "a run's metrics").splitlines():
                try:
                    if member(need(parse_json(line), dict, "it"), "step", int) <= step:
                        kept.append(line.decode("utf-8-sig") + "\n")
                except ValueError:
                    continue  # cut while it was written
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._path.write_text("".join(kept), encoding="utf-8")
            self._stream = self._path.open("a", encoding="utf-8", buffering=1)
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {error.strerror}; choose another folder") from None
        self._board = _board(folder) if tensorboard else None

    def write(self, step: int, line: dict[str, Any]) -> None:
        """Add a line. Raises `OutputError` where the disk refuses."""
        try:
            self._stream.write(json.dumps({"step": step, **line}) + "\n")
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {error.strerror}; free space and go on") from None
        if self._board:
            for name, value in _flat(line).items():
                self._board.add_scalar(name, value, step)

    def close(self) -> None:
        """End the files."""
        self._stream.close()
        if self._board:
            self._board.close()


def validations(folder: Path) -> list[dict[str, Any]]:
    """Of a run's folder an entry an epoch: ``epoch``, ``step`` and ``loss``, the mean over the synthesizers of their summed losses."""
    found = []
    for line in read_file(folder / FILE, _MOST_BYTES, "a run's metrics").splitlines():
        told = parse_json(line)
        if isinstance(told, dict) and "validation" in told:
            losses = [sum(losses.values()) for losses in told["validation"].values()]
            found.append({"epoch": told["epoch"], "step": told["step"], "loss": sum(losses) / len(losses)})
    return found


def _board(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415 - an option with a package of its own
    except ModuleNotFoundError:
        raise MissingExtraError("tensorboard is not installed: pip install tensorboard, or go on without it") from None
    return SummaryWriter(str(folder / "tensorboard"))


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, float]:
    """Numbers by path."""
    found: dict[str, float] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}/")
        elif isinstance(value, int | float):
            found[prefix + name] = value
    return found
