"""A run that a sensor kept by itself: fetched, journalled and written like one that was recorded live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from gait.errors import SensorError
from gait.frames import Placement, Side
from gait.journal.folder import FolderLock, clear_empty_journal, made_folder, refuse_used
from gait.journal.format import JOURNAL_NAME, Block
from gait.journal.to_csv import Finished, finish
from gait.journal.writer import JournalWriter
from gait.sensors.driver import Wanted
from gait.sensors.identity import Wish
from gait.sensors.link.backend import Backend
from gait.sensors.link.connection import ClockSource
from gait.sensors.link.patience import Timing
from gait.sensors.reconnect import Follower, Shared
from gait.sensors.scan import Seen
from gait.sensors.session import RecordSettings, find, session_clock_us

__all__ = ["fetch_log"]

BEFORE_US = 1000
"""us by which session time begins before the first sample (chosen: no sample has time zero or less)."""
NOBODY = Wanted(208, 16, 2000, 1)
"""A start that is never sent."""


@dataclass
class _Beginning:
    """Notes when the session began as soon as the first sample is here. State: whether it has."""

    journal: JournalWriter
    clock_us: ClockSource
    noted: bool = False

    def hear(self, follower: Follower, block: Block) -> None:
        """Take a block; the oldest comes first."""
        clock = follower.dialogue.tracker.fit()
        if self.noted or clock is None:
            return
        origin_us = int(clock.host_us(np.array([float(block.device_us)]))[0]) - BEFORE_US
        ago = timedelta(microseconds=self.clock_us() - origin_us)
        started = (datetime.now().astimezone() - ago).isoformat("T", "milliseconds")
        self.journal.note("session", {"started": started, "origin_us": origin_us})
        self.noted = True


async def fetch_log(
    folder: Path,
    sensor: str,
    *,
    side: Side | None = None,
    placement: Placement = "shoe",
    scan_s: float = 5.0,
    backend: Backend | None = None,
    clock_us: ClockSource = session_clock_us,
    say: Callable[[str], None] = lambda _: None,
) -> Finished:
    """Fetch what a sensor kept into a folder.

    Parameters
    ----------
    folder
        New, or empty of recordings.
    sensor
        Address or beginning of the name.
    side, placement
        Side and placement; None and "shoe" where the sensor reports them.
    say
        Gets lines for people.

    Returns
    -------
    What was written.

    Raises
    ------
    SensorError
        No such sensor, a family whose memory is not read, or an empty memory.
    RecordingError
        The folder is in use, or the disk is full.
    """
    used = backend or Backend()
    refuse_used(folder)
    seen, _ = (await find(RecordSettings(sensors=(sensor,), scan_s=scan_s), used))[0]
    ability = seen.driver.ability
    if not ability.fetches:
        kept = ability.keeps or "nothing"
        raise SensorError(
            f"a {ability.name} keeps {kept}", where=seen.name, todo="record it live with gait record"
        )
    wish = Wish(side, as_asked=side is not None, placement=placement, from_memory=True)
    with made_folder(folder), FolderLock(folder):
        clear_empty_journal(folder)
        await _fetch(folder, seen, wish, used, clock_us, say)
        return finish(folder)


async def _fetch(
    folder: Path,
    seen: Seen,
    wish: Wish,
    backend: Backend,
    clock_us: ClockSource,
    say: Callable[[str], None],
) -> None:
    """Write what a sensor kept to the folder's journal; an empty one is not left behind."""
    with JournalWriter(folder / JOURNAL_NAME) as journal:
        shared = Shared(
            journal,
            backend,
            clock_us,
            asyncio.Lock(),
            asyncio.Event(),
            Timing(),
            NOBODY,
            say,
            from_memory=True,
        )
        follower = Follower(0, seen, wish, shared, _Beginning(journal, clock_us).hear)
        try:
            await follower.introduce()
            await follower.fetch_kept()
            journal.note("end", {"at_us": clock_us(), "counts": {"0": vars(follower.dialogue.counts)}})
        finally:
            await follower.leave()
            if not journal.begun:
                journal.discard()
