"""Each kind of block as text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from gait.report.blocks import (
    Block,
    Bullets,
    Callout,
    Cards,
    Chart,
    Exercise,
    Exercises,
    Facts,
    Fold,
    Head,
    Light,
    Paragraph,
    Table,
    Tile,
    Tiles,
    Week,
    WriteIn,
)
from gait.report.terminal.blocks import gauge
from gait.report.terminal.charts import over_time
from gait.report.terminal.pen import Pen
from gait.report.words import Words

__all__ = ["draw", "heading"]

WIDE = 90
"""Columns from which a table has room for its last columns too."""
GAUGE = 31
"""Columns of a scale: odd, so that it has a middle."""
LIGHTS: dict[Light, str] = {"red": "bold red", "amber": "yellow", "green": "green", "grey": "bold"}
LOOKS = {"plain": "", "lead": "dim", "small": "dim", "strong": "bold", "verdict": "bold"}


def draw(block: Block, words: Words, pen: Pen) -> list[RenderableType]:
    """Return a block as things that rich can print."""
    return _DRAW[block.kind](block, words, pen)


def heading(text: str, pen: Pen) -> RenderableType:
    """Return a heading with a line under it and space above."""
    title = pen.plain(text)
    return Text(f"\n{title}\n{pen.signs.line * len(title)}", "bold")


def _inset(item: RenderableType, left: int = 2) -> RenderableType:
    return Padding(item, (0, 0, 0, left))


def _item(lead: str, text: Text, pen: Pen) -> RenderableType:
    """Return a paragraph with a sign in front that its further lines stand clear of."""
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_row(pen.text(lead), text)
    return grid


def _bullet(text: str, pen: Pen) -> RenderableType:
    return _item(pen.signs.bullet, pen.text(text), pen)


def _labelled(label: str, text: str, pen: Pen) -> Text:
    line = Text(overflow="fold")
    line.append(pen.plain(label) + ": ", "bold")
    line.append(pen.plain(text))
    return line


def _titled(title: str, pen: Pen) -> list[RenderableType]:
    return [Text("\n") + pen.text(title, "bold")] if title else []


def _head(one: Head, words: Words, pen: Pen) -> list[RenderableType]:
    title = " · ".join(part for part in (one.name, one.when) if part)
    facts = " · ".join(f"{label} {value}" for label, value in one.facts)
    out: list[RenderableType] = [
        pen.text(title, "bold"),
        pen.text(facts),
        pen.text(one.confidence, LIGHTS[one.light]),
    ]
    return [*out, pen.text(f"{words('head.notes')}: {one.notes}", "dim")] if one.notes else out


def _paragraph(one: Paragraph, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    text = pen.text(one.text, LOOKS[one.look])
    return [Text(), text] if one.look == "verdict" else [*_titled(one.title, pen), text]


def _bullets(one: Bullets, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    return [*_titled(one.title, pen), *(_bullet(item, pen) for item in one.items)]


def _facts(one: Facts, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    return [*_titled(one.title, pen), _inset(_pairs(one.pairs, pen))]


def _pairs(pairs: Iterable[tuple[str, str]], pen: Pen) -> RenderableType:
    grid = Grid.grid(padding=(0, 2))
    for label, value in pairs:
        grid.add_row(pen.text(label, "dim"), pen.text(value))
    return grid


def _callout(one: Callout, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    style = LIGHTS[one.light]
    out: list[RenderableType] = [
        Text("\n") + pen.text(one.title, style),
        _item(pen.signs.arrow, pen.text(one.text, style), pen),
    ]
    return [*out, *(_inset(_labelled(label, text, pen)) for label, text in one.items)]


def _tiles(one: Tiles, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    label = max(len(pen.plain(tile.label)) for tile in one.tiles) + 2
    value = max(len(pen.plain(tile.shown.text)) for tile in one.tiles) + 2
    return [part for tile in one.tiles for part in _tile(tile, label, value, pen)]


def _tile(tile: Tile, label: int, value: int, pen: Pen) -> list[RenderableType]:
    """Draw number and certainty; under it the scale between its ends, what is usual, and last time's."""
    line = Text("\n")
    line.append(pen.plain(tile.label).ljust(label), "bold")
    line.append(pen.plain(tile.shown.text).ljust(value), "bold cyan")
    line.append(pen.plain(tile.certainty), "dim")
    scale = tile.scale
    edges = scale.expected or scale.edges
    bar = gauge(edges, scale.value, scale.uncertainty, (scale.low, scale.high), GAUGE, pen.signs)
    rows = [f"{scale.low_text} {bar} {scale.high_text}", tile.usual, tile.place, tile.last]
    inset = 2 if pen.width < WIDE else label
    return [
        line,
        *(_inset(pen.text(row, "" if at < 2 else "dim"), inset) for at, row in enumerate(rows) if row),
    ]


