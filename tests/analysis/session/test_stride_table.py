"""The table of strides from columns made by hand: steps, flight, two sensors on one leg, marks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.column_units import STRIDE_UNITS
from gait.analysis.results import STRIDE_COLUMNS
from gait.analysis.session.stride_table import stride_table
from gait.analysis.strides.stride_batch import StrideBatch, empty_batch


def _strides(start_s: float, n: int = 6, *, stride_s: float = 0.7, contact_s: float = 0.25) -> StrideBatch:
    """Even running strides with exact contacts."""
    ic = start_s + stride_s * np.arange(n)
    zero = np.zeros(n)
    return replace(
        empty_batch(n), ic_s=ic, tc_s=ic + contact_s, next_ic_s=ic + stride_s, contact_sd_s=zero, walking=zero
    )


def test_two_feet_in_turn() -> None:
    """Steps of 350 ms; flight from toe-off to the other foot's contact; sorted by contact, with units."""
    table = stride_table([("shoe", "left", _strides(1.0), ()), ("shoe", "right", _strides(1.35), ())])
    assert tuple(table.columns) == STRIDE_COLUMNS
    assert table.attrs["units"] == STRIDE_UNITS
    assert table["side"].tolist() == ["left", "right"] * 6
    assert table["step_ms"].to_numpy()[:-1] == pytest.approx(350.0)
    assert table["flight_ms"].to_numpy() == pytest.approx(100.0)
    assert table["duty_factor"].to_numpy() == pytest.approx(0.25 / 0.7)
    assert table["cadence_spm"].to_numpy() == pytest.approx(120.0 / 0.7)


def test_one_foot_alone_flies_half_of_what_is_left() -> None:
    """Without the other foot a step has no time, and flight is half the stride less contact."""
    table = stride_table([("shank", "right", _strides(0.0, contact_s=0.2), ())])
    assert table["flight_ms"].to_numpy() == pytest.approx(150.0)
    assert table["step_ms"].isna().all()


def test_the_bodys_rise_is_that_of_a_half_sine() -> None:
    """Without flight the sinking is g tc^2 (1 / (2 pi) - 1 / 8) (Morin 2005); with flight it is more."""
    grounded = stride_table([("shoe", "left", _strides(0.0, contact_s=0.35), ())])
    flying = stride_table([("shoe", "left", _strides(0.0, contact_s=0.15), ())])
    assert (flying["vertical_oscillation_cm"] > grounded["vertical_oscillation_cm"]).all()
    assert grounded["vertical_oscillation_cm"].to_numpy() == pytest.approx(
        100.0 * 9.80665 * 0.35**2 * (1.0 / (2.0 * np.pi) - 1.0 / 8.0), rel=1e-6
    )


def test_a_shank_adds_what_only_it_can_tell() -> None:
    """The shoe's contacts stand; the shank's angle joins the nearest stride; what the shoe missed is kept."""
    shank = replace(_strides(1.02, n=8), shank_angle_deg=np.arange(8.0))
    table = stride_table([("shoe", "left", _strides(1.0), ()), ("shank", "left", shank, ())])
    assert table["placement"].tolist() == ["shoe"] * 6 + ["shank"]
    assert table["ic_s"].to_numpy()[:6] == pytest.approx(1.0 + 0.7 * np.arange(6))
    assert table["shank_angle_deg"].tolist()[:6] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_marks() -> None:
    """The first and the last of a run, a turn, what is near a gap, and a contact that is not known well."""
    batch = _strides(10.0, n=8)
    batch.turn_deg[3] = -25.0
    batch.contact_sd_s[4] = 0.03
    table = stride_table([("shoe", "left", batch, ((30.0, 31.0),))])
    assert table["marks"].tolist() == ["start", "", "", "turn", "uncertain", "", "", "stop"]
    near = stride_table([("shoe", "left", batch, ((16.0, 17.0),))])
    assert "gap" in near["marks"].iloc[-1]
    assert "gap" not in near["marks"].iloc[5]


def test_no_strides_is_an_empty_table() -> None:
    """All columns, no rows."""
    assert tuple(stride_table([]).columns) == STRIDE_COLUMNS
    assert len(stride_table([])) == 0
