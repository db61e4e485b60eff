"""What a sensor's quality record says, from figures that are set by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.results import Bout, Fault
from gait.analysis.session.quality import fault_line, quality_of
from gait.analysis.signal.timing import Census
from gait.analysis.strides.detector import Alignment
from gait.analysis.strides.stride_batch import empty_batch
from gait.recording.model import Recording

BOUTS = (
    Bout(0.0, 2.0, "still"),
    Bout(2.0, 12.0, "running"),
    Bout(12.0, 15.0, "walking"),
    Bout(15.0, 17.0, "gap"),
)
FAULT = Fault("gyr_lag", "left shoe", "likely", "the gyroscope is late", ("contact_ms",), "mend it")


def _quality(rate_hz: float = 208.0, nominal_hz: float = 208.0, **more):
    time_s = np.arange(0.0, 20.0, 1.0 / rate_hz)
    time_s = time_s[(time_s < 15.0) | (time_s > 17.0)]
    census = Census()
    census.add(time_s)
    still = np.tile([0.0, 0.0, 9.8], (len(time_s), 1))
    recording = Recording("shoe", "left", time_s, still, still, rate_hz=nominal_hz, notes=("as read",))
    batch = replace(
        empty_batch(4), walking=np.array([0.0, 0.0, 0.0, 1.0]), clipped=np.array([True, False, False, True])
    )
    alignment = Alignment(score=0.8, slips=((9.0, 12.5),))
    return quality_of(recording, census, 16.0, alignment, batch, BOUTS, **more)


def test_times_gaps_and_shares() -> None:
    """Seconds of each kind, the gap, and the clipped share of running strides alone."""
    found = _quality()
    assert (found.running_s, found.walking_s, found.still_s, found.other_s) == (10.0, 3.0, 2.0, 0.0)
    assert found.missing_s == pytest.approx(2.0, abs=0.02)
    assert len(found.gaps) == 1
    assert found.clipped_share == pytest.approx(1.0 / 3.0)
    assert (found.aligned, found.strides) == (True, 4)
    assert [(one.time_s, one.angle_deg) for one in found.slips] == [(9.0, 12.5)]


def test_notes_say_what_matters() -> None:
    """What the reader noted, a clock that is off, a low rate, a gap; nothing of a sound sensor's clock."""
    sound = _quality().notes
    assert "as read" in sound
    assert any("gap" in note for note in sound)
    assert not any("clock" in note for note in sound)
    off = _quality(rate_hz=202.0).notes
    assert any("clock runs -2.9 %" in note for note in off)
    assert any(note.startswith("60 samples a second are few") for note in _quality(60.0, 60.0).notes)


def test_a_slow_sensor_tells_no_shift() -> None:
    """Below 45 Hz a shift of the sensor cannot be told, and is not."""
    assert _quality(26.0, 26.0).slips == ()


def test_faults_and_refusals_become_notes() -> None:
    """A fault of this sensor is a line of how sure, what and what to do; another sensor's is not its own."""
    assert fault_line(FAULT) == "Likely: the gyroscope is late; mend it."
    found = _quality(faults=(FAULT, replace(FAULT, sensor="right shoe", what="other")), looks_like="walking")
    assert fault_line(FAULT) in found.notes
    assert not any("other" in note for note in found.notes)
    assert "This looks like walking." in found.notes
    assert found.not_measured["contact_ms"] == "the gyroscope is late"
