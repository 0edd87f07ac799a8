"""A preset's own level, by the parameters that the synthesizer has for it, on the real synthesizers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synthmatch.audio import Audio
from synthmatch.features.loudness import loudness_db, with_loudness
from synthmatch.library.builtin import builtin_library
from synthmatch.metrics import loudness_distance
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import Measure, RenderPool
from synthmatch.search.preset_level import levelled
from synthmatch.synths.base import Synth
from synthmatch.synths.preset_files import read_presets, write_presets
from synthmatch.synths.registry import get_synth, synth_names

NOTE = Note(hold_seconds=0.4, render_seconds=0.6)
GAINS_DB = (-20.0, -12.0, -6.0, 6.0, 12.0, 20.0)
#: what a decibel of level is worth in loudness distance
PER_DB = 0.02
#: parameters that are a level
LEVELS = {"vital": ["volume", "osc_1_level", "osc_2_level", "osc_3_level", "sample_level"], "amsynth": ["master_vol"]}
LEVELS["dexed"] = [f"op{number}_output_level" for number in range(1, 7)]
#: Of 12 presets and 6 gains, how many reach the level within 1 dB at least; the others' parameters are at their ends, or more
#: would be another sound. Measured: 61, 36 (most voices have a carrier at 99), 41 (many presets are in the limiter).
LEAST = {"vital": 56, "dexed": 31, "amsynth": 36}


def audio_of(result: Audio | RenderFailure) -> Audio:
    """The audio of a render that must not fail."""
    assert not isinstance(result, RenderFailure), result
    return result


def library_presets(synth: Synth, count: int) -> list[Preset]:
    """Presets of the library, any of them."""
    library = builtin_library(synth.id)
    assert library
    rows = np.random.default_rng(11).choice(len(library), count, replace=False)
    return [library.preset(int(row)) for row in rows]


@pytest.fixture(scope="module", params=synth_names())
def pool(request: pytest.FixtureRequest) -> Iterator[RenderPool]:
    """Workers of each synthesizer in turn."""
    with RenderPool(get_synth(request.param), workers=2) as opened:
        yield opened


def test_a_level_is_reached_and_the_sound_stays(pool: RenderPool, tmp_path: Path) -> None:
    """Catches a wrong law of a level parameter, a level that is bought with another sound, a preset that ends further from the
    level than it began, a render that is not the preset's, and a native file that loses the level."""
    synth = pool.synth
    presets = library_presets(synth, 12)
    before = [audio_of(result) for result in pool.run(presets, NOTE)]
    reached = 0
    for gain_db in GAINS_DB:
        for preset, audio in zip(presets, before, strict=True):
            wanted_db = loudness_db(audio) + gain_db
            ((moved, result),) = levelled(pool, NOTE, [preset], with_loudness(audio, wanted_db))
            error_db = abs(loudness_db(audio_of(result)) - wanted_db)
            assert error_db <= abs(gain_db) + 1e-9
            assert loudness_distance(audio, audio_of(result)) <= PER_DB * (abs(gain_db) - error_db)
            differing = np.flatnonzero(moved.native != preset.native)
            assert {synth.space.parameters[i].name for i in differing} <= set(LEVELS[synth.id])
            reached += error_db <= 1
    assert reached >= LEAST[synth.id]
    path = tmp_path / f"preset{synth.formats[0].suffix}"
    write_presets(path, [moved])
    read = read_presets(path, synth)[0]
    assert np.array_equal(read.native, moved.native)
    assert np.array_equal(audio_of(pool.run([read], NOTE)[0]), audio_of(result))


def test_what_is_locked_stays(pool: RenderPool) -> None:
    """Catches a level that moves what the user locked, by its own name and by its group."""
    presets = library_presets(pool.synth, 3)
    target = with_loudness(audio_of(pool.run(presets[:1], NOTE)[0]), -30.0)
    for locked in (LEVELS[pool.synth.id], ["level"]):
        for preset, (moved, _) in zip(presets, levelled(pool, NOTE, presets, target, locked), strict=True):
            assert np.array_equal(moved.native, preset.native)


