"""Match a target: propose seeds, search under a budget with the real synthesizer, rank what was rendered.

`match` is the one public verb; the command line, the page and the benchmark call it or its parts.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

from synthmatch.arrays import Floats
from synthmatch.errors import InputError, MissingSynthError, RenderError
from synthmatch.library.library import Library
from synthmatch.matcher import SynthMatches, SynthSearch, Task, leading
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.params import Preset
from synthmatch.proposers.model import TrainedModel
from synthmatch.proposers.registry import check_sources
from synthmatch.render.pool import RenderPool
from synthmatch.result import Match, Matches
from synthmatch.search.effort import QUICK, budget_of
from synthmatch.search.locks import check_names
from synthmatch.search.objective import Budget, Progress
from synthmatch.surrogate.surrogate import Surrogate, builtin_surrogates, read_surrogates
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth, synth_names
from synthmatch.target import Target, Velocity, load_target, load_together
from synthmatch.target.several import middle_of

#: The package's surrogates, and the name for going without.
DEFAULT, NONE = "default", "none"
#: What `match` takes for a target, or for several recordings of one instrument.
Asked = str | Path | Floats | Target | Sequence[str | Path | Target]


def match(
    target: Asked,
    *,
    together: bool = False,
    sample_rate_hz: float = SAMPLE_RATE_HZ,
    synths: Sequence[str] | None = None,
    effort: str | None = None,
    renders: int | None = None,
    seconds: float | None = None,
    fair: bool = False,
    candidates: int = 3,
    seed: int = 0,
    note: str | int | None = None,
    velocity: Velocity | None = None,
    hold_seconds: float | None = None,
    whole: bool = False,
    libraries: Sequence[Library] = (),
    model: TrainedModel | None = None,
    surrogate: str | Path | Mapping[str, Surrogate] | None = DEFAULT,
    start: Sequence[Preset] = (),
    sources: Sequence[str] | None = None,
    locked: Sequence[str] = (),
    metrics: Sequence[str] | None = None,
    workers: int | None = None,
    pools: Callable[[Synth], AbstractContextManager[RenderPool]] | None = None,
    progress: Callable[[str, Progress], None] | None = None,
    show: Callable[[str, Sequence[Match]], None] | None = None,
) -> Matches:
    """Presets that sound like the target, ranked over synthesizers.

    `target`: a file, an array (samples,) or (channels, samples) at `sample_rate_hz`, or a `Target`. `synths`: ids
    (default: all that are installed). `effort` says how long to search, quick, normal (the default) or thorough: about 2, 10
    or 60 s of two cores for each synthesizer, as a number of renders that is fixed for it (`search.effort`). Of several
    synthesizers each has a quick search, and then those that lead have the whole one; with `fair`, all have. `renders` and `seconds`
    bound each synthesizer's search in place of an effort; with 0 renders the answer is what the surrogate expects to be nearest where it
    is good enough for that, else the library's nearest presets. `candidates` a synthesizer. `libraries` join the built-in ones. The
    same seed and effort or renders give the same presets; `seconds` depends on the machine. With `together`, `target` is several recordings of one instrument, folders of them
    or SFZ instruments (`target.several`), and each preset is played at each note, which is a render each. `note`,
    `velocity`, `hold_seconds` and `whole` are those of `load_target`.

    `model` is a trained model (`load_estimator`), whose estimates join the library's presets as seeds; with 0 renders
    they are the answer, and `synths` are by default those that it knows. `surrogate` guides the search: by default the
    package's; the file of one that `synthmatch surrogate train` made; those of a file that was read, by synthesizer id; or
    "none" or None, and renders alone guide.

    `start` are presets to begin with. `sources` names what presets may come from (`proposers.registry.PROPOSERS`): drawn, library,
    model, yours (`start`), random; by default all but random. Each match says its `origin`. Random presets are used too where
    nothing else is known of a synthesizer. `locked` names parameters, groups or parts that keep the value of the first of
    them of their synthesizer, or without one the default. `metrics` names the scores to give (default: all); without
    ``mss``, no match says how sure it is and nothing is called out of reach.

    `pools(synth)` lends the render workers; by default `workers` processes are started for each synthesizer, and end with
    the search. `progress(synth, state)` is called after every batch, `show(synth, matches)` with the candidates
    so far, at most every two seconds. Ctrl-C, or an `Interrupted` raised by either, ends the search and keeps the best
    so far.

    Raises `InputError` for a target or argument that cannot be used, `MissingSynthError` where a synthesizer asked for
    is not installed, `RenderError` where not one preset rendered.
    """
    if (renders or 0) < 0 or candidates < 1 or (seconds is not None and seconds <= 0):
        raise InputError(
            f"got renders {renders}, seconds {seconds}, candidates {candidates};"
            " expected renders 0 or more, seconds above 0, candidates 1 or more"
        )
    check_sources(sources, start=start, model=model)
    # the synthesizers first: files may name those that are asked for
    chosen = installed(synths)
    budgets = {s.id: budget_of(s.id, effort=effort, renders=renders, seconds=seconds) for s in chosen}
    surrogates = surrogates_of(surrogate)
    if model and synths is None:
        chosen = [synth for synth in chosen if synth.id in model.synths]
    if model and not any(synth.id in model.synths for synth in chosen):
        asked = ", ".join(synth.id for synth in chosen) or "any that is installed"
        raise InputError(f"the model {model.name} does not know {asked}, only {', '.join(model.synths)}")
    if together:
        notes = _several(target, note, velocity, hold_seconds, whole)
        target = middle_of(notes)
    else:
        notes = []
        target = _single(target, sample_rate_hz, note, velocity, hold_seconds, whole)
    check_names([synth.space for synth in chosen], locked)
    task = Task(
        target,
        notes,
        candidates,
        seed,
        libraries,
        start,
        locked,
        metrics,
        model,
        sources,
        surrogates,
        progress,
        show,
    )
    look_first = len(chosen) > 1 and not fair and effort != QUICK and (renders, seconds) == (None, None)
    found, complete = _searched(chosen, task, budgets, pools or partial(RenderPool, workers=workers), look_first)
    failed = {id: one.failed for id, one in found.items() if one.failed}
    ranked = sorted((m for one in found.values() for m in one.matches), key=lambda m: m.rank)
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


def _searched(
    synths: Sequence[Synth],
    task: Task,
    budgets: Mapping[str, Budget],
    pools: Callable[[Synth], AbstractContextManager[RenderPool]],
    look_first: bool,
) -> tuple[dict[str, SynthMatches], bool]:
    """What each synthesizer finds, by id, and whether no search was interrupted.

    `look_first`: all have a quick search, and then those that lead the whole one.
    """
    found: dict[str, SynthMatches] = {}
    searches: dict[str, SynthSearch] = {}
    try:
        with ExitStack() as lent:
            for synth in synths:
                searches[synth.id] = SynthSearch(synth, lent.enter_context(pools(synth)), task)
                budget = budget_of(synth.id, effort=QUICK) if look_first else budgets[synth.id]
                found[synth.id] = searches[synth.id].run(budget)
                if not found[synth.id].complete:
                    return found, False
            for id in leading(found) if look_first else []:
                whole = searches[id].run(budgets[id])
                if whole.complete or whole.rank < found[id].rank:
                    found[id] = whole
                if not whole.complete:
                    return found, False
    except KeyboardInterrupt:
        # while workers start or end, too
        if not found:
            raise
        return found, False
    return found, True


def _single(
    target: Asked,
    sample_rate_hz: float,
    note: str | int | None,
    velocity: Velocity | None,
    hold: float | None,
    whole: bool,
) -> Target:
    if isinstance(target, Target):
        return target
    if isinstance(target, Sequence) and not isinstance(target, str):
        raise InputError("got several recordings, expected one; match each by itself, or all with together=True")
    return load_target(target, sample_rate_hz, note=note, velocity=velocity, hold_seconds=hold, whole=whole)


def _several(
    target: Asked, note: str | int | None, velocity: Velocity | None, hold: float | None, whole: bool
) -> list[Target]:
    if note is not None:
        raise InputError(f"got the note {note} for several recordings, which have one each; put notes into their names")
    sources = [target] if isinstance(target, str | Path | Target) else target
    if not isinstance(sources, Sequence):
        raise InputError("got an array for several recordings, expected a list of files or targets")
    return load_together(sources, velocity=velocity, hold_seconds=hold, whole=whole)


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


def surrogates_of(surrogate: str | Path | Mapping[str, Surrogate] | None) -> Mapping[str, Surrogate]:
    """What `match` uses for its argument, by synthesizer id. Raises `InputError`."""
    if isinstance(surrogate, Mapping):
        return surrogate
    if surrogate is None or str(surrogate) == NONE:
        return {}
    return builtin_surrogates() if str(surrogate) == DEFAULT else read_surrogates(Path(surrogate))
