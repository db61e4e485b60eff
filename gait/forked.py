"""Work done in a forked process while this one goes on with something else, where the system can fork."""

from __future__ import annotations

import io
import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from gait.errors import GaitError

__all__ = ["Forked", "can_fork"]

A = TypeVar("A")


def can_fork() -> bool:
    """Return whether the system's libraries allow a fork (Linux) and there is a second core for it."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


class Forked(Generic[A]):
    """Work that a forked process does from entering the context to `result`.

    The process's memory is shared until it is written to. Where no process can be forked, or the forked one
    fails, `result` does the work itself; a `GaitError` comes over as it is. Leaving the context early ends
    the process.

    Parameters
    ----------
    work
        It must not depend on what this process does meanwhile.
    shared
        Large objects that exist before the fork; a result that holds them refers to them, uncopied.
    """

    def __init__(self, work: Callable[[], A], shared: Iterable[object] = ()) -> None:
        self._work = work
        self._shared = {id(part): part for part in shared}
        self._child = 0
        self._pipe: io.BufferedReader | None = None

    def __enter__(self) -> Self:
        if can_fork():
            self._fork()
        return self

    def result(self) -> A:
        """Return what the work gives, once, or raise its error."""
        forked = self._received()
        if isinstance(forked, GaitError):
            raise forked
        return self._work() if forked is None else forked[0]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pipe is not None:
            os.kill(self._child, signal.SIGKILL)
            self._ended()

    def _received(self) -> tuple[A] | GaitError | None:
        """Return the forked process's result or error, its bytes never twice; None where it failed."""
        if self._pipe is None:
            return None
        try:
            outcome: tuple[A] | GaitError | None = _Reader(self._pipe, self._shared).load()
        except (EOFError, pickle.UnpicklingError, TypeError):
            # Broken off, or an error that is not made of its line alone.
            outcome = None
        return outcome if self._ended() == 0 else None

    def _ended(self) -> int:
        """Wait for the process, its pipe closed, and return its status."""
        assert self._pipe is not None
        self._pipe.close()
        self._pipe = None
        return os.waitpid(self._child, 0)[1]

    def _fork(self) -> None:
        read_end, write_end = os.pipe()
        with warnings.catch_warnings():
            # Python 3.12 warns of other threads; the child uses none of them (progress display, BLAS).
            warnings.simplefilter("ignore", DeprecationWarning)
            self._child = os.fork()
        if self._child:
            os.close(write_end)
            self._pipe = os.fdopen(read_end, "rb")
            return
        code = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            # A thread of the parent may hold a stream's lock, which would never be released in the child.
            sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
            os.close(read_end)
            with os.fdopen(write_end, "wb") as pipe:
                _Writer(pipe, self._shared).dump(self._outcome())
            code = 0
        finally:
            # Exit at once: the parent's exit handlers and buffers must not run here too.
            os._exit(code)

    def _outcome(self) -> tuple[A] | GaitError:
        """Return the work's result, or the error that says why there is none."""
        try:
            return (self._work(),)
        except GaitError as error:
            return error


class _Writer(pickle.Pickler):
    """Pickler that writes the identity of a shared object in place of the object."""

    def __init__(self, file: io.BufferedWriter, shared: dict[int, object]) -> None:
        super().__init__(file, protocol=5)
        self._shared = shared

    def persistent_id(self, obj: object) -> int | None:
        """Return the identity of a shared object; None for any other."""
        return id(obj) if id(obj) in self._shared else None


class _Reader(pickle.Unpickler):
    """Unpickler that puts the parent's object in place of its identity."""

    def __init__(self, pipe: io.BufferedReader, shared: dict[int, object]) -> None:
        super().__init__(pipe)
        self._shared = shared

    def persistent_load(self, pid: int) -> Any:  # noqa: ANN401 - any object may be shared
        """Return the shared object of an identity."""
        return self._shared[pid]
