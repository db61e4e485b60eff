"""The terminal report's tables: left against right, first against last third, all numbers, the sensors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gait.analysis.results import Analysis
from gait.report.numbers import clean, number
from gait.report.page.rows import DifferenceRow, NumberRow, number_rows, sensor_rows, side_rows, third_rows
from gait.report.terminal.answer import heading, inset, item
from gait.report.terminal.pen import Pen
from gait.report.words import Words

__all__ = ["differences", "numbers", "quality"]

WIDE = 90
"""Columns from which a table has room for its last columns too."""


def differences(analysis: Analysis, words: Words, pen: Pen) -> list[RenderableType]:
    """Left against right and first against last third, each with what it says; or why there is neither."""
    sides, thirds = side_rows(analysis, words), third_rows(analysis, words)
    out = [heading(words("section.sides"), pen)]
    if sides:
        heads = (words("table.left"), words("table.right"), words("table.difference"))
        out.append(_difference_table(sides, heads, pen))
    else:
        seen = {sensor.side for sensor in analysis.sensors}
        one = words("sides.one", side=words(f"side.{seen.pop()}")) if len(seen) == 1 else ""
        out.append(pen.text(one or words("sides.nothing")))
    out.append(heading(words("section.thirds"), pen))
    if thirds:
        heads = (words("table.first"), words("table.last"), words("table.change"))
        out.append(_difference_table(thirds, heads, pen))
    else:
        out.append(pen.text(words("thirds.short")))
    return out


def _difference_table(rows: Sequence[DifferenceRow], heads: tuple[str, str, str], pen: Pen) -> RenderableType:
    """Rows with what they say; where it is narrow, that comes below, metrics of one verdict together."""
    wide = pen.width >= WIDE
    cells = [
        (
            (row.label, row.first, row.second, row.difference, *((row.verdict,) if wide else ())),
            "" if row.shown else "dim",
        )
        for row in rows
    ]
    table = _table(("", *heads, *(("",) if wide else ())), cells, pen)
    said: dict[str, list[str]] = {}
    for row in rows:
        said.setdefault(row.verdict, []).append(row.label)
    lines = [
        item(pen.signs.bullet, pen.text(f"{verdict[:1].upper()}{verdict[1:]}: {', '.join(labels)}"), pen)
        for verdict, labels in said.items()
    ]
    return table if wide else Group(table, *lines)


def numbers(analysis: Analysis, words: Words, pen: Pen) -> list[RenderableType]:
    """Every metric that was measured, running and walking, with each side."""
    keys = ("value", "left", "right", "n") if pen.width >= WIDE else ("value", "n")
    heads = ("", *(words(f"table.{key}") for key in keys))
    out: list[RenderableType] = []
    for walking, title in ((False, "section.numbers"), (True, "quality.walking")):
        rows = number_rows(analysis, words, walking=walking)
        bound = {True: "≥ ", False: ""}
        cells = []
        for row in rows:
            cell = {"value": bound[row.lower_bound] + row.value, **_sides_of(row)}
            cells.append(((row.label, *(cell[key] for key in keys)), ""))
        if cells:
            out += [heading(words(title), pen), _table(heads, cells, pen)]
    return [*out, pen.text(words("section_lead.numbers"), "dim")] if out else out


def _sides_of(row: NumberRow) -> dict[str, str]:
    return {"left": row.left, "right": row.right, "n": row.n}


def quality(analysis: Analysis, words: Words, pen: Pen) -> list[RenderableType]:
    """Each sensor's recording, then what could not be measured and why."""
    out = [heading(words("section.quality"), pen)]
    for row in sensor_rows(analysis, words):
        out += [pen.text(row.name[:1].upper() + row.name[1:], "bold"), _facts(row.facts, pen)]
        out += [inset(item(pen.signs.bullet, pen.text(note), pen)) for note in row.notes]
    marked = _marked(analysis, words)
    if marked:
        out.append(pen.text(f"{words('quality.marked')}: {marked}"))
    reasons: dict[str, list[str]] = {}
    for name, why in analysis.not_measured.items():
        label = words.get(f"metric.{name}", clean(name, 60))
        reasons.setdefault(clean(why, 300), []).append(label)
    if reasons:
        out.append(heading(words("section.not_measured"), pen))
    for why, names in reasons.items():
        out.append(item(pen.signs.bullet, pen.text(f"{', '.join(names)}: {why}"), pen))
    return out


def _marked(analysis: Analysis, words: Words) -> str:
    """How many strides carry each mark."""
    if not len(analysis.strides):
        return ""
    marks = analysis.strides["marks"].fillna("").astype(str).str.split().explode().dropna()
    parts = [
        f"{number(float(count), 0)} {words.get(f'mark.{mark}', clean(mark, 30))}"
        for mark, count in marks.value_counts().items()
    ]
    return ", ".join(parts)


def _facts(facts: Iterable[tuple[str, str]], pen: Pen) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for label, value in facts:
        grid.add_row(pen.text(label, "dim"), pen.text(value))
    return inset(grid)


def _table(heads: Sequence[str], rows: Iterable[tuple[Sequence[str], str]], pen: Pen) -> RenderableType:
    """Columns side by side, numbers to the right; where it is narrow, heads of two words take two lines."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for k, head in enumerate(heads):
        words_last = k == len(heads) - 1 and not head
        title = pen.plain(head)
        if pen.width < WIDE and title.count(" ") == 1:
            title = title.replace(" ", "\n")
        justify: Literal["left", "right"] = "left" if k == 0 or words_last else "right"
        table.add_column(Text(title, "dim"), justify=justify, no_wrap=not words_last, vertical="bottom")
    for cells, style in rows:
        table.add_row(*(pen.text(cell, style) for cell in cells))
    return table
