"""The pool's promises: order of results, laziness, where measures run, who may use it when."""

import gc
import itertools
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faulty_synth import CrashesAtLoad, Faulty, FaultyFresh, FaultyLeaky, Missing, loudness, process_id

from synthmatch.errors import InputError, MissingSynthError, PresetError, RenderError
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.render.pool import RenderPool, render
from synthmatch.synths.dexed.synth import Dexed
from synthmatch.synths.registry import get_synth

NOTE = Note(hold_seconds=0.2, render_seconds=0.3)


def voices(synth: Dexed, count: int) -> list[Preset]:
    """Different audible voices: the default one at `count` transpositions."""
    column = synth.space.index["transpose"]
    presets = []
    for number in range(count):
        native = synth.space.default.copy()
        native[column] = number
        presets.append(synth.preset(native))
    return presets


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    """Two workers for the tests that leave them alive."""
    with RenderPool(Faulty(), workers=2) as pool:
        yield pool


def test_results_come_in_the_order_of_the_presets(pool: RenderPool) -> None:
    """Catches results in order of arrival: a long render first, with the wrong preset's audio."""
    synth = Faulty()
    presets = voices(synth, 12)
    notes = [Note(hold_seconds=0.1, render_seconds=2.0 if i == 0 else 0.1) for i in range(12)]
    engine = synth.engine()
    for preset, note, audio in zip(presets, notes, pool.run(presets, notes), strict=True):
        np.testing.assert_array_equal(audio, engine.render(preset, note))


def test_measure_runs_in_the_workers(pool: RenderPool) -> None:
    """Catches audio sent to the program to be measured there, and a worker that gets no job."""
    where: set[object] = set()
    while len(where) < 2:  # the second worker may still be loading
        where.update(pool.run(voices(Faulty(), 8), NOTE, process_id))
    assert os.getpid() not in where


def test_each_run_has_its_own_measure(pool: RenderPool) -> None:
    """Catches a worker that keeps the measure of the run before."""
    presets = voices(Faulty(), 4)
    audio: list[Any] = pool.run(presets, NOTE)
    assert pool.run(presets, NOTE, loudness) == [loudness(a) for a in audio]
    audio = pool.run(presets, NOTE)
    assert [a.shape for a in audio] == [(1, NOTE.samples)] * 4


def test_measure_that_a_worker_cannot_load_is_named(pool: RenderPool) -> None:
    """Catches a pool that hangs or gives raw audio where a measure comes from the user's own script."""
    for _ in range(2):
        with pytest.raises(RenderError, match="put it into a module"):
            pool.run(voices(Faulty(), 3), NOTE, _Unloadable())
    assert len(pool.run(voices(Faulty(), 3), NOTE, loudness)) == 3


class _Unloadable:
    def __call__(self, audio: object) -> object:
        return audio

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return int, ("not a number",)


def test_endless_generator_is_pulled_lazily(pool: RenderPool) -> None:
    """Catches a pool that collects its presets first, and one that mixes up a stream with one left early."""
    taken = itertools.count()
    synth = Faulty()
    presets = voices(synth, 3)
    endless = (presets[next(taken) % 3] for _ in itertools.count())
    got = list(itertools.islice(pool.stream(endless, NOTE), 10))
    # a busy machine may keep one worker's two jobs back while the other goes on
    assert len({index for index, _ in got}) == 10
    assert max(index for index, _ in got) < 10 + 2 * 2
    assert next(taken) <= 10 + 2 * 2
    expected = [synth.engine().render(preset, NOTE) for preset in presets]
    for audio, wanted in zip(pool.run(presets, NOTE), expected, strict=True):
        np.testing.assert_array_equal(audio, wanted)


