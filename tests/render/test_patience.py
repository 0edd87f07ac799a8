"""How long a render may take: less once renders were timed, never less than an honest render needs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthmatch.render.patience import Patience


@given(st.lists(st.floats(1e-4, 30), min_size=8, max_size=20), st.floats(0.1, 60))
def test_a_slow_machine_has_more_time(seconds: list[float], audio_seconds: float) -> None:
    """Catches a render that fails because it took some times longer than those before it."""
    patience = Patience(30.0)
    for each in seconds:
        patience.timed(each, audio_seconds)
    first, second = (patience.limit_seconds(audio_seconds, attempt) for attempt in (0, 1))
    assert min(30.0, max(3.0, 19.9 * max(seconds))) <= first <= second <= 30.0
    assert second >= 7.0
    assert patience.limit_seconds(4 * audio_seconds, 0) >= first, "longer notes take longer"


def test_a_hang_has_ten_seconds_once_renders_were_timed() -> None:
    """Catches half a minute for each attempt though renders take milliseconds, and a limit by too few of them."""
    patience = Patience(30.0)
    for _ in range(7):
        patience.timed(0.02, 1.0)
    assert patience.limit_seconds(1.0, 0) == 30.0
    patience.timed(0.02, 1.0)
    assert patience.limit_seconds(1.0, 0) + patience.limit_seconds(1.0, 1) == pytest.approx(10.0)
    patience.forget()
    assert patience.limit_seconds(1.0, 1) == 30.0


def test_the_users_limit_holds() -> None:
    """Catches a time-out that a pool was given and that grows with its renders."""
    patience = Patience(0.5)
    for _ in range(9):
        patience.timed(5.0, 1.0)
    assert patience.limit_seconds(1.0, 1) == 0.5
