"""Two processes give what one gives; what goes wrong in the second is done again in the first."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

import gait
from gait.analysis.side_by_side import side_by_side
from gait.errors import SignalError

ROOT = Path(__file__).resolve().parents[2]
ARRAYS = [np.full(5, float(k)) for k in range(5)]
forks = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="no fork, or no core for it"
)


def _where(array: np.ndarray) -> tuple[int, float, np.ndarray]:
    return os.getpid(), float(array.sum()), array


@pytest.mark.parametrize("count", range(6))
def test_results_are_those_of_one_process_in_order(count: int) -> None:
    """Sums come in the items' order, and the items' arrays come back themselves, not copies."""
    found = side_by_side(_where, ARRAYS[:count], lambda one: [one], 2)
    assert [total for _, total, _ in found] == [5.0 * k for k in range(count)]
    assert all(mine is given for (_, _, mine), given in zip(found, ARRAYS, strict=False))


@forks
def test_every_second_item_is_done_elsewhere() -> None:
    """Of five items two come from one other process; with one process none."""
    pids = [pid for pid, _, _ in side_by_side(_where, ARRAYS, lambda one: [one], 2)]
    assert pids[::2] == [os.getpid()] * 3
    assert pids[1] == pids[3] != os.getpid()
    assert {pid for pid, _, _ in side_by_side(_where, ARRAYS, lambda one: [one], 1)} == {os.getpid()}


@forks
def test_a_process_that_dies_costs_nothing_but_time() -> None:
    """Killed, or with a result that cannot be handed over, it is replaced by the first process."""
    here = os.getpid()

    def killed(array: np.ndarray) -> float:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return float(array.sum())

    def unsaid(array: np.ndarray) -> object:
        return (lambda: 0) if os.getpid() != here else float(array.sum())

    for work in (killed, unsaid):
        assert side_by_side(work, ARRAYS, lambda one: [one], 2) == [0.0, 5.0, 10.0, 15.0, 20.0]


@forks
@pytest.mark.parametrize("bad", [0, 1])
def test_an_error_is_raised_as_by_one_process(bad: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever process meets it; no child is left behind."""
    fork, children = os.fork, []
    monkeypatch.setattr(os, "fork", lambda: children.append(fork()) or children[-1])

    def work(array: np.ndarray) -> float:
        if array[0] == bad:
            raise SignalError("no finite samples", where=f"item {bad}")
        return float(array.sum())

    with pytest.raises(SignalError, match=f"item {bad}: no finite samples"):
        side_by_side(work, ARRAYS[:2], lambda one: [one], 2)
    (child,) = children
    with pytest.raises(ChildProcessError):
        os.waitpid(child, os.WNOHANG)


def test_an_analysis_is_the_same_on_two_processes() -> None:
    """Strides, metrics and mean strides of a session of two shoes, to the last bit."""
    session = gait.read(ROOT / "recordings" / "easy-rearfoot")
    one, two = gait.analyze(session), gait.analyze(session, processes=2)
    assert one.strides.equals(two.strides)
    assert one.metrics == two.metrics
    assert one.sensors == two.sensors
    for mine, theirs in zip(one.waveforms, two.waveforms, strict=True):
        for name in vars(mine):
            np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name))
