"""What goes over the pipes between a pool and its workers."""

import fcntl
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthmatch.render.wire import pack, size, unpack
from synthmatch.systems.forks import widen


@pytest.mark.linux
def test_a_wide_pipe_takes_a_whole_render() -> None:
    """Catches a pipe that stays at 64 KiB, over which a render goes in eleven pieces."""
    most = int(Path("/proc/sys/fs/pipe-max-size").read_text())
    ends = os.pipe()
    try:
        widen(ends[1])
        assert fcntl.fcntl(ends[0], fcntl.F_GETPIPE_SZ) >= min(most, 4 * 44_100 * 4)
    finally:
        for end in ends:
            os.close(end)


def test_a_pipe_that_is_gone_is_no_error() -> None:
    """Catches a worker that dies of a system without wide pipes."""
    ends = os.pipe()
    for end in ends:
        os.close(end)
    widen(ends[1])


@given(st.integers(0, 100_000), st.text())
def test_messages_come_back_whole(samples: int, text: str) -> None:
    """Catches arrays that lose their contents on the way, below and above the size that travels by itself."""
    audio = np.arange(samples, dtype=np.float32)[None]
    parts = pack(("done", text, audio))
    kind, words, back = unpack([bytearray(part) for part in parts])
    assert (kind, words) == ("done", text)
    np.testing.assert_array_equal(back, audio)
    assert size(parts) >= audio.nbytes
