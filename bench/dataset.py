"""How fast a data set is made and read, and what its 8 bits cost.

``python bench/dataset.py`` makes a small data set of each synthesizer in a temporary folder and prints a table: items made
a second with so many workers, bytes an item, items read a second (spectrograms in shuffled batches of 32, files in the
system's cache), encoded rows a second, and the mean and largest error of 8 bits in dB. The promise is for a GPU that
should not wait: reading at least 2,000 items a second.
"""

import argparse
import os
import platform
import tempfile
import time
from pathlib import Path

import numpy as np

from synthmatch.dataset.banks import read_banks
from synthmatch.dataset.generate import generate
from synthmatch.dataset.reader import Dataset, Subset
from synthmatch.dataset.rows import SPLITS
from synthmatch.dataset.spec import DatasetSpec
from synthmatch.features.mel import RANGE_DB, mel_spectrogram
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth, synth_names

BATCH = 32
PROMISED = 2000


def reading(subset: Subset, synth: str, seconds: float) -> tuple[float, float]:
    """Items a second of `mels`, and of `encoded_of`."""
    rng = np.random.default_rng(0)
    rates = []
    for read in (subset.mels, lambda items: subset.encoded_of(synth, items)):
        items, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            for batch in subset.batches(BATCH, rng):
                read(batch)
                items += len(batch)
        rates.append(items / (time.perf_counter() - start))
    return rates[0], rates[1]


def error_db(subset: Subset, synth: str, count: int) -> tuple[float, float]:
    """Mean and largest difference of what is stored from the spectrogram of a render, over bands within 80 dB."""
    items = np.random.default_rng(1).permutation(len(subset))[:count]
    errors = []
    with RenderPool(get_synth(synth)) as pool:
        presets, notes = [subset.preset(int(i)) for i in items], [subset.note(int(i)) for i in items]
        for mel, audio in zip(subset.mels(items), pool.run(presets, notes), strict=True):
            if not isinstance(audio, RenderFailure):
                exact = mel_spectrogram(audio)
                errors.append(RANGE_DB * np.abs(mel - exact)[exact > 0])
    found = np.concatenate(errors)
    return float(found.mean()), float(found.max())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", type=int, default=100, help="rows a synthesizer")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=3.0, help="of reading")
    parser.add_argument("--quick", action="store_true", help="4 presets, 0.3 s of reading")
    options = parser.parse_args()
    presets, seconds = (4, 0.3) if options.quick else (options.presets, options.seconds)
    print(
        f"{presets} presets at 12 pitches, {options.workers} workers, {os.cpu_count()} cores, {platform.machine()}, "
        f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}\n"
    )
    print("| synth | made items/s | kB/item | read items/s | promised | encoded rows/s | error mean dB | max dB |")
    print("|" + "---|" * 8)
    for name in synth_names():
        synth = get_synth(name)
        if missing := synth.missing():
            print(f"| {name} | {missing} |")
            continue
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            bank = {id: found.presets for id, found in read_banks([synth], []).items()}
            start = time.perf_counter()
            generate(DatasetSpec((name,), presets), folder, bank, workers=options.workers)
            made_seconds = time.perf_counter() - start
            dataset = Dataset.open(folder)
            items = sum(len(dataset.split(split)) for split in SPLITS)
            size = sum(file.stat().st_size for file in folder.rglob("*.*"))
            subset = dataset.split("train")
            mels, encoded = reading(subset, name, seconds)
            mean, largest = error_db(subset, name, 8 if options.quick else 48)
        print(
            f"| {name} | {items / made_seconds:.1f} | {size / items / 1000:.1f} | {mels:,.0f} | {PROMISED:,} "
            f"| {encoded:,.0f} | {mean:.3f} | {largest:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
