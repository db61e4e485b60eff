"""Fit the contact model of a shank with an accelerometer alone and write its coefficients.

    python notebooks/contact_model/shank_acc_train.py --rbds FOLDER -o gait/analysis/strides/models

Three ridge regressions, one behind the other: contact from the shock, a coarse toe-off from contact, and a
fine one about that. Every runner left out in turn gives the residuals that the uncertainties are fitted on.
Without --rbds virtual runners take the place of the real motion; what that gives is not to be shipped.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from shank_motion import Sensed
from shank_train import BEYOND, MISSING, SEED, SOURCE, figures, ridge, shares, spread
from shank_training_set import G, real, virtual

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GridStream
from gait.analysis.strides.contact_model import from_dict, snippets
from gait.analysis.strides.shank.accelerometer import LIVELY_G, MODEL, USUAL_CONTACT_S
from gait.analysis.strides.shank.accelerometer_contact import (
    BEFORE_S,
    IC_ANCHOR_S,
    TC_ANCHOR_S,
    Stances,
    model_contacts,
    stances_about,
)
from gait.analysis.strides.shank.impacts import ImpactFinder

VARIANTS = 8
STEP_S, SMOOTH_S, RIDGE = 0.01, 0.012, 0.3
CHANNELS = ("along", "forward", "along_place", "forward_place")
COMPRESS = 3.0
EVENTS = {
    "ic": {"window_s": [-0.10, 0.07], "most_s": 0.06},
    "tc_coarse": {"window_s": [-0.16, 0.20], "most_s": 0.12},
    "tc": {"window_s": [-0.12, 0.12], "most_s": 0.03},
}
JITTER_S = {"ic": 0.010, "tc_coarse": 0.030, "tc": 0.018}
"""s by which anchors are moved by chance: about what the step before leaves."""
NEAR_S, STANCE_S = 0.08, (0.10, 0.45)
FLOOR_S = 0.006
"""Standard uncertainty before scaling that no stride is below, however well the steps agree (chosen)."""
DOUBTS = ("ic_shift", "coarse_shift", "tc_shift")


def skeleton() -> dict:
    """Return a file without coefficients."""
    no_doubt = {"constant_s": 0.0, "terms": {}}
    return {
        "gait_contact_model": 1,
        "placement": "shank",
        "gyroscope": False,
        "source": {**SOURCE, "made_by": "notebooks/contact_model/shank_acc_train.py"},
        "smooth_s": SMOOTH_S,
        "step_s": STEP_S,
        "channels": [{"name": name, "scale": 1.0, "compress": COMPRESS} for name in CHANNELS],
        "events": {event: {**one, "regressions": []} for event, one in EVENTS.items()},
        "uncertainty": {
            "ic": no_doubt, "tc": no_doubt, "contact": no_doubt,
            "shares": {"runner": 0.25, "foot": 0.25, "session": 0.25, "stride": 0.25},
        },
    }  # fmt: skip


def stances_of(sensed: Sensed) -> tuple[Stances, pd.DataFrame] | None:
    """Return the running stances of a recording and their true contacts, s from each row's start."""
    stream = GridStream(has_gyr=False, rate_hz=sensed.rate_hz, acc_limit=sensed.range_g * G, gyr_limit=None)
    buffer, finder = SampleBuffer(), ImpactFinder()
    for block in stream.push(sensed.time_s, sensed.acc, None) + stream.flush():
        buffer.append(block)
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
    part = Stances(
        stances.start_s[keep], stances.force[keep][:, :0], stances.along[keep].astype(np.float32),
        stances.forward[keep].astype(np.float32), stances.place_g,
    )  # fmt: skip
    return part, table


def training_set(sources: Iterable[tuple[str, Sensed]]) -> tuple[list[Stances], pd.DataFrame]:
    """Return the stances of all recordings, and a row a stance: recording (its number too), runner, truth."""
    parts, tables = [], []
    for recording, sensed in sources:
        found = stances_of(sensed)
        if found is None or len(found[1]) == 0:
            continue
        tables.append(
            found[1].assign(
                number=len(parts), recording=recording, runner=sensed.runner, trial=sensed.trial,
                side=sensed.side, plain=sensed.plain, place=found[0].place_g,
            )
        )  # fmt: skip
        parts.append(found[0])
    return parts, pd.concat(tables, ignore_index=True)


