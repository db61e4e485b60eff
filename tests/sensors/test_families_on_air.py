"""Simulated sensors of every family over a real Bluetooth stack: HCI, L2CAP, ATT, GATT, bleak's classes."""

import asyncio

import numpy as np
import pytest

from gait.recording.read import read_recording
from gait.sensors.battery import battery_of
from gait.sensors.scan import Backend, scan
from gait.sensors.session import RecordSettings, record
from gait.virtual.radio.air import AirSettings
from gait.virtual.radio.backend import backends
from gait.virtual.radio.faults import parse_fault
from gait.virtual.radio.mimics import MIMICS
from gait.virtual.radio.mimics.on_air import MimicOnAir
from gait.virtual.radio.played_motion import Playback
from gait.virtual.radio.world import open_world
from tests.sensors.conftest import FastLoop, motion_of


@pytest.mark.parametrize("kind", MIMICS, ids=lambda one: one.family)
def test_every_family_is_found_recorded_and_found_again(tmp_path, kind):
    """Scan by what fits into an advertisement, battery, start, a drop, samples up to the end."""
    loop = FastLoop()
    mimic = kind(Playback(motion_of("left")), 0, loop.time, [parse_fault("drop@5+2")])

    async def go():
        async with open_world([], AirSettings(jitter_s=0.004), loop.time) as world:
            sensor = MimicOnAir(mimic, world.air)
            await sensor.start()
            backend = Backend(*backends(world.adapter))
            try:
                seen = await scan(backend, 1.0)
                battery = await battery_of(seen[0], backend)
                finished = await record(
                    tmp_path / "out",
                    RecordSettings(duration_s=14.0, scan_s=1.0, left=seen[0].address),
                    asyncio.Event(),
                    backend=backend,
                    clock_us=lambda: round(loop.time() * 1e6),
                )
            finally:
                await sensor.stop()
            return seen, battery, finished

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        seen, battery, finished = runner.run(go())
    assert [one.driver.ability.key for one in seen] == [kind.family]
    assert battery == 66
    found = read_recording(finished.files[0])
    steps = np.diff(found.time_s)
    assert np.sum(steps > 1.0) == 1
    assert found.time_s[-1] > 13.0
    assert len(found.time_s) > 0.75 * 14.0 * found.rate_hz
