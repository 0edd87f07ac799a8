"""How fast the auto-encoder of ICASSP 2023 trains on this machine, and what it waits for.

``python bench/training.py [DATA]`` prints three tables. The first: examples a second of training steps (batch 32, forward,
backward, Adam) of a plain PyTorch translation of the published Keras code against J-S with the same layers and widths,
as a ratio of alternating rounds in one process each, with malloc as it comes and as the training loop sets it. The
second: steps of every registered model, for Dexed at one note, in examples a second of one thread's processor time, which
another load disturbs least. The third, for a data set in DATA: what the reader gives alone, the model alone, and both
together.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synthmatch.dataset.prefetch import prefetch
from synthmatch.dataset.reader import Dataset
from synthmatch.features.mel import FRAMES, MELS
from synthmatch.models.base import Batch, ModelConfig
from synthmatch.models.joint_separate import JointSeparate
from synthmatch.models.registry import model_names
from synthmatch.models.weights import build_model
from synthmatch.params import EncodedLayout
from synthmatch.synths.registry import get_synth
from synthmatch.training.batches import batch_of
from synthmatch.training.memory import keep_freed_memory

BATCH, LATENT, WIDTH = 32, 64, 600
PROMISED = 2.0
CONFIGURATIONS = {"malloc as it comes": False, "malloc keeps what is freed": True}


class Plain(nn.Module):
    """The auto-encoder, layer by layer as published."""

    def __init__(self) -> None:
        super().__init__()

        def block(inputs: int) -> list[nn.Module]:
            norm = nn.BatchNorm2d(8, eps=1e-3, momentum=0.01)
            return [nn.Conv2d(inputs, 8, 3, padding=1), norm, nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True)]

        self.encoder = nn.Sequential(*block(1), *block(8), nn.Flatten())
        self.mean, self.log_variance = nn.Linear(27648, LATENT), nn.Linear(27648, LATENT)
        self.dense = nn.Linear(LATENT, 27648)
        self.first = nn.ConvTranspose2d(8, 8, 3, 2, 1, (1, 1))
        self.second = nn.ConvTranspose2d(8, 1, 3, 2, 1, (1, 0))
        sizes = (LATENT, 1024, 1024, 1024)
        hidden = [layer for size in sizes[:3] for layer in (nn.Linear(size, 1024), nn.ReLU())]
        self.parameters_decoder = nn.Sequential(*hidden, nn.Linear(1024, WIDTH), nn.Sigmoid())

    def loss(self, mels: Tensor, wanted: Tensor) -> Tensor:
        """The sum that is lowered."""
        flat = self.encoder(mels[:, None])
        mean, log_variance = self.mean(flat), self.log_variance(flat)
        latent = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        small = F.relu(self.dense(latent)).view(-1, 8, 32, 108)
        back = torch.sigmoid(self.second(F.relu(self.first(small))))[:, 0]
        kl = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(1).mean()
        return F.mse_loss(back, mels) + F.mse_loss(self.parameters_decoder(latent), wanted) + 1e-5 * kl


def examples_per_second(step: Callable[[], None], steps: int) -> float:
    """Rate of some steps."""
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return BATCH * steps / (time.perf_counter() - start)


def steppers() -> tuple[Callable[[], None], Callable[[], None]]:
    """A training step of the plain model, and one of ours, on random data."""
    torch.manual_seed(0)
    mels, wanted = torch.rand(BATCH, MELS, FRAMES), torch.rand(BATCH, WIDTH)
    plain, ours = Plain(), JointSeparate({"one": EncodedLayout(WIDTH, tuple(range(WIDTH)), ())}, ModelConfig(LATENT))
    plain_adam = torch.optim.Adam(plain.parameters(), lr=1e-4)
    our_adam = torch.optim.Adam(ours.parameters(), lr=1e-4, fused=True)
    batch = Batch(mels, {"one": torch.arange(BATCH)}, {"one": wanted}, torch.full((BATCH,), 60.0))
    noise = torch.Generator().manual_seed(0)

    def plain_step() -> None:
        plain_adam.zero_grad()
        plain.loss(mels, wanted).backward()
        plain_adam.step()

    def our_step() -> None:
        our_adam.zero_grad()
        ours.losses(batch, 1.0, noise).total.backward()
        our_adam.step()

    return plain_step, our_step


def measure(keep: bool, rounds: int, steps: int) -> None:
    """Print the medians of both rates, in this process."""
    if keep:
        keep_freed_memory()
    plain_step, our_step = steppers()
    examples_per_second(plain_step, 1), examples_per_second(our_step, 1)
    rates = [(examples_per_second(plain_step, steps), examples_per_second(our_step, steps)) for _ in range(rounds)]
    print(*(statistics.median(rate) for rate in zip(*rates, strict=True)))


def models(steps: int) -> None:
    """Print what each model takes."""
    keep_freed_memory()
    torch.set_num_threads(1)
    space = get_synth("dexed").space
    rng = np.random.default_rng(0)
    encoded = torch.from_numpy(space.encode(space.to_native(rng.random((BATCH, len(space))))))
    mels = torch.from_numpy(rng.random((BATCH, MELS, FRAMES), np.float32))
    print("\n| model | million weights | examples a second |\n|---|---|---|")
    for name in model_names():
        torch.manual_seed(0)
        model = build_model(name, ("dexed",), ModelConfig(LATENT))
        heard = mels[:, None] if model.whole_rows else mels
        pitches = torch.full(heard.shape[:-2], 60.0)
        batch = Batch(heard, {"dexed": torch.arange(BATCH)}, {"dexed": encoded}, pitches)
        adam, noise = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True), torch.Generator().manual_seed(0)
        start = 0.0
        for step in range(steps + 1):
            if step == 1:  # the first one also gets the memory
                start = time.process_time()
            adam.zero_grad()
            model.losses(batch, 1.0, noise).total.backward()
            adam.step()
        weights = sum(weight.numel() for weight in model.parameters()) / 1e6
        print(f"| {name} | {weights:.1f} | {BATCH * steps / (time.process_time() - start):.0f} |", flush=True)


def feeding(data: Path, steps: int) -> None:
    """Print what the reader gives, what the model takes, and both together."""
    keep_freed_memory()
    subset = Dataset.open(data).split("train")
    order = list(subset.batches(BATCH, np.random.default_rng(0)))[:steps]
    start = time.perf_counter()
    batches = [batch_of(subset, items) for items in order]
    reader = sum(map(len, order)) / (time.perf_counter() - start)
    layouts = {synth: get_synth(synth).space.layout for synth in subset.synths}
    model = JointSeparate(layouts, ModelConfig(LATENT))
    adam, noise = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True), torch.Generator().manual_seed(0)

    def step(batch: Batch) -> None:
        adam.zero_grad()
        model.losses(batch, 1.0, noise).total.backward()
        adam.step()

    step(batches[0])
    start = time.perf_counter()
    for batch in batches:
        step(batch)
    alone = sum(map(len, order)) / (time.perf_counter() - start)
    start = time.perf_counter()
    for batch in prefetch((batch_of(subset, items) for items in order), 4):
        step(batch)
    together = sum(map(len, order)) / (time.perf_counter() - start)
    print("\n| reader alone | model alone | reader and model | share of the model's |\n|---|---|---|---|")
    print(f"| {reader:.0f} | {alone:.0f} | {together:.0f} | {together / alone:.2f} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", help="a data set's folder")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--quick", action="store_true", help="one round of two steps")
    parser.add_argument("--keep", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    rounds, steps = (1, 2) if options.quick else (options.rounds, options.steps)
    if options.keep is not None:
        measure(bool(options.keep), rounds, steps)
        return
    print(
        f"{torch.get_num_threads()} threads, {os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}, "
        f"torch {torch.__version__}; examples a second\n"
    )
    print("| | plain translation | ours | ratio |\n|---|---|---|---|")
    found = {}
    for name, keep in CONFIGURATIONS.items():
        command = [sys.executable, __file__, "--keep", str(int(keep)), "--rounds", str(rounds), "--steps", str(steps)]
        plain, ours = map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
        found[name] = (plain, ours)
        print(f"| {name} | {plain:.0f} | {ours:.0f} | {ours / plain:.2f} |", flush=True)
    first, last = found["malloc as it comes"][0], found["malloc keeps what is freed"][1]
    print(f"| the training loop against a plain program | {first:.0f} | {last:.0f} | {last / first:.2f} ({PROMISED}) |")
    threads = torch.get_num_threads()
    models(2 if options.quick else 12)
    torch.set_num_threads(threads)
    if options.data:
        feeding(options.data, 4 if options.quick else 40)


if __name__ == "__main__":
    main()
