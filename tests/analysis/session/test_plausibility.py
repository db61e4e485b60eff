"""The gate: nothing but a running foot or shank is told as running, and every running one is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.analyze import AnalysisSettings, analyze
from gait.analysis.session.plausibility import awake, bout_numbers, feel_of
from gait.analysis.signal.movement import Movement
from gait.analysis.strides.stride_batch import StrideBatch, empty_batch
from gait.recording.model import Recording, Session
from gait.recording.read import read
from gait.units import STANDARD_GRAVITY
from gait.virtual.runner.imu import SensorSettings

from .motions import MOTIONS, jumping_jacks

QUICK = AnalysisSettings(waveforms=False)


def _analysed(recording: Recording):
    return analyze(Session("test", (recording,)), QUICK)


@pytest.mark.parametrize("placement", ["shoe", "shank"])
@pytest.mark.parametrize("what", MOTIONS)
def test_other_movement_is_no_running(what: str, placement: str) -> None:
    """No second of running, no metric; at 50 and 100 Hz, with and without gyroscope."""
    for seed, rate_hz in ((0, 50.0), (1, 100.0)):
        rng = np.random.default_rng([seed, 5])
        whole = MOTIONS[what](rng, rate_hz=rate_hz, gyroscope=True, placement=placement)
        for recording in (whole, replace(whole, gyr=None)):
            case = (rate_hz, recording.gyr is not None)
            analysis = _analysed(recording)
            assert analysis.time_in("running") == 0.0, case
            assert not analysis.metrics, case
            assert "no running" in analysis.not_measured["cadence_spm"] or analysis.faults, case


def test_jumping_is_no_walking() -> None:
    """Feet that fall freely for part of each second: an accelerometer alone tells no second of walking."""
    recording = jumping_jacks(np.random.default_rng(4), rate_hz=104.0, placement="shoe")
    analysis = _analysed(recording)
    assert analysis.time_in("walking") == analysis.time_in("running") == 0.0
    assert "falls freely" in analysis.sensors[0].looks_like


def test_the_reason_is_told(virtual) -> None:
    """What was turned down says what it looks like, on the sensor and where metrics are missing."""
    rng = np.random.default_rng(3)
    recording = MOTIONS["runs, hip"](rng, rate_hz=100.0, gyroscope=False, placement="shoe")
    analysis = _analysed(recording)
    assert "pocket" in analysis.sensors[0].looks_like
    assert any(note.startswith("This looks like") for note in analysis.sensors[0].notes)
    assert analysis.not_measured["cadence_spm"].startswith("no running in the recording: this looks like")
    assert not _analysed(virtual().session.recordings[0]).sensors[0].looks_like


@pytest.mark.parametrize(("most", "told"), [(6, False), (1000, True)])
def test_a_few_odd_strides_make_no_phone_of_a_shoe(virtual, monkeypatch, most, told) -> None:
    """A short bout that is turned down leaves the sensor a shoe; where all is, its looks are told."""
    parts = (("stand", 1.0), ("run", 40.0), ("stand", 4.0), ("run", 2.5), ("stand", 2.0))
    recording = virtual(parts=parts).session.recordings[0]
    monkeypatch.setattr(
        "gait.analysis.session.plausibility._unlike_gait",
        lambda bout, *_, **__: "pedalling" if len(bout) <= most else "",
    )
    sensor = _analysed(recording).sensors[0]
    assert bool(sensor.looks_like) is told
    assert (sensor.strides > 40) is not told


@pytest.mark.parametrize("rate_hz", [50.0, 104.0, 400.0])
@pytest.mark.parametrize("placement", ["shoe", "shank"])
@pytest.mark.parametrize(
    ("speed", "cadence", "contact", "strike"),
    [
        (1.9, 142.0, 350.0, 12.0),
        (2.2, 150.0, 310.0, -4.0),
        (3.0, 168.0, 240.0, 15.0),
        (6.0, 205.0, 130.0, -8.0),
    ],
)
def test_running_stays_running(virtual, rate_hz, placement, speed, cadence, contact, strike) -> None:
    """From 7 km/h jogs with long contacts to sprints: less than a tenth of the strides is turned down."""
    made = virtual(
        seconds=15.0,
        placement=placement,
        sensor=SensorSettings(rate_hz=rate_hz, acc_range_g=32.0),
        speed_m_s=speed,
        cadence_spm=cadence,
        contact_ms=contact,
        strike_angle_deg=strike,
    )
    analysis = _analysed(made.session.recordings[0])
    assert not analysis.sensors[0].looks_like
    assert analysis.time_in("running") > 11.0


@pytest.mark.parametrize("gyroscope", [True, False])
def test_walking_is_never_running(virtual, gyroscope) -> None:
    """A walk of a shoe: no running second, no running metric."""
    made = virtual(
        sensor=SensorSettings(gyroscope=gyroscope), parts=(("stand", 2.0), ("walk", 25.0), ("stand", 2.0))
    )
    analysis = _analysed(made.session.recordings[0])
    assert analysis.time_in("running") == 0.0
    assert not analysis.metrics


def test_bouts_and_metrics_count_the_same_strides(virtual) -> None:
    """Every running stride of the table lies in a running bout, and the other way round."""
    made = virtual(parts=(("stand", 2.0), ("run", 20.0), ("walk", 15.0), ("run", 15.0), ("stand", 2.0)))
    analysis = _analysed(made.session.recordings[0])
    for kind in ("running", "walking"):
        rows = analysis.strides[analysis.strides["activity"] == kind]
        bouts = [bout for bout in analysis.activity if bout.kind == kind]
        middle = 0.5 * (rows["ic_s"] + rows["next_ic_s"])
        assert all(any(b.start_s <= when <= b.end_s for b in bouts) for when in middle)
        assert bouts


def test_a_still_second_holds_no_stride(virtual) -> None:
    """Turning in the hand before a run adds no stride to it."""
    run = virtual(sensor=SensorSettings(gyroscope=False, rate_hz=104.0)).session.recordings[0]
    rng = np.random.default_rng(2)
    before = MOTIONS["turned in the hand"](rng, rate_hz=104.0, gyroscope=False, placement="shoe")
    end = float(before.time_s[-1]) + 1.0 / 104.0
    both = replace(
        run,
        time_s=np.concatenate([before.time_s, run.time_s + end]),
        acc=np.concatenate([before.acc, run.acc]),
    )
    analysis = _analysed(both)
    assert (analysis.strides["ic_s"] > end).all()
    assert analysis.time_in("running") > 20.0


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["left_foot", "right_foot", "left_shank", "right_shank"])
def test_a_real_treadmill_run_passes(shared, name) -> None:
    """All strides of the real run stay, with and without gyroscope, and nothing is called a fault."""
    recording = read(shared / "treadmill_fast" / f"{name}.csv").recordings[0]
    for one in (recording, replace(recording, gyr=None)):
        analysis = _analysed(one)
        assert not analysis.sensors[0].looks_like
        assert not analysis.faults
        assert analysis.time_in("running") > 15.0


def _strides(ic_s: np.ndarray, walking: np.ndarray) -> StrideBatch:
    stride = np.diff(ic_s, append=ic_s[-1] + 0.7)
    return replace(
        empty_batch(len(ic_s)), ic_s=ic_s, tc_s=ic_s + 0.25, next_ic_s=ic_s + stride, walking=walking
    )


def test_bouts_part_at_pauses_and_changes_of_gait() -> None:
    """Ten strides, a pause of 20 s, ten strides, then ten of walking: three bouts."""
    ic = np.r_[np.arange(10) * 0.7, 27.0 + np.arange(20) * 0.7]
    batch = _strides(ic, np.r_[np.zeros(20), np.ones(10)])
    batch = replace(batch, next_ic_s=np.where(np.arange(30) == 9, ic + 0.7, batch.next_ic_s))
    assert bout_numbers(batch).tolist() == [0.0] * 10 + [1.0] * 10 + [2.0] * 10


def test_a_still_second_is_known_by_its_scatter() -> None:
    """Strides whose middle lies in a second that hardly scatters about one g are left out."""
    batch = _strides(np.arange(6) * 1.0 + 0.2, np.zeros(6))
    movement = Movement()
    movement.add_sums(
        0, np.array([[100.0, 100.0, 100.0 + (0.0 if second == 2 else 50.0)] for second in range(6)])
    )
    assert awake(batch, movement).ic_s.tolist() == pytest.approx([0.2, 1.2, 3.2, 4.2, 5.2])


def test_the_feel_of_strides_is_worked_out_by_hand() -> None:
    """A norm of 1 g with a shock of 5 g a stride: its peak, no floating, half the stride unlike the other."""
    time = np.arange(0.0, 8.0, 0.01)
    acc = np.tile([0.0, 0.0, STANDARD_GRAVITY], (len(time), 1))
    for contact in np.arange(0.5, 7.5, 0.7):
        acc[np.abs(time - contact - 0.05) < 0.02, 2] = 5.0 * STANDARD_GRAVITY
    recording = Recording("shoe", "left", time, acc, np.tile([0.0, np.radians(400.0), 0.0], (len(time), 1)))
    feel = feel_of(_strides(np.arange(0.5, 7.0, 0.7), np.zeros(10)), recording)
    assert feel.peak_g == pytest.approx(5.0)
    assert feel.turn_dps == pytest.approx(400.0)
    assert feel.floating == 0.0
    assert feel.near_one > 0.9
    assert feel.halves < 0.3
