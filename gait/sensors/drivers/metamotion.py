"""MetaMotion R, RL (BMI160) and S (BMI270): packed acceleration and angular rate, without time stamps.

Registers and bytes: mbientlab/MetaWear-SDK-Cpp, ``test_accelerometer_bmi160.py``,
``test_accelerometer_bmi270.py``, ``test_gyro_bmi160.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from gait.arrays import CountArray
from gait.errors import PacketError
from gait.sensors.driver import Ability, RefusedError, Wanted
from gait.sensors.drivers.metamotion_log import COMMAND, NOTIFY, MetaMemory
from gait.sensors.link.connection import Link
from gait.sensors.samples.full_scale import Scale
from gait.sensors.samples.kept_run import Memory
from gait.sensors.samples.timed_stream import Piece
from gait.sensors.stream_dialogue import Decoder, StreamFamily

__all__ = ["BMI160", "BMI270", "MetaDecoder", "MetaMotion", "Part"]

SERVICE = "326a9000-85cb-9195-d9dd-464cfbbae75a"
ACC, GYR, INFO = 0x03, 0x13, 0x80
"""Numbers of modules and of their registers, first and second byte of a message (MetaWear SDK)."""
POWER, ENABLE, CONFIG = 1, 2, 3  # registers of an instrument (MetaWear SDK)
RATE_CODES = {50: 7, 100: 8}
"""Hz -> code of the rate's register, both parts alike (BMI160 and BMI270 data sheets)."""
PACKED_BYTES = 20  # head of 2 bytes, then three samples of three int16 (MetaWear SDK)
LSB_PER_G, LSB_PER_DPS = 2048.0, 16.4  # counts at 16 g and at 2000 deg/s (BMI160 and BMI270 data sheets)
MOST_WAITING = 3
"""Samples of one instrument that may wait for the other's (chosen: a notification)."""


@dataclass(frozen=True)
class Part:
    """Registers of one inertial part.

    Attributes
    ----------
    acc_kind
        Its number in the answer to the module question.
    acc_odr
        Bits beside the rate in the accelerometer's configuration.
    acc_range
        Code of 16 g.
    """

    acc_kind: int
    acc_odr: int
    acc_range: int
    acc_packed: int
    gyr_packed: int


BMI160 = Part(1, 0x20, 0x0C, 0x1C, 0x07)
BMI270 = Part(4, 0xA0, 0x03, 0x05, 0x05)
PARTS = (BMI160, BMI270)


@dataclass(frozen=True)
class MetaSetup(Scale):
    """A setup that knows the sensor's part."""

    part: Part = BMI160


@dataclass
class MetaDecoder:
    """Joins the samples of both instruments in their order: they run at one rate from one start.

    Their notifications alternate, whichever comes first: where two of one wait, the other's was lost, and the
    older one stays out.

    State: samples of either that wait for the other's.
    """

    part: Part
    _acc: list[CountArray] = field(default_factory=list)
    _gyr: list[CountArray] = field(default_factory=list)

    def decode(self, uuid: str, payload: bytes, arrival_us: int) -> Sequence[Piece]:
        """Return the samples that both instruments have now; other registers are passed over.

        Raises
        ------
        PacketError
            Packed data of another length.
        """
        del uuid
        if payload[:2] == bytes([ACC, self.part.acc_packed]):
            self._acc += packed(payload)
        elif payload[:2] == bytes([GYR, self.part.gyr_packed]):
            self._gyr += packed(payload)
        else:
            return []
        for waiting in (self._acc, self._gyr):
            del waiting[: max(0, len(waiting) - MOST_WAITING)]
        both = min(len(self._acc), len(self._gyr))
        if not both:
            return []
        counts = np.hstack([np.stack(self._acc[:both]), np.stack(self._gyr[:both])])
        del self._acc[:both], self._gyr[:both]
        return [Piece(counts, None, arrival_us)]


def packed(payload: bytes) -> list[CountArray]:
    """Return the three samples of a packed notification, (3,) counts each.

    Raises
    ------
    PacketError
        Another length.
    """
    if len(payload) != PACKED_BYTES:
        raise PacketError(f"{len(payload)} bytes, expected {PACKED_BYTES}", where="MetaMotion")
    return list(np.frombuffer(payload, "<i2", 9, 2).astype(np.int16).reshape(3, 3))


@dataclass(frozen=True)
class MetaMotion(StreamFamily):
    """mbientlab's MetaMotion boards."""

    ability: Ability = field(
        default=Ability(
            key="metamotion",
            name="MetaMotion R, RL, S",
            rates_hz=tuple(RATE_CODES),
            acc_range_g=16.0,
            gyr_range_dps=2000.0,
            clock="arrival",
            keeps="a log of both instruments that its app sets up, starts and stops; an hour at 100 Hz",
            fetches=True,
            proven_by="frames with values from the maker's tests (mbientlab/MetaWear-SDK-Cpp)",
            switch_on="press its button; close MetaBase",
            memory_proven_by="a log out of a board with its values and times (mbientlab/MetaWear-SDK-Cpp)",
        )
    )
    service_uuids: tuple[str, ...] = (SERVICE,)
    needs: tuple[str, ...] = (COMMAND, NOTIFY)
    notifies: tuple[str, ...] = (NOTIFY,)

    async def start(self, link: Link, wanted: Wanted) -> MetaSetup:
        """Ask which part it has, set 16 g and 2000 deg/s, and start both instruments."""
        part = await _part_of(link)
        rate_hz = self.ability.nearest_rate_hz(wanted.rate_hz)
        code = RATE_CODES[rate_hz]
        for command in (
            bytes([ACC, CONFIG, part.acc_odr | code, part.acc_range]),
            bytes([GYR, CONFIG, 0x20 | code, 0]),
            bytes([ACC, part.acc_packed, 1]),
            bytes([GYR, part.gyr_packed, 1]),
            bytes([ACC, ENABLE, 1, 0]),
            bytes([GYR, ENABLE, 1, 0]),
            bytes([ACC, POWER, 1]),
            bytes([GYR, POWER, 1]),
        ):
            await link.write(COMMAND, command)
        return MetaSetup(rate_hz, 32768 / LSB_PER_G, 32768 / LSB_PER_DPS, part)

    async def stop(self, link: Link) -> None:
        """Stop both instruments."""
        for module in (ACC, GYR):
            await link.write(COMMAND, bytes([module, POWER, 0]))
            await link.write(COMMAND, bytes([module, ENABLE, 0, 1]))

    def decoder(self, setup: Scale) -> Decoder:
        """Return a decoder for one link."""
        assert isinstance(setup, MetaSetup)
        return MetaDecoder(setup.part)

    def memory(self) -> Memory:
        """Return its log."""
        return MetaMemory()


async def _part_of(link: Link) -> Part:
    """Return which part a board has.

    Raises
    ------
    RefusedError
        The part number is unknown.
    """
    kind = (await link.exchange(COMMAND, bytes([ACC, INFO]), _module_answer())).answer
    part = next((part for part in PARTS if part.acc_kind == kind), None)
    if part is None:
        raise RefusedError(
            "16 g with 2000 deg/s", f"part {kind}", where=link.name, todo="use a MetaMotion R, RL or S"
        )
    return part


def _module_answer() -> Callable[[bytes], int | None]:
    def fits(payload: bytes) -> int | None:
        return payload[2] if len(payload) >= 3 and payload[:2] == bytes([ACC, INFO]) else None

    return fits
