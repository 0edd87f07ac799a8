"""A trained model at work: sounds in, presets out, for every synthesizer that it knows.

A model hears what it was trained on: the `icassp2023` protocol, a note that starts after 0.25 s in a render of 5 s. So a
target is moved there, cut or followed by silence.
"""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from synthmatch.arrays import F32, Audio, Float32
from synthmatch.errors import InputError
from synthmatch.features.mel import mel_spectrogram
from synthmatch.models.auto_encoder import AutoEncoder
from synthmatch.models.base import Model
from synthmatch.models.pitch_conditioning import with_note
from synthmatch.models.weights import WEIGHTS, load_config, load_model
from synthmatch.note import PROTOCOLS, Note
from synthmatch.params import Preset
from synthmatch.synths.registry import get_synth

_PROTOCOL = PROTOCOLS["icassp2023"]


class Estimator:
    """A model from a training run's folder. Raises `InputError` like `load_model`.

    `fingerprint`: a short hash of its weights.
    """

    def __init__(self, folder: Path) -> None:
        self.name = folder.resolve().name
        self._model: Model = load_model(folder)
        self._knows_note = bool(load_config(folder).get("settings", {}).get("note"))
        with (folder / WEIGHTS).open("rb") as weights:
            self.fingerprint = hashlib.file_digest(weights, lambda: hashlib.blake2b(digest_size=4)).hexdigest()

    @property
    def synths(self) -> tuple[str, ...]:
        """Synthesizers that it gives presets for."""
        return self._model.synths

    @property
    def latent_size(self) -> int:
        """Numbers that describe a sound. Raises `InputError` where the model has no latent."""
        return self._auto_encoder.config.latent_size

    @torch.no_grad()
    def latents(
        self, audio: Audio, synth: str, noise: Float32[F32, "draws latent_size"]
    ) -> Float32[F32, "draws latent_size"]:
        """Latents of a sound, (n, latent_size): the mean's for `noise` of zeros, draws for normal noise.

        `audio`: (channels, samples), from the onset on. `noise`: (n, latent_size). Raises `InputError` for a synthesizer
        it does not know, and where the model has no latent.
        """
        self._check(synth)
        return self._auto_encoder.latents(_heard(audio), synth, torch.from_numpy(noise)).numpy()

    @torch.no_grad()
    def presets(self, latents: npt.ArrayLike, synth: str) -> list[Preset]:
        """The preset of each latent, (n, latent_size). Raises `InputError` as `latents` does."""
        self._check(synth)
        return self._decoded(self._auto_encoder.decode(torch.from_numpy(np.asarray(latents, np.float32)), synth), synth)

    def estimate(self, audio: Audio, note: Note, synth: str, count: int, rng: np.random.Generator) -> list[Preset]:
        """Presets for a sound, each once: first the model's estimate, then draws; `count` or fewer.

        One where the model gives no distribution. `note`: for a model that is told it. Raises `InputError` for a synthesizer it does not know.
        """
        self._check(synth)
        mels = _heard(audio)
        if self._knows_note:
            mels = with_note(mels, torch.tensor([note.pitch]))
        drawn = self._decoded(self._model.draw(mels, synth, count, rng), synth)
        found = {preset.key(): preset for preset in reversed(drawn)}
        return list(found.values())[::-1]

    @property
    def _auto_encoder(self) -> AutoEncoder:
        if self._knows_note:
            raise InputError(
                f"the model {self.name} was trained with --note, and what is asked for tells it none; train one without"
            )
        if not isinstance(self._model, AutoEncoder):
            raise InputError(
                f"the model {self.name} is of kind {self._model.name}, which has no latent to draw from or to move in;"
                " use a model that has one, such as j-s"
            )
        return self._model

    def _decoded(self, encoded: torch.Tensor, synth: str) -> list[Preset]:
        return [Preset(synth, native, self.name) for native in get_synth(synth).space.decode(encoded.numpy())]

    def _check(self, synth: str) -> None:
        if synth not in self.synths:
            raise InputError(
                f"the model {self.name} does not know {synth}, only {', '.join(self.synths)}; choose one with --synth,"
                " or train a model with it"
            )


def _heard(audio: Audio) -> torch.Tensor:
    return torch.from_numpy(mel_spectrogram(as_trained(audio)))[None]  # (1, MELS, FRAMES)


def as_trained(audio: Audio) -> Audio:
    """A sound where the training's renders have it: from 0.25 s on, 5 s long. Shape: (channels, samples) -> the same."""
    placed = np.zeros((len(audio), _PROTOCOL.samples), np.float32)
    length = min(audio.shape[1], _PROTOCOL.samples - _PROTOCOL.start_samples)
    placed[:, _PROTOCOL.start_samples : _PROTOCOL.start_samples + length] = audio[:, :length]
    return placed
