"""What moves in a Vital voice: envelopes, LFOs, and the parameters that the modulation slots move with them.

Formulas are those of Vital (Matt Tytel, GPL-3: src/synthesis/modulators/envelope.cpp and synth_lfo.cpp,
modules/modulation_connection_processor.cpp, src/common/line_generator.cpp), in closed form. Left out: LFO rates and
envelope times that other envelopes and LFOs move (what the note moves counts), and sources and shapes that are a
preset's own. An LFO reads as its mean over `BLUR_SECONDS`: what is faster than anyone looks at it is a constant.
"""

from functools import cache

import numpy as np

from synthmatch.analytic.played import PlayedPresets
from synthmatch.arrays import F64, I64, Bool, Bools, Float64, Int64
from synthmatch.note import Note
from synthmatch.params import ParamSpace
from synthmatch.synths.vital.bank import bank
from synthmatch.synths.vital.counts import ENVELOPES, LFOS, SLOTS

#: Over how long the value of an LFO is a mean.
BLUR_SECONDS = 0.08
_STAGES = ("delay", "attack", "hold", "decay", "sustain", "release", "attack_power", "decay_power", "release_power")
#: Points of an LFO's shape.
_RESOLUTION = 256
#: Cycles a beat of the classes of an LFO's tempo, and beats a second of a preset that does not say.
_CYCLES = np.array([0.0, *(2.0 ** np.arange(-7, 5))])
_BEATS_A_SECOND = 2.0
#: Cycles relative to those of the tempo: plain, dotted, triplets.
_SYNCED = np.array([1.0, 1.0, 2 / 3, 3 / 2, 1.0])
_SECONDS, _KEYTRACK = 0, 4
_ENVELOPE, _SUSTAIN, _LOOP_POINT, _LOOP_HOLD = 2, 3, 4, 5
#: Half-life of an LFO's smoothing, of its knob's seconds.
_HALF_LIFE = 0.2
#: The key at which keyboard tracking moves nothing.
_CENTRE_KEY = 60.0
#: What an engine that was just loaded glides to from where Vital starts (utilities/smooth_value.cpp), and how fast.
_GLIDING = ("osc_1_level", "osc_2_level", "osc_3_level", "sample_level", "filter_1_cutoff", "filter_2_cutoff")
_GLIDE_HZ = 5.0
#: Ends of the names of what slots may move past its range.
_UNHELD = ("_level", "_cutoff", "_transpose", "_tune", "_amplitude")


def bent(value: F64, power: F64) -> F64:
    """A value of 0 to 1 bent by a power: Vital's curve of envelopes, LFO shapes and slots. Same shape."""
    straight = np.abs(power) < 5e-3
    power = np.where(straight, 1.0, power)
    return np.where(straight, value, np.expm1(power * value) / np.expm1(power))


