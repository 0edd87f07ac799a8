"""Progress on the terminal: of a search, and of a long batch of renders."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from synthmatch.render.progress import RenderProgress
from synthmatch.search.objective import Progress as State
from synthmatch.target import Target

if TYPE_CHECKING:
    from synthmatch.training.meter import Pace


class SearchProgress:
    """A line a synthesizer on standard error; called with ``(synth, state)`` after each batch."""

    def __init__(self, target: Target, *, show: bool) -> None:
        self._bars = Progress(
            TextColumn("{task.description:>18}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:5.1f}/s  best {task.fields[best]:.2f}  {task.fields[left]:.0f} s left"),
            console=Console(stderr=True),
            transient=True,
            disable=not show,
        )
        self._name = target.name
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
        shown = {"rate": rate, "best": state.best, "left": max(left, 0.0)}
        if synth not in self._tasks:
            name = f"{self._name[:24]} {synth}"
            self._tasks[synth] = self._bars.add_task(name, total=state.budget.renders, **shown)  # type: ignore[arg-type]
        self._bars.update(self._tasks[synth], completed=state.renders, **shown)  # type: ignore[arg-type]


@contextmanager
def render_bar() -> Iterator[Callable[[RenderProgress], None]]:
    """A line on standard error: renders, rate, time left."""
    with Progress(BarColumn(), TextColumn("{task.description}"), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("loading")

        def show(progress: RenderProgress) -> None:
            minutes, seconds = divmod(round(progress.seconds_left), 60)
            text = (
                f"{progress.done}/{progress.total} renders, {progress.renders_per_second:.1f}/s, "
                f"{minutes}:{seconds:02d} left"
            )
            bar.update(task, total=progress.total, completed=progress.done, description=text)

        yield show


@contextmanager
def training_bar(*, show: bool = True) -> Iterator[Callable[["Pace"], None]]:
    """A line on standard error: epoch, step, loss, rate, time left."""
    bars = Progress(
        BarColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
        transient=True,
        disable=not show,
    )
    with bars as bar:
        task = bar.add_task("reading")

        def report(pace: "Pace") -> None:
            minutes, seconds = divmod(round(pace.seconds_left), 60)
            text = (
                f"epoch {pace.epoch + 1}/{pace.epochs}, step {pace.step}/{pace.steps}, loss {pace.loss:.5f}, "
                f"{pace.examples_per_second:.0f} examples/s, at most {minutes}:{seconds:02d} left"
            )
            bar.update(task, total=pace.steps, completed=pace.step, description=text)

        yield report
