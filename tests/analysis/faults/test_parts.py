"""Faults that begin in mid-run: told with their seconds, and the sound part analysed as before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.analyze import AnalysisSettings, analyze, diagnose
from gait.analysis.engine import strides_of
from gait.analysis.faults.parts import Part, halves_of, spoilt_parts, uncovered, without_parts
from gait.analysis.faults.survey import Survey
from gait.analysis.results import Fault
from gait.analysis.strides.stride_batch import empty_batch
from gait.recording.model import Recording, Session
from gait.units import DEG, STANDARD_GRAVITY
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate

QUICK = AnalysisSettings(waveforms=False)
BREAK_S = 16.0
PARTS = (("stand", 3.0), ("run", 26.0), ("stand", 1.0))


def _made(seed: int, sides=("left",), placements=("shoe",)) -> tuple[Recording, ...]:
    sensor = SensorSettings(rate_hz=104.0)
    return simulate(
        RunnerSettings(parts=PARTS), sensor, sides=sides, placements=placements, seed=seed
    ).session.recordings


@pytest.fixture(scope="module")
def run() -> Recording:
    """A virtual left shoe that runs for 30 s."""
    return _made(6)[0]


def _changed(recording: Recording, acc: float = 1.0, gyr: float = 1.0) -> Recording:
    behind = (recording.time_s >= BREAK_S)[:, None]
    return replace(
        recording,
        acc=np.where(behind, recording.acc * acc, recording.acc),
        gyr=np.where(behind, recording.gyr * gyr, recording.gyr),
    )


@pytest.mark.parametrize(
    ("factors", "kind"),
    [
        ({"acc": 1.0 / STANDARD_GRAVITY}, "acc_part"),
        ({"gyr": DEG}, "gyr_part"),
        ({"gyr": 0.0}, "gyr_part"),
        ({"acc": 0.5}, "changed_part"),
        ({"acc": 2.0}, "changed_part"),
        ({"gyr": 0.6}, "changed_part"),
    ],
)
def test_a_unit_that_changes_half_way_is_told_with_its_seconds(run, factors, kind) -> None:
    """The fault begins within 1.5 s of the change, and the metrics are those of the strides before."""
    spoilt = Session("t", (_changed(run, **factors),))
    (fault,) = diagnose(spoilt)
    assert fault.kind == kind
    assert fault.value == pytest.approx(BREAK_S, abs=1.5)
    found = analyze(spoilt, QUICK)
    kept = run.time_s < BREAK_S
    before = replace(run, time_s=run.time_s[kept], acc=run.acc[kept], gyr=run.gyr[kept])
    true = analyze(Session("t", (before,)), QUICK)
    assert found.strides["next_ic_s"].max() < BREAK_S
    for name, most in (("contact_ms", 4.0), ("strike_angle_deg", 1.0), ("cadence_spm", 0.5)):
        assert found.metrics[name].value == pytest.approx(true.metrics[name].value, abs=most)


def test_an_accelerometer_of_zeros_from_some_second_on_is_no_bug(run) -> None:
    """Rows of zeros are told, and no stride lies among them."""
    spoilt = Session("t", (_changed(run, acc=0.0),))
    assert [fault.kind for fault in diagnose(spoilt)] == ["zero_rows"]
    assert analyze(spoilt, QUICK).strides["next_ic_s"].max() < BREAK_S


@pytest.mark.parametrize(
    ("sides", "placements", "spoils"),
    [
        (("left", "right"), ("shoe",), "pronation_excursion_deg"),
        (("left",), ("shoe", "shank"), "contact_ms"),
    ],
)
def test_sensors_exchanged_in_the_middle_are_told(sides, placements, spoils) -> None:
    """Another foot's, or a shank's, samples in the second half: what they spoil is withheld."""
    one, other = _made(7, sides, placements)
    before, behind = one.time_s < BREAK_S, other.time_s >= BREAK_S
    time_s = np.concatenate([one.time_s[before], other.time_s[behind]])
    acc = np.concatenate([one.acc[before], other.acc[behind]])
    mixed = replace(one, time_s=time_s, acc=acc, gyr=np.concatenate([one.gyr[before], other.gyr[behind]]))
    (fault,) = diagnose(Session("t", (mixed,)))
    assert fault.kind == "exchanged"
    assert fault.value == pytest.approx(BREAK_S, abs=3.0)
    assert spoils in fault.spoils


def test_a_clock_that_halves_leaves_seconds_without_strides(run) -> None:
    """Steps at twice the time are no run's: the seconds are told, and not passed over as sound."""
    slow = replace(run, time_s=np.where(run.time_s > 12.0, 2.0 * run.time_s - 12.0, run.time_s))
    kinds = {fault.kind for fault in diagnose(Session("t", (slow,)))}
    assert kinds & {"uncovered", "changed_part"}


