"""Polar: Verity Sense on a shoe or shank through PMD in SDK mode; chest straps are known and refused."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from gait.arrays import FloatArray
from gait.errors import PacketError
from gait.protocol.data import to_counts
from gait.sensors.driver import Ability, Advertisement, RefusedError, Wanted
from gait.sensors.drivers.paired_samples import PairedSamples
from gait.sensors.drivers.polar_frames import ACC, GYRO, Frame, decode_frame, settings_of
from gait.sensors.drivers.polar_log import OfflineFile, PolarMemory
from gait.sensors.link.connection import Link
from gait.sensors.samples.full_scale import Scale
from gait.sensors.samples.kept_run import KeptRun, Memory
from gait.sensors.samples.timed_stream import Piece
from gait.sensors.stream_dialogue import Decoder, StreamFamily
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["PolarChestStrap", "PolarDecoder", "PolarSetup", "PolarVeritySense"]

PMD = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
POLAR = "0000feee-0000-1000-8000-00805f9b34fb"
# Measurement service (Polar BLE SDK): commands, SDK mode, an answer, its status, kinds of settings.
SETTINGS, START, STOP = 1, 2, 3
SDK_MODE = 9
ANSWER = 0xF0
OK, ALREADY = 0, 6
RATE, RESOLUTION, RANGE, CHANNELS, FACTOR = 0, 1, 2, 4, 5
LATE_SHARE = 0.1
"""Share by which a frame's time may differ from that of its samples before something is missing."""
STRAPS = ("Polar H10", "Polar H9", "Polar H7", "Polar H6")
REASONS = {3: "not supported", 5: "bad value", 8: "bad rate", 9: "bad range", 12: "bad state", 13: "charging"}


@dataclass(frozen=True)
class PolarSetup(Scale):
    """A setup with the units of one step, g and deg/s, as the sensor answered."""

    acc_factor: float = 1.0
    gyr_factor: float = 1.0


@dataclass
class PolarDecoder:
    """Brings the frames of both instruments together.

    State: the time of each instrument's last frame, and samples that wait.
    """

    setup: PolarSetup
    _last_us: dict[int, float] = field(default_factory=dict)
    _pairs: PairedSamples = field(default_factory=PairedSamples)

    def decode(self, uuid: str, payload: bytes, arrival_us: int) -> Sequence[Piece]:
        """Return what both instruments have now.

        Raises
        ------
        PacketError
            Not a PMD frame of acceleration or angular rate.
        """
        if uuid != DATA or not payload:
            return []
        factor = self.setup.acc_factor if payload[0] == ACC else self.setup.gyr_factor
        frame = decode_frame(payload, factor)
        if self._last_us.get(frame.kind) == frame.last_ns / 1e3:
            return []  # a notification that comes twice (bleak #2002)
        times_us = self._times_us(frame)
        (self._pairs.add_acc if frame.kind == ACC else self._pairs.add_gyr)(times_us, frame.values)
        ready = self._pairs.ready()
        if ready is None:
            return []
        setup = self.setup
        counts = to_counts(
            ready.acc * STANDARD_GRAVITY, ready.gyr * DEG, setup.acc_range_g, setup.gyr_range_dps
        )
        return [
            Piece(counts[part], round(ready.clock_us[part][0]), arrival_us)
            for part in _runs(ready.clock_us, 1e6 / setup.rate_hz)
        ]

    def _times_us(self, frame: Frame) -> FloatArray:
        """Return times of a frame's samples, evenly from the frame before to its own, which is the last's."""
        samples, last_us = len(frame.values), frame.last_ns / 1e3
        nominal_us = 1e6 / self.setup.rate_hz
        before_us = self._last_us.get(frame.kind)
        self._last_us[frame.kind] = last_us
        period_us = nominal_us if before_us is None else (last_us - before_us) / samples
        if abs(period_us / nominal_us - 1.0) > LATE_SHARE:
            period_us = nominal_us
        if before_us is not None and last_us < before_us:
            self._pairs = PairedSamples()  # the sensor's clock was set: what waits is of the old one
        return last_us - period_us * np.arange(samples - 1, -1, -1.0)


