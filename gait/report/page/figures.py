"""The page's pictures: what is drawn from which numbers; words come from the catalogue, strokes of `svg`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from gait.analysis.metrics import METRICS
from gait.analysis.results import Analysis, Bout, Waveform
from gait.arrays import FloatArray
from gait.frames import Side
from gait.report import series
from gait.report.numbers import number, units
from gait.report.page.svg import Plot, nice_ticks, span_of
from gait.report.population_bands import STRIKE_THRESHOLDS_DEG
from gait.report.words import Words

__all__ = ["Figure", "contact_against", "foot_path", "over_the_run", "stride_waves", "strike_histogram"]

ALONG = (
    "cadence_spm",
    "contact_ms",
    "strike_angle_deg",
    "pronation_excursion_deg",
    "shank_angle_deg",
    "frontal_excursion_deg",
    "tibial_peak_g",
)
"""What is drawn over the run, where it was measured; filled up with `SPARE` to at least two."""
SPARE = ("flight_ms", "speed_m_s")


Pick = Callable[[Waveform], FloatArray | None]
"""Takes one quantity of a mean stride; None where that was not measured."""


@dataclass(frozen=True)
class Figure:
    """A picture with its words and, for screen readers and copying, its numbers.

    ``caption`` is what one should see in it; ``head`` and ``rows`` are the table.
    """

    title: str
    unit: str
    caption: str
    picture: Markup
    sides: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    wide: bool = False
    below: str = ""


def over_the_run(analysis: Analysis, words: Words) -> tuple[Figure, ...]:
    """Draw the main metrics against time, with walking breaks and gaps shaded."""
    rows = series.running(analysis.strides)
    if not len(rows):
        return ()
    there = [name for name in ALONG if _has(rows, name)]
    there += [name for name in SPARE if _has(rows, name)][: max(0, 2 - len(there))]
    return tuple(_along(analysis, rows, name, words) for name in there[:6])


def _has(rows: pd.DataFrame, name: str) -> bool:
    return name in rows and bool(rows[name].notna().any())


def _sides(rows: pd.DataFrame, name: str) -> tuple[Side, ...]:
    known: tuple[Side, ...] = ("left", "right")
    return tuple(side for side in known if _has(rows[rows["side"] == side], name))


def _along(analysis: Analysis, rows: pd.DataFrame, name: str, words: Words) -> Figure:
    """One metric over the run."""
    start, end = analysis.activity[0].start_s, analysis.activity[-1].end_s
    sides = _sides(rows, name)
    both = name == "cadence_spm" or len(sides) < 2
    groups = {"one": rows} if both else {str(side): rows[rows["side"] == side] for side in sides}
    lines = {look: series.over_time(group, name, start, end) for look, group in groups.items()}
    middles = np.concatenate([line.middle for line in lines.values()])
    low, high = span_of(middles, METRICS[name].least_range or 1e-9, tail=0.5)
    title = words(f"metric.{name}")
    text = _steady(middles, name, words)
    plot = Plot((0.0, (end - start) / 60.0), (low, high), height=150, alt=f"{title}. {text}")
    _shade_breaks(plot, analysis.activity, start)
    _axes(plot, x_unit="min", words=words)
    for look, line in lines.items():
        minutes = (line.time_s - start) / 60.0
        plot.band(minutes, np.maximum(line.low, low), np.minimum(line.high, high), f"{look} area")
        plot.line(minutes, np.clip(line.middle, low, high), f"{look} line")
    head, table = _along_table(lines, start, name, words)
    return Figure(
        title,
        METRICS[name].unit,
        text,
        plot.markup(),
        () if both else sides,
        head,
        table,
        below=words("axis.time"),
    )


def _shade_breaks(plot: Plot, activity: Sequence[Bout], start: float) -> None:
    """Shade what was not running: gaps of the recording darker than walking and standing."""
    for bout in activity:
        if bout.kind != "running":
            look = "gap" if bout.kind == "gap" else "break"
            plot.shade((bout.start_s - start) / 60.0, (bout.end_s - start) / 60.0, look)


def _axes(plot: Plot, *, x_unit: str, words: Words, x_decimals: int | None = None) -> None:
    """Numbers at both axes."""
    y_ticks = nice_ticks(*plot.y, most=4)
    plot.y_axis(y_ticks, _tick_labels(y_ticks))
    x_ticks = nice_ticks(*plot.x, most=6)
    if x_unit == "min" and plot.x[1] < 2.0:
        seconds = nice_ticks(0.0, 60.0 * plot.x[1], most=6)
        plot.x_axis([tick / 60.0 for tick in seconds], [words("axis.s", n=number(s, 0)) for s in seconds])
        return
    labels = _tick_labels(x_ticks) if x_decimals is None else [number(tick, x_decimals) for tick in x_ticks]
    plot.x_axis(x_ticks, [words("axis.min", n=label) for label in labels] if x_unit == "min" else labels)


def _tick_labels(ticks: Sequence[float]) -> list[str]:
    """As many decimals as the ticks' distance needs."""
    step = min((b - a for a, b in itertools.pairwise(ticks)), default=1.0)
    decimals = 0 if step >= 1.0 - 1e-9 else 1 if step >= 0.1 - 1e-9 else 2
    return [number(tick, decimals) for tick in ticks]


