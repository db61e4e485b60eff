"""Quality of a recording and the limits of what it shows, in words."""

from __future__ import annotations

import numpy as np

from gait.analysis.results import Bout, Fault, SensorQuality, Slip
from gait.analysis.session.not_measured import reasons_of_sensor
from gait.analysis.signal.timing import Census
from gait.analysis.strides.detector import ALIGNED_SCORE, Alignment
from gait.analysis.strides.stride_batch import StrideBatch
from gait.recording.model import Recording
from gait.sentences import sentence

__all__ = ["UNITS", "fault_line", "quality_of"]

SLIP_FROM_HZ = 45.0
"""Samples a second below which a foot-flat is too short to tell a shift of the sensor by (chosen: at 25 Hz 22
deg of it were told on a firm sensor)."""

CLOCK_OFF = 0.005
"""Relative difference between nominal and fitted rate worth a remark (chosen: ten times what an RC oscillator
may be off, `gait.journal.clock`, and less than a step a minute)."""


UNITS = sentence(
    "units not confirmed: it is never at rest, and without a gyroscope's strides gravity does not show; "
    "an error of scale would not either (stand still for a second at the start)"
)


def quality_of(
    recording: Recording,
    census: Census,
    acc_range_g: float | None,
    alignment: Alignment,
    batch: StrideBatch,
    bouts: tuple[Bout, ...],
    faults: tuple[Fault, ...] = (),
    looks_like: str = "",
    *,
    units_confirmed: bool = True,
) -> SensorQuality:
    """Return the quality record of one sensor; of `recording` all but the samples is looked at.

    Parameters
    ----------
    faults
        Of the session; those of this sensor become notes and reasons.
    looks_like
        Why strides were turned down, in words.
    units_confirmed
        Whether anything in the recording shows gravity.
    """
    gaps = census.gaps(recording.rate_hz)
    times = {kind: sum(b.end_s - b.start_s for b in bouts if b.kind == kind) for kind in _KINDS}
    running = batch.walking < 0.5
    score = alignment.score
    slow = bool(np.isfinite(census.rate_hz)) and census.rate_hz < SLIP_FROM_HZ
    clipped_share = float(batch.clipped[running].mean()) if running.any() else 0.0
    return SensorQuality(
        placement=recording.placement,
        side=recording.side,
        source=recording.source,
        samples=census.samples,
        duration_s=census.end_s - census.start_s,
        rate_hz=census.rate_hz,
        nominal_rate_hz=recording.rate_hz,
        has_gyr=recording.gyr is not None and not alignment.accelerometer_alone,
        missing_s=float(sum(stop - start for start, stop in gaps)),
        gaps=gaps,
        clipped_share=clipped_share,
        acc_range_g=acc_range_g,
        alignment_score=score,
        aligned=score is not None and score >= ALIGNED_SCORE,
        running_s=times["running"],
        walking_s=times["walking"],
        still_s=times["still"],
        other_s=times["other"],
        strides=len(batch),
        slips=() if slow else tuple(Slip(when, angle) for when, angle in alignment.slips),
        not_measured=reasons_of_sensor(recording, alignment, faults, clipped=clipped_share > 0.0),
        notes=(
            *(fault_line(fault) for fault in faults if fault.sensor in ("", recording.name)),
            *((sentence("This looks like {what}.", what=looks_like),) if looks_like else ()),
            *((UNITS,) if not units_confirmed and len(batch) else ()),
            *_notes(recording, census, gaps),
        ),
        device=str(recording.device.get("name", "")) if recording.device else "",
        looks_like=looks_like,
    )


def fault_line(fault: Fault) -> str:
    """Return a fault as one line for people: how sure, what, what to do."""
    if fault.certainty == "clear":
        return sentence("Clear: {what}; {todo}.", what=fault.what, todo=fault.todo)
    if fault.certainty == "likely":
        return sentence("Likely: {what}; {todo}.", what=fault.what, todo=fault.todo)
    return sentence("Cause cannot be told: {what}; {todo}.", what=fault.what, todo=fault.todo)


_KINDS = ("running", "walking", "still", "other")


def _notes(recording: Recording, census: Census, gaps: tuple[tuple[float, float], ...]) -> tuple[str, ...]:
    notes = list(recording.notes)
    rate = census.rate_hz
    if recording.rate_hz and np.isfinite(rate) and abs(rate / recording.rate_hz - 1.0) > CLOCK_OFF:
        percent = 100.0 * (rate / recording.rate_hz - 1.0)
        notes.append(
            sentence(
                "the sensor's clock runs {percent:+.1f} % off its nominal rate; times are as recorded",
                percent=percent,
            )
        )
    if census.uneven:
        notes.append(sentence("the samples are unevenly spaced; they were interpolated"))
    if np.isfinite(rate) and rate < 95.0:
        notes.append(
            sentence(
                "{rate:.0f} samples a second are few for contact times; their uncertainty is larger",
                rate=rate,
            )
        )
    if len(gaps) == 1:
        notes.append(sentence("1 gap in the recording"))
    elif gaps:
        notes.append(sentence("{n} gaps in the recording", n=len(gaps)))
    return tuple(notes)
