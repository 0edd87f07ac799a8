"""Whether the numbers of a latent act as controls, as Esling et al. (DAFx 2019) show for theirs.

From a point of the latent one number goes through its range while the others stay. The presets on the way are rendered,
and each descriptor of their sounds is compared with the number by Spearman's rank correlation: 1 or -1 where it only
rises or only falls. The mean over several points keeps what holds everywhere: a number that brightens one sound and dulls
another controls nothing, and comes to 0.
"""

from collections.abc import Callable

import numpy as np

from synthmatch.arrays import F32, F64, Float32, Float64
from synthmatch.features.descriptors import attack_seconds, centroid_hz, level_dbfs
from synthmatch.metrics import harmonic_percentage
from synthmatch.models.estimator import Estimator
from synthmatch.note import Note
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.registry import get_synth

#: What a sound is described by, by the name that tables use.
DESCRIPTORS: dict[str, Callable[[F32, Note], float]] = {
    "centroid": lambda audio, note: centroid_hz(audio),
    "level": lambda audio, note: level_dbfs(audio),
    "harmonic": lambda audio, note: harmonic_percentage(audio),
    "attack": attack_seconds,
}


class Described:
    """The descriptors of a render of `note`, picklable for workers."""

    def __init__(self, note: Note) -> None:
        self._note = note

    def __call__(self, audio: Float32[F32, "*channels samples"]) -> Float64[F64, " descriptors"]:
        """In the order of `DESCRIPTORS`."""
        return np.array([describe(audio, self._note) for describe in DESCRIPTORS.values()])


def traversals(
    points: Float64[F64, "points latent_size"], positions: Float64[F64, " steps"]
) -> Float64[F64, "points latent_size steps latent_size"]:
    """Each number of each point moved to each position, the others where they are.

    Shape: (points, latent_size), (steps,) -> (points, latent_size, steps, latent_size).
    """
    count, size = points.shape
    moved = np.tile(points[:, None, None], (1, size, len(positions), 1))
    numbers = np.arange(size)
    moved[:, numbers, :, numbers] = positions
    assert moved.shape == (count, size, len(positions), size)
    return moved


def rank_correlation(
    positions: Float64[F64, " steps"], described: Float64[F64, "steps columns"]
) -> Float64[F64, " columns"]:
    """Spearman's, over the first axis; 0 for a descriptor that never changes. Shape: (steps,), (steps, n) -> (n,)."""
    from scipy.stats import rankdata  # noqa: PLC0415 - half a second that no other import needs

    ours = rankdata(positions)
    theirs = rankdata(described, axis=0)
    ours, theirs = ours - ours.mean(), theirs - theirs.mean(axis=0)
    scale = np.sqrt((ours @ ours) * np.einsum("sn,sn->n", theirs, theirs))
    return np.divide(ours @ theirs, scale, out=np.zeros(described.shape[1]), where=scale > 0)


def controls(
    estimator: Estimator,
    synth: str,
    note: Note,
    points: Float64[F64, "points latent_size"],
    positions: Float64[F64, " steps"],
    workers: int | None = None,
) -> Float64[F64, "latent_size descriptors"]:
    """Mean rank correlation of each number of the latent with each descriptor. Shape: (latent_size, descriptors).

    `points`: (n, latent_size). Raises `InputError` where the model has no latent or does not know the synthesizer. A
    preset that does not render is as good as silent.
    """
    ways = traversals(points, positions)  # (points, latent_size, steps, latent_size)
    presets = estimator.presets(ways.reshape(-1, ways.shape[-1]), synth)
    measure = Described(note)
    silence = measure(np.zeros(note.samples, np.float32))
    with RenderPool(get_synth(synth), workers) as pool:
        measured = [silence if isinstance(r, RenderFailure) else r for r in pool.run(presets, note, measure)]
    described = np.array(measured).reshape(-1, len(positions), len(DESCRIPTORS))
    each = np.array([rank_correlation(positions, way) for way in described])
    return each.reshape(*ways.shape[:2], len(DESCRIPTORS)).mean(axis=0)
