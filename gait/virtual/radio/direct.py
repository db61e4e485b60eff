"""Virtual sensors of the open profile without a radio: see `gait.virtual.radio.near`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bleak.exc import BleakError

from gait.errors import PacketError
from gait.protocol.control import encode_answer
from gait.protocol.data import DataPacket, encode_data
from gait.protocol.profile import BATTERY_LEVEL, CTRL, DATA, SERIAL, SERVICE, STATUS
from gait.protocol.status import encode_status
from gait.virtual.radio.faults import Fault
from gait.virtual.radio.firmware import Job, VirtualSensor, refused
from gait.virtual.radio.near import (
    IDLE_S,
    Characteristics,
    NearPeripheral,
    NearScanner,
    near_backends,
    switched_on,
)

__all__ = ["DirectPeripheral", "DirectScanner", "direct_backends", "switched_on"]

DirectScanner, direct_backends = NearScanner, near_backends
PROPERTIES: Characteristics = {
    DATA: ["notify"],
    CTRL: ["write", "indicate"],
    STATUS: ["read"],
    BATTERY_LEVEL: ["read"],
    SERIAL: ["read"],
}


class DirectPeripheral(NearPeripheral):
    """One sensor of the open profile within reach.

    Parameters
    ----------
    sensor
        Its firmware.
    number, clock_s, faults, delay_s, jitter_s, loss
        As for `NearPeripheral`.
    """

    def __init__(
        self,
        sensor: VirtualSensor,
        number: int,
        clock_s: Callable[[], float],
        faults: Sequence[Fault] = (),
        delay_s: float = 0.004,
        jitter_s: float = 0.015,
        loss: float = 0.0,
    ) -> None:
        super().__init__(number, clock_s, faults, delay_s, jitter_s, loss)
        self.sensor = sensor

    @property
    def name(self) -> str:
        """Advertised name, ending in the side's letter."""
        return f"Gait-{self.number:02d}{self.sensor.settings.side[0].upper()}"

    @property
    def advertised(self) -> list[str]:
        """The profile's service."""
        return [SERVICE]

    @property
    def characteristics(self) -> Characteristics:
        """The profile's table."""
        return PROPERTIES

    async def sample(self) -> None:
        """Sample for ever; send what is full."""
        while True:
            for packet in self.sensor.advance(self.clock_s()):
                self.send(packet)
            rest_s = self.sensor.packet_due_s - self.clock_s() if self.sensor.running else IDLE_S
            await asyncio.sleep(max(0.001, rest_s))

    def send(self, packet: DataPacket) -> None:
        """Notify a packet, if somebody listens."""
        self.send_bytes(encode_data(packet))

    def send_bytes(self, payload: bytes) -> None:
        """Notify any bytes as DATA."""
        self.notify((DATA, payload))

    def read(self, uuid: str) -> bytes:
        """Return the value of a characteristic."""
        if uuid == STATUS:
            return encode_status(self.sensor.status(self.clock_s()))
        settings = self.sensor.settings
        return bytes([settings.battery_pct]) if uuid == BATTERY_LEVEL else settings.serial.encode()

    def wrote(self, uuid: str, value: bytes) -> None:
        """Take a command."""
        del uuid
        self.write(value)

    def write(self, value: bytes) -> None:
        """Carry out a command."""
        fresh = self.sensor.zero_s is None
        try:
            answer = self.sensor.command(value, self.clock_s())
        except PacketError as error:
            refusal = refused(value, error)
            if refusal is None:
                raise BleakError("ATT error 0x80") from None
            answer = refusal
        if fresh and self.sensor.zero_s is not None:
            self.begin_faults()
        self.mute = False
        if isinstance(answer, Job):
            for packet in self.sensor.stored(answer):
                self.send(packet)
            answer = answer.done
        self.answer(encode_answer(answer))

    def answer(self, payload: bytes) -> None:
        """Indicate an answer."""
        self.deliver(CTRL, payload)
