"""Work on several items on two cores: a forked process does every second one, where the system can fork.

Two threads are slower here than one: an analysis is some ten thousand short operations on arrays, and the
threads spend more time on handing over the interpreter's lock than on the operations.
"""

from __future__ import annotations

import io
import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

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
        With 2 or more, on Linux with two cores, a forked process works on every second item; its memory is
        shared until it is written to. If the forked process fails, its items are worked on here again.
    """
    if processes < 2 or len(items) < 2 or not _can_fork():
        return [work(item) for item in items]
    forked_results: list[B] | None
    shared_arrays = {id(array): array for item in items for array in arrays(item)}
    child, pipe = _fork(lambda: [work(item) for item in items[1::2]], shared_arrays)
    try:
        with pipe:
            own_results = [work(item) for item in items[::2]]
            forked_results = _received(pipe, shared_arrays)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    if os.waitpid(child, 0)[1] != 0 or forked_results is None:
        forked_results = [work(item) for item in items[1::2]]
    out = [*own_results, *forked_results]
    out[::2], out[1::2] = own_results, forked_results
    return out


def _can_fork() -> bool:
    """Return whether the system's libraries allow a fork (Linux) and there is a second core for it."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _fork(work: Callable[[], object], shared_arrays: dict[int, np.ndarray]) -> tuple[int, io.BufferedReader]:
    """Return the id of the process that does the work, and the pipe that delivers its result."""
    read_end, write_end = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns of other threads; the child uses none of the parent's (progress display, BLAS).
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        os.close(write_end)
        return child, os.fdopen(read_end, "rb")
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # A thread of the parent may hold a stream's lock, which would never be released in the child.
        sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
        os.close(read_end)
        with os.fdopen(write_end, "wb") as pipe:
            _Writer(pipe, shared_arrays).dump(work())
        code = 0
    finally:
        # Exit at once: the parent's exit handlers and buffers must not run here too.
        os._exit(code)


def _received(pipe: io.BufferedReader, shared_arrays: dict[int, np.ndarray]) -> Any:  # noqa: ANN401 - the result's type
    """Return the object read from the pipe, without a second copy of its bytes; None where it breaks off."""
    try:
        return _Reader(pipe, shared_arrays).load()
    except (EOFError, pickle.UnpicklingError):
        return None


class _Writer(pickle.Pickler):
    """Pickler that writes the identity of a shared array in place of the array."""

    def __init__(self, file: io.BufferedWriter, shared_arrays: dict[int, np.ndarray]) -> None:
        super().__init__(file, protocol=5)
        self._shared_arrays = shared_arrays

    def persistent_id(self, obj: object) -> int | None:
        """Return the identity of a shared array; None for any other object."""
        return id(obj) if id(obj) in self._shared_arrays else None


class _Reader(pickle.Unpickler):
    """Unpickler that puts the parent's array in place of its identity."""

    def __init__(self, pipe: io.BufferedReader, shared_arrays: dict[int, np.ndarray]) -> None:
        super().__init__(pipe)
        self._shared_arrays = shared_arrays

    def persistent_load(self, pid: int) -> np.ndarray:
        """Return the shared array of an identity."""
        return self._shared_arrays[pid]
