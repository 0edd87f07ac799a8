"""Dexed: the voice as a parameter space, its engine, and Debian's DX7 voices."""

from pathlib import Path

import dexed
import numpy as np
import pytest

from synthmatch.errors import PresetError
from synthmatch.note import PROTOCOLS, Note
from synthmatch.params import Preset
from synthmatch.presets import sysex
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.dexed.synth import Dexed, voice_of
from synthmatch.synths.registry import get_synth

HEXTER = sorted(Path("/usr/share/hexter").glob("*.dx7"))
SYNTH = get_synth("dexed")


def voices() -> list[Preset]:
    """All of Debian's DX7 voices."""
    return [preset for path in HEXTER for preset in SYNTH.read(path)]


def test_the_table_is_the_voice() -> None:
    """Catches a parameter that is missing, out of order, or has another range than the DX7's byte."""
    space = SYNTH.space
    assert len(space) == 145
    assert np.array_equal(space.high, sysex.VOICE_MAX)
    assert np.all(space.low == 0)
    assert space.hash == "4159f0cacf548df9"


def test_every_debian_voice_is_read_saved_and_read_back(tmp_path: Path) -> None:
    """Catches a voice that changes on its way through a bank, a single voice or hexter's file."""
    presets = voices()
    assert len(presets) == 432
    for start in range(0, len(presets), 32):
        part = presets[start : start + 32]
        for suffix, chosen in ((".syx", part), (".dx7", part), (".voice.syx", part[:1])):
            path = tmp_path / f"voices{suffix}"
            path.write_bytes(SYNTH.dump(chosen, suffix))
            read = SYNTH.read(path)[: len(chosen)]
            assert [p.name for p in read] == [p.name for p in chosen]
            assert all(np.array_equal(a.native, b.native) for a, b in zip(read, chosen, strict=True))


def test_renders_are_those_of_the_bare_binding() -> None:
    """Catches a voice that reaches the engine changed, or audio that is shifted or cut."""
    note = Note(pitch=48, velocity=90, hold_seconds=0.7, render_seconds=1.0)
    presets = voices()[::40]
    bare = dexed.DexedSynth(44_100)
    with RenderPool(SYNTH, workers=2) as pool:
        for preset, audio in zip(presets, pool.run(presets, note), strict=True):
            assert not isinstance(audio, RenderFailure), audio
            bare.load_patch(dexed.Patch.from_sysex(voice_of(preset).tobytes()))
            assert np.array_equal(audio[0], bare.render(48, 90, 0.7, 1.0)[: note.samples])


def test_a_late_note_is_the_same_note_later() -> None:
    """Catches a protocol whose start time is ignored or cuts the end."""
    late = PROTOCOLS["icassp2023"]
    early = Note(velocity=late.velocity, hold_seconds=3.0, render_seconds=late.render_seconds - late.start_seconds)
    preset = voices()[0]
    engine = Dexed().engine()
    shifted, plain = engine.render(preset, late), engine.render(preset, early)
    assert shifted.shape == (1, late.samples)
    assert not shifted[0, : late.start_samples].any()
    assert np.array_equal(shifted[0, late.start_samples :], plain[0, : late.samples - late.start_samples])


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """Catches an error that does not say which file it is about."""
    path = tmp_path / "cut.syx"
    path.write_bytes(sysex.dump_bank([voice_of(voices()[0])])[:900])
    with pytest.raises(PresetError, match=r"cut\.syx: .* 900 bytes"):
        SYNTH.read(path)
