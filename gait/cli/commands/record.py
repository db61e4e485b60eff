"""``gait record``: a session from sensors over Bluetooth LE."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.main import one_line
from gait.cli.option_groups import grouped
from gait.cli.radio_options import (
    AdapterOption,
    HciOption,
    PlayedOptions,
    hci_backend,
    need_bumble,
    parse_sides,
    virtual_backend,
)
from gait.errors import SensorError, UsageError

if TYPE_CHECKING:
    from gait.cli.live_strides import LiveStrides
    from gait.frames import Side
    from gait.journal.to_csv import Finished
    from gait.sensors.link.backend import Backend
    from gait.sensors.session import RecordSettings, SensorView

__all__ = ["INTERRUPTED", "command", "interruptible", "show_finished"]

INTERRUPTED = 130  # exit code after Ctrl-C: 128 + SIGINT, as a shell gives it
ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Signals that end a session in good order, as far as the system has them."""
PLAIN_EVERY_S = 10.0
"""s between live lines where stderr is a file (chosen: a log of an hour stays short)."""


@dataclass(frozen=True)
class _RecordOptions:
    """Which sensors to record, for how long and how."""

    sensors: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names or addresses of sensors that know their side; with --virtual: left, right, both.",
            show_default=False,
        ),
    ] = None
    left: Annotated[str, typer.Option("--left", metavar="ID", help="Name or address of the left sensor.")] = (
        ""
    )
    right: Annotated[
        str, typer.Option("--right", metavar="ID", help="Name or address of the right sensor.")
    ] = ""
    as_asked: Annotated[
        bool,
        typer.Option(
            "--as-asked", help="Take --left and --right at their word where a sensor says the other side."
        ),
    ] = False
    virtual: Annotated[
        bool,
        typer.Option("--virtual", help="Record virtual sensors: left, right or both."),
    ] = False
    duration: Annotated[
        float | None,
        typer.Option("--duration", metavar="S", min=0.5, max=86400.0, help="Stop after so many seconds."),
    ] = None
    rate: Annotated[
        str,
        typer.Option(
            "--rate",
            metavar="HZ",
            help="104, 208 or 416 samples a second; other families take the nearest that they have.",
        ),
    ] = "208"
    placement: Annotated[
        str,
        typer.Option("--placement", metavar="PLACE", help="shoe or shank, for sensors that do not say."),
    ] = "shoe"
    scan: Annotated[
        float, typer.Option("--scan", metavar="S", min=0.2, max=120.0, help="How long to look for sensors.")
    ] = 5.0

    def settings(self) -> RecordSettings:
        """Return the settings of a session of these sensors.

        Raises
        ------
        UsageError
            The rate or the placement does not exist.
        """
        from gait.sensors.session import RecordSettings

        if self.rate not in ("104", "208", "416"):
            raise UsageError(f"{self.rate} Hz", where="--rate", todo="choose 104, 208 or 416")
        if self.placement not in ("shoe", "shank"):
            raise UsageError(
                f"{self.placement!r} is no place", where="--placement", todo="choose shoe or shank"
            )
        return RecordSettings(
            left=self.left,
            right=self.right,
            sensors=tuple(self.sensors or ()),
            as_asked=self.as_asked,
            rate_hz=int(self.rate),
            placement="shank" if self.placement == "shank" else "shoe",
            duration_s=self.duration,
            scan_s=self.scan,
        )


@grouped
def command(
    *,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="DIR", help="Folder for the session.", show_default=False),
    ],
    request: _RecordOptions,
    keep_journal: Annotated[
        bool,
        typer.Option("--keep-journal/--drop-journal", help="Keep the raw journal beside the CSVs."),
    ] = True,
    adapter: AdapterOption = "",
    hci: HciOption = None,
    played: PlayedOptions,
) -> None:
    """Record a session from one or two sensors over Bluetooth.

    Ends on Ctrl-C (everything is kept), after --duration, or when the sensors stop. What was recorded up to
    a crash is brought back by: gait recover DIR
    """
    from gait.journal.folder import refuse_used

    _refuse_contradictions(request, played, hci=bool(hci or adapter))
    settings = request.settings()
    refuse_used(output)
    backend: AbstractAsyncContextManager[Backend]
    if request.virtual:
        need_bumble("--virtual")
        plan = played.plan(parse_sides(settings.sensors))
        settings = replace(settings, sensors=(), expected=len(plan))
        backend = virtual_backend(plan, played.loss)
    else:
        backend = hci_backend(hci, adapter)
    try:
        finished, interrupted = asyncio.run(_record(output, settings, backend))
    except asyncio.CancelledError:
        raise typer.Exit(INTERRUPTED) from None
    show_finished(finished, output, interrupted=interrupted)
    if not keep_journal:
        from gait.journal.format import JOURNAL_NAME

        (output / JOURNAL_NAME).unlink(missing_ok=True)
    if interrupted:
        raise typer.Exit(INTERRUPTED)


