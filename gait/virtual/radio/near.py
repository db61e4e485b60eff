"""Bleak's own classes talk to simulated sensors at once, after a delay, without a radio between.

For what a Bluetooth stack would be too slow for: a recorder's whole day in virtual time, and peripherals that
do what no real one should. `gait.virtual.radio.world` is the one with a real stack.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
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

from gait.virtual.radio.faults import Fault

__all__ = ["Characteristics", "NearClient", "NearPeripheral", "NearScanner", "near_backends", "switched_on"]

IDLE_S = 0.02
"""S between two looks of a sensor that does not stream (chosen: shorter than any answer is waited for)."""
CONNECTION_S = 0.015
"""s of the connection interval (chosen: sensors with a stream ask for it); what is ready by then goes out
together."""
CALL_S = 0.1
"""s of the advertising interval (chosen: a sensor that comes back is heard so soon)."""
BUNCH = 8  # notifications that go out together at most (chosen: as several fit into a connection event)
SERVICE = "00001801-0000-1000-8000-00805f9b34fb"
"""One service holds all characteristics: a recorder finds them by their own numbers."""
ADDRESS = "C6:A1:7E:00:01:{:02X}"
Characteristics = Mapping[str, list[CharacteristicPropertyName]]
"""UUID -> what can be done with it."""


@dataclass
class NearPeripheral:
    """One sensor within reach; `gait.virtual.radio.faults` can act on it as on a `Peripheral`.

    A subclass says what it advertises, has, reads and takes, and calls `begin_faults` at its first start.

    Parameters
    ----------
    number
        Makes its address.
    clock_s
        True time, seconds.
    faults
        What goes wrong and when, seconds after the first start.
    delay_s, jitter_s
        From one end to the other, either way: at least, and what may come on top (uniform).
    loss
        Share of the packets of samples that get lost.

    State: who is connected, and what the faults have changed.
    """

    number: int
    clock_s: Callable[[], float]
    faults: Sequence[Fault] = ()
    delay_s: float = 0.004
    jitter_s: float = 0.015
    loss: float = 0.0
    client: NearClient | None = field(default=None, init=False)
    mute: bool = field(default=False, init=False)
    twice: bool = field(default=False, init=False)
    bunch: bool = field(default=False, init=False)
    dead: bool = field(default=False, init=False)
    away: bool = field(default=False, init=False)
    stalled: bool = field(default=False, init=False)
    _arrival_s: float = field(default=0.0, init=False)
    _waiting: list[tuple[str, bytes]] = field(default_factory=list, init=False)
    _held: list[tuple[str, bytes]] = field(default_factory=list, init=False)
    _random: random.Random = field(init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.number)

    @property
    def name(self) -> str:
        """Advertised name."""
        raise NotImplementedError

    @property
    def advertised(self) -> list[str]:
        """Advertised services."""
        raise NotImplementedError

    @property
    def characteristics(self) -> Characteristics:
        """Its GATT table."""
        raise NotImplementedError

    def read(self, uuid: str) -> bytes:
        """Return the value of a characteristic."""
        raise NotImplementedError

    def wrote(self, uuid: str, value: bytes) -> None:
        """Take a write."""
        raise NotImplementedError

    async def sample(self) -> None:
        """Sample for ever; send what is full."""
        raise NotImplementedError

    def left(self) -> None:
        """Notice that the link is gone."""

    @property
    def address(self) -> str:
        """Bluetooth address."""
        return ADDRESS.format(self.number + 1)

    @property
    def air(self) -> NearPeripheral:
        """Return the air as the faults know it: here each sensor has its own."""
        return self

    @property
    def controller(self) -> NearPeripheral:
        """Return the controller as the faults know it."""
        return self

    def begin_faults(self) -> None:
        """Let the timetable of faults run from now on."""
        for fault in self.faults:
            self.spawn(fault.play(cast("Any", self)))

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
            self.deliver_all(waiting)

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

    def notify(self, *items: tuple[str, bytes]) -> None:
        """Notify samples of one connection event; a fault may hold, double or swallow them."""
        if self.mute or self.client is None:
            return
        for item in items:
            if self._random.random() >= self.loss:
                self._held.extend([item] * (2 if self.twice else 1))
        if self.bunch and len(self._held) < BUNCH:
            return
        held, self._held = self._held, []
        self.deliver_all(held)

    def deliver(self, uuid: str, payload: bytes) -> None:
        """Send a value to whoever subscribed, in order, after its delay; a stall holds it."""
        self.deliver_all([(uuid, payload)])

    def deliver_all(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Send values, which arrive one right behind the other."""
        if self.stalled:
            self._waiting.extend(items)
            return
        if self.client is not None and items:
            asyncio.get_running_loop().call_at(self.arrival_s(), _arrive, self.client, items)

    def arrival_s(self, way_s: float | None = None) -> float:
        """Return the loop's time at which what is sent now arrives: behind all that was sent before."""
        way_s = self.way_s() if way_s is None else way_s
        # Each arrives after the last, however long it takes: an event loop does not keep the order of equal
        # times.
        self._arrival_s = max(self._arrival_s + 1e-6, asyncio.get_running_loop().time() + way_s)
        return self._arrival_s

    def way_s(self) -> float:
        """Return how long something is on its way, seconds."""
        return self.delay_s + self._random.uniform(0.0, self.jitter_s)


