"""Whole sessions through bleak, GATT, ATT, L2CAP and HCI to virtual sensors, and all that goes wrong."""

import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from gait.errors import SensorError
from gait.journal.format import JOURNAL_NAME
from gait.journal.to_csv import finish
from gait.recording.read import read, read_recording
from gait.sensors.session import session_clock_us
from gait.virtual.radio.firmware import VirtualSensor
from tests.properties import is_long


def assert_whole(outcome, side="left"):
    """Every sample that the sensor took is in the recording, once, with its values, in order."""
    sensor: VirtualSensor = outcome.sensors[side]
    found = outcome.recording(side)
    assert len(found.time_s) == sensor.taken
    assert np.all(np.diff(found.time_s) > 0.0)
    assert np.max(np.abs(np.diff(found.time_s) - sensor.period_s)) < 2e-4
    step = 2 * 16 * 9.80665 / 65536
    times = np.array(
        [sensor.sample_time_s(one) for one in range(sensor.end_index - sensor.taken, sensor.end_index)]
    )
    truth = np.column_stack(
        [
            np.interp(times - sensor.zero_s, sensor.motion.recording.time_s, axis)
            for axis in sensor.motion.recording.acc.T
        ]
    )
    assert np.max(np.abs(found.acc - truth)) < step


@pytest.mark.parametrize("rate", [208, 416])
def test_two_sensors_are_recorded_whole(session, rate):
    """No fault: nothing missing, both in one session time, within 2 ms of truth."""
    outcome = session(right=(), rate=rate, seconds=10.0)
    for side in ("left", "right"):
        assert_whole(outcome, side)
        assert np.max(np.abs(outcome.errors_ms(side))) < 2.0
    folder = outcome.finished.files[0].parent
    again = read(folder)
    assert {one.side for one in again.recordings} == {"left", "right"}
    assert again.recordings[0].started


def test_drop_stall_and_lost_packets_leave_nothing_missing(session):
    """Two drops, a stalled link and 2 % of the packets lost: all of it is fetched from the ring."""
    outcome = session(
        left=["drop@3+4", "stall@11+1.5", "drop@15+2"], right=["stall@5+1"], seconds=22.0, loss=0.02
    )
    for side in ("left", "right"):
        assert_whole(outcome, side)
    assert outcome.counts["0"]["backfilled"] > 6 * 416
    assert outcome.counts["0"]["lost_packets"] > 0
    assert outcome.events().count("connected") == 3


def test_a_gap_longer_than_the_ring_stays_a_visible_gap(session):
    """Away for 10 s with a ring of 4 s: about 6 s are missing, shown as one gap, the rest is there."""
    outcome = session(left=["drop@3+10"], seconds=20.0, settings={"ring_s": 4.0})
    found = outcome.recording()
    steps = np.diff(found.time_s)
    assert np.sum(steps > 0.01) == 1
    assert 5.0 < steps.max() < 9.0
    assert found.extra["recorder"]["gaps"] == 1
    assert outcome.counts["0"]["given_up"] == round((steps.max() - outcome.sensors["left"].period_s) * 416)
    assert len(found.time_s) + outcome.counts["0"]["given_up"] == outcome.sensors["left"].taken
    assert np.max(np.abs(outcome.errors_ms())) < 2.0


def test_duplicates_of_a_second_subscription_are_dropped(session):
    """Every notification twice, as after bleak #2002: each sample once."""
    outcome = session(left=["twice@2+3"], seconds=8.0)
    assert_whole(outcome)
    assert outcome.counts["0"]["duplicates"] > 50


def test_bunched_notifications_keep_their_own_time(session):
    """Eight packets at once for 4 s: device time, not arrival, is written."""
    outcome = session(left=["bunch@2+4"], seconds=10.0)
    assert_whole(outcome)
    assert np.max(np.abs(outcome.errors_ms())) < 2.0


def test_hostile_packets_are_counted_and_dropped(session):
    """Empty, cut, oversized and random notifications change nothing."""
    outcome = session(left=["hostile@3"], seconds=7.0)
    assert_whole(outcome)
    assert outcome.counts["0"]["malformed"] >= 5


