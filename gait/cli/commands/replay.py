"""``gait replay``: a saved recording through the live engine, each stride as it is decided."""

from __future__ import annotations

import dataclasses
import heapq
import json
import math
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.options import PathArgument, PlacementOption, SideOption, load_samples
from gait.errors import UsageError
from gait.missing import number_or_none

if TYPE_CHECKING:
    from gait.analysis.engine import Stride
    from gait.recording.model import Recording

__all__ = ["command", "factor_of"]

CHUNK_S = 0.1
"""s of samples that go to the engine at a time (chosen: about what a sensor sends)."""


def command(
    path: PathArgument,
    speed: Annotated[str, typer.Option("--speed", metavar="X|max", help="Times real time, or max.")] = "1",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a stride on stdout.")] = False,
    placement: PlacementOption = None,
    side: SideOption = None,
) -> None:
    """Play a recording as it would have looked live.

    The same strides as gait analyze, each printed when the engine decides it.
    """
    factor = factor_of(speed)
    session = load_samples(path, placement=placement, side=side)
    begun = time.monotonic()
    start = min(float(recording.time_s[0]) for recording in session.recordings)
    view = _Screen() if sys.stdout.isatty() and not jsonl else None
    count = 0
    try:
        for decided_s, stride in _strides(session.recordings):
            if math.isfinite(factor):
                wait = (decided_s - start) / factor - (time.monotonic() - begun)
                if wait > 0:
                    time.sleep(wait)
            count += 1
            if view is not None:
                view.show(stride, decided_s, count)
            else:
                print(_json(stride, decided_s) if jsonl else _line(stride), flush=True)
    finally:
        if view is not None:
            view.close()
    if not jsonl:
        print(f"{count} strides", file=sys.stderr)


class _Screen:
    """A live table on a terminal: the last stride of each sensor and how the run goes."""

    def __init__(self) -> None:
        from rich.live import Live

        self._last: dict[str, Stride] = {}
        self._live = Live(refresh_per_second=8, transient=False)
        self._live.start()

    def show(self, stride: Stride, decided_s: float, count: int) -> None:
        """Bring the table up to date."""
        from rich.table import Table

        self._last[f"{stride.side} {stride.placement}"] = stride
        minutes, seconds = divmod(int(decided_s), 60)
        table = Table(title=f"{minutes}:{seconds:02d}   {count} strides", title_justify="left")
        for name in ("sensor", "", "cadence", "contact", "strike"):
            table.add_column(name, justify="left" if name in ("sensor", "") else "right")
        for name, last in sorted(self._last.items()):
            contact = f"{last.contact_ms:.0f} ms" if math.isfinite(last.contact_ms) else "-"
            angle = last.strike_angle_deg
            strike = f"{angle:+.0f} deg" if math.isfinite(angle) else "-"
            cadence = f"{last.cadence_spm:.0f} spm" if math.isfinite(last.cadence_spm) else "-"
            table.add_row(name, last.activity, cadence, contact, strike)
        self._live.update(table)

    def close(self) -> None:
        """Leave the last table standing."""
        self._live.stop()


def factor_of(speed: str) -> float:
    """Return how many times real time a speed is; infinite for ``max``.

    Raises
    ------
    UsageError
        No number above 0.
    """
    if speed == "max":
        return math.inf
    try:
        factor = float(speed)
    except ValueError:
        factor = 0.0
    if not 0.0 < factor < math.inf:
        raise UsageError(f"{speed!r}", where="--speed", todo="a number above 0, or max")
    return factor


def _strides(recordings: tuple[Recording, ...]) -> Iterator[tuple[float, Stride]]:
    """Return strides of all sensors in the order in which they are decided, with that time."""
    return heapq.merge(*(_strides_of(recording) for recording in recordings), key=lambda pair: pair[0])


def _strides_of(recording: Recording) -> Iterator[tuple[float, Stride]]:
    import numpy as np

    from gait.analysis.engine import engine_for
    from gait.recording.model import without_pauses

    recording = without_pauses(recording)
    engine = engine_for(recording)
    time_s = recording.time_s
    edges = np.searchsorted(time_s, np.arange(time_s[0] + CHUNK_S, time_s[-1] + CHUNK_S, CHUNK_S))
    low = 0
    for high in [*edges.tolist(), len(time_s)]:
        if high <= low:
            continue
        gyr = None if recording.gyr is None else recording.gyr[low:high]
        for stride in engine.push(time_s[low:high], recording.acc[low:high], gyr):
            yield float(time_s[high - 1]), stride
        low = high
    for stride in engine.finish():
        yield float(time_s[-1]), stride


def _json(stride: Stride, decided_s: float) -> str:
    body = dataclasses.asdict(stride)
    body |= {
        "contact_ms": round(stride.contact_ms, 2),
        "stride_ms": round(1e3 * (stride.next_ic_s - stride.ic_s), 2),
        "cadence_spm": round(stride.cadence_spm, 2),
        "decided_s": round(decided_s, 3),
    }
    return json.dumps(
        {key: number_or_none(value) if isinstance(value, float) else value for key, value in body.items()}
    )


def _line(stride: Stride) -> str:
    contact = f"{stride.contact_ms:4.0f} ms" if math.isfinite(stride.contact_ms) else "   -   "
    angle = f"{stride.strike_angle_deg:+5.1f} deg" if math.isfinite(stride.strike_angle_deg) else ""
    cadence = f"{stride.cadence_spm:5.0f} spm" if math.isfinite(stride.cadence_spm) else "    -    "
    return (
        f"{stride.ic_s:9.2f} s  {stride.side:5} {stride.placement:5}  {stride.activity:7}  "
        f"{cadence}  contact {contact}  {angle}"
    ).rstrip()
