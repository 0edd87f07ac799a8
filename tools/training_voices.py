"""The DX7 voices of a file that a surrogate may learn from.

Run: python tools/training_voices.py VOICES OUTPUT. VOICES are packed voices, 128 bytes each. OUTPUT gets those of the training
split that differ from each test voice, of the file and of Debian's banks, in more than 8 values: what the package's
surrogate was trained with, and what the benchmark's set `people` does not ask for.
"""

import argparse
from pathlib import Path

import numpy as np

from synthmatch.atomic_files import write_whole
from synthmatch.library.sources import BANKS, read_presets
from synthmatch.library.split import split_of
from synthmatch.synths.registry import get_synth

VOICE_BYTES, NEAR = 128, 8


def main() -> None:
    """Write the voices, in their order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voices", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    synth = get_synth("dexed")
    presets = synth.read(arguments.voices)
    banks = [preset for preset in read_presets(synth, [BANKS["dexed"]]).presets if split_of(preset) != "train"]
    heldout = [preset.native for preset in presets if split_of(preset) == "test"] + [preset.native for preset in banks]
    others = np.stack(heldout).astype(np.uint8)
    raw, kept = arguments.voices.read_bytes(), []
    # exactly, where `library.heldout.differing` would not notice a level that is one step apart
    for place, preset in enumerate(presets):
        if split_of(preset) == "train" and (others != preset.native.astype(np.uint8)).sum(axis=1).min() > NEAR:
            kept.append(raw[place * VOICE_BYTES : (place + 1) * VOICE_BYTES])
    write_whole(arguments.output, b"".join(kept))
    print(f"{arguments.output}: {len(kept)} of {len(presets)} voices")


if __name__ == "__main__":
    main()
