"""A sensor at rest and then shaken, by numbers alone."""

from __future__ import annotations

import numpy as np

from gait.analysis.faults.survey import Survey
from gait.recording.model import Recording
from gait.units import DEG, STANDARD_GRAVITY

TIME_S = np.arange(0.0, 20.0, 0.01)


def shaken(acc_scale: float = 1.0, gyr_scale: float = 1.0) -> Recording:
    """Return five seconds at rest, then shaking and turns of some 900 deg/s, times the factors."""
    rng = np.random.default_rng(8)
    moving = (TIME_S >= 5.0)[:, None]
    acc = rng.normal(0.0, 15.0, (len(TIME_S), 3)) * moving + np.array([0.0, 0.0, STANDARD_GRAVITY])
    gyr = 190.0 * DEG * rng.normal(size=(len(TIME_S), 3)) * moving
    return Recording("shoe", "left", TIME_S, acc_scale * acc, gyr_scale * gyr)


def surveyed(recording: Recording) -> Survey:
    """Return the figures over all samples of a recording."""
    survey = Survey()
    survey.add(recording.time_s, recording.acc, recording.gyr)
    return survey
