"""Fits the contacts of an accelerometer alone, on shoe or shank: three ridge regressions, one behind the other.

Contact from the shock, a coarse toe-off from contact, and a fine one about that. Every runner left out in turn
gives the residuals that the uncertainties are fitted on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from feature_distance import distance_section
from robust_fit import ridge
from shank_train import MISSING, SEED, figures, shares, spread

from gait.analysis.strides.accelerometer_contacts import fits_turned, read_contacts
from gait.analysis.strides.contact_model import ContactModel, from_dict, snippets

JITTER_S = {"ic": 0.010, "tc_coarse": 0.030, "tc": 0.018}
"""s by which anchors are moved by chance: about what the step before leaves."""
SENSE_ROUNDS = 2
BEYOND_LEAST, BEYOND_MOST = 0.35, 1.5
"""Standard uncertainty per s of contact time outside the usual ones: at least (chosen, as with a gyroscope), at most."""
JOGGING_S, JOGGING_HELD = 0.380, 0.95
"""Stances of left-out runners longer than this, of which the interval is to hold so many."""
CLASSES_MS = (0, 250, 310, 380, 600)
"""Bounds of the true contact times by which coverage is told."""
FLOOR_S = 0.006
"""Standard uncertainty before scaling that no stride is below, however well the steps agree (chosen)."""
DOUBTS = ("ic_shift", "coarse_shift", "tc_shift")
DISTANCE = "distance"
"""Doubt of a plan with a distance: how far a stance's features lie from those of the fit, without unit."""
NOT_FITTED = ("beyond", "missing")
"""Terms whose factors are not fitted on the errors of all stances."""
DISTANCE_RANK = 12
"""Principal components of the distance from the fit. With 6 of virtual runners left out 84 % of strides are held,
with 12 93 %, with 20 95 %; of real ones 97 % with each, and widths are the same from 12 on (shanks)."""


@dataclass(frozen=True)
class Plan:
    """What is fitted.

    Attributes
    ----------
    name
        Of the file.
    skeleton
        The file without coefficients.
    contact_s, usual_s
        As in `read_contacts`.
    usual_contact_s
        Contact times beyond which the uncertainty grows.
    odd
        Channels along an axis whose sense the finder may have wrong; the model tells it.
    distance_rank
        Number of principal components in which the distance from the fit is measured; with 0 it is no doubt.
    virtual_doubts
        Whether virtual runners, left out, count in the fit of the uncertainties; where not, they only judge it.
    """

    name: str
    skeleton: dict
    contact_s: float
    usual_s: float
    usual_contact_s: tuple[float, float]
    odd: tuple[str, ...] = ()
    distance_rank: int = 0
    virtual_doubts: bool = True

    @property
    def channels(self) -> list[str]:
        """Names of the signals."""
        return [one["name"] for one in self.skeleton["channels"]]

    def doubts(self, *steps: str) -> tuple[str, ...]:
        """Return what makes an event doubtful: these steps' moves, and the distance of a plan that has it."""
        return (*steps, DISTANCE) if self.distance_rank else steps


@dataclass(frozen=True)
class Part:
    """The stances of one recording: (n,) s of their first columns, channel -> (n, L)."""

    start_s: np.ndarray
    signals: Mapping[str, np.ndarray]


def skeleton(
    source: dict, placement: str, smooth_s: float, step_s: float, channels: list[dict], events: dict
) -> dict:
    """Return a file without coefficients."""
    no_doubt = {"constant_s": 0.0, "terms": {}}
    return {
        "gait_contact_model": 1,
        "placement": placement,
        "gyroscope": False,
        "source": source,
        "smooth_s": smooth_s,
        "step_s": step_s,
        "channels": channels,
        "events": {event: {**one, "regressions": []} for event, one in events.items()},
        "uncertainty": {
            "ic": no_doubt, "tc": no_doubt, "contact": no_doubt,
            "shares": {"runner": 0.25, "foot": 0.25, "session": 0.25, "stride": 0.25},
        },
    }  # fmt: skip


def signals_of(plan: Plan, parts: list[Part]) -> np.ndarray:
    """Return (c, n, L) the signals of all stances as the model sees them."""
    model = from_dict(plan.name, plan.skeleton)
    return np.concatenate([model.signals(part.signals).astype(np.float32) for part in parts], axis=1)


