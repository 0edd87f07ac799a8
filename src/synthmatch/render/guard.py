"""What can go wrong with a render, told as data: one bad preset must not end a batch of thousands."""

from dataclasses import dataclass
from typing import Literal

from synthmatch.params.preset import Preset

Reason = Literal["crash", "hang", "nan", "error"]

_WORDS = {
    "crash": "crashed the synthesizer",
    "hang": "hung",
    "nan": "gave NaN or infinite audio",
    "error": "failed",
}


@dataclass(frozen=True, slots=True)
class RenderFailure:
    """Stands in place of a result: the preset that failed twice, and how."""

    preset: Preset
    reason: Reason
    detail: str

    @property
    def what(self) -> str:
        """The reason in words that follow "the preset"."""
        return _WORDS[self.reason]

    def __str__(self) -> str:
        name = f" {self.preset.name!r}" if self.preset.name else ""
        return f"{self.preset.synth} preset{name} {self.what}: {self.detail}"


def one_line(error: BaseException) -> str:
    """Class and message of an exception in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
