"""Fit the contacts of a shank with an accelerometer alone, and what tells landings from push-offs.

    python notebooks/contact_model/shank_acc_train.py --rbds FOLDER -o gait/analysis/strides/models

Virtual runners join the real motion for the contacts, as for the shoe; what tells landings is of real motion
alone. Without --rbds they are all there is, and what that gives is not to be shipped.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from accelerometer_fit import DISTANCE_RANK, Part, Plan, finished, skeleton
from landing_fit import Shocks, features_of, landing_fit, told_right
from shank_motion import Sensed
from shank_train import SEED, SOURCE
from shank_training_set import G, real
from virtual_runs import many_virtual_runs

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.filters import local_maxima
from gait.analysis.signal.resample import GRID_HZ, GridStream
from gait.analysis.strides.shank.accelerometer import LIVELY_G, MODEL, USUAL_CONTACT_S
from gait.analysis.strides.shank.accelerometer_contact import (
    BEFORE_S,
    IC_ANCHOR_S,
    ODD,
    TC_ANCHOR_S,
    stances_about,
)
from gait.analysis.strides.shank.impacts import ImpactFinder, shock_jerk

VARIANTS, SLOW_VARIANTS = 8, 2
VIRTUAL, VIRTUAL_RUNNERS, VIRTUAL_COPIES = "virtual", 60, 2
"""Trial of virtual recordings, how many, and how often each counts: one stance in twelve."""
CHANNELS = [
    {"name": "size", "scale": 1.0, "compress": 3.0},
    {"name": "jerk", "scale": 20.0, "compress": 1.0},
    *(
        {"name": name, "scale": 1.0, "compress": 3.0}
        for name in ("along", "forward", "along_place", "forward_place")
    ),
]
EVENTS = {
    "ic": {"window_s": [-0.10, 0.07], "most_s": 0.06},
    "tc_coarse": {"window_s": [-0.16, 0.28], "most_s": 0.18},
    "tc": {"window_s": [-0.12, 0.12], "most_s": 0.03},
}
LANDING_ABOUT_S, PUSH_OFF_ABOUT_S = (-0.02, 0.10), (-0.06, 0.10)
"""s about a contact's beginning and its end within which its shock is the sharpest."""
APART_S, SCORED_S = 0.06, 0.30
"""s on both sides of a shock in which nothing is larger, and that are looked at to tell it."""
NEAR_S, STANCE_S = 0.08, (0.10, 0.50)
PLAN = Plan(
    MODEL,
    skeleton(
        {**SOURCE, "made_by": "notebooks/contact_model/shank_acc_train.py"},
        "shank",
        0.012,
        0.01,
        CHANNELS,
        EVENTS,
    ),
    BEFORE_S + IC_ANCHOR_S,
    TC_ANCHOR_S,
    USUAL_CONTACT_S,
    ODD,
    distance_rank=DISTANCE_RANK,
    virtual_doubts=False,
)


def sampled(sensed: Sensed) -> SampleBuffer:
    """Return a recording's accelerations on the grid."""
    stream = GridStream(has_gyr=False, rate_hz=sensed.rate_hz, acc_limit=sensed.range_g * G, gyr_limit=None)
    buffer = SampleBuffer()
    for block in stream.push(sensed.time_s, sensed.acc, None) + stream.flush():
        buffer.append(block)
    return buffer


def shocks_of(sensed: Sensed, buffer: SampleBuffer) -> Shocks:
    """Return the sharpest shock of each landing and of each push-off."""
    jerk = shock_jerk(buffer.acc)
    peaks = local_maxima(jerk, APART_S)
    time = (peaks + buffer.first) / GRID_HZ
    at: list[int] = []
    landings = 0
    for events, window in ((sensed.ic_s, LANDING_ABOUT_S), (sensed.tc_s, PUSH_OFF_ABOUT_S)):
        for event in events:
            near = peaks[(time > event + window[0]) & (time < event + window[1])]
            at += [int(near[jerk[near].argmax()])] if len(near) else []
        landings = landings or len(at)
    rows = np.array(at, dtype=np.intp)
    whole = (rows > SCORED_S * GRID_HZ) & (rows < len(jerk) - SCORED_S * GRID_HZ)
    return features_of(buffer.acc, rows[whole]), (np.arange(len(rows)) < landings)[whole]


