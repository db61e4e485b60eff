"""How good a recording was, and what it could not tell, in words."""

from __future__ import annotations

import numpy as np

from gait.analysis.results import Bout, SensorQuality, Slip
from gait.analysis.signal.timing import Census
from gait.analysis.strides.detector import ALIGNED_SCORE, Alignment
from gait.analysis.strides.stride_batch import StrideBatch
from gait.recording.model import Recording

__all__ = ["quality_of"]

CLOCK_OFF = 0.005
"""Relative difference between nominal and fitted rate worth a remark."""

LENGTH_TRUST = 0.12
"""Relative error of the closure's gravity above which distances are not given."""

SHOE_GYR = (
    "strike_angle_deg",
    "pronation_excursion_deg",
    "pronation_rate_dps",
    "circumduction_cm",
    "stride_length_m",
    "speed_m_s",
)
SHANK_ONLY = ("shank_angle_deg", "frontal_excursion_deg", "tibial_peak_g")


def _reasons(recording: Recording, alignment: Alignment) -> dict[str, str]:
    """Metric -> why this sensor could not give it."""
    if recording.placement == "shoe":
        return _shoe_reasons(recording, alignment)
    out = dict.fromkeys(SHOE_GYR, "needs a sensor with gyroscope on the shoe")
    if recording.gyr is None:
        out |= dict.fromkeys(SHANK_ONLY, "not measurable without a gyroscope")
    elif not alignment.stood:
        out["shank_angle_deg"] = "needs a second of standing still before the run, to know the upright shank"
    return out


def _shoe_reasons(recording: Recording, alignment: Alignment) -> dict[str, str]:
    out = dict.fromkeys(SHANK_ONLY, "needs a sensor on the shank")
    if recording.gyr is None:
        return out | dict.fromkeys(SHOE_GYR, "not measurable without a gyroscope")
    if alignment.score is None or alignment.score < ALIGNED_SCORE:
        why = "the sensor's mounting could not be worked out from the movement"
        out |= dict.fromkeys(SHOE_GYR[:4], why)
    if alignment.closure_error > LENGTH_TRUST:
        why = "the impacts exceeded what the accelerometer records, so distance is lost"
        out |= dict.fromkeys(("stride_length_m", "speed_m_s"), why)
    return out


def quality_of(
    recording: Recording,
    census: Census,
    acc_range_g: float | None,
    alignment: Alignment,
    batch: StrideBatch,
    bouts: tuple[Bout, ...],
) -> SensorQuality:
    """The quality record of one sensor; of `recording` all but the samples is looked at."""
    gaps = census.gaps(recording.rate_hz)
    times = {kind: sum(b.end_s - b.start_s for b in bouts if b.kind == kind) for kind in _KINDS}
    running = batch.walking < 0.5
    score = alignment.score
    return SensorQuality(
        placement=recording.placement,
        side=recording.side,
        source=recording.source,
        samples=census.samples,
        duration_s=census.end_s - census.start_s,
        rate_hz=census.rate_hz,
        nominal_rate_hz=recording.rate_hz,
        has_gyr=recording.gyr is not None,
        missing_s=float(sum(stop - start for start, stop in gaps)),
        gaps=gaps,
        clipped_share=float(batch.clipped[running].mean()) if running.any() else 0.0,
        acc_range_g=acc_range_g,
        alignment_score=score,
        aligned=score is not None and score >= ALIGNED_SCORE,
        running_s=times["running"],
        walking_s=times["walking"],
        still_s=times["still"],
        other_s=times["other"],
        strides=len(batch),
        slips=tuple(Slip(when, angle) for when, angle in alignment.slips),
        not_measured=_reasons(recording, alignment),
        notes=_notes(recording, census, gaps),
        device=str(recording.device.get("name", "")) if recording.device else "",
    )


_KINDS = ("running", "walking", "still", "other")


def _notes(recording: Recording, census: Census, gaps: tuple[tuple[float, float], ...]) -> tuple[str, ...]:
    notes = list(recording.notes)
    rate = census.rate_hz
    if recording.rate_hz and np.isfinite(rate) and abs(rate / recording.rate_hz - 1.0) > CLOCK_OFF:
        percent = 100.0 * (rate / recording.rate_hz - 1.0)
        notes.append(f"the sensor's clock runs {percent:+.1f} % off its nominal rate; times are as recorded")
    if census.uneven:
        notes.append("the samples are unevenly spaced; they were interpolated")
    if np.isfinite(rate) and rate < 95.0:
        notes.append(f"{rate:.0f} samples a second are few for contact times; their uncertainty is larger")
    if gaps:
        notes.append(f"{len(gaps)} gap{'s' if len(gaps) > 1 else ''} in the recording")
    return tuple(notes)
