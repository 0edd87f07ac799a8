"""Rows of a data set: which preset each attempt of a row tries, and which split the row is of.

Rows do not depend on each other: what is drawn for one is a pure function of (seed, synth, row, attempt). The first
rows are presets of the bank as they are, in the order of their digests, at most half of all; the others are new:
generated where the synthesizer has a generator (every other one), else children of the bank's presets. Without a bank,
parents are generated or, where there is no generator either, random.

Near-duplicates are of one split: presets of the bank by their families, a child is of its parents' split and no
near-duplicate of a preset of the bank that is of another.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple, get_args

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.dataset.families import family_splits
from synthmatch.errors import InputError
from synthmatch.library.children import child
from synthmatch.library.heldout import differing_from, tolerated
from synthmatch.library.sources import generator_of, random_presets
from synthmatch.library.split import Split, digest_of, split_of
from synthmatch.params import Preset
from synthmatch.synths.base import Synth

SPLITS: tuple[Split, ...] = get_args(Split)
#: Parents that are drawn for a child where there is no bank: two, and others whose choices it may take over.
_PARENTS = 4
#: Random presets drawn at once, from half changed to all; those nearer to the default are each other's near-duplicates.
_RANDOM = 16
#: Rows whose presets show that they are made as before.
_SHOWN = 8


class Candidate(NamedTuple):
    """What an attempt of a row tries: a preset, its split, and how it was made."""

    preset: Preset
    split: Split
    source: str


def row_rng(seed: int, synth: str, row: int, attempt: int) -> np.random.Generator:
    """The randomness of an attempt of a row; attempt -1 is for what all attempts share.

    Four words of 32 bits fill numpy's seed sequence, in which a missing word counts as 0.
    """
    word = int.from_bytes(hashlib.blake2b(synth.encode(), digest_size=4).digest(), "big")
    return np.random.default_rng([seed, word, row, attempt + 1])


def wanted_split(seed: int, synth: str, row: int) -> Split:
    """80 % train, 10 % validation, 10 % test."""
    drawn = row_rng(seed, synth, row, -1).random()
    return "train" if drawn < 0.8 else "validation" if drawn < 0.9 else "test"


class RowSource:
    """Candidates of `rows` rows of one synthesizer. `bank`: presets made by people, each taken once; may be empty.

    Raises `InputError` where the bank has presets, but not of each split.
    """

    def __init__(self, synth: Synth, seed: int, rows: int, bank: Sequence[Preset]) -> None:
        self._synth, self._seed, self._rows = synth, seed, rows
        unique = {preset.key(): preset for preset in bank}
        self._bank = sorted(unique.values(), key=digest_of)
        self._splits = family_splits(synth.space, self._bank)
        self._taken = min(len(self._bank), rows // 2)
        self._parents = {name: self._of_bank(name) for name in SPLITS}
        self._generate = generator_of(synth)
        units = {name: self._unit(presets) for name, presets in self._parents.items()}
        self._others = {name: np.concatenate([units[o] for o in SPLITS if o != name]) for name in SPLITS}
        lacking = [name for name in SPLITS if not self._parents[name]]
        if self._bank and lacking:
            raise InputError(
                f"bank of {synth.id} has {len(self._bank)} presets and none of the {' or the '.join(lacking)} split; "
                "give more with --bank"
            )

    @property
    def bank(self) -> str:
        """Digest of the bank's presets, or ``""`` without a bank."""
        return _digest(self._bank) if self._bank else ""

    @property
    def rows(self) -> str:
        """Digest of presets that the last rows try, which are not of the bank."""
        last = range(max(self._taken, self._rows - _SHOWN), self._rows)
        found = (self.candidate(row, attempt) for row in last for attempt in range(2))
        return _digest([candidate.preset for candidate in found if candidate])

    def candidate(self, row: int, attempt: int) -> Candidate | None:
        """What this attempt tries; None where that is a near-duplicate of a preset of another split."""
        if attempt == 0 and row < self._taken:
            return Candidate(self._bank[row], self._splits[row], "bank")
        split = wanted_split(self._seed, self._synth.id, row)
        preset, source = self._new(split, row_rng(self._seed, self._synth.id, row, attempt))
        others = self._others[split]
        if len(others):
            apart = differing_from(others, self._synth.space.to_unit(preset.native))
            if apart.min() <= tolerated(self._synth.space):
                return None
        return Candidate(preset, split, source)

    def _new(self, split: Split, rng: np.random.Generator) -> tuple[Preset, str]:
        """A new preset, and how it was made."""
        if self._generate and rng.random() < 0.5:
            return next(self._drawn(split, rng)), "generated"
        if self._bank:
            return child(self._synth.space, self._parents[split], rng), "child of bank"
        kind = "generated" if self._generate else "random"
        return child(self._synth.space, list(islice(self._drawn(split, rng), _PARENTS)), rng), f"child of {kind}"

    def _drawn(self, split: Split, rng: np.random.Generator) -> Iterator[Preset]:
        """Endless generated or random presets of a split."""
        while True:
            made = [self._generate(rng)] if self._generate else random_presets(self._synth, rng, 2 * _RANDOM)[_RANDOM:]
            yield from (preset for preset in made if split_of(preset) == split)

    def _of_bank(self, name: Split) -> list[Preset]:
        return [preset for preset, split in zip(self._bank, self._splits, strict=True) if split == name]

    def _unit(self, presets: Sequence[Preset]) -> Float64[F64, "presets parameters"]:
        space = self._synth.space
        return space.to_unit(np.array([preset.native for preset in presets]).reshape(len(presets), len(space)))


def _digest(presets: Sequence[Preset]) -> str:
    return hashlib.sha256("".join(map(digest_of, presets)).encode()).hexdigest()[:16]
