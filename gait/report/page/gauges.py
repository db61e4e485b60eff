"""Small pictures beside a number: where it lies among runners, how the strikes share out, a difference."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
from markupsafe import Markup

from gait.report.page.svg import Plot
from gait.report.population_bands import BALANCE_EVEN_PCT, BANDS, band_of

__all__ = ["balance_gauge", "band_gauge", "share_gauge", "whisker"]

HEIGHT = 16
BALANCE_SCALE = (46.0, 54.0)
"""Per cent of the left foot that the scale spans; further out sits at its end."""


def band_gauge(name: str, value: float, uncertainty: float, alt: str) -> Markup | None:
    """Draw five groups of runners with the value and its interval; None for a metric without bands."""
    band = BANDS.get(name)
    if band is None:
        return None
    plot = Plot((band.low, band.high), (0.0, 1.0), height=HEIGHT, alt=alt)
    edges = (band.low, *band.edges, band.high)
    mine = band_of(name, value)
    for i, (start, end) in enumerate(itertools.pairwise(edges)):
        plot.shade(start, end, f"band b{i}" + (" mine" if i == mine else ""))
    _marker(plot, value, uncertainty)
    return plot.markup(below=0)


def balance_gauge(left_pct: float, uncertainty: float, alt: str) -> Markup:
    """Draw the left foot's share of contact time about one half; further right means more on the right."""
    plot = Plot(BALANCE_SCALE, (0.0, 1.0), height=HEIGHT, alt=alt)
    even = (100.0 - BALANCE_EVEN_PCT, BALANCE_EVEN_PCT)
    plot.shade(BALANCE_SCALE[0], even[0], "band b1")
    plot.shade(*even, "band b2 mine")
    plot.shade(even[1], BALANCE_SCALE[1], "band b3")
    plot.vline(50.0, "mark")
    _marker(plot, 100.0 - left_pct, uncertainty)
    return plot.markup(below=0)


def share_gauge(shares: Mapping[str, float], alt: str) -> Markup:
    """Draw shares of one whole side by side, heel to toe."""
    plot = Plot((0.0, 1.0), (0.0, 1.0), height=HEIGHT, alt=alt)
    start = 0.0
    for name in ("rearfoot", "midfoot", "forefoot"):
        end = start + shares.get(name, 0.0)
        plot.shade(start, end, f"share {name}")
        start = end
    return plot.markup(below=0)


def whisker(value: float, uncertainty: float, reach: float, alt: str) -> Markup:
    """Draw a difference with its interval about zero; ``reach`` is the half-width of the scale."""
    plot = Plot((-reach, reach), (0.0, 1.0), height=HEIGHT, alt=alt)
    plot.vline(0.0, "mark")
    _marker(plot, value, uncertainty, shown=abs(value) > uncertainty)
    return plot.markup(below=0)


def _marker(plot: Plot, value: float, uncertainty: float, *, shown: bool = True) -> None:
    """Draw a point with its interval, kept inside the scale."""
    low, high = plot.x
    span = high - low
    ends = np.clip([value - uncertainty, value + uncertainty], low, high)
    at = float(np.clip(value, low + 0.008 * span, high - 0.008 * span))
    half = np.array([0.5, 0.5])
    plot.line(ends, half, "interval halo")
    plot.line(ends, half, "interval")
    plot.dots(np.array([at]), half[:1], "point halo")
    plot.dots(np.array([at]), half[:1], "point" if shown else "point hollow")
