"""A run whose accelerometer is cut off: no stride, and the true reason on the result."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.analyze import analyze
from gait.analysis.faults.broken_axes import acc_cut_off
from gait.analysis.faults.survey import Survey
from gait.units import STANDARD_GRAVITY


@pytest.mark.parametrize("gyroscope", [True, False])
def test_a_silent_run_says_why(virtual, gyroscope) -> None:
    """At 2 g a run shows no stride: fault, metrics and note name the limit, not a phone or a bicycle."""
    session = virtual(speed_m_s=3.5, style_seed=8).session
    one = next(sensor for sensor in session.recordings if sensor.placement == "shoe")
    most = 2.0 * STANDARD_GRAVITY
    cut = replace(one, acc=one.acc.clip(-most, most), acc_range_g=2.0, gyr=one.gyr if gyroscope else None)
    found = analyze(replace(session, recordings=(cut,)))
    assert len(found.strides) == 0
    assert [fault.kind for fault in found.faults] == ["acc_cut_off"]
    assert found.faults[0].value == pytest.approx(2.0, abs=0.01)
    for name in ("cadence_spm", "contact_ms"):
        assert found.not_measured[name] == found.faults[0].what
    assert "ends at 2.0 g" in found.sensors[0].notes[0]
    assert found.sensors[0].looks_like == ""


def test_a_sensor_at_rest_is_not_cut_off() -> None:
    """A coarse sensor that lies still repeats its largest value all the time, and is sound."""
    survey = Survey()
    survey.add(np.arange(2000) / 100.0, np.tile([0.0, 0.0, 9.81], (2000, 1)), None)
    assert acc_cut_off(None, survey) == ()
