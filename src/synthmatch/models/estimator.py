"""A trained model at work: sounds in, presets out, for every synthesizer that it knows.

A model hears what it was trained on: the `icassp2023` protocol, a note that starts after 0.25 s in a render of 5 s. So a
target is moved there, cut or followed by silence.
"""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from synthmatch.audio import Audio
from synthmatch.errors import InputError
from synthmatch.features.mel import mel_spectrogram
from synthmatch.models.base import Model
from synthmatch.models.weights import WEIGHTS, load_model
from synthmatch.note import PROTOCOLS
from synthmatch.params import Preset
from synthmatch.synths.registry import get_synth

Floats = npt.NDArray[np.float32]

_PROTOCOL = PROTOCOLS["icassp2023"]


class Estimator:
    """A model from a training run's folder. Raises `InputError` like `load_model`.

    `fingerprint`: a short hash of its weights.
    """

    def __init__(self, folder: Path) -> None:
        self.name = folder.resolve().name
        self._model: Model = load_model(folder)
        self.fingerprint = hashlib.blake2b((folder / WEIGHTS).read_bytes(), digest_size=4).hexdigest()

    @property
    def synths(self) -> tuple[str, ...]:
        """Synthesizers that it gives presets for."""
        return self._model.synths

    @property
    def latent_size(self) -> int:
        """Numbers that describe a sound."""
        return self._model.config.latent_size

    @torch.no_grad()
    def latent(self, audio: Audio, synth: str) -> tuple[Floats, Floats]:
        """Mean and standard deviation of a sound's latent, each (latent_size,).

        `audio`: (channels, samples), from the onset on. Raises `InputError` for a synthesizer it does not know.
        """
        self._check(synth)
        mels = torch.from_numpy(mel_spectrogram(as_trained(audio)))[None]
        mean, log_variance = self._model.encode(mels, synth)
        return mean[0].numpy(), torch.exp(0.5 * log_variance)[0].numpy()

    @torch.no_grad()
    def presets(self, latents: npt.ArrayLike, synth: str) -> list[Preset]:
        """The preset of each latent, (n, latent_size). Raises `InputError` for a synthesizer it does not know."""
        self._check(synth)
        encoded = self._model.decode(torch.from_numpy(np.asarray(latents, np.float32)), synth)
        return [Preset(synth, native, self.name) for native in get_synth(synth).space.decode(encoded.numpy())]

    def estimate(self, audio: Audio, synth: str, count: int, rng: np.random.Generator) -> list[Preset]:
        """Presets for a sound, each once: first that of the latent's mean, then of draws from it; `count` or fewer."""
        mean, deviation = self.latent(audio, synth)
        drawn = mean + deviation * rng.standard_normal((count - 1, len(mean)), np.float32)
        found = {preset.key(): preset for preset in reversed(self.presets(np.vstack([mean, drawn]), synth))}
        return list(found.values())[::-1]

    def _check(self, synth: str) -> None:
        if synth not in self.synths:
            raise InputError(
                f"the model {self.name} does not know {synth}, only {', '.join(self.synths)}; choose one with --synth,"
                " or train a model with it"
            )


def as_trained(audio: Audio) -> Audio:
    """A sound where the training's renders have it: from 0.25 s on, 5 s long. Shape: (channels, samples) -> the same."""
    placed = np.zeros((len(audio), _PROTOCOL.samples), np.float32)
    length = min(audio.shape[1], _PROTOCOL.samples - _PROTOCOL.start_samples)
    placed[:, _PROTOCOL.start_samples : _PROTOCOL.start_samples + length] = audio[:, :length]
    return placed
