"""What training does where it is asked for: sounds like recordings, a loss of what is heard, a note that is told."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from synthmatch.dataset.reader import Dataset
from synthmatch.errors import InputError
from synthmatch.models.base import Batch, Losses, Model, ModelConfig
from synthmatch.models.estimator import Estimator
from synthmatch.models.registry import model_class
from synthmatch.note import Note
from synthmatch.training.loop import train
from synthmatch.training.settings import TrainSettings

pytestmark = pytest.mark.usefixtures("one_thread")

SETTINGS = TrainSettings("j-s", ModelConfig(latent_size=4), batch_size=8, epochs=1)


@pytest.mark.parametrize("model", ["regression", "flow-matching"])
def test_a_model_learns_as_recordings_sound_and_is_told_the_note(
    model: str, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches settings that reach no step, validation that hears another note's spectrogram, and a model that is told the note
    in training alone.
    """
    heard: list[Batch] = []
    kind = model_class(model)
    learn = kind.losses

    def losses(self: Model, batch: Batch, kl_share: float, generator: torch.Generator) -> Losses:
        heard.append(batch)
        return learn(self, batch, kl_share, generator)

    checked: list[Tensor] = []
    check = kind.validation

    def validation(self: Model, mels: Tensor, encoded: Tensor, synth: str, audible: Tensor) -> dict[str, Tensor]:
        checked.append(audible)
        return check(self, mels, encoded, synth, audible)

    monkeypatch.setattr(kind, "losses", losses)
    monkeypatch.setattr(kind, "validation", validation)
    settings = replace(SETTINGS, model=model, augment=True, audible=True, note=True)
    train(dataset, settings, tmp_path)
    pitch = int(heard[0].pitches[0])
    assert heard[0].audible.keys() == heard[0].encoded.keys()
    assert not checked[0].all()
    assert heard[0].mels[:, pitch, 0].eq(1).all()
    asked: list[Tensor] = []
    draw = kind.draw

    def drawn(self: Model, mels: Tensor, *others: Any) -> Tensor:
        asked.append(mels)
        return draw(self, mels, *others)

    monkeypatch.setattr(kind, "draw", drawn)
    audio = np.random.default_rng(0).standard_normal((1, 44_100)).astype(np.float32)
    estimator = Estimator(tmp_path)
    assert estimator.estimate(audio, Note(36), dataset.synths[0], 1, np.random.default_rng(0))
    assert asked[0][0, :, 0].nonzero().tolist() == [[36]]
    with pytest.raises(InputError, match="--note"):
        estimator.presets(np.zeros((1, 4)), dataset.synths[0])


def test_a_run_from_before_an_option_goes_on(dataset: Dataset, tmp_path: Path) -> None:
    """Catches an option that is off and yet makes another run of it, and one that is on and does not."""
    train(dataset, SETTINGS, tmp_path)
    names = json.loads((tmp_path / "config.json").read_text())["settings"].keys()
    assert not names & {"augment", "audible", "note"}
    with pytest.raises(InputError, match="augment"):
        train(dataset, replace(SETTINGS, augment=True), tmp_path)


def test_a_paper_counts_every_parameter(dataset: Dataset, tmp_path: Path) -> None:
    """Catches an option that a model does not know and leaves out without a word."""
    with pytest.raises(InputError, match="j-s counts every parameter"):
        train(dataset, replace(SETTINGS, audible=True), tmp_path)
