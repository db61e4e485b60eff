"""Complaints of the platforms' Bluetooth stacks, each in one line that says what to do."""

from __future__ import annotations

import sys

from gait.errors import LinkLostError, SensorError

__all__ = ["ADVICE", "StackError", "advice", "explain", "fault_of", "is_passing"]

NEAR = "wake it by a shake, bring it within a metre, and close other apps that use it"

ADVICE: dict[str, dict[str, str]] = {
    "no-bluetooth": {
        "linux": "plug in a Bluetooth adapter; then start the service: sudo systemctl start bluetooth",
        "darwin": "use a Mac with Bluetooth, or check System Information > Bluetooth",
        "win32": "plug in a Bluetooth adapter and look for it in the Device Manager",
        "any": "use a computer with Bluetooth LE; gait record --virtual left,right needs none",
    },
    "off": {
        "linux": "switch it on: bluetoothctl power on (blocked? rfkill unblock bluetooth)",
        "darwin": "switch it on in the menu bar or in System Settings > Bluetooth",
        "win32": "switch it on in Settings > Bluetooth & devices",
        "any": "switch Bluetooth on",
    },
    "denied": {
        "linux": "log in at the machine itself or join the group: sudo usermod -aG bluetooth $USER",
        "darwin": "allow your terminal in System Settings > Privacy & Security > Bluetooth",
        "win32": "allow desktop apps in Settings > Privacy & security > Radios and Bluetooth",
        "any": "allow this program to use Bluetooth",
    },
    "busy": {
        "linux": "close other programs that scan or connect, then try again: bluetoothctl scan off",
        "darwin": "close other programs that scan or connect, then try again",
        "win32": "close other programs that scan or connect, then try again",
        "any": "close other programs that use Bluetooth, then try again",
    },
    "none": {
        "linux": f"{NEAR} (still connected? bluetoothctl disconnect)",
        "darwin": f"{NEAR}; see that System Settings > Privacy & Security > Bluetooth lists your terminal",
        "win32": f"{NEAR}; if Settings > Bluetooth & devices lists it, remove it there",
        "any": NEAR,
    },
}
"""Fault -> platform (`sys.platform`) -> what to do."""
FAULT_TEXT = {
    "no-bluetooth": "no Bluetooth on this computer",
    "off": "Bluetooth is switched off",
    "denied": "no permission to use Bluetooth",
    "busy": "Bluetooth is busy",
}
REASONS = {
    "NO_BLUETOOTH": "no-bluetooth",
    "NO_BLE_CENTRAL_ROLE": "no-bluetooth",
    "POWERED_OFF": "off",
    "DENIED_BY_USER": "denied",
    "DENIED_BY_SYSTEM": "denied",
    "DENIED_BY_UNKNOWN": "denied",
}
"""Names of bleak's `BleakBluetoothNotAvailableReason` (bleak 2.0 and later) -> fault."""
SIGNS: tuple[tuple[str, str], ...] = (
    ("accessdenied", "denied"),
    ("access denied", "denied"),
    ("notpermitted", "denied"),
    ("not authorized", "denied"),
    ("unauthorized", "denied"),
    ("permission", "denied"),
    ("notready", "off"),
    ("not ready", "off"),
    ("turned off", "off"),
    ("powered off", "off"),
    ("no powered bluetooth", "off"),
    ("inprogress", "busy"),
    ("serviceunknown", "no-bluetooth"),
    ("no such file", "no-bluetooth"),
    ("no bluetooth", "no-bluetooth"),
    ("not supported", "no-bluetooth"),
    ("unsupported", "no-bluetooth"),
    ("bluez", "no-bluetooth"),
)
"""What D-Bus, WinRT and older bleak say, lower case -> fault; the first that fits counts."""


PASSING = ("off", "denied", "busy")
"""Faults that a connect meets for a moment though nothing is wrong: BlueZ' NotReady and InProgress just after
a scan, WinRT's "Access Denied" race (bleak #1061)."""


class StackError(SensorError):
    """The computer's Bluetooth did not do what was asked.

    Parameters
    ----------
    fault
        Key of `ADVICE`.
    todo
        Remedy, as shown to the user.
    """

    def __init__(self, fault: str, *, todo: str) -> None:
        self.fault = fault
        super().__init__(FAULT_TEXT[fault], todo=todo)


def is_passing(error: BaseException) -> bool:
    """Return whether a failed connect is worth another try."""
    return isinstance(error, LinkLostError) or (isinstance(error, StackError) and error.fault in PASSING)


def advice(fault: str, system: str = sys.platform) -> str:
    """Return the advice for a fault, a key of `ADVICE`, on this computer."""
    lines = ADVICE[fault]
    return lines.get(system, lines["any"])


def fault_of(error: BaseException) -> str:
    """Return the key of `ADVICE` for an error of bleak or the system below; empty where it tells neither."""
    reason = getattr(getattr(error, "reason", None), "name", "")
    if reason in REASONS:
        return REASONS[reason]
    if isinstance(error, PermissionError):
        return "denied"
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        return "no-bluetooth"  # the system bus has no socket, or nobody answers there
    text = f"{type(error).__name__} {error}".lower()
    return next((fault for sign, fault in SIGNS if sign in text), "")


def explain(error: BaseException, where: str = "", system: str = sys.platform) -> SensorError:
    """Build our error from one of bleak's, of the operating system's or a time-out.

    Parameters
    ----------
    error
        What was raised while scanning or connecting.
    where
        The sensor's name, empty while scanning.
    system
        As `sys.platform`.

    Examples
    --------
    >>> from bleak.exc import BleakError
    >>> print(explain(BleakError("Bluetooth device is turned off"), system="linux"))
    Bluetooth is switched off; switch it on: bluetoothctl power on (blocked? rfkill unblock bluetooth)
    """
    fault = fault_of(error)
    if fault and not (where and fault == "no-bluetooth"):
        return StackError(fault, todo=advice(fault, system))
    if isinstance(error, TimeoutError):
        return LinkLostError(
            "no answer", where=where, todo="bring it closer, check its battery, switch it off and on"
        )
    reason = str(error) or type(error).__name__
    return LinkLostError(
        f"the link failed ({reason})", where=where, todo="bring the sensor closer and try again"
    )
