"""One connection to one sensor: reads, writes, answers, and notifications stamped as they come.

Callbacks only stamp and hand on; everything else happens where the caller awaits.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from gait.errors import LinkLostError, SensorError
from gait.protocol import profile
from gait.sensors.link.backend import Backend
from gait.sensors.link.bluetooth_errors import explain

__all__ = ["ANSWER_S", "ClockSource", "Exchanged", "Heard", "Link", "percent"]

CONNECT_S = 20.0
"""s of patience with a connect (chosen: a Polar H10 takes 15 to 20, bleak #1841)."""
OPEN_S = 30.0
"""s for connecting, discovery and subscriptions together (chosen: a sick stack answers some of them
never)."""
ANSWER_S = 3.0  # s that a sensor may take to answer (chosen: many connection intervals)
CLOSE_S = 3.0  # s that a link may take to close (chosen: the session's end waits for it)
TEXT_LIMIT = 64  # characters of a text of the Device Information Service that are kept (chosen: one line)
FULL_PCT = 100
"""Highest level (specification of the Battery Service 1.1): a sensor that says 255 does not know."""
IDENTITY = {
    "maker": profile.MANUFACTURER,
    "model": profile.MODEL,
    "serial": profile.SERIAL,
    "firmware": profile.FIRMWARE_REVISION,
}
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
Heard = Callable[[bytes, int], None]
"""Takes a notification's bytes and the host clock at its arrival."""
Answer = TypeVar("Answer")


def percent(raw: bytes) -> int | None:
    """Return the battery level in a first byte, percent; None without a byte, or above 100."""
    return raw[0] if raw and raw[0] <= FULL_PCT else None


@dataclass(frozen=True)
class Exchanged(Generic[Answer]):
    """An answer, and the host clock in microseconds when it was asked for and when it came."""

    answer: Answer
    asked_us: int
    answered_us: int


class Link:
    """A connection; made, opened, closed, and then thrown away.

    Parameters
    ----------
    device
        As scanned.
    backend, clock_us
        Stack and host clock.
    fresh
        Whether to distrust the system's memory of the sensor's services.

    State: bleak's client, whether the link was lost, the answer that is waited for, and notifications kept.
    """

    def __init__(
        self, device: BLEDevice, backend: Backend, clock_us: ClockSource, *, fresh: bool = False
    ) -> None:
        self.name = device.name or device.address
        self.lost = asyncio.Event()
        self.clock_us = clock_us
        self._waiting: tuple[Callable[[bytes], object], asyncio.Future[tuple[Any, int]]] | None = None
        self._asking = asyncio.Lock()
        self._heard: asyncio.Queue[bytes | None] | None = None
        self._client: BleakClient = backend.make_client(
            device, fresh=fresh, disconnected_callback=self._disconnected, timeout=CONNECT_S
        )

    async def open(self, heard: Mapping[str, Heard], needed: Sequence[str], expected: str) -> None:
        """Connect and subscribe.

        Parameters
        ----------
        heard
            Characteristic -> taker of its notifications, subscribed to in this order.
        needed
            Characteristics that the sensor must have.
        expected
            What has them, such as ``"a sensor of the open profile"``.

        Raises
        ------
        SensorError
            The sensor does not answer, or lacks a characteristic.
        """
        with self._explained(lambda error: explain(error, self.name)):
            async with asyncio.timeout(OPEN_S):
                await self._client.connect()
                if any(self._client.services.get_characteristic(uuid) is None for uuid in needed):
                    raise SensorError(
                        f"is not {expected}", where=self.name, todo="choose another with --left or --right"
                    )
                for uuid, taker in heard.items():
                    await self._client.start_notify(uuid, self._hander(taker))

    async def close(self) -> None:
        """Disconnect, also after a loss: bleak forgets its subscriptions only then (bleak #2002)."""
        with contextlib.suppress(LinkLostError), self._explained(self._failed):
            async with asyncio.timeout(CLOSE_S):
                await self._client.disconnect()

    async def write(self, uuid: str, payload: bytes, *, response: bool = True) -> None:
        """Write a characteristic.

        Raises
        ------
        LinkLostError
            No link, or not taken in time.
        """
        with self._explained(self._failed):
            async with asyncio.timeout(ANSWER_S):
                await self._client.write_gatt_char(uuid, payload, response=response)

    async def exchange(
        self,
        uuid: str,
        payload: bytes,
        fits: Callable[[bytes], Answer | None],
        patience_s: float = ANSWER_S,
    ) -> Exchanged[Answer]:
        """Write, and wait for the notification that answers it.

        Parameters
        ----------
        fits
            Gives the answer in a notification of any characteristic, None where it holds none.

        Raises
        ------
        LinkLostError
            No link, or no answer in time.
        """
        async with self._asking:
            future: asyncio.Future[tuple[Answer, int]] = asyncio.get_running_loop().create_future()
            asked_us = self.clock_us()
            self._waiting = (fits, future)
            try:
                with self._explained(self._failed):
                    async with asyncio.timeout(patience_s):
                        await self._client.write_gatt_char(uuid, payload, response=True)
                        answer, answered_us = await future
            finally:
                self._waiting = None
                if not future.cancel() and not future.cancelled():
                    future.exception()  # marks the exception as retrieved, else asyncio logs it
        return Exchanged(answer, asked_us, answered_us)

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Keep every notification from now on, for `hear`, until the block is left."""
        self._heard = asyncio.Queue()
        try:
            yield
        finally:
            self._heard = None

    async def hear(self, patience_s: float = ANSWER_S) -> bytes:
        """Return the next notification that was kept; only while `listening`.

        Raises
        ------
        LinkLostError
            No link, or none in time.
        """
        assert self._heard is not None
        with self._explained(self._failed):
            async with asyncio.timeout(patience_s):
                payload = await self._heard.get()
        if payload is None:
            raise LinkLostError("the link was lost", where=self.name)
        return payload

    async def read(self, uuid: str) -> bytes:
        """Read a characteristic.

        Raises
        ------
        LinkLostError
            No link, or no answer in time.
        """
        with self._explained(self._failed):
            async with asyncio.timeout(ANSWER_S):
                return bytes(await self._client.read_gatt_char(uuid))

    async def battery_pct(self) -> int | None:
        """Read the standard battery level; None where the sensor does not tell."""
        value = await self._read_if_there(profile.BATTERY_LEVEL)
        return percent(value or b"")

    async def identity(self) -> dict[str, str]:
        """Return the maker, model, serial number and firmware as far as the sensor tells (untrusted text)."""
        facts: dict[str, str] = {}
        for key, uuid in IDENTITY.items():
            raw = await self._read_if_there(uuid)
            if raw is not None:
                facts[key] = raw.decode("utf-8", "replace")[:TEXT_LIMIT]
        return facts

    async def _read_if_there(self, uuid: str) -> bytes | None:
        try:
            return await self.read(uuid)
        except LinkLostError:
            if self.lost.is_set():
                raise
            return None

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

    def _failed(self, error: BaseException) -> LinkLostError:
        return LinkLostError(f"no answer ({str(error) or type(error).__name__})", where=self.name)

    def _hander(self, taker: Heard) -> Callable[[Any, bytearray], None]:
        """Return bleak's callback: stamp, see whether it is the answer waited for, hand on."""

        def came(_: Any, data: bytearray) -> None:  # noqa: ANN401 - bleak's type
            now_us, payload = self.clock_us(), bytes(data)
            self._settle(payload, now_us)
            if self._heard is not None:
                self._heard.put_nowait(payload)
            taker(payload, now_us)

        return came

    def _settle(self, payload: bytes, now_us: int) -> None:
        if self._waiting is None or self._waiting[1].done():
            return
        fits, future = self._waiting
        answer = fits(payload)
        if answer is not None:
            future.set_result((answer, now_us))

    def _disconnected(self, _: Any) -> None:  # noqa: ANN401 - bleak's type
        self.lost.set()
        if self._heard is not None:
            self._heard.put_nowait(None)
        if self._waiting is not None and not self._waiting[1].done():
            self._waiting[1].set_exception(BleakError("disconnected"))
