"""Work on several items on two cores: a forked process does every second one, where the system can fork.

Two threads are slower here than a single thread. An analysis is some ten thousand short operations on arrays,
and the threads spend more time on handing over the interpreter's lock than on the operations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from gait.forked import Forked, can_fork

__all__ = ["side_by_side"]

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(
    work: Callable[[A], B], items: Sequence[A], arrays: Callable[[A], Sequence[np.ndarray]], processes: int
) -> list[B]:
    """Return ``[work(item) for item in items]``.

    Parameters
    ----------
    work
        Function of one item; a call must not depend on the effects of another call.
    arrays
        Function that returns the large arrays of an item; a result that holds them refers to them, uncopied.
    processes
        With 2 or more, on Linux with two cores, a forked process works on every second item. If the forked
        process fails, its items are worked on here again.
    """
    if processes < 2 or len(items) < 2 or not can_fork():
        return [work(item) for item in items]
    shared = [array for item in items for array in arrays(item)]
    with Forked(lambda: [work(item) for item in items[1::2]], shared) as others:
        own_results = [work(item) for item in items[::2]]
        forked_results = others.result()
    out = [*own_results, *forked_results]
    out[::2], out[1::2] = own_results, forked_results
    return out
