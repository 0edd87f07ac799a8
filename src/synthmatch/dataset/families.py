"""Families of presets: near-duplicates, and near-duplicates of those, which must be on one side of the split."""

from collections.abc import Sequence

import numpy as np

from synthmatch.arrays import I64, Int64
from synthmatch.library.heldout import differing_from, tolerated
from synthmatch.library.split import Split, digest_of, split_of
from synthmatch.params import ParamSpace, Preset


def families(space: ParamSpace, presets: Sequence[Preset]) -> Int64[I64, " presets"]:
    """Number of each preset's family, by single linkage: two that differ in at most `tolerated` parameters share one.

    Shape: (presets,).
    """
    from scipy.sparse import coo_array  # noqa: PLC0415  (slow to import)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    # exact in float32, and half the time
    unit = space.to_unit(np.array([preset.native for preset in presets])).astype(np.float32)
    links = [
        np.flatnonzero(differing_from(unit[i + 1 :], unit[i]) <= tolerated(space)) + i + 1 for i in range(len(unit))
    ]
    rows = np.repeat(np.arange(len(unit)), [len(near) for near in links])
    columns = np.concatenate(links) if links else rows
    graph = coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(len(unit), len(unit)))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, np.int64)


def family_splits(space: ParamSpace, presets: Sequence[Preset]) -> list[Split]:
    """The split of each preset: that of the member of its family with the smallest digest."""
    if not presets:
        return []
    labels = families(space, presets).tolist()
    heads: dict[int, Preset] = {}
    for preset, label in sorted(zip(presets, labels, strict=True), key=lambda pair: digest_of(pair[0])):
        heads.setdefault(label, preset)
    splits = {label: split_of(head) for label, head in heads.items()}
    return [splits[label] for label in labels]