def designs(plan: Plan, signals: np.ndarray, table: pd.DataFrame) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return (features, wanted move, s) of each step, about anchors that are moved a little by chance.

    Parameters
    ----------
    signals
        (c, n, L) from `signals_of`.
    table
        A row a stance, of all parts in their order: `ic` and `tc`, s from the first column; runner, side,
        recording, number of the part, the kind that it is told in, and how many copies of it count.
    """
    model = from_dict(plan.name, plan.skeleton)
    start = {
        "ic": np.full(len(table), plan.contact_s),
        "tc_coarse": table["ic"].to_numpy() + plan.usual_s,
        "tc": table["tc"].to_numpy(),
    }
    out = {}
    for event, anchor in start.items():
        moved = anchor + np.random.default_rng(SEED).normal(0.0, JITTER_S[event], len(anchor))
        x = snippets(signals, tuple(range(len(plan.channels))), moved, model.events[event].offsets_s)
        out[event] = x, table["ic" if event == "ic" else "tc"].to_numpy() - moved
    return out


def fit(
    plan: Plan, design: dict[str, tuple[np.ndarray, np.ndarray]], use: np.ndarray, copies: np.ndarray
) -> dict:
    """Return a file whose regressions are fitted to the stances at (n,) `use`, each in (n,) `copies`."""
    data = {**plan.skeleton, "events": {}}
    rows = np.repeat(np.arange(len(use)), np.where(use, copies, 0))
    for event, (x, wanted) in design.items():
        intercept, weights = ridge(x[rows], wanted[rows])
        data["events"][event] = {
            **plan.skeleton["events"][event],
            "regressions": [
                {
                    "channels": plan.channels,
                    "intercept_s": round(float(intercept), 7),
                    "weights_s": np.round(weights.reshape(-1, len(plan.channels)), 7).tolist(),
                }
            ],
        }
    return data


def turned(plan: Plan, part: Part) -> Part:
    """Return the stances with the axis in doubt the other way round."""
    return Part(part.start_s, {k: -v if k in plan.odd else v for k, v in part.signals.items()})


def sensed(plan: Plan, model: ContactModel, part: Part) -> Part:
    """Return the stances with the axis in doubt in the sense that the model tells."""
    if not plan.odd:
        return part
    other = fits_turned(model, part.signals, part.start_s, plan.contact_s, plan.usual_s, plan.odd)
    return turned(plan, part) if other else part


def all_sensed(plan: Plan, parts: list[Part], table: pd.DataFrame) -> list[Part]:
    """Return all stances in the senses that models fitted on them tell, from round to round."""
    everything = np.ones(len(table), dtype=bool)
    for _ in range(SENSE_ROUNDS if plan.odd else 0):
        design = designs(plan, signals_of(plan, parts), table)
        model = from_dict(plan.name, fit(plan, design, everything, table["copies"].to_numpy()))
        parts = [sensed(plan, model, part) for part in parts]
    return parts


def whole_fit(plan: Plan, signals: np.ndarray, table: pd.DataFrame, design: dict, use: np.ndarray) -> dict:
    """Return a file fitted to the stances at (n,) `use`, with the distance from the real ones among them."""
    data = fit(plan, design, use, table["copies"].to_numpy())
    if plan.distance_rank:
        rows = use & is_real(table)
        model = from_dict(plan.name, data)
        data["feature_distance"] = distance_section(
            model, signals[:, rows], plan.contact_s, plan.usual_s, plan.distance_rank
        )
    return data


def is_real(table: pd.DataFrame) -> np.ndarray:
    """Return (n,) whether stances are of real runners; of all, where none is."""
    real = (table["kind"] != "virtual").to_numpy()
    return real if real.any() else ~real


def left_out(
    plan: Plan, parts: list[Part], signals: np.ndarray, table: pd.DataFrame, design: dict
) -> pd.DataFrame:
    """Return the errors of every runner's stances under the model of the other runners.

    Parameters
    ----------
    parts
        The stances in the senses that the finder gave.
    signals
        (c, n, L) in the senses that models tell.
    """
    out = []
    for runner in sorted(table["runner"].unique()):
        own = table["runner"] == runner
        model = from_dict(plan.name, whole_fit(plan, signals, table, design, (~own).to_numpy()))
        for number, rows in table[own].groupby("number"):
            part = sensed(plan, model, parts[number])
            found, moves = read_contacts(model, part.signals, part.start_s, plan.contact_s, plan.usual_s)
            ic, tc = found.ic - part.start_s, found.tc - part.start_s
            out.append(
                rows.assign(
                    ic_error=ic - rows["ic"], tc_error=tc - rows["tc"],
                    error=tc - ic - (rows["tc"] - rows["ic"]), contact=tc - ic, **moves,
                )
            )  # fmt: skip
    return pd.concat(out, ignore_index=True)


def outside(plan: Plan, contact_s: np.ndarray) -> np.ndarray:
    """Return (n,) s by which contact times lie outside the usual ones."""
    low, high = plan.usual_contact_s
    return np.maximum(np.maximum(low - contact_s, contact_s - high), 0.0)


def variance_of(stance: pd.DataFrame, contact: dict) -> np.ndarray:
    """Return (n,) s2 of contact time by what makes it doubtful, without that it is unusual."""
    terms = [(factor, stance[name]) for name, factor in contact["terms"].items() if name not in NOT_FITTED]
    return (contact["constant_s"] ** 2 + sum((factor * value) ** 2 for factor, value in terms)).to_numpy()


def beyond(plan: Plan, stance: pd.DataFrame, contact: dict) -> float:
    """Return the least factor of the s outside the usual with which joggers' intervals hold their share."""
    error, time = stance["error"].to_numpy(), stance["contact"].to_numpy()
    lacks = np.sqrt(np.maximum((error / 1.96) ** 2 - variance_of(stance, contact), 0.0))
    jogging = (time - error > JOGGING_S) & (stance["kind"] != "virtual").to_numpy()
    if not jogging.any():
        return BEYOND_LEAST
    needed = lacks[jogging] / np.maximum(outside(plan, time[jogging]), 1e-6)
    factor = float(np.quantile(needed, JOGGING_HELD, method="higher"))
    return round(min(max(factor, BEYOND_LEAST), BEYOND_MOST), 2)


