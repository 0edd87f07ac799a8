"""How near a preset that is drawn from the target comes, without any search: Vital, on the benchmark's recordings.

``python bench/drawn.py``: each recording is drawn, set to its level (two renders as a rule), and scored.
"""

import argparse
import statistics
import time

import numpy as np

from synthmatch.benchmark.recordings import recordings
from synthmatch.calibration.closeness import Closeness
from synthmatch.features.search_distance import SearchDistance
from synthmatch.metrics import evaluate
from synthmatch.proposers.drawn.vital import draw_vital
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.search.preset_level import levelled
from synthmatch.synths.registry import get_synth

METRICS = ("lsd", "mss", "wmfcc", "envelope_error", "loudness_error")


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=60)
    parser.add_argument("--quick", action="store_true", help="four recordings")
    options = parser.parse_args()
    half = 2 if options.quick else options.targets // 2
    synth = get_synth("vital")
    rows, seconds = list[list[float]](), list[float]()
    with RenderPool(synth) as pool:
        for target in recordings(half, half).targets:
            start = time.perf_counter()
            preset = draw_vital(synth.space, target.audio, target.note)
            seconds.append(time.perf_counter() - start)
            ((_, audio),) = levelled(pool, target.note, [preset], target.audio)
            assert not isinstance(audio, RenderFailure), audio
            closeness = Closeness(target.audio, synth.id)(SearchDistance(target.audio).at_its_level(audio))
            rows.append([closeness, *evaluate(target.audio, audio, METRICS).values()])
    print("| targets | number | closeness | `lsd` | `mss` | `wmfcc` | `envelope_error` | within 1 dB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    parts = {"recordings": rows, "one-shots": rows[:half], "notes": rows[half:]}
    for name, part in parts.items():
        closeness, lsd, mss, wmfcc, envelope, loudness = np.transpose(part)
        means = [f"{closeness.mean():.0f} %", *(f"{of.mean():.2f}" for of in (lsd, mss, wmfcc, envelope))]
        print(f"| {name} | {len(part)} | {' | '.join(means)} | {(loudness <= 1).mean():.0%} |")
    print(f"\nDrawing one takes {statistics.median(seconds):.2f} s (median), without its renders.")


if __name__ == "__main__":
    main()
