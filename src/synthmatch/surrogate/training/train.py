"""Training a surrogate, from top to bottom: rendered neighbourhoods in, a file of weights out.

A run that is killed and started again with the same arguments goes on from its last checkpoint and, on one kind of
machine with the same number of threads, comes to the same numbers.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from synthmatch.errors import InputError, TrainingError
from synthmatch.features.sketch import MELS, segment_shares
from synthmatch.note import Note
from synthmatch.surrogate.inputs import SEGMENTS
from synthmatch.surrogate.surrogate import Weights, read_weights, write_surrogate
from synthmatch.surrogate.training.neighbourhoods import MEMBERS
from synthmatch.surrogate.training.network import Network
from synthmatch.surrogate.training.prepared import Prepared, expected_levels, prepare
from synthmatch.training.checkpoint import Progress, load_checkpoint, save_checkpoint
from synthmatch.training.compiler import keep_compiler_files
from synthmatch.training.log import MetricsLog
from synthmatch.training.memory import keep_freed_memory
from synthmatch.training.meter import Meter, Pace

#: Steps between checkpoints, a matter of time.
_CHECKPOINT = 1000
#: Steps over which the learning rate rises; not tuned.
_WARMUP_STEPS = 200
#: A change of a sketch that is quieter than this, root of the summed squares over cells, counts less and less; not tuned.
_QUIET = 2.0
#: Weight of the changes beside the sketches (docs/results/tried.md, "Inputs and losses of the network", has a row with this loss
#: and one without; the weight is not tuned).
_CHANGES = 5.0


@dataclass(frozen=True, slots=True)
class SurrogateSettings:
    """How a surrogate is built and trained. Raises `InputError` for values that cannot be used."""

    #: docs/surrogate.md, "Data, training and size", compares steps; the other settings are not tuned
    steps: int = 20_000
    width: int = 640
    blocks: int = 3
    neighbourhoods: int = 32
    learning_rate: float = 1e-3
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("steps", "width", "blocks", "neighbourhoods"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}, expected 1 or more")
        if not 0 < self.learning_rate < 1 or self.seed < 0:
            raise InputError(
                f"got learning_rate {self.learning_rate}, seed {self.seed}; expected between 0 and 1, 0 or more"
            )


class Validation(NamedTuple):
    """How well one synthesizer's held-out neighbourhoods are predicted.

    `error`: mean absolute error of sketches in dB, `constant` that of the mean sketch. `direction`: mean cosine between
    predicted and real changes within neighbourhoods, of the audible ones.
    """

    error: float
    constant: float
    direction: float


def train_surrogate(  # noqa: PLR0915 - one script, to be read from top to bottom
    folders: Sequence[Path],
    synths: Sequence[str],
    run: Path,
    output: Path,
    settings: SurrogateSettings,
    report: Callable[[Pace], None] | None = None,
    start: Path | None = None,
    device: str = "",
) -> dict[str, Validation]:
    """Train on the neighbourhoods of `synths` in all `folders`; `run` keeps checkpoints and metrics, `output` gets the weights.

    `start`: a file of weights to begin with. A synthesizer that it does not know gets a layer of its own. `device`: of torch;
    by default a GPU where there is one.

    Raises `InputError` for missing or damaged neighbourhoods and a run of other settings, `TrainingError` where the loss is
    not a number, `OutputError`.
    """
    where = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    keep_freed_memory()
    data = [prepare(folders, synth, number) for number, synth in enumerate(synths)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        expected, means = zip(*(expected_levels(one) for one in data), strict=True)
        widths = [one.numbers.shape[2] for one in data]
        network = Network(widths, expected, torch.stack(means), settings.width, settings.blocks)
    first = read_weights(start) if start else None
    if first:
        _begin_with(network, first, synths)
    network = network.to(where)
    keep_compiler_files()
    optimizer = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=1e-4, fused=True)
    sizes = {synth: len(one.neighbourhoods.pitch) for synth, one in zip(synths, data, strict=True)}
    conditions = {"settings": asdict(settings), "neighbourhoods": sizes, "start": first and first.fingerprint}
    progress = Progress(0, 0, [math.inf], [0])
    if found := load_checkpoint(run, conditions):
        state, progress = found
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
    log = MetricsLog(run, progress.step)
    weights = _weights().to(where)
    meter = Meter()

    def keep() -> dict[str, Validation]:
        scores = {synth: _validate(network, one, weights) for synth, one in zip(synths, data, strict=True)}
        log.write(progress.step, {"validation": {synth: score._asdict() for synth, score in scores.items()}})
        state = {"network": network.state_dict(), "optimizer": optimizer.state_dict()}
        save_checkpoint(run, state, progress, conditions)
        return scores

    while progress.step < settings.steps:
        # what a step learns from depends on the seed and the step alone
        rng = np.random.default_rng([settings.seed, progress.step])
        chosen = data[progress.step % len(data)]
        batch = chosen.batch(rng.choice(chosen.training, settings.neighbourhoods), where)
        share = progress.step / settings.steps
        rise = min(1.0, (progress.step + 1) / _WARMUP_STEPS)
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * rise * (0.01 + 0.5 * (1.0 + math.cos(math.pi * share)))
        predicted = network(batch.numbers, batch.levels, chosen.number)
        error = _distance(predicted - batch.sketch, weights).mean()
        changes = _changes_loss(predicted, batch.sketch, int(rng.integers(MEMBERS)), weights)
        loss = error + _CHANGES * changes
        if not math.isfinite(loss.item()):
            log.close()
            raise TrainingError(f"the loss is {loss.item()} at step {progress.step}; lower the learning rate")
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        progress.step += 1
        meter.examples += len(predicted)
        log.write(progress.step, {"error": error.item(), "changes": changes.item()})
        if report:
            left = (settings.steps - progress.step) * len(predicted) / meter.rate
            report(Pace(0, 1, progress.step, settings.steps, loss.item(), meter.rate, left))
        if progress.step % _CHECKPOINT == 0 and progress.step < settings.steps:
            keep()
    scores = keep()
    log.close()
    arrays = {name: value.cpu().numpy().astype(np.float32) for name, value in network.state_dict().items()}
    made = {**conditions, "validation": {synth: score._asdict() for synth, score in scores.items()}}
    write_surrogate(output, arrays, synths, settings.blocks, made)
    return scores


def _begin_with(network: Network, weights: Weights, synths: Sequence[str]) -> None:
    """Give a network what a file has: the shared layers, and those of the synthesizers that the file knows."""
    known = {synth: number for number, synth in enumerate(weights.tables)}
    state = network.state_dict()
    for name, ours in state.items():
        part, _, rest = name.partition(".")
        if part == "means":
            theirs = [weights.arrays[name][known[s]] if s in known else ours[n].numpy() for n, s in enumerate(synths)]
            state[name] = torch.from_numpy(np.stack(theirs))
            continue
        if part in ("inputs", "levels"):
            number, _, rest = rest.partition(".")
            if (synth := synths[int(number)]) not in known:
                continue
            name_there = f"{part}.{known[synth]}.{rest}"
        else:
            name_there = name
        there = weights.arrays.get(name_there)
        if there is None or there.shape != ours.shape or weights.blocks != len(network.blocks):
            raise InputError(
                f"the file to begin with has width {len(weights.arrays['norm.weight'])} and {weights.blocks} blocks, "
                f"expected {len(network.norm.weight)} and {len(network.blocks)}; give --width and --blocks of that file"
            )
        state[name] = torch.from_numpy(there)
    network.load_state_dict(state)


def _weights() -> Tensor:
    """Share of the default note's render that each segment takes. Shape: (SEGMENTS,)."""
    return torch.from_numpy(segment_shares(Note().samples, SEGMENTS))


