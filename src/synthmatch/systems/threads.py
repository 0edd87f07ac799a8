"""How many threads linear algebra takes."""

from contextlib import AbstractContextManager
from typing import Any

from threadpoolctl import threadpool_limits


def one_thread() -> AbstractContextManager[Any]:
    """Linear algebra in one thread of this process, as long as it is entered.

    Its others wait for work without rest, and take the cores from the render workers (docs/results/speed.md).
    """
    limits: AbstractContextManager[Any] = threadpool_limits(1, user_api="blas")
    return limits
