"""gaitmap's stages over a session, timed; runs in gaitmap's own environment, prints JSON."""

import json
import sys
import time
from pathlib import Path

RATE_HZ = 208.0
COLUMNS = ["acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"]
SIDES = ("left", "right")


def main(folder):
    """Segmentation, events, trajectory and parameters, each timed once behind a minute to warm up."""
    import pandas as pd

    read = {side: pd.read_csv(folder / f"{side}_shoe.csv", comment="#") for side in SIDES}
    truth = pd.read_csv(folder / "truth.csv")
    # numba compiles at the first call: a minute first, so that its time does not count.
    _pipeline({side: frame.iloc[: int(60 * RATE_HZ)] for side, frame in read.items()}, truth)
    print(json.dumps(_pipeline(read, truth)))


def _pipeline(read, truth):
    from gaitmap.event_detection import RamppEventDetection
    from gaitmap.parameters import SpatialParameterCalculation, TemporalParameterCalculation
    from gaitmap.preprocessing import align_dataset_to_gravity
    from gaitmap.preprocessing.sensor_alignment import ForwardDirectionSignAlignment, PcaAlignment
    from gaitmap.stride_segmentation import BarthDtw
    from gaitmap.trajectory_reconstruction import StrideLevelTrajectory
    from gaitmap.utils.coordinate_conversion import convert_to_fbf

    data = {f"{side}_sensor": frame[COLUMNS].reset_index(drop=True) for side, frame in read.items()}
    seconds, aside = {}, {}

    def stage(name, call, into=seconds):
        began = time.perf_counter()
        out = call()
        into[name] = time.perf_counter() - began
        return out

    def aligned():
        level = align_dataset_to_gravity(data, sampling_rate_hz=RATE_HZ)
        turned = PcaAlignment().align(level).aligned_data_
        return ForwardDirectionSignAlignment().align(turned, sampling_rate_hz=RATE_HZ).aligned_data_

    sensor = stage("alignment", aligned, aside)
    body = stage("frames", lambda: convert_to_fbf(sensor, left_like="left", right_like="right"), aside)
    cut = stage("segmentation (BarthDtw)", lambda: BarthDtw().segment(body, sampling_rate_hz=RATE_HZ))
    # Its template is of walking and finds few running strides; the stages behind get all the true ones.
    strides = {f"{side}_sensor": _strides(truth, side, len(read[side])) for side in SIDES}
    events = stage(
        "events (Rampp)", lambda: RamppEventDetection().detect(body, strides, sampling_rate_hz=RATE_HZ)
    )
    stances = {name: _between_stances(one) for name, one in strides.items()}
    path = stage(
        "trajectory",
        lambda: StrideLevelTrajectory().estimate(sensor, stances, sampling_rate_hz=RATE_HZ),
    )
    stage(
        "parameters",
        lambda: (
            TemporalParameterCalculation().calculate(stances, sampling_rate_hz=RATE_HZ),
            SpatialParameterCalculation().calculate(
                stances, path.position_, path.orientation_, sampling_rate_hz=RATE_HZ
            ),
        ),
    )
    found = {
        "by BarthDtw": sum(len(one) for one in cut.stride_list_.values()),
        "with events by Rampp": sum(len(one) for one in events.min_vel_event_list_.values()),
        "given to trajectory and parameters": sum(len(one) for one in stances.values()),
    }
    return {"seconds": seconds, "aside": aside, "found": found}


def _strides(truth, side, samples):
    """True strides from mid-stance to mid-stance, as gaitmap's lists of strides."""
    import numpy as np
    import pandas as pd

    own = truth[truth["side"] == side]
    middle = np.rint((0.6 * own["ic_s"] + 0.4 * own["tc_s"]).to_numpy() * RATE_HZ).astype(int)
    frame = pd.DataFrame({"start": middle[:-1], "end": middle[1:]})
    ic = np.rint(own["ic_s"].to_numpy()[1:] * RATE_HZ).astype(int)
    tc = np.rint(own["tc_s"].to_numpy()[:-1] * RATE_HZ).astype(int)
    frame["ic"], frame["tc"] = ic, tc
    frame = frame[(frame["end"] < samples) & (frame["end"] - frame["start"] < 2 * RATE_HZ)]
    frame.index.name = "s_id"
    return frame[["start", "end", "ic", "tc"]]


def _between_stances(strides):
    """The same list with the event columns that trajectory and parameters ask for."""
    out = strides.copy()
    out["min_vel"] = out["start"]
    out["pre_ic"] = out["ic"].shift(1, fill_value=int(out["ic"].iloc[0] - 100)).clip(lower=0)
    return out[["start", "end", "ic", "tc", "min_vel", "pre_ic"]]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
