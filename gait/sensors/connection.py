"""One connection to one sensor: commands with answers, and notifications stamped as they come.

Callbacks only stamp and hand on; everything else happens where the caller awaits.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from gait.errors import LinkLostError, PacketError, SensorError
from gait.protocol import profile
from gait.protocol.control import (
    Answer,
    Backfill,
    BackfillDone,
    Command,
    Op,
    Result,
    Start,
    Started,
    Stop,
    Sync,
    SyncTimes,
    decode_answer,
    encode_command,
)
from gait.protocol.status import Status, decode_status
from gait.sensors.bluetooth_errors import explain
from gait.sensors.scan import Backend

__all__ = ["ClockSource", "Link", "RefusedError"]

CONNECT_S = 10.0
OPEN_S = 20.0
"""Connecting, discovery and subscriptions together: a sick stack answers some of them never."""
ANSWER_S = 3.0
CLOSE_S = 3.0
TEXT_LIMIT = 64
IDENTITY = {
    "maker": profile.MANUFACTURER,
    "model": profile.MODEL,
    "serial": profile.SERIAL,
    "firmware": profile.FIRMWARE_REVISION,
}
OPS: dict[type[Command], Op] = {
    Start: Op.START,
    Stop: Op.STOP,
    Sync: Op.SYNC,
    Backfill: Op.BACKFILL,
}
GOOD = (Result.OK, Result.OVERWRITTEN)
STACK_ERRORS = (
    BleakError,
    OSError,
    EOFError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What comes out of bleak and the systems' stacks when a link breaks at a bad moment: beside their own
errors a closed D-Bus (``EOFError``), asserts and ``None`` where an object was (macOS, Windows)."""

ClockSource = Callable[[], int]
"""Host clock, microseconds, monotonic."""


class RefusedError(SensorError):
    """The sensor answered, and said no.

    Parameters
    ----------
    what, where
        Command and sensor.
    result
        What the sensor said.
    """

    def __init__(self, what: str, result: Result, *, where: str) -> None:
        self.result = result
        super().__init__(f"refused {what} ({result.name})", where=where, todo=REFUSED.get(result, ""))


REFUSED = {
    Result.BAD_COMMAND: "its firmware is older than the profile",
    Result.BAD_VALUE: "choose another --rate",
}
"""What to do about it."""


