"""A journal becomes recordings: the one way, whether a session ended well or was broken off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from gait.errors import RecordingError
from gait.frames import Placement, Side
from gait.protocol.data import to_samples
from gait.recording.journal import Block, Journal, read_journal
from gait.recording.model import Recording
from gait.recording.write import write_recording
from gait.sensors.clock import ClockMap, Exchange, fit_clock

__all__ = ["Finished", "finish", "recordings_of"]

SMALLEST_STEP_S = 2e-6
"""Two samples are at least this far apart, so that they are still two in a file with six decimals."""
GAP_PERIODS = 1.5
SKEW_FROM_S = 60.0
"""In a shorter session the clocks' skew drowns in the delays."""

FloatArray = npt.NDArray[np.float64]
Facts = Mapping[str, Any]
Configs = Mapping[tuple[int, int], Facts]
"""(epoch, config id) -> facts of the ``config`` note."""


@dataclass(frozen=True)
class Finished:
    """What `finish` wrote.

    Attributes
    ----------
    files
        One CSV a sensor.
    recordings
        The same in memory.
    lost_bytes
        Bytes of the journal that were torn or rotten.
    """

    files: tuple[Path, ...]
    recordings: tuple[Recording, ...]
    lost_bytes: int


def finish(folder: Path, *, replace: bool = False) -> Finished:
    """Write the contract's CSVs of a folder that holds a journal.

    Parameters
    ----------
    folder
        As given to ``gait record -o``.
    replace
        Whether CSVs of the same name may be replaced.

    Raises
    ------
    RecordingError
        No journal, no samples in it, or a file in the way.
    """
    journal = read_journal(folder)
    recordings = recordings_of(journal)
    if not recordings:
        raise RecordingError(
            "the journal holds no samples", where=journal.path, todo="there is nothing to recover"
        )
    names = [folder / f"{one.side}_{one.placement}.csv" for one in recordings]
    for name in names:
        if name.exists() and not replace:
            raise RecordingError("is there already", where=name, todo="move it away, or add --replace")
    files = [write_recording(one, name) for one, name in zip(recordings, names, strict=True)]
    return Finished(tuple(files), recordings, journal.lost_bytes)


def recordings_of(journal: Journal) -> tuple[Recording, ...]:
    """Recordings of all sensors of a journal that sent samples, in session time.

    Raises
    ------
    RecordingError
        The notes at the beginning of the journal are damaged, so that samples have no meaning.
    """
    session = next(iter(journal.named("session")), None)
    if session is None:
        if not journal.blocks:
            return ()
        raise RecordingError("its first record is damaged: no start time", where=journal.path)
    streams = sorted({block.stream for block in journal.blocks})
    made = (_recording(journal, session, stream) for stream in streams)
    return tuple(one for one in made if one is not None)


def _recording(journal: Journal, session: Facts, stream: int) -> Recording | None:
    sensor = next(iter(journal.named("sensor", stream)), None)
    configs = {(int(one["epoch"]), int(one["config_id"])): one for one in journal.named("config", stream)}
    if sensor is None or not configs:
        raise RecordingError(f"the records that describe sensor {stream} are damaged", where=journal.path)
    blocks = [one for one in journal.blocks if one.stream == stream and _config(configs, one) is not None]
    if not blocks:
        return None
    pieces = []
    clocks: list[ClockMap] = []
    for epoch, own in _by_epoch(blocks).items():
        exchanges = [_exchange(one) for one in journal.named("sync", stream) if one["epoch"] == epoch]
        clock = fit_clock(exchanges, _arrivals(own))
        if clock is None:
            continue
        clocks.append(clock)
        pieces.append(_piece(own, clock, configs, int(session["origin_us"])))
    if not pieces:
        return None
    time_s, acc, gyr = (np.concatenate(column) for column in zip(*pieces, strict=True))
    keep = (time_s >= 0.0) & _in_order(time_s)
    if not keep.any():
        return None
    time_s, acc, gyr = _spaced(time_s[keep]), acc[keep], gyr[keep]
    first = _config(configs, blocks[0]) or {}
    return Recording(
        placement=cast("Placement", sensor["placement"]),
        side=cast("Side", sensor["side"]),
        time_s=time_s,
        acc=acc,
        gyr=gyr,
        rate_hz=float(first["rate_hz"]),
        acc_range_g=float(first["acc_range_g"]),
        gyr_range_dps=float(first["gyr_range_dps"]),
        started=str(session.get("started", "")),
        device=sensor.get("device", {}),
        extra={"recorder": _figures(time_s, float(first["rate_hz"]), clocks)},
    )


