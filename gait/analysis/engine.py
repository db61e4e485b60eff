"""One engine for live and saved data: samples in, strides out.

A saved recording is pushed as a whole, live data in chunks; any chunking gives the same strides. Each stride
is returned once, at the latest after the foot's next stance, and never changes afterwards. At the start the
engine holds strides back until the mounting is found and `CHAIN` strides in a row show gait.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
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
"""Number of strides in a row from which movement counts as gait (chosen: fewer let single movements through,
more lose short runs)."""

CLEAR_CHAIN = 2
"""Number in a row if every stride is clear (chosen: a recording of three contacts has only two strides)."""

CLEAR_SD_S = 0.012
"""Standard uncertainty of contact time, s, up to which a stride is clear; only for a detector that states it
stride by stride (chosen: twice the value of a runner outside the training data)."""

CHAIN_BREAK_S = 1.0
"""Gap between two strides, s, above which a chain ends (chosen: longer than any running stride)."""

CHAIN_RATIO = 1.7
"""Ratio of neighbouring stride times above which a chain ends (chosen: walking to running is below it)."""

RANGES_G = (2.0, 4.0, 8.0, 16.0, 24.0, 32.0, 64.0)
"""Full scales of accelerometers, g, from the data sheets of the usual inertial sensors."""

COARSE = 0.4
"""Standard uncertainty of an event's time as a share of the sample period in excess of the grid's (chosen:
rounding to the nearest sample alone is 1 / sqrt(12), or 0.29)."""

CLIPPED_SD_S = 0.003
"""Standard uncertainty, s, that a clipped impact adds to initial contact, as its peak is cut off (chosen: 0.6
of a sample of the grid)."""

DECIMALS = 6
"""Decimals of event times in s: microseconds (chosen: far below a sample period)."""

HALF_WIDTH_MS = 1.96e3
"""95 % half-width in ms of a normal distribution with a standard deviation of 1 s."""

PLATEAU_SHARE, PLATEAU_TOP, PLATEAU_SAMPLES = 0.025, 0.998, 3
"""Clipping at a full scale: the largest sample within this share of it, and this many samples at or above
`PLATEAU_TOP` of the largest (chosen: a chip's scale errs by some per cent, and single samples come near their
largest by chance)."""


@dataclass(frozen=True)
class Stride:
    """One stride of the live engine; times in s of session time, NaN where a value could not be measured."""

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
        """Return the ground contact time, ms."""
        return 1e3 * (self.tc_s - self.ic_s)

    @property
    def cadence_spm(self) -> float:
        """Return the steps of both feet in a minute at this stride's duration."""
        return 2.0 * 60.0 / (self.next_ic_s - self.ic_s)


