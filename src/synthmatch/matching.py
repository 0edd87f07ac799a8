"""Match a target: propose seeds, search under a budget with the real synthesizer, rank what was rendered.

`match` is the one public verb; the command line, the page and the benchmark call it or its parts.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from synthmatch.errors import InputError, MissingSynthError, RenderError
from synthmatch.library.library import Library
from synthmatch.matcher import Found, Task, match_one
from synthmatch.matches import Match, Matches
from synthmatch.models.registry import model_folder, require_torch
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.params import Preset
from synthmatch.render.pool import RenderPool
from synthmatch.search.locks import check_names
from synthmatch.search.objective import Budget, Progress
from synthmatch.surrogate.surrogate import Surrogate, builtin_surrogates, read_surrogates
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth, synth_names
from synthmatch.target import Target, load_target

if TYPE_CHECKING:
    from synthmatch.models.estimator import Estimator

#: What `match` takes for its model where none is named, and the name for going without.
DEFAULT_MODEL, NO_MODEL = "default", "none"


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
    whole: bool = False,
    libraries: Sequence[Library] = (),
    model: "str | Path | Estimator | None" = DEFAULT_MODEL,
    start: Sequence[Preset] = (),
    locked: Sequence[str] = (),
    metrics: Sequence[str] | None = None,
    workers: int | None = None,
    pools: Callable[[Synth], AbstractContextManager[RenderPool]] | None = None,
    progress: Callable[[str, Progress], None] | None = None,
    show: Callable[[str, Sequence[Match]], None] | None = None,
) -> Matches:
    """Presets that sound like the target, ranked over synthesizers.

    `target`: a file, an array (samples,) or (channels, samples) at `sample_rate_hz`, or a `Target`. `synths`: ids
    (default: all that are installed). `renders` and `seconds` bound the search of each synthesizer; with 0 renders the
    answer is what the package's model expects to be nearest where it is good enough for that, else the library's nearest
    presets. `candidates` a
    synthesizer. `libraries` join the built-in ones. The same seed and renders give the same presets; `seconds` depends on
    the machine. `note`, `velocity`, `hold_seconds` and `whole` are those of `load_target`.

    `model` is by default the package's, which says what is worth a render; "none" or None leaves it out. A file that
    `synthmatch surrogate train` made takes its place. So does a folder that `synthmatch train` made, whose answers join
    the library's, and with 0 renders are the only ones; `synths` are then by default those that it knows.

    `start` are presets to begin with. `locked` names parameters, groups or parts that keep the value of the first of
    them of their synthesizer, or without one the default. `metrics` names the scores to give (default: all); without
    ``mss``, no match says how sure it is and nothing is called out of reach.

    `pools(synth)` lends the render workers; by default `workers` processes are started, and end with the search of
    their synthesizer. `progress(synth, state)` is called after every batch, `show(synth, matches)` with the candidates
    so far, at most every two seconds. Ctrl-C, or an `Interrupted` raised by either, ends the search and keeps the best
    so far.

    Raises `InputError` for a target or argument that cannot be used, `MissingSynthError` where a synthesizer asked for
    is not installed, `RenderError` where not one preset rendered.
    """
    if renders < 0 or candidates < 1 or seconds <= 0:
        raise InputError(
            f"got renders {renders}, seconds {seconds}, candidates {candidates};"
            " expected renders 0 or more, seconds above 0, candidates 1 or more"
        )
    # the synthesizers first: files may name those that are asked for
    chosen = installed(synths)
    estimator, surrogates = models_of(model)
    if estimator and synths is None:
        chosen = [synth for synth in chosen if synth.id in estimator.synths]
    if not isinstance(target, Target):
        target = load_target(
            target, sample_rate_hz, note=note, velocity=velocity, hold_seconds=hold_seconds, whole=whole
        )
    check_names([synth.space for synth in chosen], locked)
    task = Task(
        target,
        Budget(renders, seconds),
        candidates,
        seed,
        libraries,
        start,
        locked,
        metrics,
        estimator,
        surrogates,
        progress,
        show,
    )
    found: dict[str, Found] = {}
    complete = True
    for synth in chosen:
        try:
            with pools(synth) if pools else RenderPool(synth, workers) as pool:
                found[synth.id] = match_one(synth, pool, task)
            complete = found[synth.id].complete
        except KeyboardInterrupt:
            # while workers start or end, too
            if not found:
                raise
            complete = False
        if not complete:
            break
    failed = {id: one.failed for id, one in found.items() if one.failed}
    ranked = sorted((m for one in found.values() for m in one.matches), key=lambda m: m.score)
    if not ranked:
        raise RenderError("; ".join(failed.values()) or "interrupted before a preset was rendered")
    return Matches(
        target,
        tuple(ranked),
        {id: one.renders for id, one in found.items()},
        complete,
        tuple(id for id, one in found.items() if one.out_of_reach),
        failed,
    )


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


class Models(NamedTuple):
    """What helps a search: a model that answers, or surrogates by synthesizer id that say what is worth a render."""

    estimator: "Estimator | None"
    surrogates: Mapping[str, Surrogate]


def models_of(model: "str | Path | Estimator | None") -> Models:
    """What `match` uses for its argument. Raises `InputError`, `MissingExtraError` without torch for a folder."""
    if model is not None and not isinstance(model, str | Path):
        return Models(model, {})
    if model is None or str(model) == NO_MODEL:
        return Models(None, {})
    if str(model) == DEFAULT_MODEL:
        return Models(None, builtin_surrogates())
    if (path := Path(model)).suffix == ".npz":
        return Models(None, read_surrogates(path))
    return Models(estimator_of(path), {})


def estimator_of(folder: Path) -> "Estimator":
    """The model of a training run's folder, ready to answer. Raises `InputError`, `MissingExtraError` without torch.

    ``module:Class=FOLDER`` names the class of a model of another package, which its folder alone may not import.
    """
    require_torch()
    from synthmatch.models.estimator import Estimator  # noqa: PLC0415 - loads torch

    return Estimator(model_folder(folder))
