"""The doctor names what was done to a recording, calls no sound one ill, and undoes what it can."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from gait.cli.main import main
from gait.doctor.checks import examine, examine_session
from gait.doctor.raw import mended_times
from gait.recording.model import Session
from gait.recording.read import read
from gait.recording.write import write_recording
from gait.units import STANDARD_GRAVITY
from gait.virtual.runner.presets import PRESETS
from gait.virtual.runner.simulate import RunnerSettings, simulate

from .corruptions import CORRUPTIONS, scaled
from .table import diagnosed, sound_recordings, undone


@pytest.fixture(scope="module")
def sound():
    """Two of the table's recordings: a shoe that stands first and a shank."""
    every = sound_recordings()
    return {name: every[name] for name in list(every) if name.startswith(("1 ", "8 "))}


def test_sound_recordings_are_sound(sound, tmp_path) -> None:
    """No fault, in a file as in memory."""
    for one in sound.values():
        assert diagnosed(one, tmp_path).faults == ()


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda one: one.name)
def test_a_corruption_is_named_and_undone(sound, corruption, tmp_path) -> None:
    """The shoe's recording spoilt: named by its kind, and back within a sample where that can be."""
    one = next(one for one in sound.values() if one.placement == "shoe")
    diagnosis = diagnosed(corruption.spoil(one), tmp_path)
    assert {fault.kind for fault in diagnosis.faults} & set(corruption.kinds)
    if corruption.undone:
        assert undone(one, diagnosis)


