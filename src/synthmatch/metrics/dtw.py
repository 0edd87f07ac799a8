"""Dynamic time warping with symmetric2 steps, after Sakoe and Chiba 1978 as the R and Python packages `dtw` name it.

A step along one axis costs the local cost, a diagonal step twice the local cost, and the start its local cost once.
"""

import numpy as np

from synthmatch.arrays import F64, Float64


def symmetric2(cost: Float64[F64, "reference estimated"]) -> float:
    """Cost of the cheapest path from corner to corner over N + M. Shape: local cost (N, M), both at least 1.

    Cells of one anti-diagonal depend only on the two before it, so each is one array operation: cell (i, k - i) of
    diagonal k comes from (i, .) and (i - 1, .) of diagonal k - 1 and from (i - 1, .) of diagonal k - 2. Its local costs
    lie M - 1 apart in memory.
    """
    rows, columns = cost.shape
    flat = np.ascontiguousarray(cost).ravel()
    # totals of diagonals k - 2, k - 1 and k; row i is at i + 1, and the unwritten rows keep paths inside the matrix
    before, last, current = (np.full(rows + 1, np.inf) for _ in range(3))
    last[1] = flat[0]
    for k in range(1, rows + columns - 1):
        low, high = max(0, k - columns + 1), min(k, rows - 1)
        local = flat[low * columns + k - low : high * columns + k - high + 1 : max(columns - 1, 1)]
        straight = np.minimum(last[low + 1 : high + 2], last[low : high + 1]) + local
        np.minimum(straight, before[low : high + 1] + 2 * local, out=current[low + 1 : high + 2])
        before, last, current = last, current, before
    return float(last[rows] / (rows + columns))
