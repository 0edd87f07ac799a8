"""What is written from the benchmark's records: a page that sums them up, and files of all tables."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from synthmatch.atomic_files import write_whole
from synthmatch.benchmark import run as benchmark
from synthmatch.benchmark.comparisons import guided_against_plain, levels, otherwise_table
from synthmatch.benchmark.records import Record, RecordFile
from synthmatch.benchmark.report import Line, agreement, results
from synthmatch.benchmark.summary import (
    Column,
    fewer_targets,
    further_than_silence,
    how_near,
    retrieval_against_models,
    table,
)
from synthmatch.benchmark.targets import SETS, TargetSet
from synthmatch.calibration.noise_floor import noise_floor
from synthmatch.errors import InputError
from synthmatch.library.builtin import builtin_library
from synthmatch.library.library import Library
from synthmatch.parsing import member, need, parse_json
from synthmatch.reading import read_file
from synthmatch.search.registry import GENERATIONS
from synthmatch.synths.registry import get_synth

HEAD = """# Quality

How near each method comes to its target. `synthmatch benchmark` measured it and wrote this page; [Metrics](../metrics.md)
defines the numbers.

There are five sets of targets. *Held-out*: presets of the same synthesizer, from which no preset of the library was made. *People*:
DX7 voices made by people, from other banks. *Cross*: presets of the other synthesizers. *Recordings*: recorded sounds and notes.
*Playability*: instruments, whose presets are played otherwise than they were matched.
[How it was measured](#how-it-was-measured) has more.
"""

_EARLIER = """
Some of these records are of earlier searches: where the present ones were not measured yet, the newest that were stand. The searches of rows
without closeness ranked by a distance in dB, two thirds `lsd` and one third the mean difference of mel bands, and left a preset's level
as it was. Later ones rank by the [loudness distance](ladders.md) and set the level, and the latest begin with [drawn presets](drawn.md).
"""

HOW = """## How it was measured

| set | targets, the same for every method |
| --- | --- |
| held-out | Presets of the test split, none a near-duplicate of a preset that the library descends from, rendered with the default note. Dexed and amsynth: presets of Debian's banks, made by people; Dexed has 36 of these, so 64 [children](../library.md#children) of them make up the rest (parts of one voice put into another, then up to four parameters changed), of the test split too. Vital: generated presets. |
| people | DX7 voices made by people, from other banks, unlike every voice of Debian's. |
| cross | Held-out presets of the two other synthesizers. |
| recordings | 30 one-shots of Debian's sonic-pi-samples and 30 notes of its FluidR3 sound font. |
| playability | 17 instruments of FluidR3, each matched at one note; the last answer is played an octave and a fourth or fifth away, for 0.3, 1 and 6 s, and at velocities 40 and 127. |

Searches start from the library's nearest neighbours and rank by the search distance. Each row takes the preset that is best by
that distance. *Guided, 16 renders* is a search with a budget of 16. *Guided, first 16 of 200 renders* is the beginning of a search
with a budget of 200, which renders other presets: its first are neighbours. `cma-es` does not look at its budget, so its first 200
of 1,000 renders are those of a budget of 200. Random search draws from the library; its first
draw is the random preset. Silent targets were left out. [What was tried](tried.md#models-that-answer-with-a-preset) says how the
models were trained.

synthmatch renders each preset in a fresh state, so the preset rendered again is the same sound and has 0 dB. The noise floors below
are of the same preset played a second time in a synthesizer that is running ([concepts](../concepts.md#scores-and-the-noise-floor)).
"""

_TITLES = {
    "held-out": "Held-out presets",
    "people": "Voices made by people",
    "cross": "Sounds of other synthesizers",
    "recordings": "Recordings",
    "playability": "Played otherwise",
}
_CELLS = "Mean `lsd` / mean `mss` in dB, lower is better; before them mean closeness in %, where it was measured; (n): the method ran on only n of the targets.\n"
_MEDOID = "The *medoid* preset is the library's preset with the smallest mean distance to the others.\n"

_FULL = """## Full tables

One CSV file for each synthesizer and set has every method and budget: of `lsd` and `mss` means with 95 % bootstrap intervals and
medians; of `wmfcc`, `sot`, `rms_cosine`, `spectral_convergence` and the search distance means; of present searches closeness, the share of
silent answers, of those within 1 dB, and `envelope_error`. Beside it, the file `-tests` has
paired Wilcoxon tests of `lsd` and `mss` on the same targets. `runs.csv` has the command, the machines and the silent
targets of each run.
"""

_AGAIN = """## How to run it again

```text
synthmatch benchmark -o RESULTS
synthmatch benchmark -o RESULTS --set held-out --renders 16
synthmatch benchmark -o RESULTS --set held-out --model MODEL
synthmatch benchmark -o RESULTS --synth dexed --set people --voices FILE
```

The first runs the sets held-out, cross and recordings on all synthesizers that are installed, with 200 renders. The models have to be
trained first ([how](tried.md#models-that-answer-with-a-preset)). The people's voices have no licence and are not in the package: that
set needs a file of your own. `runs.csv` below has the command of each run; [Benchmark](../benchmark.md) has the options.
`--page-only` writes the page and the tables from the records there are.
"""

_AGREEMENT = """## Agreement of the search distance

The search distance agrees best with `lsd`. The Spearman rank correlation with each metric is over the candidates of a target; the
mean over targets stands here. It is over all records: also those of targets that the tables above leave out.

| synth | lsd | mss | wmfcc | targets |
| --- | ---: | ---: | ---: | ---: |
"""

_SETS_FILE = "sets.json"
#: It has 2 kB.
_MOST_SETS_BYTES = 1_000_000
#: The search without a surrogate.
_PLAIN = "population"
#: Records of a synthesizer by set and budget.
Held = dict[str, dict[int, list[Record]]]


def record_file(folder: Path, synth: str, name: str) -> RecordFile:
    """The records of a synthesizer and target set."""
    return RecordFile(folder / f"{synth}-{name}.jsonl")


def note_silent(folder: Path, synth: str, name: str, found: TargetSet) -> None:
    """Store how many targets were left out, for the tables."""
    sets = _sets(folder) | {f"{synth}-{name}": {"targets": len(found.targets), "silent": found.silent}}
    text = json.dumps(sets, indent=1, sort_keys=True) + "\n"
    write_whole(folder / _SETS_FILE, text.encode(), force=True)


def page(folder: Path, synths: Sequence[str], searches: Sequence[str], seed: int, tables: Mapping[str, str]) -> str:
    """The page, from the records that hold under the present versions and library, and this seed.

    `tables`: the links to the files of `full_tables`, by their names; without them the page says nothing of files.
    """
    held = {id: _held(folder, id, seed) for id in synths}
    held = {id: found for id, found in held.items() if any(found.values())}
    if not held:
        return HEAD + "\nNo records yet.\n"
    columns = {
        name: [Column(get_synth(id).title, found[name], searches) for id, found in held.items() if found[name]]
        for name in SETS
    }
    columns = {name: [column for column in found if column.targets] for name, found in columns.items()}
    every = [record for found in held.values() for of in found.values() for all in of.values() for record in all]
    present = all(benchmark.is_current(r.conditions, r.conditions.library, seed) for r in every)
    parts, own = [HEAD if present else HEAD + _EARLIER], columns["held-out"]
    said = [
        how_near(own),
        further_than_silence(own, searches),
        retrieval_against_models(own),
        guided_against_plain(columns),
        levels(columns),
    ]
    said = [text for text in said if text]
    if said:
        parts += ["## What it says\n", *said]
    for name, found in columns.items():
        if found:
            first = name == next(name for name, found in columns.items() if found)
            parts.append(f"## {_TITLES[name]}\n\n{_CELLS}{_MEDOID if first else ''}\n{table(found, searches)}")
    if otherwise := otherwise_table(columns["playability"]):
        parts.append(otherwise)
    floors = "".join(f"* {get_synth(id).title}: {_about(id)}\n" for id in held)
    links = "".join(
        f"* [{name}]({link})"
        + (f", [tests]({tables[tests]})\n" if (tests := name.replace(".csv", "-tests.csv")) in tables else "\n")
        for name, link in tables.items()
        if not name.endswith("-tests.csv")
    )
    agreements = "".join(
        f"| {get_synth(id).title} | {agreement([r for of in found.values() for all in of.values() for r in all])} |\n"
        for id, found in held.items()
    )
    parts += [
        f"{HOW}\n{fewer_targets(columns)}\n\n{floors}",
        _AGREEMENT + agreements,
        _AGAIN,
        *([f"{_FULL}\n{links}"] if tables else []),
    ]
    return "\n".join(parts)


def full_tables(folder: Path, synths: Sequence[str], searches: Sequence[str], seed: int) -> dict[str, str]:
    """CSV by file name: results and tests of each synthesizer and set, and the runs that they come from."""
    files, runs, sets = dict[str, str](), list[Line](), _sets(folder)
    for id in synths:
        for name, budgets in _held(folder, id, seed).items():
            lines, tests = list[Line](), list[Line]()
            for renders, records in budgets.items():
                # a search that was not run under this budget has no row
                ran = [search for search in searches if any(record.conditions.method == search for record in records)]
                found = results(records, ran, f"{len(_library(id)):,}")
                lines += [{"budget": str(renders)} | line for line in found[0]]
                tests += [{"budget": str(renders)} | line for line in found[1]]
                command = f"synthmatch benchmark --synth {id} --set {name} --renders {renders}"
                command += " --voices FILE" if name == "people" else ""
                if len(ran) < len(searches):
                    command += "".join(f" --search {search}" for search in ran)
                silent = str(sets.get(f"{id}-{name}", {}).get("silent", 0))
                machines = "; ".join(sorted({record.machine for record in records}))
                row = {"synth": id, "set": name, "budget": str(renders), "silent targets": silent}
                runs.append(row | {"machines": machines, "command": command})
            if lines:
                files |= {f"{id}-{name}.csv": _csv(lines), f"{id}-{name}-tests.csv": _csv(tests)}
    return files | ({"runs.csv": _csv(runs)} if runs else {})


def _csv(lines: Sequence[Line]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _held(folder: Path, synth: str, seed: int) -> Held:
    if builtin_library(synth) is None:
        return {name: {} for name in SETS}
    size = benchmark.library_name(_library(synth))
    return {name: _current(record_file(folder, synth, name), size, seed) for name in SETS}


def _library(synth: str) -> Library:
    library = builtin_library(synth)
    assert library is not None
    return library


def _about(synth: str) -> str:
    return f"{get_synth(synth).version()}; library of {benchmark.library_name(_library(synth))}; {_floor_text(synth)}"


def _sets(folder: Path) -> dict[str, dict[str, int]]:
    file = folder / _SETS_FILE
    if not file.exists():
        return {}
    try:
        found = need(parse_json(read_file(file, _MOST_SETS_BYTES, "counts of targets")), dict, "it")
        return {name: {key: member(need(row, dict, name), key, int) for key in row} for name, row in found.items()}
    except ValueError as error:
        raise InputError(f"{file} is damaged ({error}); remove it and run the benchmark again") from None


def _floor_text(synth: str) -> str:
    floor = noise_floor(synth)
    if not floor:
        return "noise floor not measured."
    scores = f"lsd {floor['lsd']:.2f} dB, mss {floor['mss']:.2f} dB"
    return f"noise floor, a second play in a running synthesizer: {scores}."


def _current(file: RecordFile, library: str, seed: int) -> dict[int, list[Record]]:
    """Records under the present versions and library, by the budget of the searches, the largest first.

    Where there are none of the plain search, which runs beside the others, those of the newest versions that have. A model's version is its weights: the latest
    record of its name holds.
    """
    for generation in range(len(GENERATIONS)):
        held: dict[int, dict[tuple[str, str], Record]] = {}
        for record in file.records.values():
            at = record.conditions
            if benchmark.is_current(at, library, seed, generation):
                held.setdefault(at.renders, {})[record.target, at.method] = record
        if any(method == _PLAIN for found in held.values() for _, method in found):
            break
    return {renders: list(held[renders].values()) for renders in sorted(held, reverse=True)}
