"""A phone strapped to the shank: the app's messages, good and hostile, into journal, CSV and engine."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gait.analysis.engine import strides_of
from gait.errors import PacketError
from gait.journal.format import JOURNAL_NAME
from gait.journal.to_csv import finish
from gait.journal.writer import JournalWriter
from gait.live.feed import Feed
from gait.live.hub import Hub
from gait.live.phone.merge import Merge
from gait.live.phone.messages import MOST_BYTES, MOST_READINGS, read_message
from gait.live.phone.session import Phone
from gait.recording.model import Recording
from gait.recording.read import read_recording
from gait.units import STANDARD_GRAVITY
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import RunnerSettings

EPOCH_NS = 1_790_000_000_000_000_000
"""The phone's clock at the recording's time 0."""
HOST_US = 5_000_000_000
"""This computer's clock at the same moment."""
BATCH_S, DELAY_US = 0.5, 40_000


@pytest.fixture(scope="module")
def run() -> Recording:
    """A shank's run at a phone's rate."""
    made = simulate(
        RunnerSettings(parts=(("stand", 3.0), ("run", 9.0), ("stand", 1.0))),
        SensorSettings(rate_hz=104.0, clock_error=0.0, jitter_s=0.0),
        sides=("left",),
        placements=("shank",),
    )
    return made.session.recordings[0]


def readings(name: str, time_s: Any, xyz: Any) -> list[dict[str, Any]]:
    """Readings as the app documents them."""
    return [
        {
            "name": name,
            "time": EPOCH_NS + round(1e9 * t),
            "values": dict(zip("zyx", (float(z), float(y), float(x)), strict=True)),
            "accuracy": 3,
        }
        for t, (x, y, z) in zip(time_s, xyz, strict=True)
    ]


def body(payload: list[Any], device: str = "phone-1", number: int = 0) -> bytes:
    """A message."""
    told = {"messageId": number, "sessionId": "s", "deviceId": device, "payload": payload}
    return json.dumps(told).encode()


def messages(run: Recording, scale: float = 1.0, until_s: float = math.inf) -> Iterator[tuple[float, bytes]]:
    """Messages of a run and the time at which each is sent; the gyroscope is sampled twice as often."""
    assert run.gyr is not None
    gyr_s = np.arange(run.time_s[0], run.time_s[-1], 0.5 / run.rate_hz)  # type: ignore[operator]  # simulated
    gyr = np.column_stack([np.interp(gyr_s, run.time_s, axis) for axis in run.gyr.T])
    for number, low in enumerate(np.arange(0.0, min(run.time_s[-1], until_s), BATCH_S)):
        rows = (run.time_s >= low) & (run.time_s < low + BATCH_S)
        fast = (gyr_s >= low) & (gyr_s < low + BATCH_S)
        payload = readings("gyroscope", gyr_s[fast], gyr[fast])
        payload += readings("accelerometeruncalibrated", run.time_s[rows], run.acc[rows] / scale)
        payload += [{"name": "battery", "time": EPOCH_NS, "values": {"batteryLevel": 0.62}}]
        yield low + BATCH_S, body(payload, number=number)


class Desk:
    """A session of a phone on a computer whose clock is set by hand."""

    def __init__(self, folder: Path) -> None:
        self.now_us, self.said = HOST_US, list[str]()
        self.journal = JournalWriter(folder / JOURNAL_NAME)
        self.folder, self.hub, self.origins = folder, Hub(), list[int]()
        self.feed = Feed(self.hub)
        self.phone = Phone(
            self.journal,
            "left",
            "shank",
            lambda: self.now_us,
            self.feed.hear,
            self.origins.append,
            self.said.append,
        )

    def push(self, at_s: float, text: bytes) -> None:
        """Let a message come so long after the recording's time 0, with the network's delay."""
        self.now_us = HOST_US + round(1e6 * at_s) + DELAY_US
        self.phone.push(text)

    def end(self) -> Recording:
        """End the session and read what was written."""
        self.phone.close()
        self.feed.finish()
        self.journal.close()
        return read_recording(finish(self.folder).files[0])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A new session."""
    return Desk(tmp_path)


def test_a_phones_run_is_recorded_as_it_was(run: Recording, desk: Desk) -> None:
    """Samples, times and strides of the CSV are the phone's; it says side, place, app, and no range."""
    for at_s, text in messages(run):
        desk.push(at_s, text)
    found = desk.end()
    assert (found.side, found.placement) == ("left", "shank")
    assert found.acc_range_g is None
    assert found.device["app"] == "Sensor Logger"
    # The last sample waits for an angular rate behind it.
    count = len(run.time_s) - 1
    assert len(found.time_s) == count
    delays_s = found.time_s - run.time_s[:count] - (HOST_US - desk.origins[0]) / 1e6
    assert np.ptp(delays_s) < 1e-3
    shift_s = float(np.median(delays_s))
    assert DELAY_US / 1e6 <= shift_s < DELAY_US / 1e6 + 0.01
    assert np.max(np.abs(found.acc - run.acc[:count])) < 0.006
    assert found.gyr is not None
    assert run.gyr is not None
    assert np.max(np.abs(found.gyr - run.gyr[:count])) < 0.004
    mine, _ = strides_of(found)
    theirs, _ = strides_of(run)
    assert len(mine.ic_s) == len(theirs.ic_s)
    assert np.max(np.abs(mine.ic_s - theirs.ic_s - np.median(found.time_s - run.time_s[:count]))) < 5e-3
    assert desk.hub._sums["n"] >= len(theirs.ic_s) - 2
    assert desk.phone.view().battery_pct == 62


