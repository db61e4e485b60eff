"""Cycles of a shank as the product's own detector cuts and levels them, with the true contacts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from poses import SLOW
from shank_motion import G, Sensed, sense, trials
from virtual_runs import virtual_runs

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GRID_HZ, GridStream
from gait.analysis.strides.shank.cycles import Cycles, measure_cycles
from gait.analysis.strides.shank.swings import SwingFinder

SHAPE = 121
"""Grid points kept about an anchor: 0.3 s to each side."""
NEAR_S = 0.12
"""s from an anchor within which its true event lies."""


@dataclass(frozen=True)
class Events:
    """m events of one kind.

    Attributes
    ----------
    raw
        Channel -> (m, `SHAPE`) signals about the anchors.
    table
        A row each: runner, trial, recording, plain, anchor and truth (s from the first column of its
        snippet), cycle (row number, to join the events of one stance), doubts.
    """

    raw: dict[str, np.ndarray]
    table: pd.DataFrame


def cycles_of(sensed: Sensed) -> tuple[Cycles, np.ndarray] | None:
    """Return the cycles of a recording and the session time of their first samples, or None without any."""
    stream = GridStream(has_gyr=True, rate_hz=sensed.rate_hz, acc_limit=sensed.range_g * G, gyr_limit=None)
    buffer, finder = SampleBuffer(), SwingFinder()
    for block in stream.push(sensed.time_s, sensed.acc, sensed.gyr) + stream.flush():
        buffer.append(block)
    spans = finder.find(buffer, final=True)
    if not spans or finder.axis is None:
        return None
    return measure_cycles(buffer, spans, finder.axis.direction), np.array([s[0] for s in spans]) / GRID_HZ


def real(folder: Path, variants: int, seed: int, slow: int = 0) -> Iterator[tuple[str, Sensed]]:
    """Give name and samples of every trial and leg, each seen by `variants` sensors and `slow` at a slow pace."""
    for path in trials(folder):
        for side in ("left", "right"):
            for variant in (*range(variants), *range(SLOW, SLOW + slow)):
                sensed = sense(path, side, variant, seed)
                if sensed is not None:
                    yield f"{path.stem} {side} {variant}", sensed


def virtual(seed: int, runners: int = 6) -> Iterator[tuple[str, Sensed]]:
    """Give name and samples of virtual runners' shanks."""
    for name, one, truth in virtual_runs(runners, seed, "shank"):
        ic, tc = (truth[event].to_numpy() for event in ("ic_s", "tc_s"))
        sensed = Sensed(name, name, one.side, True, one.time_s, one.acc, one.gyr, 200.0, 16.0, ic, tc)
        yield f"{name} {one.side} 0", sensed


def training_set(sources: Iterable[tuple[str, Sensed]]) -> dict[str, Events]:
    """Return the initial and terminal contacts of all recordings."""
    parts: dict[str, list[Events]] = {"ic": [], "tc": []}
    for recording, sensed in sources:
        found = cycles_of(sensed)
        if found is not None:
            for event, one in events_of(sensed, *found, recording).items():
                parts[event].append(one)
    return {event: _joined(found) for event, found in parts.items()}


def events_of(sensed: Sensed, cycles: Cycles, start: np.ndarray, recording: str) -> dict[str, Events]:
    """Return the events of one recording: a landing is seen from the cycle before and from its own."""
    running = ~cycles.walking
    common = {"runner": sensed.runner, "trial": sensed.trial, "recording": recording, "plain": sensed.plain,
              "rate_hz": sensed.rate_hz}  # fmt: skip
    out = {}
    for event, anchors, times in (
        ("ic", (cycles.landing_s, cycles.next_landing_s), sensed.ic_s),
        ("tc", (cycles.toe_off.running_s,), sensed.tc_s),
    ):
        rows, frames = [], []
        for seen, anchor in enumerate(anchors):
            true = _nearest(times, start + np.nan_to_num(anchor)) - start
            keep = running & np.isfinite(anchor) & (np.abs(true - anchor) < NEAR_S)
            index = np.flatnonzero(keep)
            own = {"anchor_s": anchor[index], "true_s": true[index], "slow": cycles.toe_off.slow_s[index]}
            frame = pd.DataFrame({"cycle": index, "seen": seen, **own, **common})
            rows.append(_snippets(cycles, index, anchor[index], frame))
            frames.append(frame)
        raw = {name: np.concatenate([row[name] for row in rows]) for name in cycles.signals}
        out[event] = Events(raw, pd.concat(frames, ignore_index=True))
    return out


def _snippets(
    cycles: Cycles, index: np.ndarray, anchor: np.ndarray, frame: pd.DataFrame
) -> dict[str, np.ndarray]:
    """Return signals about the anchors; turns the frame's times into seconds from the snippets' start."""
    first = np.rint(anchor * GRID_HZ).astype(int) - SHAPE // 2
    columns = first[:, None] + np.arange(SHAPE)[None, :]
    frame["anchor_s"] -= first / GRID_HZ
    frame["true_s"] -= first / GRID_HZ
    frame["first_s"] = first / GRID_HZ
    return {
        name: values[index[:, None], np.clip(columns, 0, values.shape[1] - 1)].astype(np.float32)
        for name, values in cycles.signals.items()
    }


def _nearest(among: np.ndarray, values: np.ndarray) -> np.ndarray:
    right = np.clip(np.searchsorted(among, values), 1, len(among) - 1)
    left, right = among[right - 1], among[right]
    return np.where(values - left <= right - values, left, right)


def _joined(parts: list[Events]) -> Events:
    raw = {name: np.concatenate([part.raw[name] for part in parts]) for name in parts[0].raw}
    return Events(raw, pd.concat([part.table for part in parts], ignore_index=True))
