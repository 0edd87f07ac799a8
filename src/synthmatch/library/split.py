"""Which presets are for training and which for testing: decided by a hash of what sounds, the same everywhere."""

import hashlib
from typing import Literal

from synthmatch.params.preset import Preset

Split = Literal["train", "validation", "test"]


def split_of(preset: Preset) -> Split:
    """80 % train, 10 % validation, 10 % test, by BLAKE2 of the preset's values; its name does not count."""
    digest = hashlib.blake2b(preset.synth.encode() + preset.key(), digest_size=8).digest()
    bucket = int.from_bytes(digest, "big") % 10
    return "test" if bucket == 0 else "validation" if bucket == 1 else "train"


def digest_of(preset: Preset) -> str:
    """32 characters that order presets in a way that has nothing to do with their names or files."""
    return hashlib.blake2b(preset.key(), digest_size=16).hexdigest()
