"""Variations and morphs, on every synthesizer's table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthmatch.errors import InputError
from synthmatch.params import Preset
from synthmatch.params.variation import morph, vary
from synthmatch.synths.registry import get_synth, synth_names

AMOUNTS = st.floats(0.01, 1.0)
SEEDS = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("name", synth_names())
@given(amount=AMOUNTS, seed=SEEDS)
def test_a_variation_changes_what_was_named(name: str, amount: float, seed: int) -> None:
    """Catches a variation that is none, touches other parameters, or leaves the legal values."""
    synth = get_synth(name)
    space = synth.space
    rng = np.random.default_rng(seed)
    preset = synth.preset(space.to_native(np.full(len(space), 0.5)), "mine")
    names = space.named_by(["envelope", "filter"])
    varied = vary(space, preset, names, amount, rng)
    changed = {p.name for p, a, b in zip(space.parameters, preset.native, varied.native, strict=True) if a != b}
    assert changed
    assert changed <= names
    assert (space.snap(varied.native) == varied.native).all()
    assert varied.name == "mine"


def test_a_larger_amount_changes_more() -> None:
    """Catches an amount that is ignored."""
    synth = get_synth("dexed")
    space = synth.space
    preset = synth.preset(space.default)
    every = frozenset(space.index)
    far = []
    for amount in (0.1, 0.5, 1.0):
        some = [vary(space, preset, every, amount, np.random.default_rng(seed)).native for seed in range(20)]
        far.append(float(np.abs(space.to_unit(some) - space.to_unit(preset.native)).mean()))
    assert far[0] < 0.5 * far[1] < 0.5 * far[2]


def test_variations_that_cannot_be() -> None:
    """Catches a misspelt name or an amount of 0, which would give the same preset."""
    synth = get_synth("dexed")
    preset = synth.preset(synth.space.default)
    rng = np.random.default_rng(0)
    for names, amount in ((frozenset(), 0.5), (frozenset({"op9"}), 0.5)):
        with pytest.raises(InputError, match="no or unknown parameters"):
            vary(synth.space, preset, names, amount, rng)
    for amount in (0.0, 1.5):
        with pytest.raises(InputError, match="expected above 0 and at most 1"):
            vary(synth.space, preset, frozenset({"algorithm"}), amount, rng)


@pytest.mark.parametrize("name", synth_names())
@given(seed=SEEDS, steps=st.integers(2, 9))
def test_a_morph_has_both_ends_and_even_steps(name: str, seed: int, steps: int) -> None:
    """Catches ends that are rounded, a class between two classes, and knobs that turn back."""
    synth = get_synth(name)
    space = synth.space
    rng = np.random.default_rng(seed)
    first, second = (synth.preset(native) for native in space.to_native(rng.random((2, len(space)))))
    second = Preset(second.synth, second.native, "there", {"of": "the second"})
    way = morph(space, first, second, steps)
    assert len(way) == steps
    assert (way[0].native == first.native).all()
    assert way[-1].key() == second.key()
    units = space.to_unit([preset.native for preset in way])
    classes = units[:, space.categorical]
    assert classes.size
    assert ((classes == classes[0]) | (classes == classes[-1])).all()
    rising = np.diff(units, axis=0) * np.sign(units[-1] - units[0])
    assert (rising >= 0).all()
    halfway = steps // 2
    assert [bool(preset.extra) for preset in way] == [False] * halfway + [True] * (steps - halfway)


def test_morphs_that_cannot_be() -> None:
    """Catches a morph between synthesizers whose knobs mean other things."""
    dexed, amsynth = get_synth("dexed"), get_synth("amsynth")
    one, other = dexed.preset(dexed.space.default), amsynth.preset(amsynth.space.default)
    with pytest.raises(InputError, match="one synthesizer"):
        morph(dexed.space, one, other, 3)
    with pytest.raises(InputError, match="2 or more"):
        morph(dexed.space, one, one, 1)
