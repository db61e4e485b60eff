"""Long rests are found in the samples, and leaving their middles out changes no stride."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.analysis.engine import Engine, engine_for
from gait.analysis.signal.long_rests import LEAD_S, LEAST_S, TAIL_S, LongRests
from gait.analysis.signal.movement import Movement
from gait.analysis.signal.resample import GRID_HZ, GridBlock, GridStream
from gait.analysis.strides.shoe.gyro_bias import Rests
from gait.analysis.strides.stride_batch import StrideBatch, concatenate
from gait.recording.model import Recording
from gait.units import DEG, STANDARD_GRAVITY
from tests.properties import cases

SLOW = cases(8, long=240)


def _still(seconds: float, rate_hz: float, seed: int = 0, *, noise: float = 1.0) -> np.ndarray:
    """(6, n) samples of a shoe on a shelf: 4 mg and 0.1 deg/s of noise, an offset of 0.5 deg/s."""
    n = round(seconds * rate_hz)
    steady = np.array([1.0, -4.0, np.sqrt(STANDARD_GRAVITY**2 - 17.0), 0.5 * DEG, -0.3 * DEG, 0.2 * DEG])
    scale = np.array([0.02] * 3 + [0.1 * DEG] * 3)
    return steady[:, None] + noise * scale[:, None] * np.random.default_rng(seed).normal(size=(6, n))


def _looked(data: np.ndarray, rate_hz: float, cuts: tuple[int, ...] = ()) -> LongRests:
    time_s = np.arange(data.shape[1]) / rate_hz
    rests = LongRests()
    for low, high in pairwise((0, *cuts, len(time_s))):
        rests.add(time_s[low:high], data[:, low:high], 3.5 / rate_hz)
    return rests


@pytest.mark.parametrize("rate_hz", [26.0, 104.0, 416.0])
def test_what_is_left_out_lies_between_the_margins(rate_hz: float) -> None:
    """Two minutes of rest between two shakes, whatever the rate: all but the margins and a second or two."""
    data = _still(200.0, rate_hz)
    data[3:, round(39.5 * rate_hz)] = data[3:, round(160.5 * rate_hz)] = 1.0
    (span,) = _looked(data, rate_hz).spans
    assert span == (round((41 + LEAD_S) * GRID_HZ), round((159 - TAIL_S) * GRID_HZ))


@pytest.mark.parametrize("cuts", [(1000,), (1, 2, 30, 31, 32, 4000), tuple(range(7, 5200, 7))])
def test_pieces_make_no_difference(cuts: tuple[int, ...]) -> None:
    """Cut anywhere, also within a second: the same spans."""
    data = _still(200.0, 26.0)
    data[:3, [300, 4500]] += 3.0
    assert _looked(data, 26.0, cuts).spans == _looked(data, 26.0).spans != []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[3:, ::100].__iadd__(4.0 * DEG),
        lambda data: data[:3].__imul__(1.06),
        lambda data: data[3].__iadd__(7.0 * DEG),
        lambda data: data[0, ::60].__iadd__(1.0),
        lambda data: data[3].__iadd__(np.linspace(0.0, 400.0 * DEG, data.shape[1])),
    ],
)
def test_what_is_no_rest_is_not_left_out(spoil) -> None:
    """Twitches, another gravity, an offset beyond a gyroscope's, taps, and a rate that grows."""
    data = _still(300.0, 26.0)
    assert _looked(data, 26.0).passed is not None
    spoil(data)
    rests = _looked(data, 26.0)
    assert rests.passed is None
    assert rests.spans == []


def test_a_short_rest_and_a_slow_sensor_are_kept() -> None:
    """Margins leave nothing of less than a minute; five samples a second show no stillness; nor holes."""
    least = LEAD_S + TAIL_S + LEAST_S
    assert _looked(_still(least - 1.0, 26.0), 26.0).passed is None
    assert _looked(_still(least + 4.0, 26.0), 26.0).passed is not None
    assert _looked(_still(300.0, 5.0), 5.0).passed is None
    rests, time_s = LongRests(), np.arange(0.0, 300.0, 1 / 26.0)
    kept = np.arange(len(time_s)) % 260 > 10
    rests.add(time_s[kept], _still(300.0, 26.0)[:, : kept.sum()], 0.14)
    assert rests.passed is None


@SLOW
@given(st.integers(0, 2**32 - 1), st.sampled_from([26.0, 52.0, 208.0]), st.floats(0.5, 6.0))
def test_every_window_of_what_is_left_out_shows_an_offset(seed: int, rate_hz: float, noise: float) -> None:
    """Whatever the noise and the stamps: the offset behind a rest is that of its last second."""
    rng = np.random.default_rng(seed)
    data = _still(120.0, rate_hz, seed, noise=noise)
    time_s = np.arange(data.shape[1]) / rate_hz + rng.uniform(0.0, 0.8 / rate_hz, data.shape[1])
    rests = LongRests()
    rests.add(time_s, data, 3.5 / rate_hz)
    grid = GridStream(has_gyr=True, rate_hz=rate_hz, acc_limit=None, gyr_limit=None)
    (block,) = grid.push(time_s, data[:3].T, data[3:].T)
    assert block.gyr is not None
    for start, stop in rests.spans:
        found = Rests()
        part = slice(start - block.first, stop - block.first)
        found.look(start, block.acc[part], block.gyr[part])
        assert len(found._offsets) == 2 * (stop - start) // round(GRID_HZ) - 1


