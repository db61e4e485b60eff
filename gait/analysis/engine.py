"""One engine for live and saved data: samples in, strides out.

A batch run is this engine given everything at once; any chunking gives the same strides. A stride is given
once and is final, at the latest when the foot's next stance has been seen. At the start strides are held
until the mounting is known, and until three in a row show that somebody is moving on foot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from gait.analysis.signal.movement import Movement
from gait.analysis.signal.resample import GRID_HZ, GridBlock, GridStream
from gait.analysis.strides import detector_for
from gait.analysis.strides.detector import Detector
from gait.analysis.strides.stride_batch import StrideBatch, concatenate
from gait.arrays import FloatArray
from gait.frames import Placement, Side
from gait.recording.model import Recording, without_pauses
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["Engine", "Stride", "engine_for", "strides_of"]


CHAIN = 3
"""Strides in a row from which movement counts as gait."""

CLEAR_CHAIN = 2
"""The same where every stride of them is clear: a recording of three contacts has no more."""

CLEAR_SD_S = 0.012
"""Standard uncertainty of contact time, s, up to which a stride is clear, where the detector states its
doubts stride by stride (chosen: twice what an unseen runner has)."""

CHAIN_BREAK_S = 1.0
"""s between the end of one stride and the start of the next that ends a chain."""

CHAIN_RATIO = 1.7
"""Ratio of neighbouring stride times above which they are not one gait."""

RANGES_G = (2.0, 4.0, 8.0, 16.0, 24.0, 32.0, 64.0)
"""Full scales that accelerometers have."""

COARSE = 0.4
"""Standard uncertainty of an event's time as a share of the sample period beyond the grid's."""

CLIPPED_SD_S = 0.003
"""s that a cut-off impact adds to initial contact's uncertainty: its peak is not there."""

DECIMALS = 6
"""Event times are given to the microsecond."""


@dataclass(frozen=True)
class Stride:
    """One stride as the live engine gives it; times s of session time, NaN where not measurable."""

    side: Side
    placement: Placement
    ic_s: float
    tc_s: float
    next_ic_s: float
    activity: str
    strike_angle_deg: float
    contact_u_ms: float
    pronation_excursion_deg: float = math.nan
    stride_length_m: float = math.nan
    peak_acc_g: float = math.nan

    @property
    def contact_ms(self) -> float:
        """Ground contact time."""
        return 1e3 * (self.tc_s - self.ic_s)

    @property
    def cadence_spm(self) -> float:
        """Steps of both feet a minute at this stride's pace."""
        return 120.0 / (self.next_ic_s - self.ic_s)


