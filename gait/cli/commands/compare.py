"""``gait compare``: two sessions, or two groups of them, with what changed beyond noise and speed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.options import JsonOption, PlacementOption, SideOption, load_session
from gait.errors import RecordingError

if TYPE_CHECKING:
    from gait.analysis.results import Analysis
    from gait.history.change import Change

__all__ = ["command"]

STDOUT = Path("-")
GROUPS = (
    ("changed", "Changed"),
    ("explained by speed", "Explained by speed"),
    ("speed unknown", "Cannot be told: speed unknown"),
    ("no change shown", "No change shown"),
)
"""Verdict -> title, in the order that people read them."""


def command(
    first: Annotated[
        Path, typer.Argument(help="The earlier session, or a folder of some.", show_default=False)
    ],
    second: Annotated[Path, typer.Argument(help="The later one, or a folder of some.", show_default=False)],
    json_file: JsonOption = None,
    placement: PlacementOption = None,
    side: SideOption = None,
) -> None:
    """Two sessions of one runner, or two groups (before/ after/): what changed for sure, and what did not.

    A change is called one when it exceeds the noise of both sessions and what the difference in speed leads
    to expect, and is large enough to matter. What the method errs on this runner in both cancels.
    """
    from gait.history.change import compare_groups

    before, after = (_group(path, placement=placement, side=side) for path in (first, second))
    rows = compare_groups(
        [one.metrics for one in before],
        [one.metrics for one in after],
        same_sensors=_same_sensors(before, after),
    )
    target = sys.stderr if json_file == STDOUT else sys.stdout
    for line in _table(before, after, rows):
        print(line, file=target)
    text = json.dumps([row.plain() for row in rows], indent=2, allow_nan=False)
    if json_file == STDOUT:
        print(text)
    elif json_file is not None:
        from gait.files import write_text

        write_text(json_file, text + "\n")


def _group(path: Path, *, placement: PlacementOption, side: SideOption) -> list[Analysis]:
    """Return the analyses of a session, or of every session in a folder of sessions."""
    from gait.analysis.analyze import AnalysisSettings, analyze

    folders = _sessions(path)
    return [
        analyze(load_session(one, placement=placement, side=side), AnalysisSettings(waveforms=False))
        for one in folders
    ]


def _sessions(path: Path) -> list[Path]:
    """Return the path itself where it is a session, else the sessions in that folder."""
    from gait.recording.session_folder import candidates

    if not path.is_dir():
        return [path]
    try:
        candidates(path)
    except RecordingError:
        inner = [one for one in sorted(path.iterdir()) if one.is_dir() and _holds_recordings(one)]
        if not inner:
            raise
        return inner
    return [path]


def _holds_recordings(folder: Path) -> bool:
    from gait.recording.session_folder import candidates

    try:
        return bool(candidates(folder))
    except RecordingError:
        return False


def _same_sensors(before: list[Analysis], after: list[Analysis]) -> bool:
    """Return whether the places that both groups have were measured by one kind of sensor."""
    ones, others = (
        {sensor.name: (sensor.has_gyr, sensor.device) for one in group for sensor in one.sensors}
        for group in (before, after)
    )
    common = ones.keys() & others.keys()
    return bool(common) and all(ones[name] == others[name] for name in common)


def _table(before: list[Analysis], after: list[Analysis], rows: list[Change]) -> list[str]:
    from gait.analysis.metrics import METRICS

    lines = [f"{_title(before)} against {_title(after)}"]
    if not rows:
        return [*lines, "  no number that both have"]
    for verdict, title in GROUPS:
        group = [row for row in rows if row.verdict == verdict]
        if group:
            lines.append(title)
        for row in group:
            info = METRICS[row.metric]
            decimals = info.decimals or 1
            values = f"{row.first:9.{decimals}f}{row.second:9.{decimals}f}{row.change:+9.{decimals}f}"
            half = f" ± {row.uncertainty:.{decimals}f} {info.unit}".rstrip()
            lines.append(f"  {info.label:26}{values}{half}{_by_speed(row, decimals)}")
    return lines


def _by_speed(row: Change, decimals: int) -> str:
    """Return what speed leads to expect, where it shows in the decimals at hand."""
    if row.expected is None or abs(row.expected) < 0.5 * 10.0**-decimals:
        return ""
    return f", {row.expected:+.{decimals}f} by speed"


def _title(group: list[Analysis]) -> str:
    from gait.cli.main import one_line

    return one_line(group[0].name) if len(group) == 1 else f"{len(group)} sessions"
