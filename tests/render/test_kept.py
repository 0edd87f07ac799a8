"""Pools that are kept: the same workers serve the next user, and none is left by a crash, a cancel or the end."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty_synth import Faulty, process_id

from synthmatch.note import Note
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.render.pool_cache import PoolCache
from synthmatch.search.objective import Interrupted

SYNTH = Faulty()
NOTE = Note(hold_seconds=0.1, render_seconds=0.2)
FINE = SYNTH.preset(SYNTH.space.default)


@pytest.fixture
def pools() -> Iterator[PoolCache]:
    """One worker a pool, kept for as long as the test."""
    kept = PoolCache(workers=1, keep_seconds=100.0)
    yield kept
    kept.close()


def worker(pool: RenderPool) -> int:
    """The process that renders."""
    (found,) = pool.run([FINE], NOTE, process_id)
    assert isinstance(found, int), found
    return found


def alive(process: int) -> bool:
    """Whether a worker runs: its pool waits for it when it closes."""
    return Path(f"/proc/{process}").exists()


def test_the_next_user_has_the_same_workers(pools: PoolCache) -> None:
    """Catches workers that are started anew, which costs more than a short search, or shared by two users at once."""
    with pools.lend(SYNTH) as pool:
        first = worker(pool)
        with pools.lend(SYNTH) as other:
            second = worker(other)
    assert first != second
    with pools.lend(SYNTH) as pool:
        again = worker(pool)
    assert again == second
    assert not alive(first), "two pools of one synthesizer are kept"


def test_a_user_who_fails_leaves_no_pool(pools: PoolCache) -> None:
    """Catches a pool that is kept with renders under way, or a lock held, by whoever was cancelled in the middle."""
    seen: list[int] = []

    def fail() -> None:
        with pools.lend(SYNTH) as pool:
            seen.append(worker(pool))
            for _ in pool.stream([FINE] * 8, NOTE):
                raise Interrupted

    with pytest.raises(Interrupted):
        fail()
    (first,) = seen
    assert not alive(first)
    with pools.lend(SYNTH) as pool:
        assert worker(pool) != first


def test_workers_that_die_unused_cost_no_render() -> None:
    """Catches a preset that is blamed for workers which the system killed between two searches."""
    kept = PoolCache(workers=2, keep_seconds=100.0)
    with kept.lend(SYNTH) as pool:
        killed: set[int] = set()
        while len(killed) < 2:  # some may still be loading
            killed |= {found for found in pool.run([FINE] * 8, NOTE, process_id) if isinstance(found, int)}
    for process in killed:
        os.kill(process, signal.SIGKILL)
    time.sleep(0.5)  # the pool's threads hear of it
    with kept.lend(SYNTH) as pool:
        assert worker(pool) not in killed
    kept.close()


def test_a_crash_is_mended_for_the_next_user(pools: PoolCache) -> None:
    """Catches a pool that comes back with fewer workers than it had."""
    with pools.lend(SYNTH) as pool:
        first = worker(pool)
        assert isinstance(pool.run([FINE.with_name("crash")], NOTE, process_id)[0], RenderFailure)
    with pools.lend(SYNTH) as pool:
        assert worker(pool) != first


def test_what_nobody_uses_goes() -> None:
    """Catches memory that is held for ever, and a sweep that ends workers which are in use."""
    clock = [0.0]
    kept = PoolCache(workers=1, keep_seconds=100.0, clock=lambda: clock[0])
    with kept.lend(SYNTH) as pool:
        first = worker(pool)
        clock[0] = 1_000.0
        kept.sweep()
        assert worker(pool) == first
    clock[0] = 1_099.0
    kept.sweep()
    assert alive(first)
    clock[0] = 1_101.0
    kept.sweep()
    assert not alive(first)


def test_nothing_outlives_the_end(pools: PoolCache) -> None:
    """Catches a pool that is kept after the end, because it was lent at the time."""
    with pools.lend(SYNTH) as pool:
        first = worker(pool)
        pools.close()
        assert worker(pool) == first
    assert not alive(first)