def test_an_iphones_units_and_sign_are_told_apart(run: Recording, desk: Desk) -> None:
    """Raw values in g that point down, as an iPhone's, come out as the same recording."""
    for at_s, text in messages(run, scale=-STANDARD_GRAVITY):
        desk.push(at_s, text)
    found = desk.end()
    still = found.time_s < 2.0
    assert np.median(np.linalg.norm(found.acc[still], axis=1)) == pytest.approx(STANDARD_GRAVITY, rel=0.02)
    assert float(np.median(found.acc[still] @ np.median(run.acc[run.time_s < 2.0], axis=0))) > 90.0


def test_a_session_broken_off_is_recovered(run: Recording, desk: Desk) -> None:
    """Without an end, as after a power cut, the journal gives all that was taken."""
    for at_s, text in messages(run, until_s=6.0):
        desk.push(at_s, text)
    samples = desk.phone.samples
    desk.journal.close()
    assert finish(desk.folder).recorded[0].samples == samples


def test_a_gap_stays_a_gap(run: Recording, desk: Desk) -> None:
    """Messages that never came leave a hole of their length, and later ones stand at their own time."""
    sent = [one for one in messages(run) if not 6.0 < one[0] <= 8.0]
    for at_s, text in sent:
        desk.push(at_s, text)
    found = desk.end()
    assert np.max(np.diff(found.time_s)) == pytest.approx(2.0, abs=0.1)


def test_messages_twice_late_or_of_another_phone_change_nothing(run: Recording, desk: Desk) -> None:
    """A message sent again adds no sample; a second phone is refused."""
    sent = list(messages(run, until_s=5.0))
    for at_s, text in sent:
        desk.push(at_s, text)
        desk.push(at_s + 0.01, text)
    samples = desk.phone.samples
    desk.push(5.1, sent[-2][1])
    with pytest.raises(PacketError, match="another phone"):
        desk.push(5.2, sent[-1][1].replace(b"phone-1", b"phone-2"))
    assert desk.phone.samples == samples
    assert len(desk.end().time_s) == samples


@pytest.mark.parametrize("jump_ns", [3600 * 10**9, -3600 * 10**9, 90 * 365 * 86400 * 10**9])
def test_a_clock_that_is_set_does_not_tear_the_session(run: Recording, desk: Desk, jump_ns: int) -> None:
    """The phone's clock goes an hour on or back, or decades: session time goes on as this computer's does."""
    for at_s, text in messages(run):
        told = json.loads(text)
        if at_s > 6.0:
            for one in told["payload"]:
                one["time"] += jump_ns
        desk.push(at_s, json.dumps(told).encode())
    found = desk.end()
    if jump_ns > 10**18:
        # Beyond what a clock can say: left out.
        assert found.time_s[-1] == pytest.approx(6.5, abs=0.2)
        return
    assert found.time_s[-1] == pytest.approx(run.time_s[-1] + 0.5, abs=0.6)
    assert np.max(np.diff(found.time_s)) < 0.6