def _shaken(still: slice, fall: slice) -> Survey:
    """Thirty seconds of shaking and turning, with a gyroscope that stops and a force that is too small."""
    rng = np.random.default_rng(2)
    time_s = np.arange(0.0, 30.0, 0.01)
    acc = rng.normal(0.0, 12.0, (3000, 3))
    gyr = rng.normal(0.0, 3.0, (3000, 3))
    gyr[still] = 0.0
    acc[fall] *= 0.1
    survey = Survey()
    survey.add(time_s, acc, gyr)
    return survey


def test_spans_of_parts() -> None:
    """To half a second; what is over sooner than three seconds is told of no part."""
    parts = spoilt_parts("left shoe", _shaken(slice(1000, 1500), slice(2000, 2600)))
    spans = {part.fault.kind: (part.start_s, part.end_s) for part in parts}
    assert spans == {"gyr_part": (10.0, 15.0), "acc_part": (20.0, 26.0)}
    assert spoilt_parts("left shoe", _shaken(slice(1000, 1200), slice(2000, 2150))) == ()
    assert spoilt_parts("left shoe", Survey()) == ()


def test_strides_within_a_part_are_left_out(run) -> None:
    """And those within a second of it."""
    batch, _ = strides_of(run)
    fault = Fault("acc_part", "left shoe", "clear", "", (), "")
    kept = without_parts(batch, (Part(fault, 12.0, 15.0),))
    assert 0 < len(kept) < len(batch)
    assert ((kept.end_s < 11.0) | (kept.ic_s > 16.0)).all()
    assert without_parts(batch, ()) is batch


def test_few_strides_have_no_halves_and_no_seconds_without() -> None:
    """Nothing is told of a run without strides here: others do that."""
    assert halves_of(empty_batch()) == ()
    assert uncovered("left shoe", _shaken(slice(0), slice(0)), empty_batch(), ()) == []


@pytest.mark.parametrize(("sensor", "axis", "name"), [("acc", 2, "z of the acc"), ("gyr", 0, "x of the gyr")])
def test_an_axis_that_hangs_for_a_while_is_left_out(
    run: Recording, sensor: str, axis: int, name: str
) -> None:
    """Eight seconds of one value: told with their times, and the rest gives the sound run's numbers."""
    values = getattr(run, sensor).copy()
    hangs = (run.time_s > 10.0) & (run.time_s < 18.0)
    values[hangs, axis] = values[np.argmax(hangs), axis]
    analysis = analyze(Session("run", (replace(run, **{sensor: values}),)), QUICK)
    (fault,) = analysis.faults
    assert fault.kind == "axis_part"
    assert name in fault.what
    assert fault.span_s == pytest.approx((10.0, 18.0), abs=1.1)
    strides = analysis.strides
    assert not ((strides.ic_s > fault.span_s[0]) & (strides.next_ic_s < fault.span_s[1])).any()
    sound = analyze(Session("run", (run,)), QUICK).metrics
    for metric, most in (("strike_angle_deg", 1.5), ("contact_ms", 4.0)):
        assert analysis.metrics[metric].value == pytest.approx(sound[metric].value, abs=most)