def stances_of(sensed: Sensed, buffer: SampleBuffer) -> tuple[Part, pd.DataFrame] | None:
    """Return the running stances of a recording and their true contacts, s from each row's start."""
    # Fitted on landings that stand out by themselves.
    finder = ImpactFinder(due_share=1.0)
    shocks = np.array(finder.find(buffer, final=True), dtype=np.intp)
    if finder.axes is None or len(shocks) == 0:
        return None
    stances = stances_about(buffer.acc, buffer.first, shocks, finder.axes)
    expected = stances.start_s + BEFORE_S + IC_ANCHOR_S
    nearest = np.abs(sensed.ic_s[None, :] - expected[:, None]).argmin(axis=1)
    ic, tc = sensed.ic_s[nearest], sensed.tc_s[nearest]
    norm = np.sqrt(np.einsum("nij,nij->ni", stances.force, stances.force))
    keep = (np.abs(ic - expected) < NEAR_S) & (np.median(np.abs(norm - 1.0), axis=1) > LIVELY_G)
    keep &= (tc - ic > STANCE_S[0]) & (tc - ic < STANCE_S[1])
    keep &= shocks + round(0.6 * 200) < buffer.end
    table = pd.DataFrame({"ic": ic - stances.start_s, "tc": tc - stances.start_s})[keep]
    signals = {name: values[keep].astype(np.float32) for name, values in stances.signals.items()}
    return Part(stances.start_s[keep], signals), table


def training_set(
    sources: Iterable[tuple[str, Sensed]],
) -> tuple[list[Part], pd.DataFrame, list[tuple[str, str, Shocks]]]:
    """Return the stances of all recordings, a row a stance, and runner, trial and shocks of each recording."""
    parts, tables, shocks = [], [], []
    for recording, sensed in sources:
        buffer = sampled(sensed)
        shocks.append((sensed.runner, sensed.trial, shocks_of(sensed, buffer)))
        found = stances_of(sensed, buffer)
        if found is None or len(found[1]) == 0:
            continue
        tables.append(
            found[1].assign(
                number=len(parts), recording=recording, runner=sensed.runner, trial=sensed.trial,
                side=sensed.side, kind=kind_of(sensed),
                copies=VIRTUAL_COPIES if sensed.trial == VIRTUAL else 1,
            )
        )  # fmt: skip
        parts.append(found[0])
    return parts, pd.concat(tables, ignore_index=True), shocks


def virtual_sources(runners: int) -> Iterator[tuple[str, Sensed]]:
    """Give name and samples of virtual runs of all speeds and strikes."""
    for number, (name, one, truth) in enumerate(many_virtual_runs(runners, SEED, "shank")):
        ic, tc = (truth[event].to_numpy() for event in ("ic_s", "tc_s"))
        sensed = Sensed(
            name, VIRTUAL, "left", False, one.time_s, one.acc, one.gyr, one.rate_hz, one.acc_range_g, ic, tc
        )  # fmt: skip
        yield f"{name}-{number}", sensed


def kind_of(sensed: Sensed) -> str:
    """Return the group that a recording's figures are told in."""
    if sensed.slow:
        return "slow_pace"
    return "virtual" if sensed.trial == VIRTUAL else "clean_sensor" if sensed.plain else "any_sensor"


def build(folder: Path | None, variants: int) -> tuple[dict, pd.DataFrame]:
    """Return the finished file and the stances of left-out runners; without a folder of virtual runners."""
    made = virtual_sources(20 if folder is None else VIRTUAL_RUNNERS)
    if folder is not None:
        made = chain(real(folder, variants, SEED, SLOW_VARIANTS), made)
    parts, table, shocks = training_set(made)
    data, stance = finished(PLAN, parts, table)
    real_ones = [(runner, one) for runner, trial, one in shocks if trial != VIRTUAL or folder is None]
    own, runners = [one for _, one in real_ones], [runner for runner, _ in real_ones]
    data["landing"] = landing_fit(own)
    data["validation"]["leave_one_runner_out"]["push_offs"] = told_right(own, runners)
    if folder is None:
        data["source"]["data"] = "virtual runners; not to be shipped"
    return data, stance


def write(data: dict, folder: Path) -> None:
    """Write the file and print its figures."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{data['placement']}_accelerometer.json"
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(path, json.dumps(data["validation"]))


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
