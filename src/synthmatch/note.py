"""The note a preset is played with.

Pitch is a MIDI number (60 = C4, 69 = A4 = 440 Hz), velocity the MIDI 1..127, times are in seconds.
"""

import re
from dataclasses import dataclass

from synthmatch.errors import InputError

#: Sample rate of every render and of every target after loading, in Hz.
SAMPLE_RATE_HZ = 44_100

_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


@dataclass(frozen=True, slots=True)
class Note:
    """One note: pitch and velocity, when it starts, how long it is held, how much is rendered.

    Raises `InputError` where a field is outside its domain.
    """

    pitch: int = 60
    velocity: int = 100
    hold_seconds: float = 3.0
    render_seconds: float = 4.0
    start_seconds: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.pitch <= 127:
            raise InputError(f"pitch is {self.pitch}, expected a MIDI number 0..127 (60 is C4)")
        if not 1 <= self.velocity <= 127:
            raise InputError(f"velocity is {self.velocity}, expected 1..127")
        if not 0 < self.hold_seconds <= 60:
            raise InputError(f"hold_seconds is {self.hold_seconds}, expected more than 0 and at most 60")
        if not 0 < self.render_seconds <= 60:
            raise InputError(f"render_seconds is {self.render_seconds}, expected more than 0 and at most 60")
        if not 0 <= self.start_seconds < self.render_seconds:
            raise InputError(f"start_seconds is {self.start_seconds}, expected 0 or more and below render_seconds")

    @property
    def samples(self) -> int:
        """Length of the render in samples at `SAMPLE_RATE_HZ`."""
        return round(self.render_seconds * SAMPLE_RATE_HZ)

    @property
    def start_samples(self) -> int:
        """Silence before the note in samples at `SAMPLE_RATE_HZ`."""
        return round(self.start_seconds * SAMPLE_RATE_HZ)

    @property
    def hz(self) -> float:
        """Frequency of its pitch."""
        return float(440.0 * 2.0 ** ((self.pitch - 69) / 12))

    @property
    def name(self) -> str:
        """Scientific pitch name, such as ``A4`` or ``C#2``."""
        return f"{_NAMES[self.pitch % 12]}{self.pitch // 12 - 1}"


#: Notes by name. ``icassp2023`` is the protocol of Faronbi, Roman, Bello (ICASSP 2023): their generator asks for velocity
#: 255, of which a host makes the highest that MIDI has.
PROTOCOLS = {
    "default": Note(),
    "icassp2023": Note(velocity=127, hold_seconds=3.0, render_seconds=5.0, start_seconds=0.25),
}


def parse_pitch(text: str) -> int:
    """MIDI number of a pitch name (``A2``, ``c#4``, ``Eb3``) or of a number in text (``57``).

    Raises `InputError` for anything else or outside 0..127.
    """
    wanted = f"note is {text!r}, expected a name such as A2, C#4 or Eb3, or a MIDI number 0..127"
    found = re.fullmatch(r"([A-Ga-g])([#b]?)(-?\d)", text.strip())
    if found:
        letter, accidental, octave = found.groups()
        pitch = _SEMITONES[letter.upper()] + {"#": 1, "b": -1, "": 0}[accidental] + 12 * (int(octave) + 1)
    elif re.fullmatch(r"\d{1,3}", text.strip()):
        pitch = int(text)
    else:
        raise InputError(wanted)
    if not 0 <= pitch <= 127:
        raise InputError(wanted)
    return pitch
