"""Which parameters of a plug-in are its amplitude envelope, as their names tell."""

from collections.abc import Iterable

from synthmatch.synths.plugin.names import words

#: How names say the four knobs of an envelope, in the order of `analysis.adsr.Adsr`.
KNOBS = {
    "attack": ("attack", "att", "atk", "attk"),
    "decay": ("decay", "dec", "dcy"),
    "sustain": ("sustain", "sus", "sust", "stn"),
    "release": ("release", "rel", "rls", "rlse"),
}
_KNOB_OF = {word: knob for knob, words in KNOBS.items() for word in words}
#: Words of the amplitude's envelope, of any envelope, of a knob's unit, and of what is another envelope or none.
_AMPLITUDE = frozenset({"amp", "amplitude", "amplifier", "vca", "dca", "aeg", "volume", "vol", "loudness"})
_ENVELOPE = frozenset({"env", "envelope", "eg", "adsr"})
_UNIT = frozenset({"time", "level", "lvl", "rate", "sec", "ms"})
_OTHER = frozenset(
    (
        *(
            "filter",
            "filt",
            "flt",
            "vcf",
            "dcf",
            "feg",
            "cutoff",
            "freq",
            "pitch",
            "lfo",
            "mod",
            "modulation",
            "pwm",
            "fm",
        ),
        *(
            "velocity",
            "vel",
            "curve",
            "shape",
            "slope",
            "tension",
            "key",
            "track",
            "tracking",
            "sync",
            "mode",
            "on",
            "switch",
        ),
        *("comp", "compressor", "limiter", "gate", "reverb", "delay", "chorus", "phaser", "flanger", "drive", "noise"),
    )
)


def amplitude_envelope(names: Iterable[str]) -> dict[str, str]:
    """Names of parameters by knob, attack, decay, sustain and release, of which some may be missing; empty where names tell of none.

    All are of one envelope: one that is called the amplitude's comes before one that has no other name, that before others, and the first
    before the second. It has at least two knobs.
    """
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for name in names:
        said = [word for word in words(name) if word not in _UNIT]
        knobs = [word for word in said if word in _KNOB_OF]
        if len(knobs) == 1 and not _OTHER.intersection(said):
            envelope = tuple(word for word in said if word not in _KNOB_OF)
            found.setdefault(envelope, {}).setdefault(_KNOB_OF[knobs[0]], name)
    whole = [(envelope, knobs) for envelope, knobs in found.items() if len(knobs) > 1]
    return min(whole, key=lambda one: _unsure(one[0]), default=((), {}))[1]


def _unsure(envelope: tuple[str, ...]) -> tuple[int, int]:
    """How unsure it is that an envelope is the amplitude's, by the words of its name, and its number."""
    numbers = [int(word) for word in envelope if word.isdigit()]
    named = {word for word in envelope if not word.isdigit()}
    return (0 if named & _AMPLITUDE else 1 if named <= _ENVELOPE else 2), min(numbers, default=1)
