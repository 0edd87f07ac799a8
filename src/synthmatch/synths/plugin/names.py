"""The words in the name of a plug-in's parameter."""

import re

#: A word, an abbreviation or a number: "AmpEG1Attack" has four.
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def words(name: str) -> list[str]:
    """The words of a name in small letters, and its numbers, however they are put together."""
    return [word.lower() for word in _WORD.findall(name)]
