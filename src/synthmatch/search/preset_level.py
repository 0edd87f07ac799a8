"""Sets presets to a level, decided by renders: a search compares sounds at equal loudness and leaves their own levels open.

Loudness is K-weighted, in LKFS, over the whole render (`features.loudness`). `Synth.with_gain` moves what a synthesizer has
for a level, before or after effects that answer to it, so that what a gain does is measured: a secant finds the gain that
reaches the level. Where a limiter, feedback or hiss makes another sound of it, a wrong level is weighed against the sound
(`with_level_error`).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from synthmatch.arrays import Audio, Bool, Bools
from synthmatch.features.loudness import played_db
from synthmatch.features.loudness_distance import LoudnessPattern, loudness_distance, loudness_pattern
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.base import Synth

#: A level that is as near is reached: less than half a step of the DX7, and less than people hear.
_NEAR_DB = 0.3
#: Renders of a preset after its first.
_ROUNDS = 3
#: A sound below is silent, in LKFS, and has no level that could be set.
_SILENT_DB = -100.0
#: What a decibel of wrong level weighs, as loudness distance, and how many of a search's answers are set to the level to choose
#: by it (docs/results/tried.md, "Level").
_DISTANCE_PER_DB = 0.02
SET_TO_LEVEL = 3
#: Decibels of level for a decibel of gain that a secant may have: a limiter gives less, a table of levels more.
_FLATTEST, _STEEPEST = 0.25, 4.0


def with_level_error(distance: float, error_db: float) -> float:
    """What answers are ranked by: the loudness distance, and the level that they lack or have too much, in dB."""
    return distance + _DISTANCE_PER_DB * max(0.0, abs(error_db) - _NEAR_DB)


def levelled(
    pool: RenderPool,
    note: Note,
    presets: Sequence[Preset],
    target: Audio,
    locked: Iterable[str] = (),
    rendered: Sequence[Audio | RenderFailure] | None = None,
) -> list[tuple[Preset, Audio | RenderFailure]]:
    """Each preset with its level parameters moved to a target's loudness as nearly as its sound allows, and its render.

    `target`: (channels, samples), which `note` plays. `locked` names parameters, groups and parts that do not move, as for
    `locks.lock`. A preset that is silent or does not render stays as it is, and so do all for a silent target.
    `rendered`: the presets' renders, where the caller has them; else each is rendered first. Then it is rendered at most three
    times more. Audio: (channels, note.samples). Raises like `RenderPool.run`.
    """
    level_db, pattern = played_db(target), loudness_pattern(target)
    sounds = pool.run(presets, note) if rendered is None else rendered
    results: list[tuple[Preset, Audio | RenderFailure]] = list(zip(presets, sounds, strict=True))
    fixed = pool.synth.space.named_by(locked)
    mask = np.array([parameter.name in fixed for parameter in pool.synth.space.parameters], np.bool_)
    levellings = {
        i: _Levelling(pool.synth, preset, audio, level_db, pattern, mask)
        for i, (preset, audio) in enumerate(results)
        if not isinstance(audio, RenderFailure) and min(level_db, played_db(audio)) >= _SILENT_DB
    }
    for _ in range(_ROUNDS):
        asked = [(levelling, preset) for levelling in levellings.values() if (preset := levelling.ask())]
        for (levelling, preset), audio in zip(asked, pool.run([preset for _, preset in asked], note), strict=True):
            levelling.tell(preset, audio)
    return [levellings[i].best if i in levellings else result for i, result in enumerate(results)]


class _Render(NamedTuple):
    """What a gain gave: the level that is lacking in dB, and what the render is ranked by."""

    gain_db: float
    lacking_db: float
    rank: float
    preset: Preset
    audio: Audio


class _Levelling:
    """One preset on its way to a level."""

    def __init__(
        self,
        synth: Synth,
        preset: Preset,
        audio: Audio,
        level_db: float,
        target: LoudnessPattern,
        locked: Bool[Bools, " parameters"],
    ) -> None:
        self._synth, self._start, self._level_db, self._locked, self._target = synth, preset, level_db, locked, target
        self._renders: list[_Render] = []
        self._asked = {preset.native.tobytes()}
        self._gain_db = 0.0
        self._failed = False
        self.tell(preset, audio)

    @property
    def best(self) -> tuple[Preset, Audio]:
        """The best so far, with its render."""
        return self._best.preset, self._best.audio

    @property
    def _best(self) -> _Render:
        return min(self._renders, key=lambda render: render.rank)

    def ask(self) -> Preset | None:
        """The preset to render next; None where the best has the level, no parameter moves any more, or a render failed."""
        if self._failed or abs(self._best.lacking_db) <= _NEAR_DB:
            return None
        self._gain_db = self._next_gain_db()
        moved = self._synth.with_gain(self._start, self._gain_db).native
        preset = self._start.with_native(np.where(self._locked, self._start.native, moved))
        if preset.native.tobytes() in self._asked:
            return None
        self._asked.add(preset.native.tobytes())
        return preset

    def tell(self, preset: Preset, audio: Audio | RenderFailure) -> None:
        """What the preset that was asked for sounds like. One that fails is not tried with another gain: it may hang."""
        if isinstance(audio, RenderFailure):
            self._failed = True
            return
        lacking_db = self._level_db - played_db(audio)
        rank = with_level_error(loudness_distance(self._target, loudness_pattern(audio)), lacking_db)
        self._renders.append(_Render(self._gain_db, lacking_db, rank, preset, audio))

    def _next_gain_db(self) -> float:
        """By the secant through the two renders nearest to the level; where that is reached by a worse sound, halfway to it."""
        first, *others = sorted(self._renders, key=lambda render: abs(render.lacking_db))
        if abs(first.lacking_db) <= _NEAR_DB:
            return (first.gain_db + self._best.gain_db) / 2
        slope = 1.0
        if others:
            second = others[0]
            slope = (second.lacking_db - first.lacking_db) / (first.gain_db - second.gain_db)
        return first.gain_db + first.lacking_db / float(np.clip(slope, _FLATTEST, _STEEPEST))
