"""What the quality benchmark matches: fixed sets of targets, the same on every machine.

* ``held-out``: presets of the test split, unlike each other and every preset that the library descends from;
* ``people``: DX7 voices made by people, from a file that is not part of the project;
* ``cross``: held-out presets of the other synthesizers;
* ``recordings``: see `recordings`;
* ``playability``: see `playability`.

Order and choice follow the hash of a preset's values. Silent targets are left out and counted. Presets made by people
come from Debian's packages `hexter` and `amsynth`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from pathlib import Path

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.errors import InputError
from synthmatch.library.heldout import NEAR_SHARE
from synthmatch.library.sources import BANKS, children_of, generated, read_presets
from synthmatch.library.split import digest_of, split_of
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth, synth_names

#: The sets by name.
SETS = ("held-out", "people", "cross", "recordings", "playability")
#: Targets a set: 25 of each of the two other synthesizers make a cross set.
HELD_OUT, PEOPLE, CROSS_EACH = 100, 200, 25
#: Below this RMS a target is silent: -60 dBFS.
_SILENT_RMS = 10.0 ** (-60 / 20)
#: Seed of generated targets; libraries are built with small ones.
_SEED = 990_001
_CHUNK = 16


@dataclass(frozen=True, eq=False)
class Otherwise:
    """What a target sounds like when it is played otherwise: at another key, say. Audio: (channels, note.samples)."""

    axis: str
    note: Note
    audio: Audio


@dataclass(frozen=True, eq=False)
class BenchTarget:
    """A sound to match and its note. `preset` is what made it, where a preset did. Audio: (channels, note.samples).

    `otherwise`: other notes at which the last answer of a method is scored, too.
    """

    name: str
    audio: Audio
    note: Note
    preset: Preset | None = None
    otherwise: Sequence[Otherwise] = ()


@dataclass(frozen=True)
class TargetSet:
    """Targets and how many were left out as silent."""

    targets: list[BenchTarget]
    silent: int


def held_out(pool: RenderPool, count: int = HELD_OUT) -> TargetSet:
    """Test presets of the pool's synthesizer: people's first, then generated ones."""
    return _audible(pool, held_out_presets(pool.synth), count)


def people(pool: RenderPool, voices: Path, count: int = PEOPLE) -> TargetSet:
    """Test voices of a file of packed DX7 voices, named by hash only: nobody gave them a licence.

    Raises `InputError` where the pool's synthesizer is not Dexed, `PresetError` for another file.
    """
    if pool.synth.id != "dexed":
        raise InputError(f"voices are of the DX7, got synth {pool.synth.id}; use --synth dexed")
    presets = (preset.with_name("") for preset in _test_only(pool.synth.read(voices)))
    return _audible(pool, _unlike(presets, ancestors(pool.synth), pool.synth), count)


def cross(synth: Synth, workers: int | None = None, each: int = CROSS_EACH) -> TargetSet:
    """Held-out presets of every other synthesizer."""
    sets = []
    for other in (get_synth(name) for name in synth_names() if name != synth.id):
        with RenderPool(other, workers) as pool:
            sets.append(held_out(pool, each))
    targets = [BenchTarget(f"{t.preset.synth}: {t.name}", t.audio, t.note) for s in sets for t in s.targets if t.preset]
    return TargetSet(targets, sum(s.silent for s in sets))


def ancestors(synth: Synth) -> list[Preset]:
    """Presets made by people that a library may descend from: all but the test split."""
    return [preset for preset in _banks(synth) if split_of(preset) != "test"]


def held_out_presets(synth: Synth) -> Iterator[Preset]:
    """Endless presets of the test split: those made by people, then children of them or generated ones."""
    near = ancestors(synth)
    made = list(_unlike(_test_only(_banks(synth)), near, synth))
    more = children_of(synth, made, _SEED) if made else generated(synth, _SEED)
    # most children differ little from a parent, which is a target already
    return chain(made, _unlike((preset for preset in more if split_of(preset) == "test"), near + made, synth))


@cache
def _banks(synth: Synth) -> list[Preset]:
    return read_presets(synth, [BANKS[synth.id]]).presets if synth.id in BANKS else []


def _test_only(presets: Sequence[Preset]) -> list[Preset]:
    """Each preset of the test split once, ordered by hash."""
    found = {preset.key(): preset for preset in presets if split_of(preset) == "test"}
    return sorted(found.values(), key=digest_of)


def _unlike(presets: Iterable[Preset], others: Sequence[Preset], synth: Synth) -> Iterator[Preset]:
    """Those that are no near-duplicate of another, nor of one that came before."""
    seen = [synth.space.to_unit(other.native) for other in others]
    for preset in presets:
        unit = synth.space.to_unit(preset.native)
        if not seen or (np.array(seen) != unit).mean(axis=1).min() > NEAR_SHARE:
            seen.append(unit)
            yield preset


def _audible(pool: RenderPool, presets: Iterator[Preset], count: int) -> TargetSet:
    """The first `count` presets that sound with the default note; fewer where there are no more."""
    targets: list[BenchTarget] = []
    silent = 0
    while len(targets) < count and (chunk := list(islice(presets, _CHUNK))):
        for preset, audio in zip(chunk, pool.run(chunk, Note()), strict=True):
            if len(targets) == count:
                break
            if isinstance(audio, RenderFailure) or np.sqrt(np.mean(np.square(audio))) < _SILENT_RMS:
                silent += 1
            else:
                targets.append(BenchTarget(f"{preset.name} {digest_of(preset)[:6]}".strip(), audio, Note(), preset))
    return TargetSet(targets, silent)
