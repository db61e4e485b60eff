"""``gait analyze``: strides and metrics of a recording."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.main import one_line
from gait.cli.option_groups import SessionOptions, grouped
from gait.cli.options import JsonOption, LangOption, PathArgument, with_watch

if TYPE_CHECKING:
    from gait.analysis.results import Analysis, Metric
    from gait.report.words import Words

__all__ = ["command"]

STDOUT = Path("-")


@grouped
def command(
    *,
    path: PathArgument,
    strides: Annotated[
        Path | None,
        typer.Option(
            "--strides", metavar="FILE", help="Write one row a stride as CSV (.csv, .csv.gz); - is stdout."
        ),
    ] = None,
    json_file: JsonOption = None,
    facts: SessionOptions,
    lang: LangOption = "en",
) -> None:
    """Strides and metrics of a recording, without findings and plan.

    Prints a summary; --strides and --json write the numbers for other programs.
    """
    from gait.report.words import load_words

    words = load_words(lang)
    session = facts.load(path)
    from gait.analysis.analyze import analyze

    analysis = with_watch(analyze(session, processes=2), facts.activity)
    to_stdout = STDOUT in (strides, json_file)
    print(summary(analysis, words), file=sys.stderr if to_stdout else sys.stdout)
    if strides is not None:
        _put_strides(analysis, strides)
    if json_file is not None:
        _put_json(analysis, json_file)


def _put_strides(analysis: Analysis, target: Path) -> None:
    from gait.report.exports.strides_and_json import strides_csv, write_strides

    if target == STDOUT:
        sys.stdout.write(strides_csv(analysis))
    else:
        print(f"strides: {write_strides(analysis, target)}", file=sys.stderr)


def _put_json(analysis: Analysis, target: Path) -> None:
    from gait.report.exports.strides_and_json import analysis_json, write_json

    if target == STDOUT:
        print(json.dumps(analysis_json(analysis), indent=2, allow_nan=False))
    else:
        print(f"numbers: {write_json(analysis, target)}", file=sys.stderr)


def summary(analysis: Analysis, words: Words | None = None) -> str:
    """Say a session in a few lines: the run, each metric with its 95 % interval, what is missing.

    Parameters
    ----------
    analysis
        Of any session, one without running too.
    words
        In which language; English by default.
    """
    from gait.analysis.metrics import METRICS
    from gait.report.numbers import missing_by_reason
    from gait.report.words import load_words

    words = words or load_words()
    lines = [_run(analysis, words)]
    lines += [
        "  "
        + words("summary.sensor", sensor=words.translated(sensor.name), n=sensor.strides, hz=sensor.rate_hz)
        for sensor in analysis.sensors
    ]
    lines += [f"  {one_line(line)}" for line in (*_doubts(analysis, words), *_watch(analysis, words))]
    rows = [_row(name, analysis.metrics[name], words) for name in METRICS if name in analysis.metrics]
    head = ("", words("summary.median"), words("summary.interval"), words("side.left"), words("side.right"))
    lines += _columns([head, *rows]) if rows else ["  " + words("summary.no_running")]
    lines += _within(analysis, words)
    missing = {name: why for name, why in analysis.not_measured.items() if name in METRICS}
    lines += [f"  {line}" for line in missing_by_reason(missing, words, words.label)]
    return "\n".join(lines)


def _run(analysis: Analysis, words: Words) -> str:
    """Return the session's name, its length, and the minutes of each activity."""
    minutes = {kind: analysis.time_in(kind) / 60.0 for kind in ("running", "walking", "still")}
    times = words("list.comma").join(
        words(f"summary.{kind}", n=value) for kind, value in minutes.items() if value >= 0.05
    )
    length = words("summary.minutes", n=analysis.duration_s / 60.0)
    return f"{one_line(analysis.name)}: {length} ({times or words('summary.no_gait')})"


def _within(analysis: Analysis, words: Words) -> list[str]:
    """Return a line for each change of form within the run."""
    from gait.history.within_run import changes_within_run
    from gait.report.moved import sentence
    from gait.report.numbers import numbers_of

    reported = [row for row in changes_within_run(analysis) if row.is_reported]
    if not reported:
        return []
    start = analysis.activity[0].start_s
    unknown = "speed_m_s" not in analysis.metrics
    why = words("within.no_speed" if unknown else "within.cannot_tell")
    with numbers_of(words):
        moved = [f"    {sentence(row, start, words)}" for row in reported]
    return ["  " + words("summary.within"), *moved, f"    {why}"]


def _doubts(analysis: Analysis, words: Words) -> list[str]:
    """Return a line for each contradiction of a sensor, and for each stretch not counted as running."""
    from gait.analysis.session.quality import fault_line

    turned_down = [
        words(
            "summary.looks_like",
            sensor=words.translated(sensor.name),
            what=words.translated(sensor.looks_like),
        )
        for sensor in analysis.sensors
        if sensor.looks_like
    ]
    faults = [
        f"{words.translated(fault.sensor) or words('summary.session')}: {words.translated(fault_line(fault))}"
        for fault in analysis.faults
    ]
    return faults + turned_down


def _watch(analysis: Analysis, words: Words) -> list[str]:
    """Return what the watch added, in a line; none without a watch."""
    watch = analysis.watch
    if watch is None:
        return []
    parts = [
        words("summary.km", n=watch.distance_m / 1000.0) if watch.distance_m is not None else "",
        words("summary.beats", n=watch.heart_rate_bpm) if watch.heart_rate_bpm is not None else "",
        words("summary.climb", n=watch.climb_m) if watch.climb_m is not None else "",
        words("summary.laps", n=len(watch.laps)) if len(watch.laps) > 1 else "",
    ]
    measured = words("list.comma").join(part for part in parts if part) or words("summary.nothing")
    line = words("summary.watch", file=watch.source, what=measured)
    line += f"; {words.translated(analysis.settings['watch'])}"
    if watch.gain is not None:
        line += "; " + words("summary.gain", n=watch.gain)
    return [line]


def _row(name: str, metric: Metric, words: Words) -> tuple[str, ...]:
    from gait.analysis.metrics import METRICS
    from gait.cli.rounded import places, rounded

    decimals = places(name, metric.uncertainty)

    def show(value: float | None) -> str:
        return "" if value is None else rounded(value, decimals, words)

    bound = ">= " if metric.lower_bound else ""
    unit = f" {METRICS[name].unit}".rstrip()
    return (
        words.label(name),
        f"{bound}{show(metric.value)}{unit}",
        f"±{show(metric.uncertainty)}",
        show(metric.left),
        show(metric.right),
    )


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    """Return text columns side by side: the first to the left, numbers to the right."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
