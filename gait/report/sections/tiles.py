"""Main numbers as tiles: value, certainty, scale, usual range at this speed, and the session before."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from gait.analysis.metrics import METRICS
from gait.analysis.results import Metric
from gait.arrays import FloatArray
from gait.grouped import medians_by
from gait.report.blocks import Scale, Section, Tile, Tiles
from gait.report.expected import Expected, expected_at, usual_range
from gait.report.numbers import Shown, decimals_for, number, pace, show, show_metric, signed, units
from gait.report.population_bands import BALANCE_EVEN_PCT, STRIKE_THRESHOLDS_DEG
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build", "certainty"]

MOST, LEAST = 5, 3  # number of tiles, at most and at least (chosen: a first screen)
ORDER = (
    "cadence_spm",
    "contact_ms",
    "strike",
    "shank_angle_deg",
    "balance",
    "pronation_excursion_deg",
    "tibial_peak_g",
)
"""Tiles in their order, where the metrics were measured; with fewer than `LEAST`, `FILL` are added."""
BESIDE_BALANCE = frozenset({"cadence_spm", "stride_ms", "speed_m_s", "contact_ms"})
"""Tiles without a value a side: metrics that both legs share, and contact time, which has a balance."""
WIDEST = 0.5
"""Relative half-width up to which a number of `FILL` is shown (chosen: a wider interval tells nothing)."""
FILL = ("speed_m_s", "flight_ms", "peak_acc_g", "stride_ms", "duty_factor")

SURE_PCT = (4.0, 10.0)
"""Half-widths, per cent of the value, up to which a number is sure, and roughly right (chosen: two such
numbers differ surely from some 6 % and 14 % on)."""
SURE_DEG = (3.0, 6.0)
"""Half-widths, degrees, up to which an angle is sure, and roughly right (chosen: a third, and two thirds, of
the 9.6 deg between rearfoot and forefoot)."""
SURE_BALANCE_PCT = (BALANCE_EVEN_PCT - 50.0, 3.0 * (BALANCE_EVEN_PCT - 50.0))
"""Half-widths, per cent, up to which a balance of the feet is sure, and roughly right (chosen: once and three
times the imbalance of most runners, `BALANCE_EVEN_PCT`)."""
LEVELS = ("sure", "roughly", "rough_guide")
SPARK_POINTS = 40
"""Number of points of a tile's small line (chosen: one in a few pixels on a phone)."""


@dataclass(frozen=True)
class _Ends:
    """Ends of a scale in the metric's unit, and the step by which it grows for a value outside."""

    low: float
    high: float
    step: float


ENDS: dict[str, _Ends] = {
    "cadence_spm": _Ends(140.0, 200.0, 10.0),
    "contact_ms": _Ends(160.0, 340.0, 20.0),
    "strike": _Ends(-15.0, 25.0, 5.0),
    "shank_angle_deg": _Ends(-5.0, 20.0, 5.0),
    "pronation_excursion_deg": _Ends(0.0, 20.0, 5.0),
    "tibial_peak_g": _Ends(0.0, 20.0, 5.0),
    "balance": _Ends(46.0, 54.0, 1.0),
    "speed_m_s": _Ends(1.5, 6.0, 0.5),
    "flight_ms": _Ends(0.0, 200.0, 20.0),
    "peak_acc_g": _Ends(0.0, 20.0, 5.0),
    "stride_ms": _Ends(550.0, 850.0, 50.0),
    "duty_factor": _Ends(0.2, 0.5, 0.05),
}
"""Tile -> scale, in the metric's unit (chosen: most runners lie within it at any pace)."""


def build(story: Story) -> Section | None:
    """Return the tiles of the metrics that were measured; None without any."""
    leading = (_tile(story, name) for name in ORDER)
    tiles = list(islice((tile for tile in leading if tile is not None), MOST))
    spare = (_tile(story, name) for name in FILL if _is_precise(story.metric(name)))
    tiles += islice((tile for tile in spare if tile is not None), max(0, LEAST - len(tiles)))
    if not tiles:
        return None
    return Section("tiles", story.words("section.tiles"), (Tiles(tuple(tiles)),))


def _is_precise(metric: Metric | None) -> bool:
    """Return whether a metric was measured with a relative half-width of at most `WIDEST`."""
    if metric is None or not metric.sd > 0.0:
        return False
    return metric.uncertainty <= WIDEST * abs(metric.value)