class Voice:
    """What moves in N voices at T times after the note's start.

    `envelopes` (N, ENVELOPES, T) and `lfos` (N, LFOS, T) run from 0 to 1.
    """

    def __init__(self, space: ParamSpace, played: PlayedPresets) -> None:
        native, seconds = played.native, played.seconds
        self._space, self._native = space, native
        self._glide = np.exp(-2 * np.pi * _GLIDE_HZ * seconds)
        self.velocity = Note().velocity / 127
        self.key = played.pitch + native[:, space.index["voice_transpose"]] + native[:, space.index["voice_tune"]]
        slots = {kind: self._slots(kind) for kind in ("source", "destination", "amount", "bipolar", "power")}
        self._source, self._destination = slots["source"].astype(np.int64), slots["destination"].astype(np.int64)
        self._amount, self._bipolar, self._power = slots["amount"], slots["bipolar"], slots["power"]
        first = space["modulation_1_source"].choices
        sources = np.zeros((len(native), len(first), len(seconds)))
        sources[:, first.index("note")] = (self.key / 127)[:, None]
        sources[:, first.index("velocity")] = self.velocity
        sources[:, first.index("stereo")] = 0.5
        still = np.isin(self._source, [first.index(name) for name in ("note", "velocity", "stereo")])
        fixed = self._moves(sources[:, :, :1], still)
        self.envelopes = self._envelopes(fixed, played.hold_seconds, seconds)
        self.lfos = self._lfos(fixed, played.hold_seconds, seconds)
        sources[:, first.index("env_1") : first.index("env_1") + ENVELOPES] = self.envelopes
        sources[:, first.index("lfo_1") : first.index("lfo_1") + LFOS] = self.lfos
        self._moved = self._moves(sources, np.ones_like(still))

    def __call__(self, name: str) -> F64:
        """A parameter's native value, moved by the slots and held in its range where Vital does so. Shape: (N, T)."""
        parameter, row = self._space[name], self._row(name)
        value = self.base(name)[:, None]
        if name in _GLIDING:
            value = value + (parameter.default - value) * self._glide
        moved = self._moved[:, row] if row else np.zeros_like(self._moved[:, 0])
        if name.endswith(_UNHELD):
            return np.asarray(value + moved, np.float64)
        return np.clip(value + moved, parameter.low, parameter.high)

    def base(self, name: str) -> Float64[F64, " presets"]:
        """A parameter's native value as it is stored. Shape: (N,)."""
        return self._native[:, self._space.index[name]]

    def moving_key(self) -> F64:
        """MIDI number that the voice plays, with the tuning that slots move. Shape: (N, T)."""
        return (self.key - self.base("voice_tune"))[:, None] + self("voice_tune")

    def cutoff(self, prefix: str) -> F64:
        """Cutoff of a filter as a MIDI number. Shape: (N, T)."""
        return self(f"{prefix}_cutoff") + self.base(f"{prefix}_keytrack")[:, None] * (self.moving_key() - _CENTRE_KEY)

    def choice(self, name: str) -> Int64[I64, " presets"]:
        """Class of a categorical parameter. Shape: (N,)."""
        return np.rint(self.base(name)).astype(np.int64)

    def _row(self, name: str) -> int:
        """Class of a destination, 0 where no slot can move it."""
        destinations = self._space["modulation_1_destination"].choices
        return destinations.index(name) if name in destinations else 0

    def _slots(self, kind: str) -> F64:
        return self._native[:, [self._space.index[f"modulation_{slot}_{kind}"] for slot in range(1, SLOTS + 1)]]

    def _moves(
        self, sources: Float64[F64, "presets sources times"], which: Bool[Bools, "presets slots"]
    ) -> Float64[F64, "presets destinations times"]:
        """What chosen slots, (N, SLOTS), add to each destination. Shape: (N, sources, T) -> (N, destinations, T)."""
        names = self._space["modulation_1_destination"].choices
        known = [self._space[name] if name in self._space.index else None for name in names]
        ranges = np.array([p.high - p.low if p else 0.0 for p in known])
        moves = np.zeros((len(sources), len(names), sources.shape[2]))
        for slot in range(SLOTS):
            used = which[:, slot] & (self._source[:, slot] > 0) & (ranges[self._destination[:, slot]] > 0)
            rows = np.flatnonzero(used & (self._amount[:, slot] != 0))
            destination, bipolar = self._destination[rows, slot], self._bipolar[rows, slot, None]
            value = np.clip(sources[rows, self._source[rows, slot]], 0.0, 1.0) * (1 + bipolar) - bipolar
            shaped = np.sign(value) * bent(np.abs(value), -self._power[rows, slot, None]) * (1 - bipolar / 2)
            moves[rows, destination] += shaped * (self._amount[rows, slot] * ranges[destination])[:, None]
        return moves

    def _fixed(self, fixed: F64, name: str) -> F64:
        """A native value with what the note adds to it. Shape: (N,)."""
        row = self._row(name)
        return self.base(name) + (fixed[:, row, 0] if row else 0.0)

    def _envelopes(self, fixed: F64, hold_seconds: F64, seconds: F64) -> F64:
        numbers = range(1, ENVELOPES + 1)
        stages = {s: np.stack([self._fixed(fixed, f"env_{k}_{s}") for k in numbers], 1)[:, :, None] for s in _STAGES}
        times = {s: np.maximum(stages[s], 0.0) ** 4 + 1e-9 for s in ("delay", "attack", "hold", "decay", "release")}
        # the last column is the moment of release
        held = np.concatenate([np.minimum(seconds, hold_seconds[:, None]), hold_seconds[:, None]], axis=1)[:, None]
        rising = np.clip((held - times["delay"]) / times["attack"], 0.0, 1.0)
        peak = times["delay"] + times["attack"]
        falling = np.clip((held - peak - times["hold"]) / times["decay"], 0.0, 1.0)
        down = (1 - np.clip(stages["sustain"], 0.0, 1.0)) * bent(falling, stages["decay_power"])
        level = np.where(held < peak, bent(rising, -stages["attack_power"]), 1 - down)
        released = (seconds - hold_seconds[:, None])[:, None]
        off = bent(np.clip(released / times["release"], 0.0, 1.0), stages["release_power"])
        return np.where(released > 0, level[:, :, -1:] * (1 - off), level[:, :, :-1])

    def _lfos(self, fixed: F64, hold_seconds: F64, seconds: F64) -> F64:
        curves = [self._lfo(f"lfo_{k}", fixed, hold_seconds[:, None], seconds) for k in range(1, LFOS + 1)]
        return np.stack(curves, axis=1)

    def lfo_hz(self, prefix: str, fixed: F64 | None = None) -> Float64[F64, " presets"]:
        """Cycles a second of an LFO. Shape: (N,)."""
        name = f"{prefix}_frequency"
        free = 2.0 ** np.clip(self.base(name) if fixed is None else self._fixed(fixed, name), -7, 9)
        sync = self.choice(f"{prefix}_sync")
        synced = _CYCLES[self.choice(f"{prefix}_tempo")] * _BEATS_A_SECOND * _SYNCED[sync]
        key = self.key + self.base(f"{prefix}_keytrack_transpose") + self.base(f"{prefix}_keytrack_tune")
        tracked = 440 * 2.0 ** ((key - 69) / 12)
        return np.where(sync == _SECONDS, free, np.where(sync == _KEYTRACK, tracked, synced))

    def _lfo(self, prefix: str, fixed: F64, hold_seconds: F64, seconds: F64) -> F64:
        hz, delay = self.lfo_hz(prefix, fixed)[:, None], self.base(f"{prefix}_delay_time")[:, None]
        phase, kind = self.base(f"{prefix}_phase")[:, None], self.choice(f"{prefix}_sync_type")[:, None]
        shape = self.choice(f"{prefix}_shape")[:, None]
        running = np.maximum(seconds - delay, 0.0)
        before, after = np.maximum(running - BLUR_SECONDS / 2, 0.0), running + BLUR_SECONDS / 2
        turns = hz * running
        periodic = (_total(shape, phase + hz * after) - _total(shape, phase + hz * before)) / np.maximum(
            hz * (after - before), 1e-9
        )
        looped = np.where(turns < 1, turns, phase + (turns - phase) % np.maximum(1 - phase, 1e-3))
        held = seconds < hold_seconds
        stopped = np.where(held, np.minimum(turns, phase), phase + hz * (seconds - hold_seconds))
        round_hold = np.where(held, turns % np.maximum(phase, 1e-3), stopped)
        at = np.select(
            [kind == _ENVELOPE, kind == _SUSTAIN, kind == _LOOP_POINT, kind == _LOOP_HOLD],
            [turns + phase, stopped, looped, round_hold],
            0.0,
        )
        slow = hz * (after - before) < 1 / _RESOLUTION
        point = _value(shape, np.where(kind < _ENVELOPE, (turns + phase) % 1.0, np.clip(at, 0.0, 1.0)))
        value = np.where((kind < _ENVELOPE) & ~slow, periodic, point)
        smooth = self.choice(f"{prefix}_smooth_mode")[:, None] == 1
        half_life = 2.0 ** self.base(f"{prefix}_smooth_time")[:, None] * _HALF_LIFE
        mean = np.where(kind < _ENVELOPE, _shapes()[1][shape, -1], value)
        damping = 1 / np.sqrt(1 + np.square(2 * np.pi * hz * half_life / np.log(2)))
        smoothed = mean * (1 - 2.0 ** (-seconds / half_life)) + (value - mean) * damping
        fade = self.base(f"{prefix}_fade_time")[:, None]
        share = np.where(fade > 0, np.minimum(running / np.maximum(fade, 1e-9), 1.0), 1.0)
        start = _value(shape, phase)
        return np.where(smooth, smoothed, start + share * (value - start))


