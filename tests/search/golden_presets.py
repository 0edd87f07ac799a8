"""Three searches whose presets are kept: a bundled sound and a budget for each synthesizer."""

import hashlib
from pathlib import Path

import synthmatch

EXAMPLES = Path(synthmatch.__file__).parent / "data/examples"
#: synthesizer -> (sound, renders)
SEARCHES = {"dexed": ("bass.flac", 48), "amsynth": ("bell.flac", 24), "vital": ("tabla.flac", 16)}


def found_presets(synth: str) -> list[dict[str, str | float]]:
    """The candidates of a synthesizer's search: a hash of their native values, and their distances in dB."""
    sound, renders = SEARCHES[synth]
    found = synthmatch.match(EXAMPLES / sound, synths=[synth], renders=renders, metrics=())
    return [
        {
            "name": one.preset.name,
            "native": hashlib.sha256(one.preset.key()).hexdigest()[:16],
            "distance": round(one.distance, 3),
        }
        for one in found
    ]
