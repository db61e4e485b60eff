"""Figures of each axis, against numpy over the whole, in whatever pieces the samples come."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.faults.axis_figures import LARGEST_STEPS, Axes, AxisCount

RANGE = 8.0


def _wrapped() -> np.ndarray:
    """Return (3, n): a wave that wraps round at the range, one that stops there, noise held for a while."""
    time = np.arange(4000) / 200.0
    wave = 9.0 * np.sin(2.0 * np.pi * 1.3 * time)
    noise = np.random.default_rng(4).normal(size=len(time))
    noise[500:640] = noise[500]
    return np.stack([(wave + RANGE) % (2.0 * RANGE) - RANGE, wave.clip(-RANGE, RANGE), noise])


def _counted(values: np.ndarray, *cuts: int) -> Axes:
    count = AxisCount()
    for part in np.split(np.arange(values.shape[1]), list(cuts)):
        count.add(np.ascontiguousarray(values[:, part]))
    return count.axes()


@pytest.mark.parametrize("cuts", [(), (501,), (1, 2, 639, 640, 3999)])
def test_limits_holds_and_jumps(cuts: tuple[int, ...]) -> None:
    """An overflow jumps by nearly twice the largest value, a limit never; a hold is as long as it is."""
    values = _wrapped()
    axes = _counted(values, *cuts)
    np.testing.assert_allclose(axes.low, values.min(axis=1))
    np.testing.assert_allclose(axes.high, values.max(axis=1))
    np.testing.assert_allclose(axes.top, np.abs(values).max(axis=1))
    np.testing.assert_allclose(axes.spread, values.std(axis=1))
    steps = np.abs(np.diff(values, axis=1))
    large = steps > axes.top[:, None]
    assert axes.jumps[0] == min(large[0].sum(), LARGEST_STEPS) > 20
    kept = np.sort(steps[0])[-LARGEST_STEPS:]
    assert axes.jump[0] == pytest.approx(np.median(kept[kept > axes.top[0]]) / axes.top[0])
    assert 1.9 < axes.jump[0] < 2.0
    assert axes.jumps[1] == axes.jump[1] == 0.0
    near = np.abs(values[1]) >= 0.999 * RANGE
    assert axes.ends[1] == near.sum()
    assert axes.piled[1] == (near[1:] & (steps[1] == 0.0)).sum() > 500
    assert axes.longest_hold[2] == 140
