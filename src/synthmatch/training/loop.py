"""Training, from top to bottom: data in; a folder with the best weights, checkpoints and a file of metrics out.

A run that is killed and started again with the same arguments goes on after its last whole epoch and, on one kind of
machine with the same number of threads, comes to the same numbers.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.optim.lr_scheduler import ReduceLROnPlateau

from synthmatch.dataset.prefetch import prefetch
from synthmatch.dataset.reader import Dataset
from synthmatch.errors import InputError, TrainingError
from synthmatch.models.base import Batch, Losses, Model
from synthmatch.models.pitch_conditioning import with_note
from synthmatch.models.registry import model_class
from synthmatch.models.weights import build_model, save_model
from synthmatch.training.answers import check_answers
from synthmatch.training.augment import augmented
from synthmatch.training.batches import reader_of
from synthmatch.training.checkpoint import FILE, Progress, load_checkpoint, save_checkpoint
from synthmatch.training.compiler import keep_compiler_files
from synthmatch.training.log import MetricsLog
from synthmatch.training.memory import keep_freed_memory
from synthmatch.training.meter import Meter, Pace
from synthmatch.training.settings import TrainSettings
from synthmatch.training.validation import validate

#: Batches read ahead.
_AHEAD = 4


class Trained(NamedTuple):
    """The best model of a run, the validation loss of each of its parts, and the epochs it took."""

    model: Model
    best: list[float]
    epochs: int


def train(  # noqa: PLR0912, PLR0915 - one script, to be read from top to bottom
    dataset: Dataset,
    settings: TrainSettings,
    folder: Path,
    *,
    device: str = "",
    tensorboard: bool = False,
    report: Callable[[Pace], None] | None = None,
) -> Trained:
    """Train a model on all synthesizers of a data set, or go on where the folder's run was.

    `device`: as `usable_device` takes it. After each epoch the folder has ``model.safetensors`` and
    ``config.json`` of the weights that validated best so far. Raises `TrainingError` where a loss is not a number, `InputError`
    where the folder has a run under other settings or the data set has no items, `OutputError` where the folder cannot
    be written.
    """
    where = usable_device(device)
    if where.type == "cpu":
        keep_freed_memory()
    else:
        # every batch but an epoch's last has the same shape, so a search for the fastest convolutions pays
        torch.backends.cudnn.benchmark = True
    if settings.audible and not model_class(settings.model).weighs_audible:
        raise InputError(
            f"{settings.model} counts every parameter, as its source does; train it without --audible, or another model with"
        )
    training, validation = dataset.split("train"), dataset.split("validation")
    for number, synth in enumerate(dataset.synths):
        counts = [int((subset.synth_index == number).sum()) for subset in (training, validation)]
        if not all(counts):
            raise InputError(
                f"the data set has {counts[0]} items of {synth} to train with and {counts[1]} to validate; generate more"
            )

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        notes = len(dataset.spec.pitches)
        model = build_model(settings.model, dataset.synths, settings.config, notes).to(where)
        if ":" in settings.model:
            check_answers(model)
    keep_compiler_files()
    # fused: each weight is read and written once a step, and on a CPU that is what Adam costs
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate, fused=True)
    plateau = _plateau(model, optimizer)
    noise = torch.Generator(where).manual_seed(settings.seed)
    parts = model.parts()
    progress, best = Progress(0, 0, [math.inf] * len(parts), [0] * len(parts)), _weights(model)

    conditions = {"settings": settings.named(), "data": dataset.fingerprint, "synths": list(dataset.synths)}
    if found := load_checkpoint(folder, conditions):
        state, progress = found
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        if plateau:
            plateau.load_state_dict(state["plateau"])
        noise.set_state(state["noise"])
        best = state["best"]

    def about() -> dict[str, Any]:
        return {**conditions, "validation": progress.best, "epochs": progress.epoch}

    log = MetricsLog(folder, progress.step, tensorboard=tensorboard)
    read = reader_of(training, where, audible=settings.audible)
    read_validation = reader_of(validation, where, audible=settings.audible)

    while progress.epoch < settings.epochs and min(progress.waited) < settings.patience:
        # the order of an epoch depends on the seed and the epoch alone
        shuffled = np.random.default_rng([settings.seed, progress.epoch])
        order = list(training.batches(settings.batch_size, shuffled, model.one_synth, model.whole_rows))
        whole_epoch = len(order)
        if model.one_synth:
            # a part that has ended is not stored any more, and the others do not depend on it
            ended = [
                synths
                for (synths, _), waited in zip(parts, progress.waited, strict=True)
                if waited >= settings.patience
            ]
            over = [dataset.synths.index(synth) for synths in ended for synth in synths]
            order = [items for items in order if training.synth_index[items.flat[0]] not in over]
        meter = Meter()
        _warm_up(model, optimizer, settings.learning_rate, progress.epoch)
        model.train()
        for done, batch in enumerate(meter.waiting(prefetch(map(read, order), _AHEAD))):
            begun = progress.epoch * whole_epoch + done
            kl_share = min(1.0, begun / max(settings.warmup_epochs * whole_epoch, 1))
            model.epochs = begun / whole_epoch
            losses = model.losses(_heard(batch, settings, noise), kl_share, noise)
            if not isinstance(losses, Losses):
                raise InputError(f"the model {settings.model} gives {type(losses).__name__} as losses, expected Losses")
            loss = losses.total.item()
            if not math.isfinite(loss):
                log.close()
                raise TrainingError(_not_finite(loss, progress, folder))
            optimizer.zero_grad(set_to_none=True)
            losses.total.backward()
            optimizer.step()

            progress.step += 1
            meter.examples += len(batch.mels)
            numbers = {name: value.item() for name, value in losses._asdict().items() if value is not None}
            log.write(progress.step, {"epoch": progress.epoch, **numbers, "examples_per_second": round(meter.rate, 1)})
            if report:
                left = settings.epochs * len(order) - progress.step
                steps = progress.step + left
                seconds = left * settings.batch_size / meter.rate
                report(Pace(progress.epoch, settings.epochs, progress.step, steps, loss, meter.rate, seconds))
        progress.epoch += 1

        scores = validate(model, validation, settings.batch_size, read_validation, note=settings.note)
        for number, (synths, prefixes) in enumerate(parts):
            if progress.waited[number] >= settings.patience:
                continue  # trained alone, it would have ended
            score = float(np.mean([sum(scores[synth].values()) for synth in synths]))
            progress.waited[number] += progress.epoch > model.rises
            if score < progress.best[number] * (1 - settings.tolerance):
                progress.best[number], progress.waited[number] = score, 0
                best |= {name: value for name, value in _weights(model).items() if name.startswith(prefixes)}
        if plateau:
            plateau.step(float(np.mean([sum(losses.values()) for losses in scores.values()])))
        speed = {"examples_per_second": round(meter.rate, 1), "waited": round(meter.waited, 4)}
        log.write(progress.step, {"epoch": progress.epoch, "validation": scores, **speed})
        state = {
            "model": _weights(model),
            "optimizer": optimizer.state_dict(),
            "noise": noise.get_state(),
            "best": best,
        } | ({"plateau": plateau.state_dict()} if plateau else {})
        save_checkpoint(folder, state, progress, conditions)
        # whoever stops here has a model
        save_model(folder, model, about(), best)

    log.close()
    model.load_state_dict(best)
    save_model(folder, model.eval(), about())
    return Trained(model, progress.best, progress.epoch)


def usable_device(name: str) -> torch.device:
    """A device of torch by name, by default a GPU where there is one. Raises `InputError` for one that this torch cannot use."""
    name = name or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(name)
        torch.zeros(1, device=found)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"device is {name!r}, which this torch cannot use ({reason}); give cpu, or none") from None
    return found


def _plateau(model: Model, optimizer: torch.optim.Optimizer) -> ReduceLROnPlateau | None:
    """What lowers the learning rate where the model's source does."""
    if model.schedule is None:
        return None
    patience = model.schedule.patience
    return ReduceLROnPlateau(optimizer, factor=model.schedule.factor, patience=patience, cooldown=patience)


def _warm_up(model: Model, optimizer: torch.optim.Optimizer, rate: float, epoch: int) -> None:
    """Set the learning rate of an early epoch, and of the first one after them."""
    if model.schedule is None or epoch > model.schedule.warmup_epochs:
        return
    start = model.schedule.start
    for group in optimizer.param_groups:
        group["lr"] = rate * (start + (1 - start) * epoch / model.schedule.warmup_epochs)


def _heard(batch: Batch, settings: TrainSettings, noise: torch.Generator) -> Batch:
    """A batch as the model is to hear it."""
    mels = augmented(batch.mels, noise) if settings.augment else batch.mels
    return batch._replace(mels=with_note(mels, batch.pitches) if settings.note else mels)


def _weights(model: Model) -> dict[str, Tensor]:
    """A copy that training does not change."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def _not_finite(loss: float, progress: Progress, folder: Path) -> str:
    kept = (
        f"the checkpoint of epoch {progress.epoch} is kept in {folder / FILE}" if progress.epoch else "nothing is kept"
    )
    return f"the loss is {loss} at step {progress.step}; {kept}; lower the learning rate"