class Engine:
    """Strides of one sensor from samples that come in chunks of any size.

    Parameters
    ----------
    placement, side
        Where the sensor sits.
    has_gyr
        Whether `push` will bring angular rates.
    rate_hz
        Nominal rate, Hz; None to take it from the first samples.
    acc_range_g, gyr_range_dps
        Full scale for marking clipped strides; None where unknown.
    detector
        What finds the strides; None for that of the table, or of a plugin taken up.
    movement
        Takes up how much the sensor moves in each second; None where nobody asks.

    Notes
    -----
    Memory does not grow with the length of the recording.
    """

    def __init__(
        self,
        placement: Placement,
        side: Side,
        *,
        has_gyr: bool,
        rate_hz: float | None = None,
        acc_range_g: float | None = None,
        gyr_range_dps: float | None = None,
        detector: Detector | None = None,
        movement: Movement | None = None,
    ) -> None:
        self.placement: Placement = placement
        self.side: Side = side
        self._grid = GridStream(
            has_gyr=has_gyr,
            rate_hz=rate_hz,
            acc_limit=None if acc_range_g is None else acc_range_g * STANDARD_GRAVITY,
            gyr_limit=None if gyr_range_dps is None else gyr_range_dps * DEG,
        )
        self.detector = detector_for(placement, has_gyr, side) if detector is None else detector
        self._next: int | None = None
        self._chain: list[StrideBatch] = []
        self._chain_length = 0
        self._chain_end = (-np.inf, 0.0)
        self._movement = movement

    def push(self, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None = None) -> list[Stride]:
        """Strides that the samples complete.

        Parameters
        ----------
        time_s
            (n,) s of session time, increasing, also from call to call.
        acc, gyr
            (n, 3) m/s2 and rad/s, sensor frame.
        """
        return self.as_strides(self.push_batch(time_s, acc, gyr))

    def finish(self) -> list[Stride]:
        """Strides that only the end of the recording settles."""
        return self.as_strides(self.finish_batch())

    def push_batch(self, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None = None) -> StrideBatch:
        """As `push`, as columns."""
        return self._collect(self._grid.push(time_s, acc, gyr))

    def finish_batch(self) -> StrideBatch:
        """As `finish`, as columns."""
        last = self._collect(self._grid.flush())
        return concatenate([last, self._gate(self.detector.end_segment())])

    def as_strides(self, batch: StrideBatch) -> list[Stride]:
        """Columns to rows."""
        spread = 1.96e3 * batch.contact_sd_s
        return [
            Stride(
                self.side,
                self.placement,
                float(batch.ic_s[row]),
                float(batch.tc_s[row]),
                float(batch.next_ic_s[row]),
                "walking" if batch.walking[row] else "running",
                float(batch.strike_angle_deg[row]),
                float(spread[row]),
                float(batch.pronation_excursion_deg[row]),
                float(batch.stride_length_m[row]),
                float(batch.peak_acc_g[row]),
            )
            for row in range(len(batch))
        ]

    def _collect(self, blocks: list[GridBlock]) -> StrideBatch:
        out = []
        for block in blocks:
            if self._next is not None and block.first != self._next:
                out.append(self._gate(self.detector.end_segment()))
            out.append(self._gate(self.detector.feed(block)))
            self._next = block.first + len(block)
            if self._movement is not None:
                self._movement.add(block)
        return concatenate(out)

    def _gate(self, batches: list[StrideBatch]) -> StrideBatch:
        """Let chains of strides through; drop what stays alone."""
        batch = concatenate(batches)
        if not len(batch):
            return batch
        batch = self._widened(_rounded(batch))
        out: list[StrideBatch] = []
        for start, stop in _runs(batch):
            run = batch.take(slice(start, stop))
            if start > 0 or _breaks(run, self._chain_end):
                self._chain, self._chain_length = [], 0
            self._chain.append(run)
            self._chain_length += len(run)
            self._chain_end = (float(run.next_ic_s[-1]), float(run.next_ic_s[-1] - run.ic_s[-1]))
            if not np.isfinite(self._chain_end[0]):
                # The recording ended in this stride: what follows a gap is another chain.
                self._chain_end = (-np.inf, 0.0)
            if self._chain_length >= (CLEAR_CHAIN if self._is_clear() else CHAIN):
                out += self._chain
                self._chain = []
        return concatenate(out)

    def _is_clear(self) -> bool:
        """Return whether the strides of the chain that is held leave no doubt that they are strides."""
        if not self.detector.knows_doubt:
            return False
        return all(bool((run.contact_sd_s <= CLEAR_SD_S).all()) for run in self._chain)

    def _widened(self, batch: StrideBatch) -> StrideBatch:
        """Uncertainties with what a low rate and clipped samples add to them."""
        rate = self._grid.rate_hz or GRID_HZ
        coarse = COARSE * max(1.0 / rate - 1.0 / GRID_HZ, 0.0)
        cut = np.where(batch.clipped, CLIPPED_SD_S, 0.0)
        both = np.hypot(batch.ic_sd_s, batch.tc_sd_s)
        contact = np.where(np.isfinite(batch.contact_sd_s), batch.contact_sd_s, both)
        return replace(
            batch,
            ic_sd_s=np.sqrt(batch.ic_sd_s**2 + coarse**2 + cut**2),
            tc_sd_s=np.sqrt(batch.tc_sd_s**2 + coarse**2),
            contact_sd_s=np.sqrt(contact**2 + 2.0 * coarse**2 + cut**2),
        )


def _rounded(batch: StrideBatch) -> StrideBatch:
    times = {name: np.round(getattr(batch, name), DECIMALS) for name in ("ic_s", "tc_s", "next_ic_s")}
    return replace(batch, **times)


def _breaks(run: StrideBatch, end: tuple[float, float]) -> bool:
    last, stride = end
    length = float(run.next_ic_s[0] - run.ic_s[0])
    if run.ic_s[0] - last > CHAIN_BREAK_S or stride <= 0:
        return True
    return max(length, stride) / min(length, stride) > CHAIN_RATIO


def _runs(batch: StrideBatch) -> list[tuple[int, int]]:
    """Index ranges of strides that follow one another."""
    if len(batch) == 0:
        return []
    length = batch.next_ic_s - batch.ic_s
    ratio = np.maximum(length[1:], length[:-1]) / np.minimum(length[1:], length[:-1])
    apart = ~(batch.ic_s[1:] - batch.next_ic_s[:-1] <= CHAIN_BREAK_S)
    cut = apart | (ratio > CHAIN_RATIO)
    edges = [0, *(np.flatnonzero(cut) + 1).tolist(), len(batch)]
    return list(pairwise(edges))


def engine_for(recording: Recording) -> Engine:
    """Return the engine that suits a recording, with its full scale as stated or as its plateaus show."""
    return Engine(
        recording.placement,
        recording.side,
        has_gyr=recording.gyr is not None,
        rate_hz=recording.rate_hz,
        acc_range_g=recording.acc_range_g or plateau_range_g(recording.acc),
        gyr_range_dps=recording.gyr_range_dps,
    )


def plateau_range_g(acc: FloatArray) -> float | None:
    """Full scale, g, if samples pile up just below one that sensors have; else None."""
    top = np.abs(acc).max(axis=0) / STANDARD_GRAVITY
    for axis in np.argsort(-top):
        for scale in RANGES_G:
            if abs(top[axis] / scale - 1.0) < 0.025:
                piled = (np.abs(acc[:, axis]) >= 0.998 * top[axis] * STANDARD_GRAVITY).sum()
                if piled >= 3:
                    return scale
    return None


def strides_of(recording: Recording) -> tuple[StrideBatch, Engine]:
    """All strides of a recording, and the engine that found them."""
    recording = without_pauses(recording)
    engine = engine_for(recording)
    first = engine.push_batch(recording.time_s, recording.acc, recording.gyr)
    return concatenate([first, engine.finish_batch()]), engine
