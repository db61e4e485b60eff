"""``gait record``: a session from sensors over Bluetooth LE."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.main import one_line
from gait.cli.radio_options import (
    FaultOption,
    HciOption,
    LossOption,
    MinutesOption,
    PlayOption,
    hci_backend,
    need_bumble,
    parse_sides,
    plan_of,
    virtual_backend,
)
from gait.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from gait.analysis.engine import Engine
    from gait.frames import Placement, Side
    from gait.sensors.finish import Finished
    from gait.sensors.record import RecordSettings, SensorView
    from gait.sensors.scan import Backend

    FloatArray = npt.NDArray[np.float64]

__all__ = ["command"]

INTERRUPTED = 130
RECENT_STRIDES = 10
PLAIN_EVERY_S = 10.0
"""Where stderr is a file, a live line comes this often."""


def command(
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="DIR", help="Folder for the session.", show_default=False),
    ],
    sensors: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names or addresses of sensors that know their side; with --virtual: left, right.",
            show_default=False,
        ),
    ] = None,
    left: Annotated[
        str, typer.Option("--left", metavar="ID", help="Name or address of the left sensor.")
    ] = "",
    right: Annotated[
        str, typer.Option("--right", metavar="ID", help="Name or address of the right sensor.")
    ] = "",
    virtual: Annotated[
        bool,
        typer.Option("--virtual", help="Record virtual sensors: left, right or both."),
    ] = False,
    duration: Annotated[
        float | None,
        typer.Option("--duration", metavar="S", min=0.5, max=86400.0, help="Stop after so many seconds."),
    ] = None,
    rate: Annotated[
        str, typer.Option("--rate", metavar="HZ", help="104, 208 or 416 samples a second.")
    ] = "208",
    placement: Annotated[
        str,
        typer.Option("--placement", metavar="PLACE", help="shoe or shank, for sensors that do not say."),
    ] = "shoe",
    scan_for: Annotated[
        float, typer.Option("--scan", metavar="S", min=0.2, max=120.0, help="How long to look for sensors.")
    ] = 5.0,
    keep_journal: Annotated[
        bool,
        typer.Option("--keep-journal/--drop-journal", help="Keep the raw journal beside the CSVs."),
    ] = True,
    hci: HciOption = None,
    play: PlayOption = None,
    minutes: MinutesOption = 5.0,
    fault: FaultOption = None,
    loss: LossOption = 0.0,
) -> None:
    """Record a session from one or two sensors over Bluetooth.

    Ends on Ctrl-C (everything is kept), after --duration, or when the sensors stop. What was recorded up to
    a crash is brought back by: gait recover DIR
    """
    from gait.sensors.record import RecordSettings

    words = list(sensors or ())
    if virtual and (left or right or hci):
        raise UsageError("--virtual goes without --left, --right and --hci")
    if not virtual and (play or fault or loss):
        raise UsageError("--play, --fault and --loss go with --virtual")
    if rate not in ("104", "208", "416"):
        raise UsageError(f"{rate} Hz", where="--rate", todo="choose 104, 208 or 416")
    if placement not in ("shoe", "shank"):
        raise UsageError(f"{placement!r} is no place", where="--placement", todo="choose shoe or shank")
    backend: AbstractAsyncContextManager[Backend]
    expected = 0
    if virtual:
        need_bumble("--virtual")
        plan = plan_of(parse_sides(words), play, minutes, fault or ())
        words, expected = [], len(plan)
        backend = virtual_backend(plan, loss)
    else:
        backend = hci_backend(hci)
    settings = RecordSettings(
        left=left,
        right=right,
        sensors=tuple(words),
        rate_hz=int(rate),
        placement="shank" if placement == "shank" else "shoe",
        duration_s=duration,
        scan_s=scan_for,
        expected=expected,
    )
    finished, interrupted = asyncio.run(_record(output, settings, backend))
    _tell(finished, output)
    if not keep_journal:
        from gait.recording.journal import JOURNAL_NAME

        (output / JOURNAL_NAME).unlink(missing_ok=True)
    if interrupted:
        raise typer.Exit(INTERRUPTED)


async def _record(
    folder: Path, settings: RecordSettings, backend: AbstractAsyncContextManager[Backend]
) -> tuple[Finished, bool]:
    from gait.sensors.record import record

    stop = asyncio.Event()
    screen = _Screen()
    async with _interruptible(stop) as interrupted, backend as radio:
        print(f"looking for sensors, {settings.scan_s:g} s at most ...", file=sys.stderr)
        finished = await record(
            folder, settings, stop, backend=radio, observer=screen.hear, report=screen.show, say=screen.say
        )
        screen.end()
        return finished, interrupted()


@asynccontextmanager
async def _interruptible(stop: asyncio.Event) -> AsyncIterator[Callable[[], bool]]:
    """Let Ctrl-C end the session in good order; a second one ends the program."""
    loop = asyncio.get_running_loop()
    pressed = False

    def press() -> None:
        nonlocal pressed
        if not pressed:
            print("\nstopping: fetching the last samples (Ctrl-C again: leave them)", file=sys.stderr)
        pressed = True
        stop.set()
        signal.signal(signal.SIGINT, before)

    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(press))
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass
class _Screen:
    """What is shown while recording. State: one engine a sensor, recent strides, and what was printed."""

    engines: dict[Side, Engine] = field(default_factory=dict)
    strides_s: dict[Side, list[float]] = field(default_factory=dict)
    last_s: float = -PLAIN_EVERY_S
    open_line: bool = False

    def hear(
        self, side: Side, placement: Placement, time_s: FloatArray, acc: FloatArray, gyr: FloatArray
    ) -> None:
        """Take samples; they become strides, and those the cadence."""
        from gait.analysis.engine import Engine

        if side not in self.engines:
            self.engines[side] = Engine(placement, side, has_gyr=True)
        strides = self.engines[side].push(time_s, acc, gyr)
        recent = self.strides_s.get(side, []) + [one.next_ic_s - one.ic_s for one in strides]
        self.strides_s[side] = recent[-RECENT_STRIDES:]

    def show(self, elapsed_s: float, views: Sequence[SensorView]) -> None:
        """Show the live line."""
        from gait.sensors.live import live_line

        cadence: dict[Side, float] = {
            side: 120.0 / sorted(recent)[len(recent) // 2]
            for side, recent in self.strides_s.items()
            if recent
        }
        line = live_line(elapsed_s, views, cadence)
        if sys.stderr.isatty():
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
            self.open_line = True
        elif elapsed_s - self.last_s >= PLAIN_EVERY_S:
            self.last_s = elapsed_s
            print(line, file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        """Show a line that stays."""
        self.end()
        print(one_line(text), file=sys.stderr, flush=True)

    def end(self) -> None:
        """Close the live line."""
        if self.open_line:
            print(file=sys.stderr)
            self.open_line = False


def _tell(finished: Finished, folder: Path) -> None:
    """Say what was recorded, and what next."""
    for file, one in zip(finished.files, finished.recordings, strict=True):
        facts = one.extra["recorder"]
        length_s = one.time_s[-1] - one.time_s[0]
        whole = (
            "nothing missing"
            if not facts["gaps"]
            else f"{facts['gaps']} gaps, {facts['missing_s']:g} s missing"
        )
        print(f"{file}: {length_s:.1f} s, {len(one.time_s)} samples, {whole}", file=sys.stderr)
    print(f"next: gait report {folder}", file=sys.stderr)
