"""``gait compare``: two sessions side by side, with what changed beyond the uncertainty."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gait.cli.options import JsonOption, PlacementOption, SideOption, load_session

if TYPE_CHECKING:
    from gait.analysis.results import Analysis

__all__ = ["command"]

STDOUT = Path("-")


def command(
    first: Annotated[Path, typer.Argument(help="The earlier session or recording.", show_default=False)],
    second: Annotated[Path, typer.Argument(help="The later one.", show_default=False)],
    json_file: JsonOption = None,
    placement: PlacementOption = None,
    side: SideOption = None,
) -> None:
    """Two sessions side by side: what changed for sure, and what did not.

    A change is called one when it exceeds the 95 % uncertainty of both sessions together. Contact time and
    its like change with speed: compare runs at one speed.
    """
    from gait.analysis.analyze import AnalysisSettings, analyze

    one, other = (
        analyze(load_session(path, placement=placement, side=side), AnalysisSettings(waveforms=False))
        for path in (first, second)
    )
    rows = _rows(one, other)
    target = sys.stderr if json_file == STDOUT else sys.stdout
    for line in _table(one, other, rows):
        print(line, file=target)
    if json_file == STDOUT:
        print(json.dumps(rows, indent=2, allow_nan=False))
    elif json_file is not None:
        json_file.write_text(json.dumps(rows, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def _rows(one: Analysis, other: Analysis) -> list[dict[str, Any]]:
    from gait.analysis.metrics import METRICS

    rows = []
    for name in METRICS:
        before, after = one.metrics.get(name), other.metrics.get(name)
        if before is None or after is None:
            continue
        half = math.hypot(before.uncertainty, after.uncertainty)
        change = after.value - before.value
        rows.append(
            {
                "metric": name,
                "first": before.value,
                "second": after.value,
                "change": change,
                "uncertainty": half,
                "changed": abs(change) > half,
            }
        )
    return rows


def _table(one: Analysis, other: Analysis, rows: list[dict[str, Any]]) -> list[str]:
    from gait.analysis.metrics import METRICS
    from gait.cli.main import one_line

    lines = [f"{one_line(one.name)} against {one_line(other.name)}"]
    if not rows:
        return [*lines, "  no number that both have"]
    for changed, title in ((True, "Changed beyond the uncertainty"), (False, "No change shown")):
        group = [row for row in rows if row["changed"] is changed]
        if not group:
            continue
        lines.append(title)
        for row in group:
            info = METRICS[row["metric"]]
            decimals = info.decimals or 1
            lines.append(
                f"  {info.label:26}{row['first']:9.{decimals}f}{row['second']:9.{decimals}f}"
                f"{row['change']:+9.{decimals}f} ± {row['uncertainty']:.{decimals}f} {info.unit}".rstrip()
            )
    return lines
