"""Strides for the charts that can be touched: packed small, as data that no browser runs.

Times are steps between strides in bytes, values whole steps above a base in 16-bit little-endian numbers,
both in base64: an hour of two shoes is about 170 kB.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gait.arrays import FloatArray
from gait.report.blocks import Chart, Points, Section
from gait.report.words import Words

__all__ = ["touch_data"]

MOST_POINTS = 52_000
"""Points of all charts together: above it every second, third ... stride is left out, which the page says."""
TIME_STEP_S = 0.01
FULL = 255
MOST_STEPS = 10_000_000
"""Steps from the first to the last stride: a gap of years makes the steps longer, not the page."""
LARGEST = 65_534
EMPTY = 65_535
"""What stands for a value that is not there or cannot be held."""
WORDS = ("stride", "earlier", "later", "in", "out", "all", "hint", "none", "thinned")


def touch_data(sections: Sequence[Section], words: Words) -> Markup:
    """Return the JSON of every chart over the run; empty where there is none.

    Notes
    -----
    ``<``, ``>`` and ``&`` are written as escapes, so no text in it can end the element that holds it.
    """
    charts = [
        block
        for section in sections
        for block in section.blocks
        if isinstance(block, Chart) and block.form == "time" and any(len(one.x) for one in block.points)
    ]
    if not charts:
        return Markup()
    total = sum(len(one.x) for chart in charts for one in chart.points)
    every = max(1, math.ceil(total / MOST_POINTS))
    times: list[dict[str, Any]] = []
    body = {
        "every": every,
        "decimal": words.decimal,
        "words": {key: words(f"touch.{key}") for key in WORDS}
        | {side: words(f"side.{side}") for side in ("left", "right", "one")},
        "times": times,
        "charts": [_chart(chart, every, times) for chart in charts],
    }
    text = json.dumps(body, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    # JSON alone, with every sign that HTML looks at escaped above.
    return Markup(text)  # noqa: S704


def _chart(chart: Chart, every: int, times: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": chart.id,
        "title": chart.title,
        "unit": chart.unit,
        "decimals": chart.decimals,
        "x": [_short(v) for v in chart.x],
        "y": [_short(v) for v in chart.y],
        "below": chart.below,
        "breaks": [[_short(a), _short(b), look] for a, b, look in chart.shades],
        "lines": [
            {"side": line.look, "x": _list(line.x, 1), "y": _list(line.y, chart.decimals + 1)}
            for line in chart.lines
        ],
        "points": [_points(points, chart.decimals, every, times) for points in chart.points],
    }


def _points(points: Points, decimals: int, every: int, times: list[dict[str, Any]]) -> dict[str, Any]:
    """Values of one side's strides, packed, with the place of their times among those that charts share."""
    x, y = points.x[::every], points.y[::every]
    unit = max(TIME_STEP_S, float(x.max(initial=0.0)) / MOST_STEPS)
    packed = {"unit": unit, "t": _steps(np.diff(np.rint(x / unit), prepend=0.0))}
    if packed not in times:
        times.append(packed)
    base = float(np.floor(y.min())) if len(y) else 0.0
    step = max(10.0 ** -(decimals + 1), (float(y.max()) - base) / LARGEST) if len(y) else 1.0
    return {
        "side": points.look,
        "at": times.index(packed),
        "base": base,
        "step": step,
        "v": _packed(np.rint((y - base) / step)),
    }


def _steps(values: FloatArray) -> str:
    """Return the steps of time in bytes: 255 means that the step goes on in the next byte."""
    whole = np.maximum(values, 0.0).astype(np.int64)
    ends = np.cumsum(whole // FULL + 1)
    out = np.full(int(ends[-1]) if len(ends) else 0, FULL, dtype=np.uint8)
    out[ends - 1] = whole % FULL
    return base64.b64encode(out.tobytes()).decode("ascii")


def _packed(values: FloatArray) -> str:
    whole: npt.NDArray[np.uint16] = np.clip(values, 0, EMPTY).astype("<u2")
    return base64.b64encode(whole.tobytes()).decode("ascii")


def _short(value: float) -> float:
    return round(float(value), 3)


def _list(values: FloatArray, decimals: int) -> list[float | None]:
    """Plain numbers, None where there is none."""
    return [round(float(v), decimals) if math.isfinite(v) else None for v in values]
