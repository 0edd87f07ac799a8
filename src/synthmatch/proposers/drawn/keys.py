"""What follows the key in a drawn Vital preset, so that it plays other notes than its target's as the instrument would.

Sounds that are held (blown, bowed, sung) keep formants, which a wavetable would move with the key. Those that fall (struck, plucked)
keep the shape of their spectrum, and fall the faster the higher they are.
"""

from typing import Any

import numpy as np

from synthmatch.synths.vital.own import lfo_shape

#: Octaves that formants stay behind for an octave of the key, below the target's note and above, of a sound that is held; and by
#: how many octaves an LFO is faster, of one that falls (docs/results/tried.md, "Other keys").
_FORMANTS_BELOW, _FORMANTS_ABOVE, _FASTER = 0.5, 1.0, 0.5
#: Octaves from the lowest value to the highest: of Vital's formant scale, and of an LFO's frequency.
_FORMANT_OCTAVES, _FREQUENCY_OCTAVES = 4.0, 16.0
_HIGHEST_KEY = 127


def key_connections(pitch: int, *, held: bool, oscillators: int, lfos: int) -> list[tuple[str, dict[str, Any]]]:
    """What the key moves, by name, and with which curve; nothing at the target's own pitch.

    Each is a bipolar connection of amount 1 from the source ``note``; formants are Vital's spectral morph ``Formant Scale``.
    The preset has so many `oscillators` and `lfos`.
    """
    if held:
        below, above = -_FORMANTS_BELOW / _FORMANT_OCTAVES, -_FORMANTS_ABOVE / _FORMANT_OCTAVES
        curve = _curve(pitch, below, above)
        return [(f"osc_{number}_spectral_morph_amount", curve) for number in range(1, oscillators + 1)]
    faster = _FASTER / _FREQUENCY_OCTAVES
    return [(f"lfo_{number}_frequency", _curve(pitch, faster, faster)) for number in range(1, lfos + 1)]


def _curve(pitch: int, below: float, above: float) -> dict[str, Any]:
    """A curve over all keys that has 0.5 at a pitch and changes by so much an octave below and above it, within 0 and 1."""
    # where a slope reaches 0 or 1
    ends = (pitch - 6 / abs(below), pitch + 6 / abs(above))
    keys = np.array(sorted({0.0, float(_HIGHEST_KEY), float(pitch), *(end for end in ends if 0 < end < _HIGHEST_KEY)}))
    values = 0.5 + (keys - pitch) / 12 * np.where(keys < pitch, below, above)
    return lfo_shape(np.column_stack([keys / _HIGHEST_KEY, np.clip(values, 0.0, 1.0)]), "key")
