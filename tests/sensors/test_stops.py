"""Ctrl-C at every stage of a session: once ends in good order, twice at once; what came is kept."""

import asyncio

import numpy as np
import pytest

from gait.errors import GaitError
from gait.journal.to_csv import finish
from gait.recording.read import read_recording

FAULTS = ["drop@4+2", "stall@8+1"]
STAGES = [0.0, 0.004, 0.01, 0.03, 0.06, 0.1, 0.2, 0.5, 2.0, 4.3, 5.9, 6.2, 6.5, 8.4, 9.0, 9.3]
"""Scan, connect, identity, second sensor, START, SYNC, stream, away, reconnect, backfill, stall, after it."""


@pytest.mark.parametrize("at_s", STAGES)
def test_one_ctrl_c_at_any_stage_ends_in_good_order(direct, at_s):
    """Whole recordings of all that the sensors took, or, before the first sample, no trace of a session."""
    made = direct(FAULTS, (), seconds=None)
    finished = made.run(stop_at_s=at_s)
    taken = {one.sensor.settings.side: one.sensor.taken for one in made.peripherals}
    if not finished.files:
        assert not made.folder.exists()
        assert at_s < 0.5
        return
    found = {one.path.name.split("_")[0]: one for one in finished.recorded}
    for side, samples in taken.items():
        assert found[side].samples == samples
        assert found[side].gaps == 0
    assert all(one.client is None for one in made.peripherals)


@pytest.mark.parametrize("at_s", STAGES)
def test_two_ctrl_c_at_any_stage_leave_what_came(direct, at_s):
    """The task is cancelled, as a second Ctrl-C does: gait recover gives every sample that had arrived."""
    made = direct(FAULTS, (), seconds=None)
    with pytest.raises(asyncio.CancelledError):
        made.run(cancel_at_s=at_s)
    assert all(one.client is None for one in made.peripherals)
    if not made.folder.exists():
        assert at_s < 0.5
        return
    blocks = made.journal.blocks
    finished = finish(made.folder)
    assert sum(one.samples for one in finished.recorded) == sum(len(one.counts) for one in blocks)
    assert not (made.folder / ".recording.lock").exists()


@pytest.mark.parametrize("at_s", [12.05, 12.3, 13.0])
def test_ctrl_c_while_the_last_samples_are_fetched_changes_nothing(direct, at_s):
    """The session is over, a long gap is being fetched: the first Ctrl-C lets it go on."""
    made = direct(["drop@2+9.5"], seconds=12.0)
    finished = made.run(stop_at_s=at_s)
    assert finished.recorded[0].samples == made.peripherals[0].sensor.taken


def test_a_sensor_that_is_away_at_the_end_is_called_once_more(direct):
    """Stopped in the middle of a drop: the sensor comes back within 10 s, and what it kept is fetched."""
    made = direct(["drop@4+5"], seconds=None)
    finished = made.run(stop_at_s=6.0)
    assert finished.recorded[0].samples == made.peripherals[0].sensor.taken > 8 * 416
    assert finished.recorded[0].gaps == 0


def test_a_sensor_that_stays_away_is_not_waited_for_long(direct):
    """Dead when the session is stopped: ten seconds, then what there is."""
    made = direct(["dead@4"], seconds=None)
    began = made.loop.now_s
    finished = made.run(stop_at_s=6.0)
    assert made.loop.now_s - began < 30.0
    assert finished.recorded[0].length_s == pytest.approx(4.0, abs=0.3)


def test_recover_again_changes_nothing(direct):
    """Twice, and on a session that ended well: the same bytes, nothing written, no error."""
    made = direct(["drop@2+1"], (), seconds=5.0)
    made.run()
    paths = sorted(made.folder.iterdir())
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in paths]
    for _ in range(2):
        again = finish(made.folder)
        assert [one.written for one in again.recorded] == [False, False]
    assert sorted(made.folder.iterdir()) == paths
    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in paths] == before


def test_recover_does_not_touch_a_csv_that_holds_something_else(direct):
    """A CSV that was edited is refused in one line, and replaced only when that is said."""
    made = direct(seconds=3.0)
    path = made.run().files[0]
    right = path.read_bytes()
    path.write_bytes(right + b"\n")
    with pytest.raises(GaitError, match=r"with something else in it; move it away, or add --replace"):
        finish(made.folder)
    assert path.read_bytes() == right + b"\n"
    assert finish(made.folder, replace=True).recorded[0].written
    assert path.read_bytes() == right


def test_recover_completes_what_was_half_finished(direct):
    """Killed between the two CSVs: the one that is there stays, the other is written."""
    made = direct((), (), seconds=3.0)
    left, right = made.run().files
    right.unlink()
    assert [one.written for one in finish(made.folder).recorded] == [False, True]
    assert np.all(np.diff(read_recording(right).time_s) > 0.0)
    assert left.exists()
