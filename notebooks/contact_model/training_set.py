"""Swings of many recordings with the detector's own anchors, the signals about them, and the true contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import poses
from virtual_runs import virtual_runs

from gait.analysis.engine import Engine
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.contact_model import ContactModel
from gait.analysis.strides.shoe.anchors import Anchors, find_anchors
from gait.analysis.strides.shoe.detector import ShoeDetector
from gait.analysis.strides.stride_batch import StrideBatch, concatenate

REACH = 44
"""Grid points kept on each side of an anchor, 220 ms."""

NEAR_S = 0.12
"""s from an anchor within which the true event lies."""


@dataclass(frozen=True)
class Source:
    """One recording with its truth: `group` is the runner it is left out with."""

    group: str
    name: str
    side: str
    variant: int
    place: str
    rate_hz: float
    acc_range_g: float
    gyr_range_dps: float
    measured: poses.Measured


def from_poses(folder: Path, segment: str, variants: int, seed: int, slow: int = 0) -> Iterator[Source]:
    """Give simulated recordings of real motion: each trial and side with some sensors, and some at a slow pace."""
    for trial in poses.trials(folder, segment):
        for variant in (*range(variants), *range(poses.SLOW, poses.SLOW + slow)):
            rng = np.random.default_rng([seed, variant, *map(ord, trial.name + trial.side)])
            faults = poses.random_faults(rng, segment, variant)
            yield Source(
                trial.runner,
                trial.name,
                trial.side,
                variant,
                faults.place,
                faults.rate_hz,
                faults.acc_range_g,
                faults.gyr_range_dps,
                poses.measure(trial, faults, rng),
            )


def from_virtual_runners(runners: int, seed: int) -> Iterator[Source]:
    """Give recordings of virtual runners: enough to see the fit work, not to ship it."""
    for name, recording, truth in virtual_runs(runners, seed, "shoe"):
        measured = poses.Measured(
            recording.time_s,
            recording.acc,
            recording.gyr,
            *(truth[column].to_numpy() for column in ("ic_s", "tc_s", "fsa_deg")),
        )
        yield Source(name, name, recording.side, 0, "instep", 200.0, 16.0, 2000.0, measured)


class Recorder(ShoeDetector):
    """The shoe's detector, keeping the signals about each swing's anchors."""

    def __init__(self, side: str, model: ContactModel) -> None:
        super().__init__(side)
        self._model = model
        self.kept: dict[int, dict[str, object]] = {}

    def _contacts(self, signals, pitch_deg, length, start):
        anchors = find_anchors(signals["pitch_rate"], signals["up_acc"], pitch_deg, length)
        features = self._model.signals(signals)
        for row, first in enumerate(start.tolist()):
            self.kept[first] = _row(anchors, features, row, first)
        return super()._contacts(signals, pitch_deg, length, start)


def _row(anchors: Anchors, features: np.ndarray, row: int, first: int) -> dict[str, object]:
    out: dict[str, object] = {
        "start": first,
        "left": bool(anchors.left[row]),
        "landed": bool(anchors.landed[row]),
    }
    for event in ("ic", "tc"):
        anchor = getattr(anchors, f"{event}_s")[row]
        middle = round(anchor * GRID_HZ)
        at = np.clip(np.arange(middle - REACH, middle + REACH + 1), 0, features.shape[2] - 1)
        out[f"{event}_spread"] = getattr(anchors, f"{event}_spread_s")[row]
        out[f"{event}_anchor"] = anchor - middle / GRID_HZ
        out[f"{event}_middle"] = (first + middle) / GRID_HZ
        out[f"{event}_signals"] = features[:, row, at].astype(np.float32)
    return out


@dataclass(frozen=True)
class TrainingSet:
    """Swings of many recordings.

    Attributes
    ----------
    table
        One row a swing: recording, runner, trial, side, variant, place, rate_hz, start (grid index), and for
        ``ic`` and ``tc`` the anchor and the truth, s from the middle of the kept signals.
    signals
        "ic", "tc" -> (channels, swings, 2 REACH + 1).
    strides
        What the detector with its present model gave, a batch a recording.
    truth
        (true initial contacts, true terminal contacts), a pair a recording.
    """

    table: pd.DataFrame
    signals: dict[str, np.ndarray]
    strides: list[StrideBatch]
    truth: list[tuple[np.ndarray, np.ndarray]]


def build(
    sources: Iterator[Source], model: ContactModel, make: Callable[..., Recorder] = Recorder
) -> TrainingSet:
    """Run every source through the engine with a recording detector and attach the truth."""
    rows: list[dict[str, object]] = []
    strides: list[StrideBatch] = []
    truth = []
    for number, source in enumerate(sources):
        batch, detector = _run(source, model, make)
        strides.append(batch)
        truth.append((source.measured.ic_s, source.measured.tc_s))
        for _, row in sorted(detector.kept.items()):
            row |= {"recording": number, "runner": source.group, "trial": source.name, "side": source.side}
            row |= {"variant": source.variant, "place": source.place, "rate_hz": source.rate_hz}
            row |= {"score": detector.alignment.score}
            for event, true in (("ic", source.measured.ic_s), ("tc", source.measured.tc_s)):
                row[f"{event}_truth"] = (
                    _nearest(true, row[f"{event}_middle"] + row[f"{event}_anchor"]) - row[f"{event}_middle"]
                )
            rows.append(row)
    signals = {
        event: np.stack([row.pop(f"{event}_signals") for row in rows], axis=1) for event in ("ic", "tc")
    }
    return TrainingSet(pd.DataFrame(rows), signals, strides, truth)


def _run(source: Source, model: ContactModel, make: Callable[..., Recorder]) -> tuple[StrideBatch, Recorder]:
    engine = Engine(
        "shoe",
        source.side,
        has_gyr=True,
        rate_hz=source.rate_hz,
        acc_range_g=source.acc_range_g,
        gyr_range_dps=source.gyr_range_dps,
    )
    detector = engine.detector = make(source.side, model)
    made = source.measured
    found = engine.push_batch(made.time_s, made.acc, made.gyr)
    return concatenate([found, engine.finish_batch()]), detector


def _nearest(true: np.ndarray, time_s: float) -> float:
    """Return the true event nearest to a time, NaN where none is near."""
    if len(true) == 0:
        return float("nan")
    best = float(true[np.abs(true - time_s).argmin()])
    return best if abs(best - time_s) < NEAR_S else float("nan")
