"""Contradictions of one sensor: each by its cause, what it spoils withheld, sound recordings left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.analysis.analyze import AnalysisSettings, analyze, diagnose
from gait.analysis.engine import strides_of
from gait.analysis.faults.contradictions import _no_roll, _other_side, faults_of, no_strides
from gait.analysis.faults.evidence import Evidence
from gait.analysis.faults.survey import Survey
from gait.analysis.strides.stride_batch import empty_batch
from gait.doctor.corrections import can_mend
from gait.errors import SignalError
from gait.recording.model import Recording, Session
from gait.units import DEG, STANDARD_GRAVITY
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate
from tests.properties import cases

QUICK = AnalysisSettings(waveforms=False)


def _run(placement="shoe", **sensor) -> Recording:
    runner = RunnerSettings(parts=(("stand", 3.0), ("run", 14.0), ("stand", 2.0)))
    made = simulate(runner, SensorSettings(**sensor), sides=("left",), placements=(placement,), seed=4)
    return made.session.recordings[0]


SOUND = _run()


def _faults(recording: Recording):
    return diagnose(Session("test", (recording,)))


def _late(recording: Recording, lag_s: float) -> Recording:
    gyr = [np.interp(recording.time_s - lag_s, recording.time_s, recording.gyr[:, k]) for k in range(3)]
    return replace(recording, gyr=np.column_stack(gyr))


def test_a_unit_is_told_once_and_not_again_by_its_consequences() -> None:
    """Of a sound sensor nothing is told; of one in feet/s2 its unit, and not that strides do not close."""
    batch, engine = strides_of(SOUND)
    for scale, kinds in ((1.0, []), (3.28084, ["acc_unit"])):
        spoilt = replace(SOUND, acc=SOUND.acc * scale)
        survey = Survey()
        survey.add(spoilt.time_s, spoilt.acc, spoilt.gyr)
        evidence = Evidence(spoilt, spoilt, survey, 208.0, batch, engine.detector.alignment)
        assert [fault.kind for fault in faults_of(evidence)] == kinds


def test_shaking_without_a_stride_is_short_or_strange() -> None:
    """A few seconds prove nothing; a longer recording is at odds with its axes, units or placement."""
    assert no_strides(SOUND, 4.0).kind == "too_short"
    assert no_strides(SOUND, 40.0).kind == "no_strides"


@pytest.mark.parametrize("placement", ["shoe", "shank"])
@pytest.mark.parametrize("rate_hz", [104.0, 208.0, 400.0])
def test_sound_recordings_have_no_fault(placement, rate_hz) -> None:
    """Neither with nor without standing, with or without gyroscope."""
    one = _run(placement, rate_hz=rate_hz)
    inside = (one.time_s > 5.0) & (one.time_s < 15.0)
    cut = replace(one, time_s=one.time_s[inside], acc=one.acc[inside], gyr=one.gyr[inside])
    for recording in (one, cut, replace(one, gyr=None)):
        assert _faults(recording) == ()


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (3.28084, "feet/s2"),
        (1 / STANDARD_GRAVITY, "in g"),
        (2.0, "twice"),
        (0.5, "half"),
        (1.31, "1.31 times"),
    ],
)
def test_standing_still_tells_the_unit(factor, words) -> None:
    """Refused, with the unit's name, with and without a gyroscope."""
    for gyr in (SOUND.gyr, None):
        spoilt = replace(SOUND, acc=SOUND.acc * factor, gyr=gyr, acc_range_g=None)
        with pytest.raises(SignalError, match=words):
            analyze(Session("test", (spoilt,)), QUICK)


def test_rates_no_leg_reaches_are_refused() -> None:
    """Raw counts are too fast, rad/s too slow for a leg that runs."""
    for factor in (16.4, 131.0, DEG):
        with pytest.raises(SignalError, match=r"gyroscope reads"):
            analyze(Session("test", (replace(SOUND, gyr=SOUND.gyr * factor),)), QUICK)


