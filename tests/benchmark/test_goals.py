"""What the documentation says of the goals is what the benchmark's records say."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_shows_the_records() -> None:
    """Catches a figure that was changed by hand, or one of an older surrogate, search or library."""
    tool = runpy.run_path(str(ROOT / "tools/goals.py"))
    page = (ROOT / "docs/results/goals.md").read_text(encoding="utf-8")
    tables = list(tool["tables"]())
    assert tables
    for table in tables:
        assert table.strip() in page, "it is written by tools/goals.py alone: run that"
