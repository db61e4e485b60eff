"""The engine: the same strides whatever chunks and mounting, near the truth, and none where nobody runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from gait.analysis.engine import engine_for, strides_of
from gait.analysis.strides.stride_batch import StrideBatch, concatenate
from gait.recording.model import Recording
from gait.virtual.runner.imu import SensorSettings
from tests.properties import cases

SLOW = cases(12, long=240)
KINDS = [("shoe", True), ("shoe", False), ("shank", True), ("shank", False)]


def chunked(recording: Recording, cuts: list[int]) -> StrideBatch:
    """The recording through the engine in pieces."""
    engine = engine_for(recording)
    edges = [0, *sorted(cuts), len(recording.time_s)]
    out = [
        engine.push_batch(
            recording.time_s[low:high],
            recording.acc[low:high],
            None if recording.gyr is None else recording.gyr[low:high],
        )
        for low, high in pairwise(edges)
    ]
    return concatenate([*out, engine.finish_batch()])


@pytest.fixture(scope="module")
def whole_strides() -> Callable[[Recording], StrideBatch]:
    """Strides of a recording given whole: found once, however many examples are held against them."""
    kept: list[tuple[Recording, StrideBatch]] = []

    def strides(recording: Recording) -> StrideBatch:
        for other, batch in kept:
            if other.acc is recording.acc and other.gyr is recording.gyr:
                return batch
        kept.append((recording, strides_of(recording)[0]))
        return kept[-1][1]

    return strides


def same(one: StrideBatch, other: StrideBatch) -> bool:
    """Whether every column agrees (to the microsecond, a millionth of a degree ...)."""
    if len(one) != len(other):
        return False
    return all(
        np.allclose(
            np.asarray(getattr(one, field.name), dtype=float),
            np.asarray(getattr(other, field.name), dtype=float),
            rtol=0,
            atol=1e-6,
            equal_nan=True,
        )
        for field in fields(StrideBatch)
    )


@pytest.mark.parametrize(("placement", "gyro"), KINDS)
@SLOW
@given(data=st.data())
def test_any_chunking_gives_the_same_strides(virtual, whole_strides, placement, gyro, data) -> None:
    """Cut anywhere, into few or hundreds of pieces, even single samples: identical strides."""
    made = virtual(
        placement=placement,
        parts=(("stand", 2.0), ("run", 22.0), ("walk", 9.0), ("run", 12.0), ("stand", 2.0)),
    )
    source = made.session.recordings[0]
    recording = Recording(
        placement, "left", source.time_s, source.acc, source.gyr if gyro else None, rate_hz=208.0
    )
    whole = whole_strides(recording)
    cuts = data.draw(st.lists(st.integers(0, len(source.time_s)), min_size=1, max_size=150))
    assert len(whole) > 15
    assert same(whole, chunked(recording, cuts))


def test_small_steady_chunks_give_the_same_strides(virtual) -> None:
    """Nineteen samples at a time, as a sensor sends them."""
    recording = virtual().session.recordings[0]
    assert same(strides_of(recording)[0], chunked(recording, list(range(19, len(recording.time_s), 19))))


@pytest.mark.parametrize("placement", ["shoe", "shank"])
@pytest.mark.parametrize(("speed", "strike"), [(2.7, 15.0), (4.6, -5.0)])
def test_a_stride_is_out_by_the_next_toe_off(virtual, placement, speed, strike) -> None:
    """Fed in real time, a stride is final about the next toe-off: half within 0.1 s, 98 % within 0.3 s."""
    recording = virtual(
        placement=placement,
        speed_m_s=speed,
        strike_angle_deg=strike,
        parts=(("stand", 2.0), ("run", 32.0), ("walk", 12.0), ("run", 8.0), ("stand", 2.0)),
    ).session.recordings[0]
    engine = engine_for(recording)
    out = []
    # What comes before the strides that are looked at (from 14 s on) is given at once.
    edges = [0, *range(12 * 208, len(recording.time_s), 4), len(recording.time_s)]
    for low, high in pairwise(edges):
        part = slice(low, high)
        strides = engine.push(recording.time_s[part], recording.acc[part], recording.gyr[part])
        out += [(recording.time_s[part][-1], stride) for stride in strides]
    late = np.array(
        [
            now - after.tc_s
            for (now, one), (_, after) in pairwise(out)
            if abs(after.ic_s - one.next_ic_s) < 0.02 and one.ic_s > 14.0
        ]
    )
    assert len(late) > 40
    assert np.median(late) < 0.1
    assert np.quantile(late, 0.98) < 0.3


@SLOW
@given(turn=st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 0.1))
def test_mounting_does_not_matter(virtual, whole_strides, turn) -> None:
    """Upside down, reversed, sideways: contacts the same to a millisecond, strike to half a degree."""
    recording = virtual(strike_angle_deg=12.0).session.recordings[0]
    rotation = Rotation.from_quat(turn)
    turned = Recording(
        "shoe",
        "left",
        recording.time_s,
        rotation.apply(recording.acc),
        rotation.apply(recording.gyr),
        rate_hz=208.0,
    )
    one, other = whole_strides(recording), strides_of(turned)[0]
    assert len(one) == len(other)
    assert np.abs(one.ic_s - other.ic_s).max() < 1e-3
    assert np.abs(one.tc_s - other.tc_s).max() < 1e-3
    assert np.nanmax(np.abs(one.strike_angle_deg - other.strike_angle_deg)) < 0.5


@pytest.mark.parametrize("rate", [104.0, 208.0, 416.0])
@pytest.mark.parametrize(
    ("speed", "strike", "style"),
    [(2.6, 18.0, 3), (3.2, 5.0, 4), (3.5, -10.0, 5), (4.5, 10.0, 6), (5.0, -4.0, 7)],
)
def test_contacts_and_strike_are_near_the_truth(virtual, match, rate, speed, strike, style) -> None:
    """No stride missed or invented; contacts within 12 ms, scatter 3 ms (5 ms at 104 Hz); strike, length."""
    made = virtual(
        speed_m_s=speed,
        strike_angle_deg=strike,
        style_seed=style,
        cadence_spm=162.0 + 8.0 * (speed - 2.6),
        sensor=SensorSettings(rate_hz=rate),
    )
    strides, _ = strides_of(made.session.recordings[0])
    truth = made.truth
    rows, at = match(strides.ic_s, truth["ic_s"].to_numpy())
    assert len(rows) == len(strides)
    assert len(set(at)) >= len(truth) - 1
    for found, name in ((strides.ic_s, "ic_s"), (strides.tc_s, "tc_s")):
        error = 1e3 * (found[rows] - truth[name].to_numpy()[at])
        assert abs(error.mean()) < 12.0
        assert error.std() < (3.0 if rate > 200.0 else 5.0)
    strike_error = strides.strike_angle_deg[rows] - truth["fsa_deg"].to_numpy()[at]
    assert abs(np.nanmean(strike_error)) < 2.5
    length_error = strides.stride_length_m[rows] / truth["stride_length_m"].to_numpy()[at] - 1.0
    assert abs(length_error.mean()) < 0.03


@pytest.mark.parametrize("rate", [104.0, 208.0, 416.0])
@pytest.mark.parametrize(
    ("speed", "strike", "shank", "style"),
    [
        (2.6, 18.0, 12.0, 3),
        (3.2, 5.0, 6.0, 4),
        (3.5, -10.0, 2.0, 5),
        (4.5, 10.0, 9.0, 6),
        (5.0, -4.0, 14.0, 7),
    ],
)
def test_a_shank_is_near_the_truth(virtual, match, rate, speed, strike, shank, style) -> None:
    """Nothing missed or invented; contacts within 20 ms; angle and knee-in within 3.5 and 1 deg."""
    made = virtual(
        placement="shank",
        speed_m_s=speed,
        strike_angle_deg=strike,
        shank_angle_deg=shank,
        knee_in_deg=7.0,
        style_seed=style,
        cadence_spm=162.0 + 8.0 * (speed - 2.6),
        sensor=SensorSettings(rate_hz=rate),
    )
    strides, _ = strides_of(made.session.recordings[0])
    truth = made.truth
    rows, at = match(strides.ic_s, truth["ic_s"].to_numpy())
    assert len(rows) == len(strides)
    assert len(set(at)) >= len(truth) - 2
    for found, name in ((strides.ic_s, "ic_s"), (strides.tc_s, "tc_s")):
        error = 1e3 * (found[rows] - truth[name].to_numpy()[at])
        assert abs(error.mean()) < 20.0
    lean = strides.shank_angle_deg[rows] - truth["shank_angle_deg"].to_numpy()[at]
    assert abs(np.nanmedian(lean)) < 3.5
    frontal = strides.frontal_excursion_deg[rows] - truth["frontal_excursion_deg"].to_numpy()[at]
    assert abs(np.nanmedian(frontal)) < 1.0


@pytest.mark.parametrize("placement", ["shoe", "shank"])
@pytest.mark.parametrize(("style", "speed"), [(1, 3.0), (5, 3.2), (9, 2.5), (13, 4.2)])
def test_running_and_walking_are_told_apart(virtual, match, placement, style, speed) -> None:
    """Every stride of a run-walk session carries the right word, and its contact lasts about as long."""
    made = virtual(
        placement=placement,
        style_seed=style,
        speed_m_s=speed,
        parts=(("stand", 2.0), ("run", 20.0), ("walk", 20.0), ("run", 15.0), ("stand", 2.0)),
    )
    strides, _ = strides_of(made.session.recordings[0])
    rows, at = match(strides.ic_s, made.truth["ic_s"].to_numpy())
    wrong = (made.truth["activity"].to_numpy()[at] == "walking") != (strides.walking[rows] > 0.5)
    assert wrong.sum() <= 2
    true = (made.truth["tc_s"] - made.truth["ic_s"]).to_numpy()[at]
    assert np.quantile(np.abs((strides.tc_s - strides.ic_s)[rows] - true), 0.95) < 0.1


@pytest.mark.parametrize(("placement", "gyro"), KINDS)
@pytest.mark.parametrize("size", [0.02, 1.0, 8.0, 40.0])
def test_noise_has_no_strides(placement, gyro, size) -> None:
    """Rest, trembling and pure noise of any size: nothing is invented."""
    rng = np.random.default_rng(int(size * 100))
    time = np.arange(0.0, 40.0, 1.0 / 208.0)
    acc = rng.normal(0.0, size, (len(time), 3)) + np.array([0.0, 0.0, 9.81])
    gyr = rng.normal(0.0, size / 4.0, (len(time), 3)) if gyro else None
    assert len(strides_of(Recording(placement, "left", time, acc, gyr, rate_hz=208.0))[0]) == 0


def test_uncertainty_grows_where_it_should(virtual) -> None:
    """A low rate, a clipping accelerometer and a missing gyroscope each widen contact time's interval."""
    widths = {}
    for name, sensor in {
        "good": SensorSettings(),
        "slow": SensorSettings(rate_hz=60.0),
        "clipped": SensorSettings(acc_range_g=4.0),
        "no gyroscope": SensorSettings(gyroscope=False),
    }.items():
        strides, _ = strides_of(virtual(sensor=sensor).session.recordings[0])
        widths[name] = np.median(np.hypot(strides.ic_sd_s, strides.tc_sd_s))
    assert min(widths["slow"], widths["clipped"], widths["no gyroscope"]) > 1.05 * widths["good"]