def _distance(difference: Tensor, weights: Tensor) -> Tensor:
    """Mean absolute difference in dB. Shape: (..., SEGMENTS, MELS) -> (...)."""
    return (difference.abs().mean(-1) * weights).sum(-1)


def _changes_loss(predicted: Tensor, sketch: Tensor, first: int, weights: Tensor) -> Tensor:
    """How wrong the changes from a neighbourhood's member `first` to the others are in direction, and a little in size.

    The search asks for the change that a step makes. It is small beside the error of a sketch, so that training on
    sketches alone learns little of it.
    """
    each = weights.sqrt()[:, None]
    changes = []
    for values in (predicted, sketch):
        neighbourhood = values.view(-1, MEMBERS, SEGMENTS, MELS)
        changes.append(((neighbourhood - neighbourhood[:, first : first + 1]) * each).flatten(2))
    ours, real = changes
    size = real.norm(dim=2)
    direction = (ours * real).sum(2) / ((ours.norm(dim=2) + _QUIET / 2) * (size + _QUIET / 2))
    apart = (ours - real).square().sum(2) / (size.square() + (4 * _QUIET) ** 2)
    return ((1.0 - direction) * (size > _QUIET)).mean() + 0.1 * apart.clamp(max=4.0).mean()


@torch.no_grad()
def _validate(network: Network, data: Prepared, weights: Tensor) -> Validation:
    errors, constants, directions = [], [], []
    for start in range(0, len(data.validation), 50):
        numbers, levels, sketch = data.batch(data.validation[start : start + 50], weights.device)
        predicted = network(numbers, levels, data.number)
        errors.append(_distance(predicted - sketch, weights))
        constants.append(_distance(data.mean.to(weights.device) - sketch, weights))
        neighbourhoods = (values.view(-1, MEMBERS, SEGMENTS * MELS) for values in (predicted, sketch))
        ours, real = (neighbourhood[:, 1:] - neighbourhood[:, :1] for neighbourhood in neighbourhoods)
        audible = real.abs().mean(2) > 0.3
        cosine = (ours * real).sum(2) / (ours.norm(dim=2) * real.norm(dim=2) + 1e-6)
        directions.append(cosine[audible])
    return Validation(*(float(torch.cat(values).mean()) for values in (errors, constants, directions)))
