"""The README and the pages of docs/: what they show runs, and what they name exists."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

from synthmatch.calibration.closeness import BOUNDS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: Comments before blocks that are not run here: those of recipes are followed by test_recipes.py.
NOT_RUN = r"<!-- (not run|(file:|after|replace) .*) -->$"


def name(page: Path) -> str:
    """The page as a test's name."""
    return page.relative_to(ROOT).as_posix()


def python_blocks(page: Path) -> Iterator[tuple[int, str]]:
    """Line number and source of each Python block that is not marked as not run."""
    text = page.read_text(encoding="utf-8")
    for block in re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        before = text[: block.start()].rstrip()
        if not re.search(NOT_RUN, before):
            yield text[: block.start(1)].count("\n"), block[1]


def commands() -> set[str]:
    """Every `synthmatch <command>` in a code block or code span, such as ``match`` or ``library build``."""
    found = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for code in re.findall(r"^```(?:console|text|bash|sh)\n(.*?)^```$|`([^`\n]+)`", text, re.MULTILINE | re.DOTALL):
            for command in re.findall(
                r"(?:^|[\s$/])synthmatch (\w+(?: (?:build|search|generate|verify|info)\b)?)", "".join(code)
            ):
                found.add(command)
    return found


@pytest.mark.parametrize("page", [page for page in PAGES if list(python_blocks(page))], ids=name)
def test_python_in_the_docs_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches an example that no longer works; the blocks of a page run in order and share their names.

    The folder has `bass.wav`, the reader's own recording.
    """
    monkeypatch.chdir(tmp_path)
    soundfile.write("bass.wav", *soundfile.read(ROOT / "src/synthmatch/data/examples/bass.flac"))
    names: dict[str, Any] = {"__name__": "__main__"}
    for line, source in python_blocks(page):
        exec(compile("\n" * line + source, str(page), "exec"), names)


def test_the_pages_show_python_that_runs() -> None:
    """Catches a pattern that no longer finds the blocks, which would leave every example unchecked."""
    shown = {name(page) for page in PAGES if list(python_blocks(page))}
    assert {"README.md", "docs/quickstart.md", "docs/concepts.md"} <= shown


@pytest.mark.parametrize("command", sorted(commands()))
def test_a_command_in_the_docs_exists(command: str) -> None:
    """Catches a command that was renamed or dropped after it was documented."""
    call = "from synthmatch.cli.app import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", call, *command.split(), "--help"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"the docs name `synthmatch {command}`: {result.stderr}"


def links(page: Path) -> list[str]:
    """The files that a page links to or shows."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = ["".join(link) for link in re.findall(r"\]\(([^)\s#]+)[^)]*\)|src=\"([^\"]+)\"", text)]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_linked_file_exists(page: Path) -> None:
    """Catches a link to a file or picture that was moved; mkdocs does not read the README."""
    assert [link for link in links(page) if not (page.parent / link).exists()] == []


def test_the_pages_have_links() -> None:
    """Catches a pattern that no longer finds links, which would leave every one unchecked."""
    assert {"CHANGELOG.md", "docs/metrics.md"} <= set(links(ROOT / "README.md"))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_table_has_two_columns_of_one_name(page: Path) -> None:
    """Catches a table whose columns a reader cannot tell apart, such as two of `median`."""
    text = page.read_text(encoding="utf-8")
    for head in re.findall(r"^\|(.*)\|\n\|[ :|-]+\|$", text, re.MULTILINE):
        names = [cell.strip() for cell in re.split(r"(?<!\\)\|", head) if cell.strip()]
        assert len(set(names)) == len(names), f"{name(page)}: {head}"


def test_the_glossary_is_in_order() -> None:
    """Catches a word that has two meanings, and one that nobody finds at its letter."""
    words = re.findall(r"^\| \*\*(.*?)\*\*", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    letters = [word.lower().replace("-", " ").replace(",", "~") for word in words]
    assert len(letters) > 50
    assert letters == sorted(set(letters))


def test_the_words_of_closeness_are_those_of_the_package() -> None:
    """Catches bounds that were moved after they were documented."""
    text = (ROOT / "docs/concepts.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| (\w+) \| (\d+) to (\d+) %", text, re.MULTILINE)
    tops = [100, *(round(least) - 1 for least in BOUNDS.values())]
    assert shown == [(word, f"{least:.0f}", str(top)) for (word, least), top in zip(BOUNDS.items(), tops, strict=False)]


def test_make_targets_in_the_docs_exist() -> None:
    """Catches `make something` in a page after the target was renamed."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    pages = "".join(page.read_text(encoding="utf-8") for page in [*PAGES, ROOT / "CONTRIBUTING.md"])
    named = set(re.findall(r"(?:`|\$ )make ([a-z-]+)", pages))
    assert {"match", "test"} <= named, "the pattern no longer finds them"
    assert named <= targets, f"pages name make targets that do not exist: {named - targets}"


def test_the_documentation_builds(tmp_path: Path) -> None:
    """Catches a broken link or anchor, and a page that the navigation leaves out."""
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    result = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "site" / "index.html").exists()
