"""Training on real renders: it learns, resumes to the same numbers, stops when it should, and loses nothing."""

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from synthmatch.dataset.reader import Dataset
from synthmatch.errors import InputError, MissingExtraError, OutputError, TrainingError
from synthmatch.models.auto_encoder import AutoEncoder
from synthmatch.models.base import Batch, Losses, Model, ModelConfig, Schedule
from synthmatch.models.joint_separate import JointSeparate
from synthmatch.models.separate import Separate
from synthmatch.models.vae_flow import VaeFlow
from synthmatch.models.weights import load_model
from synthmatch.training import checkpoint, loop
from synthmatch.training.batches import batch_of
from synthmatch.training.loop import train
from synthmatch.training.settings import TrainSettings

pytestmark = pytest.mark.usefixtures("one_thread")

SETTINGS = TrainSettings("j-s", ModelConfig(latent_size=4), batch_size=8, epochs=3, patience=3, warmup_epochs=2)


def weights(model: Model) -> list[Tensor]:
    """All of them, with running statistics."""
    return list(model.state_dict().values())


def lines(folder: Path) -> list[dict[str, float]]:
    """Of the metrics file, without what depends on the clock."""
    told = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if k not in ("examples_per_second", "waited")} for line in told]


@pytest.mark.parametrize("name", ["j-s", "vae-flow"])
def test_a_run_that_was_cut_comes_to_the_same_numbers(name: str, dataset: Dataset, tmp_path: Path) -> None:
    """Catches a checkpoint that forgets the optimizer, its learning rate, the noise, the order of the data or the best weights."""
    settings = replace(SETTINGS, model=name)
    whole = train(dataset, settings, tmp_path / "whole")
    stops = iter([4, 7])

    def stop_at(limit: int) -> None:
        with pytest.raises(KeyboardInterrupt):
            train(dataset, settings, tmp_path / "cut", report=lambda pace: interrupt(pace.step >= limit))

    for limit in stops:
        stop_at(limit)
    again = train(dataset, settings, tmp_path / "cut")
    assert again.best == whole.best
    for a, b in zip(weights(again.model), weights(whole.model), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
    assert lines(tmp_path / "cut") == lines(tmp_path / "whole")
    for a, b in zip(weights(load_model(tmp_path / "cut")), weights(whole.model), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)


def interrupt(now: bool) -> None:
    """Ctrl-C."""
    if now:
        raise KeyboardInterrupt


def test_a_finished_run_goes_on_for_more_epochs(dataset: Dataset, tmp_path: Path) -> None:
    """Catches a finished run that must begin again to be trained longer, and one that comes to other numbers so."""
    whole = train(dataset, SETTINGS, tmp_path / "whole")
    train(dataset, replace(SETTINGS, epochs=1), tmp_path / "parts")
    longer = train(dataset, SETTINGS, tmp_path / "parts")
    assert (longer.epochs, longer.best) == (SETTINGS.epochs, whole.best)
    with pytest.raises(InputError, match="has a run with seed 0, got 1; use another folder"):
        train(dataset, replace(SETTINGS, seed=1), tmp_path / "parts")


def test_a_stopped_run_is_a_model(dataset: Dataset, tmp_path: Path) -> None:
    """Catches best weights that are in a checkpoint alone until the run ends, or the latest in their place."""
    whole = train(dataset, replace(SETTINGS, epochs=1), tmp_path / "whole")
    steps = 3 * whole_epoch_steps(tmp_path / "whole") // 2
    with pytest.raises(KeyboardInterrupt):
        train(dataset, SETTINGS, tmp_path / "cut", report=lambda pace: interrupt(pace.step >= steps))
    for a, b in zip(weights(load_model(tmp_path / "cut")), weights(whole.model), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)


def whole_epoch_steps(folder: Path) -> int:
    """Steps of a run of one epoch."""
    return max(int(line["step"]) for line in lines(folder))


def test_the_loss_falls(dataset: Dataset, tmp_path: Path) -> None:
    """Catches a loop that steps without learning, and a log without its steps."""
    train(dataset, replace(SETTINGS, learning_rate=1e-3, epochs=6, patience=6), tmp_path)
    losses = [line["total"] for line in lines(tmp_path) if "total" in line]
    steps = [line["step"] for line in lines(tmp_path) if "total" in line]
    assert steps == list(range(1, len(steps) + 1))
    assert np.mean(losses[-3:]) < 0.77 * losses[0]  # measured: 46 % less


def test_a_row_is_one_example_with_all_its_notes(two_notes: Dataset, tmp_path: Path) -> None:
    """Catches notes that are mixed up between batch, validation and weights, or a row that counts once a note."""
    settings = replace(SETTINGS, model="vae-flow", epochs=1)
    trained = train(two_notes, settings, tmp_path)
    assert trained.model.notes == load_model(tmp_path).notes == 2
    rows = len(two_notes.split("train")) // 2
    assert [line["step"] for line in lines(tmp_path) if "total" in line] == list(range(1, -(-rows // 8) + 1))
    batch = batch_of(two_notes.split("train"), np.array([[2, 3], [0, 1]]))
    assert batch.mels.shape[:2] == (2, 2)
    assert torch.equal(batch.mels[1, 1], torch.from_numpy(two_notes.split("train").mels(np.array([1])))[0])
    assert torch.equal(
        batch.encoded["dexed"], torch.from_numpy(np.stack(two_notes.split("train").encoded(np.array([3, 0]))))
    )


def test_a_part_that_has_ended_is_trained_no_further(
    two_synths: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches time spent on what is thrown away, and a part that stands still because another has ended."""
    scores = iter([1.0, 2.0, 2.0, 2.0])

    def validate(model: Model, *_: object, note: bool) -> dict[str, dict[str, float]]:
        value = next(scores)
        return {"dexed": {"spectrogram": value}, "amsynth": {"spectrogram": 1.0 / value}}

    seen: list[tuple[int, str]] = []

    def losses(self: Separate, batch: Batch, kl_share: float, generator: torch.Generator) -> Losses:
        seen.append((len(seen), next(iter(batch.rows))))
        return AutoEncoder.losses(self, batch, kl_share, generator)

    monkeypatch.setattr(loop, "validate", validate)
    monkeypatch.setattr(Separate, "losses", losses)
    train(two_synths, replace(SETTINGS, model="s-s", epochs=3, patience=1), tmp_path)
    epochs = [line["epoch"] for line in lines(tmp_path) if "total" in line]
    trained = [{synth for (_, synth), at in zip(seen, epochs, strict=True) if at == epoch} for epoch in range(3)]
    assert trained == [{"dexed", "amsynth"}, {"dexed", "amsynth"}, {"amsynth"}]


def test_it_stops_when_validation_does_not_improve(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches early stopping that counts from the wrong epoch, and weights that are not the best ones."""
    scores = iter([3.0, 1.0, 2.0, 2.0, 0.5])
    best: list[list[Tensor]] = []

    def validate(model: Model, *_: object, note: bool) -> dict[str, dict[str, float]]:
        best.append([w.clone() for w in weights(model)])
        return {"dexed": {"parameters": next(scores)}}

    monkeypatch.setattr(loop, "validate", validate)
    trained = train(dataset, replace(SETTINGS, epochs=9, patience=2), tmp_path)
    assert (trained.epochs, trained.best) == (4, [1.0])
    for a, b in zip(weights(load_model(tmp_path)), best[1], strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)


def test_the_learning_rate_follows_its_schedule(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a warm-up that never ends, and a plateau that lowers nothing or is forgotten by the checkpoint."""
    monkeypatch.setattr(loop, "validate", lambda *_, note: {"dexed": {"parameters": 1.0}})
    monkeypatch.setattr(VaeFlow, "schedule", Schedule(2, 0.1, 0.2, 1))
    rates = []
    for epochs in range(1, 7):
        train(dataset, replace(SETTINGS, model="vae-flow", epochs=epochs, patience=9), tmp_path)
        kept = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
        rates.append(kept["state"]["optimizer"]["param_groups"][0]["lr"] / SETTINGS.learning_rate)
    # two epochs of rise; validation never improves, and the rate is lowered after two epochs, a pause, and two more
    assert rates == pytest.approx([0.1, 0.55, 0.2, 0.2, 0.2, 0.04])


def test_it_does_not_end_while_a_loss_still_rises(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a training that ends before a part of its loss has begun to count."""
    monkeypatch.setattr(loop, "validate", lambda *_, note: {"dexed": {"parameters": 1.0}})
    monkeypatch.setattr(JointSeparate, "rises", 2)
    assert train(dataset, replace(SETTINGS, epochs=9, patience=1), tmp_path).epochs == 3


def test_small_gains_count_once_they_add_up(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a tolerance against the last epoch in place of the best one, by which slow learning never counts."""
    scores = iter([1.0, 0.95, 0.91, 0.85, 0.84, 0.83, 0.5])
    monkeypatch.setattr(loop, "validate", lambda *_, **__: {"dexed": {"parameters": next(scores)}})
    trained = train(dataset, replace(SETTINGS, epochs=9, patience=2, tolerance=0.08), tmp_path)
    assert (trained.epochs, trained.best) == (5, [0.91])


def test_parts_that_share_nothing_stop_by_themselves(
    two_synths: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches one synthesizer's model that keeps another epoch than it would alone."""
    scores = iter([(3.0, 3.0), (1.0, 2.0), (2.0, 1.0), (2.0, 2.0), (0.5, 2.0)])
    kept: list[dict[str, Tensor]] = []

    def validate(model: Model, *_: object, note: bool) -> dict[str, dict[str, float]]:
        kept.append({name: w.clone() for name, w in model.state_dict().items()})
        return {synth: {"parameters": score} for synth, score in zip(model.synths, next(scores), strict=True)}

    monkeypatch.setattr(loop, "validate", validate)
    trained = train(two_synths, replace(SETTINGS, model="s-s", epochs=5, patience=2), tmp_path)
    assert (trained.epochs, trained.best) == (5, [1.0, 1.0])
    for name, weight in load_model(tmp_path).state_dict().items():
        epoch = 1 if ".0." in name.split("decoders")[-1][:3] or name.startswith("encoders.0.") else 2
        torch.testing.assert_close(weight, kept[epoch][name], rtol=0, atol=0)


def test_a_loss_that_is_no_number_stops_it(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a run that goes on with NaN weights and overwrites its last good checkpoint."""
    train(dataset, replace(SETTINGS, epochs=1), tmp_path)
    kept = (tmp_path / checkpoint.FILE).read_bytes()
    losses = AutoEncoder.losses

    def broken(self: AutoEncoder, batch: Batch, kl_share: float, generator: torch.Generator) -> Losses:
        return losses(self, batch, kl_share, generator)._replace(total=torch.tensor(math.nan, requires_grad=True))

    monkeypatch.setattr(AutoEncoder, "losses", broken)
    with pytest.raises(TrainingError, match=r"the loss is nan at step 0; nothing is kept"):
        train(dataset, SETTINGS, tmp_path / "new")
    with pytest.raises(TrainingError, match=r"the checkpoint of epoch 1 is kept"):
        train(dataset, SETTINGS, tmp_path)
    assert (tmp_path / checkpoint.FILE).read_bytes() == kept


def test_a_full_disk_keeps_the_checkpoint_before(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a checkpoint that is cut where the disk is full."""

    def full(path: Path, contents: bytes, *, force: bool) -> None:
        raise OutputError(f"cannot write {path}: No space left on device; choose another folder or free space")

    with pytest.raises(KeyboardInterrupt):
        train(dataset, SETTINGS, tmp_path, report=lambda pace: interrupt(pace.epoch == 1))
    kept = (tmp_path / checkpoint.FILE).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "write_whole", full)
        with pytest.raises(OutputError, match="No space left"):
            train(dataset, SETTINGS, tmp_path)
    assert (tmp_path / checkpoint.FILE).read_bytes() == kept
    assert train(dataset, SETTINGS, tmp_path).epochs == SETTINGS.epochs


def test_a_damaged_checkpoint_is_told(dataset: Dataset, tmp_path: Path) -> None:
    """Catches a traceback of the unpickler."""
    (tmp_path / checkpoint.FILE).write_bytes(b"PK\x03\x04 not a checkpoint")
    with pytest.raises(InputError, match="damaged"):
        train(dataset, SETTINGS, tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"batch_size": 0}, {"epochs": 0}, {"learning_rate": 0.0}, {"seed": -1}],
)
def test_settings_of_no_use_are_refused(change: dict[str, object]) -> None:
    """Catches a run that ends in a traceback far from its cause."""
    with pytest.raises(InputError, match="expected"):
        replace(SETTINGS, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"latent_size": 0}, {"latent_size": 10_000}, {"kl_weight": -1.0}])
def test_models_of_no_use_are_refused(change: dict[str, float]) -> None:
    """Catches the same of a model, and a file that asks for more memory than there is."""
    with pytest.raises(InputError, match="expected"):
        ModelConfig(**change)  # type: ignore[arg-type]


def test_tensorboard_is_asked_for_by_name(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a traceback where the optional package is missing."""
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    monkeypatch.delitem(sys.modules, "torch.utils.tensorboard", raising=False)
    with pytest.raises(MissingExtraError, match="pip install tensorboard"):
        train(dataset, SETTINGS, tmp_path, tensorboard=True)
