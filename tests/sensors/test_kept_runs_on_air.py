"""Runs in memories fetched over a real Bluetooth stack: HCI, L2CAP, ATT, GATT, bleak's classes."""

import asyncio

import pytest

from gait.recording.read import read_recording
from gait.sensors.fetch_log import fetch_log
from gait.sensors.scan import Backend
from gait.virtual.radio.air import AirSettings
from gait.virtual.radio.backend import backends
from gait.virtual.radio.faults import parse_fault
from gait.virtual.radio.mimics.keeping import KEEPING
from gait.virtual.radio.mimics.on_air import MimicOnAir
from gait.virtual.radio.played_motion import Playback
from gait.virtual.radio.world import open_world
from tests.sensors.conftest import FastLoop, motion_of


@pytest.mark.parametrize("kind", KEEPING, ids=lambda one: one.family)
def test_a_kept_run_is_fetched_over_the_air(tmp_path, kind):
    """Found by its address, asked, fetched over a link that breaks once: the whole run, once."""
    loop = FastLoop()
    mimic = kind(Playback(motion_of("left", 10.0)), 0, loop.time, [parse_fault("drop@0.01+0.5")])
    mimic.kept_s = 3.0

    async def go():
        async with open_world([], AirSettings(jitter_s=0.004), loop.time) as world:
            sensor = MimicOnAir(mimic, world.air)
            await sensor.start()
            try:
                return await fetch_log(
                    tmp_path / "out",
                    mimic.address,
                    side="left",
                    scan_s=0.5,
                    backend=Backend(*backends(world.adapter)),
                    clock_us=lambda: round(loop.time() * 1e6),
                )
            finally:
                await sensor.stop()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        finished = runner.run(go())
    found = read_recording(finished.files[0])
    assert finished.recorded[0].gaps == 0
    assert len(mimic.kept[0]) - 12 <= len(found.time_s) <= len(mimic.kept[0])
