"""A model of whole rows: the notes of a preset are channels, and one spectrogram stands for all."""

from pathlib import Path

import pytest
import torch

from synthmatch.features.mel import FRAMES, MELS
from synthmatch.models.base import Batch, ModelConfig
from synthmatch.models.vae_flow import VaeFlow
from synthmatch.models.weights import build_model, load_model, save_model
from synthmatch.synths.registry import get_synth

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def model() -> VaeFlow:
    """For amsynth at three notes."""
    torch.manual_seed(0)
    built = build_model("vae-flow", ("amsynth",), ModelConfig(latent_size=4), 3)
    assert isinstance(built, VaeFlow)
    return built.eval()


def test_every_note_is_heard(model: VaeFlow) -> None:
    """Catches notes that are lost, or items whose notes are mixed with another's, on the way through one encoder."""
    rows = torch.rand(2, 3, MELS, FRAMES)
    mean, _ = model.encode(rows, "amsynth")
    alone = torch.cat([model.encode(row[None], "amsynth")[0] for row in rows])
    torch.testing.assert_close(mean, alone)
    for note in range(3):
        changed = rows.clone()
        changed[0, note] = 0
        other, _ = model.encode(changed, "amsynth")
        assert not torch.allclose(other[0], mean[0])
        torch.testing.assert_close(other[1], mean[1])
    assert model.reconstruct(mean, "amsynth").shape == rows.shape


def test_one_spectrogram_stands_for_all(model: VaeFlow, tmp_path: Path) -> None:
    """Catches a recording that fills one channel only, and a file that forgets how many notes there are."""
    mels = torch.rand(2, MELS, FRAMES)
    one, _ = model.encode(mels, "amsynth")
    each, _ = model.encode(mels[:, None].expand(-1, 3, -1, -1), "amsynth")
    torch.testing.assert_close(one, each)
    save_model(tmp_path, model, {})
    back = load_model(tmp_path)
    assert back.notes == 3
    torch.testing.assert_close(back.estimate(mels, "amsynth"), model.estimate(mels, "amsynth"), rtol=0, atol=0)


def test_its_losses_count_every_note(model: VaeFlow) -> None:
    """Catches a reconstruction that is compared with one note."""
    mels = torch.rand(2, 3, MELS, FRAMES)
    encoded = torch.from_numpy(get_synth("amsynth").space.encode(get_synth("amsynth").space.default))[None]
    batch = Batch(
        mels, {"amsynth": torch.arange(2)}, {"amsynth": encoded.expand(2, -1)}, torch.full(mels.shape[:-2], 60)
    )
    losses = model.losses(batch, 0.0, torch.Generator().manual_seed(0))
    assert losses.spectrogram is not None
    halved = batch._replace(mels=torch.cat([mels[:, :2], torch.zeros(2, 1, MELS, FRAMES)], dim=1))
    other = model.losses(halved, 0.0, torch.Generator().manual_seed(0))
    assert other.spectrogram is not None
    # a sigmoid near a half misses zeros by three times as much as it misses uniform noise
    assert float(other.spectrogram) > 1.3 * float(losses.spectrogram)
