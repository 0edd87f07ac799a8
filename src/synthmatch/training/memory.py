"""The C library's memory settings for training on a CPU.

A step of the ICASSP 2023 auto-encoders takes and frees tensors of up to 56 MB. glibc asks the system for each and gives
it back at once, and the system fills every page with zeros again: two fifths of the time of a step
(docs/results/training.md). Told to keep what was freed, it does not.
"""

from synthmatch.systems import c_library

#: names of malloc.h
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX = -1, -2, -4


def keep_freed_memory() -> bool:
    """Have malloc keep freed memory for its next use, for the rest of the process. False where it is not glibc's."""
    mallopt = getattr(c_library(), "mallopt", None)
    if mallopt is None:
        return False
    return all(
        mallopt(*setting) for setting in ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, 2**31 - 1), (_M_TOP_PAD, 1 << 26))
    )
