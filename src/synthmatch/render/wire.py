"""Messages between the pool and its workers.

A message is parts: its pickle, then the memory of its large arrays, which so goes from array to pipe to array without a
copy between. On the wire: the number of parts, the length of each (8 bytes each, little-endian), the parts. Both ends
are unbuffered pipes, so that nothing stays behind in a buffer when one side is killed.
"""

import pickle
import struct
from io import FileIO
from typing import Any

Parts = list[bytes | bytearray | memoryview]

#: Smaller arrays go inside the pickle: a part costs a system call on either side.
_OWN_PART_BYTES = 32 << 10


def pack(message: Any) -> Parts:
    """The parts of a message. They share the memory of its arrays."""
    arrays: Parts = []

    def is_small(buffer: pickle.PickleBuffer) -> bool:
        memory = buffer.raw()
        if memory.nbytes < _OWN_PART_BYTES:
            return True
        arrays.append(memory)
        return False

    return [pickle.dumps(message, 5, buffer_callback=is_small), *arrays]


def unpack(parts: Parts) -> Any:
    """The message again."""
    return pickle.loads(parts[0], buffers=parts[1:])


def size(parts: Parts) -> int:
    """Bytes of all parts."""
    return sum(map(len, parts))


def send(pipe: FileIO, parts: Parts) -> None:
    """Write one message. Raises `BrokenPipeError` where nobody reads any more."""
    head = struct.pack(f"<{len(parts) + 1}Q", len(parts), *map(len, parts))
    for part in (head + bytes(parts[0]), *parts[1:]):
        left = memoryview(part)
        while left:
            try:
                left = left[pipe.write(left) :]
            except OSError as error:  # Windows calls it an invalid argument
                raise BrokenPipeError from error


def receive(pipe: FileIO) -> Parts:
    """Read one message. Raises `EOFError` where the other side has closed or died."""
    (count,) = struct.unpack("<Q", _read(pipe, 8))
    return [_read(pipe, length) for length in struct.unpack(f"<{count}Q", _read(pipe, 8 * count))]


def _read(pipe: FileIO, length: int) -> bytearray:
    contents = bytearray(length)
    left = memoryview(contents)
    while left:
        got = pipe.readinto(left)
        if not got:
            raise EOFError
        left = left[got:]
    return contents