def _config(configs: Configs, block: Block) -> Facts | None:
    """Configuration of a block: as noted in its epoch, else in the last one before that knew the id."""
    known = [key for key in configs if key[1] == block.config_id and key[0] <= block.epoch]
    return configs[max(known)] if known else None


def _by_epoch(blocks: Sequence[Block]) -> dict[int, list[Block]]:
    """Blocks of each run of the sensor's clock, by sample index, without those that are there twice."""
    groups: dict[int, list[Block]] = defaultdict(list)
    for block in sorted(blocks, key=lambda one: (one.epoch, one.index)):
        own = groups[block.epoch]
        if not own or block.index >= own[-1].index + len(own[-1].counts):
            own.append(block)
    return dict(groups)


def _exchange(facts: Facts) -> Exchange:
    return Exchange(
        int(facts["asked_us"]), int(facts["received_us"]), int(facts["sent_us"]), int(facts["answered_us"])
    )


def _arrivals(blocks: Sequence[Block]) -> FloatArray:
    """Sensor time of the last sample and host time of arrival of each live block, (n, 2)."""
    rows = [
        (one.device_us + (len(one.counts) - 1) * one.period_us, one.arrival_us)
        for one in blocks
        if one.arrival_us >= 0
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def _piece(
    blocks: Sequence[Block], clock: ClockMap, configs: Configs, origin_us: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Session time, acc and gyr of one epoch."""
    device_us = [one.device_us + np.arange(len(one.counts)) * one.period_us for one in blocks]
    samples = [_samples(one, _config(configs, one) or {}) for one in blocks]
    acc, gyr = (np.concatenate(column) for column in zip(*samples, strict=True))
    return (clock.host_us(np.concatenate(device_us)) - origin_us) / 1e6, acc, gyr


def _samples(block: Block, config: Facts) -> tuple[FloatArray, FloatArray]:
    return to_samples(block.counts, float(config["acc_range_g"]), float(config["gyr_range_dps"]))


def _in_order(time_s: FloatArray) -> npt.NDArray[np.bool_]:
    """Samples that are not older than one before them by more than a period's jitter."""
    newest = np.maximum.accumulate(time_s)
    within: npt.NDArray[np.bool_] = time_s > newest - 0.002
    return within


def _spaced(time_s: FloatArray) -> FloatArray:
    """Times with at least `SMALLEST_STEP_S` from one to the next."""
    ramp = np.arange(len(time_s)) * SMALLEST_STEP_S
    spaced: FloatArray = np.maximum.accumulate(time_s - ramp) + ramp
    return spaced


def _figures(time_s: FloatArray, rate_hz: float, clocks: Sequence[ClockMap]) -> dict[str, float | int]:
    """Figures for the preamble: how whole the recording is and how good its clock."""
    steps = np.diff(time_s)
    gaps = steps[steps > GAP_PERIODS / rate_hz]
    figures: dict[str, float | int] = {
        "gaps": len(gaps),
        "missing_s": round(float(np.sum(gaps - 1.0 / rate_hz)), 3),
        "sensor_starts": len(clocks),
    }
    if time_s[-1] - time_s[0] >= SKEW_FROM_S:
        figures["clock_skew_ppm"] = round(clocks[0].skew_ppm, 1)
    if all(np.isfinite(one.uncertainty_us) for one in clocks):
        figures["clock_uncertainty_ms"] = round(max(one.uncertainty_us for one in clocks) / 1e3, 2)
    return figures
