"""Text from files as it is shown: nothing in it moves a cursor or turns a line, and a message keeps its mend."""

import unicodedata

import pytest

from synthmatch.errors import InputError, InputWarning, PresetError
from synthmatch.params import Preset
from synthmatch.synths.registry import get_synth
from synthmatch.text import MOST_CHARACTERS, one_line, visible


def test_no_character_moves_or_turns_what_is_shown() -> None:
    """Catches a control, a directional mark, an end of a line or half a surrogate pair that reaches a terminal."""
    every = "".join(map(chr, range(0x110000)))
    shown = visible(every)
    kinds = {unicodedata.category(letter) for letter in set(shown) - set("\u200c\u200d")}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert {"Lu", "Lo", "Mn", "So", "Zs"} <= kinds
    shown.encode()
    assert visible("A[/b] 日本 é\t") == "A[/b] 日本 é\\x09"
    assert visible("\x1b[31m\u202e\u2028caf\udce9\n\U000e0041") == r"\x1b[31m\u202e\u2028caf\xe9\x0a\U000e0041"


def test_names_can_be_written() -> None:
    """Catches a library or preset that is written under the name of a file that is not UTF-8, and is never read again."""
    assert Preset("dexed", get_synth("dexed").space.default, "caf\udce9 日本\n").name == "caf\\xe9 日本\n"
    with pytest.raises(InputError, match="rename its folder"):
        get_synth("/caf\udce9/x.so")


def test_messages_are_one_line_that_ends_in_the_mend() -> None:
    """Catches a message that quotes a whole file, or one whose mend was cut off with the quote."""
    for error in (InputError, PresetError, InputWarning):
        text = str(error(f"x.json holds {'9' * 10_000_000!r}\r\n\x1b[2J, expected a number; save it again"))
        assert len(text) == MOST_CHARACTERS
        assert text.isprintable()
        assert text.startswith("x.json holds '999")
        assert text.endswith(r"\x1b[2J, expected a number; save it again")
    assert str(InputError("short; mend")) == "short; mend"
    for length in range(290, 320):
        assert len(one_line("x" * length)) == min(length, MOST_CHARACTERS)
        assert one_line(one_line("\x1b" * length)) == one_line("\x1b" * length)
