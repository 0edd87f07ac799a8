"""Show which numbers of a model's latent act as controls (`synthmatch.experiments.latent_controls`), as a table.

Run: python tools/show_latent_controls.py MODEL [--synth dexed] [--points 8] [--steps 9]. Points are drawn from the standard
normal, and each number goes from -3 to 3. Renders latent_size x points x steps presets.
"""

import argparse
from pathlib import Path

import numpy as np

from synthmatch.experiments.latent_controls import DESCRIPTORS, controls
from synthmatch.models.registry import load_estimator
from synthmatch.note import PROTOCOLS


def main() -> None:
    """Print the numbers of the latent that a descriptor follows most, and how far."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="a trained model's folder")
    parser.add_argument("--synth", help="by default the first that the model knows")
    parser.add_argument("--points", type=int, default=8, help="points of the latent to start from")
    parser.add_argument("--steps", type=int, default=9, help="positions of each number")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=3, help="rows a descriptor")
    options = parser.parse_args()
    estimator = load_estimator(options.model)
    synth = options.synth or estimator.synths[0]
    points = np.random.default_rng(options.seed).standard_normal((options.points, estimator.latent_size))
    found = controls(estimator, synth, PROTOCOLS["icassp2023"], points, np.linspace(-3.0, 3.0, options.steps))
    # a smooth way mostly rises or falls; where it is chance which, the mean over the points spreads like this
    chance = 1 / np.sqrt(options.points)
    print(f"{estimator.name}, {synth}: mean rank correlation over {options.points} points; by chance ±{chance:.2f}\n")
    print("| descriptor | number of the latent | follows it |\n|---|---|---|")
    for place, name in enumerate(DESCRIPTORS):
        for number in np.argsort(-np.abs(found[:, place]))[: options.show]:
            print(f"| {name} | {number} | {found[number, place]:+.2f} |")


if __name__ == "__main__":
    main()