@pytest.mark.parametrize("lag_ms", [-60.0, -30.0, 40.0])
def test_a_lag_is_told_to_five_milliseconds(lag_ms) -> None:
    """Either way; contact and angles are withheld, cadence stays."""
    analysis = analyze(Session("test", (_late(SOUND, 1e-3 * lag_ms),)), QUICK)
    (fault,) = analysis.faults
    assert fault.kind == "gyr_lag"
    assert fault.value == pytest.approx(lag_ms, abs=5.0)
    assert "contact_ms" not in analysis.metrics
    # Far apart, the strides found are no leg's any more, and nothing is told of them.
    assert abs(lag_ms) > 45.0 or "cadence_spm" in analysis.metrics
    assert "strike_angle_deg" not in analysis.metrics
    assert abs(lag_ms) > 45.0 or analysis.not_measured["strike_angle_deg"] == fault.what
    assert any(fault.what in note for note in analysis.sensors[0].notes)


def test_a_gyroscope_that_ends_below_the_swing() -> None:
    """Named by its limit; angles and lengths withheld, contact stays."""
    limit = 400.0 * DEG
    analysis = analyze(Session("test", (replace(SOUND, gyr=np.clip(SOUND.gyr, -limit, limit)),)), QUICK)
    (fault,) = analysis.faults
    assert fault.kind == "gyr_saturated"
    assert fault.value == pytest.approx(400.0, abs=1.0)
    assert "contact_ms" in analysis.metrics
    assert not {"strike_angle_deg", "stride_length_m", "pronation_excursion_deg"} & set(analysis.metrics)


@pytest.mark.parametrize("factor", [0.8, 0.9, 1.1, 1.25])
def test_a_wrong_gyroscope_scale(factor) -> None:
    """The scale is found to 3 %, and no distance is given."""
    analysis = analyze(Session("test", (replace(SOUND, rate_hz=None, gyr=SOUND.gyr * factor),)), QUICK)
    (fault,) = analysis.faults
    assert fault.kind in ("gyr_scale", "gyr_lag")
    assert fault.kind == "gyr_lag" or fault.value == pytest.approx(factor, rel=0.03)
    assert "stride_length_m" not in analysis.metrics


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_clock_that_runs_wrong(factor) -> None:
    """The header's rate and the turns agree against the stamps: the clock is named, no number given."""
    analysis = analyze(Session("test", (replace(SOUND, time_s=SOUND.time_s * factor),)), QUICK)
    (fault,) = analysis.faults
    assert (fault.kind, fault.certainty) == ("clock", "clear")
    assert fault.value == pytest.approx(factor, rel=0.002)
    assert not analysis.metrics


def test_mirrored_axes() -> None:
    """Any axis of both sensors turned: named."""
    for axis in range(3):
        sign = np.where(np.arange(3) == axis, -1.0, 1.0)
        kinds = {one.kind for one in _faults(replace(SOUND, acc=SOUND.acc * sign, gyr=SOUND.gyr * sign))}
        assert kinds == {"mirrored"}


def test_dead_axes_overflow_and_zero_rows() -> None:
    """Each is named by what it is."""
    dead = SOUND.gyr.copy()
    dead[:, 2] = 0.0
    assert [one.kind for one in _faults(replace(SOUND, gyr=dead))] == ["gyr_dead"]
    size = 6.0 * STANDARD_GRAVITY
    wrapped = (SOUND.acc + size) % (2.0 * size) - size
    assert "acc_overflow" in [one.kind for one in _faults(replace(SOUND, acc=wrapped))]
    zero = SOUND.acc.copy()
    zero[500::60] = 0.0
    assert "zero_rows" in [one.kind for one in _faults(replace(SOUND, acc=zero))]


def test_the_other_foot_and_the_shank() -> None:
    """Roll and swing of the wrong sense, and a strike and stance that no shoe has."""
    (side,) = _faults(replace(SOUND, side="right"))
    assert side.kind == "other_side"
    assert "left foot" in side.what
    (place,) = _faults(replace(_run("shank"), placement="shoe"))
    assert place.kind in ("other_placement", "no_strides")


def test_a_few_seconds_are_called_too_short() -> None:
    """Two strides after standing are no fault of axes or units, and no run either."""
    few = SOUND.time_s < 4.7
    cut = replace(SOUND, time_s=SOUND.time_s[few], acc=SOUND.acc[few], gyr=SOUND.gyr[few])
    (fault,) = _faults(cut)
    assert fault.kind == "too_short"
    assert "5 s are too short" in fault.what


