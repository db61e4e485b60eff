"""The samples of one sensor in a journal: in order, in session time, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gait.arrays import CountArray, FloatArray
from gait.journal.clock import ClockMap, Exchange, fit_clock
from gait.journal.format import Blocks, Journal
from gait.protocol.data import to_samples

__all__ = ["Pieces", "Rows", "Run", "Samples", "runs_of"]

BLOCKS_AT_ONCE = 2000
"""Blocks that are worked on together (chosen: about 1.5 minutes at 416 Hz, 10 MB of arrays)."""
SMALLEST_STEP_S = 2e-6
"""s that two samples are apart at least (chosen: they are still two in a file with six decimals)."""
EVENED_BLOCKS, EVENED_LEAST = 101, 8
"""Packets over which stamps are evened out, and the fewest (chosen: a few seconds; a stamp in whole
milliseconds is then right within 0.1 ms)."""
LATE_S = 0.002
"""A sample that is older than the latest before it by more than this, s, lies in a stretch that is there
already (chosen: less than a period at 416 Hz, more than the stamps' error)."""

Rows = npt.NDArray[np.void]
Facts = Mapping[str, Any]
Configs = Mapping[tuple[int, int], Facts]
"""(epoch, config id) -> facts of the ``config`` note."""


@dataclass(frozen=True)
class Samples:
    """Some samples: session time, s; specific force, m/s2; angular rate, rad/s; sample period, s."""

    time_s: FloatArray
    acc: FloatArray
    gyr: FloatArray
    period_s: FloatArray


@dataclass(frozen=True)
class Run:
    """One run of a sensor's clock: its blocks by sample index, none twice, and the clock's map."""

    rows: Rows
    clock: ClockMap
    scale: FloatArray
    """(n, 2) full scale of each block, g and deg/s."""


def runs_of(journal: Journal, stream: int, configs: Configs) -> list[Run]:
    """Return the runs of a sensor's clock, in order; blocks of unknown scale are left out.

    Parameters
    ----------
    configs
        What the numbers of configurations mean.
    """
    rows = journal.blocks.rows
    rows = rows[rows["stream"] == stream]
    rows = rows[np.lexsort((rows["index"], rows["epoch"]))]
    runs = []
    syncs = journal.named("sync", stream)
    for of_epoch in np.split(rows, np.flatnonzero(np.diff(rows["epoch"])) + 1):
        own = _once(of_epoch)
        scale = _scales(own, configs)
        own, scale = own[np.isfinite(scale[:, 0])], scale[np.isfinite(scale[:, 0])]
        exchanges = [_exchange(sync) for sync in syncs if len(own) and sync.get("epoch") == own["epoch"][0]]
        skew, stamp_us = _nature(own, configs)
        if stamp_us:
            own = _evened(own)
        clock = fit_clock(exchanges, _arrivals(own), skew) if len(own) else None
        if clock is not None:
            runs.append(Run(own, clock, scale))
    return runs


@dataclass
class Pieces:
    """Samples of several runs one after the other, times increasing. State: the newest time so far."""

    runs: list[Run]
    origin_us: int
    _newest_s: float = field(default=0.0, init=False)
    _written_s: float = field(default=-np.inf, init=False)

    def times(self) -> Iterator[Samples]:
        """Return the times alone, without reading any counts."""
        return self._pieces(None)

    def samples(self, blocks: Blocks) -> Iterator[Samples]:
        """Return the times and what was measured."""
        return self._pieces(blocks)

    def _pieces(self, blocks: Blocks | None) -> Iterator[Samples]:
        self._newest_s, self._written_s = 0.0, -np.inf
        for run in self.runs:
            for at in range(0, len(run.rows), BLOCKS_AT_ONCE):
                part = slice(at, at + BLOCKS_AT_ONCE)
                piece = self._piece(run, part, blocks)
                if len(piece.time_s):
                    yield piece

    def _piece(self, run: Run, part: slice, blocks: Blocks | None) -> Samples:
        rows, scale = run.rows[part], run.scale[part]
        sizes = rows["n"].astype(np.int64)
        number = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        period_us = np.repeat(rows["period_us"], sizes)
        device_us = np.repeat(rows["device_us"].astype(np.float64), sizes) + number * period_us
        time_s = (run.clock.host_us(device_us) - self.origin_us) / 1e6
        newest_s = np.maximum.accumulate(np.maximum(time_s, self._newest_s))
        keep = (time_s >= 0.0) & (time_s > newest_s - LATE_S)
        if len(newest_s):
            self._newest_s = float(newest_s[-1])
        acc = gyr = np.zeros((0, 3))
        if blocks is not None:
            counts = [
                blocks.counts(n, at) for n, at in zip(rows["n"].tolist(), rows["at"].tolist(), strict=True)
            ]
            acc, gyr = _measured(np.concatenate(counts), np.repeat(scale, sizes, axis=0))
            acc, gyr = acc[keep], gyr[keep]
        return Samples(self._spaced(time_s[keep]), acc, gyr, period_us[keep] / 1e6)

    def _spaced(self, time_s: FloatArray) -> FloatArray:
        """Return (n,) times, s, at least `SMALLEST_STEP_S` apart, also across pieces."""
        if not len(time_s):
            return time_s
        ramp = np.arange(1, len(time_s) + 1) * SMALLEST_STEP_S
        spaced: FloatArray = np.maximum.accumulate(np.maximum(time_s - ramp, self._written_s)) + ramp
        self._written_s = float(spaced[-1])
        return spaced


def _once(rows: Rows) -> Rows:
    """Return blocks without those that overlap one before."""
    ends = rows["index"] + rows["n"]
    newest = np.maximum.accumulate(ends)
    keep = np.ones(len(rows), bool)
    keep[1:] = rows["index"][1:] >= newest[:-1]
    return rows[keep]


def _scales(rows: Rows, configs: Configs) -> FloatArray:
    """Return (n, 2) full scales of the blocks: those noted in their epoch, else in an earlier one."""
    scale = np.full((len(rows), 2), np.nan)
    for config_id in np.unique(rows["config_id"]).tolist():
        here = rows["config_id"] == config_id
        config_keys = [key for key in configs if key[1] == config_id and key[0] <= int(rows["epoch"][0])]
        if config_keys:
            facts = configs[max(config_keys)]
            scale[here] = float(facts["acc_range_g"]), float(facts["gyr_range_dps"])
    return scale


def _nature(rows: Rows, configs: Configs) -> tuple[float | None, float]:
    """Return the steepest skew that is believed, None for a crystal's, and the time stamps' step, us."""
    if not len(rows):
        return None, 0.0
    config_id = int(rows["config_id"][0])
    facts = [config for (_, number), config in configs.items() if number == config_id]
    skews = [float(fact["largest_skew"]) for fact in facts if "largest_skew" in fact]
    return (max(skews) if skews else None), max(float(fact.get("stamp_us", 0.0)) for fact in facts)


def _evened(rows: Rows) -> Rows:
    """Return the blocks with coarse time stamps replaced by their mean run over `EVENED_BLOCKS` around.

    What is averaged is the stamp's distance from the line through the whole run, in each stretch without a
    hole: a crystal's drift over the length of the mean is far below a stamp's step.
    """
    index, stamp = rows["index"].astype(np.float64), rows["device_us"].astype(np.float64)
    if len(rows) < EVENED_LEAST:
        return rows
    period_us = (stamp[-1] - stamp[0]) / (index[-1] - index[0])
    distance = stamp - index * period_us
    evened = rows.copy()
    follows = rows["index"][1:] == rows["index"][:-1] + rows["n"][:-1]
    cuts = np.flatnonzero(~follows) + 1
    for part in np.split(np.arange(len(rows)), cuts):
        evened["device_us"][part] = np.rint(index[part] * period_us + _running_mean(distance[part]))
    evened["period_us"] = period_us
    return evened


def _running_mean(values: FloatArray) -> FloatArray:
    """Return (n,) means of as many values before as behind each, up to `EVENED_BLOCKS` together."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    place = np.arange(len(values))
    half = np.minimum(np.minimum(place, len(values) - 1 - place), EVENED_BLOCKS // 2)
    mean: FloatArray = (sums[place + half + 1] - sums[place - half]) / (2 * half + 1)
    return mean


def _measured(counts: CountArray, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (n, 6) counts as (n, 3) acceleration and rate, each row with its own scale of (n, 2)."""
    acc, gyr = to_samples(counts, 1.0, 1.0)
    return acc * scale[:, :1], gyr * scale[:, 1:]


def _exchange(facts: Facts) -> Exchange:
    return Exchange(
        int(facts["asked_us"]), int(facts["received_us"]), int(facts["sent_us"]), int(facts["answered_us"])
    )


def _arrivals(rows: Rows) -> FloatArray:
    """Return sensor time of the last sample and host time of arrival of each live block, (n, 2)."""
    live = rows[rows["arrival_us"] >= 0]
    last_us = live["device_us"] + (live["n"].astype(np.float64) - 1.0) * live["period_us"]
    return np.column_stack([last_us, live["arrival_us"].astype(np.float64)])
