"""The package as a whole: what importing it loads, which part may import which, its version, and tests that can fail."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

import synthmatch

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "synthmatch"
MODULES = sorted(SOURCE.rglob("*.py"))
OWN_CODE = sorted(path for folder in ("src", "tests", "bench", "tools") for path in (ROOT / folder).rglob("*.py"))

#: A part may import itself and the parts before it here. `synthmatch/__init__.py` and `__main__.py` may import any.
LAYERS = (
    "arrays",
    "text",
    "errors",
    "systems",
    "fonts",
    "atomic_files",
    "exchange",
    "reading",
    "parsing",
    "named_class",
    "note",
    "audio",
    "params",
    "presets",
    "synths",
    "render",
    "features",
    "metrics",
    "analysis",
    "calibration",
    "target",
    "analytic",
    "library",
    "surrogate",
    "proposers",
    "wavetables",
    "search",
    "picture",
    "result",
    "matcher",
    "matching",
    "benchmark",
    "dataset",
    "models",
    "training",
    "surrogate.training",
    "experiments",
    "web",
    "cli",
)  # fmt: skip

#: Loaded by nobody who only imports the package.
HEAVY = {
    "cma",
    "dawdreamer",
    "dexed",
    "fastapi",
    "jaxtyping",
    "librosa",
    "matplotlib",
    "numba",
    "scipy",
    "torch",
    "uvicorn",
    "vita",
    "zuko",
}


def name(path: Path) -> str:
    """The file as a test's name."""
    return path.relative_to(ROOT).as_posix()


def layer(path: Path) -> str:
    """The part of the package that a file belongs to. What trains a surrogate stands on more than the surrogate."""
    parts = path.relative_to(SOURCE).parts
    return "surrogate.training" if parts[:2] == ("surrogate", "training") else parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and part of each import of our own code, also those inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node.lineno, "a relative import; write synthmatch..."
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{imported}" for imported in names]
        for parts in (module.split(".") for module in names):
            if parts[0] == "synthmatch" and len(parts) > 1 and not parts[1].startswith("__"):
                yield node.lineno, "surrogate.training" if parts[1:3] == ["surrogate", "training"] else parts[1]


@pytest.mark.parametrize("path", [p for p in MODULES if p.parent != SOURCE or not p.stem.startswith("__")], ids=name)
def test_imports_point_upward(path: Path) -> None:
    """Catches a part that reaches into one that stands on it, the beginning of a knot."""
    own = layer(path)
    assert own in LAYERS, f"{name(path)} is of no known part: give {own!r} a place in LAYERS"
    allowed = LAYERS[: LAYERS.index(own) + 1]
    wrong = [f"line {line}: {part}" for line, part in imports(path) if part not in allowed]
    assert not wrong, f"{name(path)} may import only {', '.join(allowed)}; it imports {'; '.join(wrong)}"


@pytest.mark.parametrize("path", OWN_CODE, ids=name)
def test_a_module_says_what_it_is(path: Path) -> None:
    """Catches a module without a docstring, and a file of more than 300 lines that holds several concepts."""
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{name(path)} does not say what it is"
    assert text.count("\n") <= 300, f"{name(path)} has {text.count(chr(10))} lines; one concept a file, at most 300"


def may_not_be_reached(tree: ast.AST) -> Iterator[str]:
    """Each assertion of a test that a run may pass by: behind a condition, in a handler, or after an early return."""
    branches = ast.If | ast.ExceptHandler | ast.match_case
    for branch in (node for node in ast.walk(tree) if isinstance(node, branches)):
        yield from (f"line {node.lineno}: assert" for node in ast.walk(branch) if isinstance(node, ast.Assert))
    tests = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    inside = [node for test in tests for node in ast.walk(test)]
    nested = {
        id(node)
        for inner in inside
        if isinstance(inner, ast.FunctionDef) and inner not in tests
        for node in ast.walk(inner)
    }
    yield from (
        f"line {node.lineno}: return" for node in inside if isinstance(node, ast.Return) and id(node) not in nested
    )


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=name)
def test_every_assertion_is_reached(path: Path) -> None:
    """Catches a test that cannot fail: its assertion stands behind a condition that may never be true."""
    found = list(may_not_be_reached(ast.parse(path.read_text(encoding="utf-8"))))
    assert not found, f"{name(path)}: {'; '.join(found)}; assert the condition, or write a test for each case"


def test_an_assertion_that_may_be_passed_by_is_seen() -> None:
    """Catches a rule that sees nothing: each kind of assertion that a run may pass by, and the two that it may not."""
    assert_in = {
        "if": "if x:\n  assert y",
        "else": "if x:\n  pass\nelse:\n  for i in z:\n    assert y",
        "except": "try:\n  x\nexcept E:\n  assert y",
        "case": "match x:\n  case 1:\n    assert y",
        "return": "def test_x():\n  if x:\n    return\n  assert y",
        "with": "with x:\n  assert y",
        "inner": "def test_x():\n  def f():\n    return 1\n  assert f()",
    }
    seen = {kind: bool(list(may_not_be_reached(ast.parse(source)))) for kind, source in assert_in.items()}
    assert seen == {kind: kind not in ("with", "inner") for kind in assert_in}


@pytest.mark.parametrize("module", ["synthmatch", "synthmatch.cli.app"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    """Catches an import at the top of a file that costs every `--help` seconds, or needs a missing synthesizer."""
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"], capture_output=True, text=True, check=True
    )
    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in result.stderr.splitlines()}
    assert "synthmatch" in loaded
    assert not loaded & HEAVY


def test_the_version_is_one() -> None:
    """Catches a release whose package, metadata and change log disagree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == synthmatch.__version__ == version("synthmatch")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {synthmatch.__version__}\n" in citation


def test_the_package_brings_its_types_and_licence() -> None:
    """Catches a wheel without the marker by which type checkers find our types, or without its licence."""
    assert (SOURCE / "py.typed").exists()
    assert "GNU GENERAL PUBLIC LICENSE" in (ROOT / "LICENSE").read_text(encoding="utf-8")[:200]
