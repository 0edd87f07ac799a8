"""A preset: one synthesizer's complete setting."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from synthmatch.arrays import F64, Float64
from synthmatch.text import utf8


@dataclass(frozen=True, eq=False)
class Preset:
    """A point of a parameter space, with a name and what the space leaves out.

    `name` can be written as UTF-8, also where a file's name, by which it is called, is none. `native` has shape (P,), float64, in the space's order, snapped to its grid, and is read-only. `extra` is opaque
    JSON-able data of the synthesizer's adapter (a Vital preset's own wavetables and LFO shapes, say): it travels with
    the preset through render, search and save. Search and models change `native` only. `origin` is the name of the proposer
    that a search has it, or the preset that it was made of, from; it is in no file.
    """

    synth: str
    native: Float64[F64, " parameters"]
    name: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    origin: str = ""
    #: digest of `extra`, which may have megabytes: made once for all presets that have it from one another
    _digest: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        native = np.array(self.native, np.float64)
        native.setflags(write=False)
        object.__setattr__(self, "native", native)
        object.__setattr__(self, "name", utf8(self.name))

    def with_native(self, native: npt.ArrayLike) -> "Preset":
        """The same preset, with its name, extra and origin and other values."""
        return replace(self, native=np.asarray(native, np.float64), _digest=self._extra_digest())

    def with_name(self, name: str) -> "Preset":
        """The same preset under another name."""
        return replace(self, name=name, _digest=self._extra_digest())

    def with_origin(self, origin: str) -> "Preset":
        """The same preset, of another origin."""
        return replace(self, origin=origin, _digest=self._extra_digest())

    def key(self) -> bytes:
        """Bytes that are equal for presets that sound the same by construction (name and origin aside)."""
        return self.native.tobytes() + self._extra_digest()

    def _extra_digest(self) -> bytes:
        if self._digest is None:
            text = json.dumps(self.extra, sort_keys=True).encode() if self.extra else b""
            object.__setattr__(self, "_digest", blake2b(text, digest_size=16).digest() if text else b"")
        assert self._digest is not None
        return self._digest
