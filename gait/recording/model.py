"""Hold a recording and a session, once read: plain frozen values in the package's units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

import numpy as np

from gait.arrays import FloatArray
from gait.frames import Placement, Side

__all__ = ["PIECE_ROWS", "Recording", "RunInfo", "RunnerInfo", "Session", "piece_rows", "without_pauses"]


LOOK_ROWS = 200
"""Samples by which the usual step is found (chosen: a median of so many is good to a sample's jitter, and
costs nothing)."""
GRID_HZ = 200.0
"""Rate of the grid that all signals are brought to, same as `gait.analysis.signal.resample.GRID_HZ`; a test
holds the two together."""
PIECE_ROWS = 1 << 16
"""Samples in a piece (chosen: 4 MB, five minutes of a usual sensor). A slow sensor has fewer, for as many
instants."""


@dataclass(frozen=True)
class Recording:
    """The samples of one sensor.

    A recording too long for memory is one too (`gait.recording.long.LongRecording`): it holds its first
    sample alone, and `pieces` reads the others.

    Attributes
    ----------
    placement, side
        Where the sensor sat.
    time_s
        (n,) session time, seconds, strictly increasing. A gap is a jump in it.
    acc
        (n, 3) specific force, m/s2, sensor frame.
    gyr
        (n, 3) angular rate, rad/s, sensor frame; None for an accelerometer-only sensor. NaN in the rows in
        which the gyroscope paused.
    rate_hz
        Nominal sample rate from the preamble; None where the file does not say.
    acc_range_g, gyr_range_dps
        Full scale of the sensor, None where the file does not say.
    started
        ISO 8601 wall-clock time of ``time_s = 0``, empty where unknown.
    device
        The preamble's ``[device]`` table (untrusted text).
    extra
        Every preamble key that has no field above, kept for a round trip.
    source
        Name of the file it came from; empty for one made in memory.
    notes
        What the reader assumed, changed or left out, in words for people.
    zone
        Zone of the wall clock in which times from 1970 on are counted; None where the file does not say.
    """

    placement: Placement
    side: Side
    time_s: FloatArray
    acc: FloatArray
    gyr: FloatArray | None = None
    rate_hz: float | None = None
    acc_range_g: float | None = None
    gyr_range_dps: float | None = None
    started: str = ""
    device: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    notes: tuple[str, ...] = ()
    zone: tzinfo | None = UTC

    @property
    def name(self) -> str:
        """``left shoe`` and the like, for people."""
        return f"{self.side} {self.placement}"

    @property
    def in_memory(self) -> bool:
        """Return whether all samples are here."""
        return True

    @property
    def head(self) -> Recording:
        """Return what is known besides the samples, as a recording in memory; itself where all are here."""
        return self

    def pieces(self, rows: int | None = None) -> Iterator[Recording]:
        """Return recordings in memory that follow one another and together are the whole.

        Parameters
        ----------
        rows
            Samples in a piece; None for those of five minutes.
        """
        rows = rows or piece_rows(self.step_s)
        for start in range(0, len(self.time_s), rows):
            part = slice(start, start + rows)
            gyr = None if self.gyr is None else self.gyr[part]
            yield replace(self, time_s=self.time_s[part], acc=self.acc[part], gyr=gyr)

    @property
    def step_s(self) -> float:
        """Usual step from sample to sample, s, by the first ones; 0 with fewer than two."""
        steps = np.diff(self.time_s[:LOOK_ROWS])
        return float(np.median(steps)) if len(steps) else 0.0


def piece_rows(step_s: float, most: int = PIECE_ROWS) -> int:
    """Return the number of samples in a piece of a sensor that samples every ``step_s`` seconds.

    Examples
    --------
    >>> piece_rows(1 / 208), piece_rows(1 / 25)
    (65536, 8192)
    """
    return max(1, int(most / max(1.0, GRID_HZ * step_s)))


def without_pauses(recording: Recording) -> Recording:
    """Return the samples at which every sensor measured: where the gyroscope paused is a gap.

    Returns
    -------
    The recording itself where nothing paused.
    """
    gyr = recording.gyr
    if gyr is None:
        return recording
    measured = np.isfinite(gyr[:, 0] + gyr[:, 1] + gyr[:, 2])
    if measured.all():
        return recording
    return replace(
        recording, time_s=recording.time_s[measured], acc=recording.acc[measured], gyr=gyr[measured]
    )


@dataclass(frozen=True)
class RunnerInfo:
    """``[runner]`` of ``session.toml``: what only the runner knows of the body."""

    mass_kg: float | None = None
    height_m: float | None = None
    name: str = ""


@dataclass(frozen=True)
class RunInfo:
    """``[run]`` of ``session.toml``: facts about the run that no sensor measures."""

    speed_m_s: float | None = None
    distance_m: float | None = None
    surface: str = ""
    notes: str = ""
    shoes: tuple[str, ...] = ()
    started: str = ""
    slope_pct: float | None = None


@dataclass(frozen=True)
class Session:
    """Recordings in one session time, with what was written beside them.

    Attributes
    ----------
    name
        Folder or file name (untrusted text).
    recordings
        At least one; at most one for each (placement, side).
    runner, run
        From ``session.toml``; all None where absent.
    answers
        ``[answers]`` as written, unchecked: `gait.coaching.questionnaire.answers` checks it.
    path
        Path that the session was read from.
    """

    name: str
    recordings: tuple[Recording, ...]
    runner: RunnerInfo = RunnerInfo()
    run: RunInfo = RunInfo()
    answers: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