class Engine:
    """Engine that finds the strides of a sensor in samples that come in chunks of any size.

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
        Detector of strides; None for that of `DETECTORS`, or of a plugin in use.
    movement
        Collects the sensor's movement in each second; None to collect nothing.
    leaves_out_rests
        Pass over the middles of long rests where the detector allows it: the strides are the same, later
        and at less cost. Seconds that are passed over are not in `movement`.

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
        leaves_out_rests: bool = False,
    ) -> None:
        self.placement: Placement = placement
        self.side: Side = side
        self._grid = GridStream(
            has_gyr=has_gyr,
            rate_hz=rate_hz,
            acc_limit=None if acc_range_g is None else acc_range_g * STANDARD_GRAVITY,
            gyr_limit=None if gyr_range_dps is None else gyr_range_dps * DEG,
            may_leave_out=(lambda: self.detector.can_resume) if leaves_out_rests else None,
        )
        self.detector = detector_for(placement, has_gyr, side) if detector is None else detector
        self._next: int | None = None
        self._chain: list[StrideBatch] = []
        self._chain_length = 0
        self._chain_end = (-np.inf, 0.0)
        self._movement = movement

    def push(self, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None = None) -> list[Stride]:
        """Return the strides that these samples complete.

        Parameters
        ----------
        time_s
            (n,) s of session time, increasing, also from call to call.
        acc, gyr
            (n, 3) m/s2 and rad/s, sensor frame.
        """
        return self.as_strides(self.push_batch(time_s, acc, gyr))

    def finish(self) -> list[Stride]:
        """Return the strides that are complete only at the end of the recording."""
        return self.as_strides(self.finish_batch())

    def push_batch(self, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None = None) -> StrideBatch:
        """Return the strides of `push` as columns; same arguments."""
        return self._collect(self._grid.blocks(time_s, acc, gyr))

    def finish_batch(self) -> StrideBatch:
        """Return the strides of `finish` as columns."""
        last = self._collect(self._grid.last_blocks())
        return concatenate([last, self._gate(self.detector.end_segment())])

    def as_strides(self, batch: StrideBatch) -> list[Stride]:
        """Return a batch as one `Stride` a row."""
        spread = HALF_WIDTH_MS * batch.contact_sd_s
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

    def _collect(self, blocks: Iterable[GridBlock]) -> StrideBatch:
        out = []
        for block in blocks:
            if self._next is not None and block.first != self._next and not block.resumes:
                out.append(self._gate(self.detector.end_segment()))
            out.append(self._gate(self.detector.feed(block)))
            self._next = block.first + len(block)
            if self._movement is not None:
                self._movement.add(block)
        return concatenate(out)

    def _gate(self, batches: list[StrideBatch]) -> StrideBatch:
        """Return the strides of chains that are long enough; hold the last, unfinished chain back."""
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
                # The recording ended in this stride: strides behind the gap begin another chain.
                self._chain_end = (-np.inf, 0.0)
            if self._chain_length >= (CLEAR_CHAIN if self._is_clear() else CHAIN):
                out += self._chain
                self._chain = []
        return concatenate(out)

    def _is_clear(self) -> bool:
        """Return whether every stride of the chain held back has a contact time surer than `CLEAR_SD_S`."""
        if not self.detector.knows_doubt:
            return False
        return all(bool((run.contact_sd_s <= CLEAR_SD_S).all()) for run in self._chain)

    def _widened(self, batch: StrideBatch) -> StrideBatch:
        """Return the batch with uncertainties widened for a low sampling rate and for clipped samples."""
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


def _breaks(run: StrideBatch, chain_end: tuple[float, float]) -> bool:
    last, stride = chain_end
    length = float(run.next_ic_s[0] - run.ic_s[0])
    if run.ic_s[0] - last > CHAIN_BREAK_S or stride <= 0:
        return True
    return max(length, stride) / min(length, stride) > CHAIN_RATIO


def _runs(batch: StrideBatch) -> list[tuple[int, int]]:
    """Return the index ranges [start, stop) of strides that follow one another without a break."""
    if len(batch) == 0:
        return []
    length = batch.next_ic_s - batch.ic_s
    ratio = np.maximum(length[1:], length[:-1]) / np.minimum(length[1:], length[:-1])
    apart = ~(batch.ic_s[1:] - batch.next_ic_s[:-1] <= CHAIN_BREAK_S)
    cut = apart | (ratio > CHAIN_RATIO)
    edges = [0, *(np.flatnonzero(cut) + 1).tolist(), len(batch)]
    return list(pairwise(edges))


def engine_for(recording: Recording) -> Engine:
    """Return the engine for a recording, with its full scale as stated or as inferred from plateaus."""
    return Engine(
        recording.placement,
        recording.side,
        has_gyr=recording.gyr is not None,
        rate_hz=recording.rate_hz,
        acc_range_g=recording.acc_range_g or plateau_range_g(recording.acc),
        gyr_range_dps=recording.gyr_range_dps,
    )


def plateau_range_g(acc: FloatArray) -> float | None:
    """Return the full scale of `RANGES_G`, g, at which (n, 3) samples, m/s2, pile up; None where at none."""
    top = np.abs(acc).max(axis=0) / STANDARD_GRAVITY
    for axis in np.argsort(-top):
        for scale in RANGES_G:
            if abs(top[axis] / scale - 1.0) < PLATEAU_SHARE:
                piled = (np.abs(acc[:, axis]) >= PLATEAU_TOP * top[axis] * STANDARD_GRAVITY).sum()
                if piled >= PLATEAU_SAMPLES:
                    return scale
    return None


def strides_of(recording: Recording) -> tuple[StrideBatch, Engine]:
    """Return all strides of a recording, and the engine that found them."""
    recording = without_pauses(recording)
    engine = engine_for(recording)
    first = engine.push_batch(recording.time_s, recording.acc, recording.gyr)
    return concatenate([first, engine.finish_batch()]), engine
