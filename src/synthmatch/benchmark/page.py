"""The page of a benchmark, in Markdown, from its records: a section a synthesizer, a table a target set and budget."""

import json
from collections.abc import Sequence
from pathlib import Path

from synthmatch.atomic_files import write_whole
from synthmatch.benchmark import run as benchmark
from synthmatch.benchmark.records import Record, RecordFile
from synthmatch.benchmark.report import agreement, results
from synthmatch.benchmark.targets import SETS, TargetSet
from synthmatch.calibration.noise_floor import noise_floor
from synthmatch.errors import InputError
from synthmatch.library.builtin import builtin_library
from synthmatch.parsing import member, need, parse_json
from synthmatch.reading import read_file
from synthmatch.synths.registry import get_synth

HEAD = """# Quality

How near each method comes to its target, by the metrics of [Metrics](../metrics.md). Written by `synthmatch benchmark`
from its records.

Targets, the same for every method:

* **held-out**: presets of the test split that are no near-duplicate of any preset the library descends from, rendered
  with the default note. Dexed and amsynth: presets made by people, of Debian's banks, for Dexed topped up with children
  of them; Vital: generated presets.
* **people**: DX7 voices made by people from other banks, unlike every voice of Debian's.
* **cross**: held-out presets of the two other synthesizers.
* **recordings**: 30 one-shots of Debian's sonic-pi-samples and 30 notes of its FluidR3 sound font.

Searches start from the library's nearest neighbours and rank by the search distance; each row takes the best preset by that
distance among the first so many renders. Random search draws from the library, and its first draw is the random preset.
`ratio` is the mean `lsd` over that of the nearest neighbour. Brackets are 95 % bootstrap intervals of the mean, p-values
of paired Wilcoxon tests.
"""

_SETS_FILE = "sets.json"
#: It has 2 kB.
_MOST_SETS_BYTES = 1_000_000


def record_file(folder: Path, synth: str, name: str) -> RecordFile:
    """The records of a synthesizer and target set."""
    return RecordFile(folder / f"{synth}-{name}.jsonl")


def note_silent(folder: Path, synth: str, name: str, found: TargetSet) -> None:
    """Keep how many targets were left out, for the page."""
    sets = _sets(folder) | {f"{synth}-{name}": {"targets": len(found.targets), "silent": found.silent}}
    text = json.dumps(sets, indent=1, sort_keys=True) + "\n"
    write_whole(folder / _SETS_FILE, text.encode(), force=True)


def page(folder: Path, synths: Sequence[str], searches: Sequence[str], seed: int) -> str:
    """The whole page, from the records that hold under the present versions and library, and this seed."""
    sets, parts, agreements = _sets(folder), [HEAD], []
    for id in synths:
        synth, library = get_synth(id), builtin_library(id)
        files = {name: record_file(folder, id, name) for name in SETS}
        if library is None or not any(file.records for file in files.values()):
            continue
        size = benchmark.library_name(library)
        parts.append(f"## {synth.title}\n\n{synth.version()}; library of {size}; {_floor_text(id)}\n")
        every: list[Record] = []
        for name, file in files.items():
            silent = sets.get(f"{id}-{name}", {}).get("silent", 0)
            for renders, kept in _current(file, size, seed).items():
                every += kept
                # a search that was not run under this budget has no row
                ran = [search for search in searches if any(record.conditions.method == search for record in kept)]
                machines = "; ".join(sorted({record.machine for record in kept}))
                command = f"synthmatch benchmark --synth {id} --set {name} --renders {renders}"
                command += " --voices FILE" if name == "people" else ""
                if len(ran) < len(searches):
                    command += "".join(f" --search {search}" for search in ran)
                parts.append(
                    f"### {synth.title}, {name}, budget of {renders:,}\n\n"
                    f"`{command}`; {machines}; {silent} silent targets left out.\n\n"
                    f"{results(kept, ran, f'{len(library):,}')}"
                )
        agreements.append(f"| {synth.title} | {agreement(every)} |\n")
    if len(parts) == 1:
        return HEAD + "\nNo records yet.\n"
    table = "| synth | lsd | mss | wmfcc | targets |\n| --- | ---: | ---: | ---: | ---: |\n" + "".join(agreements)
    text = "The Spearman rank correlation of the search distance with each metric over the candidates of a target, mean over\ntargets."
    return "\n".join([*parts, "## Agreement of the search distance\n", text + "\n", table])


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
    return f"a second play in a running synthesizer differs by lsd {floor['lsd']:.2f} dB, mss {floor['mss']:.2f} dB."


def _current(file: RecordFile, library: str, seed: int) -> dict[int, list[Record]]:
    """Records under the present versions and library, by the budget of the searches, the largest first.

    A model's version is its weights: the latest record of its name holds.
    """
    held: dict[int, dict[tuple[str, str], Record]] = {}
    for record in file.records.values():
        at = record.conditions
        if benchmark.is_current(at, library, seed):
            held.setdefault(at.renders, {})[record.target, at.method] = record
    return {renders: list(held[renders].values()) for renders in sorted(held, reverse=True)}
