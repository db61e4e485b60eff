"""The method's own error: what both feet share stays in a mean, what they share leaves a difference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.analyze import analyze
from gait.analysis.engine import strides_of
from gait.analysis.metrics import METRICS
from gait.analysis.session.method_error import feet_of, method_error
from gait.analysis.session.stride_table import stride_table
from gait.analysis.strides import contact_shares

GYR = {"left": True, "right": True}


@pytest.fixture(scope="module")
def table(virtual):
    """Strides of one leg, and the same as the other's half a stride later."""
    batch, _ = strides_of(virtual(seconds=25.0).session.recordings[0])
    late = replace(batch, **{name: getattr(batch, name) + 0.35 for name in ("ic_s", "tc_s", "next_ic_s")})
    return stride_table([("shoe", "left", batch, ()), ("shoe", "right", late, ())])


def test_a_mean_of_both_feet_is_surer_than_a_foot_and_keeps_what_they_share(table) -> None:
    """Worked by hand from the shares: foot r + f + s, mean r + (f + s) / 2, difference 2 (f + s)."""
    shares = contact_shares("shoe", True)
    assert shares is not None
    found = method_error(METRICS["contact_ms"], feet_of(table), GYR, 0.0)
    variance = float(np.mean(table["contact_u_ms"] ** 2))
    alone = shares.foot + shares.session
    assert found.side["left"] == pytest.approx(np.sqrt(variance * (shares.runner + alone)))
    assert found.mean == pytest.approx(np.sqrt(variance * (shares.runner + alone / 2.0)))
    assert found.difference == pytest.approx(np.sqrt(variance * 2.0 * alone))
    assert found.mean < found.side["left"]


def test_feet_read_by_two_models_share_nothing(table) -> None:
    """One gyroscope was set aside: the difference of the feet keeps all of both models' errors."""
    shares = contact_shares("shoe", True), contact_shares("shoe", False)
    mixed = method_error(METRICS["contact_ms"], feet_of(table), {"left": True, "right": False}, 0.0)
    variance = float(np.mean(table["contact_u_ms"] ** 2))
    both = sum(model.runner + model.foot + model.session for model in shares if model is not None)
    assert mixed.difference == pytest.approx(np.sqrt(variance * both))


def test_more_strides_do_not_take_the_method_s_error_away(virtual) -> None:
    """Four times as long a run: the interval of contact time shrinks by less than a fifth."""
    short, long = (analyze(virtual(seconds=s).session).metrics["contact_ms"] for s in (15.0, 60.0))
    assert 0.8 * short.uncertainty < long.uncertainty <= 1.1 * short.uncertainty


def test_a_metric_that_no_contact_makes_keeps_the_table_s_figure(table) -> None:
    """Without gyroscopes too; and contact time then has the interval of that sensor's own model."""
    left = {"left": feet_of(table)["left"]}
    angle = METRICS["strike_angle_deg"]
    assert method_error(angle, left, GYR, 0.0).mean == angle.systematic
    height = METRICS["vertical_oscillation_cm"]
    assert method_error(height, left, {"left": False}, 0.0).mean == height.systematic
    shares = contact_shares("shoe", False)
    assert shares is not None
    found = method_error(METRICS["contact_ms"], left, {"left": False}, 0.0)
    variance = float(np.mean(table["contact_u_ms"] ** 2))
    assert found.mean == pytest.approx(np.sqrt(variance * (1.0 - shares.stride)), rel=1e-6)
