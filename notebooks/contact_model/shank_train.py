"""Fit the contact model of a shank with gyroscope and write its coefficients.

    python notebooks/contact_model/shank_train.py --rbds FOLDER -o gait/analysis/strides/models

Without --rbds virtual runners take the place of the real motion: it shows that the fit works, and what it
gives is not to be shipped. Linear regressions of (true event - anchor) on signals about the anchor, the mean of one
on principal components, one with smooth weights and, for initial contact, a ridge; every runner left out in turn
gives the residuals that the uncertainties are fitted on. The same data and seed give
the same file.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import nnls
from robust_fit import half_ridge, mean_of_two
from shank_training_set import Events, real, training_set, virtual

from gait.analysis.strides.contact_model import ContactModel, from_dict, snippets
from gait.analysis.strides.shank.detector import USUAL_CONTACT_S as USUAL_S
from gait.units import DEG, STANDARD_GRAVITY

SEED, VARIANTS = 7, 8
STEP_S, SMOOTH_S, MOST_S = 0.01, 0.020, 0.06
WINDOWS_S = {"ic": (-0.10, 0.07), "tc": (-0.13, 0.12)}
CHANNELS = (
    ("pitch_rate", 500.0 * DEG, 0.0),
    ("up_acc", STANDARD_GRAVITY, 3.0),
    ("forward_acc", STANDARD_GRAVITY, 3.0),
)
REGRESSIONS = (("pitch_rate", "up_acc"), ("pitch_rate", "up_acc", "forward_acc"))
JITTER_S = 0.006
"""s by which anchors are moved by chance."""
FITS = {"ic": half_ridge, "tc": mean_of_two}
"""Regression of each event: means of fits that err apart on legs that none has seen, whose disagreement the doubts then
show. Initial contact keeps half of the ridge's: without it it scatters by a fifth more on virtual shanks."""
COVERAGE = 0.96
MISSING, BEYOND = 0.29, 0.25
"""Standard uncertainty per s of a silence about an event (uniform in it), and per s of contact time outside
the usual ones: with it 94 % of strides of 250 to 310 ms and 99 % and more of longer ones hold, of left-out
runners stretched to joggers' paces."""
DOUBTS = ("ic_split", "ic_shift", "tc_split", "tc_shift", "slow")
SOURCE = {
    "data": "Fukuchi, Fukuchi & Duarte 2017, 10.7717/peerj.3298, figshare 10.6084/m9.figshare.4543435",
    "licence": "CC BY 4.0",
    "made_by": "notebooks/contact_model/shank_train.py",
    "seed": SEED,
    "doi": ["10.7717/peerj.3298", "10.6084/m9.figshare.4543435"],
}


def skeleton() -> dict:
    """Return a file without coefficients."""
    return {
        "gait_contact_model": 1,
        "placement": "shank",
        "gyroscope": True,
        "source": dict(SOURCE),
        "smooth_s": SMOOTH_S,
        "step_s": STEP_S,
        "channels": [{"name": n, "scale": s, "compress": c} for n, s, c in CHANNELS],
        "events": {
            event: {"window_s": list(window), "most_s": MOST_S, "regressions": []}
            for event, window in WINDOWS_S.items()
        },
        "uncertainty": {
            "ic": {"constant_s": 0.0, "terms": {}},
            "tc": {"constant_s": 0.0, "terms": {}},
            "contact": {"constant_s": 0.0, "terms": {}},
            "shares": {"runner": 0.25, "foot": 0.25, "session": 0.25, "stride": 0.25},
        },
    }


def features(events: dict[str, Events]) -> dict[str, np.ndarray]:
    """Return (channels, n, L) signals of each kind of event, scaled and smoothed as the model does it."""
    model = from_dict("shank", skeleton())
    return {event: model.signals(one.raw) for event, one in events.items()}


def designs(events: dict[str, Events], signals: dict[str, np.ndarray]) -> dict[str, list[tuple]]:
    """Return (features, wanted move, s) of every regression, about anchors moved a little by chance."""
    model, out = from_dict("shank", skeleton()), {}
    for event, found in events.items():
        rng = np.random.default_rng(SEED)
        anchor = found.table["anchor_s"].to_numpy()
        anchor = anchor + rng.normal(0.0, JITTER_S, len(anchor))
        wanted = found.table["true_s"].to_numpy() - anchor
        offsets = model.events[event].offsets_s
        columns = [tuple(map(model_column, names)) for names in REGRESSIONS]
        out[event] = [(snippets(signals[event], one, anchor, offsets), wanted) for one in columns]
    return out


