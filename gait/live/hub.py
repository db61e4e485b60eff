"""Hub of a live session: takes strides, hands messages to watchers, and waits for none of them."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gait.analysis.engine import Stride
from gait.live.alerts import Alerts
from gait.live.coach import Coach
from gait.missing import number_or_none

__all__ = ["Hub", "Watcher"]

SHORT_S = 10.0
"""s of strides that the fast numbers are taken of (chosen: as `gait.live.alerts.MEAN_S`)."""
KEPT = 600
"""Strides that a page which is opened late gets (chosen: some minutes of both feet)."""
WAITING = KEPT + 200
"""Messages that may wait for a watcher (chosen: what came before it, and half a minute); a slower one loses
the oldest."""


@dataclass(eq=False)
class Watcher:
    """One page that looks on; two are never the same, however alike.

    Parameters
    ----------
    wake
        Called from any thread when a message waits and it was not called since the last `take`.

    State: messages that wait for it, how many were lost, and whether some are on their way.
    """

    wake: Callable[[], None] = lambda: None
    waiting: deque[str] = field(default_factory=lambda: deque(maxlen=WAITING))
    lost: int = 0
    busy: bool = False
    _woken: bool = False

    def put(self, text: str) -> None:
        """Let a message wait; where too many do, the oldest is lost."""
        self.lost += len(self.waiting) == self.waiting.maxlen
        self.waiting.append(text)
        if not self._woken:
            self._woken = True
            self.wake()

    def take(self) -> list[str]:
        """Return what waits, oldest first."""
        self._woken = False
        out = []
        while self.waiting:
            out.append(self.waiting.popleft())
        return out


class Hub:
    """Strides and states of one session, handed on to every watcher.

    Everything may be called from any thread and returns at once.

    Parameters
    ----------
    target_spm
        Cadence to aim for, steps a minute; None without one.
    coach
        Decides what is said and when there is feedback; None: on the target, always.
    said
        Puts sentences into the language of those who look on; by default they stay as they are.
    """

    def __init__(
        self,
        target_spm: float | None = None,
        coach: Coach | None = None,
        say: Callable[[str], str] = str,
    ) -> None:
        self.target_spm, self._say = target_spm, say
        self.coach = coach or Coach(Alerts(target_spm))
        self.replayed = False
        """Whether a saved run is played, so that nothing is recorded."""
        self._lock = threading.Lock()
        self._watchers: list[Watcher] = []
        self._recent: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._sums = {"n": 0.0, "cadence": 0.0, "contact": 0.0, "contacts": 0.0}
        self._status: dict[str, Any] = {
            "type": "status", "sensors": [], "elapsed_s": 0.0, "target_spm": target_spm, "ended": False,
        }  # fmt: skip

    def watch(self, wake: Callable[[], None] = lambda: None) -> Watcher:
        """Return a new watcher, which already has the strides and the state so far."""
        watcher = Watcher(wake)
        with self._lock:
            for message in (*self._recent, self._status):
                watcher.put(json.dumps(message))
            self._watchers.append(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """Forget a watcher."""
        with self._lock:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

    @property
    def watchers(self) -> int:
        """How many look on."""
        return len(self._watchers)

    @property
    def is_behind(self) -> bool:
        """Return whether a watcher has not got all its messages yet."""
        with self._lock:
            return any(watcher.waiting or watcher.busy for watcher in self._watchers)

    def stride(self, stride: Stride) -> None:
        """Take a stride as the engine decided it."""
        message = {
            "type": "stride",
            "side": stride.side,
            "placement": stride.placement,
            "t_s": round(stride.ic_s, 4),
            "cadence_spm": number_or_none(stride.cadence_spm, 1),
            "contact_ms": number_or_none(stride.contact_ms, 1),
            "contact_u_ms": number_or_none(stride.contact_u_ms, 1),
            "strike_angle_deg": number_or_none(stride.strike_angle_deg, 1),
            "pronation_excursion_deg": number_or_none(stride.pronation_excursion_deg, 1),
            "activity": stride.activity,
        }
        with self._lock:
            alert = self.coach.stride(stride)
            if alert:
                message["alert"] = self._say(alert)
            self._recent.append(message)
            self._add(message)
            self._send(message)

    def _add(self, message: Mapping[str, Any]) -> None:
        if message["activity"] != "running" or message["cadence_spm"] is None:
            return
        self._sums["n"] += 1
        self._sums["cadence"] += message["cadence_spm"]
        if message["contact_ms"] is not None:
            self._sums["contacts"] += 1
            self._sums["contact"] += message["contact_ms"]

    def status(self, elapsed_s: float, sensors: Sequence[Mapping[str, Any]], *, ended: bool = False) -> None:
        """Take the state of the session, once a second or so."""
        with self._lock:
            self._status = {
                "type": "status",
                "sensors": [self._in_words(sensor) for sensor in sensors],
                "elapsed_s": round(elapsed_s, 1),
                "target_spm": self.target_spm,
                "ended": ended,
                "replayed": self.replayed,
                "course": self._in_words(self.coach.state()),
                "last_10_s": self._means([stride for stride in self._recent if self._is_new(stride)]),
                "session": self._session(),
            }
            self._send(self._status)

    def end(self) -> None:
        """Say that the session has ended; the last state stands."""
        with self._lock:
            self._status = {**self._status, "ended": True}
            self._send(self._status)

    def _in_words(self, status: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Return what is told with its sentences in the language of those who look on."""
        if status is None:
            return None
        keys = ("name", "signal", "text")
        return {key: self._say(value) if key in keys else value for key, value in status.items()}

    def _is_new(self, message: Mapping[str, Any]) -> bool:
        newest = self._recent[-1]["t_s"] if self._recent else 0.0
        return bool(newest - message["t_s"] <= SHORT_S and message["activity"] == "running")

    @staticmethod
    def _means(strides: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
        """Return means of some strides, and the left foot's share of the contact time in per cent."""
        out: dict[str, float | None] = {}
        for name in ("cadence_spm", "contact_ms", "strike_angle_deg", "pronation_excursion_deg"):
            values = [stride[name] for stride in strides if stride[name] is not None]
            out[name] = round(sum(values) / len(values), 1) if values else None
        sides = {}
        for side in ("left", "right"):
            values = [
                stride["contact_ms"]
                for stride in strides
                if stride["side"] == side and stride["contact_ms"] is not None
            ]
            sides[side] = sum(values) / len(values) if values else None
        left, right = sides["left"], sides["right"]
        both_feet = left is not None and right is not None and left + right > 0
        out["balance_left_pct"] = round(100.0 * left / (left + right), 1) if both_feet else None  # type: ignore[operator]  # both_feet says that both are numbers
        return out

    def _session(self) -> dict[str, float | None]:
        n, contacts = self._sums["n"], self._sums["contacts"]
        return {
            "strides": n,
            "cadence_spm": round(self._sums["cadence"] / n, 1) if n else None,
            "contact_ms": round(self._sums["contact"] / contacts, 1) if contacts else None,
        }

    def _send(self, message: Mapping[str, Any]) -> None:
        text = json.dumps(message)
        for watcher in self._watchers:
            watcher.put(text)
