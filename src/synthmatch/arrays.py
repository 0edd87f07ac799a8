"""The types of arrays: of what number, and where it is fixed, of what shape.

`F32` is an array of float32 of any shape, and `Float32[F32, "frames bands"]` one of frames by bands. A type checker reads
`F32` in both. Tests check both at every call: whoever imports jaxtyping first, as they do, has shapes that can be checked
(`tests/array_checks.py`); everybody else has the same types as plain text, and no time is spent on loading it.

A name of a dimension stands for one length within a call, arguments and result. `samples`, `channels`, `frames`, `bands`,
`segments`, `presets`, `parameters` are what they are everywhere; `mels` are mel bands, `times` are moments. A name that
begins with `_` stands for any length, `*channels` for any number of dimensions, `...` for any of any length, `{count}` for
an argument's value. A name alone has a space before it, `" samples"`, or linters take it for a type.
"""

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING or "jaxtyping" not in sys.modules:
    # what jaxtyping tells type checkers too
    from typing import Annotated as Bool
    from typing import Annotated as Complex128
    from typing import Annotated as Float
    from typing import Annotated as Float16
    from typing import Annotated as Float32
    from typing import Annotated as Float64
    from typing import Annotated as Int
    from typing import Annotated as Int8
    from typing import Annotated as Int16
    from typing import Annotated as Int64
    from typing import Annotated as Integer
    from typing import Annotated as UInt8
else:
    from jaxtyping import Bool, Complex128, Float, Float16, Float32, Float64, Int, Int8, Int16, Int64, Integer, UInt8

F16 = npt.NDArray[np.float16]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
C128 = npt.NDArray[np.complex128]
I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

#: floats of any width; with a shape, `Float[Floats, ...]`
Floats = npt.NDArray[np.floating]
#: integers of any width, `Integer[Integers, ...]`
Integers = npt.NDArray[np.integer]
#: places in an array, as numpy counts them, `Int[Indices, ...]`
Indices = npt.NDArray[np.intp]
#: true or false, `Bool[Bools, ...]`
Bools = npt.NDArray[np.bool_]
#: of anything
Array = npt.NDArray[Any]

#: at 44.1 kHz, of one or two channels where nothing else is said
Audio = Float32[F32, "_channels _samples"]
#: one of a DX7, as `presets.sysex` lays it out
Voice = UInt8[U8, " 155"]

__all__ = [
    "C128",
    "F16",
    "F32",
    "F64",
    "I8",
    "I16",
    "I64",
    "U8",
    "Array",
    "Audio",
    "Bool",
    "Bools",
    "Complex128",
    "Float",
    "Float16",
    "Float32",
    "Float64",
    "Floats",
    "Indices",
    "Int",
    "Int8",
    "Int16",
    "Int64",
    "Integer",
    "Integers",
    "UInt8",
    "Voice",
]
