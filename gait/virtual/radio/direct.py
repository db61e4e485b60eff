"""Virtual sensors without a radio: bleak's own classes talk to the firmware at once, after a delay.

For what a Bluetooth stack would be too slow for: a recorder's whole day in virtual time, and peripherals that
do what no real one should. `gait.virtual.radio.world` is the one with a real stack.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError

from gait.errors import PacketError
from gait.protocol.control import encode_answer
from gait.protocol.data import DataPacket, encode_data
from gait.protocol.profile import BATTERY_LEVEL, CTRL, DATA, SERIAL, SERVICE, STATUS
from gait.protocol.status import encode_status
from gait.virtual.radio.faults import Fault
from gait.virtual.radio.firmware import Job, VirtualSensor, refused

__all__ = ["DirectPeripheral", "direct_backends", "switched_on"]

IDLE_S = 0.02
CALL_S = 0.1
"""Advertising interval: a sensor that comes back is heard so soon."""
BUNCH = 8
ADDRESS = "C6:A1:7E:00:01:{:02X}"
PROPERTIES: dict[str, list[CharacteristicPropertyName]] = {
    DATA: ["notify"],
    CTRL: ["write", "indicate"],
    STATUS: ["read"],
    BATTERY_LEVEL: ["read"],
    SERIAL: ["read"],
}


@dataclass
class DirectPeripheral:
    """One sensor within reach; what `gait.virtual.radio.faults` does to a `Peripheral` it can do to this too.

    Parameters
    ----------
    sensor
        Its firmware.
    number
        Makes its address.
    clock_s
        True time, seconds.
    faults
        What goes wrong and when, seconds after the first START.
    delay_s, jitter_s
        From one end to the other, either way: at least, and what may come on top (uniform).
    loss
        Share of the packets of samples that get lost.

    State: who is connected, and what the faults have changed.
    """

    sensor: VirtualSensor
    number: int
    clock_s: Callable[[], float]
    faults: Sequence[Fault] = ()
    delay_s: float = 0.004
    jitter_s: float = 0.015
    loss: float = 0.0
    client: DirectClient | None = field(default=None, init=False)
    mute: bool = field(default=False, init=False)
    twice: bool = field(default=False, init=False)
    bunch: bool = field(default=False, init=False)
    dead: bool = field(default=False, init=False)
    away: bool = field(default=False, init=False)
    stalled: bool = field(default=False, init=False)
    _arrival_s: float = field(default=0.0, init=False)
    _waiting: list[tuple[str, bytes]] = field(default_factory=list, init=False)
    _held: list[bytes] = field(default_factory=list, init=False)
    _random: random.Random = field(init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.number)

    @property
    def name(self) -> str:
        """Advertised name, ending in the side's letter."""
        return f"Gait-{self.number:02d}{self.sensor.settings.side[0].upper()}"

    @property
    def address(self) -> str:
        """Bluetooth address."""
        return ADDRESS.format(self.number + 1)

    @property
    def air(self) -> DirectPeripheral:
        """What the faults know as the air: here each sensor has its own."""
        return self

    @property
    def controller(self) -> DirectPeripheral:
        """What the faults know as the controller."""
        return self

    def out_of_range(self, _: object, *, on: bool = True) -> None:
        """Break the link, and answer nobody."""
        self.away = on
        if on:
            self.drop(self)

    def stall(self, _: object, *, on: bool = True) -> None:
        """Let nothing pass; it waits."""
        self.stalled = on
        if not on:
            waiting, self._waiting = self._waiting, []
            for uuid, payload in waiting:
                self._deliver(uuid, payload)

    def drop(self, _: object) -> None:
        """Break the link."""
        if self.client is not None:
            self.client.gone()

    def spawn(self, work: Any) -> None:  # noqa: ANN401 - any coroutine
        """Run something beside."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Switch off."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

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
        """Notify any bytes; a fault may hold, double or swallow them."""
        if self.mute or self.client is None or self._random.random() < self.loss:
            return
        self._held.extend([payload, payload] if self.twice else [payload])
        if self.bunch and len(self._held) < BUNCH:
            return
        held, self._held = self._held, []
        for one in held:
            self._deliver(DATA, one)

    def read(self, uuid: str) -> bytes:
        """Value of a characteristic."""
        if uuid == STATUS:
            return encode_status(self.sensor.status(self.clock_s()))
        settings = self.sensor.settings
        return bytes([settings.battery_pct]) if uuid == BATTERY_LEVEL else settings.serial.encode()

    def write(self, value: bytes) -> None:
        """Carry out a command."""
        fresh = self.sensor.zero_s is None
        try:
            answer = self.sensor.command(value, self.clock_s())
        except PacketError as error:
            told = refused(value, error)
            if told is None:
                raise BleakError("ATT error 0x80") from None
            answer = told
        if fresh and self.sensor.zero_s is not None:
            for fault in self.faults:
                self.spawn(fault.play(cast("Any", self)))
        self.mute = False
        if isinstance(answer, Job):
            for packet in self.sensor.stored(answer):
                self.send(packet)
            answer = answer.done
        self.answer(encode_answer(answer))

    def answer(self, payload: bytes) -> None:
        """Indicate an answer."""
        self._deliver(CTRL, payload)

    def _deliver(self, uuid: str, payload: bytes) -> None:
        if self.stalled:
            self._waiting.append((uuid, payload))
            return
        client = self.client
        if client is not None:
            loop = asyncio.get_running_loop()
            # One after the other, however long each takes.
            self._arrival_s = max(self._arrival_s, loop.time() + self.way_s())
            loop.call_at(self._arrival_s, client.came, uuid, payload)

    def way_s(self) -> float:
        """How long something is on its way, seconds."""
        return self.delay_s + self._random.uniform(0.0, self.jitter_s)


@asynccontextmanager
async def switched_on(peripherals: Sequence[DirectPeripheral]) -> AsyncIterator[None]:
    """Let sensors sample."""
    for one in peripherals:
        one.spawn(one.sample())
    try:
        yield
    finally:
        for one in peripherals:
            await one.stop()


def direct_backends(
    peripherals: Sequence[DirectPeripheral],
) -> tuple[type[BaseBleakScanner], type[BaseBleakClient]]:
    """Scanner and client class for bleak, with these sensors in reach."""
    near = {one.address: one for one in peripherals}
    scanner = type("NearScanner", (DirectScanner,), {"near": near})
    client = type("NearClient", (DirectClient,), {"near": near})
    return scanner, client


class DirectScanner(BaseBleakScanner):
    """`BleakScanner` that sees the sensors in reach at once."""

    near: ClassVar[dict[str, DirectPeripheral]]

    def __init__(self, detection_callback: Any, service_uuids: Any, scanning_mode: str, **_: Any) -> None:  # noqa: ANN401 - bleak's types
        del scanning_mode
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        """Report every sensor in reach."""
        self.seen_devices = {}
        for address, one in self.near.items():
            if one.dead or one.away:
                continue
            data = AdvertisementData(one.name, {}, {}, [SERVICE], None, -50, (None,))
            device = self.create_or_update_device(address, address, one.name, None, data)
            self.call_detection_callbacks(device, data)

    async def stop(self) -> None:
        """Nothing to stop."""


class DirectClient(BaseBleakClient):
    """`BleakClient` for a sensor in reach."""

    near: ClassVar[dict[str, DirectPeripheral]]

    def __init__(self, address_or_ble_device: BLEDevice | str, services: Any = None, **options: Any) -> None:  # noqa: ANN401 - bleak's options
        del services
        super().__init__(
            address_or_ble_device,
            disconnected_callback=options.get("disconnected_callback"),
            timeout=options.get("timeout", 10.0),
        )
        self._peer = self.near[self.address]
        self._callbacks: dict[str, Callable[[bytearray], None]] = {}

    @property
    def name(self) -> str:
        """Advertised name."""
        return self._peer.name

    @property
    def mtu_size(self) -> int:
        """ATT MTU."""
        return 247

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._peer.client is self

    async def connect(self, pair: bool = False, **_: Any) -> None:  # noqa: ANN401 - as above
        """Connect, as soon as it is there."""
        del pair
        peer = self._peer
        async with asyncio.timeout(self._timeout):
            await asyncio.sleep(peer.way_s())
            while peer.dead or peer.away or peer.client is not None:  # noqa: ASYNC110 - switches, no events
                await asyncio.sleep(CALL_S)
        peer.client = self
        self.services = _services()

    async def disconnect(self) -> None:
        """Close the link, if it is up."""
        self.gone()

    def gone(self) -> None:
        """The link is no more."""
        if self.is_connected:
            self._peer.client = None
            self._callbacks.clear()
            if self._disconnected_callback:
                self._disconnected_callback()

    def came(self, uuid: str, payload: bytes) -> None:
        """Hand a value to whoever subscribed."""
        callback = self._callbacks.get(uuid)
        if callback is not None:
            callback(bytearray(payload))

    async def _reach(self) -> None:
        """Wait for the way there.

        Raises
        ------
        BleakError
            There is no link.
        """
        await asyncio.sleep(self._peer.way_s())
        while self._peer.stalled and self.is_connected:  # noqa: ASYNC110 - a fault's switch has no event
            await asyncio.sleep(IDLE_S)
        if not self.is_connected:
            raise BleakError("Not connected")

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:  # noqa: ANN401 - as above
        """Read a characteristic."""
        await self._reach()
        value = self._peer.read(characteristic.uuid)
        await self._reach()
        return bytearray(value)

    async def write_gatt_char(
        self,
        characteristic: BleakGATTCharacteristic,
        data: Any,  # noqa: ANN401 - a buffer
        response: bool,
    ) -> None:
        """Write a characteristic."""
        del characteristic, response
        await self._reach()
        self._peer.write(bytes(data))

    async def start_notify(
        self,
        characteristic: BleakGATTCharacteristic,
        callback: Callable[[bytearray], None],
        **_: Any,  # noqa: ANN401 - as above
    ) -> None:
        """Subscribe."""
        await self._reach()
        self._callbacks[characteristic.uuid] = callback

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Subscribe no more."""
        self._callbacks.pop(characteristic.uuid, None)

    async def pair(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as above
        """Nothing to pair."""

    async def unpair(self) -> None:
        """Nothing to forget."""

    async def read_gatt_descriptor(self, descriptor: Any, **_: Any) -> bytearray:  # noqa: ANN401 - as above
        """There are none."""
        raise BleakError(f"no descriptor {descriptor}")

    async def write_gatt_descriptor(self, descriptor: Any, data: Any) -> None:  # noqa: ANN401 - as above
        """There are none."""
        del data
        raise BleakError(f"no descriptor {descriptor}")


def _services() -> BleakGATTServiceCollection:
    found = BleakGATTServiceCollection()
    service = BleakGATTService(None, 1, SERVICE)
    found.add_service(service)
    for number, (uuid, properties) in enumerate(PROPERTIES.items()):
        found.add_characteristic(
            BleakGATTCharacteristic(None, 2 + number, uuid, properties, lambda: 244, service)
        )
    return found
