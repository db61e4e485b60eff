"""Hold the results of an analysis as frozen values that coaching and the report read.

Angles are degrees here and rates deg/s: these are the numbers people and files get. Every uncertainty is
the half-width of a 95 % interval unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from gait.arrays import FloatArray
from gait.frames import Placement, Side
from gait.recording.model import RunInfo, RunnerInfo

__all__ = [
    "STRIDE_COLUMNS",
    "Analysis",
    "Bout",
    "Certainty",
    "Fault",
    "Kind",
    "Metric",
    "SensorQuality",
    "Slip",
    "Watch",
    "WatchLap",
    "Waveform",
]

Kind = Literal["running", "walking", "still", "other", "gap"]
"""``other``: movement that is neither gait nor rest, such as handling the sensor."""

Certainty = Literal["clear", "likely", "cannot tell"]
"""Certainty of a fault's cause: ``cannot tell`` where the data fit another cause as well."""

STRIDE_COLUMNS: tuple[str, ...] = (
    "side",
    "ic_s",
    "tc_s",
    "next_ic_s",
    "contact_ms",
    "flight_ms",
    "stride_ms",
    "duty_factor",
    "strike_angle_deg",
    "strike",
    "p_rearfoot",
    "p_midfoot",
    "p_forefoot",
    "pronation_excursion_deg",
    "pronation_rate_dps",
    "shank_angle_deg",
    "stride_length_m",
    "speed_m_s",
    "peak_acc_g",
    "clipped",
    "activity",
    # Additions to the contract's columns, always behind them.
    "placement",
    "cadence_spm",
    "step_ms",
    "contact_u_ms",
    "strike_angle_u_deg",
    "circumduction_cm",
    "vertical_oscillation_cm",
    "frontal_excursion_deg",
    "tibial_peak_g",
    "marks",
    "turn_deg",
)
"""Columns of `Analysis.strides`, in order. ``marks`` is text: words joined by spaces, of ``gap`` (touches a
gap), ``turn``, ``start``, ``stop``, ``clipped``, ``slipped``, ``uncertain``; empty for a clean stride."""


@dataclass(frozen=True)
class Metric:
    """One metric over the run, with its uncertainty.

    Attributes
    ----------
    name
        Key of `gait.analysis.metrics.METRICS`.
    value
        Median over running strides (mean of the two sides' medians where both are there).
    uncertainty
        Half-width of the 95 % interval of ``value``: scatter of the median and the method's systematic part.
    sd
        Spread from stride to stride.
    n
        Number of strides that the value rests on.
    left, right
        Value a side, None where that side was not measured.
    left_uncertainty, right_uncertainty
        Half-widths for those.
    asymmetry_pct
        Symmetry index 100 (L - R) / ((L + R) / 2); None unless both sides; None for angles.
    difference, difference_uncertainty
        L - R in the metric's unit with its 95 % half-width (systematic parts shared by both sides cancel).
    shares
        ``strike_angle_deg`` and ``strike`` only: share of strides in each class.
    lower_bound
        True where clipping makes the value a lower bound.
    """

    name: str
    value: float
    uncertainty: float
    sd: float
    n: int
    left: float | None = None
    right: float | None = None
    left_uncertainty: float | None = None
    right_uncertainty: float | None = None
    asymmetry_pct: float | None = None
    difference: float | None = None
    difference_uncertainty: float | None = None
    shares: Mapping[str, float] | None = None
    lower_bound: bool = False

    @property
    def difference_shown(self) -> bool:
        """Return True where the interval of the left-right difference leaves out zero."""
        if self.difference is None or self.difference_uncertainty is None:
            return False
        return abs(self.difference) > self.difference_uncertainty


