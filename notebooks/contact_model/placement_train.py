"""Fit the rule that tells a foot's sensor from a shank's and write its coefficients.

    python notebooks/contact_model/placement_train.py --rbds FOLDER -o gait/analysis/strides/models

Every recording of a foot and of a shank is read both as a shoe's and as a shank's, as users give either.
Virtual runners join the real ones. Without --rbds they are all there is, and what that gives is not to be
shipped.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from landing_fit import logistic
from shank_train import SEED, SOURCE
from training_set import from_poses
from virtual_runs import many_virtual_runs

from gait.analysis.engine import strides_of
from gait.analysis.faults.placement import FILE, landing_profile
from gait.frames import Placement
from gait.recording.model import Recording

VARIANTS, VIRTUAL_RUNNERS = 5, 12
PENALTY = 1e-2
PLACES: dict[str, Placement] = {"foot": "shoe", "shank": "shank"}


def real(folder: Path, segment: str, variants: int) -> Iterator[tuple[str, str, Recording]]:
    """Give runner, segment and recording of every leg and sensor."""
    for one in from_poses(folder, segment, variants, SEED):
        made = one.measured
        recording = Recording(
            PLACES[segment], one.side, made.time_s, made.acc, made.gyr, rate_hz=one.rate_hz,
            acc_range_g=one.acc_range_g,
        )  # fmt: skip
        yield one.group, segment, recording


def virtual(segment: str, runners: int) -> Iterator[tuple[str, str, Recording]]:
    """Give the same of virtual runners."""
    for name, recording, _ in many_virtual_runs(runners, SEED, PLACES[segment]):
        yield name, segment, recording


def table(recordings: Iterator[tuple[str, str, Recording]]) -> pd.DataFrame:
    """Return a row for each recording and each way of giving it: runner, whether a foot, features."""
    rows = []
    for runner, segment, recording in recordings:
        for given in PLACES.values():
            one = replace(recording, placement=given)
            features = landing_profile(strides_of(one)[0], one)
            if features is not None:
                rows.append((runner, runner.startswith("V"), segment == "foot", given, features))
    return pd.DataFrame(rows, columns=["runner", "virtual", "foot", "given", "features"])


def build(folder: Path | None, variants: int) -> dict:
    """Return the finished file, with each runner's odds by the model of the others."""
    virtuals = (virtual(segment, VIRTUAL_RUNNERS) for segment in PLACES)
    reals = () if folder is None else (real(folder, segment, variants) for segment in PLACES)
    frame = table(chain(*virtuals, *reals))
    x, y = np.stack(frame["features"]), frame["foot"].to_numpy(dtype=float)
    odds = np.zeros(len(frame))
    for runner in frame["runner"].unique():
        own = (frame["runner"] == runner).to_numpy()
        intercept, weights = logistic(x[~own], y[~own], PENALTY)
        odds[own] = intercept + x[own] @ weights
    intercept, weights = logistic(x, y, PENALTY)
    rows = frame.assign(odds=odds)[~frame["virtual"] | (folder is None)]
    right = rows["foot"] == (rows["given"] == "shoe")
    side = np.where(rows["given"] == "shoe", rows["odds"], -rows["odds"])
    source = {**SOURCE, "made_by": "notebooks/contact_model/placement_train.py"}
    if folder is None:
        source["data"] = "virtual runners; not to be shipped"
    return {
        "gait_placement_model": 1,
        "source": source,
        "intercept": round(intercept, 6),
        "weights": np.round(weights, 6).tolist(),
        "validation": {
            "leave_one_runner_out": {
                "given": len(rows),
                "told_right": round(float(((rows["odds"] > 0) == rows["foot"]).mean()), 4),
                "least_where_given_right": round(float(side[right].min()), 2),
                "most_where_given_wrong": round(float(side[~right].max()), 2),
            }
        },
    }


def main() -> None:
    """Fit and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rbds", type=Path, help="folder of R*_*.npz trials; without it virtual runners")
    parser.add_argument("--variants", type=int, default=VARIANTS, help="sensors on each leg of each trial")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the coefficient file")
    options = parser.parse_args()
    data = build(options.rbds, options.variants)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / FILE).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(options.output / FILE, json.dumps(data["validation"]))


if __name__ == "__main__":
    main()
