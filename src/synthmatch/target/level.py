"""The level that presets should have: the recording's own, unless it is so quiet or so loud that nobody meant it.

Levels are loudness in LKFS over the whole target (`features.loudness`). Audio is float32 (channels, samples).
"""

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.features.loudness import loudness_db

#: Levels outside these are not meant. The recordings of `benchmark.recordings` lie between -46.5 LKFS (a sampled pad and a
#: harp, peaks at -25 dBFS) and -6.2, held-out presets between -43 and -2.6. A full-scale export that is 50 dB too quiet is
#: below -50 where the sound at full scale is below 0, as all 60 of these recordings are. A full-scale square wave of 1 kHz
#: in both channels, about the loudest that full scale holds, has +3.8.
QUIETEST_LKFS, LOUDEST_LKFS = -50.0, 5.0
#: Level in place of one that is not meant: between the medians of recordings (-27) and of DX7 voices (-10.6), that of
#: amsynth's presets (-20.5), so that every synthesizer has many presets at this level as they are.
STATED_LKFS = -20.0


def at_meant_level(audio: Audio) -> tuple[Audio, float, str]:
    """Audio at the level that presets should have, that level in LKFS, and a remark where it is not the recording's.

    `audio` has shape (channels, samples); at a level that is meant it is returned as it is, with no text. Else it is scaled
    to `STATED_LKFS`, or as near to it as peaks within full scale allow.
    """
    found = loudness_db(audio)
    if QUIETEST_LKFS <= found <= LOUDEST_LKFS:
        return audio, found, ""
    peak = float(np.abs(audio).max())
    gain = min(10.0 ** ((STATED_LKFS - found) / 20.0), 1.0 / peak)
    # rounding to float32 may pass full scale by a bit
    scaled = np.clip(gain * audio.astype(np.float64), -1.0, 1.0).astype(np.float32)
    level_db = loudness_db(scaled)
    extreme = "quiet" if found < QUIETEST_LKFS else "loud"
    return (
        scaled,
        level_db,
        f"the recording is very {extreme} ({found:.0f} LKFS): presets are made as loud as {level_db:.0f} LKFS",
    )