def test_a_silent_sensor_is_woken(session):
    """The link holds but nothing comes: asked again after 2 s, and the gap is fetched."""
    outcome = session(left=["silent@3"], seconds=12.0)
    assert_whole(outcome)
    assert "silent" in outcome.events()


def test_a_rebooted_sensor_goes_on_in_the_same_session_time(session):
    """Clock and counter begin anew: later samples stand where they belong, the hole is visible."""
    outcome = session(left=["reboot@5"], seconds=14.0)
    found = outcome.recording()
    steps = np.diff(found.time_s)
    assert np.all(steps > 0.0)
    assert np.sum(steps > 0.02) == 1
    assert found.extra["recorder"]["sensor_starts"] == 2
    assert np.max(np.abs(outcome.errors_ms(only_last=True))) < 2.0
    assert found.time_s[-1] > 13.0


def test_a_clock_that_jumps_does_not_move_the_samples(session):
    """A clock set to zero while running: same samples, same session time."""
    outcome = session(left=["clock@5"], seconds=12.0)
    found = outcome.recording()
    assert len(found.time_s) >= outcome.sensors["left"].taken - 19
    assert np.max(np.diff(found.time_s)) < 0.05
    assert found.extra["recorder"]["sensor_starts"] == 2


def test_ranges_changed_while_running_keep_the_units(session):
    """From 16 g to 32 g in mid-run: m/s2 before and after, nothing missing."""
    outcome = session(left=["config@4"], seconds=9.0)
    found, sensor = outcome.recording(), outcome.sensors["left"]
    assert len(found.time_s) == sensor.taken
    times = np.array([sensor.sample_time_s(one) for one in range(sensor.taken)]) - sensor.zero_s
    truth = np.interp(times, sensor.motion.recording.time_s, sensor.motion.recording.acc[:, 2])
    assert np.max(np.abs(found.acc[:, 2] - truth)) < 0.02


def test_counters_wrap(session):
    """Sequence, 32-bit index and 71.6-minute clock wrap within the session: nothing shows."""
    starts = {"clock_start_us": (1 << 32) - 4_000_000, "seq_start": 65500, "index_start": (1 << 32) - 1000}
    outcome = session(left=["drop@3+2"], seconds=10.0, settings=starts)
    assert_whole(outcome)
    assert np.max(np.abs(outcome.errors_ms())) < 2.0


def test_one_dead_sensor_does_not_stop_the_other(session):
    """The left battery dies after 4 s: what it sent is kept, the right one is whole."""
    outcome = session(left=["dead@4"], right=(), seconds=12.0)
    assert_whole(outcome, "right")
    assert 3.0 < outcome.recording("left").time_s[-1] < 5.0
    assert not outcome.views[-1][0].connected


def test_the_session_ends_when_the_only_sensor_is_gone_for_long(session):
    """Nobody there any more: the session ends by itself, with what there was."""
    outcome = session(left=["dead@3"], seconds=3600.0)
    assert outcome.recording().time_s[-1] == pytest.approx(3.0, abs=0.5)


def test_the_session_ends_with_the_sensor(session):
    """The sensor stops by itself after 6 s: everything up to there, and no waiting."""
    outcome = session(seconds=3600.0, play_s=6.0)
    assert_whole(outcome)
    assert outcome.recording().time_s[-1] == pytest.approx(6.0, abs=0.6)


def test_the_observer_hears_increasing_session_time(session):
    """What the live analysis gets is in order and within a few ms of what is written."""
    outcome = session(left=["drop@3+2"], seconds=10.0)
    times = np.concatenate([block[2] for block in outcome.heard])
    assert np.all(np.diff(times) > 0.0)
    assert len(times) > 0.7 * outcome.sensors["left"].taken
    written = outcome.recording().time_s
    near = np.abs(written[np.clip(np.searchsorted(written, times), 0, len(written) - 1)] - times)
    assert np.percentile(near, 95) < 0.01


