"""The foot pod over the virtual radio: what a watch gets of a run, by a bleak client."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

import gait
from gait.errors import SensorError
from gait.live.feed import Feed
from gait.live.foot_pod.course import MEAN_S
from gait.live.foot_pod.pod import FootPod
from gait.live.hub import Hub
from gait.recording.model import Session
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import RunnerSettings

pytest.importorskip("bumble")
from bleak import BleakClient, BleakScanner

from gait.live.foot_pod import on_bumble
from gait.live.foot_pod.on_bumble import BumbleCarrier
from gait.virtual.radio.adapter import Adapter
from gait.virtual.radio.air import Air, AirSettings, SoundController
from gait.virtual.radio.backend import backends

SERVICE, MEASUREMENT, FEATURE, LOCATION = (
    f"0000{number}-0000-1000-8000-00805f9b34fb" for number in ("1814", "2a53", "2a54", "2a5d")
)
WAIT_S = 120.0
"""Longest that anything is waited for, s: it bounds a hang, however busy the machine is."""
STEP_S, RUN_S = 1.0, 30.0
DROPS = 20


@pytest.fixture(autouse=True)
def _quick_advertising(monkeypatch: pytest.MonkeyPatch) -> None:
    """Advertise as often as Bluetooth allows: a test is to wait for little."""
    monkeypatch.setattr(on_bumble, "ADVERTISING_MS", 20.0)


@pytest.fixture(scope="module")
def run() -> Session:
    """A run of 30 s between two rests."""
    parts = (("stand", 3.0), ("run", RUN_S), ("stand", 6.0))
    return simulate(RunnerSettings(parts=parts)).session


@pytest.fixture(scope="module")
def table(run: Session) -> pd.DataFrame:
    """The strides of the analysis."""
    return gait.analyze(run).strides


class Said(NamedTuple):
    """What a notification says."""

    speed: float
    cadence: int
    running: bool
    distance: float


class Watch:
    """A collector that subscribes, loses its link and comes back."""

    def __init__(self, air: Air, pod: SoundController, adapter: Adapter) -> None:
        self.air, self.pod = air, pod
        self._scanner, self._backend = backends(adapter)
        self.values: asyncio.Queue[Any] = asyncio.Queue()
        self.client: Any = None
        self._device: Any = None

    async def join(self) -> None:
        """Look for the service, connect and subscribe."""
        if self._device is None:
            found = BleakScanner.find_device_by_filter(
                lambda _, heard: SERVICE in heard.service_uuids, timeout=WAIT_S, backend=self._scanner
            )
            self._device = await found
        assert self._device is not None
        self.client = BleakClient(self._device, backend=self._backend, timeout=WAIT_S)
        await self.client.connect()
        await self.client.start_notify(MEASUREMENT, lambda _, value: self.values.put_nowait(bytes(value)))

    async def lose(self) -> None:
        """Lose the link as out of reach, and see it lost."""
        gone = asyncio.Event()
        self.client._backend._disconnected_callback = gone.set
        self.air.drop(self.pod)
        await asyncio.wait_for(gone.wait(), WAIT_S)

    async def next(self) -> Said:
        """What the next notification says."""
        value = await asyncio.wait_for(self.values.get(), WAIT_S)
        flags, speed, cadence = struct.unpack_from("<BHB", value)
        (distance,) = struct.unpack("<I", value[-4:])
        assert flags & 0x02
        return Said(speed / 256.0, cadence, bool(flags & 0x04), distance / 10.0)


@asynccontextmanager
async def watched(said: list[str]) -> AsyncIterator[tuple[FootPod, Watch]]:
    """A foot pod on the virtual air and a watch that has joined it."""
    async with AsyncExitStack() as stack:
        air = Air(AirSettings(interval_s=0.0))
        stack.callback(air.close)
        controller = SoundController("pod", link=air)
        pod = FootPod(BumbleCarrier(controller, "shoe"), said.append, clock_s=lambda: 0.0)
        await pod.carrier.open()
        stack.push_async_callback(pod.carrier.close)
        adapter = await Adapter.open(SoundController("host", link=air))
        stack.push_async_callback(adapter.close)
        watch = Watch(air, controller, adapter)
        await watch.join()
        yield pod, watch


def steps(session: Session, feed: Feed) -> Iterator[float]:
    """Hand a session to a feed, second by second; yields the time heard up to."""
    for one in session.recordings:
        feed.expect(one)
    end_s = float(session.recordings[0].time_s[-1])
    for until_s in np.arange(STEP_S, end_s + STEP_S, STEP_S):
        for one in session.recordings:
            rows = slice(*np.searchsorted(one.time_s, [until_s - STEP_S, until_s]))
            if rows.stop > rows.start:
                gyr = None if one.gyr is None else one.gyr[rows]
                feed.hear(one.side, one.placement, one.time_s[rows], one.acc[rows], gyr)
        yield float(until_s)


def test_a_watch_sees_the_run_as_the_engine_does(run: Session, table: pd.DataFrame) -> None:
    """Each second's cadence is within 1 spm and speed within 2 % of the engine's strides; then it stands."""

    async def go() -> list[tuple[float, Said]]:
        async with watched([]) as (pod, watch):
            assert await watch.client.read_gatt_char(FEATURE) == b"\x07\x00"
            assert await watch.client.read_gatt_char(LOCATION) == b"\x01"
            got = []
            for until_s in steps(run, Feed(Hub(), [pod])):
                if pod.value() is not None:
                    await pod.send()
                    got.append((until_s, await watch.next()))
            return got

    got = asyncio.run(go())
    moving = [(at, one) for at, one in got if one.cadence > 0 and at < 3.0 + RUN_S]
    assert len(moving) > 20
    for at, one in moving:
        # What is decided at that time is not the test's to say: any end within the last stride will do.
        ends = table.next_ic_s[(table.next_ic_s <= at) & (table.next_ic_s > at - 2.0)]
        near = [_means(table[(table.next_ic_s <= end) & (table.next_ic_s > end - MEAN_S)]) for end in ends]
        assert any(
            abs(one.cadence - cadence) <= 1.0 and abs(one.speed / speed - 1) <= 0.02
            for cadence, speed in near
        ), at
        assert one.running
    last = got[-1][1]
    assert (last.speed, last.cadence, last.running) == (0.0, 0, False)
    covered = table.stride_length_m[table.side == "left"].sum()
    assert last.distance == pytest.approx(covered, rel=0.03)


def _means(strides: pd.DataFrame) -> tuple[float, float]:
    time_s = 1e-3 * strides.stride_ms
    return 120.0 / time_s.mean(), float(strides.stride_length_m.sum() / time_s.sum())


def test_distance_never_falls_over_twenty_losses(run: Session) -> None:
    """A watch that loses the pod and comes back twenty times reads a distance that only grows."""

    async def go() -> list[float]:
        async with watched([]) as (pod, watch):
            got, losses = [], 0
            for _ in steps(run, Feed(Hub(), [pod])):
                if pod.value() is None:
                    continue
                await pod.send()
                got.append((await watch.next()).distance)
                if losses < DROPS:
                    losses += 1
                    await watch.lose()
                    await watch.join()
            assert losses == DROPS
            return got

    got = asyncio.run(go())
    assert all(later >= earlier for earlier, later in pairwise(got))
    assert got[-1] > 60.0


class _Broken:
    """A carrier whose Bluetooth goes away: at once, or after some values."""

    def __init__(self, lasts: int, error: Exception) -> None:
        self.left, self.error, self.closed = lasts, error, False

    async def open(self) -> None:
        if self.left == 0:
            raise self.error

    async def notify(self, value: bytes) -> None:
        del value
        raise self.error

    async def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("lasts", [0, 1])
@pytest.mark.parametrize("error", [SensorError("no Bluetooth", todo="switch it on"), RuntimeError("a bug")])
def test_a_carrier_that_fails_is_said_once(
    run: Session, table: pd.DataFrame, lasts: int, error: Exception
) -> None:
    """The run goes on to its last stride, and one line says that the foot pod does not."""
    said: list[str] = []
    carrier = _Broken(lasts, error)
    pod, hub = FootPod(carrier, said.append), Hub()
    feed = Feed(hub, [pod])
    play = steps(run, feed)
    for until_s in play:
        if until_s > 20.0:
            break
    asyncio.run(asyncio.wait_for(pod.run(), WAIT_S))
    for _ in play:
        pass
    feed.finish()
    assert [line for line in said if "goes on without it" in line] == said[-1:]
    assert carrier.closed
    assert hub._sums["n"] == (table.activity == "running").sum()


def test_sensors_without_lengths_are_said_once(run: Session) -> None:
    """From an accelerometer alone nothing is sent, and one line says why and what helps."""
    said: list[str] = []
    bare = replace(
        run, recordings=tuple(replace(one, gyr=None, gyr_range_dps=None) for one in run.recordings)
    )
    pod = FootPod(_Broken(0, RuntimeError()), said.append, clock_s=lambda: 0.0)
    for _ in steps(bare, Feed(Hub(), [pod])):
        assert pod.value() is None
    assert len(said) == 1
    assert "--stride-length" in said[0]
