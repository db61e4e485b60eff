"""The open sensor profile: identifiers and numbers that both ends must agree on.

`firmware_notes/` is its specification; `gait.protocol.data`, `control` and `status` are its codecs.
"""

from __future__ import annotations

__all__ = [
    "BATTERY_LEVEL",
    "CTRL",
    "DATA",
    "FIRMWARE_REVISION",
    "MANUFACTURER",
    "MODEL",
    "RATES_HZ",
    "SERIAL",
    "SERVICE",
    "STATUS",
    "unwrap",
]

_BASE = "8f3a{:04x}-6c1d-4b52-9e07-5a6761697431"

SERVICE = _BASE.format(0x0001)
"""Advertised service of a gait sensor."""
DATA = _BASE.format(0x0002)
"""Samples; notify."""
CTRL = _BASE.format(0x0003)
"""Commands and their answers; write and indicate."""
STATUS = _BASE.format(0x0004)
"""What the sensor is and does; read."""

BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"
MANUFACTURER = "00002a29-0000-1000-8000-00805f9b34fb"
MODEL = "00002a24-0000-1000-8000-00805f9b34fb"
SERIAL = "00002a25-0000-1000-8000-00805f9b34fb"
FIRMWARE_REVISION = "00002a26-0000-1000-8000-00805f9b34fb"

RATES_HZ = (104, 208, 416)
"""Sample rates that a sensor of the open profile offers (rates of the reference design's part by its data
sheet)."""


def unwrap(raw: int, near: int, bits: int) -> int:
    """Return the integer closest to `near` whose lowest `bits` bits are `raw`.

    Parameters
    ----------
    raw
        Counter as it came, 0 to 2**bits - 1.
    near
        Unwrapped value expected, such as the last one.
    bits
        Width: 16 for ``seq``, 32 for ``t_us`` (wraps after 71.6 min) and ``index``.

    Examples
    --------
    >>> unwrap(3, 65534, 16)
    65539
    >>> unwrap(65535, 65537, 16)
    65535
    """
    span = 1 << bits
    return near + (raw - near + span // 2) % span - span // 2
