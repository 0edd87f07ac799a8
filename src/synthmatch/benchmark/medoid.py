"""The medoid of a library: the preset whose sound is nearest to all others, the best guess without hearing the target."""

import numpy as np

from synthmatch.library.library import Library
from synthmatch.note import Note
from synthmatch.params import Preset

_BLOCK = 1024


def medoid_of(library: Library) -> Preset:
    """Preset with the least sum of Euclidean distances to all, in the index's components at its middle pitch."""
    pitch = int(np.argmin([abs(pitch - Note().pitch) for pitch in library.index.pitches]))
    points = library.index.codes[pitch].astype(np.float32) * library.index.scale
    norms = np.einsum("ij,ij->i", points, points)
    sums = np.zeros(len(points))
    for start in range(0, len(points), _BLOCK):
        block = slice(start, start + _BLOCK)
        squared = norms[block, None] + norms - 2 * points[block] @ points.T
        sums[block] = np.sqrt(np.maximum(squared, 0.0)).sum(axis=1)
    return library.preset(int(sums.argmin()))
