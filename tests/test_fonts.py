"""What pictures write: names in every script, without a warning, and without a home to keep a list of fonts in."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from synthmatch import fonts
from synthmatch.fonts import written_with
from synthmatch.picture import picture

SOUND = np.sin(np.arange(9_000, dtype=np.float32) / 20)[None]
#: a letter of no script, which no installed font has
LETTER = "\U0010fffd"


def font_with(letter: str, path: Path) -> Path:
    """A font of one letter, a square."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 500), (500, 500), (500, 0)):
        pen.lineTo(point)
    pen.closePath()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "square"])
    builder.setupCharacterMap({ord(letter): "square"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "square": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "square": (500, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "One Letter", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


def test_an_installed_font_has_the_letter(tmp_path: Path) -> None:
    """Catches boxes in place of a name for which there is a font."""
    from matplotlib.font_manager import fontManager

    assert written_with(f"a {LETTER}") == ("a …", ["DejaVu Sans"])
    before = list(fontManager.ttflist)
    fontManager.addfont(font_with(LETTER, tmp_path / "one.ttf"))
    fonts._installed.cache_clear()
    try:
        assert written_with(f"a {LETTER}") == (f"a {LETTER}", ["DejaVu Sans", "One Letter"])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture(SOUND, SOUND, f"a {LETTER}")
    finally:
        fontManager.ttflist[:] = before
        fonts._installed.cache_clear()
        fonts._letters.cache_clear()


@pytest.mark.parametrize("name", ["日本語", "a$\\frac{b$ _c_{", "\x1b[31m\x07", "\udce9", "😀", "n" * 300, "a\nb", ""])
def test_no_name_disturbs_a_picture(name: str) -> None:
    """Catches a warning of each letter that no font has, an error where a name looks like mathematics, and a cut title."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert picture(SOUND, SOUND, f"{name}: Dexed")[:4] == b"\x89PNG"
    shown, _ = written_with(f"{name}: Dexed")
    assert len(shown) <= 100
    assert shown.isprintable()


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    """Catches matplotlib's complaint that it has no folder, and the folder that it makes among temporary files."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "MPL"))},
        "HOME": "/dev/null/home",
        "TMPDIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    call = "import numpy; from synthmatch.picture import picture; s = numpy.ones((1, 9000), 'f'); picture(s, s, 'a')"
    done = subprocess.run([sys.executable, "-c", call], env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
    assert not list(tmp_path.iterdir())