def test_presets_may_depend_on_results(pool: RenderPool) -> None:
    """Catches a pool that waits for more presets while it holds results that the search needs to make them."""
    synth = Faulty()
    (preset,) = voices(synth, 1)
    results: list[object] = []

    def proposals() -> Iterator[Preset]:
        yield preset
        yield preset
        while len(results) < 6:
            yield preset

    for _, result in pool.stream(proposals(), NOTE, loudness):
        results.append(result)
    assert 6 <= len(results) <= 6 + 2 * 2


def test_large_presets_do_not_block(pool: RenderPool) -> None:
    """Catches a deadlock where a preset with megabytes of its own tables waits for a worker that waits for the pool."""
    synth = Faulty()
    presets = [Preset(p.synth, p.native, extra={"table": "x" * 3_000_000}) for p in voices(synth, 6)]
    note = Note(hold_seconds=3, render_seconds=4)
    results: list[Any] = pool.run(presets, note)
    assert [audio.shape for audio in results] == [(1, note.samples)] * 6


def test_usable_from_another_thread_by_one_at_a_time(pool: RenderPool) -> None:
    """Catches signal handlers that need the main thread, and two threads that steal each other's results."""
    presets = voices(Faulty(), 4)
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.extend(pool.run(presets, NOTE, loudness)))
    thread.start()
    thread.join()
    assert results == pool.run(presets, NOTE, loudness)
    first = pool.stream(presets, NOTE)
    next(first)
    refused: list[str] = []

    def ask() -> None:
        with pytest.raises(RuntimeError) as caught:
            pool.run(presets, NOTE)
        refused.append(str(caught.value))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert refused == ["this render pool is in use by another thread; finish or close its stream first"]
    first.close()
    assert pool.run(presets, NOTE, loudness) == results


def test_what_was_begun_goes_on_beside_other_renders(pool: RenderPool) -> None:
    """Catches results given to whoever waits, and a batch that begins only when its results are asked for."""
    presets = voices(Faulty(), 9)
    wanted = pool.run(presets, NOTE, loudness)
    begun = pool.begin(presets[:5], NOTE, loudness)
    later = pool.begin(presets[5:7], NOTE, loudness)
    audio: list[Any] = pool.run(presets[7:], NOTE)
    assert [loudness(a) for a in audio] == wanted[7:]
    assert later() == wanted[5:7]
    assert begun() == wanted[:5]


