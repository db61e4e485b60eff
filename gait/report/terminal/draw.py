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
    Facts,
    Fold,
    Head,
    Light,
    Paragraph,
    Table,
    Tile,
    Tiles,
    WriteIn,
)
from gait.report.terminal.blocks import gauge
from gait.report.terminal.charts import over_time
from gait.report.terminal.lines import BULLET, RICH_STYLES, Line
from gait.report.terminal.pen import Pen
from gait.report.words import Words

__all__ = ["draw", "draw_line", "heading"]

WIDE = 90
"""Columns of a terminal from which a table shows all its columns (chosen: the widest table)."""
GAUGE = 31
"""Columns of a scale (chosen: odd, so that it has a middle)."""
INSET = 2
"""Columns that a line is indented (chosen: as headings and their lines are usually set apart)."""
LIGHTS: dict[Light, str] = {"red": "bold red", "amber": "yellow", "green": "green", "grey": "bold"}
LOOKS = {"plain": "", "lead": "dim", "small": "dim", "strong": "bold", "verdict": "bold"}


def draw(block: Block, words: Words, pen: Pen) -> list[RenderableType]:
    """Return a block as renderables of rich."""
    return _DRAW[block.kind](block, words, pen)


def heading(text: str, pen: Pen) -> RenderableType:
    """Return a heading with a line under it and space above."""
    title = pen.plain(text)
    return Text(f"\n{title}\n{pen.signs.line * len(title)}", "bold")


def draw_line(line: Line, pen: Pen) -> RenderableType:
    """Return a paragraph of text as a renderable of rich: indented, with its sign in front."""
    if line.style == "heading":
        return pen.text(line.text, "bold")
    text = pen.text(line.text, RICH_STYLES[line.style])
    lead = pen.signs.bullet if line.lead == BULLET else line.lead.strip()
    return _inset(_item(lead, text, pen) if lead else text, line.indent)


def _inset(item: RenderableType, left: int = INSET) -> RenderableType:
    return Padding(item, (0, 0, 0, left))


def _item(lead: str, text: Text, pen: Pen) -> RenderableType:
    """Return a paragraph with a sign in front, and its further lines indented."""
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


def _head(head: Head, words: Words, pen: Pen) -> list[RenderableType]:
    title = " · ".join(part for part in (head.name, head.when) if part)
    facts = " · ".join(f"{label} {value}" for label, value in head.facts)
    out: list[RenderableType] = [
        pen.text(title, "bold"),
        pen.text(facts),
        pen.text(head.confidence, LIGHTS[head.light]),
    ]
    return [*out, pen.text(f"{words('head.notes')}: {head.notes}", "dim")] if head.notes else out