def _refuse_contradictions(request: _RecordOptions, played: PlayedOptions, *, hci: bool) -> None:
    """Refuse options that do not go together.

    Raises
    ------
    UsageError
        The options exclude one another.
    """
    named = bool(request.left or request.right)
    if request.as_asked and not named:
        raise UsageError("--as-asked goes with --left or --right")
    if request.virtual and (named or hci):
        raise UsageError("--virtual goes without --left, --right, --hci and --adapter")
    if (played.play or played.fault or played.loss) and not request.virtual:
        raise UsageError("--play, --fault and --loss go with --virtual")


async def _record(
    folder: Path, settings: RecordSettings, backend: AbstractAsyncContextManager[Backend]
) -> tuple[Finished, bool]:
    from gait.journal.format import JOURNAL_NAME
    from gait.sensors.session import Watchers, record

    stop = asyncio.Event()
    # Before a sensor is started: an import of seconds in the middle of a session breaks links.
    from gait.cli.live_strides import LiveStrides
    from gait.sensors.beside import Beside
    from gait.sensors.status_line import live_line

    screen = _Screen(LiveStrides(), live_line)
    beside = Beside(screen.strides.hear)
    watchers = Watchers(beside.hear, screen.show, screen.say)
    try:
        async with interruptible(stop) as interrupted, backend as radio:
            _put(f"looking for sensors, {settings.scan_s:g} s at most ...")
            finished = await record(folder, settings, stop, backend=radio, watchers=watchers)
            return finished, interrupted()
    except asyncio.CancelledError:
        if (folder / JOURNAL_NAME).exists():
            screen.end()
            _put(f"stopped at once; for what was recorded: gait recover {folder}")
        raise
    finally:
        screen.end()
        beside.drop()


def _put(text: str) -> None:
    """Put a line on stderr; a terminal that is gone does not stop a recording."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


@asynccontextmanager
async def interruptible(stop: asyncio.Event) -> AsyncIterator[Callable[[], bool]]:
    """Let Ctrl-C end the session in good order; a second one ends the program.

    So do the signals of a system that shuts down and of a terminal that is closed.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    presses = 0

    def press() -> None:
        nonlocal presses
        presses += 1
        if presses == 1:
            _put("\nstopping: fetching the last samples (Ctrl-C again: leave them)")
            stop.set()
        elif task is not None:
            task.cancel()

    # A signal that is ignored, as by nohup, stays ignored.
    there = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
    handled = [number for number in there if signal.getsignal(number) is not signal.SIG_IGN]
    before = {
        number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(press)) for number in handled
    }
    try:
        yield lambda: presses > 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class _Screen:
    """Lines shown while recording. State: what was printed, and when."""

    strides: LiveStrides
    line_of: Callable[[float, Sequence[SensorView], Mapping[Side, float]], str]
    last_s: float = -PLAIN_EVERY_S
    open_line: bool = False

    def show(self, elapsed_s: float, views: Sequence[SensorView]) -> None:
        """Show the live line."""
        line = self.line_of(elapsed_s, views, self.strides.cadence_spm())
        if sys.stderr.isatty():
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
            self.open_line = True
        elif elapsed_s - self.last_s >= PLAIN_EVERY_S:
            self.last_s = elapsed_s
            print(line, file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        """Show a line that stays."""
        self.end()
        _put(one_line(text))

    def end(self) -> None:
        """Close the live line."""
        if self.open_line:
            self.open_line = False
            _put("")


def show_finished(finished: Finished, folder: Path, *, interrupted: bool) -> None:
    """Say what was recorded, and what next.

    Raises
    ------
    SensorError
        Nothing came, though nobody stopped it.
    """
    if not finished.files and interrupted:
        _put("stopped before the first sample: nothing was recorded")
        return
    if not finished.files:
        raise SensorError("no sample came", todo="switch the sensors off and on, and try again")
    for recorded in finished.recorded:
        _put(str(recorded))
    for words in finished.left_out:
        _put(f"left out: {words}")
    _put(f"next: gait report {folder}")
