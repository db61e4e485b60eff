"""Strides for the interactive charts, packed as data that no browser executes.

A time is the step from the stride before, in bytes. A value is a number of steps above a base, as a 16-bit
little-endian number. Both are in base64; an hour with two shoes is about 170 kB.
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
from gait.missing import number_or_none
from gait.report.blocks import Chart, Points, Section
from gait.report.words import Words

__all__ = ["touch_data"]

MOST_POINTS = 52_000
"""Points of all charts together, at most (chosen: the page stays below 400 kB); with more strides only every
second, third ... is kept, and the page says so."""
TIME_STEP_S = 0.01  # smallest step of time, s (chosen: a sample at 100 Hz)
FULL = 255  # largest step of time (by definition of a byte)
MOST_STEPS = 10_000_000
"""Steps of time over all strides, at most (chosen: 28 hours in steps of `TIME_STEP_S`); with a gap of years
the steps get longer."""
LARGEST = 65_534  # largest number of steps of a value (by definition of 16 bits, below `EMPTY`)
EMPTY = 65_535
"""Number for a value that is missing or too large (by definition the largest of 16 bits)."""
WORDS = ("stride", "earlier", "later", "in", "out", "all", "hint", "none", "thinned")


def touch_data(sections: Sequence[Section], words: Words) -> Markup:
    """Return the JSON of every chart over the run; empty without such a chart.

    Notes
    -----
    ``<``, ``>`` and ``&`` are written as escapes, so that no text can end the element around the data.
    """
    charts = [
        block
        for section in sections
        for block in section.blocks
        if isinstance(block, Chart) and block.form == "time" and any(len(points.x) for points in block.points)
    ]
    if not charts:
        return Markup()
    total = sum(len(points.x) for chart in charts for points in chart.points)
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
    return Markup(text)  # noqa: S704 - JSON with every < escaped


def _chart(chart: Chart, every: int, times: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": chart.id,
        "title": chart.title,
        "unit": chart.unit,
        "decimals": chart.decimals,
        "x": [_short(value) for value in chart.x],
        "y": [_short(value) for value in chart.y],
        "below": chart.below,
        "breaks": [[_short(a), _short(b), look] for a, b, look in chart.shades],
        "lines": [
            {"side": line.look, "x": _list(line.x, 1), "y": _list(line.y, chart.decimals + 1)}
            for line in chart.lines
        ],
        "points": [_points(points, chart.decimals, every, times) for points in chart.points],
    }


def _points(points: Points, decimals: int, every: int, times: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one side's packed values, with the index of their times in ``times``, which charts share."""
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
    """Return the steps of time as bytes in base64; after a byte of 255 the step goes on in the next byte."""
    steps = np.maximum(values, 0.0).astype(np.int64)
    ends = np.cumsum(steps // FULL + 1)
    out = np.full(int(ends[-1]) if len(ends) else 0, FULL, dtype=np.uint8)
    out[ends - 1] = steps % FULL
    return base64.b64encode(out.tobytes()).decode("ascii")


def _packed(values: FloatArray) -> str:
    levels: npt.NDArray[np.uint16] = np.clip(values, 0, EMPTY).astype("<u2")
    return base64.b64encode(levels.tobytes()).decode("ascii")


def _short(value: float) -> float:
    return round(float(value), 3)


def _list(values: FloatArray, decimals: int) -> list[float | None]:
    """Return the plain numbers, None where there is none."""
    return [number_or_none(value, decimals) for value in values]