def test_the_command(sound, tmp_path, capsys) -> None:
    """One line a fault on stdout, exit code 2, the corrected file and JSON written; 0 for a sound file."""
    one = next(iter(sound.values()))
    path = tmp_path / "left_shoe.csv"
    write_recording(one, path)
    assert main(["doctor", str(path)]) == 0
    assert capsys.readouterr().out.startswith("sound")
    write_recording(scaled(acc=2.0)(one), path)
    fixed, numbers = tmp_path / "fixed.csv", tmp_path / "doctor.json"
    assert main(["doctor", str(path), "-o", str(fixed), "--json", str(numbers)]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("left shoe: clear: standing still reads")
    assert "spoils every number" in lines[0]
    assert [fault["kind"] for fault in json.loads(numbers.read_text())["faults"]] == ["acc_unit"]
    back = read(fixed, placement="shoe", side="left").recordings[0]
    assert np.abs(back.acc - one.acc).max() < 0.001
    assert main(["doctor", str(fixed), "--placement", "shoe", "--side", "left"]) == 0


@pytest.mark.parametrize("part", ["unit", "gyroscope", "foot"])
def test_a_part_that_is_ill_is_left_out(sound, part) -> None:
    """From half-way on in g, without turns, or of the other foot: what is written ends there, sound."""
    one = next(one for one in sound.values() if one.placement == "shoe")
    middle = float(one.time_s[len(one.time_s) // 2])
    behind = (one.time_s > middle)[:, None]
    mirror = np.array([-1.0, 1.0, 1.0])
    acc, gyr = {
        "unit": (one.acc / 9.81, one.gyr),
        "gyroscope": (one.acc, 0.0 * one.gyr),
        "foot": (one.acc * mirror, -one.gyr * mirror),
    }[part]
    spoilt = replace(one, acc=np.where(behind, acc, one.acc), gyr=np.where(behind, gyr, one.gyr))
    diagnosis = examine_session(Session("t", (spoilt,)))
    assert {fault.kind for fault in diagnosis.faults} <= {"acc_part", "gyr_part", "exchanged"}
    assert diagnosis.faults
    assert diagnosis.left == ()
    kept = diagnosis.session.recordings[0]
    assert middle - 5.0 < kept.time_s[-1] < middle + 4.0
    assert np.array_equal(kept.acc, one.acc[: len(kept.time_s)]) or part == "foot"


@pytest.mark.parametrize("column", [0, 1, 4])
def test_a_row_of_impossible_numbers_is_left_out(sound, column, tmp_path) -> None:
    """A time, a force or a turn of 1e300 in one row: named and left out, and the rest is as it was."""
    one = next(one for one in sound.values() if one.placement == "shoe")
    path, fixed = tmp_path / "left_shoe.csv", tmp_path / "fixed.csv"
    write_recording(one, path)
    lines = path.read_text().splitlines()
    cells = lines[-900].split(",")
    cells[column] = "1e300"
    lines[-900] = ",".join(cells)
    path.write_text("\n".join(lines))
    assert main(["doctor", str(path), "-o", str(fixed)]) == 2
    back = read(fixed, placement="shoe", side="left").recordings[0]
    assert len(back.time_s) == len(one.time_s) - 1
    assert main(["doctor", str(fixed), "--placement", "shoe", "--side", "left"]) == 0


def test_two_clocks_are_brought_together(tmp_path) -> None:
    """A session with a clock 60 ms late: a folder whose steps are even again."""
    made = simulate(RunnerSettings(parts=(("stand", 3.0), ("run", 15.0), ("stand", 2.0))), seed=3)
    left, right = made.session.recordings
    write_recording(left, tmp_path / "left_shoe.csv")
    write_recording(replace(right, time_s=right.time_s + 0.06), tmp_path / "right_shoe.csv")
    diagnosis = examine(tmp_path)
    assert [fault.kind for fault in diagnosis.faults] == ["two_clocks"]
    assert diagnosis.left == ()


def test_times_are_mended() -> None:
    """Milliseconds, packets of eight and a restart: increasing seconds at the true rate, each told."""
    true = np.arange(800) / 100.0
    milli = mended_times(1000.0 * true, "left shoe")
    assert [fault.kind for fault in milli.faults] == ["time_unit"]
    assert np.allclose(milli.time_s, true)
    packets = mended_times(true[np.arange(800) // 8 * 8 + 7], "left shoe")
    assert [fault.kind for fault in packets.faults] == ["packet_stamps"]
    assert np.abs(packets.time_s - true).max() < 1e-4
    restart = mended_times(np.r_[true[:400], true[:400]], "left shoe")
    assert [fault.kind for fault in restart.faults] == ["clock_restart"]
    assert (np.diff(restart.time_s) > 0.0).all()


def test_what_cannot_be_read_is_said(tmp_path, capsys) -> None:
    """No recording at all: one line, exit code 2."""
    path = tmp_path / "left_shoe.csv"
    path.write_text("a,b\n1,2\n")
    assert main(["doctor", str(path)]) == 2
    assert "clear" in capsys.readouterr().out


@pytest.mark.parametrize("order", ["two rows", "backward", "shuffled"])
def test_rows_out_of_order_are_sorted(sound, order, tmp_path) -> None:
    """Named as what they are and not as a restart, and put in order."""
    one = sound[next(iter(sound))]
    rows = np.arange(len(one.time_s))
    if order == "two rows":
        rows[500:502] = [501, 500]
    else:
        rows = rows[::-1] if order == "backward" else np.random.default_rng(1).permutation(rows)
    mixed = replace(one, time_s=one.time_s[rows], acc=one.acc[rows], gyr=one.gyr[rows])
    diagnosis = diagnosed(mixed, tmp_path)
    assert [fault.kind for fault in diagnosis.faults] == ["stamps_order"]
    assert undone(one, diagnosis)


def test_repeated_and_filled_rows_are_left_out(sound, tmp_path) -> None:
    """Every sample thrice, then the last one for seconds: both named, the contacts as of the sound one."""
    one = sound[next(iter(sound))]
    held = np.repeat(np.arange(len(one.time_s)), 3)[:-3]
    time_s = np.arange(len(held)) / (3.0 * float(one.rate_hz or 104.0))
    filled = replace(one, time_s=time_s, acc=one.acc[held], gyr=one.gyr[held], rate_hz=None)
    middle = int(0.7 * len(held))
    filled.acc[middle:], filled.gyr[middle:] = [20.0, 3.0, 1.0], [4.0, 0.0, 0.0]
    diagnosis = diagnosed(filled, tmp_path)
    assert {"held_samples", "frozen"} <= {fault.kind for fault in diagnosis.faults}
    assert diagnosis.session is not None
    fixed = diagnosis.session.recordings[0]
    np.testing.assert_allclose(np.diff(fixed.time_s), 1.0 / 104.0, rtol=0.01)
    assert fixed.time_s[-1] == pytest.approx(time_s[middle], abs=0.05)


def test_feet_that_were_swapped_are_both_turned() -> None:
    """Two feet under each other's names: corrected, each has its own, and no two are one side."""
    made = simulate(
        RunnerSettings(parts=(("stand", 2.0), ("run", 12.0), ("stand", 1.0)), pronation_deg=9.0), seed=3
    )
    left, right = made.session.recordings
    swapped = replace(made.session, recordings=(replace(right, side="left"), replace(left, side="right")))
    diagnosis = examine_session(swapped)
    assert {fault.kind for fault in diagnosis.faults} == {"other_side"}
    assert diagnosis.session is not None
    assert [one.name for one in diagnosis.session.recordings] == ["left shoe", "right shoe"]
    np.testing.assert_array_equal(diagnosis.session.recordings[0].acc, left.acc)


def test_an_accelerometer_alone_that_never_rests_is_not_called_sound(sound, tmp_path) -> None:
    """Twice too much, without gyroscope and standing: no fault shows, and the unit is not confirmed."""
    one = next(iter(sound.values()))
    rows = (one.time_s > 6.0) & (one.time_s < 14.0)
    spoilt = replace(one, time_s=one.time_s[rows], acc=2.0 * one.acc[rows], gyr=None)
    diagnosis = diagnosed(spoilt, tmp_path)
    assert diagnosis.faults == ()
    assert diagnosis.unconfirmed == (one.name,)


def test_what_a_clock_explains_as_well_is_not_divided_away(sound, tmp_path) -> None:
    """A gyroscope that reads 1.09 times too much may be a clock: -o leaves it, and the file stays marked."""
    one = replace(next(iter(sound.values())), rate_hz=None)
    diagnosis = diagnosed(replace(one, gyr=1.09 * one.gyr), tmp_path)
    assert {fault.kind for fault in diagnosis.faults} <= {"gyr_scale", "gyr_lag", "not_closed"}
    assert diagnosis.left
    assert diagnosis.session is not None
    np.testing.assert_allclose(diagnosis.session.recordings[0].gyr, 1.09 * one.gyr, atol=1e-3)


def test_an_offset_is_not_divided_away(sound, tmp_path) -> None:
    """1.2 m/s2 too much at rest: a factor or an offset, so nothing is changed and angles are withheld."""
    one = next(iter(sound.values()))
    up = one.acc[:100].mean(axis=0)
    diagnosis = diagnosed(replace(one, acc=one.acc + 1.2 * up / np.linalg.norm(up)), tmp_path)
    assert [fault.kind for fault in diagnosis.faults] == ["acc_scale"]
    assert "stride_length_m" in diagnosis.faults[0].spoils
    assert diagnosis.left


def test_swapped_feet_of_two_clocks_are_brought_together() -> None:
    """The lead of a clock is taken once the feet have their names: steps are half a stride then."""
    made = simulate(
        RunnerSettings(parts=(("stand", 2.0), ("run", 14.0), ("stand", 1.0)), pronation_deg=9.0), seed=3
    )
    left, right = made.session.recordings
    late = replace(left, side="right", time_s=left.time_s + 0.06)
    diagnosis = examine_session(replace(made.session, recordings=(replace(right, side="left"), late)))
    assert {fault.kind for fault in diagnosis.faults} == {"other_side", "two_clocks"}
    assert diagnosis.left == ()


def test_a_movement_without_strides_is_not_called_sound(sound, tmp_path) -> None:
    """Shaken in every direction without gyroscope: no stride shows, and that is said."""
    rng = np.random.default_rng(5)
    time_s = np.arange(0.0, 30.0, 0.01)
    beats = np.sin(2.0 * np.pi * 3.1 * time_s)[:, None] * [14.0, 9.0, 4.0]
    acc = np.array([0.0, 0.0, STANDARD_GRAVITY]) + beats + rng.normal(0.0, 9.0, (len(time_s), 3))
    one = next(iter(sound.values()))
    shaken = replace(one, time_s=time_s, acc=acc, gyr=None, rate_hz=None)
    diagnosis = diagnosed(shaken, tmp_path)
    assert [fault.kind for fault in diagnosis.faults] == ["no_strides"]


def test_rows_filled_up_between_samples_are_named(sound, tmp_path) -> None:
    """A sensor of 26 Hz resampled to 208 Hz: its rate is told, and what depends on the course withheld."""
    one = next(iter(sound.values()))
    slow = np.arange(one.time_s[0], one.time_s[-1], 1.0 / 26.0)
    fine = np.arange(slow[0], slow[-1], 1.0 / 208.0)
    acc, gyr = (
        np.column_stack([np.interp(fine, slow, np.interp(slow, one.time_s, column)) for column in values.T])
        for values in (one.acc, one.gyr)
    )
    diagnosis = diagnosed(replace(one, time_s=fine, acc=acc, gyr=gyr, rate_hz=None), tmp_path)
    fault = next(fault for fault in diagnosis.faults if fault.kind == "interpolated")
    assert "about 26 Hz" in fault.what
    assert "peak_acc_g" in fault.spoils


def test_counts_from_zero_up_are_not_scaled(sound, tmp_path) -> None:
    """Unsigned counts have their middle at 32768: no factor makes gravity of them."""
    one = next(iter(sound.values()))
    counts = 32768.0 + np.rint(2048.0 * one.acc / STANDARD_GRAVITY)
    diagnosis = diagnosed(replace(one, acc=counts, gyr=None), tmp_path)
    (fault,) = diagnosis.faults
    assert (fault.kind, fault.value) == ("acc_unit", None)
    assert "counts" in fault.what


def test_a_sign_that_a_lag_explains_too_is_left() -> None:
    """A turned sign of an axis that hardly turns looks like a lag: both are said, and -o shifts nothing."""
    preset = PRESETS["easy-rearfoot"]
    runner = replace(preset.runner, parts=(("stand", 3.0), ("run", 36.0), ("stand", 2.0)))
    sensor = replace(preset.sensor, rate_hz=104.0)
    made = simulate(runner, sensor, placements=("shoe", "shank"), seed=3)
    left = made.session.recordings[0]
    turned = replace(left, gyr=left.gyr * [1.0, 1.0, -1.0])
    diagnosis = examine_session(replace(made.session, recordings=(turned,)))
    assert diagnosis.faults
    assert diagnosis.left
    assert diagnosis.session is not None
    np.testing.assert_array_equal(diagnosis.session.recordings[0].gyr, turned.gyr)
