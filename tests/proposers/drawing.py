"""Drawn Vital presets and their sounds, for tests."""

import numpy as np

from synthmatch.arrays import F32, F64
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.proposers.drawn.proposer import DrawnProposer
from synthmatch.render.pool import RenderPool
from synthmatch.search.preset_level import levelled
from synthmatch.synths.registry import get_synth

VITAL = get_synth("vital")
NOTE = Note(pitch=57, hold_seconds=0.8, render_seconds=1.2)


def drawn(target: F32, note: Note = NOTE) -> Preset:
    """The one preset that is proposed."""
    (proposal,) = DrawnProposer().propose(target, note, VITAL, np.random.default_rng(0))
    return proposal.preset


def rendered(pool: RenderPool, preset: Preset, note: Note = NOTE) -> F32:
    """Its audio."""
    (audio,) = pool.run([preset], note)
    assert isinstance(audio, np.ndarray)
    return audio


def played(pool: RenderPool, target: F32, note: Note = NOTE) -> tuple[Preset, F32]:
    """The drawn preset at the target's level, and its render."""
    ((preset, audio),) = levelled(pool, note, [drawn(target, note)], target)
    assert isinstance(audio, np.ndarray)
    return preset, audio


def moving(hz: F64, amplitudes: tuple[float, ...]) -> F64:
    """Harmonics of a pitch that moves."""
    turns = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ
    return np.asarray(np.sum([a * np.sin(h * turns) for h, a in enumerate(amplitudes, 1)], axis=0))
