"""``gait analyze``: strides and metrics of a recording."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.main import one_line
from gait.cli.options import (
    ActivityOption,
    DistanceOption,
    HeightOption,
    JsonOption,
    MassOption,
    PathArgument,
    PlacementOption,
    SideOption,
    SpeedOption,
    load_session,
    with_watch,
)

if TYPE_CHECKING:
    from gait.analysis.results import Analysis, Metric

__all__ = ["command"]

STDOUT = Path("-")


def command(
    path: PathArgument,
    strides: Annotated[
        Path | None,
        typer.Option(
            "--strides", metavar="FILE", help="Write one row a stride as CSV (.csv, .csv.gz); - is stdout."
        ),
    ] = None,
    json_file: JsonOption = None,
    placement: PlacementOption = None,
    side: SideOption = None,
    distance: DistanceOption = None,
    speed: SpeedOption = None,
    mass: MassOption = None,
    height: HeightOption = None,
    activity: ActivityOption = None,
) -> None:
    """Strides and metrics of a recording, without findings and plan.

    Prints a summary; --strides and --json write the numbers for other programs.
    """
    session = load_session(
        path,
        placement=placement,
        side=side,
        distance_m=distance,
        speed_m_s=speed,
        mass_kg=mass,
        height_m=height,
    )
    from gait.analysis.analyze import analyze

    analysis = with_watch(analyze(session), activity)
    to_stdout = STDOUT in (strides, json_file)
    print(summary(analysis), file=sys.stderr if to_stdout else sys.stdout)
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


def summary(analysis: Analysis) -> str:
    """Say a session in a few lines: the run, each metric with its 95 % interval, what is missing.

    Parameters
    ----------
    analysis
        Of any session, one without running too.
    """
    from gait.analysis.metrics import METRICS

    minutes = {kind: analysis.time_in(kind) / 60.0 for kind in ("running", "walking", "still")}
    times = ", ".join(f"{value:.1f} min {kind}" for kind, value in minutes.items() if value >= 0.05)
    lines = [f"{one_line(analysis.name)}: {analysis.duration_s / 60.0:.1f} min ({times or 'no gait found'})"]
    lines += [f"  {one.name}: {one.strides} strides at {one.rate_hz:.0f} Hz" for one in analysis.sensors]
    lines += [f"  {one_line(line)}" for line in _doubts(analysis)]
    lines += [f"  {one_line(line)}" for line in _watch(analysis)]
    rows = [_row(name, analysis.metrics[name]) for name in METRICS if name in analysis.metrics]
    lines += _aligned([("", "median", "95 %", "left", "right"), *rows]) if rows else ["  no running in it"]
    lines += _within(analysis)
    lines += [
        f"  {METRICS[name].label}: {why}" for name, why in analysis.not_measured.items() if name in METRICS
    ]
    return "\n".join(lines)


def _within(analysis: Analysis) -> list[str]:
    """When form changed within the run, a line a change."""
    from gait.history.within_run import changes_within_run
    from gait.report.sections.within_run import sentence
    from gait.report.words import load_words

    told = [row for row in changes_within_run(analysis) if row.told]
    if not told:
        return []
    words, start = load_words(), analysis.activity[0].start_s
    unknown = "speed_m_s" not in analysis.metrics
    why = words("within.no_speed" if unknown else "within.cannot_tell")
    return ["  within the run:", *(f"    {sentence(row, start, words)}" for row in told), f"    {why}"]


def _doubts(analysis: Analysis) -> list[str]:
    """Say what contradicts itself, and what was not counted as running, a line each."""
    from gait.analysis.session.quality import fault_line

    turned_down = [
        f"{one.name}: this looks like {one.looks_like}" for one in analysis.sensors if one.looks_like
    ]
    return [f"{one.sensor or 'session'}: {fault_line(one)}" for one in analysis.faults] + turned_down


def _watch(analysis: Analysis) -> list[str]:
    """Return what the watch added, in a line; none without a watch."""
    watch = analysis.watch
    if watch is None:
        return []
    parts = [
        f"{watch.distance_m / 1000.0:.2f} km" if watch.distance_m is not None else "",
        f"{watch.heart_rate_bpm:.0f} beats/min" if watch.heart_rate_bpm is not None else "",
        f"{watch.climb_m:.0f} m climb" if watch.climb_m is not None else "",
        f"{len(watch.laps)} laps" if len(watch.laps) > 1 else "",
    ]
    line = f"watch {watch.source}: {', '.join(part for part in parts if part) or 'nothing measured'}"
    line += f"; {analysis.settings['watch']}"
    if watch.gain is not None:
        line += f"; stride lengths x {watch.gain:.3f}"
    return [line]


def _row(name: str, metric: Metric) -> tuple[str, ...]:
    from gait.analysis.metrics import METRICS

    info = METRICS[name]

    def show(value: float | None, more: int = 0) -> str:
        return "" if value is None else f"{value:.{info.decimals + more}f}"

    bound = ">= " if metric.lower_bound else ""
    unit = f" {info.unit}" if info.unit else ""
    return (
        info.label,
        f"{bound}{show(metric.value)}{unit}",
        f"±{show(metric.uncertainty, more=metric.uncertainty < 0.5 * 10.0**-info.decimals)}",
        show(metric.left),
        show(metric.right),
    )


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Text columns side by side: the first to the left, numbers to the right."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
