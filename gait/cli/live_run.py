"""Run ``gait live`` once its options are understood: record or replay, with the page beside."""

from __future__ import annotations

import asyncio
import math
import secrets
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gait.cli.commands.record import INTERRUPTED, interruptible, show_finished
from gait.cli.main import one_line
from gait.errors import MissingExtraError, SensorError
from gait.sentences import sentence

if TYPE_CHECKING:
    from gait.frames import Placement, Side
    from gait.journal.to_csv import Finished
    from gait.live.feed import Feed
    from gait.live.hub import Hub
    from gait.live.lsl import LslOutlets
    from gait.live.phone.session import Phone
    from gait.live.server import LiveServer
    from gait.recording.model import Session
    from gait.sensors.beside import Beside
    from gait.sensors.link.backend import Backend
    from gait.sensors.session import RecordSettings, SensorView

__all__ = [
    "Shown",
    "lsl_outlets",
    "open_phone",
    "record_phone",
    "record_sensors",
    "replay_run",
    "say",
]

STATUS_S = 1.0
"""s between two looks at whether a live run goes on (chosen: a person waits so long)."""


@dataclass(frozen=True)
class Shown:
    """Receivers of a session while it is recorded: live page, foot pod, streams.

    Attributes
    ----------
    feed
        Analyses and hands on.
    lsl
        Streams for the lab; None where they were not asked for.
    """

    feed: Feed
    lsl: LslOutlets | None = None

    def began(self, origin_us: int) -> None:
        """Take the session clock, microseconds, at session time 0."""
        if self.lsl is not None:
            from gait.live.lsl import offset_of
            from gait.sensors.session import session_clock_us

            self.lsl.begin(offset_of(session_clock_us) + origin_us / 1e6)


def say(text: str) -> None:
    """Put a line on stderr."""
    print(one_line(text), file=sys.stderr, flush=True)


def lsl_outlets() -> LslOutlets:
    """Return outlets of the Lab Streaming Layer; none is open yet.

    Raises
    ------
    MissingExtraError
        The extra is not installed.
    SensorError
        It is, and brings no library for this platform.
    """
    from importlib.util import find_spec

    if find_spec("pylsl") is None:
        raise MissingExtraError("gait live --lsl", "lsl")
    try:
        import pylsl

        from gait.live.lsl import LslOutlets

        # The library reads its configuration at the first call: now, and not once a sensor runs.
        pylsl.local_clock()
    except (RuntimeError, OSError) as error:
        raise SensorError(
            "pylsl finds no liblsl for this platform",
            where="--lsl",
            todo="install liblsl of the LSL project and name it in PYLSL_LIB",
        ) from error
    return LslOutlets(secrets.token_hex(4))


def replay_run(session: Session, shown: Shown, factor: float, folder: Path | None) -> None:
    """Play a saved run as if it happened now; with a folder, write there what was played."""
    from gait.live.replayed import replay

    if shown.lsl is not None:
        import pylsl

        start_s = min(float(recording.time_s[0]) for recording in session.recordings)
        shown.lsl.begin(pylsl.local_clock() - start_s)
    stop, played_s = threading.Event(), math.inf
    try:
        played_s = replay(session, shown.feed, factor, stop)
    except KeyboardInterrupt:
        shown.feed.hub.end()
        played_s = shown.feed.newest_s
        raise
    finally:
        if folder is not None:
            _write(session, folder, played_s)


def _write(session: Session, folder: Path, until_s: float) -> None:
    """Write a session up to a time as the contract's CSVs."""
    from dataclasses import replace

    from gait.journal.folder import make_folder
    from gait.recording.write import write_recording

    make_folder(folder)
    for recording in session.recordings:
        rows = recording.time_s <= until_s
        if rows.any():
            gyr = None if recording.gyr is None else recording.gyr[rows]
            part = replace(recording, time_s=recording.time_s[rows], acc=recording.acc[rows], gyr=gyr)
            target = folder / f"{recording.side}_{recording.placement}.csv"
            say(f"{write_recording(part, target)}: as replayed")
    print(f"next: gait report {folder}", file=sys.stderr)


def record_sensors(
    folder: Path,
    shown: Shown,
    settings: RecordSettings,
    backend: AbstractAsyncContextManager[Backend],
    on_end: Callable[[], None],
) -> None:
    """Record as ``gait record`` does, with a feed in a thread of its own that gets the samples.

    Parameters
    ----------
    on_end
        Called when the recording has ended and all strides are handed on, also where it ended badly.

    Raises
    ------
    typer.Exit
        The recording was ended by hand.
    """
    from gait.sensors.beside import Beside

    beside = Beside(shown.feed.hear)
    try:
        finished, interrupted = asyncio.run(_session(folder, beside, shown, settings, backend))
    except asyncio.CancelledError:
        say(f"stopped at once; for what was recorded: gait recover {folder}")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        if beside.finish():
            shown.feed.finish()
        shown.feed.hub.end()
        on_end()
    _end(finished, folder, interrupted=interrupted)


