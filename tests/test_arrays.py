"""Array types: one file has them, and what has another shape is refused while tests run."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import TypeCheckError, jaxtyped

from array_checks import MODULES, checked
from synthmatch import audio
from synthmatch.arrays import F32, Array, Float32
from synthmatch.audio.channels import mono_without_cancelling
from synthmatch.features.stft import power_frames
from synthmatch.params import Preset
from synthmatch.search.locks import Locks

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for folder in ("src", "bench", "tools") for path in (ROOT / folder).rglob("*.py"))
#: What goes with each of jaxtyping's types: the one checks the number of bits in tests, the other in mypy.
PAIRS = {
    "Float16": "F16",
    "Float32": "F32",
    "Float64": "F64",
    "Complex128": "C128",
    "Int8": "I8",
    "Int16": "I16",
    "Int64": "I64",
    "UInt8": "U8",
    "Float": "Floats",
    "Integer": "Integers",
    "Int": "Indices",
    "Bool": "Bools",
}


def name(path: Path) -> str:
    """The file as a test's name."""
    return path.relative_to(ROOT).as_posix()


def of_arrays(node: ast.AST | None) -> bool:
    """Whether an expression is a type of arrays: by numpy, by jaxtyping, or one of ours by another name."""
    if isinstance(node, ast.Subscript):
        return "NDArray" in ast.unparse(node.value) or ast.unparse(node.value) in ("np.ndarray", *PAIRS)
    return isinstance(node, ast.Name) and node.id in (*PAIRS.values(), "Array", "Audio", "Voice")


def wrong_types(tree: ast.Module) -> Iterator[str]:
    """What a module says of arrays in words of its own."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and of_arrays(node.value):
            yield f"line {node.lineno}: {ast.unparse(node)} is a type by another name"
    for part in ast.walk(tree):
        if isinstance(part, ast.Attribute) and part.attr == "NDArray":
            yield f"line {part.lineno}: {ast.unparse(part)}, where synthmatch.arrays has types"
        if isinstance(part, ast.ImportFrom) and part.module == "jaxtyping":
            yield f"line {part.lineno}: imports jaxtyping, which synthmatch.arrays does where arrays are checked"
        if isinstance(part, ast.Subscript) and ast.unparse(part.value) in PAIRS:
            expected = f"{ast.unparse(part.value)}[{PAIRS[ast.unparse(part.value)]}, "
            if not ast.unparse(part).startswith(expected):
                yield f"line {part.lineno}: {ast.unparse(part)}, expected {expected}...]"


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name != "arrays.py"], ids=name)
def test_array_types_come_from_one_file(path: Path) -> None:
    """Catches a module with its own name for a type of arrays, which means another one in the module beside it."""
    wrong = list(wrong_types(ast.parse(path.read_text(encoding="utf-8"))))
    assert not wrong, f"{name(path)}: {'; '.join(wrong)}; take it from synthmatch.arrays"


@pytest.mark.parametrize(
    "line",
    [
        "Floats = npt.NDArray[np.float64]",
        "_Sound: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float32]]",
        "Frames = Float32[F32, 'frames bands']",
        "Samples = F32",
        "def f(x: NDArray) -> npt.NDArray[np.float32]: ...",
        "def f(x: Float32[F64, 'frames']) -> None: ...",
        "from jaxtyping import Float32",
    ],
)
def test_own_types_are_found(line: str) -> None:
    """Catches a guard that guards nothing."""
    assert list(wrong_types(ast.parse(line)))


def test_a_wrong_array_is_refused_in_tests() -> None:
    """Catches tests that run without the checks: an argument of another shape or another type would pass."""
    assert mono_without_cancelling(np.ones((2, 3), np.float32)).shape == (3,)
    wrong: list[Array] = [np.ones(3, np.float32), np.ones((2, 3)), np.ones((1, 2, 3), np.float32)]
    for array in wrong:
        with pytest.raises(TypeCheckError, match="mono_without_cancelling"):
            mono_without_cancelling(array)


def test_a_wrong_result_is_refused_in_tests() -> None:
    """Catches a check that sees arguments only."""

    @jaxtyped(typechecker=checked)
    def loudest(levels: Float32[F32, "frames bands"], axis: int) -> Float32[F32, " bands"]:
        return levels.max(axis)

    levels = np.ones((2, 3), np.float32)
    assert loudest(levels, 0).shape == (3,)
    with pytest.raises(TypeCheckError, match="return value"):
        loudest(levels, 1)


def test_lengths_of_one_name_are_one_length() -> None:
    """Catches names of dimensions that are read as decoration."""
    native = np.zeros(3)
    assert len(Locks(np.zeros(3, np.bool_), native).native) == 3
    with pytest.raises(TypeCheckError, match="native"):
        Locks(np.zeros(2, np.bool_), native)


def test_all_modules_with_arrays_are_checked() -> None:
    """Catches a part that is imported before the checks are on."""
    for function in (audio.mono, power_frames, Preset.__init__):
        assert function.__module__ in MODULES
        assert hasattr(function, "__wrapped__"), f"{function.__module__} was imported before array_checks"


def test_types_cost_a_user_nothing() -> None:
    """Catches an import of jaxtyping, 60 ms, by each command and each worker that has arrays."""
    code = "import sys, synthmatch.matching; print('synthmatch.arrays' in sys.modules, 'jaxtyping' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["True", "False"]
