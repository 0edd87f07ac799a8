"""Each thing has one room: one place assembles a search, what matches needs no research bench, synths only drive."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "synthmatch"
#: What a search is assembled of. Only the search itself, and its own tests, put it together.
PARTS = {"Preselection", "population_search", "surrogate_assisted_search", "propose_without_rendering", "propose_all"}
#: The research bench: what trains and compares, and no match needs.
BENCH = {"benchmark", "dataset", "models", "training", "experiments"}
EVERYWHERE = sorted(path for folder in ("src", "bench", "tools") for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of each import in a file, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def name(path: Path) -> str:
    """The file as a test's name."""
    return path.relative_to(ROOT).as_posix()


#: Measures what each part of a search costs, and searches nothing.
COSTS = ROOT / "bench/parts.py"


@pytest.mark.parametrize("path", [p for p in EVERYWHERE if p.parent != SOURCE / "search" and p != COSTS], ids=name)
def test_one_place_assembles_a_search(path: Path) -> None:
    """Catches a second search that differs from the one that users get: of the proposers' order, the prior or the guide."""
    parts = {
        part for module, part in imported(path) if module.startswith(("synthmatch.search", "synthmatch.proposers"))
    }
    assert not parts & PARTS, f"{name(path)} assembles a search of {parts & PARTS}; call search.guided.guided_search"


def test_a_match_needs_no_research_bench() -> None:
    """Catches an import that costs a user torch, or ties a match to how models are trained."""
    seen: set[str] = set()
    left = ["synthmatch.matching"]
    while left:
        module = left.pop()
        path = SOURCE.joinpath(*module.split(".")[1:])
        file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
        if module in seen or not file.is_file():
            continue
        seen.add(module)
        assert module.split(".")[1] not in BENCH, f"{module} is imported by a match"
        assert not module.startswith("synthmatch.surrogate.training"), f"{module} is imported by a match"
        for found, part in imported(file):
            if found.startswith("synthmatch."):
                left += [found, f"{found}.{part}"]
    assert {"synthmatch.search.guided", "synthmatch.proposers.base", "synthmatch.metrics"} <= seen


@pytest.mark.parametrize("path", sorted((SOURCE / "synths").rglob("*.py")), ids=name)
def test_a_synthesizer_is_driven_and_not_computed(path: Path) -> None:
    """Catches formulas of sound in the room of what drives the engines: they belong into `analytic`."""
    modules = {module for module, _ in imported(path)} | {f"{module}.{part}" for module, part in imported(path)}
    wrong = {m for m in modules if m.startswith(("scipy", "numpy.fft", "synthmatch.analytic", "synthmatch.features"))}
    assert not wrong, f"{name(path)} imports {wrong}"
