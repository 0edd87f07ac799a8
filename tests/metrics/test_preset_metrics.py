"""Metrics of presets on a small parameter space whose unit values can be told by hand."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from synthmatch.errors import InputError
from synthmatch.metrics import param_accuracy, param_mae
from synthmatch.params import Parameter, ParamSpace

WAVES = ("sine", "saw", "square")
SPACE = ParamSpace(
    "toy",
    [
        Parameter("cutoff", "Cutoff", "filter", "continuous", 0.0, 10.0, 5.0),
        Parameter("gain", "Gain", "level", "continuous", -1.0, 1.0, 0.0),
        Parameter("wave", "Wave", "oscillator", "categorical", 0, 2, 0, choices=WAVES),
        Parameter("lfo_wave", "LFO wave", "lfo", "categorical", 1, 3, 1, choices=WAVES),
    ],
)
REFERENCE = np.array([2.0, 0.5, 1, 3])


def test_identity() -> None:
    """Catches a preset that differs from itself by rounding to the unit grid."""
    assert param_mae(REFERENCE, REFERENCE.copy(), SPACE) == 0
    assert param_accuracy(REFERENCE, REFERENCE.copy(), SPACE) == 1


def test_errors_are_unit_values_of_continuous_parameters() -> None:
    """Catches native distances and categorical parameters in the mean: 4 of 10 and 1 of 2 are 0.4 and 0.5."""
    assert param_mae(REFERENCE, [6.0, -0.5, 0, 1], SPACE) == pytest.approx(0.45, abs=1e-6)


def test_accuracy_counts_categorical_parameters_only() -> None:
    """Catches continuous parameters that are never exactly right in the share."""
    assert param_accuracy(REFERENCE, [9.0, -1.0, 1, 1], SPACE) == 0.5


def test_a_class_is_decoded_by_rounding() -> None:
    """Catches truncation of an estimate of 2.9 to class 2."""
    assert param_accuracy(REFERENCE, [2.0, 0.5, 1.2, 2.9], SPACE) == 1


def test_only_used_parameters_count() -> None:
    """Catches a mask that is ignored, or one that divides by all parameters."""
    used = np.array([True, False, False, True])
    assert param_mae(REFERENCE, [6.0, -1.0, 1, 3], SPACE, used) == pytest.approx(0.4, abs=1e-6)
    assert param_accuracy(REFERENCE, [6.0, -1.0, 0, 3], SPACE, used) == 1


@pytest.mark.parametrize("metric", [param_mae, param_accuracy])
def test_direction(metric: Callable[..., float]) -> None:
    """Catches a wrong sign: more wrong knobs score worse."""
    ladder = [REFERENCE, [3.0, 0.5, 1, 1], [8.0, -0.5, 0, 1]]
    scores = np.array([metric(REFERENCE, estimate, SPACE) for estimate in ladder])
    assert (np.diff(scores) * (1 if metric is param_mae else -1) > 0).all()


@pytest.mark.parametrize("metric", [param_mae, param_accuracy])
@pytest.mark.parametrize(
    ("estimated", "used", "message"),
    [
        ([1.0, 0.0], None, "estimated preset has shape"),
        ([np.nan, 0.0, 0, 1], None, "estimated preset has NaN"),
        (REFERENCE, np.zeros(4, bool), "parameter of toy is used"),
        (REFERENCE, np.ones(3, bool), "used is bool"),
        (REFERENCE, np.ones(4), "used is float64"),
    ],
)
def test_unusable_presets_are_refused(
    metric: Callable[..., float], estimated: npt.ArrayLike, used: npt.ArrayLike | None, message: str
) -> None:
    """Catches a mean over nothing, broadcasting, and NaN clipped into a legal knob."""
    with pytest.raises(InputError, match=message):
        metric(REFERENCE, estimated, SPACE, used)
