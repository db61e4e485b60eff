"""The foot's path from contact to contact, from the side, from above and from behind."""

from __future__ import annotations

import numpy as np

from gait.arrays import FloatArray
from gait.report.axes import labelled, nice_ticks, span_of
from gait.report.blocks import Chart, Line, Paragraph, Section
from gait.report.numbers import number
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build"]

VIEWS: dict[str, tuple[int, int, float, float]] = {
    "side": (0, 2, 0.5, 10.0),
    "top": (0, 1, 0.5, 10.0),
    "behind": (1, 2, 10.0, 10.0),
}
"""View -> axis to the right and axis upwards (0 ahead, 1 left, 2 up), and the least range of each, in m for
axis 0 and cm for the others (chosen)."""
STEP_PCT = 10
"""Per cent of the stride between two points of the path's table (chosen: eleven rows)."""


def build(story: Story) -> Section | None:
    """Return three views of the path; None where no path was measured."""
    paths: dict[str, FloatArray] = {
        wave.side: wave.path_m
        for wave in story.analysis.waveforms
        if wave.path_m is not None and np.isfinite(wave.path_m).all()
    }
    if not paths:
        return None
    words = story.words
    charts = tuple(_view(name, paths, words) for name in VIEWS)
    lead = Paragraph(words("section_lead.path"), "lead")
    return Section("path", words("section.path"), (lead, *charts), folded=True, grid=3)


def _view(name: str, paths: dict[str, FloatArray], words: Words) -> Chart:
    """Return the chart of the sides' (101, 3) paths, m, as seen from the side or from above."""
    across, upwards, least_x, least_y = VIEWS[name]
    lines = tuple(
        Line(side, _axis(path, across), _axis(path, upwards)) for side, path in sorted(paths.items())
    )
    x = span_of(np.concatenate([line.x for line in lines]), least_x, tail=0.0)
    y = span_of(np.concatenate([line.y for line in lines]), least_y, tail=0.0)
    head = (
        words("table.percent"),
        *(f"{words(f'side.{line.look}')}, {axis}" for line in lines for axis in _axes(name, words)),
    )
    rows = tuple(
        (
            f"{k}\N{NO-BREAK SPACE}%",
            *(
                number(float(v[k]), 2 if a == 0 else 0)
                for line in lines
                for a, v in ((across, line.x), (upwards, line.y))
            ),
        )
        for k in range(0, 101, STEP_PCT)
    )
    return Chart(
        id=f"path-{name}",
        form="path",
        title=words(f"path.{name}"),
        unit="cm",
        caption=words(f"path_caption.{name}"),
        x=x,
        y=y,
        x_ticks=labelled(nice_ticks(*x, most=4)),
        y_ticks=labelled(nice_ticks(*y, most=5)),
        lines=lines,
        below=words("axis.path" if across == 0 else "axis.sideways"),
        sides=tuple(line.look for line in lines),
        head=head,
        rows=rows,
    )


def _axes(name: str, words: Words) -> tuple[str, str]:
    """Return the names of a view's two axes with their units."""
    names = ("ahead", "left", "up")
    across, upwards, *_ = VIEWS[name]
    return words(f"path_axis.{names[across]}"), words(f"path_axis.{names[upwards]}")


def _axis(path: FloatArray, column: int) -> FloatArray:
    """Return a (101, 3) path, m, along one axis: m for the axis ahead, cm for sideways and up."""
    values: FloatArray = path[:, column] if column == 0 else 100.0 * path[:, column]
    return values