async def _session(
    folder: Path,
    beside: Beside,
    shown: Shown,
    settings: RecordSettings,
    backend: AbstractAsyncContextManager[Backend],
) -> tuple[Finished, bool]:
    from gait.sensors.session import Watchers, record

    stop = asyncio.Event()

    def report(elapsed_s: float, views: Sequence[SensorView]) -> None:
        shown.feed.hub.status(elapsed_s, [_view(view) for view in views])

    watchers = Watchers(beside.hear, report, say, shown.began)
    async with interruptible(stop) as interrupted, backend as opened:
        finished = await record(folder, settings, stop, backend=opened, watchers=watchers)
        return finished, interrupted()


def _view(view: SensorView) -> dict[str, object]:
    signal = f"{view.rate_hz:.0f} Hz" if view.connected else sentence("away, trying")
    signal = sentence("ended") if view.ended else signal
    return {"name": f"{view.side} {view.placement}", "signal": signal, "battery_pct": view.battery_pct}


def _end(finished: Finished, folder: Path, *, interrupted: bool) -> None:
    show_finished(finished, folder, interrupted=interrupted)
    if interrupted:
        raise typer.Exit(INTERRUPTED)


def open_phone(stack: ExitStack, folder: Path, shown: Shown, side: Side, placement: Placement) -> Phone:
    """Return a phone's session that writes into a folder; the stack closes it.

    Raises
    ------
    RecordingError
        The folder is in use, or the disk is full.
    """
    from gait.journal.folder import (
        FolderLock,
        clear_empty_journal,
        made_folder,
        refuse_full_disk,
        refuse_used,
    )
    from gait.journal.format import JOURNAL_NAME
    from gait.journal.writer import JournalWriter
    from gait.live.phone.session import BYTES_A_SECOND, Phone
    from gait.sensors.live_samples import Guard
    from gait.sensors.session import session_clock_us

    refuse_used(folder)
    warning = refuse_full_disk(folder, 3600.0 * BYTES_A_SECOND)
    if warning:
        say(warning)
    stack.enter_context(made_folder(folder))
    stack.enter_context(FolderLock(folder))
    clear_empty_journal(folder)
    journal = stack.enter_context(JournalWriter(folder / JOURNAL_NAME))
    stack.callback(lambda: None if journal.begun else journal.discard())
    guard = Guard(lambda text: say(f"{text}; the recording goes on"))

    def heard(*arguments: Any) -> None:  # noqa: ANN401 - as Feed.hear
        guard.call("live analysis", shown.feed.hear, *arguments)

    return Phone(journal, side, placement, session_clock_us, heard, shown.began, say)


def record_phone(
    folder: Path,
    phone: Phone,
    shown: Shown,
    server: LiveServer,
    duration_s: float | None,
    on_end: Callable[[], None],
) -> None:
    """Record what a phone pushes until it is ended by hand or by its duration.

    Raises
    ------
    typer.Exit
        The recording was ended by hand.
    SensorError
        No sample came.
    """
    from gait.journal.to_csv import Finished, finish

    try:
        interrupted = asyncio.run(_phone_session(phone, shown.feed.hub, duration_s))
    finally:
        # From here on no message is taken.
        phone.close()
        shown.feed.finish()
        shown.feed.hub.end()
        on_end()
        server.stop()
    phone.journal.close()
    _end(finish(folder) if phone.journal.begun else Finished(), folder, interrupted=interrupted)


async def _phone_session(phone: Phone, hub: Hub, duration_s: float | None) -> bool:
    stop = asyncio.Event()
    async with interruptible(stop) as interrupted:
        while not stop.is_set() and (duration_s is None or phone.elapsed_s < duration_s):
            await asyncio.to_thread(phone.sync)
            view = phone.view()
            signal = sentence("away") if view.away else f"{view.rate_hz:.0f} Hz"
            name = sentence("{sensor}, phone", sensor=f"{phone.side} {phone.placement}")
            sensor = {"name": name, "signal": signal, "battery_pct": view.battery_pct}
            hub.status(phone.elapsed_s, [sensor])
            try:
                await asyncio.wait_for(stop.wait(), STATUS_S)
            except TimeoutError:
                continue
        return interrupted()
