"""A run kept on the sensor: fetched from the open profile's ring, refused where a family keeps nothing."""

import asyncio

import numpy as np
import pytest

from gait.errors import SensorError
from gait.protocol.control import Start, encode_command
from gait.recording.read import read_recording
from gait.sensors.fetch_log import fetch_log
from gait.sensors.scan import Backend
from gait.virtual.radio.faults import parse_fault
from gait.virtual.radio.mimics import MIMICS
from gait.virtual.radio.mimics.keeping import KEEPING
from gait.virtual.radio.near import near_backends, switched_on
from gait.virtual.radio.played_motion import Playback
from tests.sensors.conftest import FastLoop, motion_of

READ = {one.family for one in KEEPING}
FORGETFUL = [one for one in MIMICS if one.family not in READ]


def fetch(made, folder, name, before=None):
    """Fetch from the sensors of `direct`, after something was done with them."""

    async def go():
        async with switched_on(made.peripherals):
            if before is not None:
                await before()
            return await fetch_log(
                folder,
                name,
                scan_s=0.05,
                backend=Backend(*near_backends(made.peripherals)),
                clock_us=lambda: round(made.loop.time() * 1e6),
            )

    with asyncio.Runner(loop_factory=lambda: made.loop) as runner:
        return runner.run(go())


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize("loss", [0.0, 0.05])
def test_the_ring_is_fetched_as_it_stands(direct, tmp_path, stopped, loss):
    """Started by somebody who is gone: all that the ring holds, at its times, also over a lossy link."""
    made = direct((), seconds=1.0, sensor={"ring_s": 12.0, "index_start": (1 << 32) - 2000}, loss=loss)
    sensor = made.peripherals[0].sensor
    held = []

    async def run_alone():
        sensor.command(encode_command(Start(208, 16, 2000, 77)), made.loop.time())
        await asyncio.sleep(20.0)
        if stopped:
            list(sensor.advance(made.loop.time()))
            sensor.running = False
        held.append((sensor.oldest_index, sensor.end_index))

    finished = fetch(made, tmp_path / "out", "Gait-00L", run_alone)
    recorded = finished.recorded[0]
    oldest, end = held[0]
    found = read_recording(recorded.path)
    assert end - oldest == 12 * 208
    assert recorded.gaps == 0
    # A sensor that runs on overwrites its oldest samples while it is read.
    assert end - oldest - (0 if stopped else 104) <= recorded.samples
    assert np.all(np.abs(np.diff(found.time_s) - sensor.period_s) < 2e-4)
    assert found.started
    assert sensor.start.session_id == 77


def test_an_empty_ring_is_one_line(direct, tmp_path):
    """Never started: says so, and leaves no folder."""
    made = direct((), seconds=1.0)
    with pytest.raises(SensorError, match=r"Gait-00L: holds no samples; record with gait record"):
        fetch(made, tmp_path / "out", "Gait-00L")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", FORGETFUL, ids=lambda one: one.family)
def test_a_family_whose_memory_is_not_read_says_so(tmp_path, kind):
    """Each names what the sensor keeps, and what to do instead."""
    loop = FastLoop()
    mimic = kind(Playback(motion_of("left")), 0, loop.time, [parse_fault("silent@99")])
    work = fetch_log(tmp_path / "out", mimic.name, scan_s=0.05, backend=Backend(*near_backends([mimic])))
    with asyncio.Runner(loop_factory=lambda: loop) as runner, pytest.raises(SensorError) as caught:
        runner.run(work)
    assert "keeps " in str(caught.value)
    assert str(caught.value).endswith("; record it live with gait record")
    assert not (tmp_path / "out").exists()