def _paragraph(paragraph: Paragraph, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    text = pen.text(paragraph.text, LOOKS[paragraph.look])
    return [Text(), text] if paragraph.look == "verdict" else [*_titled(paragraph.title, pen), text]


def _bullets(bullets: Bullets, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    return [*_titled(bullets.title, pen), *(_bullet(item, pen) for item in bullets.items)]


def _facts(facts: Facts, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    return [*_titled(facts.title, pen), _inset(_pairs(facts.pairs, pen))]


def _pairs(pairs: Iterable[tuple[str, str]], pen: Pen) -> RenderableType:
    grid = Grid.grid(padding=(0, 2))
    for label, value in pairs:
        grid.add_row(pen.text(label, "dim"), pen.text(value))
    return grid


def _callout(callout: Callout, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    style = LIGHTS[callout.light]
    out: list[RenderableType] = [
        Text("\n") + pen.text(callout.title, style),
        _item(pen.signs.arrow, pen.text(callout.text, style), pen),
    ]
    return [*out, *(_inset(_labelled(label, text, pen)) for label, text in callout.items)]


def _tiles(tiles: Tiles, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    label = max(len(pen.plain(tile.label)) for tile in tiles.tiles) + 2
    value = max(len(pen.plain(tile.shown.text)) for tile in tiles.tiles) + 2
    return [part for tile in tiles.tiles for part in _tile(tile, label, value, pen)]


def _tile(tile: Tile, label: int, value: int, pen: Pen) -> list[RenderableType]:
    """Return number and certainty; under them the scale, the usual range, and the session before."""
    line = Text("\n")
    line.append(pen.plain(tile.label).ljust(label), "bold")
    line.append(pen.plain(tile.shown.text).ljust(value), "bold cyan")
    line.append(pen.plain(tile.certainty), "dim")
    scale = tile.scale
    edges = scale.expected or scale.edges
    bar = gauge(edges, scale.value, scale.uncertainty, (scale.low, scale.high), GAUGE, pen.signs)
    rows = [f"{scale.low_text} {bar} {scale.high_text}", tile.usual, tile.place, tile.last]
    inset = INSET if pen.width < WIDE else label
    return [
        line,
        *(_inset(pen.text(row, "" if at < 2 else "dim"), inset) for at, row in enumerate(rows) if row),
    ]


def _chart(chart: Chart, words: Words, pen: Pen) -> list[RenderableType]:
    unit = f", {chart.unit}" if chart.unit else ""
    title = _labelled(chart.title + unit, chart.caption, pen)
    return [Text("\n") + title, *over_time(chart, words, pen)]


def _table(table: Table, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    """Return a table; on a narrow terminal with a phone's columns only, and words below the table."""
    wide = pen.width >= WIDE
    shown = [k for k in range(len(table.head)) if k < table.phone or (wide and k not in table.words)]
    last = [k for k in shown if k in table.words]
    columns = [k for k in shown if k not in table.words]
    grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for k in columns:
        justify: Literal["left", "right"] = "left" if k == 0 else "right"
        title = pen.plain(table.head[k])
        if not wide and title.count(" ") == 1:
            title = title.replace(" ", "\n")
        grid.add_column(
            Text(title, "dim"), justify=justify, no_wrap=k > 0, vertical="bottom", overflow="fold"
        )
    for at, row in enumerate(table.rows):
        grid.add_row(*(pen.text(row[k], "bold" if at in table.strong else "") for k in columns))
    below = [
        _bullet(f"{row[0]}: " + "; ".join(row[k] for k in last if row[k]), pen)
        for row in table.rows
        if any(row[k] for k in last)
    ]
    return [Text(), grid, *below]


def _cards(cards: Cards, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    out: list[RenderableType] = []
    for card in cards.cards:
        line = Text("\n") + pen.text(card.title, "bold")
        line.append(" " + pen.plain(f"({', '.join(card.tags)})"), "dim")
        out += [line, _inset(pen.text(card.text)), *(_inset(_bullet(item, pen)) for item in card.items)]
        if card.small:
            out.append(_inset(pen.text(card.small, "dim")))
    return out


def _writein(form: WriteIn, words: Words, pen: Pen) -> list[RenderableType]:  # noqa: ARG001 - one call for all
    return [pen.text(f"{label}: {value or '________________'}") for label, value in form.labels]


def _fold(fold: Fold, words: Words, pen: Pen) -> list[RenderableType]:
    return [*_titled(fold.title, pen), *(part for block in fold.blocks for part in draw(block, words, pen))]


_DRAW: Mapping[str, Callable[[Any, Words, Pen], list[RenderableType]]] = {
    "head": _head,
    "paragraph": _paragraph,
    "bullets": _bullets,
    "facts": _facts,
    "table": _table,
    "callout": _callout,
    "tiles": _tiles,
    "chart": _chart,
    "cards": _cards,
    "writein": _writein,
    "fold": _fold,
}
"""Kind of block -> function that draws it; `gait/report/page/templates/blocks.html` has these and a plan's.

Week and exercises are drawn by the page alone: here the plan is the lines of `gait.report.terminal.plan`.
"""
