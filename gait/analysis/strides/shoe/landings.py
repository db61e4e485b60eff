"""Landings of a shoe without gyroscope: shocks that a fitted classifier or the rest behind them tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.filters import gaussian, local_maxima, reach
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.landing_model import LandingModel, jerk_size, off_gravity
from gait.analysis.strides.silences import hidden_landing
from gait.analysis.strides.stride_batch import STRIDE_LEAST_S
from gait.arrays import BoolArray, FloatArray, IntArray

__all__ = ["AHEAD_S", "CANDIDATE_APART_S", "CANDIDATE_LEAST_G_S", "Landing", "LandingFinder", "candidates"]


CANDIDATE_LEAST_G_S = 12.0
"""g/s of smoothed jerk below which nothing is a shock (chosen: gentle walking reaches 15)."""

CANDIDATE_APART_S = 0.06
"""s on both sides of a shock in which nothing is larger (chosen: half a landing)."""

HIT_SMOOTH_S = 0.012
"""s; one sigma of the smoothing under the jerk of a shock (chosen: an impact lasts some 20 ms)."""

CLEAR = (1.0, 0.35)
"""Log odds, and g by which the norm of the force differs from gravity half of the time, from which a shock is
the landing of a run (chosen: a real walker's shocks reach 1.8, and 0.5 g, so the rest behind them decides,
`REST_WINDOW_S`)."""

LIVELY = (-2.0, 0.50)
"""The same where it moves as only runners do. Measured on thirteen real runners left out of the fit (Fukuchi
2017, sensors of all kinds): of 24,000 landings all but 2 are above, of 58,000 other shocks 0.1 %."""

LIVELY_WINDOW_S = (-0.65, 0.30)
"""s about a shock in which `LIVELY` is taken (chosen: from the swing into the stance)."""

REST_WINDOW_S, REST_G, REST_SHARE = (0.15, 0.40), 0.25, 0.8
"""A walker's foot rests behind its landing: in this window the force differs from gravity by less than so
many g for such a share of the time (chosen: all landings of a real walker do; of a runner's, the slowest
included, at most half of that time, but for the last before standing)."""

REST_JERK_G_S = 45.0
"""Smoothed jerk, g/s, of a walker's landing at least: one real shoe's has 90 or more, another's 81 in 19 of
20; a phone's in a walking pocket has 23 in the median (chosen between them)."""

SWING_WINDOW_S, SWING_TIMES = (-0.35, -0.05), 2.0
"""Before its landing it swings: the force differs from gravity by so many times what it does behind (chosen:
late swing, and a factor that no noise reaches)."""

AHEAD_S = 0.42
"""s behind a shock that are looked at before it is judged (chosen: the end of `REST_WINDOW_S`, and the
smoothing)."""


@dataclass(frozen=True)
class Landing:
    """A shock that is a landing: its grid index, and whether it is a runner's."""

    index: int
    running: bool


def candidates(jerk: FloatArray, *, ends: tuple[bool, bool] = (False, False)) -> IntArray:
    """Return the indices of shocks in (n,) smoothed jerk, g/s."""
    maxima = local_maxima(jerk, CANDIDATE_APART_S, ends=ends)
    return maxima[jerk[maxima] >= CANDIDATE_LEAST_G_S]


class LandingFinder:
    """Finds the landings of a segment, each once and in order, whatever the chunking."""

    def __init__(self, model: LandingModel) -> None:
        self._model = model
        self._judged = -1
        self._pending: tuple[float, Landing] | None = None
        self._last: Landing | None = None
        self._length = 0

    @property
    def needed(self) -> int:
        """Grid index of the oldest shock that is not decided."""
        return self._judged if self._pending is None else self._pending[1].index

    def find(self, buffer: SampleBuffer, *, final: bool) -> list[Landing]:
        """Return the landings that the buffer decides; `final` where the segment ends with it."""
        acc, first = buffer.acc, buffer.first
        until = buffer.end if final else buffer.end - round(AHEAD_S * GRID_HZ) - reach(HIT_SMOOTH_S)
        if until <= max(self._judged, first):
            return []
        jerk = gaussian(jerk_size(acc), HIT_SMOOTH_S)
        shocks = candidates(jerk, ends=(self._judged < 0, final))
        shocks = shocks[(shocks + first > self._judged) & (shocks + first < until)]
        self._judged = until - 1
        out: list[Landing] = []
        if len(shocks):
            ranks, running = self._ranks(acc, shocks, jerk[shocks])
            for shock, rank, runs in zip(shocks.tolist(), ranks.tolist(), running.tolist(), strict=True):
                out += self._take(rank, Landing(shock + first, runs))
        pending = self._pending
        if pending is not None and (final or until - pending[1].index > STRIDE_LEAST_S * GRID_HZ):
            out.append(pending[1])
            self._pending = None
        return self._with_hidden(out, buffer)

    def _with_hidden(self, landings: list[Landing], buffer: SampleBuffer) -> list[Landing]:
        """Return landings with those between that lie in a silence."""
        out: list[Landing] = []
        for landing in landings:
            before, self._last = self._last, landing
            if before is not None:
                hidden = hidden_landing(buffer, before.index, landing.index, self._length)
                out += [] if hidden is None else [Landing(hidden, before.running and landing.running)]
                self._length = landing.index - (before.index if hidden is None else hidden)
            out.append(landing)
        return out

    def _ranks(self, acc: FloatArray, shocks: IntArray, jerk: FloatArray) -> tuple[FloatArray, BoolArray]:
        """Return (m,) how surely each shock is a landing, -inf where it is none; and whether of a run.

        Parameters
        ----------
        shocks, jerk
            (m,) rows of `acc` and the smoothed jerk there, g/s.
        """
        off = off_gravity(acc)
        score = self._model.scores(acc, shocks)
        lively = np.median(_windows(off, shocks, LIVELY_WINDOW_S), axis=1)
        behind = _windows(off, shocks, REST_WINDOW_S)
        before = np.median(_windows(off, shocks, SWING_WINDOW_S), axis=1)
        rests = (behind < REST_G).mean(axis=1) >= REST_SHARE
        rests &= (before > SWING_TIMES * np.median(behind, axis=1)) & (jerk >= REST_JERK_G_S)
        running = np.any([(score > odds) & (lively > least_g) for odds, least_g in (CLEAR, LIVELY)], axis=0)
        return np.where(running | rests, score, -np.inf), running & ~rests

    def _take(self, rank: float, landing: Landing) -> list[Landing]:
        """Return the pending landing once another comes a stride later; of two nearer the better stays."""
        if rank == -np.inf:
            return []
        before = self._pending
        if before is not None and landing.index - before[1].index < STRIDE_LEAST_S * GRID_HZ:
            if rank > before[0]:
                self._pending = rank, landing
            return []
        self._pending = rank, landing
        return [] if before is None else [before[1]]


def _windows(values: FloatArray, at: IntArray, window_s: tuple[float, float]) -> FloatArray:
    """Return (m, k) values in a window about each of (m,) rows; the ends are held."""
    span = np.arange(round(window_s[0] * GRID_HZ), round(window_s[1] * GRID_HZ))
    out: FloatArray = values[np.clip(at[:, None] + span[None, :], 0, len(values) - 1)]
    return out