@pytest.fixture(scope="module")
def rested(virtual) -> Recording:
    """Runs of half a minute with rests of 20, 150, 30 and 80 s, and one of three minutes at the end."""
    source = virtual(parts=(("stand", 2.0), ("run", 30.0), ("stand", 2.0))).session.recordings[0]
    run = np.vstack([source.acc.T, source.gyr.T])
    base = np.median(run[:, :300], axis=1)
    parts = []
    for number, seconds in enumerate((150.0, 20.0, 90.0, 30.0, 80.0, 180.0)):
        still = _still(seconds, 208.0, number)
        parts += [still - np.median(still, axis=1)[:, None] + base[:, None]]
        parts += [run] if number < 5 else []
    data = np.concatenate(parts, axis=1)
    return replace(source, time_s=np.arange(data.shape[1]) / 208.0, acc=data[:3].T, gyr=data[3:].T)


def _strides(
    recording: Recording, cuts: list[int], *, leaves_out: bool
) -> tuple[StrideBatch, list[GridBlock]]:
    """The strides in pieces, and the blocks that the detector was fed."""
    engine = Engine(
        recording.placement,
        recording.side,
        has_gyr=True,
        rate_hz=recording.rate_hz,
        movement=Movement(),
        leaves_out_rests=leaves_out,
    )
    with patch.object(engine.detector, "feed", wraps=engine.detector.feed) as fed:
        out = [
            engine.push_batch(recording.time_s[low:high], recording.acc[low:high], recording.gyr[low:high])
            for low, high in pairwise([0, *sorted(cuts), len(recording.time_s)])
            if high > low
        ]
        out.append(engine.finish_batch())
    return concatenate(out), [call.args[0] for call in fed.call_args_list]


def _assert_same(one: StrideBatch, other: StrideBatch) -> None:
    assert len(one) == len(other)
    for field in fields(StrideBatch):
        both = (np.asarray(getattr(each, field.name), dtype=float) for each in (one, other))
        np.testing.assert_allclose(*both, rtol=1e-9, atol=1e-9, equal_nan=True)


@SLOW
@given(data=st.data())
def test_the_strides_are_the_same_without_the_rests(rested, data) -> None:
    """Any sensor's rate, any pieces, with a gap or without: strides to a billionth, on half the grid."""
    every = data.draw(st.sampled_from([1, 2, 4, 8]))
    recording = replace(
        rested,
        time_s=rested.time_s[::every],
        acc=rested.acc[::every],
        gyr=rested.gyr[::every],
        rate_hz=208.0 / every,
    )
    count = len(recording.time_s)
    if data.draw(st.booleans()):
        low = data.draw(st.integers(0, count - 1))
        kept = np.r_[0:low, min(low + 600 // every, count) : count]
        recording = replace(
            recording, time_s=recording.time_s[kept], acc=recording.acc[kept], gyr=recording.gyr[kept]
        )
    cuts = data.draw(st.lists(st.integers(0, len(recording.time_s)), max_size=40))
    whole, all_blocks = _strides(recording, [], leaves_out=False)
    mine, blocks = _strides(recording, cuts, leaves_out=True)
    assert len(whole) > 100
    _assert_same(whole, mine)
    assert sum(map(len, blocks)) < 0.75 * sum(map(len, all_blocks))


def test_small_steady_pieces_leave_out_as_much(rested) -> None:
    """Forty samples at a time: the same strides and the same points of the grid."""
    whole, blocks = _strides(rested, [], leaves_out=True)
    pieces, others = _strides(rested, list(range(40, len(rested.time_s), 40)), leaves_out=True)
    _assert_same(whole, pieces)
    assert sum(map(len, blocks)) == sum(map(len, others))
    assert sum(block.resumes for block in blocks) == sum(block.resumes for block in others) == 4


@pytest.mark.parametrize("limit_dps", [300.0, 400.0])
def test_a_gyroscope_that_gives_way_sees_every_rest(rested, limit_dps: float) -> None:
    """The accelerometer alone gets all samples from where it takes over: the same strides."""
    cut = replace(rested, gyr=np.clip(rested.gyr, -limit_dps * DEG, limit_dps * DEG))
    whole, _ = _strides(cut, [], leaves_out=False)
    mine, _ = _strides(cut, list(range(9000, len(cut.time_s), 9000)), leaves_out=True)
    assert len(whole) > 80
    _assert_same(whole, mine)


def test_the_live_engine_holds_nothing_back(rested) -> None:
    """Without the option the grid goes on through every rest."""
    engine = engine_for(rested)
    part = slice(0, 140 * 208)
    with patch.object(engine.detector, "feed", wraps=engine.detector.feed) as fed:
        engine.push_batch(rested.time_s[part], rested.acc[part], rested.gyr[part])
    assert sum(len(call.args[0]) for call in fed.call_args_list) > 139.0 * GRID_HZ