def test_a_gap_is_not_bridged(virtual) -> None:
    """No stride spans what was not recorded; strides on both sides are found."""
    made = virtual(sensor=SensorSettings(gaps=((12.0, 14.0),)))
    strides, _ = strides_of(made.session.recordings[0])
    assert not ((strides.ic_s < 14.0) & (strides.next_ic_s > 12.0)).any()
    assert (strides.next_ic_s <= 12.0).sum() > 5
    assert (strides.ic_s >= 14.0).sum() > 5


def test_a_slipped_sensor_is_noticed(virtual) -> None:
    """The sensor turns by 60 degrees in mid-run: one slip, near its time, and strikes go on being right."""
    made = virtual(seconds=60.0, strike_angle_deg=15.0)
    recording = made.session.recordings[0]
    late = recording.time_s >= 30.0
    turn = Rotation.from_euler("xyz", [40.0, 40.0, 20.0], degrees=True)
    acc, gyr = recording.acc.copy(), recording.gyr.copy()
    acc[late], gyr[late] = turn.apply(acc[late]), turn.apply(gyr[late])
    strides, engine = strides_of(Recording("shoe", "left", recording.time_s, acc, gyr, rate_hz=208.0))
    assert len(engine.detector.alignment.slips) == 1
    assert 28.0 < engine.detector.alignment.slips[0][0] < 34.0
    assert strides.slipped.any()
    after = strides.ic_s > 38.0
    assert abs(np.nanmedian(strides.strike_angle_deg[after]) - 15.0) < 3.0


def test_memory_is_bounded(virtual) -> None:
    """The buffer holds seconds, not hours, however long the stream."""
    recording = virtual(seconds=60.0).session.recordings[0]
    engine = engine_for(recording)
    span = float(recording.time_s[-1]) + 1.0 / 208.0
    for lap in range(5):
        for low in range(0, len(recording.time_s), 2080):
            part = slice(low, low + 2080)
            engine.push_batch(recording.time_s[part] + lap * span, recording.acc[part], recording.gyr[part])
    assert engine.detector.samples_held < 200 * 200
