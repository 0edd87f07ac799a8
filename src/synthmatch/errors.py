"""Errors that a user can mend.

Each message says, in one line of at most `text.MOST_CHARACTERS`, what was got, what was expected and how to mend it;
what it quotes of a file is cut and shown by `text.one_line`. The library raises; the command line prints the message and
exits with code 2.
"""

from synthmatch.text import one_line


class SynthmatchError(Exception):
    """Base of every error that synthmatch raises on purpose."""

    def __init__(self, message: str = "") -> None:
        super().__init__(one_line(message))


class InputError(SynthmatchError):
    """A file, array or argument that cannot be used: missing, damaged, silent, of another version."""


class AudioError(InputError):
    """A recording that cannot be a target."""


class PresetError(InputError):
    """A preset file or preset that cannot be read, written or used with this parameter table."""


class MissingSynthError(SynthmatchError):
    """A synthesizer whose program or binding is not installed; the message says how to get it."""


class MissingExtraError(SynthmatchError):
    """A part of synthmatch whose packages are not installed; the message names the extra."""


class OutputError(SynthmatchError):
    """A file or folder that cannot be written, or that exists and would be overwritten."""


class RenderError(SynthmatchError):
    """A render that crashed its worker, hung, or gave NaN; names the preset that did it."""


class TrainingError(SynthmatchError):
    """Training that cannot go on: a loss that is not a number; names the step and what is stored."""


class InputWarning(UserWarning):
    """A file that was read although something in it is wrong; says what, and what was lost or assumed."""

    def __init__(self, message: str = "") -> None:
        super().__init__(one_line(message))