def _chart(one: Chart, words: Words, pen: Pen) -> list[RenderableType]:
    unit = f", {one.unit}" if one.unit else ""
    title = _labelled(one.title + unit, one.caption, pen)
    return [Text("\n") + title, *over_time(one, words, pen)]


def _table(one: Table, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    """Columns side by side; where it is narrow, only those that a phone has, and words below the table."""
    wide = pen.width >= WIDE
    shown = [k for k in range(len(one.head)) if k < one.phone or (wide and k not in one.words)]
    last = [k for k in shown if k in one.words]
    columns = [k for k in shown if k not in one.words]
    grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for k in columns:
        justify: Literal["left", "right"] = "left" if k == 0 else "right"
        title = pen.plain(one.head[k])
        if not wide and title.count(" ") == 1:
            title = title.replace(" ", "\n")
        grid.add_column(
            Text(title, "dim"), justify=justify, no_wrap=k > 0, vertical="bottom", overflow="fold"
        )
    for at, row in enumerate(one.rows):
        grid.add_row(*(pen.text(row[k], "bold" if at in one.strong else "") for k in columns))
    said = [
        _bullet(f"{row[0]}: " + "; ".join(row[k] for k in last if row[k]), pen)
        for row in one.rows
        if any(row[k] for k in last)
    ]
    return [Text(), grid, *said]


def _week(one: Week, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    grid = Grid.grid(padding=(0, 2))
    for day in one.days:
        done = ", ".join(day.exercises)
        what = ". ".join(part for part in (done, day.note) if part)
        box = "[ ]" if day.box else ""
        grid.add_row(Text(box), pen.text(day.name, "bold"), pen.text(day.what), pen.text(what))
    return [Text(), grid]


def _exercises(one: Exercises, words: Words, pen: Pen) -> list[RenderableType]:
    out = _titled(one.title, pen)
    for exercise in one.exercises:
        out += _exercise(exercise, words, pen)
    return out


def _exercise(one: Exercise, words: Words, pen: Pen) -> list[RenderableType]:
    line = _labelled(one.name, f"{one.dose} · {one.total}", pen)
    if one.role:
        line.append(" " + pen.plain(f"({one.role})"), "dim")
    out: list[RenderableType] = [_inset(line)]
    if one.cue:
        out.append(_inset(pen.text(one.cue, "dim"), 4))
    if one.stop_if:
        out.append(_inset(pen.text(f"{words('plan.stop_if')} {one.stop_if}"), 4))
    return [*out, _inset(_pairs(one.facts, pen), 4)] if one.facts else out


def _cards(one: Cards, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    out: list[RenderableType] = []
    for card in one.cards:
        line = Text("\n") + pen.text(card.title, "bold")
        line.append(" " + pen.plain(f"({', '.join(card.tags)})"), "dim")
        out += [line, _inset(pen.text(card.text)), *(_inset(_bullet(item, pen)) for item in card.items)]
        if card.small:
            out.append(_inset(pen.text(card.small, "dim")))
    return out


def _writein(one: WriteIn, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    return [pen.text(f"{label}: {value or '________________'}") for label, value in one.labels]


def _fold(one: Fold, words: Words, pen: Pen) -> list[RenderableType]:
    return [*_titled(one.title, pen), *(part for block in one.blocks for part in draw(block, words, pen))]


_DRAW: Mapping[str, Callable[[Any, Words, Pen], list[RenderableType]]] = {
    "head": _head,
    "paragraph": _paragraph,
    "bullets": _bullets,
    "facts": _facts,
    "table": _table,
    "callout": _callout,
    "tiles": _tiles,
    "chart": _chart,
    "week": _week,
    "exercises": _exercises,
    "cards": _cards,
    "writein": _writein,
    "fold": _fold,
}
"""Kind of block -> what draws it; `gait/report/page/templates/blocks.html` has the same kinds."""
