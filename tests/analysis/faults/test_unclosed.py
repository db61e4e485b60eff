"""Strides that do not close, without a second of standing: causes told only where one of them explains it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.analyze import AnalysisSettings, analyze, diagnose
from gait.doctor.corrections import can_mend, mended
from gait.recording.model import Recording, Session
from gait.virtual.runner.presets import PRESETS
from gait.virtual.runner.simulate import VirtualSession, simulate


@pytest.fixture(scope="module")
def moving(virtual: Callable[..., VirtualSession]) -> Recording:
    """A shoe that runs from the first sample to the last."""
    recording = virtual(
        parts=(("run", 24.0),), seed=4, speed_m_s=3.3, cadence_spm=172.0, strike_angle_deg=8.0
    ).session.recordings[0]
    rows = (recording.time_s > 1.0) & (recording.time_s < 22.0)
    gyr = recording.gyr[rows] if recording.gyr is not None else None
    return replace(recording, time_s=recording.time_s[rows], acc=recording.acc[rows], gyr=gyr)


def told(recording: Recording) -> tuple[tuple[str, str], ...]:
    """Kind and certainty of each fault."""
    faults = diagnose(Session("run", (recording,)))
    return tuple((fault.kind, fault.certainty) for fault in faults)


@pytest.mark.parametrize("sensor", ["gyr", "acc"])
@pytest.mark.parametrize("order", [(2, 1, 0), (0, 2, 1), (1, 2, 0)])
def test_exchanged_axes_are_named_and_undone(moving: Recording, sensor: str, order: tuple[int, ...]) -> None:
    """Whichever sensor's they are: the corrected strides are those of the sound recording."""
    values = getattr(moving, sensor)
    session = Session("run", (replace(moving, **{sensor: values[:, order]}),))
    (fault,) = diagnose(session)
    assert (fault.kind, fault.certainty) == ("axes_exchanged", "likely")
    quick = AnalysisSettings(waveforms=False)
    found, true = (
        analyze(one, quick).metrics for one in (mended(session, (fault,)), Session("run", (moving,)))
    )
    for name, most in (("strike_angle_deg", 0.5), ("pronation_excursion_deg", 0.5), ("contact_ms", 2.0)):
        assert found[name].value == pytest.approx(true[name].value, abs=most)


@pytest.mark.parametrize("order", [(2, 1, 0), (0, 2, 1)])
def test_exchanged_axes_are_no_scale(moving: Recording, order: tuple[int, ...]) -> None:
    """They are told with no certain cause, nothing is corrected, and angles and lengths are withheld."""
    assert moving.gyr is not None
    session = Session("run", (replace(moving, gyr=moving.gyr[:, order]),))
    faults = diagnose(session)
    assert faults
    assert not any(can_mend(fault) for fault in faults if fault.kind in ("acc_scale", "gyr_scale", "gyr_lag"))
    assert "strike_angle_deg" not in analyze(session).metrics


def test_a_gyroscope_that_turns_too_far_is_not_gravity_taken_out(moving: Recording) -> None:
    """At 1.6 times the turning hardly any gravity is left over strides: the scale is told."""
    assert moving.gyr is not None
    assert told(replace(moving, gyr=1.6 * moving.gyr)) == (("gyr_scale", "likely"),)


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_scale_is_still_told(moving: Recording, factor: float) -> None:
    """Strides that a scale explains name it: of the accelerometer, with what else it could be."""
    ((kind, _),) = told(replace(moving, acc=factor * moving.acc))
    assert kind in ("acc_scale", "gyr_scale")
    assert told(moving) == ()


@pytest.mark.parametrize("factor", [0.95, 1.05])
def test_strides_that_hardly_close_name_the_scale(
    virtual: Callable[..., VirtualSession], factor: float
) -> None:
    """A gyroscope 5 % off leaves gravity as far off: told as doubtful, its scale among the causes."""
    recording = virtual().session.recordings[0]
    assert recording.gyr is not None
    (fault,) = diagnose(Session("run", (replace(recording, gyr=factor * recording.gyr),)))
    assert (fault.kind, fault.certainty) == ("not_closed", "cannot tell")
    assert f"the gyroscope (or the clock) reads {factor:.2f} times too much" in fault.what


@pytest.mark.parametrize("factor", [0.96, 1.04])
def test_a_clock_is_told_by_header_and_strides_though_these_close(
    virtual: Callable[..., VirtualSession], factor: float
) -> None:
    """Stamps 4 % off the header's rate: gravity closes within what is no fault, and the clock is told."""
    recording = virtual().session.recordings[0]
    assert told(replace(recording, time_s=factor * recording.time_s, rate_hz=208.0)) == (("clock", "clear"),)


@pytest.mark.parametrize("lag_s", [0.03, 0.04, -0.03])
def test_a_lag_is_told_from_a_scale(virtual: Callable[..., VirtualSession], lag_s: float) -> None:
    """After standing, where the accelerometer's scale is known: the lag to 4 ms, undone."""
    recording = virtual(seconds=20.0, seed=9, speed_m_s=3.3, cadence_spm=172.0).session.recordings[0]
    assert recording.gyr is not None
    late = np.column_stack(
        [np.interp(recording.time_s - lag_s, recording.time_s, rate) for rate in recording.gyr.T]
    )
    session = Session("run", (replace(recording, gyr=late),))
    (fault,) = diagnose(session)
    assert fault.kind == "gyr_lag"
    assert fault.value == pytest.approx(1e3 * lag_s, abs=4.0)
    quick = AnalysisSettings(waveforms=False)
    found, true = (
        analyze(one, quick).metrics for one in (mended(session, (fault,)), Session("run", (recording,)))
    )
    assert found["strike_angle_deg"].value == pytest.approx(true["strike_angle_deg"].value, abs=1.0)


def test_single_axes_that_are_wrong_move_the_height() -> None:
    """Gravity nearly closes, the foot's height does not: what needs the attitude is withheld."""
    preset = PRESETS["easy-rearfoot"]
    runner = replace(preset.runner, parts=(("stand", 3.0), ("run", 36.0), ("stand", 2.0)))
    sensor = replace(preset.sensor, rate_hz=104.0)
    recording = simulate(runner, sensor, placements=("shoe", "shank"), seed=3).session.recordings[0]
    assert recording.gyr is not None
    for wrong in (
        replace(recording, acc=recording.acc * [1.0, 0.5, 1.0]),
        replace(recording, gyr=recording.gyr[:, [2, 0, 1]]),
    ):
        (fault,) = diagnose(Session("run", (wrong,)))
        assert (fault.kind, fault.certainty) == ("not_closed", "likely")
        assert "height" in fault.what
        assert "stride_length_m" in fault.spoils


def test_a_steep_slope_is_no_fault(virtual: Callable[..., VirtualSession]) -> None:
    """A foot that climbs 15 % does not come back to its height, and nothing is told."""
    session = virtual(seconds=20.0, seed=3, slope_percent=15.0).session
    assert diagnose(session) == ()
