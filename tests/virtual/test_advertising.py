"""A virtual sensor is heard again after a disconnect, also on a controller that refuses at first."""

import asyncio

import pytest
from bumble.core import InvalidStateError

from gait.virtual.radio import peripheral
from gait.virtual.radio.firmware import SensorSettings, VirtualSensor
from gait.virtual.radio.peripheral import Peripheral


class Controller:
    """Refuses to advertise for a while, and leaves an advertiser behind each time."""

    def __init__(self, refusals):
        self.refusals, self.calls = refusals, 0
        self.legacy_advertiser = self.legacy_advertising_set = None

    async def start_advertising(self):
        self.calls += 1
        if self.legacy_advertising_set is not None:
            raise AssertionError
        if self.calls <= self.refusals:
            self.legacy_advertising_set = object()
            raise InvalidStateError("disallowed")


def test_advertising_is_tried_until_the_controller_lets_it(monkeypatch):
    """Three refusals: the fourth attempt is not held up by what the others left."""
    monkeypatch.setattr(peripheral, "ADVERTISING_AGAIN_S", 0.0)
    sensor = Peripheral(VirtualSensor(SensorSettings(), None), "C6:A1:7E:00:00:01", lambda: 0.0)
    sensor.device = Controller(3)
    asyncio.run(sensor._advertise())
    assert sensor.device.calls == 4
    sensor.device = Controller(10_000)
    with pytest.raises(InvalidStateError):
        asyncio.run(sensor._advertise())