def uncertainty(plan: Plan, stance: pd.DataFrame) -> dict:
    """Return the spreads and the parts of the contact time's variance."""
    out = {
        "ic": spread(stance, "ic_error", plan.doubts("ic_shift"), FLOOR_S),
        "tc": spread(stance, "tc_error", plan.doubts("coarse_shift", "tc_shift"), FLOOR_S),
        "contact": spread(stance, "error", plan.doubts(*DOUBTS), FLOOR_S),
    }
    out["contact"]["terms"]["beyond"] = beyond(plan, stance, out["contact"])
    for one in out.values():
        one["terms"]["missing"] = MISSING
    return {**out, "shares": shares(stance)}


def coverage(plan: Plan, stance: pd.DataFrame, contact: dict) -> dict[str, object]:
    """Return the share of stances and of recordings whose 95 % interval holds, and its median half-width.

    Over all and by true contact time, ms.
    """
    unusual = contact["terms"]["beyond"] * outside(plan, stance["contact"].to_numpy())
    table = stance.assign(half=1.96 * np.sqrt(variance_of(stance, contact) + unusual**2))
    true_ms = 1e3 * (table["contact"] - table["error"])
    classes = {}
    for low, high in pairwise(CLASSES_MS):
        part = table[(true_ms > low) & (true_ms <= high)]
        if len(part):
            classes[f"{low}-{high}"] = {"strides": len(part), **held(part)}
    return {**held(table), "classes_ms": classes}


def held(table: pd.DataFrame) -> dict[str, float]:
    """Return what `coverage` tells of some stances."""
    recording = table["recording"]
    middle = table["error"].groupby(recording).median().abs()
    return {
        "strides_held": round(float((table["error"].abs() <= table["half"]).mean()), 3),
        "recordings_held": round(float((middle <= table["half"].groupby(recording).median()).mean()), 3),
        "median_half_width_ms": round(1e3 * float(table["half"].median()), 1),
    }


def finished(plan: Plan, parts: list[Part], table: pd.DataFrame) -> tuple[dict, pd.DataFrame]:
    """Return the file with uncertainties and figures, and the stances of left-out runners."""
    signals = signals_of(plan, all_sensed(plan, parts, table))
    design = designs(plan, signals, table)
    stance = left_out(plan, parts, signals, table, design)
    data = whole_fit(plan, signals, table, design, np.ones(len(table), dtype=bool))
    real = stance[is_real(stance)]
    data["source"] = {**data["source"], "runners": sorted(str(one) for one in real["runner"].unique())}
    data["uncertainty"] = uncertainty(plan, stance if plan.virtual_doubts else real)
    groups = stance.groupby("kind", sort=True)
    data["validation"] = {
        "leave_one_runner_out": {
            **{name: figures(part) for name, part in groups},
            **coverage(plan, real, data["uncertainty"]["contact"]),
        }
    }
    return data, stance