@dataclass(frozen=True)
class Fault:
    """Something in a recording that contradicts itself or the laws of motion, with what follows from it.

    Attributes
    ----------
    kind
        Stable name, such as ``acc_unit``, ``gyr_lag``, ``other_side``.
    sensor
        ``left shoe`` and the like; empty where the whole session is meant.
    certainty
        How sure the cause is.
    what
        What was found, with its numbers, in words for people.
    spoils
        Metrics (keys of `gait.analysis.metrics.METRICS`) that are wrong because of it; they are withheld.
        With the certainty ``cannot tell`` they are given with a wider interval.
    todo
        Remedy, as a sentence.
    value
        The measured size: a factor, or ms for a lag; None where there is none.
    refuses
        True where no number can be given from the sensor before the fault is mended.
    span_s
        The part of the recording that it spoils, s; None for all of it.
    by_axis
        The size on x, y and z, such as deg/s of an offset; empty where there is one for all.
    """

    kind: str
    sensor: str
    certainty: Certainty
    what: str
    spoils: tuple[str, ...]
    todo: str
    value: float | None = None
    refuses: bool = False
    span_s: tuple[float, float] | None = None
    by_axis: tuple[float, ...] = ()


@dataclass(frozen=True)
class Bout:
    """A stretch of one activity, [start_s, end_s) of session time."""

    start_s: float
    end_s: float
    kind: Kind


@dataclass(frozen=True)
class Slip:
    """A change of the sensor's mounting during the run: its time in s and its angle in degrees."""

    time_s: float
    angle_deg: float


@dataclass(frozen=True)
class SensorQuality:
    """Quality of one sensor's recording.

    Attributes
    ----------
    rate_hz
        Fitted from the times; ``nominal_rate_hz`` from the preamble or None.
    has_gyr
        Whether a gyroscope was read: one that stands at its limit too long is not.
    missing_s
        Total time in gaps.
    gaps
        (start_s, end_s) of each.
    clipped_share
        Share of running strides with a clipped sample.
    acc_range_g
        Full scale, as stated or as inferred from a plateau; None unknown.
    alignment_score
        0 (failed) to 1; None where nothing could be aligned (no gyroscope).
    aligned
        True where the score suffices for the metrics that need an aligned sensor.
    running_s, walking_s, still_s, other_s
        Time in each activity.
    strides
        Strides found (all activities).
    slips
        Mounting changes in mid-run.
    not_measured
        Metric name -> why, in words for people.
    notes
        Further remarks in words, such as ``"sensor clock 0.8 % off nominal"``.
    looks_like
        Why its movement is not counted as running, in words for people; empty where no stride was rejected.
    """

    placement: Placement
    side: Side
    source: str
    samples: int
    duration_s: float
    rate_hz: float
    nominal_rate_hz: float | None
    has_gyr: bool
    missing_s: float
    gaps: tuple[tuple[float, float], ...]
    clipped_share: float
    acc_range_g: float | None
    alignment_score: float | None
    aligned: bool
    running_s: float
    walking_s: float
    still_s: float
    other_s: float
    strides: int
    slips: tuple[Slip, ...] = ()
    not_measured: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    device: str = ""
    looks_like: str = ""

    @property
    def name(self) -> str:
        """Return the sensor's name, such as ``left shoe``."""
        return f"{self.side} {self.placement}"


@dataclass(frozen=True)
class Waveform:
    """The mean running stride of one sensor, from contact to contact, on 101 points (0-100 % of the stride).

    Attributes
    ----------
    acc_g, acc_sd_g
        (101, 3) specific force, g, segment frame (norm in column 0 and NaN elsewhere if not aligned).
    gyr_dps, gyr_sd_dps
        (101, 3) deg/s, segment frame; None without a gyroscope.
    pitch_deg
        (101,) segment pitch above flat, toes up positive; None where not aligned.
    roll_deg
        (101,) eversion positive, from contact; None where not aligned.
    path_m
        (101, 3) foot path from contact, world frame (x progression, y left, z up); None unless known.
    tc_pct
        Terminal contact, per cent of the stride.
    """

    placement: Placement
    side: Side
    n: int
    tc_pct: float
    acc_g: FloatArray
    acc_sd_g: FloatArray
    gyr_dps: FloatArray | None = None
    gyr_sd_dps: FloatArray | None = None
    pitch_deg: FloatArray | None = None
    roll_deg: FloatArray | None = None
    path_m: FloatArray | None = None