def _runs(clock_us: FloatArray, period_us: float) -> list[slice]:
    """Return stretches of (n,) sample times, us, without a hole."""
    cuts = np.flatnonzero(np.diff(clock_us) > 1.5 * period_us) + 1
    edges = [0, *cuts.tolist(), len(clock_us)]
    return [slice(start, end) for start, end in pairwise(edges)]


@dataclass(frozen=True)
class PolarVeritySense(StreamFamily):
    """The optical arm band, strapped to a shank or onto the laces, in SDK mode."""

    ability: Ability = field(
        default=Ability(
            key="polar-verity-sense",
            name="Polar Verity Sense",
            rates_hz=(52, 104, 208, 416),
            acc_range_g=16.0,
            gyr_range_dps=2000.0,
            clock="sensor",
            keeps="offline recordings of ACC and GYRO; an app with Polar's SDK starts and stops them (52 Hz)",
            fetches=True,
            proven_by="frames with values from the maker's tests (polarofficial/polar-ble-sdk)",
            switch_on="hold its button until the light is blue (sensor mode); close Polar's apps",
            memory_proven_by="files with values from the maker's tests (polarofficial/polar-ble-sdk)",
        )
    )
    service_uuids: tuple[str, ...] = (PMD, POLAR)
    needs: tuple[str, ...] = (CONTROL, DATA)
    notifies: tuple[str, ...] = (CONTROL, DATA)

    def matches(self, heard: Advertisement) -> bool:
        """Return whether the name is a Verity Sense's; all of Polar's sensors advertise the same services."""
        return heard.name.startswith("Polar Sense")

    async def start(self, link: Link, wanted: Wanted) -> PolarSetup:
        """Switch SDK mode on, which has the full rates and ranges, and start both instruments."""
        await _commanded(link, bytes([START, SDK_MODE]), "SDK mode")
        rate_hz = self.ability.nearest_rate_hz(wanted.rate_hz)
        acc = await _started(link, ACC, rate_hz, wanted.acc_range_g)
        gyr = await _started(link, GYRO, rate_hz, wanted.gyr_range_dps)
        return _polar_setup(rate_hz, acc, gyr)

    async def stop(self, link: Link) -> None:
        """Stop both instruments."""
        for kind in (ACC, GYRO):
            await _commanded(link, bytes([STOP, kind]), "STOP")

    def decoder(self, setup: Scale) -> Decoder:
        """Return a decoder for one link."""
        assert isinstance(setup, PolarSetup)
        return PolarDecoder(setup)

    def memory(self) -> Memory | None:
        """Return its offline recordings."""
        return PolarMemory(joined)


def joined(acc: list[OfflineFile], gyr: list[OfflineFile]) -> KeptRun:
    """Return the run in the files of both instruments.

    Raises
    ------
    PacketError
        Without samples of both at the same time.
    """
    rate_hz = acc[0].setting(RATE)
    if not rate_hz or not gyr[0].setting(RATE):
        raise PacketError("a file without a rate", where="Polar file")
    setup = _polar_setup(
        rate_hz, (acc[0].setting(RANGE), acc[0].factor), (gyr[0].setting(RANGE), gyr[0].factor)
    )
    decoder = PolarDecoder(setup)
    frames = [frame for file in (*acc, *gyr) for frame in file.frames]
    pieces: list[Piece] = []
    for frame in sorted(frames, key=_last_ns):
        pieces += decoder.decode(DATA, frame, 0)
    if not pieces:
        raise PacketError("acceleration and angular rate at different times", where="Polar file")
    stamped = [replace(piece, arrival_us=piece.clock_us or 0) for piece in pieces]
    return KeptRun(setup, stamped, acc[0].started)