def test_one_leg_of_two_is_withheld() -> None:
    """A fault of the left gyroscope leaves the right foot's angles."""
    made = simulate(RunnerSettings(parts=(("stand", 3.0), ("run", 14.0), ("stand", 2.0))), seed=4)
    left, right = made.session.recordings
    analysis = analyze(replace(made.session, recordings=(_late(left, 0.04), right)), QUICK)
    assert analysis.metrics["strike_angle_deg"].left is None
    assert analysis.metrics["strike_angle_deg"].right is not None


@cases(6, long=120)
@given(factor=st.floats(0.05, 20.0))
def test_no_scale_is_told_without_a_mark(factor) -> None:
    """Whatever the accelerometer's scale: refused, a fault, or within a tenth of the truth."""
    recording = replace(SOUND, acc=SOUND.acc * factor, acc_range_g=None)
    if abs(factor - 1.0) < 0.07:
        return
    try:
        analysis = analyze(Session("test", (recording,)), QUICK)
    except SignalError:
        return
    assert analysis.faults


@cases(6, long=120)
@given(
    order=st.permutations(range(3)),
    signs=st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3),
    only=st.sampled_from(["both", "gyr"]),
)
def test_no_swap_of_axes_is_told_without_a_mark(order, signs, only) -> None:
    """A proper turn of both sensors changes nothing; anything else is a fault.

    Not seen: a swap of the gyroscope's axes that leaves the foot's own axis of turning within 17 degrees, as
    gravity closes with it all the same. Contact and strike then hold.
    """
    matrix = np.eye(3)[list(order)] * np.array(signs)
    acc = SOUND.acc @ matrix.T if only == "both" else SOUND.acc
    analysis = analyze(Session("test", (replace(SOUND, acc=acc, gyr=SOUND.gyr @ matrix.T),)), QUICK)
    sound = np.allclose(matrix, np.eye(3)) or (only == "both" and np.linalg.det(matrix) > 0.0)
    if sound:
        assert not analysis.faults
        assert analysis.metrics["strike_angle_deg"].value == pytest.approx(15.0, abs=4.0)
    elif only == "gyr" and _axis_moved_deg(matrix) < 17.0:
        if not analysis.faults:
            assert analysis.metrics["strike_angle_deg"].value == pytest.approx(15.0, abs=4.0)
    else:
        assert analysis.faults or not analysis.metrics


def _axis_moved_deg(matrix) -> float:
    """How far a change of the gyroscope's axes turns the axis that the foot turns most about, deg."""
    axis = np.linalg.svd(SOUND.gyr - SOUND.gyr.mean(axis=0), full_matrices=False)[2][0]
    return float(np.degrees(np.arccos(np.clip(axis @ matrix @ axis, -1.0, 1.0))))


@cases(6, long=120)
@given(lag_ms=st.floats(15.0, 100.0), early=st.booleans())
def test_no_lag_is_told_without_a_mark(lag_ms, early) -> None:
    """A lag of 15 ms and more, either way: a fault, or contact and strike as without it."""
    lag_ms = -lag_ms if early else lag_ms
    analysis = analyze(Session("test", (_late(SOUND, 1e-3 * lag_ms),)), QUICK)
    if analysis.faults or not analysis.metrics:
        return
    true = analyze(Session("test", (SOUND,)), QUICK).metrics
    for name in ("contact_ms", "strike_angle_deg"):
        if name in analysis.metrics:
            one = analysis.metrics[name]
            assert abs(one.value - true[name].value) < one.uncertainty + true[name].uncertainty


