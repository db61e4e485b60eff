"""How patient the recorder is, and waiting that can be cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = ["Timing", "first_of", "unless"]

Result = TypeVar("Result")

CANCEL_AGAIN_S = 3.0
"""s after which work that goes on is cancelled again (chosen: a stack takes less to stop its scan)."""


@dataclass(frozen=True)
class Timing:
    """How patient the recorder is, seconds.

    Attributes
    ----------
    syncs_at_start, sync_every_s
        Clock exchanges.
    silence_s
        Without a packet for so long the sensor is asked how it is, and then the link is made anew.
    backoff_s, backoff_most_s
        Wait before a reconnect, doubled after each failure.
    backfill_after_s
        How often gaps are looked for.
    backfill_samples
        Most samples asked for at once: the answer fits into a few seconds.
    tail_s
        Patience with the last gaps at the end of a session, since the last that was filled.
    last_try_s, last_try_within_s
        How long a sensor that is away at the end is called, if it was there so short a time ago: what it
        has in its memory is fetched.
    tries_at_start
        Connects before a sensor counts as not there.
    """

    syncs_at_start: int = 8
    sync_every_s: float = 20.0
    silence_s: float = 2.0
    battery_every_s: float = 60.0
    backoff_s: float = 0.25
    backoff_most_s: float = 8.0
    backfill_after_s: float = 1.0
    backfill_samples: int = 4000
    tail_s: float = 10.0
    last_try_s: float = 10.0
    last_try_within_s: float = 120.0
    tries_at_start: int = 4
    tick_s: float = 0.2


async def first_of(events: list[asyncio.Event], seconds: float) -> None:
    """Wait until one of the events is set, or so many seconds."""
    waits: list[Coroutine[Any, Any, Any]] = [event.wait() for event in events]
    tasks = {asyncio.ensure_future(wait) for wait in [*waits, asyncio.sleep(seconds)]}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, Result]) -> Result | None:
    """Carry something out, and return its result; None where the event was set before."""
    task = asyncio.ensure_future(work)
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        stopped.cancel()
        await _ended(task)


async def _ended(task: asyncio.Future[Any]) -> None:
    """Cancel a task until it has ended: Bluetooth stacks swallow a cancellation amid a wait of their own."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_AGAIN_S)
    await asyncio.gather(task, return_exceptions=True)
