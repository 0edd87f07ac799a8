"""Models of a package of one's own that do not fit: said in one line, before they are trained."""

import sys
from pathlib import Path

import pytest

from synthmatch.dataset.reader import Dataset
from synthmatch.errors import InputError
from synthmatch.models.base import ModelConfig
from synthmatch.models.registry import model_class, model_folder
from synthmatch.models.weights import build_model, save_model
from synthmatch.training.loop import train
from synthmatch.training.settings import TrainSettings

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, where modules are found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


def written(place: Path, module: str, body: str) -> str:
    """The name of a model that is a regression but for some lines of its class."""
    (place / f"{module}.py").write_text(
        "from synthmatch.models.base import Model\nfrom synthmatch.models.regression import Regression\n"
        f"class Own(Regression):\n    name = '{module}:Own'\n{body}"
    )
    return f"{module}:Own"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("    def estimate(self, mels, synth): return super().estimate(mels, synth)[:, 1:]\n", "expected (1, 411)"),
        ("    def estimate(self, mels, synth): return super().estimate(mels, synth) + 9\n", "outside 0..1"),
        ("    def estimate(self, mels, synth): return None\n", "estimates NoneType"),
        ("    def losses(self, batch, kl_share, generator): return 1\n", "gives int as losses, expected Losses"),
    ],
)
def test_a_model_that_does_not_fit_is_told(body: str, words: str, place: Path, dataset: Dataset) -> None:
    """Catches a training of hours whose answers nothing can use, and a traceback."""
    name = written(place, f"own_{place.name}", body)
    model_class(name)
    with pytest.raises(InputError) as told:
        train(dataset, TrainSettings(name, epochs=1), place / "run")
    assert words in str(told.value)


def test_a_class_that_is_not_whole_is_told(place: Path, dataset: Dataset) -> None:
    """Catches a traceback for a method that was forgotten, the first mistake of whoever writes a model."""
    (place / "half.py").write_text(
        "from synthmatch.models.base import Model\nclass Half(Model):\n    name = 'half:Half'\n"
    )
    with pytest.raises(InputError, match="half:Half lacks estimate, losses, validation"):
        train(dataset, TrainSettings("half:Half", epochs=1), place / "run")
    (place / "broken.py").write_text("class Broken(:\n")
    with pytest.raises(InputError, match=r"broken.py is no Python in line 1"):
        model_class("broken:Broken")


def test_a_folder_of_another_class_is_refused(place: Path) -> None:
    """Catches answers of another model than the one that was named."""
    name = written(place, "named", "")
    save_model(place / "run", build_model("regression", ("dexed",), ModelConfig()), {})
    with pytest.raises(InputError, match="is of the model regression, not of named:Own"):
        model_folder(Path(f"{name}={place / 'run'}"))