class Link:
    """A connection; made, opened, closed, and then thrown away.

    Parameters
    ----------
    device
        As scanned.
    backend, clock_us
        Stack and host clock.
    on_data
        Gets the bytes and the arrival time of every DATA notification.

    State: bleak's client, whether the link was lost, and the answer that is waited for.
    """

    def __init__(
        self,
        device: BLEDevice,
        backend: Backend,
        clock_us: ClockSource,
        on_data: Callable[[bytes, int], None],
    ) -> None:
        self.name = device.name or device.address
        self.lost = asyncio.Event()
        self._clock_us = clock_us
        self._on_data = on_data
        self._waiting: tuple[Command, asyncio.Future[tuple[Answer, int]]] | None = None
        self._asking = asyncio.Lock()
        self._client: BleakClient = backend.make_client(
            device, disconnected_callback=self._disconnected, timeout=CONNECT_S
        )

    async def open(self) -> None:
        """Connect and subscribe to CTRL and DATA.

        Raises
        ------
        SensorError
            It does not answer, or is not a sensor of the profile.
        """
        with self._explained(lambda error: explain(error, self.name)):
            async with asyncio.timeout(OPEN_S):
                await self._client.connect()
                self._refuse_other_services()
                await self._client.start_notify(profile.CTRL, self._answered)
                await self._client.start_notify(profile.DATA, self._came)

    def _refuse_other_services(self) -> None:
        wanted = (profile.DATA, profile.CTRL, profile.STATUS)
        if any(self._client.services.get_characteristic(uuid) is None for uuid in wanted):
            raise SensorError(
                "is not a sensor of the open profile",
                where=self.name,
                todo="choose another with --left or --right",
            )

    @contextlib.contextmanager
    def _explained(self, explained: Callable[[BaseException], SensorError]) -> Iterator[None]:
        """Turn whatever a Bluetooth stack raises into one of our errors."""
        try:
            yield
        except STACK_ERRORS as error:
            raise explained(error) from error
        except asyncio.CancelledError:
            # A stack may cancel a pending request when the link goes; that is not a cancelled task.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise LinkLostError("the link went", where=self.name) from None

    async def close(self) -> None:
        """Disconnect, also after a loss: bleak forgets its subscriptions only then (bleak #2002)."""
        with contextlib.suppress(LinkLostError), self._explained(self._failed):
            async with asyncio.timeout(CLOSE_S):
                await self._client.disconnect()

    async def ask(self, command: Command, patience_s: float = ANSWER_S) -> tuple[Answer, int, int]:
        """Send a command and wait for its answer.

        Returns
        -------
        The answer, and the host clock when the command was sent and when the answer came.

        Raises
        ------
        LinkLostError
            No link, or no answer in time.
        RefusedError
            The sensor refused.
        """
        async with self._asking:
            future: asyncio.Future[tuple[Answer, int]] = asyncio.get_running_loop().create_future()
            asked_us = self._clock_us()
            sent = Sync(asked_us) if isinstance(command, Sync) else command
            self._waiting = (sent, future)
            try:
                with self._explained(self._failed):
                    async with asyncio.timeout(patience_s):
                        await self._client.write_gatt_char(profile.CTRL, encode_command(sent), response=True)
                        answer, answered_us = await future
            finally:
                self._waiting = None
                if not future.cancel() and not future.cancelled():
                    future.exception()  # seen, else asyncio complains of it later
        if answer.result not in GOOD:
            raise RefusedError(type(command).__name__.upper(), answer.result, where=self.name)
        return answer, asked_us, answered_us

    async def status(self) -> Status:
        """Read STATUS.

        Raises
        ------
        LinkLostError
            No link, or no answer in time.
        PacketError
            The sensor's STATUS is not the profile's.
        """
        return decode_status(bytes(await self._read(profile.STATUS)))

    async def battery_pct(self) -> int | None:
        """Read the battery; None where the sensor does not tell."""
        try:
            value = await self._read(profile.BATTERY_LEVEL)
        except LinkLostError:
            if self.lost.is_set():
                raise
            return None
        return min(100, value[0]) if value else None

    async def identity(self) -> dict[str, str]:
        """Maker, model, serial number and firmware as far as the sensor tells (untrusted text)."""
        facts: dict[str, str] = {}
        for key, uuid in IDENTITY.items():
            try:
                raw = bytes(await self._read(uuid))
            except LinkLostError:
                if self.lost.is_set():
                    raise
                continue
            facts[key] = raw.decode("utf-8", "replace")[:TEXT_LIMIT]
        return facts

    async def _read(self, uuid: str) -> bytearray:
        with self._explained(self._failed):
            async with asyncio.timeout(ANSWER_S):
                return await self._client.read_gatt_char(uuid)

    def _failed(self, error: BaseException) -> LinkLostError:
        return LinkLostError(f"no answer ({str(error) or type(error).__name__})", where=self.name)

    def _came(self, _: Any, data: bytearray) -> None:  # noqa: ANN401 - bleak's type
        self._on_data(bytes(data), self._clock_us())

    def _answered(self, _: Any, data: bytearray) -> None:  # noqa: ANN401 - bleak's type
        now_us = self._clock_us()
        try:
            answer = decode_answer(bytes(data))
        except PacketError:
            return
        if self._waiting is not None:
            command, future = self._waiting
            if _answers(answer, command) and not future.done():
                future.set_result((answer, now_us))

    def _disconnected(self, _: Any) -> None:  # noqa: ANN401 - bleak's type
        self.lost.set()
        if self._waiting is not None and not self._waiting[1].done():
            self._waiting[1].set_exception(BleakError("disconnected"))


def _answers(answer: Answer, command: Command) -> bool:
    """Whether an answer belongs to a command: same operation, and for a clock exchange the same question."""
    if isinstance(answer, SyncTimes):
        return isinstance(command, Sync) and answer.t1_us == command.t1_us
    if isinstance(answer, Started):
        return isinstance(command, Start)
    if isinstance(answer, BackfillDone):
        return isinstance(command, Backfill)
    # A yes to START, SYNC or BACKFILL has fields; one without is no answer.
    bare = isinstance(command, Stop) or answer.result not in GOOD
    return bare and answer.op is OPS.get(type(command))