def fit(design: dict[str, list[tuple]], use: dict[str, np.ndarray]) -> dict:
    """Return a file whose regressions are fitted to the events at (n,) `use` of each kind."""
    data = skeleton()
    for event, parts in design.items():
        for names, (x, wanted) in zip(REGRESSIONS, parts, strict=True):
            intercept, weights = FITS[event](x[use[event]], wanted[use[event]], len(names))
            data["events"][event]["regressions"].append(
                {
                    "channels": list(names),
                    "intercept_s": round(float(intercept), 7),
                    "weights_s": np.round(weights.reshape(-1, len(names)), 7).tolist(),
                }
            )
    return data


def model_column(name: str) -> int:
    """Return the place of a channel in the file."""
    return [row[0] for row in CHANNELS].index(name)


def refined(model: ContactModel, events: dict[str, Events], signals: dict[str, np.ndarray]) -> dict:
    """Return a table of each kind of event with its error, split and shift, s."""
    out = {}
    for event, one in events.items():
        found = model.refine(event, signals[event], one.table["anchor_s"].to_numpy())
        out[event] = one.table.assign(
            error_s=found.time_s - one.table["true_s"], split=found.split_s, shift=found.shift_s,
            found_s=found.time_s + one.table["first_s"],
        )  # fmt: skip
    return out


def left_out(events: dict[str, Events], signals: dict[str, np.ndarray]) -> dict[str, pd.DataFrame]:
    """Return the errors of every runner's events under the model of the other runners."""
    design = designs(events, signals)
    parts: dict[str, list[pd.DataFrame]] = {event: [] for event in events}
    for runner in sorted(events["ic"].table["runner"].unique()):
        others = {event: (one.table["runner"] != runner).to_numpy() for event, one in events.items()}
        model = from_dict("shank", fit(design, others))
        own = {event: ~mask for event, mask in others.items()}
        part = {
            event: Events({}, one.table[own[event]].reset_index(drop=True)) for event, one in events.items()
        }
        found = refined(model, part, {event: signals[event][:, own[event]] for event in events})
        for event, table in found.items():
            parts[event].append(table)
    return {event: pd.concat(tables, ignore_index=True) for event, tables in parts.items()}


