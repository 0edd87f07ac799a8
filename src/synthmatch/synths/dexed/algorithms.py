"""How the DX7's 32 algorithms wire its six operators, and which of them are carriers: those that are heard.

The table is that of msfa, Dexed's engine (Google, Apache-2.0: fm_core.cc). Operators are in the order of the voice's bytes:
6 to 1.
"""

import numpy as np

from synthmatch.arrays import F64, Float64

#: For each algorithm and operator: low two bits, the bus that it writes (0: the output); 4, it adds to what is there;
#: 16 or 32, the bus that modulates it; 64 or 128, feedback.
_ALGORITHMS = bytes.fromhex(
    "c11111140114 01111114c114 c11114011114 411194011114 c11401140114 419401140114 c11105140114 0111c5140114"
    "01110514c114 010514c11114 c10514011114 01050514c114 c10505140114 c10511140114 01051114c114 c11102250514"
    "01110225c514 011111c50514 c11414011114 010514c11414 011414c11414 c11414140114 c11414011404 c11414140404"
    "c11414040404 c10514011404 010514c11404 04c111140114 c11401140404 04c111140404 c11404040404 c40404040404"
)


def _wiring() -> tuple[Float64[F64, "32 6 6"], Float64[F64, "32 6"], Float64[F64, "32 6"]]:
    modulates, carriers, feedback = np.zeros((32, 6, 6)), np.zeros((32, 6)), np.zeros((32, 6))
    for algorithm in range(32):
        buses: dict[int, list[int]] = {1: [], 2: []}
        for operator, flags in enumerate(_ALGORITHMS[6 * algorithm : 6 * algorithm + 6]):
            modulates[algorithm, buses.get(flags >> 4 & 3, []), operator] = 1.0
            feedback[algorithm, operator] = bool(flags & 0xC0)
            bus = flags & 3
            if bus == 0:
                carriers[algorithm, operator] = 1.0
            else:
                buses[bus] = [*buses[bus], operator] if flags & 4 else [operator]
    return modulates, carriers, feedback


#: By algorithm: which operator modulates which, (32, 6, 6); which are carriers, and which have feedback, (32, 6).
MODULATES, CARRIERS, FEEDBACK = _wiring()
