"""Make the libraries in the package: ``python tools/make_builtin_library.py [dexed] [amsynth] [vital]``.

Dexed: children of the DX7 voices in Debian's package hexter. amsynth: children of the presets in Debian's package
amsynth. Vital: presets of our generator.

Held-out presets stay out: parents are of the training split and differ from each test preset in more than
`tolerated` parameters (`synthmatch.library.heldout`). Members are of the training split too, and children differ so from every
preset made by people, so that none of those is in a library as it is.

Interrupted and run again, it goes on where it was. The rendering takes CPU hours for Vital, minutes for Dexed.
"""

import argparse
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from synthmatch.library.build import build
from synthmatch.library.heldout import tolerated, trainable
from synthmatch.library.sources import BANKS, children_of, generated, read_presets
from synthmatch.library.split import split_of
from synthmatch.params import Preset
from synthmatch.render.pool import RenderPool
from synthmatch.render.progress import RenderProgress
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth

FOLDER = Path(__file__).parents[1] / "src/synthmatch/data/library"
#: Candidates: enough that 10,000 are left when the silent ones are out.
CANDIDATES = {"dexed": 10_500, "amsynth": 10_500, "vital": 10_500}
#: Notes: C2, C4 and C6 where a render is cheap, C4 alone where it is dear; the index transposes the rest.
PITCHES = {"dexed": (36, 60, 84), "amsynth": (36, 60, 84), "vital": (60,)}
SEED = 1


def candidates(synth: Synth) -> tuple[list[Preset], str]:
    """Presets to render, and where they come from."""
    wanted = CANDIDATES[synth.id]
    if synth.id not in BANKS:
        made = (preset for preset in generated(synth, SEED) if split_of(preset) == "train")
        return list(islice(made, wanted)), f"presets of the generator, seed {SEED}"
    people = read_presets(synth, [BANKS[synth.id]]).presets
    heldout = [preset for preset in people if split_of(preset) == "test"]
    parents = trainable(synth.space, people, heldout, tolerated(synth.space))
    # decimals and tuning files of a parent are not its child's
    plain = [Preset(synth.id, parent.native, parent.name) for parent in parents]
    children = _new(synth, children_of(synth, plain, SEED), people)
    source = f"children of {len(parents)} of the {len(people)} presets in {BANKS[synth.id]}, seed {SEED}"
    return list(islice(children, wanted)), source


def _new(synth: Synth, children: Iterator[Preset], people: list[Preset]) -> Iterator[Preset]:
    while batch := list(islice(children, 256)):
        yield from trainable(synth.space, batch, people, tolerated(synth.space))


class Log:
    """Prints where a build is, at most twice a minute."""

    def __init__(self) -> None:
        self._printed = 0.0

    def __call__(self, progress: RenderProgress) -> None:
        """Take a report."""
        if time.monotonic() - self._printed > 30:
            self._printed = time.monotonic()
            left = progress.seconds_left / 60
            rate = progress.renders_per_second
            print(f"{progress.done}/{progress.total} renders, {rate:.1f}/s, {left:.0f} min left", flush=True)


def main() -> None:
    """Build the libraries named, by default all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("synths", nargs="*", help=f"of {', '.join(CANDIDATES)}; by default all")
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    for name in options.synths or CANDIDATES:
        synth, path, start = get_synth(name), FOLDER / f"{name}.npz", time.monotonic()
        presets, source = candidates(synth)
        print(f"{name}: {len(presets)} {source}", flush=True)
        with RenderPool(synth, options.workers) as pool:
            built = build(presets, pool, path, pitches=PITCHES[name], source=source, force=True, progress=Log())
        print(
            f"{name}: {len(built.library)} presets, {path.stat().st_size / 1e6:.1f} MB, {built.duplicates} doubles, "
            f"{built.silent} silent, {built.failed} failed, {(time.monotonic() - start) / 60:.0f} min",
            flush=True,
        )


if __name__ == "__main__":
    main()
