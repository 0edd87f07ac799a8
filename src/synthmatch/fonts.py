"""Texts in pictures: which installed font has the letters of a file's name, and where matplotlib keeps its list of fonts."""

import logging
import os
import re
from functools import cache
from pathlib import Path

from synthmatch.systems.scratch import new_folder

#: Letters of a title that a picture has room for.
_MOST_LETTERS = 100
#: In place of letters that no font has.
_MISSING = "\N{HORIZONTAL ELLIPSIS}"


def prepare_matplotlib() -> None:
    """To be called before matplotlib is imported: it complains of a home that it cannot write to, and of a slow start.

    Where it can keep no list of fonts, it gets a folder that goes with the program.
    """
    logger = logging.getLogger("matplotlib")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.ERROR)
    named = os.environ.get("MPLCONFIGDIR")
    if not all(map(_is_writable, [Path(named)] if named else _own_folders())):
        os.environ["MPLCONFIGDIR"] = str(new_folder())


def _own_folders() -> list[Path]:
    """Where matplotlib keeps settings and its cache, as its documentation has it. Raises nothing; empty without a home."""
    try:
        home = Path.home()
    except RuntimeError:
        return [Path(os.devnull)]
    bases = [os.environ.get("XDG_CONFIG_HOME") or home / ".config", os.environ.get("XDG_CACHE_HOME") or home / ".cache"]
    return [Path(base) / "matplotlib" for base in bases]


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def written_with(text: str) -> tuple[str, list[str]]:
    """A text as a picture can show it, and the fonts that have its letters: matplotlib's own, then installed ones.

    Letters that no font has become dots; so does the end of what is too long.
    """
    text = " ".join(text.split())
    if len(text) > _MOST_LETTERS:
        text = text[: _MOST_LETTERS - 1] + _MISSING
    own = "DejaVu Sans"
    missing = {letter for letter in text if ord(letter) not in _letters(own)}
    fonts = [own]
    for name in _installed() if missing else ():
        if found := {letter for letter in missing if ord(letter) in _letters(name)}:
            fonts.append(name)
            missing -= found
        if not missing:
            break
    if missing:
        text = re.sub(f"[{re.escape(''.join(missing))}]+", _MISSING, text)
    return text, fonts


@cache
def _installed() -> tuple[str, ...]:
    """Names of the fonts that matplotlib finds."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 - slow to load

    return tuple(sorted({font.name for font in fontManager.ttflist}))


@cache
def _letters(name: str) -> frozenset[int]:
    """What the upright font of a name has, as code points; nothing of one that is made of pictures or damaged."""
    from matplotlib.font_manager import findfont  # noqa: PLC0415
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    try:
        font = FT2Font(findfont(name, fallback_to_default=False))
    except (OSError, RuntimeError, ValueError):
        return frozenset()
    return frozenset(font.get_charmap()) if font.scalable else frozenset()