def _arrive(client: NearClient, items: Sequence[tuple[str, bytes]]) -> None:
    for uuid, payload in items:
        client.came(uuid, payload)


@asynccontextmanager
async def switched_on(peripherals: Sequence[NearPeripheral]) -> AsyncIterator[None]:
    """Let sensors sample."""
    for peripheral in peripherals:
        peripheral.spawn(peripheral.sample())
    try:
        yield
    finally:
        for peripheral in peripherals:
            await peripheral.stop()


def near_backends(
    peripherals: Sequence[NearPeripheral],
) -> tuple[type[BaseBleakScanner], type[BaseBleakClient]]:
    """Return the scanner and client class for bleak, with these sensors in reach."""
    near = {peripheral.address: peripheral for peripheral in peripherals}
    scanner = type("BoundScanner", (NearScanner,), {"near": near})
    client = type("BoundClient", (NearClient,), {"near": near})
    return scanner, client


class NearScanner(BaseBleakScanner):
    """`BleakScanner` that sees the sensors in reach at once."""

    near: ClassVar[dict[str, NearPeripheral]]

    def __init__(self, detection_callback: Any, service_uuids: Any, scanning_mode: str, **_: Any) -> None:  # noqa: ANN401 - bleak's types
        del scanning_mode
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        """Report every sensor in reach."""
        self.seen_devices = {}
        for address, sensor in self.near.items():
            if sensor.dead or sensor.away:
                continue
            data = AdvertisementData(sensor.name, {}, {}, sensor.advertised, None, -50, (None,))
            device = self.create_or_update_device(address, address, sensor.name, None, data)
            self.call_detection_callbacks(device, data)

    async def stop(self) -> None:
        """Do nothing: there is nothing to stop."""


class NearClient(BaseBleakClient):
    """`BleakClient` for a sensor in reach."""

    near: ClassVar[dict[str, NearPeripheral]]

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
        """Return whether the link is up."""
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
        self.services = _services(peer.characteristics)

    async def disconnect(self) -> None:
        """Close the link, if it is up."""
        self.gone()

    def gone(self) -> None:
        """Note that the link is no more."""
        if self.is_connected:
            self._peer.client = None
            self._callbacks.clear()
            self._peer.left()
            if self._disconnected_callback:
                self._disconnected_callback()

    def came(self, uuid: str, payload: bytes) -> None:
        """Hand a value to whoever subscribed."""
        callback = self._callbacks.get(uuid)
        if callback is not None:
            callback(bytearray(payload))

    async def _reach(self) -> None:
        """Wait until what is sent now is there; errors as `_wait`."""
        await self._wait(self._peer.way_s())

    async def _answered(self, way_s: float) -> None:
        """Wait for the answer, which comes behind all that was notified before it; errors as `_wait`."""
        await self._wait(self._peer.arrival_s(way_s) - asyncio.get_running_loop().time())

    async def _wait(self, span_s: float) -> None:
        """Wait for some seconds, and further while the link stands still.

        Raises
        ------
        BleakError
            There is no link.
        """
        await asyncio.sleep(span_s)
        while self._peer.stalled and self.is_connected:  # noqa: ASYNC110 - a fault's switch has no event
            await asyncio.sleep(IDLE_S)
        if not self.is_connected:
            raise BleakError("Not connected")

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:  # noqa: ANN401 - as above
        """Read a characteristic."""
        await self._reach()
        value = self._peer.read(characteristic.uuid)
        await self._answered(self._peer.way_s())
        return bytearray(value)

    async def write_gatt_char(
        self,
        characteristic: BleakGATTCharacteristic,
        data: Any,  # noqa: ANN401 - a buffer
        response: bool,
    ) -> None:
        """Write a characteristic."""
        await self._reach()
        self._peer.wrote(characteristic.uuid, bytes(data))
        if response:
            await self._answered(self._peer.delay_s)

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
        """Do nothing: there is nothing to pair."""

    async def unpair(self) -> None:
        """Do nothing: there is nothing to forget."""

    async def read_gatt_descriptor(self, descriptor: Any, **_: Any) -> bytearray:  # noqa: ANN401 - as above
        """Refuse: there are none."""
        raise BleakError(f"no descriptor {descriptor}")

    async def write_gatt_descriptor(self, descriptor: Any, data: Any) -> None:  # noqa: ANN401 - as above
        """Refuse: there are none."""
        del data
        raise BleakError(f"no descriptor {descriptor}")


def _services(characteristics: Characteristics) -> BleakGATTServiceCollection:
    services = BleakGATTServiceCollection()
    service = BleakGATTService(None, 1, SERVICE)
    services.add_service(service)
    for number, (uuid, properties) in enumerate(characteristics.items()):
        services.add_characteristic(
            BleakGATTCharacteristic(None, 2 + number, uuid, properties, lambda: 244, service)
        )
    return services