@pytest.mark.parametrize(
    "reading",
    [
        {"name": "gyroscope", "time": EPOCH_NS, "values": {"x": "1e999", "y": 0, "z": 0}},
        {"name": "gyroscope", "time": EPOCH_NS, "values": {"x": None, "y": 0, "z": 0}},
        {"name": "gyroscope", "time": EPOCH_NS, "values": {"x": True, "y": 0, "z": 0}},
        {"name": "gyroscope", "time": EPOCH_NS, "values": {"x": 1e6, "y": 0, "z": 0}},
        {"name": "gyroscope", "time": EPOCH_NS, "values": {"x": 0, "y": 0}},
        {"name": "gyroscope", "time": EPOCH_NS, "values": [0, 0, 0]},
        {"name": "gyroscope", "time": -1, "values": {"x": 0, "y": 0, "z": 0}},
        {"name": "gyroscope", "time": 1e300, "values": {"x": 0, "y": 0, "z": 0}},
        {"name": "gyroscope", "time": 10**60, "values": {"x": 0, "y": 0, "z": 0}},
        {"name": "gyroscope", "values": {"x": 0, "y": 0, "z": 0}},
        {"name": "gyroscope", "time": EPOCH_NS, "values": {"x": "nan", "y": 0, "z": 0}},
    ],
)
def test_readings_that_make_no_sense_are_dropped_one_by_one(reading: Any) -> None:
    """The others of the message are taken."""
    good = {"name": "Gyroscope", "time": str(EPOCH_NS), "values": {"x": "0.5", "y": 0, "z": 0}}
    found = read_message(body([good, reading, 7, None, {"name": 3}]))
    assert found.dropped == 1
    assert found.streams["gyroscope"].xyz.tolist() == [[0.5, 0.0, 0.0]]


@pytest.mark.parametrize(
    "text",
    [
        b"", b"\xff\xfe", b"null", b"[]", b"{}", b'{"payload": 3, "deviceId": "a"}',
        b'{"payload": [], "deviceId": 4}', b"[" * 100_000, b'{"payload": [NaN], "deviceId": "a"}',
        b'{"deviceId": "a", "payload": [{"name": "gyroscope", "time": Infinity}]}',
        b'{"deviceId": "a", "payload": [' + b"9" * 6000 + b"]}",
        b" " * (MOST_BYTES + 1),
        b'{"deviceId": "a", "payload": [' + b"0," * MOST_READINGS + b"0]}",
    ],
    ids=range(13),
)  # fmt: skip
def test_what_is_no_message_is_refused_whole(text: bytes) -> None:
    """One error of ours, whatever was sent."""
    with pytest.raises(PacketError):
        read_message(text)


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
trees = st.recursive(
    values,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
payloads = st.lists(
    trees
    | st.fixed_dictionaries(
        {
            "name": st.sampled_from(["gyroscope", "accelerometeruncalibrated", "battery", "x"]),
            "time": values | st.integers(EPOCH_NS - 10**10, EPOCH_NS + 10**10),
            "values": trees | st.fixed_dictionaries(dict.fromkeys("xyz", st.floats(-50, 50))),
        }
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=25)
@given(st.lists(payloads, min_size=1, max_size=4))
def test_nothing_that_is_sent_breaks_the_merge(sent: list[list[Any]]) -> None:
    """Samples come out finite and in order, or not at all."""
    merge, last = Merge(), 0
    for payload in sent:
        try:
            message = read_message(body(payload))
        except PacketError:
            continue
        taken = merge.take(message)
        if taken is None:
            continue
        times = taken.time_ns.tolist()
        assert times == sorted(set(times))
        assert taken.began_anew or times[0] > last
        last = times[-1]
        assert np.isfinite(taken.acc).all()
        assert np.isfinite(taken.gyr).all()


def test_a_devices_name_is_text_of_one_line() -> None:
    """Escapes and line ends of a hostile id reach neither terminal nor preamble."""
    found = read_message(body([], device="evil\x1b[2J\n# side = 'right'" + "x" * 500))
    assert found.device.startswith("evil[2J # side")
    assert len(found.device) == 64


def test_what_does_not_come_is_said_once(run: Recording, desk: Desk) -> None:
    """With the gravity-free accelerometer alone one line names the switch, and nothing is recorded."""
    for low in (0.0, 0.5, 1.0):
        rows = (run.time_s >= low) & (run.time_s < low + 0.5)
        desk.push(low + 0.5, body(readings("accelerometer", run.time_s[rows], run.acc[rows])))
    assert len(desk.said) == 1
    assert "Accelerometer (uncalibrated) and Gyroscope" in desk.said[0]
    assert not desk.journal.begun
