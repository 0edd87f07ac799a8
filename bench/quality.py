"""How near each method comes to its targets: one record a target and method, and the tables of docs/results/quality.md.

``python bench/quality.py --synth dexed --set held-out`` runs what has no record yet; interrupt it and run it again at
will. ``--table`` writes the page from the records. ``--quick`` prints small tables and keeps nothing. Two processes
with ``--part 1/2 --workers 1`` and ``--part 2/2 --workers 1`` share the targets of a set.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from synthmatch.errors import InputError, SynthmatchError
from synthmatch.evaluation import benchmark, targets
from synthmatch.evaluation.noise_floor import noise_floor
from synthmatch.evaluation.recordings import recordings
from synthmatch.evaluation.records import Record, RecordFile
from synthmatch.evaluation.report import agreement, results
from synthmatch.files import write_whole
from synthmatch.library.builtin import builtin_library
from synthmatch.library.library import Library
from synthmatch.render.pool import RenderPool
from synthmatch.search.registry import SEARCHES
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth, synth_names

RESULTS = Path(__file__).parents[1] / "docs/results"
SETS = ("held-out", "people", "cross", "recordings")
QUICK_TARGETS, QUICK_RENDERS = 4, 50

HEAD = """# Quality

How near each method comes to its target, by the metrics of [Metrics](../metrics.md). Written by
`python bench/quality.py --table` from the records in `docs/results/data/quality`.

Targets, the same for every method:

* **held-out**: presets of the test split that are no near-duplicate of any preset the library descends from, rendered
  with the default note. Dexed and amsynth: presets made by people, of Debian's banks, for Dexed topped up with children
  of them; Vital: generated presets.
* **people**: DX7 voices made by people from other banks, unlike every voice of Debian's.
* **cross**: held-out presets of the two other synthesizers.
* **recordings**: 30 one-shots of Debian's sonic-pi-samples and 30 notes of its FluidR3 sound font.

