"""Contacts of stances as columns, and their doubts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GRID_HZ, GridBlock
from gait.analysis.strides.accelerometer_contacts import Contacts, read_contacts, with_doubt
from gait.analysis.strides.contact_model import load

MODEL = load("shoe_accelerometer")


def _contacts(*at: float) -> Contacts:
    ic = np.array(at)
    return Contacts(ic, ic + 1.0, ic + 0.25, ic + 2.0, ic + 3.0)


def raw_of(model) -> dict[str, np.ndarray]:
    """Two rows of silence for every channel of a model."""
    return {one.name: np.zeros((2, 200)) for one in model.channels}


def test_stances_are_chosen_split_and_joined() -> None:
    """Row by row, all columns together."""
    both = _contacts(1.0, 2.0, 3.0)
    assert both.last().ic.tolist() == [3.0]
    assert both.but_last().tc_sd.tolist() == [3.0, 4.0]
    again = both.but_last().followed_by(both.last())
    np.testing.assert_array_equal(again.both_sd, both.both_sd)
    chosen = both.choose(_contacts(5.0, 6.0, 7.0), np.array([False, True, False]))
    assert (chosen.ic.tolist(), chosen.tc.tolist()) == ([1.0, 6.0, 3.0], [1.25, 6.25, 3.25])


def test_a_model_reads_no_further_than_it_may() -> None:
    """Whatever the signals, each event lies within the model's bounds of where it was looked for."""
    rng = np.random.default_rng(5)
    raw = {one.name: one.scale * rng.normal(size=(6, 200)) for one in MODEL.channels}
    found, moves = read_contacts(MODEL, raw, np.arange(6.0), 0.3, 0.22)
    assert (np.abs(moves["ic_shift"]) <= MODEL.events["ic"].most_s + 1e-12).all()
    np.testing.assert_allclose(found.ic, np.arange(6.0) + 0.3 + moves["ic_shift"], atol=1e-12)
    np.testing.assert_allclose(
        found.tc - found.ic, 0.22 + moves["coarse_shift"] + moves["tc_shift"], atol=1e-12
    )


def test_doubt_grows_with_what_was_not_recorded() -> None:
    """A bridged contact, and a contact time that nobody had in the fit, are less sure than a usual one."""
    buffer = SampleBuffer()
    bridged = np.zeros(1000, dtype=bool)
    bridged[395:405] = True
    acc = np.zeros((1000, 3))
    buffer.append(GridBlock(first=0, acc=acc, gyr=None, clipped=bridged, peak=acc[:, 0], bridged=bridged))
    ic = np.array([1.0, 2.0, 3.0])
    nothing = np.full(3, np.nan)
    found = Contacts(ic, nothing, ic + np.array([0.23, 0.23, 0.45]), nothing, nothing)
    moves = dict.fromkeys(("ic_shift", "coarse_shift", "tc_shift", "distance"), np.zeros(3))
    sure = with_doubt(MODEL, found, moves, buffer, (0.175, 0.290)).both_sd
    assert sure[0] == pytest.approx(MODEL.spread["contact"].constant_s)
    assert sure[1] >= sure[0]
    assert sure[2] > sure[0]


def test_doubt_grows_with_the_distance_from_the_fit() -> None:
    """Uncertainties of contact, toe-off and contact time grow as the root of the sum of squares."""
    model = load("shank_accelerometer")
    buffer = SampleBuffer()
    acc = np.zeros((1000, 3))
    no = np.zeros(1000, dtype=bool)
    buffer.append(GridBlock(first=0, acc=acc, gyr=None, clipped=no, peak=acc[:, 0], bridged=no))
    ic, nothing = np.array([1.0, 2.0]), np.full(2, np.nan)
    found = Contacts(ic, nothing, ic + 0.23, nothing, nothing)
    moves = dict.fromkeys(("ic_shift", "coarse_shift", "tc_shift"), np.zeros(2))
    doubted = with_doubt(model, found, {**moves, "distance": np.array([0.0, 3.0])}, buffer, (0.18, 0.31))
    for event, sd in (("ic", doubted.ic_sd), ("tc", doubted.tc_sd), ("contact", doubted.both_sd)):
        spread = model.spread[event]
        assert sd[0] == pytest.approx(spread.constant_s)
        assert sd[1] == pytest.approx(np.hypot(spread.constant_s, 3.0 * spread.terms["distance"]))
        assert sd[1] > 1.5 * sd[0]


def test_the_distance_is_that_of_the_events_that_were_found() -> None:
    """Against a slow sum over the features of both events; twentyfold forces are further from the fit."""
    model = load("shank_accelerometer")
    rng = np.random.default_rng(6)
    smooth = np.cumsum(rng.normal(size=(6, 5, 190)), axis=2) / 8.0
    raw = {one.name: one.scale * values for one, values in zip(model.channels, smooth, strict=True)}
    found, moves = read_contacts(model, raw, np.zeros(5), 0.31, 0.23)
    signals, basis = model.signals(raw), model.feature_distance
    for row in range(5):
        at = np.concatenate(
            [
                time + model.events[event].offsets_s
                for event, time in (("ic", found.ic[row]), ("tc", found.tc[row]))
            ]
        )
        grid = np.arange(signals.shape[2])
        features = np.array(
            [[np.interp(GRID_HZ * t, grid, one) for one in signals[:, row]] for t in at]
        ).ravel()
        total = 0.0
        for axis, centre in zip(basis.axes, basis.centre, strict=True):
            total += (sum(a * x for a, x in zip(axis, features, strict=True)) - centre) ** 2
        assert moves["distance"][row] == pytest.approx((total / len(basis.centre)) ** 0.5, rel=1e-6)
    wild = read_contacts(model, {k: 20.0 * v for k, v in raw.items()}, np.zeros(5), 0.31, 0.23)[1]
    assert (wild["distance"] > moves["distance"]).all()
    bare = replace(MODEL, feature_distance=None)
    assert "distance" not in read_contacts(bare, raw_of(MODEL), np.zeros(2), 0.3, 0.22)[1]
