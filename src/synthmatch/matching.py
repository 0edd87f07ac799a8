"""Match a target: propose seeds, search under a budget with the real synthesizer, rank what was rendered.

`match` is the one public verb; the command line, the page and the benchmark call it or its parts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from synthmatch.audio import Audio, save_wav
from synthmatch.errors import InputError, MissingSynthError, RenderError
from synthmatch.evaluation.metrics import evaluate
from synthmatch.evaluation.noise_floor import noise_floor
from synthmatch.features.score import FastScore, Heard
from synthmatch.library.builtin import libraries_for
from synthmatch.library.library import Library, nearest_in
from synthmatch.library.sources import random_presets
from synthmatch.models.registry import require_torch
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.params import Preset
from synthmatch.picture import save_picture
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.objective import Budget, Objective, Progress, Scored
from synthmatch.search.population import population_search
from synthmatch.synths.base import Synth
from synthmatch.synths.files import write_presets
from synthmatch.synths.registry import get_synth, synth_names
from synthmatch.target import Target, load_target

if TYPE_CHECKING:
    from synthmatch.models.estimator import Estimator

#: A model's answers that join the neighbours: its first, and draws from what it finds likely.
MODEL_SEEDS = 16
#: Neighbours that a search may draw from.
SEEDS = 64
#: Two candidates of one synthesizer whose coarse spectra differ by less than this on average are one, in dB.
_SAME_DB = 1.0


@dataclass(frozen=True, eq=False)
class Match:
    """A candidate: a preset, what it sounds like, and how near that is.

    `audio` is its render with the target's note, shape (channels, note.samples). `score` is the search's own
    (`features.score`), by which candidates are ranked; `scores` are the table metrics against the target, and `floor`
    what the same metrics give between two plays of one preset in this synthesizer.
    """

    preset: Preset
    audio: Audio
    score: float
    scores: dict[str, float]
    floor: dict[str, float]

    @property
    def synth(self) -> str:
        """Id of the synthesizer."""
        return self.preset.synth

    def parameters(self) -> dict[str, str]:
        """What a panel would show, by parameter name."""
        space = get_synth(self.synth).space
        return {p.name: p.text(v) for p, v in zip(space.parameters, self.preset.native, strict=True)}

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write the preset's native file, its own JSON (``.json``) or its sound (``.wav``), as the name says."""
        path = Path(path)
        if path.suffix.lower() == ".wav":
            save_wav(path, self.audio, force=force)
        else:
            write_presets(path, [self.preset], force=force)


@dataclass(frozen=True, eq=False)
class Matches:
    """Candidates over all synthesizers asked for, best first.

    `renders` counts the renders of each synthesizer's search. `complete` is False where the search was interrupted.
    """

    target: Target
    candidates: tuple[Match, ...]
    renders: dict[str, int]
    complete: bool

    @property
    def best(self) -> Match:
        """The candidate nearest to the target."""
        return self.candidates[0]

    def __iter__(self) -> Iterator[Match]:
        return iter(self.candidates)

    def __len__(self) -> int:
        return len(self.candidates)

    def __getitem__(self, rank: int) -> Match:
        return self.candidates[rank]

    def save_picture(self, rank: int, path: str | Path, *, force: bool = False) -> None:
        """Write the spectrograms of target and candidate, and their difference, as PNG."""
        found = self.candidates[rank]
        title = f"{self.target.name}: {get_synth(found.synth).title}, lsd {found.scores['lsd']:.1f} dB"
        save_picture(Path(path), self.target.audio, found.audio, title, force=force)


def match(
    target: str | Path | npt.NDArray[np.floating] | Target,
    *,
    sample_rate_hz: float = SAMPLE_RATE_HZ,
    synths: Sequence[str] | None = None,
    renders: int = 200,
    seconds: float = float("inf"),
    candidates: int = 3,
    seed: int = 0,
    note: str | int | None = None,
    velocity: int | None = None,
    hold_seconds: float | None = None,
    libraries: Sequence[Library] = (),
    model: "str | Path | Estimator | None" = None,
    workers: int | None = None,
    progress: Callable[[str, Progress], None] | None = None,
) -> Matches:
    """Presets that sound like the target, ranked over synthesizers.

    `target`: a file, an array (samples,) or (channels, samples) at `sample_rate_hz`, or a `Target`. `synths`: ids
    (default: all that are installed). `renders` and `seconds` bound the search of each synthesizer; with 0 renders the
    library's nearest presets are the answer. `candidates` a synthesizer. `libraries` join the built-in ones. `model` is a folder that `synthmatch train` made: its
    answers join the library's, and with 0 renders they alone are the answer; `synths` are then by default those that it
    knows. The same
    seed and renders give the same presets; `seconds` depends on the machine. `progress(synth, state)` is called after
    every batch. Ctrl-C ends the search and keeps the best so far.

    Raises `InputError` for a target or argument that cannot be used, `MissingSynthError` where a synthesizer asked for
    is not installed, `RenderError` where not one preset rendered.
    """
    if renders < 0 or candidates < 1 or seconds <= 0:
        raise InputError(
            f"got renders {renders}, seconds {seconds}, candidates {candidates};"
            " expected renders 0 or more, seconds above 0, candidates 1 or more"
        )
    estimator = estimator_of(model)
    chosen = installed(synths)
    if estimator and synths is None:
        chosen = [synth for synth in chosen if synth.id in estimator.synths]
    if not isinstance(target, Target):
        target = load_target(target, sample_rate_hz, note=note, velocity=velocity, hold_seconds=hold_seconds)
    found: list[Match] = []
    spent: dict[str, int] = {}
    complete = True
    for synth in chosen:
        with RenderPool(synth, workers) as pool:
            own = [library for library in libraries if library.synth == synth.id]
            matcher = _Matcher(synth, target, pool, own, estimator)
            budget = Budget(renders, seconds)
            objective = Objective(synth.space, matcher.evaluate, budget, _tell(progress, synth.id))
            rng = np.random.default_rng([seed, _stable(synth.id)])
            seeds = matcher.seeds(rng, alone=renders == 0)
            try:
                if renders:
                    population_search(objective, seeds, rng)
            except KeyboardInterrupt:
                complete = False
            spent[synth.id] = len(objective.scored)
            ranked = _distinct(objective.best(64 * candidates), candidates) or seeds[:candidates]
            found += matcher.finish(ranked)
        if not complete:
            break
    if not found:
        raise RenderError(f"no preset rendered on {', '.join(s.title for s in chosen)}; try another --seed or target")
    return Matches(target, tuple(sorted(found, key=lambda m: m.score)), spent, complete)


