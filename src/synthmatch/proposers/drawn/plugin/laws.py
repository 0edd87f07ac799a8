"""What the knobs of a plug-in's amplitude envelope do: a few renders say it, for few plug-ins tell a host.

Each knob is moved over its range while the others stand so that it is heard, and the renders' envelopes are measured as a target's are.
"""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from synthmatch.analysis.adsr import Adsr, adsr
from synthmatch.arrays import F64, Float64
from synthmatch.audio import mono
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.proposers.drawn.plugin.law import Law, read_laws, write_laws
from synthmatch.proposers.drawn.plugin.names import amplitude_envelope
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.plugin.synth import Plugin
from synthmatch.systems.folders import cache_folder

#: Of what is measured here; another number invalidates what was kept.
_VERSION = 1
#: Positions of a knob that are rendered, denser at the low end, where a knob that is straight in seconds has its short times.
_UNITS = np.linspace(0.0, 1.0, 9) ** 1.5
#: Notes for what happens while a key is held, and after it, and one that is held for as long.
_HELD, _RELEASED, _OPENED = Note(60, 100, 4.0, 4.1), Note(60, 100, 0.5, 4.5), Note(60, 100, 4.5, 4.5)
#: Shorter times are all the same, in seconds, and so are quieter sustains, as shares of amplitude.
_SHORTEST_S, _SILENT = 0.001, 0.003
#: A knob that changes its time or level less, as a ratio of its ends, is another's.
_LEAST_RATIO = 3.0
#: Seconds of a decay that ends within the note, while sustains are measured, and of a note's beginning or end whose level counts.
_QUICK_S, _PART_S = 0.1, 0.5


@cache
def envelope_laws(synth: Plugin) -> Mapping[str, Law]:
    """The laws of what names and renders say to be the amplitude envelope's attack, decay, sustain and release; those that are found.

    Up to 38 renders of the plug-in's default, once: the user's cache folder keeps what they say. Raises `MissingSynthError` where the
    plug-in does not load.
    """
    space = synth.space
    named = amplitude_envelope(parameter.name for parameter in space.parameters if parameter.kind == "continuous")
    if not named:
        return {}
    path = cache_folder() / "plugins" / f"{synth.fingerprint}-{space.hash}-envelope-{_VERSION}.json"
    laws = read_laws(path, len(space))
    if laws is None:
        with RenderPool(synth, workers=1) as pool:
            laws = _Renders(pool, {knob: space.index[name] for knob, name in named.items()}).laws()
        write_laws(path, laws)
    return laws


class _Renders:
    """Renders of a synthesizer's default with its envelope's knobs moved. `places`: of the parameters, by knob."""

    def __init__(self, pool: RenderPool, places: Mapping[str, int]) -> None:
        self._pool, self._places = pool, places

    def laws(self) -> dict[str, Law]:
        """The laws that are found, by knob."""
        ends = np.array([0.0, 1.0])
        both = self._played("attack", ends, _OPENED, sustain=1.0)
        level, fast, opened = max(
            zip(map(_begin_level, both), ends.tolist(), both, strict=True), key=lambda one: one[0]
        )
        if level == 0:
            return {}

        def attack_s(sound: Float64[F64, " _samples"]) -> float:
            found = adsr(sound, _HELD.hold_seconds, _HELD.hz, opened)
            return max(found.attack_s, _SHORTEST_S) if found else np.nan

        def decay_s(sound: Float64[F64, " _samples"]) -> float:
            # without a sustain, what is open decays too
            found = adsr(sound, _HELD.hold_seconds, _HELD.hz, opened if "sustain" in self._places else None)
            return fall_s(found) if found else np.nan

        def release_s(sound: Float64[F64, " _samples"]) -> float:
            found = adsr(sound, _RELEASED.hold_seconds, _RELEASED.hz, opened)
            return found.release_s if found and found.release_s else np.nan

        laws = {
            "attack": self._law("attack", _HELD, attack_s, sustain=1.0),
            "decay": self._law("decay", _HELD, decay_s, attack=fast, sustain=0.0),
            "release": self._law("release", _RELEASED, release_s, attack=fast, sustain=1.0),
        }
        if decay := laws["decay"]:
            sustain = self._law("sustain", _HELD, _end_level, attack=fast, decay=decay.unit(_QUICK_S))
            laws["sustain"] = sustain and sustain._replace(
                values=np.maximum(sustain.values / sustain.values[-1], _SILENT)
            )
        return {knob: law for knob, law in laws.items() if law}

    def _law(
        self, knob: str, note: Note, read: Callable[[Float64[F64, " _samples"]], float], **others: float
    ) -> Law | None:
        if knob not in self._places:
            return None
        sounds = self._played(knob, _UNITS, note, **others)
        return _law(self._places[knob], np.array([read(sound) for sound in sounds]))

    def _played(
        self, knob: str, positions: Float64[F64, " positions"], note: Note, **others: float
    ) -> list[Float64[F64, " _samples"]]:
        """Renders with a knob at some positions, and others where they should be; one that fails is silent."""
        synth = self._pool.synth
        units = np.tile(synth.space.to_unit(synth.space.default), (len(positions), 1))
        for other, unit in others.items():
            if other in self._places:
                units[:, self._places[other]] = unit
        if knob in self._places:
            units[:, self._places[knob]] = positions
        sounds = self._pool.run([synth.preset(native) for native in synth.space.to_native(units)], note)
        silence = np.zeros((1, note.samples))
        return [mono(silence if isinstance(one, RenderFailure) else one).astype(np.float64) for one in sounds]


def fall_s(envelope: Adsr) -> float:
    """Seconds of a decay to silence that begins as fast as an envelope's; infinite where its level stays."""
    return envelope.decay_s / (1 - envelope.sustain) if envelope.sustain < 1 else np.inf


def _law(place: int, values: Float64[F64, " positions"]) -> Law | None:
    """The law that renders tell at `_UNITS`, not a number where they tell none; None where the knob moves nothing."""
    told = np.isfinite(values)
    units, values = _UNITS[told], values[told]
    if len(values) < 2:
        return None
    if values[0] > values[-1]:
        units, values = units[::-1], values[::-1]
    values = np.maximum.accumulate(values)
    # of the longest times, which a render cannot tell apart, the first
    last = int(np.argmax(values == values[-1])) + 1
    return Law(place, units[:last], values[:last]) if values[-1] >= _LEAST_RATIO * values[0] else None


def _begin_level(sound: Float64[F64, " _samples"]) -> float:
    return float(np.sqrt(np.square(sound[: round(_PART_S * SAMPLE_RATE_HZ)]).mean()))


def _end_level(sound: Float64[F64, " _samples"]) -> float:
    end = round(_HELD.hold_seconds * SAMPLE_RATE_HZ)
    return float(np.sqrt(np.square(sound[end - round(_PART_S * SAMPLE_RATE_HZ) : end]).mean()))