@dataclass(frozen=True)
class WatchLap:
    """A lap that the watch marked, [start_s, end_s) of session time; None what it did not measure."""

    start_s: float
    end_s: float
    distance_m: float | None
    heart_rate_bpm: float | None
    climb_m: float | None


@dataclass(frozen=True)
class Watch:
    """Values that the watch's activity added, over the time of the session.

    Attributes
    ----------
    source
        Name of its file (untrusted text).
    offset_s, offset_uncertainty_s
        The watch's time (s since 1970) minus session time, with its 95 % half-width.
    aligned_by, certainty, correlation
        Source of the clock offset, its certainty (``cannot tell`` where nothing confirms it), and the
        correlation of the two cadence series (None where the watch kept no cadence).
    gain
        Factor on the strides' own lengths; None where strides have no length or the runner gave a distance.
    distance_m, heart_rate_bpm, heart_rate_max_bpm, climb_m
        Over the session; None where the watch did not measure it.
    """

    source: str
    offset_s: float
    aligned_by: Literal["cadence", "start time"]
    certainty: Certainty
    offset_uncertainty_s: float
    correlation: float | None
    gain: float | None
    distance_m: float | None
    heart_rate_bpm: float | None
    heart_rate_max_bpm: float | None
    climb_m: float | None
    laps: tuple[WatchLap, ...] = ()


@dataclass(frozen=True, eq=False)
class Analysis:
    """Result of the analysis of one session.

    Attributes
    ----------
    name, started
        Session's name (untrusted text) and wall-clock start (ISO 8601 or empty).
    runner, run
        Facts about the runner and the run, as the session has them.
    strides
        One row a stride of a leg, sorted by ``ic_s``; columns `STRIDE_COLUMNS`; a value that could not be
        measured is NaN (or empty text), never a guess.
    metrics
        Name -> `Metric` over running strides; a metric that no sensor could give is absent.
    walking
        The same over walking strides; empty when nobody walked.
    activity
        Bouts in time order, without overlap, covering the session.
    sensors
        One `SensorQuality` a recording.
    waveforms
        One `Waveform` a sensor with enough running strides.
    not_measured
        Metric name -> why, where no sensor of the session could give it.
    settings
        Version, options and calibration with which the analysis can be repeated.
    faults
        Faults of the recordings; metrics that a fault spoils are withheld or get a wider interval.
    watch
        Values of the watch's activity; None without one.
    axes
        Sensor's name -> (time, s of session time from which it holds; (3, 3) rows forward, left and up of the
        segment in the sensor frame), in the order of time. A sensor whose axes were not found is absent.
    """

    name: str
    started: str
    runner: RunnerInfo
    run: RunInfo
    strides: pd.DataFrame
    metrics: Mapping[str, Metric]
    walking: Mapping[str, Metric]
    activity: tuple[Bout, ...]
    sensors: tuple[SensorQuality, ...]
    waveforms: tuple[Waveform, ...]
    not_measured: Mapping[str, str]
    settings: Mapping[str, str]
    faults: tuple[Fault, ...] = ()
    watch: Watch | None = None
    axes: Mapping[str, tuple[tuple[float, FloatArray], ...]] = field(default_factory=dict)

    @property
    def duration_s(self) -> float:
        """Return the length of the session, s."""
        return self.activity[-1].end_s - self.activity[0].start_s if self.activity else 0.0

    def time_in(self, kind: Kind) -> float:
        """Return the time spent in one activity, s.

        Parameters
        ----------
        kind
            Activity, as a `Bout` has it.
        """
        return sum(bout.end_s - bout.start_s for bout in self.activity if bout.kind == kind)
