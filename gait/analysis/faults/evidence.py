"""Samples, strides and figures of one sensor, for the checks to look at."""

from __future__ import annotations

from dataclasses import dataclass

from gait.analysis.faults.parts import Part
from gait.analysis.faults.survey import Survey
from gait.analysis.strides.detector import Alignment
from gait.analysis.strides.stride_batch import StrideBatch
from gait.recording.model import Recording

__all__ = ["Evidence"]


@dataclass(frozen=True)
class Evidence:
    """Samples and strides of one sensor that the checks look at.

    Attributes
    ----------
    recording
        All but the samples.
    samples
        With the samples within `closure.stride_spans` at least.
    survey
        Figures over all samples.
    rate_hz
        Fitted from the times.
    batch
        Running and walking strides that feel like a leg's.
    alignment
        How the sensor sits.
    parts
        Spans of time in which the sensor reads what no leg does; no stride of `batch` is within them.
    """

    recording: Recording
    samples: Recording
    survey: Survey
    rate_hz: float
    batch: StrideBatch
    alignment: Alignment
    parts: tuple[Part, ...] = ()
