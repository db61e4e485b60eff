"""Plot for any width of page: lines stretch with the width, letters and the thickness of lines do not.

An outer SVG holds the text at percentages of the width; an inner SVG is stretched and holds the paths, whose
strokes do not scale. So labels are readable on a phone and on paper without a script. Colours are attributes
for printers; the page's style sheet overrules them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup, escape

from gait.arrays import FloatArray

__all__ = ["Plot"]

WIDTH = 1000.0
"""Width of a plot, units of its inner SVG (chosen: a pixel on a screen of 1000 px)."""

FLIP_SHARE, EDGE_SHARE = 0.75, 0.02
"""Share of the width from which a line's label is left of it, and at each edge within which a tick's label
begins or ends at its tick (chosen: no label leaves the plot on a phone)."""
LABEL_GAP, LABEL_TOP, LABEL_ROW = 4, 11.0, 13.0
"""Label of a line, pixels: distance from the line, baseline from the top, distance of rows (chosen: as the
page's letters of 11 pixels need)."""
TICK_GAP, TICK_DROP, TICK_BELOW, BELOW = 6, 4.0, 17.0, 22
"""Ticks, pixels: distance left of the plot, baseline below a grid line and below the plot, and height of the
labels under a plot (chosen: as the page's letters of 11 pixels need)."""
LEAST_SHADE = 1.5
"""Least width of a shaded stretch, units of the inner SVG (chosen: visible on a screen)."""

INK = {
    "left": "#0b62b0",
    "right": "#b8500c",
    "one": "#30475e",
    "grid": "#d5dae0",
    "text": "#3d4854",
}
"""Colours; blue and vermilion differ for every common colour vision, and in grey as the right is dashed."""


class Plot:
    """Plot that is drawn on in data coordinates and then returned as markup.

    Parameters
    ----------
    x, y
        (low, high) of each axis, data units.
    height
        Height in CSS pixels; the width is that of the page.
    alt
        Content of the picture in words, for screen readers.
    """

    def __init__(self, x: tuple[float, float], y: tuple[float, float], *, height: int, alt: str) -> None:
        self.x, self.y, self.height, self.alt = x, y, height, alt
        self._back: list[str] = []
        self._paths: list[str] = []
        self._texts: list[str] = []

    def _px(self, value: float) -> float:
        return WIDTH * (value - self.x[0]) / (self.x[1] - self.x[0])

    def _py(self, value: float) -> float:
        return self.height * (1.0 - (value - self.y[0]) / (self.y[1] - self.y[0]))

    def _points(self, x: Sequence[float] | FloatArray, y: Sequence[float] | FloatArray) -> list[str]:
        """Return ``x y`` of each point; empty text where a coordinate is not finite."""
        return [
            f"{self._px(a):.1f} {self._py(b):.1f}" if math.isfinite(a) and math.isfinite(b) else ""
            for a, b in zip(x, y, strict=True)
        ]

    def line(self, x: FloatArray, y: FloatArray, look: str) -> None:
        """Draw a line; it breaks where a point is not finite, and a lone point becomes a dot."""
        runs = _runs(self._points(x, y))
        path = "".join(f"M{run[0]}" + ("h.01" if len(run) == 1 else "L" + " ".join(run[1:])) for run in runs)
        self._add(path, look, fill=False)

    def band(self, x: FloatArray, low: FloatArray, high: FloatArray, look: str) -> None:
        """Fill the area between two lines; it breaks where either is not finite."""
        upper, lower = self._points(x, high), self._points(x, low)
        path = ""
        for run in _runs([a and b and f"{a}|{b}" for a, b in zip(upper, lower, strict=True)]):
            forth = [point.split("|")[0] for point in run]
            back = [point.split("|")[1] for point in reversed(run)]
            path += "M" + "L".join(forth + back) + "Z"
        self._add(path, look, fill=True)

    def dots(self, x: FloatArray, y: FloatArray, look: str) -> None:
        """Draw round points, of one size at any width of the page."""
        self._add("".join(f"M{point}h.01" for point in self._points(x, y) if point), look, fill=False)

    def bars(self, edges: FloatArray, heights: FloatArray, look: str) -> None:
        """Draw a histogram as one outline from the x axis."""
        x = np.repeat(edges, 2)
        y = np.concatenate([[0.0], np.repeat(heights, 2), [0.0]])
        self._add("M" + "L".join(self._points(x, y)), look, fill=look.endswith("area"))

    def shade(self, start: float, end: float, look: str) -> None:
        """Shade a stretch of the x axis, behind everything."""
        left = max(0.0, self._px(start))
        width = min(WIDTH, self._px(end)) - left
        if width > 0:
            box = f'x="{left:.1f}" y="0" width="{max(width, LEAST_SHADE):.1f}" height="{self.height}"'
            self._back.append(f'<rect class="{look}" {box} fill="#e8ebef"/>')

    def vline(self, at: float, look: str = "mark", label: str = "", *, row: int = 0) -> None:
        """Draw a line up the plot with a word at its top; rows keep neighbours' words apart."""
        self._add(f"M{self._px(at):.1f} 0V{self.height}", look, fill=False)
        if label:
            share = self._px(at) / WIDTH
            anchor = "end" if share > FLIP_SHARE else "start"
            shift = -LABEL_GAP if share > FLIP_SHARE else LABEL_GAP
            self._text(share, LABEL_TOP + LABEL_ROW * row, label, "lab", anchor=anchor, shift=shift)

    def hline(self, at: float, look: str = "mark") -> None:
        """Draw a line across the plot."""
        self._add(f"M0 {self._py(at):.1f}H{WIDTH:.0f}", look, fill=False)

    def word(self, x: float, y: float, label: str, *, anchor: str = "middle") -> None:
        """Put a word at a point."""
        self._text(self._px(x) / WIDTH, self._py(y), label, "lab", anchor=anchor)

    def y_axis(self, ticks: Sequence[float], labels: Sequence[str]) -> None:
        """Draw grid lines with numbers left of the plot."""
        for tick, label in zip(ticks, labels, strict=True):
            at = self._py(tick)
            self._back.append(_path(f"M0 {at:.1f}H{WIDTH:.0f}", "grid", fill=False))
            self._text(0.0, at + TICK_DROP, label, "tick", anchor="end", shift=-TICK_GAP)

    def x_axis(self, ticks: Sequence[float], labels: Sequence[str]) -> None:
        """Draw numbers below the plot with a short line each."""
        self._back.append(_path(f"M0 {self.height}H{WIDTH:.0f}", "axis", fill=False))
        for tick, label in zip(ticks, labels, strict=True):
            self._back.append(_path(f"M{self._px(tick):.1f} {self.height}v4", "axis", fill=False))
            share = self._px(tick) / WIDTH
            anchor = "start" if share < EDGE_SHARE else "end" if share > 1.0 - EDGE_SHARE else "middle"
            self._text(share, self.height + TICK_BELOW, label, "tick", anchor=anchor)

    def _text(self, share: float, y: float, label: str, look: str, *, anchor: str, shift: int = 0) -> None:
        move = f' dx="{shift}"' if shift else ""
        place = f'x="{100.0 * share:.2f}%" y="{y:.1f}"{move} text-anchor="{anchor}"'
        self._texts.append(f'<text class="{look}" {place} fill="{INK["text"]}">{escape(label)}</text>')

    def _add(self, path: str, look: str, *, fill: bool) -> None:
        if path:
            self._paths.append(_path(path, look, fill=fill))

    def markup(self, *, below: int = BELOW, clip: bool = True, decorative: bool = False) -> Markup:
        """Return the picture as inline SVG.

        Parameters
        ----------
        below
            Pixels for the labels under the plot.
        clip
            True to cut lines at the plot's edge; small scales let their points reach over it.
        decorative
            True to hide it from screen readers.
        """
        inner = "".join([*self._back, *self._paths])
        label = 'aria-hidden="true"' if decorative else f'role="img" aria-label="{escape(self.alt)}"'
        # Every part was made here from numbers and fixed words; labels and alt text went through escape().
        return Markup(  # noqa: S704 - every text in it was escaped
            f'<svg class="plot" width="100%" height="{self.height + below}" {label} '
            f'overflow="visible">'
            f'<svg viewBox="0 0 {WIDTH:.0f} {self.height}" preserveAspectRatio="none" width="100%" '
            f'height="{self.height}" overflow="{"hidden" if clip else "visible"}">{inner}</svg>'
            f"{''.join(self._texts)}</svg>"
        )


def _runs(points: Sequence[str]) -> list[list[str]]:
    """Return the stretches of a list between its empty entries."""
    runs: list[list[str]] = [[]]
    for point in points:
        if point:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _path(path: str, look: str, *, fill: bool) -> str:
    """Return one path with attributes for printers that do not know the page's style sheet."""
    colour = next((ink for name, ink in INK.items() if look.startswith(name)), INK["text"])
    paint = f'fill="{colour}" fill-opacity=".2" stroke="none"' if fill else f'fill="none" stroke="{colour}"'
    return f'<path class="{look}" d="{path}" {paint} vector-effect="non-scaling-stroke"/>'
