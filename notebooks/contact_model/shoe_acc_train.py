"""Fit landings and contacts of a shoe with an accelerometer alone and write their coefficients.

    python notebooks/contact_model/shoe_acc_train.py --rbds FOLDER -o gait/analysis/strides/models

A logistic regression tells landings from other shocks; behind it the regressions of `accelerometer_fit`.
Virtual runners join the real motion in the latter: without them sprints read 45 ms long on virtual runners, and
errors on real ones are the same. Without --rbds they are all there is, and what that gives is not to be shipped.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from accelerometer_fit import DISTANCE_RANK, Part, Plan, finished, skeleton
from landing_fit import features_of, landing_fit
from poses import SLOW, Measured
from shank_acc_train import EVENTS, write
from shank_train import SEED, SOURCE
from training_set import Source, from_poses
from virtual_runs import many_virtual_runs

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.filters import gaussian
from gait.analysis.signal.resample import GRID_HZ, GridStream
from gait.analysis.strides.landing_model import LandingModel, jerk_size, landing_from_dict
from gait.analysis.strides.shoe.accelerometer import LEARN_LANDINGS, MODEL, USUAL_CONTACT_S
from gait.analysis.strides.shoe.accelerometer_stances import (
    AFTER_S,
    BEFORE_S,
    IC_ANCHOR_S,
    TC_ANCHOR_S,
    foot_axes,
    stances_about,
)
from gait.analysis.strides.shoe.landings import HIT_SMOOTH_S, LandingFinder, candidates
from gait.units import STANDARD_GRAVITY

VARIANTS, SLOW_VARIANTS = 8, 2
VIRTUAL, VIRTUAL_RUNNERS, VIRTUAL_COPIES = 99, 60, 2
"""Variant number of virtual recordings, how many, and how often each counts: one stance in twelve."""
NEAR_S = 0.045
"""s from the usual place of a shock within which a contact makes it a landing."""
EDGE_S = 0.1
CHANNELS = [
    {"name": "size", "scale": 1.0, "compress": 3.0},
    {"name": "jerk", "scale": 20.0, "compress": 1.0},
    {"name": "up", "scale": 1.0, "compress": 3.0},
    {"name": "forward", "scale": 1.0, "compress": 3.0},
]
PLAN = Plan(
    MODEL,
    skeleton(
        {**SOURCE, "made_by": "notebooks/contact_model/shoe_acc_train.py"}, "shoe", 0.010, 0.01, CHANNELS, EVENTS
    ),
    BEFORE_S + IC_ANCHOR_S,
    TC_ANCHOR_S,
    USUAL_CONTACT_S,
    distance_rank=DISTANCE_RANK,
)  # fmt: skip
STANCE_S = (0.10, 0.50)


def sampled(source: Source) -> SampleBuffer:
    """Return a recording's accelerations on the grid."""
    made = source.measured
    stream = GridStream(
        has_gyr=False, rate_hz=source.rate_hz, acc_limit=source.acc_range_g * STANDARD_GRAVITY, gyr_limit=None
    )
    buffer = SampleBuffer()
    for block in stream.push(made.time_s, made.acc, None) + stream.flush():
        buffer.append(block)
    return buffer


def shocks_of(source: Source, buffer: SampleBuffer) -> tuple[np.ndarray, np.ndarray]:
    """Return (m, 2 k) features of the shocks between the first and the last contact, and (m,) whether landings."""
    at = candidates(gaussian(jerk_size(buffer.acc), HIT_SMOOTH_S))
    time = (at + buffer.first) / GRID_HZ
    contacts = source.measured.ic_s
    off = np.abs(time[:, None] + IC_ANCHOR_S - contacts[None, :]).min(axis=1)
    inside = (time > contacts.min() - EDGE_S) & (time < contacts.max() + 4 * EDGE_S)
    return features_of(buffer.acc, at[inside]), off[inside] < NEAR_S


def stances_of(source: Source, buffer: SampleBuffer, model: LandingModel) -> tuple[Part, pd.DataFrame] | None:
    """Return the stances of a recording and their true contacts, s from each row's start."""
    found = LandingFinder(model).find(buffer, final=True)
    shocks = np.array([one.index for one in found if one.running], dtype=np.intp)
    if len(shocks) < 2:
        return None
    axes = foot_axes(buffer.acc, shocks[:LEARN_LANDINGS] - buffer.first)
    stances = stances_about(buffer.acc, buffer.first, shocks, axes)
    truth = source.measured
    nearest = np.abs(truth.ic_s[None, :] - (shocks / GRID_HZ + IC_ANCHOR_S)[:, None]).argmin(axis=1)
    ic, tc = truth.ic_s[nearest], truth.tc_s[nearest]
    keep = (
        (np.abs(ic - shocks / GRID_HZ - IC_ANCHOR_S) < 0.07)
        & (tc - ic > STANCE_S[0])
        & (tc - ic < STANCE_S[1])
    )
    keep &= (shocks - buffer.first > BEFORE_S * GRID_HZ) & (shocks + AFTER_S * GRID_HZ < buffer.end)
    table = pd.DataFrame({"ic": ic - stances.start_s, "tc": tc - stances.start_s})[keep]
    signals = {name: values[keep].astype(np.float32) for name, values in stances.signals.items()}
    return Part(stances.start_s[keep], signals), table