def _steady(middles: FloatArray, name: str, words: Words) -> str:
    """What the line does, in a sentence: the range that holds nine tenths of it."""
    finite = middles[np.isfinite(middles)]
    if not finite.size:
        return words("fig.empty")
    low, high = np.percentile(finite, [5.0, 95.0])
    info = METRICS[name]
    return words(
        "fig.mostly", low=number(low, info.decimals), high=number(high, info.decimals), unit=units(info.unit)
    )


def _along_table(
    lines: dict[str, series.Series], start: float, name: str, words: Words
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The line in about ten rows."""
    decimals = METRICS[name].decimals
    any_line = next(iter(lines.values()))
    picks = np.unique(np.linspace(0, len(any_line.time_s) - 1, 10).astype(int))
    head = (words("table.time"), *(words(f"side.{look}") for look in lines))
    rows = []
    for pick in picks:
        at = any_line.time_s[pick]
        if not np.isfinite(at):
            continue
        cells = (number(_near(line, at), decimals) for line in lines.values())
        rows.append((words("axis.min", n=number((at - start) / 60.0, 1)), *cells))
    return head, tuple(rows)


def _near(line: series.Series, at: float) -> float:
    """The line's value at a time, or NaN where it has a break there."""
    if not np.isfinite(line.time_s).any():
        return float("nan")
    return float(line.middle[np.nanargmin(np.abs(line.time_s - at))])


def contact_against(analysis: Analysis, words: Words) -> tuple[Figure, ...]:
    """Draw contact time against cadence and against speed."""
    rows = series.running(analysis.strides, clean=True)
    names = [name for name in ("cadence_spm", "speed_m_s") if _has(rows, name) and _has(rows, "contact_ms")]
    return tuple(_contact_scatter(rows, name, words) for name in names)


def _contact_scatter(rows: pd.DataFrame, name: str, words: Words) -> Figure:
    sides = _sides(rows, "contact_ms")
    x = span_of(rows[name].to_numpy(dtype=float), (METRICS[name].least_range or 1e-9) / 2.0, tail=0.5)
    y = span_of(rows["contact_ms"].to_numpy(dtype=float), METRICS["contact_ms"].least_range or 1e-9, tail=0.5)
    title = words("fig.contact_against", name=words(f"metric.{name}").lower())
    plot = Plot(x, y, height=190, alt=f"{title}. {words('fig.contact_against_alt')}")
    _axes(plot, x_unit=METRICS[name].unit, words=words)
    for side in sides:
        a, b = series.scatter(rows[rows["side"] == side], name, "contact_ms")
        keep = (a >= x[0]) & (a <= x[1]) & (b >= y[0]) & (b <= y[1])
        plot.dots(a[keep], b[keep], f"{side} dots")
    table = []
    for side in sides:
        a, b = series.trend(rows[rows["side"] == side], name, "contact_ms")
        plot.line(a, b, f"{side} line trend")
        decimals = METRICS[name].decimals
        table += [
            (words(f"side.{side}"), number(i, decimals), number(j, 0)) for i, j in zip(a, b, strict=True)
        ]
    head = (words("table.side"), f"{words(f'metric.{name}')}, {METRICS[name].unit}", words("table.contact"))
    return Figure(
        title, "ms", words("fig.contact_against_caption"), plot.markup(), sides, head, tuple(table),
        below=f"{words(f'metric.{name}')}, {METRICS[name].unit}",
    )  # fmt: skip


def strike_histogram(analysis: Analysis, words: Words) -> Figure | None:
    """Draw how often each strike angle came, with the classes' thresholds."""
    rows = series.running(analysis.strides, clean=True)
    if not _has(rows, "strike_angle_deg"):
        return None
    sides = _sides(rows, "strike_angle_deg")
    angles = rows["strike_angle_deg"].to_numpy(dtype=float)
    low, high = span_of(np.append(angles, STRIKE_THRESHOLDS_DEG), 20.0, tail=0.2)
    low, high = np.floor(min(low, -6.0)), np.ceil(max(high, 13.0))
    edges = np.linspace(low, high, int(min(48, high - low)) + 1)
    shares = {
        side: series.histogram(rows.loc[rows["side"] == side, "strike_angle_deg"], edges) for side in sides
    }
    top = 1.3 * max(float(share.max()) for share in shares.values())
    title = words("fig.strike")
    plot = Plot((low, high), (0.0, top), height=190, alt=f"{title}. {_shares_text(analysis, words)}")
    _axes(plot, x_unit="°", words=words)
    for side, share in shares.items():
        plot.bars(edges, share, f"{side} area")
        plot.bars(edges, share, f"{side} line")
    fore, rear = STRIKE_THRESHOLDS_DEG
    plot.vline(fore, "mark")
    plot.vline(rear, "mark")
    for middle, key in (
        ((low + fore) / 2, "forefoot"),
        ((fore + rear) / 2, "midfoot"),
        ((rear + high) / 2, "rearfoot"),
    ):
        plot.word(middle, 0.93 * top, words(f"strike.{key}"))
    head = (words("table.angle"), *(words(f"side.{side}") for side in sides))
    table = tuple(
        (
            f"{number(edges[i], 0)}° – {number(edges[i + 1], 0)}°",
            *(f"{number(s[i], 1)} %" for s in shares.values()),
        )
        for i in range(len(edges) - 1)
        if any(s[i] >= 0.05 for s in shares.values())
    )
    return Figure(
        title, words("fig.strike_unit"), _shares_text(analysis, words), plot.markup(), sides, head, table,
        below=words("axis.strike"),
    )  # fmt: skip


def _shares_text(analysis: Analysis, words: Words) -> str:
    """``Rearfoot 91 %, midfoot 9 %, forefoot 0 % of strides``."""
    metric = analysis.metrics.get("strike") or analysis.metrics.get("strike_angle_deg")
    shares = metric.shares if metric is not None else None
    if not shares:
        return words("fig.empty")
    parts = [f"{words(f'strike.{name}')} {number(100.0 * share, 0)} %" for name, share in shares.items()]
    return words("fig.shares", parts=", ".join(parts))


def stride_waves(analysis: Analysis, words: Words) -> tuple[Figure, ...]:
    """Draw the mean stride: pitch, roll and acceleration against per cent of the stride."""
    figures = [
        _wave(analysis.waveforms, "pitch", "°", words, lambda wave: wave.pitch_deg),
        _wave(analysis.waveforms, "roll", "°", words, lambda wave: wave.roll_deg),
        _wave(analysis.waveforms, "acceleration", "g", words, _acceleration),
    ]
    return tuple(figure for figure in figures if figure is not None)


def _acceleration(wave: Waveform) -> FloatArray | None:
    """Upward acceleration of an aligned sensor, else its size."""
    for column in (2, 0):
        values = wave.acc_g[:, column]
        if np.isfinite(values).any():
            return values
    return None


def _wave(waves: Sequence[Waveform], kind: str, unit: str, words: Words, pick: Pick) -> Figure | None:
    """One quantity over the stride, a line a side; shoes before shanks when both were worn."""
    placement = next((wave.placement for wave in waves if wave.placement == "shoe"), "shank")
    lines: dict[Side, tuple[FloatArray, Waveform]] = {}
    for wave in waves:
        values = pick(wave) if wave.placement == placement else None
        if values is not None and np.isfinite(values).any():
            lines[wave.side] = (values, wave)
    if not lines:
        return None
    percent = np.linspace(0.0, 100.0, 101)
    low, high = span_of(np.concatenate([values for values, _ in lines.values()]), 1.0, tail=0.0)
    title = words(f"wave.{kind}.{placement}")
    plot = Plot((0.0, 100.0), (low, high), height=150, alt=f"{title}. {words(f'wave.{kind}.caption')}")
    if low < 0.0 < high:
        plot.hline(0.0, "zero")
    _axes(plot, x_unit="%", words=words)
    for side, (values, wave) in lines.items():
        plot.line(percent, values, f"{side} line")
        plot.vline(wave.tc_pct, f"{side} event")
    first = next(iter(lines.values()))[1]
    plot.vline(first.tc_pct, "mark faint", words("wave.toe_off"))
    head = (words("table.percent"), *(words(f"side.{side}") for side in lines))
    table = tuple(
        (f"{k} %", *(number(float(values[k]), 1) for values, _ in lines.values())) for k in range(0, 101, 10)
    )
    return Figure(
        title,
        unit,
        words(f"wave.{kind}.caption"),
        plot.markup(),
        tuple(lines),
        head,
        table,
        below=words("axis.stride"),
    )


def foot_path(analysis: Analysis, words: Words) -> Figure | None:
    """Draw the foot's way from contact to contact, seen from the side."""
    paths = {wave.side: wave.path_m for wave in analysis.waveforms if wave.path_m is not None}
    paths = {side: path for side, path in paths.items() if np.isfinite(path).all()}
    if not paths:
        return None
    ahead = np.concatenate([path[:, 0] for path in paths.values()])
    height = 100.0 * np.concatenate([path[:, 2] for path in paths.values()])
    title = words("fig.path")
    x, y = span_of(ahead, 0.5, tail=0.0), span_of(height, 10.0, tail=0.0)
    plot = Plot(x, y, height=150, alt=f"{title}. {words('fig.path_caption')}")
    _axes(plot, x_unit="m", words=words)
    for side, path in paths.items():
        plot.line(path[:, 0], 100.0 * path[:, 2], f"{side} line")
    head = (
        words("table.percent"),
        *(f"{words(f'side.{side}')}, {axis}" for side in paths for axis in ("m", "cm")),
    )
    table = tuple(
        (f"{k} %", *(t for p in paths.values() for t in (number(p[k, 0], 2), number(100.0 * p[k, 2], 0))))
        for k in range(0, 101, 10)
    )
    return Figure(
        title,
        "cm",
        words("fig.path_caption"),
        plot.markup(),
        tuple(paths),
        head,
        table,
        below=words("axis.path"),
    )
