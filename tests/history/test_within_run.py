"""Changes within one run: found with their time, not seen where pace alone changed, said without more."""

from __future__ import annotations

import numpy as np
import pytest

from gait.history.run_blocks import blocks_of, clean_running
from gait.history.step_model import Column, fit
from gait.history.within_run import change_within
from tests.benchmarks.stride_runs import Runner, strides_of


def _run(seed, minutes=30.0, more=None, **how):
    rng = np.random.default_rng(seed)
    return strides_of(Runner.draw(rng), rng, minutes, slowing=0.1, more=more, **how)


def _longer(at_s):
    return lambda time: {"contact_ms": 8.0 * (time > at_s)}


def test_a_longer_contact_is_found_with_its_time() -> None:
    """8 ms more from minute 20 of 30 on, slowing by 10 %: told within 3 min, size in its interval."""
    (row,) = change_within(_run(3, more=_longer(1200.0)), ["contact_ms"])
    assert (row.verdict, row.shape, row.is_reported) == ("changed", "at a time", True)
    assert row.at_s == pytest.approx(1200.0, abs=180.0)
    assert row.from_s <= row.at_s <= row.to_s
    assert row.change == pytest.approx(8.0, abs=row.uncertainty)


def test_slowing_alone_is_no_change_of_form() -> None:
    """Contact grows by a tenth of pace lost: that is what pace leads to expect."""
    for row in change_within(_run(4), ["contact_ms", "strike_angle_deg"]):
        assert row.verdict in {"no change shown", "explained by speed"}
        assert (row.shape, row.is_reported) == (None, False)


def test_without_speed_a_change_is_told_as_that() -> None:
    """An accelerometer alone: something changed, and the pace alone may have done it."""
    (row,) = change_within(_run(5, more=_longer(1200.0), speed_known=False), ["contact_ms"])
    assert row.verdict == "speed unknown"
    assert row.plain()["changed"] is False


def test_a_short_run_tells_nothing() -> None:
    """Seven minutes are below what is looked at."""
    assert change_within(_run(6, minutes=7.0), ["contact_ms"]) == ()


def test_a_rough_number_needs_a_large_change() -> None:
    """Where the metric itself is known to +-89 ms, 8 ms within the run are not told."""
    (row,) = change_within(_run(3, more=_longer(1200.0)), ["contact_ms"], {"contact_ms": 22.0})
    assert row.verdict == "no change shown"


def test_a_difference_of_the_feet_is_no_change() -> None:
    """One foot that drops out in mid-run leaves the other's level where it was."""
    strides = _run(8)
    strides.loc[strides["side"] == "left", "contact_ms"] += 20.0
    late_left = (strides["side"] == "left") & (strides["ic_s"] > 900.0)
    blocks = blocks_of(strides[~late_left], "contact_ms")
    early = blocks.value[blocks.time_s < 900.0]
    assert np.median(blocks.value[blocks.time_s > 900.0]) - np.median(early) < 10.0


def test_marked_strides_are_left_out() -> None:
    """Turns and gaps go; uncertain strides stay where the sensor gives no others."""
    strides = _run(9, minutes=8.0)
    strides.loc[::3, "marks"] = "turn"
    assert len(clean_running(strides)) == pytest.approx(2 / 3 * len(strides), abs=2)
    strides["marks"] = "uncertain"
    assert len(clean_running(strides)) == len(strides)


def test_the_model_is_least_squares_where_nothing_is_known_beforehand() -> None:
    """Without memory in the noise and with wide priors the coefficients are those of numpy's lstsq."""
    rng = np.random.default_rng(1)
    time = np.arange(200.0)
    x = rng.normal(size=200)
    y = 3.0 + 0.5 * x + rng.normal(0.0, 0.5, 200)
    found = fit(time, y, [Column(np.ones(200), 0.0, 100.0), Column(x, 0.0, 100.0)], 1.0)
    plain = np.linalg.lstsq(np.column_stack([np.ones(200), x]), y, rcond=None)[0]
    assert found.mean[0] == pytest.approx(plain, abs=0.02)
    assert np.sqrt(found.covariance[0, 1, 1]) == pytest.approx(0.5 / np.sqrt(200.0), rel=0.25)
