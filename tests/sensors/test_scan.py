"""Choosing sensors, and one line for each way that Bluetooth can be missing."""

import asyncio
from typing import ClassVar

import pytest
from bleak.backends.device import BLEDevice
from bleak.exc import BleakDBusError, BleakError

from gait.errors import LinkLostError, SensorError, SensorNotFoundError
from gait.sensors.link.bluetooth_errors import ADVICE, FAULT_TEXT, advice, explain, fault_of
from gait.sensors.scan import Backend, Seen, choose, scan
from gait.sensors.session import RecordSettings, record
from gait.virtual.radio.direct import DirectScanner
from gait.virtual.radio.mimics.stamped import MovesenseMimic
from gait.virtual.radio.near import near_backends
from gait.virtual.radio.played_motion import Playback
from tests.sensors.conftest import FastLoop, motion_of


def seen(name, address):
    """A sensor near by."""
    return Seen(BLEDevice(address, name, None), name, address, -50)


LEFT = seen("Gait-01L", "C6:00:00:00:00:01")
RIGHT = seen("Gait-02R", "C6:00:00:00:00:02")
THIRD = seen("Gait-03L", "C6:00:00:00:00:03")


@pytest.mark.parametrize("text", ["Gait-02R", "gait-02", "c6:00:00:00:00:02"])
def test_a_sensor_is_named_by_name_beginning_or_address(text):
    """In any case of letters."""
    assert choose([LEFT, RIGHT], [text]) == [RIGHT]


def test_without_names_all_are_taken_where_there_is_no_doubt():
    """One or two; three need names."""
    assert choose([LEFT, RIGHT], []) == [LEFT, RIGHT]
    with pytest.raises(SensorError, match=r"3 sensors are near; say which"):
        choose([LEFT, RIGHT, THIRD], [])


def test_nothing_found_wrong_name_and_doubtful_name_say_what_to_do():
    """Three messages, each with the next step."""
    with pytest.raises(SensorNotFoundError, match=r"no sensor found; wake it"):
        choose([], [])
    with pytest.raises(SensorNotFoundError, match=r"no sensor X; seen: Gait-01L \[C6:"):
        choose([LEFT], ["X"])
    with pytest.raises(SensorError, match=r"Gait fits 2 sensors; give an address"):
        choose([LEFT, RIGHT], ["Gait"])


CASES = [
    (BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"]), "off"),
    (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["Rejected"]), "denied"),
    (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["org.bluez"]), "no-bluetooth"),
    (BleakDBusError("org.bluez.Error.InProgress", ["Operation already in progress"]), "busy"),
    (BleakError("Bluetooth device is turned off"), "off"),
    (BleakError("BLE is not authorized - check macOS privacy settings"), "denied"),
    (BleakError("Bluetooth is unsupported"), "no-bluetooth"),
    (FileNotFoundError(2, "No such file or directory"), "no-bluetooth"),
    (PermissionError(13, "Permission denied"), "denied"),
]


@pytest.mark.parametrize(("error", "fault"), CASES)
@pytest.mark.parametrize("system", ["linux", "darwin", "win32", "freebsd14"])
def test_each_fault_has_its_line_on_each_system(error, fault, system):
    """One line, the platform's own advice."""
    assert fault_of(error) == fault
    said = str(explain(error, system=system))
    assert said.endswith(ADVICE[fault].get(system, ADVICE[fault]["any"]))
    assert "\n" not in said


@pytest.mark.parametrize(
    ("system", "says"),
    [
        ("linux", "bluetoothctl disconnect"),
        ("darwin", "System Settings > Privacy & Security > Bluetooth"),
        ("win32", "Settings > Bluetooth & devices"),
        ("freebsd14", "close other apps that use it"),
    ],
)
def test_no_sensor_found_says_what_to_do_on_each_system(system, says):
    """Wake it, come near, and what else keeps a sensor from being seen there."""
    assert advice("none", system).startswith("wake it by a shake, bring it within a metre")
    assert says in advice("none", system)


def test_an_exact_name_wins_over_the_beginning_of_another():
    """``Gait-1`` is meant where there is a ``Gait-10`` too."""
    one, ten = seen("Gait-1", "C6:00:00:00:00:04"), seen("Gait-10", "C6:00:00:00:00:05")
    assert choose([ten, one], ["gait-1"]) == [one]


def missing(error):
    """Scanner class of a Bluetooth stack that raises as soon as it is started."""

    class Missing(DirectScanner):
        near: ClassVar = {}

        async def start(self):
            raise error

    return Missing


@pytest.mark.parametrize(("error", "fault"), CASES)
def test_scan_tells_what_is_missing(error, fault, tmp_path):
    """Whatever a stack raises at the start of a scan: one line, and no folder is made."""
    backend = Backend(scanner=missing(error))
    with pytest.raises(SensorError, match=FAULT_TEXT[fault]):
        asyncio.run(record(tmp_path / "out", RecordSettings(), asyncio.Event(), backend=backend))
    assert not (tmp_path / "out").exists()


def test_no_answer_and_other_failures_name_the_sensor():
    """A time-out and anything unknown are a lost link."""
    for error in (TimeoutError(), BleakError("something new")):
        found = explain(error, "Gait-01L")
        assert isinstance(found, LinkLostError)
        assert str(found).startswith("Gait-01L: ")


class Longwinded(MovesenseMimic):
    """A sensor with a name of 500 letters."""

    name = "Movesense " + 490 * "x"


def test_a_name_without_end_is_cut():
    """A stranger's name does not fill the screen, and still names its sensor by its beginning."""
    loop = FastLoop()
    near = near_backends([Longwinded(Playback(motion_of("left")), 0, loop.time)])
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        found = runner.run(scan(Backend(*near), 0.05))
    assert [len(one.name) for one in found] == [64]
    assert choose(found, ["Movesense x"]) == found