def installed(ids: Sequence[str] | None) -> list[Synth]:
    """The synthesizers of these ids, or all registered ones that can render.

    Raises `MissingSynthError` where one asked for, or every one, is missing.
    """
    if ids is not None:
        synths = [get_synth(id) for id in dict.fromkeys(ids)]
        for synth in synths:
            if missing := synth.missing():
                raise MissingSynthError(missing)
        return synths
    synths = [get_synth(name) for name in synth_names()]
    present = [synth for synth in synths if synth.missing() is None]
    if not present:
        raise MissingSynthError(f"no synthesizer is installed; {'; '.join(s.missing() or '' for s in synths)}")
    return present


def estimator_of(model: "str | Path | Estimator | None") -> "Estimator | None":
    """The model of a training run's folder, ready to answer. Raises `InputError`, `MissingExtraError` without torch."""
    if not isinstance(model, str | Path):
        return model
    require_torch()
    from synthmatch.models.estimator import Estimator  # noqa: PLC0415 - loads torch

    return Estimator(Path(model))


class _Matcher:
    """One synthesizer against one target."""

    def __init__(
        self,
        synth: Synth,
        target: Target,
        pool: RenderPool,
        libraries: Sequence[Library],
        estimator: "Estimator | None",
    ) -> None:
        self.synth, self.target, self.pool, self.estimator = synth, target, pool, estimator
        self.libraries = [*libraries_for(synth.id), *libraries]
        self.score = FastScore(target.audio)

    def seeds(self, rng: np.random.Generator, *, alone: bool) -> list[Preset]:
        """Presets to start from: a model's answers and the library's nearest in turn; random ones where there is neither.

        `alone`: a model's answers without the library. Each preset is there once.
        """
        answers: list[Preset] = []
        if self.estimator:
            answers = self.estimator.estimate(self.target.audio, self.synth.id, MODEL_SEEDS, rng)
        near = nearest_in(self.libraries, self.target.audio, self.target.note, SEEDS)
        neighbours = [] if alone and answers else [neighbour.preset for neighbour in near]
        # a small budget renders the first few only: some of both
        turns = chain.from_iterable(zip_longest(answers, neighbours))
        seeds = {preset.key(): preset for preset in turns if preset is not None}
        return list(seeds.values())[:SEEDS] or random_presets(self.synth, rng, SEEDS)

    def evaluate(self, presets: Sequence[Preset]) -> list[Heard | None]:
        """Render and score in the workers."""
        results = self.pool.run(presets, self.target.note, self.score)
        return [None if isinstance(r, RenderFailure) else r for r in results]

    def finish(self, presets: Sequence[Preset]) -> list[Match]:
        """Render the chosen ones once more, this time for their sound and the table metrics."""
        floor = noise_floor(self.synth.id)
        matches = []
        for preset, audio in zip(presets, self.pool.run(presets, self.target.note), strict=True):
            if not isinstance(audio, RenderFailure):
                scores = evaluate(self.target.audio, audio)
                named = preset.with_name(preset.name or self.target.name)
                matches.append(Match(named, audio, self.score(audio).score, scores, floor))
        return matches


def _distinct(ranked: Sequence[Scored], count: int) -> list[Preset]:
    """The best presets that differ audibly from each better one: `count` of them, or fewer."""
    chosen: list[Scored] = []
    for scored in ranked:
        if all(np.abs(scored.difference - c.difference).mean() >= _SAME_DB for c in chosen):
            chosen.append(scored)
        if len(chosen) == count:
            break
    return [scored.preset for scored in chosen]


def _tell(progress: Callable[[str, Progress], None] | None, synth: str) -> Callable[[Progress], None] | None:
    return None if progress is None else lambda state: progress(synth, state)


def _stable(text: str) -> int:
    """A number for a name that does not change between runs, unlike `hash`."""
    return int.from_bytes(text.encode(), "big") % 2**63
