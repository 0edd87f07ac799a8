"""The recipes of the docs, followed as a newcomer would: copy the template, then use it by name."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from synthmatch.cli.app import app

DOCS = Path(__file__).parents[1] / "docs"
BELL = Path(__file__).parents[1] / "src/synthmatch/data/examples/bell.flac"


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder on the path, as a newcomer's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in ("average", "mysine"):
        sys.modules.pop(name, None)


def block(page: str, after: str) -> str:
    """The first Python block of a page after a line."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.search(r"^```python\n(.*?)^```$", text[text.index(after) :], re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no Python block after {after!r}"
    return found[1]


def run(*arguments: object) -> str:
    """Standard output of a command that must succeed."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.stdout


def test_a_model_of_ones_own_trains_and_matches(workplace: Path) -> None:
    """Catches a recipe that lacks a step, and a template that no longer fits the contract."""
    (workplace / "average.py").write_text(block("adding-a-model.md", "<!-- recipe"))
    run("dataset", "generate", "data", "--synth", "dexed", "--presets", 24, "--notes", "C4")
    run("train", "average:Average", "--data", "data", "-o", "run", "--epochs", 2, "-q")
    told = json.loads(run("match", BELL, "--model", "average:Average=run", "--renders", 0, "--json", "-o", "found"))
    assert told["targets"][0]["candidates"][0]["synth"] == "dexed"


def test_a_synthesizer_of_ones_own_is_matched(workplace: Path) -> None:
    """Catches the same for synthesizers: it has no library, so the search starts from random presets."""
    source = block("adding-a-synthesizer.md", "## 2. The adapter")
    own = source.replace('id = "sine"', 'id = "mysine:Sine"').replace('ParamSpace("sine"', 'ParamSpace("mysine:Sine"')
    (workplace / "mysine.py").write_text(own)
    told = json.loads(run("match", BELL, "--synth", "mysine:Sine", "--renders", 20, "--json", "-o", "found", "-n", 1))
    (candidate,) = told["targets"][0]["candidates"]
    assert Path(candidate["preset"]).suffix == ".sine"
    assert len(Path(candidate["preset"]).read_text().splitlines()) == 1
