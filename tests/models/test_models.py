"""What every registered model keeps: shapes, masks, isolated gradients, padding, files, and that it can learn."""

import json
import sys
from pathlib import Path

import pytest
import torch
from model_batch import CONFIG_8, SYNTHS, batch_of

from synthmatch.errors import InputError
from synthmatch.features.mel import FRAMES, MELS
from synthmatch.models.auto_encoder import AutoEncoder
from synthmatch.models.base import Batch, Model
from synthmatch.models.joint_joint import JointJoint
from synthmatch.models.joint_separate import JointSeparate
from synthmatch.models.registry import model_class, model_names
from synthmatch.models.separate import Separate
from synthmatch.models.weights import CONFIG, WEIGHTS, build_model, load_model, save_model
from synthmatch.note import PROTOCOLS
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth

pytestmark = pytest.mark.usefixtures("one_thread")

#: Steps in which a batch is learned, where not 40: transformers take few and slow ones; a linear layer that reads a preset
#: from eight numbers takes many.
STEPS = {"ast": 12, "flow-regression": 100}


@pytest.fixture(params=model_names())
def model(request: pytest.FixtureRequest) -> Model:
    """A new model of each kind, over all synthesizers."""
    torch.manual_seed(0)
    built = build_model(request.param, SYNTHS, CONFIG_8)
    built.epochs = built.rises
    return built


@pytest.fixture(params=[name for name in model_names() if issubclass(model_class(name), AutoEncoder)])
def auto_encoder(request: pytest.FixtureRequest) -> AutoEncoder:
    """A new model of each kind that has a latent."""
    torch.manual_seed(0)
    built = build_model(request.param, SYNTHS, CONFIG_8)
    assert isinstance(built, AutoEncoder)
    return built


def batch_for(model: Model, count: int) -> Batch:
    """A batch that the model takes."""
    return heard_by(
        model, batch_of([SYNTHS[0]] * count if model.one_synth else [SYNTHS[i % len(SYNTHS)] for i in range(count)])
    )


def heard_by(model: Model, batch: Batch) -> Batch:
    """The batch with its spectrograms as the channel of one note, for a model of whole rows."""
    return batch._replace(mels=batch.mels[:, None]) if model.whole_rows else batch


def test_it_gives_presets_of_every_synth(model: Model) -> None:
    """Catches outputs of another width than the encoding, and values outside it."""
    mels = torch.rand(2, MELS, FRAMES)
    for synth in SYNTHS:
        encoded = model.eval().estimate(mels, synth)
        assert encoded.shape == (2, get_synth(synth).space.encoded_width)
        assert 0 <= float(encoded.min()) <= float(encoded.max()) <= 1


def test_a_joint_latent_does_not_depend_on_the_synth(auto_encoder: AutoEncoder) -> None:
    """Catches a joint model that must be told which synthesizer made a sound."""
    mels = torch.rand(1, MELS, FRAMES)
    latents = [auto_encoder.eval().encode(mels, synth)[0] for synth in SYNTHS]
    alike = all(torch.equal(latent, latents[0]) for latent in latents)
    assert alike != auto_encoder.one_synth


def heads_of(model: Model) -> torch.nn.ModuleList:
    """What gives the presets of each synthesizer, in their order."""
    found = model.get_submodule("parameter_decoders" if isinstance(model, Separate | JointSeparate) else "heads")
    assert isinstance(found, torch.nn.ModuleList)
    return found


@pytest.mark.parametrize("made_by", SYNTHS)
@pytest.mark.parametrize("name", [name for name in model_names() if not issubclass(model_class(name), JointJoint)])
def test_only_the_maker_learns(name: str, made_by: str) -> None:
    """Catches a mask that lets another synthesizer's decoder learn: its gradient is exactly 0."""
    torch.manual_seed(0)
    model = build_model(name, SYNTHS, CONFIG_8)
    model.epochs = model.rises
    batch = heard_by(model, batch_of([made_by, made_by]))
    model.losses(batch, 1.0, torch.Generator().manual_seed(0)).total.backward()
    for other, head in zip(SYNTHS, heads_of(model), strict=True):
        moved = [p.grad is not None and bool(p.grad.any()) for p in head.parameters()]
        assert moved, other
        assert set(moved) == {other == made_by}, other


def test_the_masked_mean_is_the_papers() -> None:
    """Catches J-S counting only a decoder's own items where the paper's mean counts masked ones as right."""
    torch.manual_seed(0)
    model = build_model("j-s", SYNTHS, CONFIG_8)
    assert isinstance(model, JointSeparate)
    batch = batch_of([*SYNTHS, SYNTHS[0]])
    latent = torch.randn(len(batch.mels), 8)
    wanted = torch.zeros(())
    for synth in SYNTHS:
        mask = torch.zeros(len(batch.mels), 1)
        mask[batch.rows[synth]] = 1.0
        truth = torch.zeros(len(batch.mels), model.widths[synth])
        truth[batch.rows[synth]] = batch.encoded[synth]
        wanted = wanted + (model.decode(latent, synth) * mask - truth).square().mean()
    torch.testing.assert_close(model.parameter_loss(latent, batch), wanted)


