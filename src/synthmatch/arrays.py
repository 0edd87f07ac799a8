"""The types of arrays: what an element is, and where it is fixed, the shape.

`F32` is an array of float32 of any shape, and `Float32[F32, "frames bands"]` one of two dimensions. A type checker reads
the first part; the tests check both at each call, and there each name of a dimension has one length in a call. Names are
`channels`, `samples`, `frames`, `bands`, `segments`, `presets`, `parameters`, `notes` and what a docstring calls them;
`...` stands for any dimensions, `_` for one without a name. A name alone has a space before it, `" samples"`, or linters
take it for a type.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from jaxtyping import Float32, UInt8

F16 = npt.NDArray[np.float16]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
C128 = npt.NDArray[np.complex128]
I8 = npt.NDArray[np.int8]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

#: float32 or float64
Floats = npt.NDArray[np.floating]
#: integers of any width
Integers = npt.NDArray[np.integer]
#: numbers of elements, as numpy counts them
Indices = npt.NDArray[np.intp]
#: which elements, true or false
Bools = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]

#: at 44.1 kHz, of one or two channels
Audio = Float32[F32, "_channels _samples"]
#: one of a DX7, as `presets.sysex` lays it out
Voice = UInt8[U8, " 155"]
