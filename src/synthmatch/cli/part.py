"""``i/N``: which part of the work a process does, where N share it."""

from synthmatch.errors import InputError


def parse_part(option: str, text: str) -> tuple[int, int]:
    """The numbers of ``i/N``, given with an option. Raises `InputError`."""
    number, slash, parts = text.partition("/")
    if not (slash and number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts)):
        raise InputError(f"{option} is {text!r}, expected i/N with i from 1 to N, such as 1/4")
    return int(number), int(parts)
