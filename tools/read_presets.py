"""Say of a folder of preset files how many are read, how many of them with a warning, and why the others are not.

    python tools/read_presets.py FOLDER
    python tools/read_presets.py --lines FOLDER     each warning and refusal too

Every file under the folder is taken whose name ends as a preset file's; the table has a row for each ending. It is the
one of docs/formats.md.
"""

import argparse
import warnings
from collections import Counter
from pathlib import Path

from synthmatch.errors import InputWarning, SynthmatchError
from synthmatch.synths.preset_files import read_presets
from synthmatch.synths.registry import get_synth, synth_names


def main() -> None:
    """Read the command line, read the files, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", action="store_true")
    arguments = parser.parse_args()
    suffixes = sorted((s for name in synth_names() for s in get_synth(name).suffixes), key=len, reverse=True)
    counts: dict[str, Counter[str]] = {}
    lines: list[str] = []
    for path in sorted(p for p in arguments.folder.rglob("*") if p.is_file()):
        suffix = next((s for s in suffixes if path.name.lower().endswith(s)), None)
        if suffix is not None:
            lines += read(path, counts.setdefault(suffix, Counter()))
    print("| file | tried | read | of these with a warning | refused | presets |")
    print("|---|---|---|---|---|---|")
    for suffix, count in sorted(counts.items()):
        cells = [count[column] for column in ("tried", "read", "warned", "refused", "presets")]
        print(f"| `{suffix}` | {' | '.join(f'{cell:,}' for cell in cells)} |")
    for line in lines if arguments.lines else []:
        print(line.replace(f"{arguments.folder}/", ""))


def read(path: Path, count: Counter[str]) -> list[str]:
    """Read one file into the counts of its ending; gives its warnings or why it was refused."""
    count["tried"] += 1
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            presets = read_presets(path)
        except SynthmatchError as error:
            count["refused"] += 1
            return [f"refused: {error}"]
    said = [f"warning: {warning.message}" for warning in caught if issubclass(warning.category, InputWarning)]
    count["read"] += 1
    count["warned"] += bool(said)
    count["presets"] += len(presets)
    return said


if __name__ == "__main__":
    main()
