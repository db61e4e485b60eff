"""Fit the coefficients of a shoe with gyroscope and write them as the file that ships.

    python notebooks/contact_model/train.py --rbds ../shared/data/rbds -o gait/analysis/strides/models
    python notebooks/contact_model/train.py --virtual -o /tmp/models

The first makes ``shoe_gyroscope.json`` again, digit for digit. The second runs on virtual runners, where the
data are absent: it shows that the fit works, and what it gives is not to be shipped. All figures in the file
are of runners left out of the fit; the training error stands nowhere.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

import regression
import training_set
import uncertainty

from gait.analysis.strides.contact_model import from_dict

NAME = "shoe_gyroscope"
VARIANTS, SEED = 14, 7
"""Sensors put on each foot of each trial: three faultless ones, one a place, and eleven drawn at random."""

CHANNELS = [
    {"name": "pitch_rate", "scale": 8.726646, "compress": 0.0},
    {"name": "up_acc", "scale": 9.80665, "compress": 3.0},
    {"name": "forward_acc", "scale": 9.80665, "compress": 3.0},
]
"""500 deg/s; g, impacts compressed: what ships must not hang on how hard a shoe rings."""

SMOOTH_S = 0.008

RBDS = {
    "data": "Fukuchi, Fukuchi & Duarte 2017, A public dataset of running biomechanics and the effects of running "
    "speed on lower extremity kinematics and kinetics, PeerJ 5:e3298",
    "doi": ["10.7717/peerj.3298", "10.6084/m9.figshare.4543435"],
    "licence": "CC BY 4.0",
}


def blank() -> dict[str, object]:
    """Return a model that leaves every anchor where it is: what the anchors are found with."""
    events = {}
    for event, sets in regression.CHANNELS.items():
        count = len(regression.offsets(event))
        events[event] = {
            "window_s": list(regression.WINDOWS_S[event]),
            "most_s": regression.MOST_S,
            "regressions": [
                {
                    "channels": [CHANNELS[column]["name"] for column in columns],
                    "intercept_s": 0.0,
                    "weights_s": np.zeros((count, len(columns))).tolist(),
                }
                for columns in sets
            ],
        }
    spread = {
        "constant_s": 0.006,
        "terms": {"split": 0.0, "shift": 0.0, "spread": 0.0, "missing": 0.3, "beyond": 0.0},
    }
    uncertainty_part = dict.fromkeys(("ic", "tc", "contact"), spread)
    shares = {"runner": 0.25, "foot": 0.25, "session": 0.25, "stride": 0.25}
    return {
        "gait_contact_model": 1,
        "placement": "shoe",
        "gyroscope": True,
        "smooth_s": SMOOTH_S,
        "step_s": regression.STEP_S,
        "channels": CHANNELS,
        "events": events,
        "uncertainty": {**uncertainty_part, "shares": shares},
    }


def fitted(data: training_set.TrainingSet, source: dict[str, object]) -> dict[str, object]:
    """Return the file's content: fit on all runners, uncertainty and figures on runners left out."""
    model = blank()
    rows = np.arange(len(data.table))
    for event in ("ic", "tc"):
        fit = regression.fit_event(data, event, rows)
        for kept, one in zip(model["events"][event]["regressions"], fit.regressions, strict=True):
            kept["intercept_s"] = round(one.intercept_s, 7)
            kept["weights_s"] = one.weights_s.round(7).tolist()
    stance = regression.stances(data, regression.left_out(data))
    parts = uncertainty.shares(stance)
    spreads = {name: uncertainty.fit_spread(stance, name) for name in ("ic", "tc", "contact")}
    model["uncertainty"] = {**spreads, "shares": parts}
    plain = stance["variant"] < 3
    model["validation"] = {
        "how": "each runner by a model fitted on the others; medians of recordings",
        "three places, faultless": regression.figures(stance[plain]),
        "drawn at random": regression.figures(stance[~plain]),
        "interval of contact time": uncertainty.coverage(stance, spreads["contact"], parts),
    }
    model["source"] = {
        **source,
        "made_by": "notebooks/contact_model/train.py",
        "seed": SEED,
        "variants": VARIANTS,
    }
    model["source"]["runners"] = sorted(data.table["runner"].unique().tolist())
    return model


def build(folder: Path | None, variants: int, runners: int = 8) -> dict[str, object]:
    """Return the finished file; without a folder of virtual runners."""
    if folder is None:
        source = {"data": "virtual runners; not to be shipped"}
        sources = training_set.from_virtual_runners(runners, SEED)
    else:
        sources, source = training_set.from_poses(folder, "foot", variants, SEED), RBDS
    return fitted(training_set.build(sources, from_dict(NAME, blank())), source)


def main() -> None:
    """Read the arguments, fit, and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rbds", type=Path, help="folder of RUNNER_SPEED.npz")
    parser.add_argument("--virtual", action="store_true", help="virtual runners in place of real motion")
    parser.add_argument("--runners", type=int, default=8, help="how many virtual runners")
    parser.add_argument("--variants", type=int, default=VARIANTS)
    parser.add_argument("-o", "--out", type=Path, required=True)
    asked = parser.parse_args()
    if asked.virtual == (asked.rbds is not None):
        parser.error("give either --rbds FOLDER or --virtual")
    asked.out.mkdir(parents=True, exist_ok=True)
    model = build(asked.rbds, asked.variants, asked.runners)
    text = json.dumps(model, indent=1)
    (asked.out / f"{NAME}.json").write_text(text + "\n", encoding="utf-8")
    print(json.dumps(model["validation"], indent=1))


if __name__ == "__main__":
    main()
