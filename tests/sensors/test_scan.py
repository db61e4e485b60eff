"""Choosing sensors, and one line for each way that Bluetooth can be missing."""

import pytest
from bleak.backends.device import BLEDevice
from bleak.exc import BleakDBusError, BleakError

from gait.errors import LinkLostError, SensorError, SensorNotFoundError
from gait.sensors.messages import ADVICE, explain, fault_of
from gait.sensors.scan import Seen, choose


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


def test_no_answer_and_other_failures_name_the_sensor():
    """A time-out and anything unknown are a lost link."""
    for error in (TimeoutError(), BleakError("something new")):
        found = explain(error, "Gait-01L")
        assert isinstance(found, LinkLostError)
        assert str(found).startswith("Gait-01L: ")