def certainty(value: float, uncertainty: float | None, *, angle: bool) -> str:
    """Return the certainty of a number as a key of the catalogue's ``sure`` section.

    Examples
    --------
    >>> certainty(168.0, 0.3, angle=False), certainty(9.0, 8.0, angle=True)
    ('sure', 'rough_guide')
    """
    if uncertainty is None or not math.isfinite(uncertainty):
        return "unknown"
    size = uncertainty if angle else 100.0 * uncertainty / max(abs(value), 1e-9)
    return _level(size, SURE_DEG if angle else SURE_PCT)


def _level(size: float, limits: tuple[float, float]) -> str:
    """Return the certainty of a half-width, in the unit of the limits (`SURE_PCT` or `SURE_DEG`)."""
    return LEVELS[sum(size > limit for limit in limits)]


def _tile(story: Story, name: str) -> Tile | None:
    if name == "balance":
        return _balance_tile(story)
    metric = story.metric("strike_angle_deg" if name == "strike" else name)
    if metric is None or not math.isfinite(metric.value):
        return None
    return _strike_tile(story, metric) if name == "strike" else _metric_tile(story, metric)


def _metric_tile(story: Story, metric: Metric) -> Tile:
    """Return the tile of a metric, with its scale and its usual range."""
    name, words, spec = metric.name, story.words, METRICS[metric.name]
    expected = _usual(story, name)
    usual, place = "", words.get(f"direction.{name}")
    if expected is not None:
        span = (
            f"{number(expected.low, spec.decimals)}–{number(expected.high, spec.decimals)}{units(spec.unit)}"
        )
        usual = (
            words("tile.usual_at", span=span, pace=pace(story.speed_m_s))
            if expected.at_speed
            else words("tile.usual", span=span)
        )
        place = _position_text(metric, expected.low, expected.high, words)
    elif usual_range(name) is not None:
        usual, place = words("tile.unstudied", pace=pace(story.speed_m_s)), ""
    if metric.lower_bound:
        place = words("sure.lower_bound")
    elif name not in BESIDE_BALANCE:
        place = f"{place} {_sides_text(metric, words)}".strip()
    shown = show_metric(metric)
    return Tile(
        name,
        words(f"metric.{name}"),
        shown,
        words(f"sure.{certainty(metric.value, metric.uncertainty, angle=spec.unit == '°')}"),
        _scale(name, metric, words, (expected.low, expected.high) if expected else None, _last(story, name)),
        usual,
        place,
        _last_text(story, name),
        _spark(story, name),
        f"{shown.text}. {usual} {place}",
    )


def _usual(story: Story, name: str) -> Expected | None:
    """Return the usual range of a metric, with its ends rounded as they are printed; None without one.

    With a known speed only a range at that speed is used: a range at any speed would judge the speed and not
    the runner.
    """
    has_speed = story.speed_m_s is not None and math.isfinite(story.speed_m_s)
    expected = expected_at(name, story.speed_m_s) if has_speed else usual_range(name)
    if expected is None:
        return None
    places = METRICS[name].decimals
    return replace(expected, low=round(expected.low, places), high=round(expected.high, places))


def _sides_text(metric: Metric, words: Words) -> str:
    """Return the number of each foot where their difference is shown; else empty."""
    if not metric.difference_shown or metric.left is None or metric.right is None:
        return ""
    spec = METRICS[metric.name]
    places = decimals_for(metric.uncertainty, spec.decimals)
    unit = units(spec.unit) if spec.unit == "°" else ""
    left, right = (f"{number(side_value, places)}{unit}" for side_value in (metric.left, metric.right))
    return words("tile.sides", left=left, right=right)


def _position_text(metric: Metric, low: float, high: float, words: Words) -> str:
    """Return the position of the interval against a range: inside, below, above, across one end or both."""
    bottom, top = metric.value - metric.uncertainty, metric.value + metric.uncertainty
    key = "inside"
    if top < low:
        key = "below"
    elif bottom > high:
        key = "above"
    elif bottom < low and top > high:
        key = "wider"
    elif bottom < low or top > high:
        key = "border"
    return words(f"place.{key}")


def _scale(
    name: str, metric: Metric, words: Words, usual: tuple[float, float] | None, last: float | None
) -> Scale:
    spec = METRICS[metric.name]
    low, high = _widened(ENDS[name], metric.value)
    decimals = 0 if ENDS[name].step >= 1.0 else 1 if ENDS[name].step >= 0.5 else 2
    unit = units(spec.unit) if spec.unit == "°" else ""
    return Scale(
        low,
        high,
        f"{number(low, decimals)}{unit} {words(f'scale_low.{name}')}",
        f"{words(f'scale_high.{name}')} {number(high, decimals)}{unit}",
        metric.value,
        metric.uncertainty,
        usual,
        STRIKE_THRESHOLDS_DEG if name == "strike" else (),
        last,
    )


