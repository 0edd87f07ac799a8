"""The population search: seeds from any proposer, moves that pay are chosen more often, a render decides.

A generation makes a fixed number of presets whatever the number of workers, so that a seed gives the same result
everywhere. Each is a better member, changed by one move (`search.moves`). Moves earn credit by how often and how much
they improved their parent; a move is drawn in proportion to its credit, never below a floor.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synthmatch.features.score import Heard
from synthmatch.params import Preset
from synthmatch.search import moves
from synthmatch.search.audibility import Audibility
from synthmatch.search.improvement import expected_improvement
from synthmatch.search.objective import Exhausted, Objective, Scored
from synthmatch.search.screen import Screen
from synthmatch.search.slopes import Slopes

Floats = npt.NDArray[np.floating]

#: Presets a generation.
BATCH = 8
#: The same where a screen chooses them: a share of the budget, for a small one has to learn early, but within limits.
_SCREENED_SHARE, _SCREENED_BATCH = 1 / 12, (4, 16)
_MEMBERS = 20
#: Share of the budget for rendering the seeds, and the most of them.
_SEED_SHARE = 0.2
_MOST_SEEDS = 48
#: Children that are made for each that is rendered, where a screen chooses among them; in so many rounds, each from the
#: foremost of those before.
_SCREENED, _ROUNDS, _FOREMOST = 64, 2, 24
#: Share of a round's children, the foremost, that are looked at bin by bin, where the synthesizer's formulas allow it.
_FINER = 1 / 4
#: The same before any render: children a round, and rounds.
_IMAGINED, _IMAGINED_ROUNDS = 96, 4
#: Of all of these the foremost so many are looked at bin by bin.
_IMAGINED_FINER = 96
#: Standard deviation of a score that is expected, in dB: so much, and so many times the change that is expected.
_DOUBT, _DOUBT_OF_CHANGE = 0.005, 0.2
#: How sharply better members are preferred as parents: chance that the best is taken, then the next, ...
_PREFERENCE = 0.25
_CREDIT_MEMORY = 0.93
_CREDIT_FLOOR = 0.02


@dataclass
class _Member:
    unit: moves.Unit
    scored: Scored
    step: moves.Unit | None = None

    @property
    def preset(self) -> Preset:
        return self.scored.preset

    @property
    def score(self) -> float:
        return self.scored.score


def population_search(
    objective: Objective, seeds: Sequence[Preset], rng: np.random.Generator, screen: Screen | None = None
) -> None:
    """Spend the objective's budget. `seeds`: presets near the target, nearest first; at least one.

    With a `screen`, many children are made and those of which it expects most are rendered.
    """
    try:
        _Population(objective, seeds, rng, screen).run()
    except Exhausted:
        return


def imagined_presets(
    objective: Objective, seeds: Sequence[Preset], rng: np.random.Generator, screen: Screen, count: int
) -> list[Preset]:
    """The answer without a render: `count` of the seeds and their children that should be nearest, nearest first.

    Each comes from another seed, so that they err in different ways.
    """
    return _Population(objective, seeds, rng, screen).imagined(screen, count)


class _Start(NamedTuple):
    """Knob positions that a move begins at, and the rendered member that they are or come from."""

    unit: moves.Unit
    member: _Member


class _Child(NamedTuple):
    move: str
    parent: _Member
    preset: Preset


#: By what a screen sorts children: the foremost lowest, (N,).
_Order = Callable[[Screen, Sequence[_Child]], Floats]


class _Population:
    def __init__(
        self, objective: Objective, seeds: Sequence[Preset], rng: np.random.Generator, screen: Screen | None
    ) -> None:
        self.objective, self.screen = objective, screen
        self.space = objective.space
        locks = objective.locks
        # donors agree in what is locked, so that no move changes it
        self.seeds = [locks.hold(seed) for seed in seeds] if locks else list(seeds)
        self.rng = rng
        self.donors = np.stack([self.space.to_unit(seed.native) for seed in self.seeds])
        self.audibility = Audibility(self.space, locks.locked if locks else None)
        self.moves: dict[str, moves.Move] = {f"tweak {g}": moves.tweak(g) for g in self.audibility.groups}
        self.moves |= {
            "part": moves.part,
            "mate": moves.mate,
            "difference": moves.difference,
            "again": moves.again,
            "slope": moves.slope,
        }
        self.slopes = Slopes(self.space)
        self.credit = dict.fromkeys(self.moves, 0.3)
        self._names = list(self.moves)
        self.members: list[_Member] = []

    def run(self) -> None:
        """Render seeds until some are heard, then breed until the budget ends."""
        first = min(_MOST_SEEDS, max(int(self.objective.budget.renders * _SEED_SHARE), 1))
        for start in range(0, len(self.seeds), first):
            stop = min(start + first, len(self.seeds))
            scored: list[Scored | None] = []
            # not all in one call: a slow synthesizer should tell how far it is
            for begin in range(start, stop, BATCH):
                scored += self.objective(self.seeds[begin : min(begin + BATCH, stop)])
            self._keep([_Member(u, s) for u, s in zip(self.donors[start:stop], scored, strict=True) if s])
            if self.members:
                break
        while self.members:
            self._generation()

    def imagined(self, screen: Screen, count: int) -> list[Preset]:
        """Seeds and children that should be nearest, nearest first, one from each seed: nothing is rendered."""
        distances = screen.imagine(self.seeds)
        seeds = [
            _Member(unit, Scored(preset, Heard(float(distance))))
            for unit, preset, distance in zip(self.donors, self.seeds, distances, strict=True)
        ]
        self.members = sorted(seeds, key=lambda m: m.score)[:_MEMBERS]
        themselves = {m.preset.key(): _Child("", m, m.preset) for m in self.members}
        bred = self._bred(screen, _IMAGINED_ROUNDS, _IMAGINED, self._by_score, themselves)
        foremost = bred[:_IMAGINED_FINER]
        finer = screen.imagine_finer([c.preset for c in foremost], [c.parent.preset for c in foremost])
        if finer is not None:
            bred = [*(foremost[i] for i in np.argsort(finer, kind="stable")), *bred[_IMAGINED_FINER:]]
        found: dict[bytes, Preset] = {}
        for child in bred:
            found.setdefault(child.parent.preset.key(), child.preset)
        return list(found.values())[:count]

    def _generation(self) -> None:
        if self.screen:
            # of children of the members and children of the foremost of these, those of which most can be expected
            batch = int(np.clip(self.objective.budget.renders * _SCREENED_SHARE, *_SCREENED_BATCH))
            children = self._bred(self.screen, _ROUNDS, batch * _SCREENED // _ROUNDS, self._by_improvement, {})[:batch]
        else:
            starts = [_Start(member.unit, member) for member in self.members]
            children = [*self._children(BATCH, starts).values()]
        if not children:
            # a small space may have nothing left that was not rendered
            raise Exhausted
        results = self.objective([child.preset for child in children])
        best = self.members[0].score
        born = []
        for (name, parent, _), scored in zip(children, results, strict=True):
            if scored is None:
                continue
            unit = self.space.to_unit(scored.preset.native)
            step = unit - parent.unit
            if np.count_nonzero(step) <= 2:
                self.audibility.learn(step != 0, parent.score, scored.score)
            if np.isfinite(scored.score):
                self.slopes.learn(step, scored.heard.difference - parent.scored.heard.difference)
            gain = max(parent.score - scored.score, 0.0) / max(parent.score, 1e-9)
            reward = gain * 20 + 2.0 * (scored.score < best)
            self.credit[name] = _CREDIT_MEMORY * self.credit[name] + (1 - _CREDIT_MEMORY) * min(reward, 3.0)
            born.append(_Member(unit, scored, step if scored.score < parent.score else None))
        self._keep(born)

    def _children(self, count: int, starts: Sequence[_Start]) -> dict[bytes, _Child]:
        """New presets by key, none of them rendered before: `count`, or fewer where few are left. `starts`: the best first."""
        children: dict[bytes, _Child] = {}
        units = np.stack([m.unit for m in self.members])
        credit = np.array([max(value, _CREDIT_FLOOR) for value in self.credit.values()])
        chances = np.cumsum(credit / credit.sum())
        chances /= chances[-1]
        drawn = 0
        while len(children) < count and drawn < count * 8:
            # as many as are lacking, for one conversion is as dear for one preset as for fifty
            lacking = min(count - len(children), count * 8 - drawn)
            made = [self._child(starts, units, chances) for _ in range(lacking)]
            drawn += len(made)
            natives = self.space.to_native(np.stack([unit for _, _, unit in made]))
            for (name, parent, _), native in zip(made, natives, strict=True):
                preset = parent.preset.with_native(native)
                if not self.objective.known(preset):
                    children.setdefault(preset.key(), _Child(name, parent, preset))
        return children

    def _child(
        self, starts: Sequence[_Start], units: moves.Unit, chances: moves.Unit
    ) -> tuple[str, _Member, moves.Unit]:
        """A move, a member, and the knob positions that the one makes of the other. `chances`: of moves, summed up."""
        name = self._names[int(chances.searchsorted(self.rng.random(), side="right"))]
        unit, member = starts[min(int(self.rng.geometric(_PREFERENCE)) - 1, len(starts) - 1)]
        return name, member, self.moves[name](unit, self._context(member, units), self.rng)

    def _by_score(self, screen: Screen, children: Sequence[_Child]) -> Floats:
        """The one answer that is given without a render should be near by itself."""
        expected = screen.expect([c.preset for c in children], [c.parent.preset for c in children])
        return np.array([c.parent.score for c in children]) - expected.gains

    def _by_improvement(self, screen: Screen, children: Sequence[_Child]) -> Floats:
        """Of several renders the best counts. Where bins are looked at, those of the foremost decide, and all else stands behind."""
        presets, parents = [c.preset for c in children], [c.parent.preset for c in children]
        scores = np.array([c.parent.score for c in children])
        expected = screen.expect(presets, parents)
        doubt = _DOUBT + _DOUBT_OF_CHANGE * expected.changes
        best = self.members[0].score
        coarse = -expected_improvement(best - scores + expected.gains, doubt)
        foremost = np.argsort(coarse, kind="stable")[: max(round(len(children) * _FINER), _FOREMOST)]
        gains = screen.finer([presets[i] for i in foremost], [parents[i] for i in foremost], expected.bands[foremost])
        if gains is None:
            return coarse
        places = np.full(len(children), np.inf)
        places[foremost] = -expected_improvement(best - scores[foremost] + gains, doubt[foremost])
        return places

    def _bred(
        self, screen: Screen, rounds: int, count: int, order: _Order, known: Mapping[bytes, _Child]
    ) -> list[_Child]:
        """Children of the members, and of the foremost of these, each round `count`: the foremost first.

        `known` are members that are among them.
        """
        children = dict(known)
        places = order(screen, [*known.values()]) if known else np.zeros(0)
        starts = [_Start(member.unit, member) for member in self.members]
        foremost = list(children.values())
        for _ in range(rounds):
            made = self._children(count, starts)
            new = {key: child for key, child in made.items() if key not in children}
            if not new:
                break
            places = np.append(places, order(screen, [*new.values()]))
            children |= new
            every = list(children.values())
            foremost = [every[place] for place in np.argsort(places, kind="stable")]
            chosen = foremost[:_FOREMOST]
            units = self.space.to_unit(np.stack([child.preset.native for child in chosen]))
            starts = [_Start(unit, child.parent) for unit, child in zip(units, chosen, strict=True)]
        return foremost

    def _context(self, parent: _Member, units: moves.Unit) -> moves.Context:
        reach = 2 + len(self.objective.scored) // 100
        return moves.Context(
            self.space,
            units,
            self.donors,
            self.audibility,
            self.slopes,
            parent.step,
            parent.scored.heard.difference,
            reach,
        )

    def _keep(self, born: Sequence[_Member]) -> None:
        heard = [m for m in born if np.isfinite(m.score)]
        if self.screen and heard:
            self.screen.learn([m.scored for m in heard])
        alive = [*self.members, *heard]
        self.members = sorted(alive, key=lambda m: m.score)[:_MEMBERS]
