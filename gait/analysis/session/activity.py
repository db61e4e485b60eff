"""Running, walking, still: the session cut into bouts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gait.analysis.results import Bout, Kind
from gait.analysis.signal.movement import Movement
from gait.analysis.strides.stride_batch import StrideBatch

__all__ = ["JOIN_S", "STILL_SD_G", "bouts_of", "merge_bouts", "settled"]


STILL_SD_G = 0.05
"""Standard deviation of the acceleration's norm within a second, g, below which the sensor is at rest
(chosen: well above a sensor's noise of some mg, well below any step)."""

JOIN_S = 1.5
"""s without a stride that do not end a bout (chosen: longer than a stride, so that a missed one does not cut
a run in two)."""


def bouts_of(
    batch: StrideBatch,
    movement: Movement,
    gaps: tuple[tuple[float, float], ...],
    span: tuple[float, float],
) -> tuple[Bout, ...]:
    """Return bouts of one sensor, covering `span` without overlap.

    Parameters
    ----------
    batch
        Strides.
    movement
        How much the sensor moves in each second.
    gaps
        (start_s, end_s) of what was not recorded.
    span
        (start_s, end_s) of the recording.
    """
    marks: list[tuple[float, float, Kind]] = []
    for start, stop, walking in _gait_spans(batch):
        marks.append((start, stop, "walking" if walking else "running"))
    marks += [(start, stop, "gap") for start, stop in gaps]
    marks.sort()
    return tuple(_fill(marks, movement, span))


def _gait_spans(batch: StrideBatch) -> list[tuple[float, float, bool]]:
    spans: list[tuple[float, float, bool]] = []
    kinds = settled(batch.walking > 0.5)
    ends = np.where(np.isfinite(batch.next_ic_s), batch.next_ic_s, batch.tc_s)
    for start, stop, walking in zip(batch.ic_s.tolist(), ends.tolist(), kinds, strict=True):
        if spans and spans[-1][2] == walking and start - spans[-1][1] < JOIN_S:
            spans[-1] = (spans[-1][0], stop, walking)
        else:
            spans.append((max(start, spans[-1][1] if spans else start), stop, walking))
    return spans


def settled(walking: npt.NDArray[np.bool_]) -> list[bool]:
    """Return the kinds of (n,) strides by the majority of five: a single odd stride is no bout."""
    if len(walking) < 5:
        return [bool(is_walking) for is_walking in walking]
    padded = np.pad(walking.astype(int), 2, mode="edge")
    votes = np.convolve(padded, np.ones(5, dtype=int), mode="valid")
    out: list[bool] = (votes >= 3).tolist()
    return out


def _fill(
    marks: list[tuple[float, float, Kind]], movement: Movement, span: tuple[float, float]
) -> list[Bout]:
    out: list[Bout] = []
    at = span[0]
    for start, stop, kind in marks:
        if start > at + 1e-6:
            out += _idle(at, start, movement)
        if stop > max(start, at):
            out.append(Bout(max(start, at), stop, kind))
            at = stop
    if span[1] > at + 1e-6:
        out += _idle(at, span[1], movement)
    return _joined(out)


def _idle(start: float, stop: float, movement: Movement) -> list[Bout]:
    """Return rest or other movement, judged second by second; a second without samples is taken for rest."""
    edges = np.r_[start, np.arange(np.floor(start + 1e-9) + 1.0, stop - 1e-9), stop]
    moves = movement.spread_g(edges[:-1] + 1e-9) >= STILL_SD_G
    begins = np.flatnonzero(np.r_[True, moves[1:] != moves[:-1]])
    ends = edges[np.r_[begins[1:], len(moves)]]
    return [
        Bout(at, end, "other" if moving else "still")
        for at, end, moving in zip(edges[begins].tolist(), ends.tolist(), moves[begins].tolist(), strict=True)
    ]


def _joined(bouts: list[Bout]) -> list[Bout]:
    out: list[Bout] = []
    for bout in bouts:
        if out and out[-1].kind == bout.kind:
            out[-1] = Bout(out[-1].start_s, bout.end_s, bout.kind)
        else:
            out.append(bout)
    return out


_ORDER: dict[Kind, int] = {"running": 0, "walking": 1, "other": 2, "still": 3, "gap": 4}


def merge_bouts(sensors: list[tuple[Bout, ...]]) -> tuple[Bout, ...]:
    """Return one time line for a session: at each instant the most active kind that any sensor saw."""
    sensors = [bouts for bouts in sensors if bouts]
    if len(sensors) <= 1:
        return sensors[0] if sensors else ()
    edges = sorted({edge for bouts in sensors for bout in bouts for edge in (bout.start_s, bout.end_s)})
    middles = 0.5 * (np.array(edges[1:]) + np.array(edges[:-1]))
    best = np.full(len(middles), 9)
    for bouts in sensors:
        starts = np.array([bout.start_s for bout in bouts])
        ends = np.array([bout.end_s for bout in bouts])
        ranks = np.array([_ORDER[bout.kind] for bout in bouts])
        at = np.clip(np.searchsorted(starts, middles, side="right") - 1, 0, len(starts) - 1)
        inside = (middles >= starts[at]) & (middles < ends[at])
        best = np.where(inside, np.minimum(best, ranks[at]), best)
    names: list[Kind] = list(_ORDER)
    return tuple(
        _joined(
            [
                Bout(start, stop, names[rank] if rank < 9 else "gap")
                for start, stop, rank in zip(edges[:-1], edges[1:], best.tolist(), strict=True)
                if stop - start > 1e-6
            ]
        )
    )