def test_five_minutes_with_wrong_clocks_and_faults_stay_within_two_milliseconds(session):
    """+60 and -40 ppm, 15 ms interval with jitter, drops: 2 ms against truth over the whole session.

    A minute and a quarter of virtual time; ``--long`` takes the five.
    """
    seconds = 300.0 if is_long() else 75.0
    outcome = session(left=["drop@20+10", "stall@50+2"], right=["drop@35+20"], seconds=seconds, rate=208)
    for side in ("left", "right"):
        assert_whole(outcome, side)
        assert np.max(np.abs(outcome.errors_ms(side))) < 2.0


def test_a_rate_changed_while_running_keeps_time_and_units(session):
    """From 416 to 208 Hz in mid-run: every sample at its own time, no gap seen where there is none."""
    outcome = session(left=["rate@4"], seconds=15.0)
    found, sensor = outcome.recording(), outcome.sensors["left"]
    assert len(found.time_s) == sensor.taken
    true_s = np.array([sensor.sample_time_s(one) for one in range(sensor.taken)])
    assert np.max(np.abs(found.time_s - (true_s - outcome.origin_s))) < 0.002
    known = sensor.motion.recording
    truth = np.interp(true_s - sensor.zero_s, known.time_s, known.acc[:, 2])
    assert np.max(np.abs(found.acc[:, 2] - truth)) < 0.02
    assert found.extra["recorder"]["gaps"] == 0
    assert found.rate_hz == 208.0


def test_the_observer_hears_a_changed_range_in_units(session):
    """From 16 g to 32 g: what the live analysis gets agrees with what is written, before and after."""
    outcome = session(left=["config@4"], seconds=9.0)
    written = outcome.recording()
    times = np.concatenate([block[2] for block in outcome.heard])
    acc = np.concatenate([block[3] for block in outcome.heard])
    assert np.sum(times > 5.0) > 3 * 416
    for axis in range(3):
        expected = np.interp(times, written.time_s, written.acc[:, axis])
        late = times > 2.0  # the clock map of the first second is coarse
        assert np.max(np.abs(acc[late, axis] - expected[late])) < 2.0
    assert written.acc_range_g == 16.0


def test_a_clock_that_jumps_between_two_exchanges_does_not_bend_the_time_before(direct):
    """The sensor's clock is set while the link is down; the exchanges at reconnect are on the new clock."""
    made = direct(["drop@60+3", "clock@61"], seconds=100.0, rate=104)
    recorded = made.run().recorded[0]
    sensor = made.peripherals[0].sensor
    found = read_recording(recorded.path).time_s
    origin_s = made.journal.named("session")[0]["origin_us"] / 1e6
    before = found[found < 55.0]
    true_s = np.array([sensor.sample_time_s(one) for one in range(len(before))])
    assert np.max(np.abs(before - (true_s - origin_s))) < 0.002
    assert np.max(np.diff(found)) < 5.0


def test_the_second_of_two_sensors_dies_at_once(direct):
    """Away from its first second on, before it was ever heard: the other is whole."""
    made = direct((), ["dead@0.01"], seconds=6.0)
    recorded = made.run().recorded
    assert recorded[0].samples == made.peripherals[0].sensor.taken
    assert recorded[0].gaps == 0


def test_reconnects_wait_longer_after_each_failure(direct):
    """A sensor that is away for a minute is not called all the time, and comes back within 8 s and a call."""
    made = direct(["drop@5+60"], seconds=90.0, sensor={"ring_s": 120.0}, give_up_s=300.0)
    recorded = made.run().recorded[0]
    assert recorded.gaps == 0
    assert recorded.samples == made.peripherals[0].sensor.taken
    failed_s = [one["at_us"] / 1e6 for one in made.journal.named("event", 0) if one["kind"] == "link"]
    assert 3 <= len(failed_s) <= 12


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({"left": "Gait-01R", "right": "Gait-00L"}, "Gait-01R: says it is the right one, .* left one; give"),
        ({"left": "Gait-00L", "right": "Gait-00L"}, "one sensor was named twice"),
        ({"sensors": ("Gait-07",)}, "no sensor Gait-07; seen: Gait-00L"),
        ({"left": "Gait-0"}, "Gait-0 fits 2 sensors; give an address"),
    ],
)
def test_a_wrong_sensor_is_refused_in_one_line(direct, named, says):
    """The other side, one twice, unknown, doubtful: each its own line, and no folder is made."""
    made = direct((), (), seconds=3.0, **named)
    with pytest.raises(SensorError, match=says):
        made.run()
    assert not made.folder.exists()
    assert all(one.client is None for one in made.peripherals)


