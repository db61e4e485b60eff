"""Hold the parts of a report as plain values: their content, without a layout.

A section is a title and blocks. The page and the terminal each draw every kind of block, so both show the
same content.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np

from gait.arrays import FloatArray
from gait.report.numbers import Shown

__all__ = [
    "Block",
    "Bullets",
    "Callout",
    "Card",
    "Cards",
    "Chart",
    "DayPlan",
    "Exercise",
    "Exercises",
    "Facts",
    "Fold",
    "Head",
    "Light",
    "Line",
    "Paragraph",
    "Points",
    "Scale",
    "Section",
    "Table",
    "Tile",
    "Tiles",
    "Week",
    "WriteIn",
]

Light = Literal["red", "amber", "green", "grey"]
"""Red: stop. Amber: ask or ease off. Green: go. Grey: nobody was asked."""

Look = Literal["plain", "lead", "small", "strong", "verdict"]
ChartKind = Literal["time", "xy", "stride", "path", "histogram"]
LineStyle = Literal["line", "dots", "outline"]


@dataclass(frozen=True)
class Head:
    """Head of the report: the run's name, its date, facts about it, and the confidence in the recording."""

    kind: ClassVar[str] = "head"
    name: str
    when: str
    facts: tuple[tuple[str, str], ...]
    confidence: str
    light: Light
    notes: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Text, with a title of its own where it has one."""

    kind: ClassVar[str] = "paragraph"
    text: str
    look: Look = "plain"
    title: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class Facts:
    """Labels with their values."""

    kind: ClassVar[str] = "facts"
    pairs: tuple[tuple[str, str], ...]
    title: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of text; the first column names the row, the others hold numbers.

    Attributes
    ----------
    keys
        Name of each row's metric, for programs that read the page.
    strong
        Rows in bold.
    phone
        Number of columns shown on a narrow screen.
    words
        Columns that hold words instead of numbers.
    """

    kind: ClassVar[str] = "table"
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: tuple[str, ...] = ()
    strong: frozenset[int] = frozenset()
    phone: int = 99
    words: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Callout:
    """A text in the colour of a light, such as the next action or a notice, with labelled lines below it."""

    kind: ClassVar[str] = "callout"
    light: Light
    title: str
    text: str
    items: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Scale:
    """A number on a scale with labelled ends.

    Attributes
    ----------
    low, high
        Values of the two ends; ``low_text`` and ``high_text`` are their labels.
    value, uncertainty
        The number and the half-width of its interval.
    expected
        Usual range; None where no study gives one.
    edges
        Borders between classes.
    last
        Value of the session before; None without one.
    """

    low: float
    high: float
    low_text: str
    high_text: str
    value: float
    uncertainty: float
    expected: tuple[float, float] | None = None
    edges: tuple[float, ...] = ()
    last: float | None = None


@dataclass(frozen=True)
class Tile:
    """One number of the first screen.

    Attributes
    ----------
    name
        Metric, or ``strike`` and ``balance``.
    certainty
        One of three steps, in words.
    usual
        Usual range at this speed, in words.
    place
        Position of the number beside that range, or its classes, in words.
    last
        Comparison with the session before, in words; empty without one.
    spark
        (n,) course of the number along the run.
    """

    name: str
    label: str
    shown: Shown
    certainty: str
    scale: Scale
    usual: str = ""
    place: str = ""
    last: str = ""
    spark: FloatArray = field(default_factory=lambda: np.empty(0))
    alt: str = ""


@dataclass(frozen=True)
class Tiles:
    """The main numbers, at the top of the report."""

    kind: ClassVar[str] = "tiles"
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Line:
    """One line of a chart: ``low`` and ``high`` are a band around it, None without one."""

    look: str
    x: FloatArray
    y: FloatArray
    low: FloatArray | None = None
    high: FloatArray | None = None
    style: LineStyle = "line"


@dataclass(frozen=True)
class Points:
    """Values of every stride of one side, so that a reader can look up a single stride."""

    look: str
    x: FloatArray
    y: FloatArray


@dataclass(frozen=True)
class Chart:
    """A chart with its labels, and with a table of its numbers for screen readers and copying.

    Attributes
    ----------
    id
        Short name, unique on the page.
    x, y
        (low, high) of the axes.
    x_ticks, y_ticks
        (value, label).
    shades
        (start, end, ``break`` or ``gap``) of the x axis.
    marks
        (x, label, look): lines up the plot.
    words
        (x, label): words inside the plot, near its top.
    points
        Strides, for the charts over the run.
    """

    kind: ClassVar[str] = "chart"
    id: str
    form: ChartKind
    title: str
    unit: str
    caption: str
    x: tuple[float, float]
    y: tuple[float, float]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]
    below: str = ""
    sides: tuple[str, ...] = ()
    shades: tuple[tuple[float, float, str], ...] = ()
    marks: tuple[tuple[float, str, str], ...] = ()
    words: tuple[tuple[float, str], ...] = ()
    zero: bool = False
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    points: tuple[Points, ...] = ()
    decimals: int = 0
    height: int = 150


@dataclass(frozen=True)
class DayPlan:
    """One day of the plan: its kind in words, its exercises, and a box to tick where there is training."""

    name: str
    look: str
    what: str
    exercises: tuple[str, ...]
    note: str = ""
    box: str = ""


@dataclass(frozen=True)
class Week:
    """Seven days."""

    kind: ClassVar[str] = "week"
    days: tuple[DayPlan, ...]


@dataclass(frozen=True)
class Exercise:
    """One exercise with its dose and instructions; ``drawing`` is the id of a line drawing, or empty."""

    name: str
    dose: str
    total: str
    cue: str
    stop_if: str
    facts: tuple[tuple[str, str], ...] = ()
    why: tuple[tuple[str, str], ...] = ()
    drawing: str = ""
    role: str = ""


@dataclass(frozen=True)
class Exercises:
    """Exercises under a title."""

    kind: ClassVar[str] = "exercises"
    exercises: tuple[Exercise, ...]
    title: str = ""


@dataclass(frozen=True)
class Card:
    """A finding: title, tags, summary, and one line for each piece of evidence."""

    id: str
    title: str
    tags: tuple[str, ...]
    text: str
    items: tuple[str, ...] = ()
    small: str = ""
    look: str = ""


@dataclass(frozen=True)
class Cards:
    """Findings side by side."""

    kind: ClassVar[str] = "cards"
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class WriteIn:
    """Labels with space for handwriting on paper; ``lines`` is the number of ruled lines below them."""

    kind: ClassVar[str] = "writein"
    labels: tuple[tuple[str, str], ...]
    title: str = ""
    lines: int = 0


@dataclass(frozen=True)
class Fold:
    """Blocks that stay hidden until the reader opens them."""

    kind: ClassVar[str] = "fold"
    title: str
    blocks: tuple[Block, ...]


Block = (
    Head
    | Paragraph
    | Bullets
    | Facts
    | Table
    | Callout
    | Tiles
    | Chart
    | Week
    | Exercises
    | Cards
    | WriteIn
    | Fold
)


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Attributes
    ----------
    id
        Short name, unique in the report.
    title
        Heading; empty for a section without one.
    folded
        True where the page hides the section until the reader opens it.
    grid
        Number of blocks side by side on a wide screen.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    folded: bool = False
    grid: int = 1
