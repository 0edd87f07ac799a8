"""What differs between Linux, macOS and Windows, behind plain functions: the one part that asks which system this is.

Everything else calls what all three have. With ``SYNTHMATCH_PORTABLE=1`` Linux does as Windows must: no fork, no groups of
processes, no limits by `resource`, no ``/proc``. So the tests run that way here; nothing was run on Windows or macOS.
"""

import ctypes
import os
import sys


def portable() -> bool:
    """Whether only what every system has may be used."""
    return sys.platform == "win32" or bool(os.environ.get("SYNTHMATCH_PORTABLE"))


def cores() -> int:
    """Processor cores that this process may use."""
    if sys.platform == "linux" and not portable():
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def c_library() -> ctypes.CDLL | None:
    """The C library of this process on Linux, else None."""
    return ctypes.CDLL(None) if sys.platform == "linux" and not portable() else None


def has_screen() -> bool:
    """Whether a browser can be shown: without a screen, Linux would open a page inside the terminal."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def no_display() -> dict[str, str]:
    """Environment in which plug-ins do without a screen: Qt's abort on Linux unless told to draw off screen."""
    return {"QT_QPA_PLATFORM": "offscreen"} if sys.platform == "linux" else {}
