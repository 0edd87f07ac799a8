"""Check that presets made by people load, save and render to the same audio, all of them by one command.

    python tools/check_all_presets.py --synth amsynth /usr/share/amsynth/banks
    python tools/check_all_presets.py --synth dexed /usr/share/hexter

Every native file of the folder is read. Each preset is rendered; saved in the synthesizer's first format; read again:
its native values must be equal; rendered again: its audio must be the same, bit for bit. `--limit N` takes N presets,
evenly spread over the folder. Exit code 1 where one differs; each is named.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from synthmatch.errors import PresetError
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.pool import RenderPool
from synthmatch.synths.base import Synth
from synthmatch.synths.registry import get_synth

#: Long enough for attacks of a second, short enough for thousands of presets.
NOTE = Note(hold_seconds=0.6, render_seconds=1.0)

#: Presets in memory with their audio at one time.
BATCH = 128


def main() -> None:
    """Read the command line, check, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--synth", required=True)
    parser.add_argument("--limit", type=int, default=0)
    arguments = parser.parse_args()
    synth = get_synth(arguments.synth)
    found = read_folder(synth, arguments.folder)
    if arguments.limit and arguments.limit < len(found):
        found = [found[i] for i in np.linspace(0, len(found) - 1, arguments.limit).astype(int)]
    start, wrong = time.monotonic(), []
    with RenderPool(synth) as pool:
        for first in range(0, len(found), BATCH):
            wrong += list(differing(synth, pool, found[first : first + BATCH]))
    for line in wrong:
        print(line)
    seconds = time.monotonic() - start
    print(f"{synth.id}: {len(found)} presets checked, {len(wrong)} differ; {seconds:.0f} s")
    raise SystemExit(bool(wrong) or not found)


def read_folder(synth: Synth, folder: Path) -> list[tuple[str, Preset]]:
    """(where, preset) of every file under the folder that has one of the synthesizer's suffixes."""
    suffixes = tuple(f.suffix for f in synth.formats)
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.name.endswith(suffixes)):
        for number, preset in enumerate(synth.read(path), 1):
            found.append((f"{path.name} #{number} {preset.name!r}", preset))
    return found


def differing(synth: Synth, pool: RenderPool, batch: Sequence[tuple[str, Preset]]) -> Iterator[str]:
    """A line for each preset whose values or audio change by saving."""
    presets = [preset for _, preset in batch]
    saved = [save_and_read(synth, preset) for preset in presets]
    before = pool.run(presets, NOTE)
    after = pool.run([again for again in saved if isinstance(again, Preset)], NOTE)
    for (where, preset), again, audio in zip(batch, saved, before, strict=True):
        if isinstance(again, PresetError):
            yield f"{where}: {again}"
            continue
        audio_again = after.pop(0)
        if not np.array_equal(again.native, preset.native):
            yield f"{where}: native values differ"
        elif not isinstance(audio, np.ndarray) or not isinstance(audio_again, np.ndarray):
            yield f"{where}: {audio if not isinstance(audio, np.ndarray) else audio_again}"
        elif not np.array_equal(audio, audio_again):
            yield f"{where}: audio differs by up to {np.abs(audio - audio_again).max():.2g}"


def save_and_read(synth: Synth, preset: Preset) -> Preset | PresetError:
    """The preset after a trip through a file of the first format."""
    suffix = synth.formats[0].suffix
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"preset{suffix}"
        try:
            path.write_bytes(synth.dump([preset], suffix))
            return synth.read(path)[0]
        except PresetError as error:
            return error


if __name__ == "__main__":
    main()