@pytest.mark.parametrize(
    ("gyroscope", "stands", "confirmed"), [(False, False, False), (False, True, True), (True, False, True)]
)
def test_units_are_confirmed_by_rest_or_closed_strides(virtual, gyroscope, stands, confirmed) -> None:
    """Only an accelerometer alone that never stands still leaves its scale open, and its notes say so."""
    made = virtual(seconds=15.0)
    recording = made.session.recordings[0]
    # The run has moved on from its first second and not yet come to its last.
    keep = recording.time_s < 99.0 if stands else (recording.time_s > 4.0) & (recording.time_s < 14.0)
    recording = replace(
        recording,
        time_s=recording.time_s[keep],
        acc=recording.acc[keep],
        gyr=recording.gyr[keep] if gyroscope else None,
    )
    (sensor,) = analyze(replace(made.session, recordings=(recording,))).sensors
    assert any(note.startswith("units not confirmed") for note in sensor.notes) != confirmed


@pytest.mark.parametrize("outward_cm", [0.0, 6.0])
def test_the_other_foot_is_told_however_it_swings(outward_cm: float) -> None:
    """The roll alone tells the sides; a foot whose acceleration is turned round is the other one's image."""
    runner = RunnerSettings(
        parts=(("stand", 2.0), ("run", 12.0), ("stand", 1.0)), circumduction_cm=outward_cm, pronation_deg=9.0
    )
    one = simulate(runner, SensorSettings(), sides=("left",), seed=5).session.recordings[0]
    assert _faults(one) == ()
    for spoilt in (replace(one, side="right"), replace(one, acc=-one.acc)):
        (fault,) = _faults(spoilt)
        assert fault.kind == "other_side"
        assert "pronation_excursion_deg" in fault.spoils


@pytest.mark.parametrize(("turn_deg", "told"), [(5.0, True), (-60.0, False)])
def test_feet_that_turn_are_not_judged_by_their_roll(turn_deg: float, told: bool) -> None:
    """Straight strides that roll outward are the other foot's; a small room's turns roll feet either way."""
    count = 12
    strides = replace(
        empty_batch(count),
        strike_angle_deg=np.full(count, 5.0),
        pronation_excursion_deg=np.zeros(count),
        pronation_rate_dps=np.full(count, 20.0),
        turn_deg=np.full(count, turn_deg),
    )
    still = np.zeros((10, 3))
    found = _other_side(Recording("shoe", "left", np.arange(10) / 100.0, still, still), strides)
    assert bool(found) is told


@pytest.mark.parametrize(("rolled_deg", "told"), [(0.2, True), (7.0, False)])
def test_a_foot_without_roll_has_no_pronation(rolled_deg: float, told: bool) -> None:
    """Of angles too rough to tell the side no correction follows: the roll alone is withheld."""
    count = 12
    strides = replace(
        empty_batch(count),
        strike_angle_deg=np.full(count, 18.0),
        pronation_excursion_deg=np.full(count, rolled_deg),
        pronation_rate_dps=np.full(count, 25.0 * (1.0 + rolled_deg)),
        turn_deg=np.zeros(count),
    )
    still = np.zeros((10, 3))
    found = _no_roll(Recording("shoe", "right", np.arange(10) / 100.0, still, still), strides)
    assert [(fault.kind, can_mend(fault), "strike_angle_deg" in fault.spoils) for fault in found] == (
        [("no_roll", False, False)] if told else []
    )


def test_a_small_lag_does_not_lose_the_impact() -> None:
    """A gyroscope 15 ms late moves the contacts by milliseconds, and the peak acceleration by nothing."""
    true = analyze(Session("t", (SOUND,)), QUICK).metrics["peak_acc_g"].value
    late = analyze(Session("t", (_late(SOUND, 0.015),)), QUICK).metrics["peak_acc_g"].value
    assert late == pytest.approx(true, abs=0.1)


def test_halved_acceleration_without_standing_is_no_phone() -> None:
    """Gravity over whole strides is one g in a pocket too: the scale is told, and no place is guessed."""
    moving = (SOUND.time_s > 4.0) & (SOUND.time_s < 16.0)
    half = replace(SOUND, time_s=SOUND.time_s[moving], acc=0.5 * SOUND.acc[moving], gyr=SOUND.gyr[moving])
    (fault,) = _faults(half)
    assert (fault.kind, fault.certainty) == ("not_closed", "cannot tell")
    assert "0.50 g" in fault.what
    found = analyze(Session("t", (half,)), QUICK)
    assert len(found.strides) == 0
    assert [one.looks_like for one in found.sensors] == [""]
