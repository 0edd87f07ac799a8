"""Progress on the terminal: of a search, and of a long batch of renders."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

from synthmatch.calibration.closeness import Closeness
from synthmatch.cli.printing import progress
from synthmatch.render.progress import RenderProgress
from synthmatch.search.objective import Progress as State
from synthmatch.target import Target
from synthmatch.text import visible

if TYPE_CHECKING:
    from synthmatch.training.meter import Pace


class SearchProgress:
    """A line a synthesizer on standard error; called with ``(synth, state)`` after each batch."""

    def __init__(self, target: Target, *, show: bool) -> None:
        best, left = "best {task.fields[best]:.0f} %", "{task.fields[left]:.0f} s left"
        wide = (
            TextColumn("{task.description:>18}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:5.1f}/s  " + best + "  " + left),
        )
        narrow = (
            TextColumn("{task.fields[synth]}", markup=False),
            MofNCompleteColumn(),
            TextColumn(best + ", " + left),
        )
        self._bars = progress(wide, narrow, show=show)
        self._name = target.name
        self._closeness = cache(lambda synth: Closeness(target.audio, synth))
        self._tasks: dict[str, int] = {}

    def __enter__(self) -> "SearchProgress":
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, synth: str, state: State) -> None:
        """Show where a synthesizer's search is."""
        rate = state.renders / max(state.seconds, 1e-6)
        left = min((state.budget.renders - state.renders) / max(rate, 1e-6), state.budget.seconds - state.seconds)
        best = self._closeness(synth)(min(state.best_distance, 1.0))
        shown = {"rate": rate, "best": best, "left": max(left, 0.0)}
        total = state.budget.planned or state.budget.renders
        if synth not in self._tasks:
            name, short = f"{visible(self._name)[:24]} {visible(synth)}", visible(Path(synth).stem)[:8]
            self._tasks[synth] = self._bars.add_task(name, total=total, synth=short, **shown)  # type: ignore[arg-type]
        self._bars.update(self._tasks[synth], total=total, completed=state.renders, **shown)  # type: ignore[arg-type]


@contextmanager
def render_bar(unit: str = "renders") -> Iterator[Callable[[RenderProgress], None]]:
    """A line on standard error: renders, or what else is counted, rate, time left."""
    with _line("loading") as tell:

        def show(progress: RenderProgress) -> None:
            rate = f"{progress.renders_per_second:.1f}/s, {_clock(progress.seconds_left)} left"
            tell(progress.done, progress.total, f"{progress.done}/{progress.total} {unit}, {rate}")

        yield show


@contextmanager
def training_bar(*, show: bool = True) -> Iterator[Callable[["Pace"], None]]:
    """A line on standard error: epoch, step, loss, rate, time left."""
    with _line("reading", show=show) as tell:

        def report(pace: "Pace") -> None:
            where = f"epoch {pace.epoch + 1}/{pace.epochs}, step {pace.step}/{pace.steps}, loss {pace.loss:.5f}"
            rate = f"{pace.examples_per_second:.0f} examples/s, at most {_clock(pace.seconds_left)} left"
            tell(pace.step, pace.steps, f"{where}, {rate}")

        yield report


@contextmanager
def _line(start: str, *, show: bool = True) -> Iterator[Callable[[int, int, str], None]]:
    """A bar with a text behind it, which says `start` until it is called with (done, total, text)."""
    text = TextColumn("{task.description}", markup=False)
    with progress((BarColumn(), text), (text,), show=show) as bar:
        task = bar.add_task(start)
        yield lambda done, total, text: bar.update(task, total=total, completed=done, description=text)


def _clock(seconds: float) -> str:
    """Minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