def stances(found: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a row a stance: contact time's error and its doubts."""
    ic = found["ic"][found["ic"]["seen"] == 0]
    both = ic.merge(found["tc"], on=["recording", "cycle"], suffixes=("_ic", "_tc"))
    return pd.DataFrame(
        {
            "runner": both["runner_ic"], "trial": both["trial_ic"], "recording": both["recording"],
            "plain": both["plain_ic"], "side": both["recording"].str.split(" ").str[1],
            "error": both["error_s_tc"] - both["error_s_ic"],
            "ic_error": both["error_s_ic"], "tc_error": both["error_s_tc"],
            "ic_split": both["split_ic"], "ic_shift": both["shift_ic"], "tc_split": both["split_tc"],
            "tc_shift": both["shift_tc"], "slow": both["slow_tc"],
            "contact": both["found_s_tc"] - both["found_s_ic"],
        }
    )  # fmt: skip


def figures(table: pd.DataFrame) -> dict[str, float]:
    """Return the errors of contact time, ms, over recordings."""
    groups = table.groupby("recording")["error"]
    middle = 1e3 * groups.median()
    return {
        "recordings": len(middle),
        "mean_absolute_ms": round(float(middle.abs().mean()), 2),
        "bias_ms": round(float(middle.mean()), 2),
        "sd_between_ms": round(float(middle.std()), 2),
        "worst_ms": round(float(middle.abs().max()), 1),
        "sd_within_ms": round(float(1e3 * groups.std().median()), 2),
    }


def uncertainty(found: dict[str, pd.DataFrame], stance: pd.DataFrame) -> dict:
    """Return the spreads and the parts of the contact time's variance, from residuals on left-out runners."""
    stance = stance.assign(
        beyond=np.maximum(np.maximum(USUAL_S[0] - stance["contact"], stance["contact"] - USUAL_S[1]), 0.0),
    )
    ic = found["ic"]
    tc = found["tc"].assign(
        tc_split=found["tc"]["split"], tc_shift=found["tc"]["shift"],
    )  # fmt: skip
    contact = spread(stance, "error", DOUBTS)
    contact["terms"]["beyond"] = BEYOND
    spreads = {
        "ic": spread(ic, "error_s", ("split", "shift")),
        "tc": spread(tc, "error_s", ("slow", "tc_split", "tc_shift")),
        "contact": contact,
    }
    for one in spreads.values():
        one["terms"]["missing"] = MISSING
    return {
        **spreads,
        "shares": shares(stance),
    }


def spread(table: pd.DataFrame, error: str, terms: tuple[str, ...], floor_s: float = 0.0) -> dict:
    """Return constant and factors of a standard uncertainty whose 1.96 times holds `COVERAGE` of the errors.

    Squared errors beyond that of `floor_s` are regressed, without negative factors, on squared terms; each
    recording counts the same.
    """
    weight = 1.0 / table.groupby("recording")[error].transform("size").to_numpy()
    square = table[error].to_numpy() ** 2
    top = np.quantile(square, 0.995)
    x = np.stack([np.ones(len(table)), *(table[name].to_numpy() ** 2 for name in terms)], axis=1)
    scale = x.mean(axis=0)
    root = np.sqrt(weight)[:, None]
    factor = nnls(x / scale * root, (np.minimum(square, top) - floor_s**2) * root[:, 0])[0] / scale
    factor[0] += floor_s**2
    sd = np.sqrt(x @ factor)
    reached = np.abs(table[error].to_numpy()) / sd
    order = np.argsort(reached)
    total = np.cumsum(weight[order])
    grow = reached[order][np.searchsorted(total, COVERAGE * total[-1])] / 1.96
    factor = np.sqrt(factor) * grow
    return {
        "constant_s": round(float(factor[0]), 6),
        "terms": {name: round(float(value), 4) for name, value in zip(terms, factor[1:], strict=True)},
    }


def shares(stance: pd.DataFrame) -> dict[str, float]:
    """Return the parts of the variance by nested means: runner, foot, session, stride."""
    error = stance["error"]
    session = error.groupby([stance["runner"], stance["side"], stance["recording"]]).mean()
    foot = session.groupby(level=[0, 1]).mean()
    runner = foot.groupby(level=0).mean()
    parts = {
        "runner": float(np.mean(runner**2)),
        "foot": float(np.mean((foot - runner.reindex(foot.index, level=0)) ** 2)),
        "session": float(session.groupby(level=[0, 1]).var(ddof=0).mean()),
        "stride": float(error.groupby(stance["recording"]).var().mean()),
    }
    whole = sum(parts.values())
    rounded = {name: round(part / whole, 3) for name, part in parts.items()}
    rounded["stride"] = round(1.0 - rounded["runner"] - rounded["foot"] - rounded["session"], 3)
    return rounded


def coverage(stance: pd.DataFrame, spreads: dict) -> dict[str, float]:
    """Return the share of stances and of recordings whose 95 % interval holds, and its median half-width."""
    terms = spreads["contact"]["terms"]
    values = stance.assign(
        missing=0.0,
        beyond=np.maximum(np.maximum(USUAL_S[0] - stance["contact"], stance["contact"] - USUAL_S[1]), 0.0),
    )
    variance = spreads["contact"]["constant_s"] ** 2 + sum((k * values[n]) ** 2 for n, k in terms.items())
    half = 1.96 * np.sqrt(variance)
    middle = stance["error"].groupby(stance["recording"]).median().abs()
    return {
        "strides_held": round(float((stance["error"].abs() <= half).mean()), 3),
        "recordings_held": round(float((middle <= half.groupby(stance["recording"]).median()).mean()), 3),
        "median_half_width_ms": round(1e3 * float(half.median()), 1),
    }


def build(folder: Path | None, variants: int) -> tuple[dict, pd.DataFrame]:
    """Return the finished file and the stances of left-out runners; without a folder of virtual runners."""
    events = training_set(virtual(SEED) if folder is None else real(folder, variants, SEED))
    signals = features(events)
    found = left_out(events, signals)
    stance = stances(found)
    everything = {event: np.ones(len(one.table), dtype=bool) for event, one in events.items()}
    data = fit(designs(events, signals), everything)
    if folder is None:
        data["source"] = {"data": "virtual runners; not to be shipped"}
    data["source"]["runners"] = sorted(str(one) for one in stance["runner"].unique())
    data["uncertainty"] = uncertainty(found, stance)
    data["validation"] = {
        "leave_one_runner_out": {
            **{
                name: figures(part)
                for name, part in (
                    ("clean_sensor", stance[stance["plain"]]),
                    ("any_sensor", stance[~stance["plain"]]),
                )
                if len(part)
            },
            **coverage(stance, data["uncertainty"]),
        }
    }
    return data, stance


def main() -> None:
    """Fit and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rbds", type=Path, help="folder of R*_*.npz trials; without it virtual runners")
    parser.add_argument("--variants", type=int, default=VARIANTS, help="sensors on each leg of each trial")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the coefficient files")
    options = parser.parse_args()
    data, _ = build(options.rbds, options.variants)
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / "shank_gyroscope.json"
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(path, json.dumps(data["validation"]))


if __name__ == "__main__":
    main()