def lost(source: Source, buffer: SampleBuffer, model: LandingModel) -> tuple[int, int, int]:
    """Return the number of contacts between the second and the last but one, those missed, landings invented."""
    found = np.array([one.index for one in LandingFinder(model).find(buffer, final=True) if one.running])
    inner = source.measured.ic_s[1:-1]
    time = found / GRID_HZ + IC_ANCHOR_S if len(found) else np.array([-9.0])
    missed = np.abs(time[None, :] - inner[:, None]).min(axis=1) > 0.06
    time = time[(time > inner[0] - 0.06) & (time < inner[-1] + 0.06)]
    invented = np.abs(time[:, None] - inner[None, :]).min(axis=1) > 0.06 if len(time) else np.zeros(0)
    return len(inner), int(missed.sum()), int(invented.sum())


def kind_of(source: Source) -> str:
    """Return the group that a recording's figures are told in."""
    if SLOW <= source.variant < VIRTUAL:
        return "slow_pace"
    return "virtual" if source.variant == VIRTUAL else "clean_sensor" if source.variant < 3 else "any_sensor"


def copies_of(source: Source) -> int:
    """Return how often a recording's stances count in the fit."""
    return VIRTUAL_COPIES if source.variant == VIRTUAL else 1


def virtual_sources(runners: int) -> Iterator[Source]:
    """Give virtual runs of all speeds and strikes."""
    for number, (name, recording, truth) in enumerate(many_virtual_runs(runners, SEED, "shoe")):
        measured = Measured(
            recording.time_s,
            recording.acc,
            recording.gyr,
            *(truth[column].to_numpy() for column in ("ic_s", "tc_s", "fsa_deg")),
        )
        yield Source(
            name, f"{name}-{number}", "left", VIRTUAL, "virtual", recording.rate_hz, recording.acc_range_g, 0.0, measured
        )  # fmt: skip


def build(folder: Path | None, variants: int) -> tuple[dict, pd.DataFrame]:
    """Return the finished file and the stances of left-out runners; without a folder of virtual runners."""
    virtual = virtual_sources(20 if folder is None else VIRTUAL_RUNNERS)
    made = (
        virtual
        if folder is None
        else chain(from_poses(folder, "foot", variants, SEED, SLOW_VARIANTS), virtual)
    )
    sources = [(one, sampled(one)) for one in made]
    real = [one.variant != VIRTUAL or folder is None for one, _ in sources]
    shocks = [shocks_of(*one) for one, use in zip(sources, real, strict=True) if use]
    owners = np.array([one.group for (one, _), use in zip(sources, real, strict=True) if use])
    runners = np.array([one.group for one, _ in sources])
    counts = np.zeros(3, dtype=int)
    parts, tables = [], []
    for runner in sorted(set(runners)):
        section = landing_fit([one for one, own in zip(shocks, owners == runner, strict=True) if not own])
        model = landing_from_dict(section)
        for number in np.flatnonzero(runners == runner):
            source, buffer = sources[number]
            counts += lost(source, buffer, model) if real[number] else (0, 0, 0)
            found = stances_of(source, buffer, model)
            if found is None or len(found[1]) == 0:
                continue
            name = f"{source.name} {source.side} {source.variant}"
            tables.append(
                found[1].assign(
                    number=len(parts), recording=name, runner=source.group, trial=source.name,
                    side=source.side, place=source.place, kind=kind_of(source), copies=copies_of(source),
                )
            )  # fmt: skip
            parts.append(found[0])
    data, stance = finished(PLAN, parts, pd.concat(tables, ignore_index=True))
    data["landing"] = landing_fit(shocks)
    data["validation"]["leave_one_runner_out"] |= {
        "contacts": int(counts[0]), "missed": int(counts[1]), "invented": int(counts[2]),
    }  # fmt: skip
    if folder is None:
        data["source"]["data"] = "virtual runners; not to be shipped"
    return data, stance


def main() -> None:
    """Fit and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rbds", type=Path, help="folder of R*_*.npz trials; without it virtual runners")
    parser.add_argument("--variants", type=int, default=VARIANTS, help="sensors on each leg of each trial")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the coefficient files")
    options = parser.parse_args()
    write(build(options.rbds, options.variants)[0], options.output)


if __name__ == "__main__":
    main()
