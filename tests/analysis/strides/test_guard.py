"""A gyroscope at its limit gives way to the accelerometer: nothing lost, nothing twice, and it is said."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest

from gait.analysis.analyze import AnalysisSettings, analyze
from gait.analysis.engine import engine_for, strides_of
from gait.analysis.signal.resample import GridStream
from gait.analysis.strides import DETECTORS, detector_for
from gait.analysis.strides.guard import (
    DROPPED,
    FLAT_SHARE,
    KEPT_S,
    LIMIT_LEAST,
    TOP_SHARE,
    GyroscopeGuard,
    Plateaus,
    _part,
)
from gait.analysis.strides.stride_batch import StrideBatch, concatenate
from gait.recording.model import Recording, Session
from gait.units import DEG

WALK_THEN_RUN = {"parts": (("stand", 1.0), ("walk", 18.0), ("run", 14.0)), "speed_m_s": 5.0, "style_seed": 11}
"""A gyroscope that ends at 400 deg/s is cut off in the run alone, and found to be in its midst."""


def _cut(recording: Recording, limit_dps: float) -> Recording:
    """The recording with a gyroscope that ends at a limit."""
    cut = np.clip(recording.gyr, -limit_dps * DEG, limit_dps * DEG)
    return replace(recording, gyr=cut, gyr_range_dps=None)


def _in_pieces(recording: Recording, size: int) -> StrideBatch:
    engine = engine_for(recording)
    out = []
    for low in range(0, len(recording.time_s), size):
        part = slice(low, low + size)
        out.append(engine.push_batch(recording.time_s[part], recording.acc[part], recording.gyr[part]))
    return concatenate([*out, engine.finish_batch()])


@pytest.mark.parametrize(("placement", "limit_dps"), [("shoe", 300.0), ("shank", 170.0)])
def test_every_stride_is_found_as_without_a_gyroscope(virtual, match, placement, limit_dps) -> None:
    """A gyroscope that ends far below the swing: every contact, as by the accelerometer alone."""
    made = virtual(seconds=20.0, speed_m_s=3.6, style_seed=11, placement=placement)
    recording = _cut(made.session.recordings[0], limit_dps)
    strides, engine = strides_of(recording)
    assert engine.detector.alignment.accelerometer_alone
    alone, _ = strides_of(replace(recording, gyr=None))
    assert strides.ic_s == pytest.approx(alone.ic_s)
    assert strides.tc_s == pytest.approx(alone.tc_s)
    rows, _ = match(strides.ic_s, made.truth["ic_s"].to_numpy())
    assert len(rows) >= len(made.truth) - 2


@pytest.mark.parametrize("size", [90, 1000])
def test_any_pieces_give_the_same_strides(virtual, size) -> None:
    """Cut off from the start and behind a walk, in small and large pieces: identical strides."""
    runs = virtual(seconds=14.0, speed_m_s=3.6, style_seed=11), virtual(**WALK_THEN_RUN)
    for made, limit_dps, least in zip(runs, (300.0, 400.0), (15, 30), strict=True):
        cut = _cut(made.session.recordings[0], limit_dps)
        whole, pieces = strides_of(cut)[0], _in_pieces(cut, size)
        assert len(whole) == len(pieces) > least
        for field in fields(StrideBatch):
            one, other = (np.asarray(getattr(each, field.name), dtype=float) for each in (whole, pieces))
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-6, equal_nan=True)


def test_where_it_is_cut_off_none_is_lost_and_none_given_twice(virtual, match) -> None:
    """A walk by the gyroscope, the run behind it by the accelerometer: each contact once."""
    made = virtual(**WALK_THEN_RUN)
    strides, engine = strides_of(_cut(made.session.recordings[0], 400.0))
    assert engine.detector.alignment.accelerometer_alone
    true = made.truth["ic_s"].to_numpy()
    rows, at = match(strides.ic_s, true)
    assert len(rows) == len(set(at)) == len(strides) >= len(true) - 3
    assert np.diff(strides.ic_s).min() > 0.5
    assert np.isfinite(strides.drift_m_s[strides.ic_s < 16.0]).all()
    assert np.isnan(strides.drift_m_s[strides.ic_s > 26.0]).all()
    assert not strides.walking[strides.ic_s > 20.5].any()


@pytest.mark.parametrize("placement", ["shoe", "shank"])
def test_a_gyroscope_within_its_range_is_read_as_ever(virtual, placement) -> None:
    """The same strides as by the gyroscope's detector itself; hours are not kept."""
    recording = virtual(seconds=20.0, placement=placement).session.recordings[0]
    grid = GridStream(has_gyr=True, rate_hz=recording.rate_hz, acc_limit=None, gyr_limit=None)
    blocks = [*grid.push(recording.time_s, recording.acc, recording.gyr), *grid.flush()]
    found = []
    for detector in (detector_for(placement, True, "left"), DETECTORS[placement, True]("left")):
        batches = [batch for block in blocks for batch in detector.feed(block)]
        found.append(concatenate([*batches, *detector.end_segment()]))
    assert len(found[0]) == len(found[1]) > 10
    assert found[0].contact_sd_s == pytest.approx(found[1].contact_sd_s)