@cache
def _shapes() -> tuple[F64, F64]:
    """LFO shapes at `_RESOLUTION` + 1 phases, and their integrals from 0. Shape: twice (shapes, _RESOLUTION + 1)."""
    phases = np.linspace(0, 1, _RESOLUTION + 1)
    values = []
    for shape in bank().shapes:
        points = np.array(shape["points"]).reshape(-1, 2)
        after = np.clip(np.searchsorted(points[:, 0], phases, side="right"), 1, len(points) - 1)
        (x0, y0), (x1, y1) = points[after - 1].T, points[after].T
        t = np.clip((phases - x0) / np.maximum(x1 - x0, 1e-9), 0.0, 1.0)
        t = t * t * (3 - 2 * t) if shape["smooth"] else t
        values.append(1 - (y0 + (y1 - y0) * bent(t, np.array(shape["powers"], float)[after - 1])))
    table = np.array(values)
    steps = (table[:, 1:] + table[:, :-1]) / 2 / _RESOLUTION
    return table, np.concatenate([np.zeros((len(table), 1)), np.cumsum(steps, axis=1)], axis=1)


def _value(shape: I64, phase: F64) -> F64:
    """Values of shapes at phases of 0 to 1. Shape: (N, 1), (N, T) -> (N, T)."""
    return _read(_shapes()[0], shape, phase)


def _total(shape: I64, turns: F64) -> F64:
    """Integrals of repeated shapes from 0 to so many turns. Shape: (N, 1), (N, T) -> (N, T)."""
    whole = np.floor(turns)
    integrals = _shapes()[1]
    return whole * integrals[shape, -1] + _read(integrals, shape, turns - whole)


def _read(table: F64, row: I64, phase: F64) -> F64:
    place = phase * _RESOLUTION
    below = np.minimum(place.astype(np.int64), _RESOLUTION - 1)
    left, right = table[row, below], table[row, below + 1]
    return left + (right - left) * (place - below)
