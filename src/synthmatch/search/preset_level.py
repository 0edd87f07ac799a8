"""Sets presets to a level, decided by renders: a search compares sounds at equal loudness and leaves their own levels open.

Loudness is K-weighted, in LKFS, over the whole render (`features.loudness`). `Synth.with_gain` moves what a synthesizer has
for a level, before or after effects that answer to it, so that what a gain does is measured: a secant finds the gain that
reaches the level. A gain that takes the sound away from the target, by a limiter, feedback or a part that is locked, is
halved.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from synthmatch.arrays import Audio, Bool, Bools
from synthmatch.features.loudness import loudness_db
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
#: How much further from the target the right level may be, by `loudness_distance`: as much as a decay of 1.1 times the length
#: (docs/results/ladders.md). A sound moves by 0.00 where nothing but its level changes (Vital; amsynth below its limiter), by
#: 0.03 to 0.09 at -6 to -20 dB in Dexed, whose hiss of few bits stays where it is, and by 0.09 to 0.3 in amsynth where the
#: limiter lets go or takes hold, in the medians of 60 presets.
_WORSE = 0.05
#: Decibels of level for a decibel of gain that a secant may have: a limiter gives less, a table of levels more.
_FLATTEST, _STEEPEST = 0.25, 4.0


def levelled(
    pool: RenderPool,
    note: Note,
    presets: Sequence[Preset],
    target: Audio,
    locked: Iterable[str] = (),
    rendered: Sequence[Audio | RenderFailure] | None = None,
) -> list[tuple[Preset, Audio | RenderFailure]]:
    """Each preset with its level parameters moved to a target's loudness as nearly as they go, and its render.

    `target`: (channels, samples), which `note` plays. `locked` names parameters, groups and parts that do not move, as for
    `locks.lock`. A preset that is silent or does not render stays as it is, and so do all for a silent target.
    `rendered`: the presets' renders, where the caller has them; else each is rendered first. Then it is rendered at most three
    times more. Audio: (channels, note.samples). Raises like `RenderPool.run`.
    """
    level_db, pattern = loudness_db(target), loudness_pattern(target)
    sounds = pool.run(presets, note) if rendered is None else rendered
    results: list[tuple[Preset, Audio | RenderFailure]] = list(zip(presets, sounds, strict=True))
    fixed = pool.synth.space.named_by(locked)
    mask = np.array([parameter.name in fixed for parameter in pool.synth.space.parameters], np.bool_)
    levellings = {
        i: _Levelling(pool.synth, preset, audio, level_db, pattern, mask)
        for i, (preset, audio) in enumerate(results)
        if not isinstance(audio, RenderFailure) and min(level_db, loudness_db(audio)) >= _SILENT_DB
    }
    for _ in range(_ROUNDS):
        asked = [(levelling, preset) for levelling in levellings.values() if (preset := levelling.ask())]
        for (levelling, preset), audio in zip(asked, pool.run([preset for _, preset in asked], note), strict=True):
            levelling.tell(preset, audio)
    return [levellings[i].best if i in levellings else result for i, result in enumerate(results)]


class _Levelling:
    """One preset on its way to a level. `best` is the nearest so far, with its render."""

    def __init__(
        self,
        synth: Synth,
        preset: Preset,
        audio: Audio,
        level_db: float,
        target: LoudnessPattern,
        locked: Bool[Bools, " parameters"],
    ) -> None:
        self._synth, self._start, self._level_db, self._locked = synth, preset, level_db, locked
        self._target = target
        self._furthest = loudness_distance(target, loudness_pattern(audio)) + _WORSE
        self.best: tuple[Preset, Audio] = (preset, audio)
        #: (gain, level that it lacks) of renders that are as near to the target, the nearest to the level first
        self._points = [(0.0, level_db - loudness_db(audio))]
        #: between them gains keep the sound near, as far as is known
        self._lowest, self._highest = -np.inf, np.inf
        self._rendered = {preset.native.tobytes()}
        self._gain_db = 0.0
        self._failed = False

    def ask(self) -> Preset | None:
        """The preset to render next; None where the level is reached, no parameter moves any more, or a render failed."""
        if self._failed or abs(self._points[0][1]) <= _NEAR_DB:
            return None
        self._gain_db = self._next_gain_db()
        moved = self._synth.with_gain(self._start, self._gain_db).native
        preset = self._start.with_native(np.where(self._locked, self._start.native, moved))
        if preset.native.tobytes() in self._rendered:
            return None
        self._rendered.add(preset.native.tobytes())
        return preset

    def tell(self, preset: Preset, audio: Audio | RenderFailure) -> None:
        """What the preset that was asked for sounds like. One that fails is not tried with another gain: it may hang."""
        if isinstance(audio, RenderFailure):
            self._failed = True
        elif loudness_distance(self._target, loudness_pattern(audio)) > self._furthest:
            if self._gain_db < 0:
                self._lowest = max(self._lowest, self._gain_db)
            else:
                self._highest = min(self._highest, self._gain_db)
        else:
            point = (self._gain_db, self._level_db - loudness_db(audio))
            if abs(point[1]) < abs(self._points[0][1]):
                self.best = (preset, audio)
            self._points = sorted([*self._points, point], key=lambda known: abs(known[1]))

    def _next_gain_db(self) -> float:
        """By the secant through the two nearest renders; halfway to a gain that changed the sound where it is beyond."""
        gain_db, lacking_db = self._points[0]
        slope = 1.0
        if len(self._points) > 1:
            other_db, other_lacking_db = self._points[1]
            slope = float(np.clip((other_lacking_db - lacking_db) / (gain_db - other_db), _FLATTEST, _STEEPEST))
        wanted_db = gain_db + lacking_db / slope
        if self._lowest < wanted_db < self._highest:
            return wanted_db
        return (gain_db + (self._lowest if lacking_db < 0 else self._highest)) / 2