def designs(parts: list[Stances], table: pd.DataFrame) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return (features, wanted move, s) of each step, about anchors that are moved a little by chance."""
    model = from_dict(MODEL, skeleton())
    start = {
        "ic": np.full(len(table), BEFORE_S + IC_ANCHOR_S),
        "tc_coarse": table["ic"].to_numpy() + TC_ANCHOR_S,
        "tc": table["tc"].to_numpy(),
    }
    signals = [model.signals(part.signals).astype(np.float32) for part in parts]
    joined = np.concatenate(signals, axis=1)
    out = {}
    for event, anchor in start.items():
        moved = anchor + np.random.default_rng(SEED).normal(0.0, JITTER_S[event], len(anchor))
        x = snippets(joined, tuple(range(len(CHANNELS))), moved, model.events[event].offsets_s)
        out[event] = x, table["ic" if event == "ic" else "tc"].to_numpy() - moved
    return out


def fit(design: dict[str, tuple[np.ndarray, np.ndarray]], use: np.ndarray) -> dict:
    """Return a file whose regressions are fitted to the stances at (n,) `use`."""
    data = skeleton()
    for event, (x, wanted) in design.items():
        intercept, weights = ridge(x[use], wanted[use])
        data["events"][event]["regressions"] = [
            {
                "channels": list(CHANNELS),
                "intercept_s": round(float(intercept), 7),
                "weights_s": np.round(weights.reshape(-1, len(CHANNELS)), 7).tolist(),
            }
        ]
    return data


def left_out(parts: list[Stances], table: pd.DataFrame, design: dict) -> pd.DataFrame:
    """Return the errors of every runner's stances under the model of the other runners."""
    out = []
    for runner in sorted(table["runner"].unique()):
        own = table["runner"] == runner
        model = from_dict(MODEL, fit(design, (~own).to_numpy()))
        for number, rows in table[own].groupby("number"):
            found, moves = model_contacts(model, parts[number])
            ic, tc = found.ic - parts[number].start_s, found.tc - parts[number].start_s
            out.append(
                rows.assign(
                    ic_error=ic - rows["ic"], tc_error=tc - rows["tc"],
                    error=tc - ic - (rows["tc"] - rows["ic"]), contact=tc - ic, **moves,
                )
            )  # fmt: skip
    return pd.concat(out, ignore_index=True)


def beyond(stance: pd.DataFrame) -> np.ndarray:
    """Return (n,) s by which contact times lie outside the usual ones."""
    contact = stance["contact"].to_numpy()
    return np.maximum(np.maximum(USUAL_CONTACT_S[0] - contact, contact - USUAL_CONTACT_S[1]), 0.0)


def uncertainty(stance: pd.DataFrame) -> dict:
    """Return the spreads and the parts of the contact time's variance."""
    out = {
        "ic": spread(stance, "ic_error", ("ic_shift",), FLOOR_S),
        "tc": spread(stance, "tc_error", ("coarse_shift", "tc_shift"), FLOOR_S),
        "contact": spread(stance, "error", DOUBTS, FLOOR_S),
    }
    out["contact"]["terms"]["beyond"] = BEYOND
    for one in out.values():
        one["terms"]["missing"] = MISSING
    return {**out, "shares": shares(stance)}


def coverage(stance: pd.DataFrame, contact: dict) -> dict[str, float]:
    """Return the share of stances and of recordings whose 95 % interval holds, and its median half-width."""
    values = stance.assign(beyond=beyond(stance), missing=0.0)
    variance = sum((factor * values[name]) ** 2 for name, factor in contact["terms"].items())
    half = 1.96 * np.sqrt(variance + contact["constant_s"] ** 2)
    recording = stance["recording"]
    middle = stance["error"].groupby(recording).median().abs()
    return {
        "strides_held": round(float((stance["error"].abs() <= half).mean()), 3),
        "recordings_held": round(float((middle <= half.groupby(recording).median()).mean()), 3),
        "median_half_width_ms": round(1e3 * float(half.median()), 1),
    }


def build(folder: Path | None, variants: int) -> tuple[dict, pd.DataFrame]:
    """Return the finished file and the stances of left-out runners; without a folder of virtual runners."""
    parts, table = training_set(virtual(SEED) if folder is None else real(folder, variants, SEED))
    design = designs(parts, table)
    stance = left_out(parts, table, design)
    data = fit(design, np.ones(len(table), dtype=bool))
    if folder is None:
        data["source"] = {"data": "virtual runners; not to be shipped"}
    data["source"]["runners"] = sorted(str(one) for one in stance["runner"].unique())
    data["uncertainty"] = uncertainty(stance)
    groups = (("clean_sensor", stance[stance["plain"]]), ("any_sensor", stance[~stance["plain"]]))
    data["validation"] = {
        "leave_one_runner_out": {
            **{name: figures(part) for name, part in groups if len(part)},
            **coverage(stance, data["uncertainty"]["contact"]),
        }
    }
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
    data, _ = build(options.rbds, options.variants)
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / f"{MODEL}.json"
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(path, json.dumps(data["validation"]))


if __name__ == "__main__":
    main()
