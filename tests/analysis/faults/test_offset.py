"""An offset of the gyroscope without a rest: told apart from scales and lags, and taken out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.analyze import AnalysisSettings, analyze, diagnose
from gait.analysis.faults.offset import LEAST_DPS
from gait.doctor.checks import examine_session
from gait.recording.model import Recording, Session
from gait.units import DEG
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate

QUICK = AnalysisSettings(waveforms=False)
OFFSET_DPS = np.array([14.0, -9.0, 12.0])


def _run(placement: str) -> Recording:
    made = simulate(
        RunnerSettings(parts=(("stand", 1.0), ("run", 18.0))),
        SensorSettings(rate_hz=104.0),
        sides=("left",),
        placements=(placement,),
        seed=8,
    ).session.recordings[0]
    kept = made.time_s > 2.0
    return replace(made, time_s=made.time_s[kept] - 2.0, acc=made.acc[kept], gyr=made.gyr[kept])


@pytest.fixture(scope="module")
def shoe() -> Recording:
    """A virtual left shoe that never rests."""
    return _run("shoe")


@pytest.mark.parametrize("placement", ["shoe", "shank"])
def test_an_offset_without_a_rest_is_found_and_taken_out(placement) -> None:
    """To 1.5 deg/s on each axis; the mended session is sound, and its angles are the sound run's."""
    sound = _run(placement)
    session = Session("t", (replace(sound, gyr=sound.gyr + OFFSET_DPS * DEG),))
    diagnosis = examine_session(session)
    (fault,) = diagnosis.faults
    assert fault.kind == "gyr_offset"
    assert np.array(fault.by_axis) == pytest.approx(OFFSET_DPS, abs=1.5)
    assert diagnosis.left == ()
    name = "strike_angle_deg" if placement == "shoe" else "frontal_excursion_deg"
    true = analyze(Session("t", (sound,)), QUICK).metrics[name].value
    assert analyze(diagnosis.session, QUICK).metrics[name].value == pytest.approx(true, abs=0.6)


@pytest.mark.parametrize("spoilt", ["sound", "scale", "acc", "lag", "order", "little"])
def test_nothing_else_is_called_an_offset(shoe, spoilt) -> None:
    """A scale of either sensor, a lag, other axes: another cause; an offset as of any chip: none."""
    gyr, acc = shoe.gyr, shoe.acc
    gyr = {
        "scale": 1.5 * gyr,
        "lag": np.roll(gyr, 4, axis=0),
        "order": gyr[:, [1, 0, 2]],
        "little": gyr + 0.5 * LEAST_DPS * DEG,
    }.get(spoilt, gyr)
    acc = 0.7 * acc if spoilt == "acc" else acc
    kinds = [fault.kind for fault in diagnose(Session("t", (replace(shoe, acc=acc, gyr=gyr),)))]
    assert "gyr_offset" not in kinds
    assert bool(kinds) == (spoilt not in ("sound", "little"))
