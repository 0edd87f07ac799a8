"""The population search: seeds from any proposer, operators that pay are chosen more often, a render decides.

A generation makes a fixed number of presets whatever the number of workers, so that a seed gives the same result
everywhere. Each is a better member, changed by one operator (`search.operators`). Operators earn credit by how often and
how much they improved their parent; an operator is drawn in proportion to its credit, never below a floor.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from synthmatch.arrays import F64, Float64
from synthmatch.params import Preset
from synthmatch.search.audibility import Audibility
from synthmatch.search.jacobian import Jacobian
from synthmatch.search.objective import Exhausted, Objective, Scored
from synthmatch.search.operators import Context, Operator, operators

#: Presets a generation: the table of docs/decisions/0005-search.md has 16 and 8.
BATCH = 8
#: Presets that the population holds; not tuned.
MEMBERS = 20
#: Share of the budget for rendering the seeds, and the most of them; not tuned.
_SEED_SHARE = 0.2
_MOST_SEEDS = 48
#: How sharply better members are preferred as parents: chance that the best is taken, then the next, ...
#: (docs/results/tried.md, "Predicted gains and expected improvement": half as sharply is no nearer).
_PREFERENCE = 0.25
#: An operator's credit is a mean over about 1 / (1 - memory) of its children, from the start value on, at least the floor;
#: not tuned.
_CREDIT_MEMORY, _CREDIT_START, _CREDIT_FLOOR = 0.93, 0.3, 0.02
#: What a child earns: so much for an improvement by its whole parent's distance, more where it is the best; at most so much;
#: not tuned.
_REWARD_OF_GAIN, _REWARD_OF_BEST, _MOST_REWARD = 20, 2.0, 3.0


@dataclass
class Member:
    """A rendered preset of the population; `step`: what its own last improvement changed, in unit values, or None."""

    unit: Float64[F64, " parameters"]
    scored: Scored
    step: Float64[F64, " parameters"] | None = None

    @property
    def preset(self) -> Preset:
        """Its preset."""
        return self.scored.preset

    @property
    def distance(self) -> float:
        """Its distance to the target."""
        return self.scored.distance


class Start(NamedTuple):
    """Unit values that an operator begins at, and the rendered member that they are or come from."""

    unit: Float64[F64, " parameters"]
    member: Member


class Child(NamedTuple):
    """A preset that is not rendered yet, the operator that made it, and its parent."""

    operator: str
    parent: Member
    preset: Preset


class Population:
    """Members, and the children that operators make of them: `ask` for children, `tell` how they came out."""

    def __init__(self, objective: Objective, seeds: Sequence[Preset], rng: np.random.Generator) -> None:
        self.objective, self.rng = objective, rng
        self.space = objective.space
        locks = objective.locks
        # donors agree in what is locked, so that no operator changes it
        self.seeds = [locks.hold(seed) for seed in seeds] if locks else list(seeds)
        self.donors = np.stack([self.space.to_unit(seed.native) for seed in self.seeds])
        self._audibility = Audibility(self.space, locks.locked if locks else None)
        self._jacobian = Jacobian(self.space)
        every = operators(self._audibility.groups)
        self._operators: dict[str, Operator] = {operator.name: operator for operator in every if operator.searched}
        self._credit = dict.fromkeys(self._operators, _CREDIT_START)
        self._names = list(self._operators)
        self.members: list[Member] = []

    @property
    def best_distance(self) -> float:
        """Distance of the best member."""
        return self.members[0].distance

    def render_seeds(self) -> list[Member]:
        """Render seeds until one has a distance; gives those that have."""
        first = min(_MOST_SEEDS, max(int(self.objective.planned * _SEED_SHARE), 1))
        for start in range(0, len(self.seeds), first):
            stop = min(start + first, len(self.seeds))
            scored: list[Scored | None] = []
            # not all in one call: a slow synthesizer should tell how far it is
            for begin in range(start, stop, BATCH):
                scored += self.objective(self.seeds[begin : min(begin + BATCH, stop)])
            born = self.keep([Member(u, s) for u, s in zip(self.donors[start:stop], scored, strict=True) if s])
            if born:
                return born
        return []

    def ask(self, count: int, starts: Sequence[Start] | None = None) -> dict[bytes, Child]:
        """Children by key, none of them rendered: `count`, or fewer where few are left. `starts`: the best first."""
        starts = starts or [Start(member.unit, member) for member in self.members]
        children: dict[bytes, Child] = {}
        units = np.stack([m.unit for m in self.members])
        credit = np.array([max(value, _CREDIT_FLOOR) for value in self._credit.values()])
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
                    children.setdefault(preset.key(), Child(name, parent, preset))
        return children

    def tell(self, children: Sequence[Child], results: Sequence[Scored | None]) -> list[Member]:
        """Learn from rendered children, None for one beyond the budget, and keep the best; gives those with a distance."""
        nearest = self.best_distance
        born = []
        for (name, parent, _), scored in zip(children, results, strict=True):
            if scored is None:
                continue
            unit = self.space.to_unit(scored.preset.native)
            step = unit - parent.unit
            if np.count_nonzero(step) <= 2:
                self._audibility.learn(step != 0, parent.distance, scored.distance)
            if np.isfinite(scored.distance):
                self._jacobian.learn(step, scored.features.difference - parent.scored.features.difference)
            gain = max(parent.distance - scored.distance, 0.0) / max(parent.distance, 1e-9)
            reward = gain * _REWARD_OF_GAIN + _REWARD_OF_BEST * (scored.distance < nearest)
            memory = _CREDIT_MEMORY * self._credit[name]
            self._credit[name] = memory + (1 - _CREDIT_MEMORY) * min(reward, _MOST_REWARD)
            born.append(Member(unit, scored, step if scored.distance < parent.distance else None))
        return self.keep(born)

    def keep(self, born: Sequence[Member]) -> list[Member]:
        """Let members join, and keep the best; gives those of them that have a distance."""
        finite = [m for m in born if np.isfinite(m.distance)]
        self.members = sorted([*self.members, *finite], key=lambda m: m.distance)[:MEMBERS]
        return finite

    def _child(
        self, starts: Sequence[Start], units: Float64[F64, "members parameters"], chances: Float64[F64, " operators"]
    ) -> tuple[str, Member, Float64[F64, " parameters"]]:
        """An operator, a member, and the unit values that the one makes of the other. `chances`: of operators, summed up."""
        name = self._names[int(chances.searchsorted(self.rng.random(), side="right"))]
        unit, member = starts[min(int(self.rng.geometric(_PREFERENCE)) - 1, len(starts) - 1)]
        return name, member, self._operators[name].change(unit, self._context(member, units), self.rng)

    def _context(self, parent: Member, units: Float64[F64, "members parameters"]) -> Context:
        return Context(
            self.space,
            units,
            self.donors,
            self._audibility,
            self._jacobian,
            parent.step,
            parent.scored.features.difference,
            most_changed=2 + len(self.objective.scored) // 100,
        )


def population_search(objective: Objective, seeds: Sequence[Preset], rng: np.random.Generator) -> None:
    """Spend the objective's budget. `seeds`: presets near the target, nearest first; at least one."""
    population = Population(objective, seeds, rng)
    asked: deque[list[Child]] = deque()
    try:
        population.render_seeds()
        while population.members:
            # workers render one batch while the next is made, which does not know how that one came out, whatever their number
            children = list(population.ask(BATCH).values()) if objective.left else []
            if children:
                objective.begin([child.preset for child in children])
                asked.append(children)
            elif not asked:
                # spent, or a small space has nothing left that was not rendered
                return
            if len(asked) > 1 or not children:
                population.tell(asked.popleft(), objective.collect())
    except Exhausted:
        return
