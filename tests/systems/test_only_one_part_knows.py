"""Only `synthmatch.systems` may use what one operating system has and another has not."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import portable_calls as guard
import pytest

import synthmatch

SOURCE = Path(synthmatch.__file__).parent
MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if path.parent != SOURCE / "systems"]

#: Names of a module that only some systems have, or that says which system this is.
NAMES = {module.__name__: set(names) for module, names in guard.CALLS.items()}
NAMES["os"] |= {"name", "kill", "WNOHANG", "O_NONBLOCK", "sysconf", "getloadavg", "startfile"}
NAMES["signal"] |= {"SIGKILL", "SIGALRM", "SIGSTOP", "SIGHUP", "SIGCHLD", "ITIMER_REAL", "Signals"}
NAMES["sys"] = {"platform", "getwindowsversion"}
NAMES["platform"] = {"system", "win32_ver", "mac_ver", "libc_ver"}
IMPORTS = guard.MODULES | {"select", "selectors", "msvcrt", "winreg", "_winapi", "multiprocessing"}

#: Where a system keeps its files.
PLACE = re.compile(r"/(dev|proc|sys|tmp|usr|etc|var|home|opt|Library)(/|$)|[A-Za-z]:\\|~/")

#: What may name one: data of Debian packages, which other systems do not have.
ALLOWED = {
    ("benchmark/recordings.py", "/usr/share/sonic-pi/samples"),
    ("benchmark/recordings.py", "/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    ("library/sources.py", "/usr/share/hexter"),
    ("library/sources.py", "/usr/share/amsynth/banks"),
    ("synths/amsynth/synth.py", "/var/lib/dpkg/status"),
}


def name(path: Path) -> str:
    """The file as a test's name."""
    return path.relative_to(SOURCE).as_posix()


def docstrings(tree: ast.AST) -> set[int]:
    """The nodes that are documentation, by `id`."""
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    return {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}


def of_one_system(path: Path) -> Iterator[str]:
    """Each use of what some systems lack."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = docstrings(tree)
    for node in ast.walk(tree):
        line = f"line {getattr(node, 'lineno', 0)}: "
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = node.module if isinstance(node, ast.ImportFrom) else None
            for alias in node.names:
                if (origin or alias.name).split(".")[0] in IMPORTS or alias.name in NAMES.get(origin or "", ()):
                    yield line + f"imports {origin or alias.name}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in NAMES.get(node.value.id, ()):
                yield line + f"{node.value.id}.{node.attr}"
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in told
            and PLACE.match(node.value)
            and (name(path), node.value) not in ALLOWED
        ):
            yield line + repr(node.value)


def without_encoding(path: Path) -> Iterator[str]:
    """Each file that is opened as text in whatever encoding the system likes, which on Windows is not UTF-8."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        modes = [a.value for a in [*node.args, *given.values()] if isinstance(a, ast.Constant)]
        text = called in ("read_text", "write_text") or (
            called in ("open", "fdopen", "NamedTemporaryFile")
            and any(isinstance(mode, str) and re.fullmatch("[rwxa]t?[+]?", mode) for mode in modes)
        )
        text |= called in ("run", "Popen", "check_output") and bool(given.keys() & {"text", "universal_newlines"})
        if text and "encoding" not in given:
            yield f"line {node.lineno}: {called}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nothing_of_one_system(path: Path) -> None:
    """Catches a call, an import or a path that ends in a traceback on Windows or macOS, and text that is not UTF-8."""
    found = [*of_one_system(path), *without_encoding(path)]
    assert not found, f"{name(path)}: {'; '.join(found)}; put it into synthmatch.systems"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import os\nos.fork()", "os.fork"),
        ("from signal import SIGKILL", "signal"),
        ("import fcntl", "fcntl"),
        ("import sys\nif sys.platform == 'win32': pass", "sys.platform"),
        ("path = '/tmp/x'", "/tmp/x"),
        ("from pathlib import Path\nPath('x').read_text()", "read_text"),
        ("open('x', 'w')", "open"),
        ("import subprocess\nsubprocess.run(['x'], text=True)", "run"),
    ],
)
def test_the_search_finds(code: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a search that finds nothing because it looks wrongly."""
    monkeypatch.setattr("test_only_one_part_knows.SOURCE", tmp_path)
    path = tmp_path / "x.py"
    path.write_text(code, encoding="utf-8")
    assert any(told in found for found in [*of_one_system(path), *without_encoding(path)])