def _widened(ends: _Ends, value: float) -> tuple[float, float]:
    """Return the ends, moved by full steps until the value lies between them."""
    low = min(ends.low, ends.step * math.floor(value / ends.step))
    high = max(ends.high, ends.step * math.ceil(value / ends.step))
    return low, high


def _last(story: Story, name: str) -> float | None:
    """Return the value of the session before; None without one."""
    if story.since is None or story.since.last is None:
        return None
    metric = story.since.last.metrics.get(name)
    return None if metric is None else metric.value


def _last_text(story: Story, name: str) -> str:
    """Return the comparison with the last session, such as ``last time 171, +4: changed``, or empty."""
    if story.since is None or story.since.last is None:
        return ""
    row = next((change for change in story.since.changes if change.metric == name), None)
    if row is None:
        return ""
    spec = METRICS[name]
    places = decimals_for(row.uncertainty, spec.decimals, row.change)
    verdict = story.words(f"change.{row.words_key}")
    return story.words(
        "tile.last", value=number(row.first, places), change=signed(row.change, places), verdict=verdict
    )


def _spark(story: Story, name: str) -> FloatArray:
    """Return `SPARK_POINTS` medians of the number along the run; empty for a run that is too short.

    The deviations from each foot's own median are drawn, so that two feet that differ give one line.
    """
    rows = story.clean_running
    if name not in rows or len(rows) < 2 * SPARK_POINTS:
        return np.empty(0)
    rows = rows[["ic_s", "side", name]]
    rows = rows[np.isfinite(rows[name].astype(float))].sort_values("ic_s")
    level = rows.groupby("side")[name].transform("median").astype(float)
    values = np.asarray(rows[name].astype(float) - level + level.mean(), dtype=np.float64)
    if len(values) < 2 * SPARK_POINTS:
        return np.empty(0)
    sizes = [len(part) for part in np.array_split(values, SPARK_POINTS)]
    return medians_by(np.repeat(np.arange(SPARK_POINTS), sizes), values)[1]


def _strike_tile(story: Story, metric: Metric) -> Tile:
    """Return the tile of the strike angle with the shares of its classes; it is a trait without a norm."""
    words = story.words
    shown = show_metric(metric)
    shares = dict(metric.shares or {})
    parts = words("list.comma").join(
        words("strike.share", name=words(f"strike.{key}"), n=number(100.0 * share, 0))
        for key, share in shares.items()
    )
    return Tile(
        "strike",
        words("metric.strike_angle_deg"),
        shown,
        words(f"sure.{certainty(metric.value, metric.uncertainty, angle=True)}"),
        _scale("strike", metric, words, None, _last(story, "strike_angle_deg")),
        parts,
        f"{_sides_text(metric, words)} {words('direction.strike')}".strip(),
        _last_text(story, "strike_angle_deg"),
        _spark(story, "strike_angle_deg"),
        f"{shown.text}. {parts}",
    )


def _balance_tile(story: Story) -> Tile | None:
    """Return the tile of each foot's share of contact time; it names the longer side only where shown."""
    contact, words = story.metric("contact_ms"), story.words
    if contact is None or contact.left is None or contact.right is None or contact.difference is None:
        return None
    both = contact.left + contact.right
    if not both > 0.0:
        return None
    left = 100.0 * contact.left / both
    spread = 50.0 * (contact.difference_uncertainty or 0.0) / both
    half = show(left, spread, 1, "%")
    places = decimals_for(spread, 1)
    pair = Shown(f"{half.value} : {number(100.0 - round(left, places), places)}", half.spread, "%")
    place = words("balance.none")
    if contact.difference_shown:
        side = words("side.left") if contact.difference > 0 else words("side.right")
        gap, error = abs(contact.difference), contact.difference_uncertainty or 0.0
        size = decimals_for(error, 0, gap)
        difference = f"{number(gap, size)} ± {number(error, size)}{units('ms')}"
        place = words("balance.longer", side=side, n=difference)
    low, high = _widened(ENDS["balance"], 100.0 - left)
    scale = Scale(
        low,
        high,
        words("balance.low", n=number(100.0 - low, 0)),
        words("balance.high", n=number(high, 0)),
        100.0 - left,
        spread,
        (100.0 - BALANCE_EVEN_PCT, BALANCE_EVEN_PCT),
    )
    return Tile(
        "balance",
        words("metric.balance"),
        pair,
        words(f"sure.{_level(spread, SURE_BALANCE_PCT)}"),
        scale,
        words("balance.usual", low=number(100.0 - BALANCE_EVEN_PCT, 1), high=number(BALANCE_EVEN_PCT, 1)),
        place,
        alt=f"{pair.text}. {place}",
    )
