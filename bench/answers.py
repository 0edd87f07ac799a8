"""What `match` answers to recordings: how near their level the matches are, and whether candidates differ to who listens.

``python bench/answers.py``: recordings, three candidates each, 50 renders, every synthesizer that is installed. With
``--weights`` the weight of a decibel of level instead: a search's first answers at five gains, of which the best is taken.
"""

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations

import numpy as np

from synthmatch import Match, match
from synthmatch.benchmark.recordings import recordings
from synthmatch.benchmark.targets import BenchTarget
from synthmatch.calibration.closeness import Closeness
from synthmatch.features.loudness import played_db
from synthmatch.features.loudness_distance import loudness_distance, loudness_pattern
from synthmatch.library.builtin import libraries_for
from synthmatch.proposers.registry import proposers_for
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.distinct import SAME_PARENT, SAME_SOUND
from synthmatch.search.guided import guided_search
from synthmatch.search.objective import Budget
from synthmatch.surrogate.surrogate import builtin_surrogates
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth, synth_names

CANDIDATES = 3
WEIGHTS = (0.0, 0.005, 0.01, 0.02, 0.04)
#: shares of the gain that is lacking
GAINS = (0.25, 0.5, 0.75, 1.0, 1.5)


def base(found: Match) -> str:
    """A candidate's name without the number that tells it from others of one parent."""
    return re.sub(r" \d+$", "", found.preset.name)


def answers(synth: Synth, targets: list[BenchTarget], renders: int) -> str:
    """A row: levels of the first candidates, candidates a target, pairs that sound alike."""
    errors, counts, alike, kin = list[float](), list[int](), 0, 0
    with RenderPool(synth) as pool:

        @contextmanager
        def lend(_: Synth) -> Iterator[RenderPool]:
            yield pool

        for target in targets:
            found = match(
                target.audio,
                synths=[synth.id],
                note=target.note.pitch,
                hold_seconds=target.note.hold_seconds,
                renders=renders,
                candidates=CANDIDATES,
                metrics=(),
                pools=lend,
            )
            errors.append(found.best.level_error_db)
            counts.append(len(found))
            closeness = Closeness(found.target.audio, synth.id)
            for first, second in combinations(found, 2):
                apart = closeness(loudness_distance(*(loudness_pattern(side.audio) for side in (first, second))))
                alike += apart >= SAME_SOUND
                kin += base(first) == base(second) and apart >= SAME_PARENT
    near = [f"{np.mean(np.abs(errors) <= bound):.0%}" for bound in (1, 3)]
    cells = [synth.title, str(len(targets)), *near, f"{min(errors):+.1f} to {max(errors):+.1f}"]
    return f"| {' | '.join([*cells, f'{np.mean(counts):.1f}', str(alike), str(kin)])} |"


def weights(synth: Synth, targets: list[BenchTarget], renders: int) -> Iterator[str]:
    """Rows: the best of the first answers at some gains, by each weight."""
    found = list[list[list[tuple[float, float]]]]()
    with RenderPool(synth) as pool:
        for target in targets:
            search = guided_search(
                target.audio,
                target.note,
                pool,
                proposers_for(libraries_for(synth.id)),
                builtin_surrogates().get(synth.id),
                Budget(renders),
                np.random.default_rng(0),
                answers=CANDIDATES,
            )
            level_db, pattern = played_db(target.audio), loudness_pattern(target.audio)
            tried = list[list[tuple[float, float]]]()
            for preset, audio in zip(search.presets, pool.run(search.presets, target.note), strict=True):
                lacking = 0.0 if isinstance(audio, RenderFailure) else level_db - played_db(audio)
                moved = [synth.with_gain(preset, share * lacking) for share in GAINS]
                sounds = [a for a in (audio, *pool.run(moved, target.note)) if not isinstance(a, RenderFailure)]
                distances = [loudness_distance(pattern, loudness_pattern(sound)) for sound in sounds]
                tried.append([(abs(level_db - played_db(s)), d) for s, d in zip(sounds, distances, strict=True)])
            found.append(tried)
    for weight in WEIGHTS:
        cells = [synth.title, f"{weight:g}"]
        for first in (1, CANDIDATES):
            pools = [[one for tried in of[:first] for one in tried] for of in found]
            best = [pool[int(np.argmin([distance + weight * error for error, distance in pool]))] for pool in pools]
            cells += [f"{np.mean([error <= 1 for error, _ in best]):.0%}", f"{np.mean([d for _, d in best]):.3f}"]
        yield f"| {' | '.join(cells)} |"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=60)
    parser.add_argument("--renders", type=int, default=50)
    parser.add_argument("--synth", action="append", choices=synth_names())
    parser.add_argument("--weights", action="store_true")
    parser.add_argument("--quick", action="store_true", help="two recordings, 16 renders")
    options = parser.parse_args()
    count, renders = (2, 16) if options.quick else (options.targets, options.renders)
    targets = list(recordings(count // 2, count - count // 2).targets)
    synths = [synth for id in options.synth or synth_names() if not (synth := get_synth(id)).missing()]
    if options.weights:
        print(
            "| synth | a dB weighs | first answer: within 1 dB | its distance | best of three: within 1 dB | distance of that |"
        )
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
    else:
        print(
            "| synth | recordings | within 1 dB | within 3 | error [dB] | candidates | pairs alike | pairs of kin alike |"
        )
        print("| --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |")
    for synth in synths:
        rows = weights(synth, targets, renders) if options.weights else [answers(synth, targets, renders)]
        for row in rows:
            print(row, flush=True)


if __name__ == "__main__":
    main()
