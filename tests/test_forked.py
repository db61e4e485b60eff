"""Work beside this process: its result or its error comes over, and nobody is left behind."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from gait.errors import GaitError, MissingExtraError, SignalError
from gait.forked import Forked, can_fork

forks = pytest.mark.skipif(not can_fork(), reason="no fork, or no core for it")


def _raise(error: BaseException) -> None:
    raise error


@forks
def test_the_work_is_done_elsewhere_and_shared_objects_come_back_themselves() -> None:
    """The result is of another process; what was shared in it is this process's own object."""
    shared, other = [1.0, 2.0], [3.0]
    with Forked(lambda: (os.getpid(), shared, other), [shared]) as forked:
        pid, same, copy = forked.result()
    assert pid != os.getpid()
    assert same is shared
    assert copy == other
    assert copy is not other


@pytest.mark.parametrize(
    "error",
    [
        SignalError("no finite samples", where="left shoe", todo="look at the file"),
        MissingExtraError("--fit", "fit"),
        ZeroDivisionError("a bug"),
    ],
)
def test_an_error_comes_over(error: Exception) -> None:
    """Its kind, its line and its facts, whether it can be handed over or the work is done here again."""
    with pytest.raises(type(error)) as caught, Forked(lambda: _raise(error)) as forked:
        forked.result()
    assert str(caught.value) == str(error)
    assert vars(caught.value) == vars(error)


@forks
def test_an_error_of_ours_is_not_worked_for_twice() -> None:
    """The work is not done again here only to raise what is known."""
    here = os.getpid()

    def work() -> None:
        raise SignalError("here" if os.getpid() == here else "beside")

    with pytest.raises(GaitError, match="beside"), Forked(work) as forked:
        forked.result()


@forks
def test_leaving_early_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in this process kills the other at once; no child is left."""
    fork, children = os.fork, []
    monkeypatch.setattr(os, "fork", lambda: children.append(fork()) or children[-1])
    with pytest.raises(KeyboardInterrupt), Forked(lambda: time.sleep(600.0)):
        raise KeyboardInterrupt
    with pytest.raises(ChildProcessError):
        os.waitpid(children[0], os.WNOHANG)


def test_where_nothing_can_fork_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows and macOS, and where the other process is killed."""
    here = os.getpid()
    if can_fork():
        with Forked(
            lambda: os.getpid() if os.getpid() == here else os.kill(os.getpid(), signal.SIGKILL)
        ) as done:
            assert done.result() == here
    monkeypatch.setattr(sys, "platform", "win32")
    with Forked(os.getpid) as forked:
        assert forked.result() == here
