"""The line that a runner sees while a session is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gait.frames import Side
from gait.sensors.session import SensorView

__all__ = ["live_line"]

QUIET_S = 1.0
"""s; a sensor that is quiet for longer is said to be (chosen: packets come ten times a second and more)."""


def live_line(elapsed_s: float, views: Sequence[SensorView], cadence_spm: Mapping[Side, float]) -> str:
    """Return the state of a session in one line.

    Parameters
    ----------
    elapsed_s
        Since the start.
    views
        One view for each sensor.
    cadence_spm
        Steps a minute of both feet, by the side that it was measured on; sides that are not known yet lack.
    """
    minutes, seconds = divmod(int(elapsed_s), 60)
    parts = [f"{minutes}:{seconds:02d}", *(_sensor(view) for view in views)]
    if cadence_spm:
        parts.append(f"{sum(cadence_spm.values()) / len(cadence_spm):.0f} steps/min")
    return " | ".join(parts)


def _sensor(view: SensorView) -> str:
    counts = view.counts
    if view.ended:
        return f"{view.side} ended, {counts.samples} samples"
    if not view.connected:
        return f"{view.side} AWAY for {view.buffered_s:.0f} s, trying"
    lost = counts.given_up + view.missing
    share = 100.0 * lost / max(1, lost + counts.samples)
    words = [f"{view.side} {view.rate_hz:.0f} Hz", f"lost {share:.1f} %"]
    damaged = counts.malformed + counts.implausible
    if damaged:
        words.append(f"{damaged} damaged")
    if view.missing:
        words.append(f"fetching {view.missing}")
    if view.buffered_s > QUIET_S:
        words.append(f"quiet for {view.buffered_s:.0f} s")
    if view.battery_pct is not None:
        words.append(f"bat {view.battery_pct} %")
    return " ".join(words)