def test_one_locked_level_holds_while_others_may_move() -> None:
    """Catches a lock of one carrier that is lost where the carriers move together, and a balance of carriers that changes."""
    synth = get_synth("dexed")
    levels = {"op1_output_level": 90, "op3_output_level": 90, "op5_output_level": 90}
    voice = synth.preset(synth.space.from_named({**levels, "algorithm": 4, "op3_coarse": 3, "op5_coarse": 5}))
    with RenderPool(synth, workers=1) as pool:
        before = audio_of(pool.run([voice], NOTE)[0])
        ((moved, result),) = levelled(pool, NOTE, [voice], with_loudness(before, -40.0), ["op3_output_level"])
    assert synth.space.named(moved.native)["op3_output_level"] == 90
    gone_db = loudness_db(before) - loudness_db(audio_of(result))
    assert loudness_distance(before, audio_of(result)) <= PER_DB * gone_db


def test_silence_stays(pool: RenderPool) -> None:
    """Catches a silent preset that is raised to its top for nothing, and presets that follow a silent target into silence."""
    (preset,) = library_presets(pool.synth, 1)
    silent = preset.with_native(pool.synth.space.from_named(dict.fromkeys(LEVELS[pool.synth.id], 0), preset.native))
    sound = audio_of(pool.run([preset], NOTE)[0])
    for start, target in ((silent, sound), (preset, np.zeros_like(sound))):
        ((moved, result),) = levelled(pool, NOTE, [start], target)
        assert np.array_equal(moved.native, start.native)
        assert np.array_equal(audio_of(result), audio_of(pool.run([start], NOTE)[0]))


def test_carriers_keep_their_differences() -> None:
    """Catches carriers that are moved by values, not by steps of loudness, one that is off and comes on, and a modulator
    that moves, which would be another sound."""
    synth = get_synth("dexed")
    levels = {"op1_output_level": 80, "op3_output_level": 60, "op5_output_level": 0, "op2_output_level": 70}
    voice = synth.preset(synth.space.from_named({**levels, "algorithm": 4}))
    for gain_db, first, third in ((7.5, 90, 70), (-7.5, 70, 50), (60.0, 99, 79), (-33.1, 36, 17), (0.3, 80, 60)):
        named = synth.space.named(synth.with_gain(voice, gain_db).native)
        assert [named[f"op{k}_output_level"] for k in (1, 2, 3, 5)] == [first, 70, third, 0], gain_db


class FailingLater(RenderPool):
    """A pool whose renders after the first fail."""

    calls = 0

    def run(
        self, presets: Sequence[Preset], note: Note | Sequence[Note], measure: Measure | None = None
    ) -> list[Any | RenderFailure]:
        self.calls += 1
        results = super().run(presets, note, measure)
        return results if self.calls == 1 else [RenderFailure(preset, "crash", "it ended") for preset in presets]


def test_a_render_that_fails_leaves_the_one_before() -> None:
    """Catches a candidate that is lost at its last render, and a preset that crashes a worker once a round."""
    synth = get_synth("dexed")
    presets = library_presets(synth, 3)
    with RenderPool(synth, workers=1) as pool:
        target = with_loudness(audio_of(pool.run(presets[:1], NOTE)[0]), -30.0)
    with FailingLater(synth, workers=1) as failing:
        found = levelled(failing, NOTE, presets, target)
    for preset, (moved, result) in zip(presets, found, strict=True):
        assert np.array_equal(moved.native, preset.native)
        assert audio_of(result).any()


def test_a_channel_of_the_target_sounds_from_both_loudspeakers() -> None:
    """Catches a stereo synthesizer that is made 3 dB quieter than a mono recording, which players play from both sides."""
    synth = get_synth("amsynth")
    with RenderPool(synth, workers=1) as pool:
        quiet = [synth.with_gain(preset, -20.0) for preset in library_presets(synth, 1)]
        stereo = audio_of(pool.run(quiet, NOTE)[0])
        mono = np.sqrt(np.square(stereo).mean(axis=0, keepdims=True)) * np.sign(stereo[:1])
        ((moved, _),) = levelled(pool, NOTE, quiet, mono.astype(np.float32))
    assert stereo.shape[0] == 2
    assert np.array_equal(moved.native, quiet[0].native)
