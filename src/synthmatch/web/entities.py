"""What the page works with: sounds, targets, candidates, the user's libraries. Audio lies on disk, not in memory."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from synthmatch.arrays import Audio
from synthmatch.audio import decibels, wav_bytes
from synthmatch.features.loudness import played_db
from synthmatch.library.library import Library
from synthmatch.note import SAMPLE_RATE_HZ
from synthmatch.params import Preset
from synthmatch.search.preset_level import with_level_error
from synthmatch.target import Target, Velocity


@dataclass(frozen=True)
class Recording:
    """Audio on disk, with what is asked of it often.

    `loudness_db` is that of its WAV file, in LKFS: two sounds at one loudness can be compared by ear.
    """

    path: Path
    seconds: float
    channels: int
    loudness_db: float

    @classmethod
    def keep(cls, audio: Audio, path: Path) -> "Recording":
        """Write audio of shape (channels, samples) at 44.1 kHz to a file ``.npy``."""
        np.save(path, audio, allow_pickle=False)
        peak = float(np.abs(audio).max(initial=0.0))
        loudness = played_db(audio) - float(decibels(max(peak, 1.0) ** 2))  # a WAV file is scaled down to full scale
        return cls(path, audio.shape[1] / SAMPLE_RATE_HZ, audio.shape[0], loudness)

    def audio(self) -> Audio:
        """The audio again, shape (channels, samples)."""
        return np.load(self.path, allow_pickle=False)

    def wav(self) -> bytes:
        """A 24-bit WAV file of it."""
        return wav_bytes(self.audio())

    def forget(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Sound:
    """An uploaded recording, or a bundled one."""

    name: str
    recording: Recording


@dataclass(frozen=True)
class Given:
    """What a target was asked for with; None is found in the sound."""

    note: str | None
    velocity: Velocity | None
    hold_seconds: float | None
    whole: bool


@dataclass(frozen=True)
class TargetEntry:
    """A target: what a part of a sound became, and its note. `target.audio` is empty here; `recording` has it.

    `sound_seconds` is the sound's length; `start_seconds` and `end_seconds` are the part that was asked for, `given` what was
    asked for with it.
    """

    sound: str
    sound_seconds: float
    start_seconds: float
    end_seconds: float
    given: Given
    target: Target
    recording: Recording

    def whole(self) -> Target:
        """The target with its audio."""
        return replace(self.target, audio=self.recording.audio())


@dataclass(eq=False)
class Candidate:
    """A preset with its sound, and how near that is to its target.

    `made` says how: ``search``, ``edit``, ``vary`` or ``morph``; `parent` is the id of what it was made of, if anything. `weights` are what its sound depends on, loudness
    distances by parameter, once that was asked for. `distance` is the loudness distance to the target, `closeness` what that
    means in per cent, `level_error_db` how much louder it is than the target. `opened` is set when somebody looks into it, and
    keeps it beyond its search. `in_domain_percentile` is that of a match, once its search has ended.
    """

    preset: Preset
    recording: Recording
    target_id: str
    distance: float
    closeness: float
    level_error_db: float
    scores: dict[str, float]
    floor: dict[str, float]
    made: str
    parent: str = ""
    id: str = ""
    opened: bool = False
    weights: dict[str, float] | None = None
    in_domain_percentile: float | None = None

    @property
    def rank(self) -> float:
        """As `Match.rank`."""
        return with_level_error(self.distance, self.level_error_db)


@dataclass(frozen=True)
class OwnLibrary:
    """The user's presets of one synthesizer, indexed. `left_out` are those that are silent, double or do not render."""

    library: Library
    name: str
    left_out: int
