"""Work on several items on two cores: a forked process does every second one, where the system can fork.

Threads are slower than one after the other here: an analysis is some ten thousand short operations on arrays,
and two threads spend more time on handing the interpreter's lock over than on them.
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
        Must not depend on what it changed for another item.
    arrays
        The large arrays of an item; a result that holds them gets them without a copy.
    processes
        With 2 or more a fork works on every second item where there are two cores, on Linux; its memory is
        shared until it is written to. Whatever goes wrong in it is done again here.
    """
    if processes < 2 or len(items) < 2 or not _can_fork():
        return [work(item) for item in items]
    theirs: list[B] | None
    given = {id(array): array for item in items for array in arrays(item)}
    child, pipe = _fork(lambda: [work(item) for item in items[1::2]], given)
    try:
        with pipe:
            mine = [work(item) for item in items[::2]]
            theirs = _received(pipe, given)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    if os.waitpid(child, 0)[1] != 0 or theirs is None:
        theirs = [work(item) for item in items[1::2]]
    out = [*mine, *theirs]
    out[::2], out[1::2] = mine, theirs
    return out


def _can_fork() -> bool:
    """Return whether there is a fork that its system's own libraries bear, and a core for it."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _fork(work: Callable[[], object], given: dict[int, np.ndarray]) -> tuple[int, io.BufferedReader]:
    """Return the process that does the work, and the pipe that its result comes through."""
    read, write = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns of threads; the child has no use for those there are, of progress and BLAS.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        os.close(write)
        return child, os.fdopen(read, "rb")
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # A thread of the parent may hold the lock of a stream, which nobody lets go of here.
        sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
        os.close(read)
        with os.fdopen(write, "wb") as pipe:
            _Writer(pipe, given).dump(work())
        code = 0
    finally:
        # Nothing of the parent's is ended here: no handler, no buffer, no traceback.
        os._exit(code)


def _received(pipe: io.BufferedReader, given: dict[int, np.ndarray]) -> Any:  # noqa: ANN401 - what was sent
    """Return what comes through the pipe, read as it comes and never held twice; None where it breaks off."""
    try:
        return _Reader(pipe, given).load()
    except (EOFError, pickle.UnpicklingError):
        return None


class _Writer(pickle.Pickler):
    """Names the parent's arrays instead of copying them."""

    def __init__(self, file: io.BufferedWriter, given: dict[int, np.ndarray]) -> None:
        super().__init__(file, protocol=5)
        self._given = given

    def persistent_id(self, obj: object) -> int | None:
        """Return the identity of an array that the parent has."""
        return id(obj) if id(obj) in self._given else None


class _Reader(pickle.Unpickler):
    """Puts the parent's arrays back."""

    def __init__(self, pipe: io.BufferedReader, given: dict[int, np.ndarray]) -> None:
        super().__init__(pipe)
        self._given = given

    def persistent_load(self, pid: int) -> np.ndarray:
        """Return the array of that identity."""
        return self._given[pid]