def _last_ns(frame: bytes) -> int:
    return int.from_bytes(frame[1:9], "little")


def _polar_setup(rate_hz: int, acc: tuple[float, float], gyr: tuple[float, float]) -> PolarSetup:
    """Return a setup of both instruments' ranges and units of one step.

    The part's steps are a little wider than range / 32768: full scale is what 16 bits of them hold.
    """
    (acc_range, acc_factor), (gyr_range, gyr_factor) = acc, gyr
    return PolarSetup(
        rate_hz,
        max(acc_range, 32768 * acc_factor if acc_factor < 0.01 else 0.0),
        max(gyr_range, 32768 * gyr_factor if gyr_factor < 0.5 else 0.0),
        acc_factor,
        gyr_factor,
    )


async def _started(link: Link, kind: int, rate_hz: int, range_wanted: int) -> tuple[float, float]:
    """Start an instrument; return its full scale as set, and the unit of one step."""
    offered = settings_of(await _commanded(link, bytes([SETTINGS, kind]), "settings"))
    ranges = offered.get(RANGE, ())
    full_scale = min(ranges, key=lambda range_g: abs(range_g - range_wanted), default=range_wanted)
    resolution = max(offered.get(RESOLUTION, (16,)))
    rates = offered.get(RATE, (rate_hz,))
    if rate_hz not in rates:
        listed = ", ".join(map(str, sorted(rates)))
        raise RefusedError(f"{rate_hz} Hz", f"has {listed}", where=link.name, todo="choose another --rate")
    body = b"".join(
        struct.pack("<BBH", setting, 1, value)
        for setting, value in ((RATE, rate_hz), (RESOLUTION, resolution), (RANGE, full_scale))
    )
    if CHANNELS in offered:
        body += bytes([CHANNELS, 1, offered[CHANNELS][0]])
    answer = settings_of(await _commanded(link, bytes([START, kind]) + body, "START"))
    factor = struct.unpack("<f", answer[FACTOR][0].to_bytes(4, "little"))[0] if FACTOR in answer else 1.0
    return float(full_scale), float(factor)


async def _commanded(link: Link, command: bytes, name: str) -> bytes:
    """Return parameters of the answer to a control point command.

    Raises
    ------
    RefusedError
        The sensor refused.
    """
    status, parameters = (await link.exchange(CONTROL, command, _answer_to(command))).answer
    if status not in (OK, ALREADY):
        reason = REASONS.get(status, f"error {status}")
        raise RefusedError(name, reason, where=link.name, todo="take it off the charger, close Polar's apps")
    return parameters


def _answer_to(command: bytes) -> Callable[[bytes], tuple[int, bytes] | None]:
    """Return a finder of the status and parameters that answer a command."""

    def fits(payload: bytes) -> tuple[int, bytes] | None:
        if len(payload) < 4 or payload[0] != ANSWER or payload[1:3] != command[:2]:
            return None
        return payload[3], payload[5:]

    return fits


@dataclass(frozen=True)
class PolarChestStrap(PolarVeritySense):
    """Chest straps: recognised, so that nobody waits for a foot that beats."""

    ability: Ability = field(
        default=Ability(
            key="polar-chest-strap",
            name="Polar chest strap (H10, H9, H7)",
            rates_hz=(25, 50, 100, 200),
            acc_range_g=8.0,
            gyr_range_dps=0.0,
            clock="sensor",
            keeps="heart rate only",
            fetches=False,
            proven_by="frames with values from the maker's tests (polarofficial/polar-ble-sdk)",
            switch_on="wear it with wet electrodes",
            refused="it sits on the chest and has no gyroscope; its strap does not hold on a shoe or shank",
        )
    )

    def matches(self, heard: Advertisement) -> bool:
        """Return whether it is called one."""
        return heard.name.startswith(STRAPS)

    def memory(self) -> Memory | None:
        """Return None: the memory keeps no samples of use on a foot."""
        return None
