"""Text from outside, as it may be shown: names in presets and files can hold whatever a terminal obeys.

Escape sequences can rewrite what a terminal has shown, and directional marks can make a name read as another. So each
character that moves or turns text is written as its number, as Python would write it.
"""

import re
import unicodedata
from collections.abc import Sequence

#: Characters of a message of one line: it fits a few lines of a terminal, and a file cannot fill the screen.
MOST_CHARACTERS = 300
#: What stands for the part of a message that is left out.
_LEFT_OUT = " [...] "
#: Unicode's control and format characters, surrogates, and separators of lines and paragraphs.
_MOVING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: They join letters in many scripts, and move nothing.
_JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    """The text with each character that moves or turns text as an escape such as ``\\x1b``; its own line ends too.

    A byte of a file's name that is not UTF-8 is shown as ``\\xe9``.
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def utf8(text: str) -> str:
    """The text, and where UTF-8 has no bytes for a part of it (of a file's name that is not UTF-8), that part visible."""
    return text if text.isascii() else "".join(_shown(c) if "\ud800" <= c <= "\udfff" else c for c in text)


def one_line(text: str, most: int = MOST_CHARACTERS) -> str:
    """The visible text, at most `most` characters long: a longer one loses its middle, for the mend is at its end."""
    # what is cut off is not looked at: a message may quote megabytes
    if len(text) > 4 * most:
        text = text[: 2 * most] + text[-2 * most :]
    line = visible(re.sub(r"\s*[\r\n]\s*", " ", text.strip()))
    if len(line) <= most:
        return line
    kept = most - len(_LEFT_OUT)
    return f"{line[: kept // 2]}{_LEFT_OUT}{line[len(line) - (kept - kept // 2) :]}"


def and_more(items: Sequence[str]) -> str:
    """What follows the first of many items: how many there are beside it."""
    return f" and {len(items) - 1} more" if len(items) > 1 else ""


def _shown(letter: str) -> str:
    number = ord(letter)
    if unicodedata.category(letter) not in _MOVING or letter in _JOINERS:
        return letter
    if 0xDC80 <= number <= 0xDCFF:  # how Python keeps a byte that it could not decode
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
