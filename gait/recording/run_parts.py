"""Named parts of a run: ``[[block]]`` of ``session.toml``, or written out as text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gait.errors import RecordingError

__all__ = ["Part", "part_of_table", "parts_of_text"]

NAME_LIMIT = 60
"""Characters of a part's name (chosen: a heading on one line)."""


@dataclass(frozen=True)
class Part:
    """A stretch of a run under one condition, [start_s, end_s) of session time."""

    name: str
    start_s: float
    end_s: float


def part_of_table(table: object, where: str | Path) -> Part:
    """Return a part as ``[[block]]`` names it: ``name``, ``start_s``, ``end_s``.

    Raises
    ------
    RecordingError
        An unknown or a missing key, or an end before its start.
    """
    if not isinstance(table, dict) or set(table) != {"name", "start_s", "end_s"}:
        raise RecordingError(
            "a [[block]] that is not name, start_s and end_s",
            where=where,
            todo='write [[block]], name = "metronome +5", start_s = 300, end_s = 480',
        )
    name, start, end = table["name"], table["start_s"], table["end_s"]
    times = all(
        isinstance(second, int | float) and not isinstance(second, bool) and math.isfinite(second)
        for second in (start, end)
    )
    if not isinstance(name, str) or not name.strip() or len(name) > NAME_LIMIT or not times or end <= start:
        raise RecordingError(
            f"the block {str(name)[:NAME_LIMIT]!r} from {start!r} to {end!r}",
            where=where,
            todo=f"give a name of up to {NAME_LIMIT} characters, and seconds that end after they start",
        )
    return Part(name.strip(), float(start), float(end))


def parts_of_text(text: str, where: str) -> Sequence[Part]:
    """Return parts from ``NAME=START:END,NAME=START:END``, seconds of session time.

    Raises
    ------
    RecordingError
        Text of another form.

    Examples
    --------
    >>> parts_of_text("base=0:180,+5 %=180:360", "--blocks")
    (Part(name='base', start_s=0.0, end_s=180.0), Part(name='+5 %', start_s=180.0, end_s=360.0))
    """
    out = []
    for piece in text.split(","):
        name, _, span = piece.rpartition("=")
        try:
            start, end = (float(part) for part in span.split(":"))
        except ValueError:
            raise RecordingError(
                f"{piece.strip()[:NAME_LIMIT]!r} is no block",
                where=where,
                todo="write NAME=START:END in seconds, such as base=0:180,+5=180:360",
            ) from None
        out.append(part_of_table({"name": name, "start_s": start, "end_s": end}, where))
    return tuple(out)