def test_as_asked_counts_against_what_the_sensor_says(direct):
    """Two sensors that both say left: refused, unless the user says which is which and that it counts."""
    made = direct((), (), seconds=3.0)
    right = made.peripherals[1].sensor
    right.settings = replace(right.settings, side="left")
    with pytest.raises(SensorError, match=r"both say left shoe; say which is which: .*--as-asked"):
        made.run()
    made = direct((), (), seconds=3.0, left="Gait-00L", right="Gait-01R", as_asked=True)
    made.peripherals[0].sensor.settings = replace(right.settings, side="right")
    made.peripherals[1].sensor.settings = replace(right.settings, side="left")
    near = {one.address: one.name for one in made.peripherals}
    made.settings = replace(made.settings, left=min(near), right=max(near))
    assert [one.path.name for one in made.run().recorded] == ["left_shoe.csv", "right_shoe.csv"]


def test_nobody_there_is_one_line(direct):
    """All sensors out of reach: no sensor found, and what to do."""
    made = direct((), seconds=3.0)
    made.peripherals[0].away = True
    with pytest.raises(SensorError, match=r"no sensor found; wake it by a shake"):
        made.run()
    assert not made.folder.exists()


def test_an_hour_with_faults_loses_nothing_that_the_sensors_had(direct):
    """At 104 Hz with 2 % loss, drops, stalls and a clock that wraps half-way: whole, to 2 ms.

    Eight minutes of virtual time; ``--long`` takes the hour.
    """
    seconds = 3600 if is_long() else 480
    faults = [f"drop@{at}+{20 if at % 1200 else 5}" for at in range(300, seconds, 450)]
    faults += [f"{kind}@{at}+2" for at in range(200, seconds, 500) for kind in ("stall", "twice", "bunch")]
    wrapping = {"clock_start_us": (1 << 32) - 500_000 * seconds}
    made = direct(faults, seconds=float(seconds), loss=0.02, sensor=wrapping, rate=104)
    recorded = made.run().recorded[0]
    sensor = made.peripherals[0].sensor
    assert recorded.samples == sensor.taken > seconds * 104 * 0.99
    assert recorded.gaps == 0
    assert made.counts()["lost_packets"] > seconds / 18
    found = read_recording(recorded.path).time_s
    origin_s = made.journal.named("session")[0]["origin_us"] / 1e6
    true_s = np.array([sensor.sample_time_s(one) for one in range(sensor.taken)])
    assert np.max(np.abs(found - (true_s - origin_s))) < 0.002


def test_a_damaged_beginning_of_the_journal_is_made_good_by_later_notes(direct):
    """The first 600 bytes rot: who the sensor is, and when the session began, is noted once a minute."""
    made = direct((), seconds=130.0, rate=104)
    recorded = made.run().recorded[0]
    data = bytearray((made.folder / JOURNAL_NAME).read_bytes())
    data[20:600] = bytes(580)
    (made.folder / JOURNAL_NAME).write_bytes(bytes(data))
    again = finish(made.folder, replace=True)
    assert again.left_out == ()
    assert again.lost_bytes >= 580
    assert again.recorded[0].samples > 0.99 * recorded.samples


def test_the_host_clock_is_monotonic_and_goes_on_while_the_computer_sleeps():
    """On Linux it is the clock that counts suspends; nowhere the wall clock."""
    first = session_clock_us()
    assert session_clock_us() >= first
    if sys.platform == "linux":
        assert abs(session_clock_us() / 1e6 - time.clock_gettime(time.CLOCK_BOOTTIME)) < 1.0
