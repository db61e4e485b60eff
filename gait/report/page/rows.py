"""Rows of the page's tables: all the numbers, left against right, first against last third, each sensor."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from gait.analysis.metrics import METRICS
from gait.analysis.results import Analysis, Metric, SensorQuality
from gait.report import series
from gait.report.numbers import clean, decimals_for, duration, number, show, show_metric, signed, units
from gait.report.page.gauges import whisker
from gait.report.words import Words

__all__ = ["DifferenceRow", "NumberRow", "SensorRow", "number_rows", "sensor_rows", "side_rows", "third_rows"]

TIRING = (
    "cadence_spm",
    "contact_ms",
    "flight_ms",
    "strike_angle_deg",
    "pronation_excursion_deg",
    "speed_m_s",
)
"""What is compared between the first and the last third."""
WIDEST = 0.9
"""Share of the scale's half that the longer end of a row's interval reaches."""


@dataclass(frozen=True)
class NumberRow:
    """One metric in the table of all: value with ±, spread from stride to stride, strides, each side."""

    label: str
    value: str
    spread: str
    n: str
    left: str
    right: str
    what: str
    lower_bound: bool


@dataclass(frozen=True)
class DifferenceRow:
    """Two values of one metric, what lies between them, and whether that is more than chance."""

    label: str
    first: str
    second: str
    difference: str
    verdict: str
    shown: bool
    picture: Markup


@dataclass(frozen=True)
class SensorRow:
    """How good one sensor's recording was, as (label, value) pairs, with remarks and what is missing."""

    name: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def number_rows(analysis: Analysis, words: Words, *, walking: bool = False) -> tuple[NumberRow, ...]:
    """Return every metric that was measured, in the order people see them."""
    metrics = analysis.walking if walking else analysis.metrics
    return tuple(_number_row(metrics[name], words) for name in METRICS if name in metrics)


def _number_row(metric: Metric, words: Words) -> NumberRow:
    info = METRICS[metric.name]
    return NumberRow(
        words(f"metric.{metric.name}"),
        show_metric(metric).text,
        number(metric.sd, info.decimals + 1) if math.isfinite(metric.sd) else "–",
        number(float(metric.n), 0),
        show(metric.left, metric.left_uncertainty, info.decimals, "").text if metric.left is not None else "",
        show(metric.right, metric.right_uncertainty, info.decimals, "").text
        if metric.right is not None
        else "",
        words(f"what.{metric.name}"),
        metric.lower_bound,
    )


def side_rows(analysis: Analysis, words: Words) -> tuple[DifferenceRow, ...]:
    """Return left against right for each metric that has both sides and an interval for the difference."""
    metrics = (analysis.metrics[name] for name in METRICS if name in analysis.metrics)
    rows = (_side_row(metric, words) for metric in metrics if metric.name not in {"cadence_spm", "speed_m_s"})
    return tuple(row for row in rows if row is not None)


def _side_row(metric: Metric, words: Words) -> DifferenceRow | None:
    left, right = metric.left, metric.right
    gap, spread = metric.difference, metric.difference_uncertainty
    if left is None or right is None or gap is None or spread is None:
        return None
    if not all(math.isfinite(value) for value in (left, right, gap, spread)):
        return None
    side = words("side.left") if gap > 0 else words("side.right")
    verdict = words("sides.more", side=side) if metric.difference_shown else words("sides.none")
    return _difference_row(metric.name, left, right, gap, spread, verdict, words)


def _difference_row(
    name: str, first: float, second: float, gap: float, spread: float, verdict: str, words: Words
) -> DifferenceRow:
    """Put a difference into words and a picture."""
    info = METRICS[name]
    places = decimals_for(spread, info.decimals)
    text = f"{signed(gap, places)} ± {number(spread, places)}{units(info.unit)}"
    label = words(f"metric.{name}")
    reach = max(abs(gap) + spread, 1e-9) / WIDEST
    return DifferenceRow(
        label,
        number(first, places),
        number(second, places),
        text,
        verdict,
        abs(gap) > spread,
        whisker(gap, spread, reach, f"{label}: {text}; {verdict}"),
    )


def third_rows(analysis: Analysis, words: Words) -> tuple[DifferenceRow, ...]:
    """Return first against last third of the running; empty for a run too short to tell."""
    strides = series.running(analysis.strides, clean=True)
    rows = []
    for name in TIRING:
        third = series.thirds(strides, name) if name in strides else None
        if third is not None:
            verdict = words("thirds.none")
            if third.shown:
                verdict = words("thirds.up") if third.change > 0 else words("thirds.down")
            rows.append(
                _difference_row(
                    name, third.first, third.last, third.change, third.uncertainty, verdict, words
                )
            )
    return tuple(rows)


def sensor_rows(analysis: Analysis, words: Words) -> tuple[SensorRow, ...]:
    """Return each sensor's quality in words."""
    return tuple(_sensor_row(sensor, words) for sensor in analysis.sensors)


def _sensor_row(sensor: SensorQuality, words: Words) -> SensorRow:
    rate = f"{number(sensor.rate_hz, 1)} Hz"
    if sensor.nominal_rate_hz:
        rate = words("quality.of_nominal", rate=rate, nominal=number(sensor.nominal_rate_hz, 1))
    facts = [
        (words("quality.file"), clean(sensor.source, 80)),
        (words("quality.length"), duration(sensor.duration_s)),
        (words("quality.rate"), rate),
        (words("quality.missing"), _missing(sensor, words)),
        (words("quality.clipped"), _clipped(sensor, words)),
        (words("quality.mounting"), _mounting(sensor, words)),
        (words("quality.strides"), number(float(sensor.strides), 0)),
    ]
    if sensor.device:
        facts.insert(1, (words("quality.device"), clean(sensor.device, 80)))
    slips = tuple(
        words("quality.slip", minute=number(slip.time_s / 60.0, 1), angle=number(slip.angle_deg, 0))
        for slip in sensor.slips
    )
    name = words(f"sensor.{sensor.side}.{sensor.placement}")
    return SensorRow(
        name, tuple(pair for pair in facts if pair[1]), slips + tuple(clean(note) for note in sensor.notes)
    )


def _missing(sensor: SensorQuality, words: Words) -> str:
    if not sensor.gaps:
        return words("quality.no_gaps")
    return words("quality.gaps", n=len(sensor.gaps), time=f"{number(sensor.missing_s, 1)} s")


def _clipped(sensor: SensorQuality, words: Words) -> str:
    share = 100.0 * sensor.clipped_share
    scale = words("quality.scale", g=number(sensor.acc_range_g, 0)) if sensor.acc_range_g else ""
    return words("quality.clipped_share", share=number(share, 0 if share >= 10 else 1)) + scale


def _mounting(sensor: SensorQuality, words: Words) -> str:
    if not sensor.has_gyr:
        return words("quality.no_gyr")
    score = "" if sensor.alignment_score is None else f" ({number(100.0 * sensor.alignment_score, 0)} %)"
    return words("quality.aligned" if sensor.aligned else "quality.not_aligned") + score
