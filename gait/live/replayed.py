"""A saved run as if it happened now: samples to the feed at the pace they were taken."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator

import numpy as np

from gait.live.feed import Feed
from gait.recording.model import Recording, Session
from gait.sentences import sentence

__all__ = ["replay"]

CHUNK_S = 0.05
"""s of samples handed on at a time (chosen: about what a sensor sends)."""
STATUS_S = 1.0
"""s of session time between states (the contract of `/ws`)."""


def replay(session: Session, feed: Feed, speed: float, stop: threading.Event) -> float:
    """Play a session to a feed and return the session time that was played to.

    It ends with the session, or when `stop` is set.

    Parameters
    ----------
    speed
        Times real time; infinite for as fast as it goes.
    """
    feed.hub.replayed = True
    start_s = min(float(recording.time_s[0]) for recording in session.recordings)
    end_s = max(float(recording.time_s[-1]) for recording in session.recordings)
    for recording in session.recordings:
        feed.expect(recording)
    heard = {recording.name: 0 for recording in session.recordings}
    begun, shown_s, played_s = time.monotonic(), -math.inf, start_s
    for now_s in _ticks(start_s, end_s):
        wait = (now_s - start_s) / speed - (time.monotonic() - begun)
        if stop.is_set() or (wait > 0 and stop.wait(wait)):
            break
        for recording in session.recordings:
            heard[recording.name] = _hear(recording, feed, heard[recording.name], now_s)
        played_s = now_s
        if now_s - shown_s >= STATUS_S:
            shown_s = now_s
            feed.hub.status(now_s - start_s, [_state(recording, now_s) for recording in session.recordings])
    feed.finish()
    feed.hub.status(
        end_s - start_s, [_state(recording, end_s) for recording in session.recordings], ended=True
    )
    return played_s


def _ticks(start_s: float, end_s: float) -> Iterator[float]:
    count = math.ceil((end_s - start_s) / CHUNK_S) + 1
    yield from (start_s + (at + 1) * CHUNK_S for at in range(count))


def _hear(recording: Recording, feed: Feed, low: int, until_s: float) -> int:
    """Hand on the samples from `low` on that lie before a time; return where the next ones begin."""
    high = int(np.searchsorted(recording.time_s, until_s))
    if high > low:
        gyr = None if recording.gyr is None else recording.gyr[low:high]
        feed.hear(
            recording.side, recording.placement, recording.time_s[low:high], recording.acc[low:high], gyr
        )
    return max(low, high)


def _state(recording: Recording, now_s: float) -> dict[str, object]:
    there = recording.time_s[0] <= now_s <= recording.time_s[-1] + STATUS_S
    signal = sentence("replayed") if there else sentence("away")
    return {"name": recording.name, "signal": signal, "battery_pct": None}