@pytest.mark.parametrize("name", ["s-s", "j-s", "j-j"])
def test_the_divergence_is_that_of_the_normal_distributions(name: str) -> None:
    """Catches a KL term of the wrong sign or scale: against torch's own."""
    torch.manual_seed(0)
    model = build_model(name, SYNTHS, CONFIG_8)
    assert isinstance(model, AutoEncoder)
    batch = batch_for(model, 3)
    losses = model.losses(batch, 1.0, torch.Generator().manual_seed(0))
    mean, log_variance = model.encode(batch.mels, next(iter(batch.rows)))
    theirs = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, torch.exp(0.5 * log_variance)), torch.distributions.Normal(0.0, 1.0)
    )
    assert losses.kl is not None
    torch.testing.assert_close(losses.kl, theirs.sum(dim=1).mean().detach(), rtol=1e-3, atol=1e-4)


def test_one_batch_can_be_learned(model: Model) -> None:
    """Catches a gradient that does not reach the encoder, or a loss that does not lead to the presets."""
    batch = batch_for(model, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    noise = torch.Generator().manual_seed(0)
    first = model.losses(batch, 1.0, noise).parameters
    for _ in range(STEPS.get(model.name, 40)):
        losses = model.losses(batch, 1.0, noise)
        optimizer.zero_grad()
        losses.total.backward()
        optimizer.step()
    assert float(losses.parameters) < 0.25 * float(first)


def test_validation_hears_no_noise(model: Model) -> None:
    """Catches a validation that draws, and so calls another epoch the best each time."""
    batch = heard_by(model, batch_of([SYNTHS[0]] * 2))
    with torch.no_grad():
        once, again = (model.eval().validation(batch.mels, batch.encoded[SYNTHS[0]], SYNTHS[0]) for _ in range(2))
    assert "parameters" in once
    assert {name: float(loss) for name, loss in once.items()} == {name: float(loss) for name, loss in again.items()}


def test_weights_come_back_the_same(model: Model, tmp_path: Path) -> None:
    """Catches running statistics or a layer that the file leaves out."""
    mels = torch.rand(2, MELS, FRAMES)
    model.losses(batch_for(model, 4), 1.0, torch.Generator().manual_seed(0))
    save_model(tmp_path, model, {"data": "none"})
    back = load_model(tmp_path)
    assert json.loads((tmp_path / CONFIG).read_text())["data"] == "none"
    for synth in SYNTHS:
        torch.testing.assert_close(back.estimate(mels, synth), model.eval().estimate(mels, synth), rtol=0, atol=0)


@pytest.mark.parametrize("synth", SYNTHS)
def test_what_it_decodes_renders(model: Model, synth: str) -> None:
    """Catches an estimate that is no legal preset."""
    instrument = get_synth(synth)
    encoded = model.eval().estimate(torch.rand(1, MELS, FRAMES), synth).numpy()
    preset = Preset(synth, instrument.space.decode(encoded)[0])
    with RenderPool(instrument, workers=1) as pool:
        (audio,) = pool.run([preset], PROTOCOLS["icassp2023"])
    assert not isinstance(audio, RenderFailure), audio
    assert audio.shape[1] == PROTOCOLS["icassp2023"].samples


def test_files_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    """Catches weights of another parameter table, cut files and other formats that load, or end in a traceback."""
    with pytest.raises(InputError, match="no trained model"):
        load_model(tmp_path)
    model = build_model("j-s", ("dexed",), CONFIG_8)
    save_model(tmp_path, model, {})
    config = json.loads((tmp_path / CONFIG).read_text())
    whole = (tmp_path / WEIGHTS).read_bytes()
    for change, message in (
        ({"tables": {"dexed": "0123456789abcdef"}}, "trained for dexed table"),
        ({"format": "synthmatch model 0"}, "another format"),
        ({"config": {**config["config"], "latent_size": 9}}, "do not fit"),
        ({"model": "x-x"}, "may not import"),
    ):
        (tmp_path / CONFIG).write_text(json.dumps(config | change))
        with pytest.raises(InputError, match=message):
            load_model(tmp_path)
    (tmp_path / CONFIG).write_text(json.dumps(config))
    (tmp_path / WEIGHTS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="do not fit"):
        load_model(tmp_path)
    (tmp_path / CONFIG).write_text("{")
    with pytest.raises(InputError, match="damaged"):
        load_model(tmp_path)


def test_an_unknown_model_is_refused() -> None:
    """Catches a KeyError in place of the list of names."""
    with pytest.raises(InputError, match="s-s, j-s, j-j"):
        model_class("vae")


def test_a_registered_model_adds_no_folder_to_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches modules of the current folder that are found by imports of all kinds, where no class of one's own is named."""
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    model_class("j-j")
    assert sys.path == before
