"""Sessions too long for memory: the analysis goes through them in pieces and says the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from gait.analysis.analyze import analyze
from gait.analysis.engine import plateau_range_g
from gait.analysis.results import Analysis, Waveform
from gait.analysis.signal.resample import GAP_S
from gait.analysis.signal.timing import Census, Tops
from gait.recording import long as stream
from gait.recording.long import open_session
from gait.recording.model import Recording, Session
from gait.recording.read import read
from gait.recording.write import write_recording
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import VirtualSession
from tests.properties import cases

Virtual = Callable[..., VirtualSession]
SLOW = cases(5, long=200)
PARTS = (("stand", 2.0), ("run", 15.0), ("walk", 6.0), ("run", 9.0), ("stand", 2.0))


def _same(one: Analysis, other: Analysis) -> None:
    assert_frame_equal(one.strides, other.strides, rtol=0, atol=1e-6)
    assert one.activity == pytest.approx(other.activity)
    assert one.metrics.keys() == other.metrics.keys()
    for name, metric in one.metrics.items():
        assert metric.value == pytest.approx(other.metrics[name].value, abs=1e-6)
        assert metric.uncertainty == pytest.approx(other.metrics[name].uncertainty, abs=1e-6)
    assert one.sensors == other.sensors
    assert one.not_measured == other.not_measured
    assert one.started == other.started
    assert len(one.waveforms) == len(other.waveforms)
    for mine, yours in zip(one.waveforms, other.waveforms, strict=True):
        for field in fields(Waveform):
            left, right = getattr(mine, field.name), getattr(yours, field.name)
            if isinstance(left, np.ndarray):
                np.testing.assert_allclose(left, right, rtol=0, atol=1e-6)
            else:
                assert left == right


@SLOW
@given(data=st.data())
def test_in_pieces_as_in_memory(
    virtual: Virtual, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Any size of piece, gaps, lost rows, a stated or an unstated range, times of day: the same analysis."""
    sensor = data.draw(
        st.sampled_from(
            [
                SensorSettings(),
                SensorSettings(gaps=((12.0, 14.0),), dropped=0.02),
                SensorSettings(acc_range_g=8.0, jitter_s=0.001),
                SensorSettings(gyroscope=False),
            ]
        )
    )
    recording = virtual(parts=PARTS, sensor=sensor).session.recordings[0]
    if data.draw(st.booleans()):
        recording = replace(recording, acc_range_g=None, rate_hz=None)
    if data.draw(st.booleans()):
        recording = replace(recording, time_s=recording.time_s + 1.77e9)
    folder = tmp_path_factory.mktemp("long")
    write_recording(recording, folder / "left_shoe.csv")
    rows = data.draw(st.integers(50, len(recording.time_s)))
    whole = read(folder)
    long = open_session(folder, long_bytes=0)
    assert not long.recordings[0].in_memory
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recording.pieces, "__defaults__", (1 << 30,))
        in_memory = analyze(whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream.LongRecording.pieces, "__defaults__", (rows,))
        in_pieces = analyze(long)
    assert len(in_memory.strides) > 20
    assert in_memory.waveforms
    _same(in_memory, in_pieces)


def test_a_path_can_be_analysed(virtual: Virtual, tmp_path: Path) -> None:
    """`analyze` takes a path, and the reader's notes reach the quality record."""
    path = tmp_path / "left_shoe.csv"
    write_recording(virtual().session.recordings[0], path)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[-30] = lines[-30].split(",")[0] + ",,,,,,"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = analyze(path)
    _same(found, analyze(read(path)))
    assert "1 row without a number in every column left out" in found.sensors[0].notes


def test_a_fault_in_one_sensor_is_told(virtual: Virtual) -> None:
    """Two sensors are analysed at once; an error of either comes out as it is."""
    good = virtual().session.recordings[0]
    bad = replace(good, side="right", acc=np.full_like(good.acc, np.nan))
    with pytest.raises(Exception, match="no finite samples"):
        analyze(Session("both", (good, bad)))


STEPS = st.lists(
    st.one_of(st.floats(0.0005, 0.05), st.floats(0.05, 3.0), st.just(0.005), st.just(1 / 208)),
    min_size=1,
    max_size=80,
)


@cases(60)
@given(steps=STEPS, cuts=st.lists(st.integers(0, 80), max_size=6))
def test_the_census_is_what_the_times_say(steps: list[float], cuts: list[int]) -> None:
    """Count, ends, rate, quantiles and gaps agree with numpy over all times, in whatever pieces they come."""
    time_s = np.concatenate([[3.0], 3.0 + np.cumsum(steps)])
    census = Census()
    for piece in np.split(time_s, sorted(min(cut, len(time_s)) for cut in cuts)):
        census.add(piece)
    step_s = np.diff(time_s)
    assert census.samples == len(time_s)
    assert (census.start_s, census.end_s) == (time_s[0], time_s[-1])
    for share in (0.0, 0.5, 0.99, 1.0):
        assert census.step_s(share) == pytest.approx(np.quantile(step_s, share, method="lower"), abs=1e-6)
    usual = census.step_s(0.5)
    kept = step_s[step_s <= 2.5 * usual]
    if not np.isclose(step_s, 2.5 * usual, atol=2e-6).any():
        assert census.rate_hz == pytest.approx(len(kept) / kept.sum(), rel=1e-6)
    wide = np.flatnonzero(step_s > max(GAP_S, 3.5 / 208.0))
    assert census.gaps(208.0) == tuple((time_s[at], time_s[at + 1]) for at in wide)


def test_an_empty_census() -> None:
    """Nothing is claimed of no samples, or of one."""
    census = Census()
    assert np.isnan(census.rate_hz)
    census.add(np.array([1.0]))
    assert np.isnan(census.step_s(0.5))
    assert census.gaps(None) == ()
    assert not census.uneven


@cases(60)
@given(
    scale=st.sampled_from([2.0, 8.0, 16.0, 17.0]),
    clipped=st.integers(0, 6),
    cut=st.integers(0, 200),
    seed=st.integers(0, 99),
)
def test_a_plateau_shows_in_pieces_too(scale: float, clipped: int, cut: int, seed: int) -> None:
    """Three values of each axis suffice to see what `plateau_range_g` sees in all."""
    rng = np.random.default_rng(seed)
    acc = rng.normal(0.0, 3.0, (200, 3))
    acc[rng.integers(0, 200, clipped), 1] = -scale * 9.80665
    tops = Tops()
    for piece in np.split(acc, [cut]):
        tops.add(piece)
    assert tops.range_g == plateau_range_g(acc)


def test_recordings_stay_on_disk_only_where_long(virtual: Virtual, tmp_path: Path) -> None:
    """Below the limit a session is read as ever, above it only its first sample is."""
    path = tmp_path / "left_shoe.csv"
    write_recording(virtual().session.recordings[0], path)
    short = open_session(path)
    assert isinstance(short.recordings[0], Recording)
    long = open_session(path, long_bytes=path.stat().st_size - 1)
    assert len(long.recordings[0].time_s) == 1
    assert long.name == short.name
