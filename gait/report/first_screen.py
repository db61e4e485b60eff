"""The answer: the run in a line, three to five numbers, what stands out, the one thing to do next."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from gait.analysis.metrics import METRICS
from gait.analysis.results import Analysis, Metric
from gait.coaching.model import Finding
from gait.report.numbers import Shown, duration, number, show, show_metric
from gait.report.page.gauges import balance_gauge, band_gauge, share_gauge
from gait.report.population_bands import BALANCE_EVEN_PCT, BANDS, band_of
from gait.report.words import Words

__all__ = ["Headline", "certainty", "headlines", "run_line", "standing_out", "started_text"]

MOST = 5
LEAST = 3
ORDER = ("cadence_spm", "contact_ms", "strike", "shank_angle_deg", "pronation_excursion_deg", "balance")
"""Numbers that lead, where they were measured; `FILL` makes up `LEAST` where few were."""
FILL = ("tibial_peak_g", "speed_m_s", "flight_ms", "peak_acc_g", "stride_ms", "duty_factor")

SURE_PCT = (1.0, 4.0, 10.0)
"""Half-width in per cent of the value up to which a number is very sure, sure, roughly right."""
SURE_DEG = (1.0, 3.0, 6.0)
"""The same for angles, degrees."""
LEVELS = ("very_sure", "sure", "roughly", "rough_guide")


@dataclass(frozen=True)
class Headline:
    """One number of the first screen.

    ``certainty`` and ``place`` (its band) are words; ``direction`` says which way matters; ``picture`` may be
    empty.
    """

    name: str
    label: str
    shown: Shown
    certainty: str
    place: str
    direction: str
    picture: Markup
    source: str = ""


def certainty(value: float, uncertainty: float | None, *, angle: bool) -> str:
    """Return the level of certainty of a number: a key of the catalogue's ``sure`` section.

    Examples
    --------
    >>> certainty(168.0, 0.3, angle=False), certainty(9.0, 8.0, angle=True)
    ('very_sure', 'rough_guide')
    """
    if uncertainty is None or not math.isfinite(uncertainty):
        return "unknown"
    size = uncertainty if angle else 100.0 * uncertainty / max(abs(value), 1e-9)
    limits = SURE_DEG if angle else SURE_PCT
    return LEVELS[sum(size > limit for limit in limits)]


def run_line(analysis: Analysis, words: Words) -> str:
    """Return the run in a line: how long, what of it was running, how many strides, from which sensors."""
    parts = []
    ran, walked = analysis.time_in("running"), analysis.time_in("walking")
    distance = analysis.run.distance_m
    if distance:
        parts.append(words("run.distance", km=number(distance / 1000.0, 2)))
    parts.append(
        words("run.ran", time=duration(ran)) if ran else words("run.long", time=duration(analysis.duration_s))
    )
    if walked >= 1.0:
        parts.append(words("run.walked", time=duration(walked)))
    strides = analysis.strides
    count = int((strides["activity"] == "running").sum()) if len(strides) else 0
    if count:
        parts.append(words("run.strides", n=number(count, 0)))
    *first, last = [words(f"sensor.{s.side}.{s.placement}") for s in analysis.sensors] or [""]
    parts.append(words("list.and").join([words("list.comma").join(first), last] if first else [last]))
    return " · ".join(part for part in parts if part)


def started_text(started: str, words: Words) -> str:
    """Return the start for people, such as ``1 May 2026, 07:32``; empty when unknown or unreadable."""
    try:
        when = datetime.fromisoformat(started)
    except ValueError:
        return ""
    month = words(f"month.{when.month}")
    return words("run.when", day=when.day, month=month, year=when.year, time=f"{when:%H:%M}")


def headlines(analysis: Analysis, words: Words) -> tuple[Headline, ...]:
    """Return the three to five numbers that matter most of those measured; fewer when fewer were."""
    made = [one for one in (_headline(analysis, name, words) for name in ORDER) if one is not None][:MOST]
    spare = (_headline(analysis, name, words) for name in FILL)
    made += [one for one in spare if one is not None][: max(0, LEAST - len(made))]
    return tuple(made)


def _headline(analysis: Analysis, name: str, words: Words) -> Headline | None:
    if name == "balance":
        return _balance(analysis.metrics.get("contact_ms"), words)
    if name == "strike":
        return _strike(analysis, words)
    metric = analysis.metrics.get(name)
    if metric is None or not math.isfinite(metric.value):
        return None
    return _plain(metric, words)


def _plain(metric: Metric, words: Words) -> Headline:
    """A metric as it is, in its band where it has one."""
    name = metric.name
    shown = show_metric(metric)
    place = _place(name, metric, words)
    picture = band_gauge(name, metric.value, metric.uncertainty, f"{shown.text}; {place}")
    sure = certainty(metric.value, metric.uncertainty, angle=METRICS[name].unit == "°")
    if metric.lower_bound:
        place = words("sure.lower_bound")
    source = BANDS[name].source if name in BANDS else ""
    direction = words.get(f"direction.{name}")
    return Headline(
        name,
        words(f"metric.{name}"),
        shown,
        words(f"sure.{sure}"),
        place,
        direction,
        picture or Markup(),
        source,
    )


def _place(name: str, metric: Metric, words: Words) -> str:
    """Where the value lies among runners; says so when its interval reaches into other bands."""
    band = band_of(name, metric.value)
    if band is None:
        return ""
    low = band_of(name, metric.value - metric.uncertainty)
    high = band_of(name, metric.value + metric.uncertainty)
    if low == high:
        return words(f"band.{name}.{band}")
    return words("band.between", a=words(f"band.{name}.{low}"), b=words(f"band.{name}.{high}"))


def _strike(analysis: Analysis, words: Words) -> Headline | None:
    """The angle with the shares of the classes."""
    metric = analysis.metrics.get("strike_angle_deg")
    if metric is None or not math.isfinite(metric.value):
        return None
    shown = show_metric(metric)
    sure = words(f"sure.{certainty(metric.value, metric.uncertainty, angle=True)}")
    shares = dict(metric.shares or {})
    parts = ", ".join(f"{words(f'strike.{k}')} {number(100.0 * v, 0)} %" for k, v in shares.items())
    picture = share_gauge(shares, parts) if shares else Markup()
    return Headline(
        "strike", words("metric.strike_angle_deg"), shown, sure, parts, words("direction.strike"), picture,
        "Altman & Davis 2012",
    )  # fmt: skip


def _balance(contact: Metric | None, words: Words) -> Headline | None:
    """Share of contact time of each foot, with the difference in words."""
    if (
        contact is None
        or contact.left is None
        or contact.right is None
        or not contact.left + contact.right > 0
    ):
        return None
    both = contact.left + contact.right
    left = 100.0 * contact.left / both
    spread = None if contact.difference_uncertainty is None else 50.0 * contact.difference_uncertainty / both
    shown = show(left, spread, 1, "%")
    pair = Shown(f"{shown.value} : {number(100.0 - left, max(0, len(shown.value) - 3))}", shown.spread, "%")
    if contact.difference_shown:
        side = "left" if contact.left > contact.right else "right"
        place = words(
            "balance.longer", side=words(f"side.{side}"), n=number(abs(contact.left - contact.right), 0)
        )
    else:
        place = words("balance.none")
    if max(left, 100.0 - left) > BALANCE_EVEN_PCT and contact.difference_shown:
        place += words("balance.beyond")
    picture = balance_gauge(left, spread or 0.0, f"{pair.text}; {place}")
    sure = words(f"sure.{certainty(50.0, spread, angle=False)}")
    return Headline(
        "balance", words("metric.balance"), pair, sure, place, words("direction.balance"), picture,
        "Garmin Enduro 3 manual",
    )  # fmt: skip


def standing_out(findings: Iterable[Finding], most: int = 3) -> Sequence[Finding]:
    """Return what is present, surest first, at most so many."""
    present = [one for one in findings if one.outcome == "present"]
    return sorted(present, key=lambda one: -(one.certainty or 0.0))[:most]