Searches start from the library's nearest neighbours and rank by the fast score; each row takes the best preset by that
score among the first so many renders. Random search draws from the library, and its first draw is the random preset.
`ratio` is the mean `lsd` over that of the nearest neighbour. Brackets are 95 % bootstrap intervals of the mean, p-values
of paired Wilcoxon tests.
"""


def main() -> None:
    """Run, or write the page."""
    options = _options()
    try:
        if options.quick:
            _quick(options)
        elif options.table:
            write_whole(RESULTS / "quality.md", _page(options).encode(), force=True)
        else:
            for name in options.synth:
                _run(get_synth(name), options, options.records)
    except SynthmatchError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted; what is done is kept, the same command goes on")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--synth", action="append", choices=synth_names(), help="may be repeated; default: all")
    parser.add_argument("--set", action="append", choices=SETS, help="may be repeated; default: all but people")
    parser.add_argument("--search", action="append", choices=tuple(SEARCHES), help="may be repeated; default: all")
    parser.add_argument("--renders", type=int, default=benchmark.MARKS[-1], help="budget of a search")
    parser.add_argument("--targets", type=int, help="only so many of a set")
    parser.add_argument("--voices", type=Path, help="packed DX7 voices for the set people")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, help="render workers; default: one a core")
    parser.add_argument("--part", default="1/1", help="k/n: only each n-th target, from the k-th")
    parser.add_argument("--records", type=Path, default=RESULTS / "data/quality", help="folder of the records")
    parser.add_argument("--table", action="store_true", help="write docs/results/quality.md from the records")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_TARGETS} targets, {QUICK_RENDERS} renders, print")
    options = parser.parse_args()
    options.synth = options.synth or list(synth_names())
    options.set = options.set or [name for name in SETS if name != "people" or options.voices]
    options.search = options.search or list(SEARCHES)
    return options


def _quick(options: argparse.Namespace) -> None:
    options.targets, options.renders, options.set = QUICK_TARGETS, QUICK_RENDERS, ["held-out"]
    with tempfile.TemporaryDirectory() as folder:
        options.records = Path(folder)
        for name in options.synth:
            synth = get_synth(name)
            if missing := synth.missing():
                print(f"{synth.title}: {missing}")
                continue
            _run(synth, options, options.records)
        print(_page(options))


def _run(synth: Synth, options: argparse.Namespace, folder: Path) -> None:
    library = _library(synth)
    part, parts = map(int, options.part.split("/"))
    with RenderPool(synth, options.workers) as pool:
        setting = benchmark.Setting(pool, library, options.search, options.renders, options.seed)
        for name in options.set:
            found = _targets(name, pool, options)
            _note_silent(folder, f"{synth.id}-{name}", found)
            title, started = f"{synth.id} {name}", time.monotonic()

            def report(done: int, total: int, record: Record, title: str = title, started: float = started) -> None:
                left = (time.monotonic() - started) / done * (total - done)
                last = list(record.scores.values())[-1]
                print(
                    f"{title} {done}/{total}, {left / 3600:.1f} h left: {record.target}, {record.conditions.method}, "
                    f"lsd {last['lsd']:.2f}, {record.seconds:.0f} s",
                    file=sys.stderr,
                    flush=True,
                )

            file = RecordFile(folder / f"{synth.id}-{name}.jsonl")
            benchmark.run(setting, found.targets[part - 1 :: parts], file, report)


def _library(synth: Synth) -> Library:
    library = builtin_library(synth.id)
    if library is None:
        raise InputError(f"{synth.id} has no built-in library, the benchmark starts from it; build it first")
    return library


def _targets(name: str, pool: RenderPool, options: argparse.Namespace) -> targets.TargetSet:
    count = options.targets
    if name == "held-out":
        return targets.held_out(pool, count or targets.HELD_OUT)
    if name == "people":
        if not options.voices:
            raise InputError("set people needs --voices FILE, packed DX7 voices of 128 bytes")
        return targets.people(pool, options.voices, count or targets.PEOPLE)
    if name == "cross":
        return targets.cross(pool.synth, options.workers, -(-count // 2) if count else targets.CROSS_EACH)
    return recordings(-(-count // 2), count // 2) if count else recordings()


def _note_silent(folder: Path, name: str, found: targets.TargetSet) -> None:
    """Keep how many targets were left out, for the page."""
    file = folder / "sets.json"
    sets = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    sets[name] = {"targets": len(found.targets), "silent": found.silent}
    write_whole(file, (json.dumps(sets, indent=1, sort_keys=True) + "\n").encode(), force=True)


def _page(options: argparse.Namespace) -> str:
    """The whole page, from the records that hold under the present versions, library and seed."""
    file = options.records / "sets.json"
    sets = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    parts, agreements = [HEAD], []
    for name in options.synth:
        synth, library = get_synth(name), builtin_library(name)
        files = {s: options.records / f"{name}-{s}.jsonl" for s in SETS}
        if library is None or not any(path.exists() for path in files.values()):
            continue
        size = benchmark.library_name(library)
        parts.append(f"## {synth.title}\n\n{synth.version()}; library of {size}; {_floor_text(name)}\n")
        every: list[Record] = []
        for set_name, path in files.items():
            by_budget = _current(RecordFile(path), size, options.seed) if path.exists() else {}
            silent = sets.get(f"{name}-{set_name}", {}).get("silent", 0)
            for renders, kept in by_budget.items():
                every += kept
                machines = "; ".join(sorted({record.machine for record in kept}))
                command = f"python bench/quality.py --synth {name} --set {set_name} --renders {renders}"
                command += " --voices FILE" if set_name == "people" else ""
                parts.append(
                    f"### {synth.title}, {set_name}, budget of {renders:,}\n\n"
                    f"`{command}`; {machines}; {silent} silent targets left out.\n\n"
                    f"{results(kept, options.search, f'{len(library):,}')}"
                )
        agreements.append(f"| {synth.title} | {agreement(every)} |\n")
    if len(parts) == 1:
        return HEAD + "\nNo records yet.\n"
    table = "| synth | lsd | mss | wmfcc | targets |\n| --- | ---: | ---: | ---: | ---: |\n" + "".join(agreements)
    text = "The Spearman rank correlation of the fast score with each metric over the candidates of a target, mean over\ntargets."
    return "\n".join([*parts, "## Agreement of the fast score\n", text + "\n", table])


def _floor_text(synth: str) -> str:
    floor = noise_floor(synth)
    if not floor:
        return "noise floor not measured."
    return f"a second play in a running synthesizer differs by lsd {floor['lsd']:.2f} dB, mss {floor['mss']:.2f} dB."


def _current(file: RecordFile, library: str, seed: int) -> dict[int, list[Record]]:
    """Records under the present versions and library, by the budget of the searches, the largest first."""
    held: dict[int, list[Record]] = {}
    for record in file.records.values():
        renders = record.conditions.renders
        if record.conditions == benchmark.conditions(record.conditions.method, library, renders, seed):
            held.setdefault(renders, []).append(record)
    return dict(sorted(held.items(), reverse=True))


if __name__ == "__main__":
    main()