def test_what_was_begun_outlives_an_interrupt(pool: RenderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches jobs that are lost with the workers that Ctrl-C ends, so that whoever began them waits for ever."""
    presets = voices(Faulty(), 6)
    wanted = pool.run(presets, NOTE, loudness)
    begun = pool.begin(presets[:4], NOTE, loudness)
    wait = pool._wait

    def interrupted() -> None:
        monkeypatch.setattr(pool, "_wait", wait)
        raise KeyboardInterrupt

    monkeypatch.setattr(pool, "_wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pool.run(presets[4:], NOTE, loudness)
    assert begun() == wanted[:4]
    with pytest.raises(PresetError):
        pool.begin(voices(Dexed(), 1), NOTE)
    assert not pool._streams


def test_what_does_not_fit_is_refused(pool: RenderPool) -> None:
    """Catches a preset of one synthesizer rendered with another, and notes cut to the shorter list."""
    presets = voices(Faulty(), 2)
    with pytest.raises(PresetError, match="preset 0 is of dexed"):
        pool.run(voices(Dexed(), 1), NOTE)
    with pytest.raises(InputError, match="got 1 notes for 2 presets"):
        pool.run(presets, [NOTE])
    with pytest.raises(InputError, match="workers is 0"):
        RenderPool(Faulty(), workers=0)
    assert pool.run([], NOTE) == []
    closed = RenderPool(Faulty(), workers=1)
    closed.close()
    with pytest.raises(RuntimeError, match="is closed"):
        closed.run(presets, NOTE)


def test_synth_that_does_not_load_is_said() -> None:
    """Catches a pool that restarts for ever a worker whose plug-in is missing or crashes while it loads."""
    with (
        RenderPool(Missing(), workers=2) as pool,
        pytest.raises(MissingSynthError, match="the plug-in is gone: install it again"),
    ):
        pool.run(voices(Missing(), 1), NOTE)
    with (
        RenderPool(CrashesAtLoad(), workers=2) as pool,
        pytest.raises(RenderError, match=r"does not load.*SIGABRT.*cannot open display"),
    ):
        pool.run(voices(CrashesAtLoad(), 1), NOTE)


@pytest.mark.parametrize("synth", [FaultyLeaky(), FaultyFresh()])
@pytest.mark.parametrize("fork", [True, False])
def test_earlier_renders_are_not_heard(fork: bool, synth: Dexed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a leaky engine that is rendered with twice, with fork and without."""
    if not fork:
        monkeypatch.setenv("SYNTHMATCH_PORTABLE", "1")
    presets = voices(synth, 2)
    expected = [synth.engine().render(preset, NOTE) for preset in presets]
    with RenderPool(synth, workers=2) as pool:
        for audio, wanted in zip(pool.run(presets * 2, NOTE), expected * 2, strict=True):
            np.testing.assert_array_equal(audio, wanted)


@pytest.mark.parametrize(("synth", "processes"), [(FaultyLeaky(), 3), (FaultyFresh(), 1)])
def test_without_fork_a_process_is_kept_where_it_may(
    synth: Dexed, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a process a render, a second each, for a synthesizer that needs but a fresh engine; and the reverse."""
    monkeypatch.setenv("SYNTHMATCH_PORTABLE", "1")
    with RenderPool(synth, workers=1) as pool:
        assert len(set(pool.run(voices(synth, 3), NOTE, process_id))) == processes


def test_fresh_engines_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a process that loads a library thousands of times, which keeps a little of each."""
    monkeypatch.setenv("SYNTHMATCH_PORTABLE", "1")
    with RenderPool(FaultyFresh(), workers=1) as pool:
        where = pool.run(voices(FaultyFresh(), 40), NOTE, process_id)
    assert [where.count(process) for process in dict.fromkeys(where)] == [32, 8]


@pytest.mark.linux
def test_a_fork_leaves_the_workers_alone() -> None:
    """Catches a fork of the program that ends, and takes its parent's workers or their temporary files along."""
    kept = Dexed()
    audio = render(kept, voices(kept, 1)[0], NOTE)
    (preset,) = voices(Faulty(), 1)
    with RenderPool(Faulty(), workers=1) as own:
        before = own.run([preset], NOTE, process_id)
        folders = [one for one in Path(tempfile.gettempdir()).glob("synthmatch-*/*") if one.is_dir()]
        assert len(folders) >= 2
        child = os.fork()
        if child == 0:
            # the kept pools were dropped by the fork itself
            own.close()
            gc.collect()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert all(folder.is_dir() for folder in folders)
        assert own.run([preset], NOTE, process_id) == before
    np.testing.assert_array_equal(render(kept, voices(kept, 1)[0], NOTE), audio)


def test_render_one(capfd: pytest.CaptureFixture[str]) -> None:
    """Catches a failure returned as if it were audio, and a plug-in's chatter on the user's terminal."""
    synth = Faulty()
    (preset,) = voices(synth, 1)
    np.testing.assert_array_equal(render(synth, preset, NOTE), synth.engine().render(preset, NOTE))
    capfd.readouterr()
    render(synth, preset, NOTE)
    with pytest.raises(RenderError, match=r"faulty_synth:Faulty preset 'error' failed: ValueError: two lines"):
        render(synth, preset.with_name("error"), NOTE)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("id", ["faulty_synth:Nobody", "no_such_module:Synth", "faulty_synth:FaultyEngine", "oboe"])
def test_unknown_synth_is_refused(id: str) -> None:
    """Catches a bare ImportError, AttributeError or TypeError for a mistyped synth."""
    with pytest.raises(InputError, match=f"synth is '{id}', expected"):
        get_synth(id)
