"""A virtual sensor on the air: the profile's GATT server on Bumble, and faults on a timetable."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bumble import data_types, hci
from bumble.att import ATT_Error, Attribute
from bumble.core import UUID, AdvertisingData, BaseBumbleError
from bumble.core import ConnectionError as BumbleConnectionError
from bumble.core import TimeoutError as AttTimeoutError
from bumble.device import Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.profiles.battery_service import BatteryService
from bumble.profiles.device_information_service import DeviceInformationService

from gait.errors import PacketError
from gait.protocol.control import Answer, encode_answer
from gait.protocol.data import DataPacket, encode_data
from gait.protocol.profile import CTRL, DATA, SERVICE, STATUS
from gait.protocol.status import encode_status
from gait.virtual.radio.air import Air, SoundController
from gait.virtual.radio.faults import Fault
from gait.virtual.radio.firmware import Job, VirtualSensor, refused

__all__ = ["Peripheral"]

MTU = 247  # bytes of an ATT payload (chosen: what sensors of today offer)
ADVERTISING_MS = 100.0  # ms between advertisements (chosen: a scan of a second hears ten)
ADVERTISING_TRIES, ADVERTISING_AGAIN_S = 50, 0.2
"""Tries, and s between two (chosen: ten seconds; a controller may refuse to advertise just after a
disconnect)."""
NOTIFY = struct.Struct("<BH")
OP_NOTIFY = 0x1B  # ATT opcode of a notification (Bluetooth Core Specification, Vol 3, Part F, 3.4.7.1)
QUEUE_LIVE = 40  # packets waiting in the controller above which a live one is dropped (chosen: two seconds)
QUEUE_BACKFILL = 8
"""Packets waiting in the controller above which a backfill waits (chosen: live packets keep most of the
room)."""
IDLE_S = 0.02
"""s between two looks of a sensor that does not stream (chosen: shorter than any answer is waited for)."""
ATT_BAD_VALUE = 0x80
"""ATT error of the application (Bluetooth Core Specification, Vol 3, Part F, 3.4.1.1: from 0x80)."""

Properties = Characteristic.Properties
Permissions = Attribute.Permissions


@dataclass
class Peripheral:
    """One sensor with its radio.

    Parameters
    ----------
    sensor
        Its firmware.
    address
        Bluetooth address.
    clock_s
        True time, seconds.
    air
        The virtual air it sends over; None for a real controller.
    faults
        What goes wrong and when, seconds after the first START.

    State: Bumble's device, the link, and what the faults have changed.
    """

    sensor: VirtualSensor
    address: str
    clock_s: Callable[[], float]
    air: Air | None = None
    faults: Sequence[Fault] = ()
    controller: Any = None
    device: Any = field(default=None, init=False)
    mute: bool = field(default=False, init=False)
    twice: bool = field(default=False, init=False)
    bunch: bool = field(default=False, init=False)
    dead: bool = field(default=False, init=False)
    _link: Any = field(default=None, init=False)
    _data: Any = field(default=None, init=False)
    _ctrl: Any = field(default=None, init=False)
    _held: list[bytes] = field(default_factory=list, init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    @property
    def name(self) -> str:
        """Advertised name, ending in the side's letter."""
        return f"Gait-{self.sensor.settings.serial[-2:]}{self.sensor.settings.side[0].upper()}"

    async def start(self, source: Any = None, sink: Any = None) -> None:  # noqa: ANN401 - Bumble's transports
        """Switch on: build the GATT server and advertise.

        Parameters
        ----------
        source, sink
            HCI of a real controller; without them the sensor gets a virtual one on its air.
        """
        if source is None:
            self.controller = SoundController(self.name, link=self.air)
            source = sink = self.controller
        config = DeviceConfiguration(
            name=self.name,
            address=hci.Address(self.address),
            advertising_interval_min=ADVERTISING_MS,
            advertising_interval_max=ADVERTISING_MS,
        )
        self.device = Device.from_config_with_hci(config, source, sink)
        self.device.gatt_server.max_mtu = MTU
        self.device.add_services(self._services())
        self.device.advertising_data = self._advertisement()
        self.device.on("connection", self._connected)
        await self.device.power_on()
        await self._advertise()
        self._spawn(self._sample())

    async def _advertise(self) -> None:
        """Advertise, again and again until the controller lets us.

        Just after a disconnect some refuse (the kernel's virtual one for one), and Bumble then holds on to an
        advertiser that is none.
        """
        for left in reversed(range(ADVERTISING_TRIES)):
            try:
                await self.device.start_advertising()
            except (BaseBumbleError, AssertionError):
                if not left:
                    raise
                self.device.legacy_advertiser = self.device.legacy_advertising_set = None
                await asyncio.sleep(ADVERTISING_AGAIN_S)
            else:
                return

    async def stop(self) -> None:
        """Switch off."""
        self.dead = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError, BumbleConnectionError):
            await asyncio.wait_for(self.device.power_off(), 1.0)

    def _spawn(self, work: Any) -> None:  # noqa: ANN401 - any coroutine
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _services(self) -> list[Any]:
        settings = self.sensor.settings
        self._data = Characteristic(DATA, Properties.NOTIFY, Permissions(0))
        self._ctrl = Characteristic(
            CTRL,
            Properties.WRITE | Properties.INDICATE,
            Permissions.WRITEABLE,
            CharacteristicValue(write=self._command),
        )
        status = Characteristic(
            STATUS, Properties.READ, Permissions.READABLE, CharacteristicValue(read=self._status)
        )
        return [
            Service(SERVICE, [self._data, self._ctrl, status]),
            DeviceInformationService(
                manufacturer_name="gait",
                model_number="virtual sensor",
                serial_number=settings.serial,
                firmware_revision="virtual",
            ),
            BatteryService(lambda _: settings.battery_pct),
        ]

    def _advertisement(self) -> bytes:
        flags = (
            AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
        )
        parts = [
            data_types.Flags(flags),
            data_types.IncompleteListOf128BitServiceUUIDs([UUID(SERVICE)]),
            data_types.ShortenedLocalName(self.name[:8]),
        ]
        return bytes(AdvertisingData(parts))

    def _connected(self, link: Any) -> None:  # noqa: ANN401 - Bumble's types
        self._link = link

        def gone(_: int) -> None:
            self._link = None
            self._held.clear()
            if not self.dead:
                self._spawn(self._advertise())

        link.on("disconnection", gone)

    def _status(self, _: Any) -> bytes:  # noqa: ANN401 - Bumble's types
        return encode_status(self.sensor.status(self.clock_s()))

    def _command(self, _: Any, value: bytes) -> None:  # noqa: ANN401 - Bumble's types
        fresh = self.sensor.zero_s is None
        try:
            answer = self.sensor.command(bytes(value), self.clock_s())
        except PacketError as error:
            refusal = refused(bytes(value), error)
            if refusal is None:
                raise ATT_Error(ATT_BAD_VALUE) from None
            answer = refusal
        if fresh and self.sensor.zero_s is not None:
            for fault in self.faults:
                self._spawn(fault.play(self))
        self.mute = False
        self._spawn(self._backfill(answer) if isinstance(answer, Job) else self._answer(answer))

    async def _answer(self, answer: Answer) -> None:
        if self._link is not None:
            with contextlib.suppress(BumbleConnectionError, AttTimeoutError, asyncio.CancelledError):
                await self.device.indicate_subscriber(self._link, self._ctrl, encode_answer(answer))

    async def _backfill(self, job: Job) -> None:
        for packet in self.sensor.stored(job):
            while self._waiting() > QUEUE_BACKFILL:  # noqa: ASYNC110 - the controller's queue has no event
                await asyncio.sleep(IDLE_S / 4)
            self.send(packet)
        await self._answer(job.done)

    async def _sample(self) -> None:
        """Sample for ever; send what is full while somebody listens."""
        while True:
            for packet in self.sensor.advance(self.clock_s()):
                if self._waiting() < QUEUE_LIVE:
                    self.send(packet)
            rest_s = self.sensor.packet_due_s - self.clock_s() if self.sensor.running else IDLE_S
            await asyncio.sleep(max(0.001, rest_s))

    def _waiting(self) -> int:
        """Return packets on their way into the air; those of a broken link do not count."""
        queue = getattr(self.device.host, "le_acl_packet_queue", None)
        return int(queue.pending) if self._link is not None and queue is not None else 0

    def send(self, packet: DataPacket) -> None:
        """Notify a packet to a subscriber, if there is one."""
        self.send_bytes(encode_data(packet))

    def send_bytes(self, payload: bytes) -> None:
        """Notify any bytes; a fault may hold, double or swallow them."""
        if self.mute or not self._subscribed():
            return
        self._held.extend([payload, payload] if self.twice else [payload])
        if self.bunch and len(self._held) < QUEUE_BACKFILL:
            return
        held, self._held = self._held, []
        for held_value in held:
            body = NOTIFY.pack(OP_NOTIFY, self._data.handle) + held_value[: self._link.att_mtu - 3]
            self.device.gatt_server.send_gatt_pdu(self._link, body)

    def _subscribed(self) -> bool:
        if self._link is None:
            return False
        subscribers = self.device.gatt_server.subscribers.get(self._link, {})
        return bool((subscribers.get(self._data.handle) or b"\0")[0] & 1)
