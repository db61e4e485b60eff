"""One sensor: its strides against truth, its spans, and no strides where nobody moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gait.analysis.one_sensor import analysed_sensors
from gait.analysis.settings import AnalysisSettings
from gait.virtual.runner.simulate import VirtualSession

PLAIN = AnalysisSettings(waveforms=False)


def test_strides_spans_and_bouts_are_those_of_the_run(virtual: Callable[..., VirtualSession]) -> None:
    """Every contact of the truth is a stride within 20 ms, the run is one bout, and nothing is a fault."""
    made = virtual(seconds=15.0)
    (sensor,) = analysed_sensors(made.session.recordings, PLAIN)
    true = made.truth["ic_s"].to_numpy()[1:-1]
    assert np.abs(true[:, None] - sensor.batch.ic_s[None, :]).min(axis=1).max() < 0.02
    recording = made.session.recordings[0]
    assert sensor.span == (recording.time_s[0], recording.time_s[-1])
    assert sensor.gaps == ()
    assert [bout.kind for bout in sensor.bouts if bout.kind in ("running", "walking")] == ["running"]
    assert sensor.faults == ()
    assert sensor.units_confirmed
    assert len(sensor.times.batch) == len(sensor.batch)


def test_a_still_sensor_has_no_strides(virtual: Callable[..., VirtualSession]) -> None:
    """Standing alone gives no stride, and looks like no other movement."""
    made = virtual(parts=(("stand", 12.0),))
    (sensor,) = analysed_sensors(made.session.recordings, PLAIN)
    assert (len(sensor.batch), sensor.looks_like) == (0, "")


def test_sensors_come_in_the_order_of_the_recordings(virtual: Callable[..., VirtualSession]) -> None:
    """Each has the samples' own head; with two processes as with one."""
    recording = virtual(seconds=15.0).session.recordings[0]
    both = (recording, replace(recording, side="right", source="other.csv"))
    for processes in (1, 2):
        found = analysed_sensors(both, PLAIN, processes)
        assert [sensor.recording.side for sensor in found] == ["left", "right"]
        assert [sensor.recording.source for sensor in found] == [recording.source, "other.csv"]