def test_a_sliver_of_a_swing_is_no_limit(virtual) -> None:
    """Forty milliseconds about the fastest turn, between two gaps: the gyroscope is read behind them."""
    recording = virtual(seconds=20.0).session.recordings[0]
    size = np.abs(recording.gyr).max(axis=1)
    peak = recording.time_s[400 + int(size[400:1200].argmax())]
    away = np.abs(recording.time_s - peak)
    kept = (away < 0.02) | (away > 0.25)
    parts = (getattr(recording, name)[kept] for name in ("time_s", "acc", "gyr"))
    holed = replace(recording, **dict(zip(("time_s", "acc", "gyr"), parts, strict=True)))
    strides, engine = strides_of(holed)
    assert not engine.detector.alignment.accelerometer_alone
    assert len(strides) > 15


def test_what_is_kept_for_the_accelerometer_is_bounded(virtual) -> None:
    """However long the stream, and whether or not there are strides."""
    recording = virtual(seconds=60.0).session.recordings[0]
    still = replace(recording, acc=np.full_like(recording.acc, 5.66), gyr=np.zeros_like(recording.gyr))
    for one in (recording, still):
        guard = detector_for("shoe", True, "left")
        grid = GridStream(has_gyr=True, rate_hz=208.0, acc_limit=None, gyr_limit=None)
        for lap in range(3):
            for block in grid.push(one.time_s + lap * (one.time_s[-1] + 1 / 208.0), one.acc, one.gyr):
                guard.feed(block)
        assert isinstance(guard, GyroscopeGuard)
        assert sum(map(len, guard._kept)) <= KEPT_S * 200.0 + DROPPED


def test_the_tops_of_swings_are_no_plateaus(virtual) -> None:
    """Less than a fortieth of a run within the range counts; a third of one that is cut off does."""
    recording = virtual(seconds=15.0, speed_m_s=3.6).session.recordings[0]
    shares = []
    for one in (recording, _cut(recording, 300.0)):
        grid = GridStream(has_gyr=True, rate_hz=208.0, acc_limit=None, gyr_limit=None)
        (block,) = grid.push(one.time_s, one.acc, one.gyr)
        shares.append(float(Plateaus().find(block).mean()))
    assert shares[0] < 0.025
    assert shares[1] > 0.3


@pytest.mark.parametrize("cuts", [(), (1, 2, 700, 1500), tuple(range(0, 4000, 37))])
def test_plateaus_are_those_of_a_plain_loop(virtual, cuts) -> None:
    """Each sample against the largest up to it and the one before, in any pieces."""
    recording = _cut(virtual(seconds=20.0, speed_m_s=3.6).session.recordings[0], 350.0)
    grid = GridStream(has_gyr=True, rate_hz=208.0, acc_limit=None, gyr_limit=None)
    (block,) = grid.push(recording.time_s, recording.acc, recording.gyr)
    expected, top = [], np.zeros(3)
    for index, rate in enumerate(block.gyr):
        top = np.maximum(top, np.abs(rate))
        step = np.abs(rate - block.gyr[index - 1]) if index else np.full(3, np.inf)
        at_limit = (np.abs(rate) >= TOP_SHARE * top) & (step <= FLAT_SHARE * top) & (top > LIMIT_LEAST)
        expected.append(bool(at_limit.any()))
    plateaus = Plateaus()
    edges = [*dict.fromkeys([0, *cuts, len(block)])]
    found = [plateaus.find(_part(block, low, high)) for low, high in pairwise(edges)]
    assert np.concatenate(found).tolist() == expected
    assert 0.1 < np.mean(expected) < 0.9


def test_the_result_says_that_the_accelerometer_told_the_strides(virtual) -> None:
    """As a fault with the limit's figure; angles are withheld, contact time is given."""
    recording = virtual(seconds=20.0, speed_m_s=3.6, style_seed=11).session.recordings[0]
    plain, cut = (
        analyze(Session("test", (one,)), AnalysisSettings(waveforms=False))
        for one in (recording, _cut(recording, 300.0))
    )
    (fault,) = cut.faults
    assert fault.kind == "gyr_saturated"
    assert "300 deg/s" in fault.what
    assert "accelerometer alone" in fault.what
    assert not cut.sensors[0].has_gyr
    assert "strike_angle_deg" not in cut.metrics
    one, other = plain.metrics["contact_ms"], cut.metrics["contact_ms"]
    assert abs(one.value - other.value) < one.uncertainty + other.uncertainty
