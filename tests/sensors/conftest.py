"""Whole sessions on a virtual radio, in virtual time: a minute passes in a second of the processor."""

import asyncio
import json
import sys
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec

import numpy as np
import pytest

from gait.journal.format import read_journal
from gait.recording.model import Recording
from gait.recording.read import read_recording
from gait.sensors.link.patience import Timing
from gait.sensors.scan import Backend
from gait.sensors.session import RecordSettings, Watchers, record
from gait.virtual.radio.air import AirSettings
from gait.virtual.radio.backend import backends
from gait.virtual.radio.direct import DirectPeripheral, direct_backends, switched_on
from gait.virtual.radio.faults import parse_fault
from gait.virtual.radio.firmware import SensorSettings, VirtualSensor
from gait.virtual.radio.played_motion import Playback
from gait.virtual.radio.world import open_world


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self):
        super().__init__()
        self.now_s = 1000.0
        self._wait, self._selector.select = self._selector.select, self._jump

    def _jump(self, timeout=None):
        events = self._wait(0)
        if not events and timeout:
            self.now_s += timeout
        return events

    def time(self):
        return self.now_s

    def run_in_executor(self, _, func, *args):
        future = self.create_future()
        future.set_result(func(*args))
        return future


@pytest.fixture(scope="session", autouse=True)
def quiet_stack():
    """Keep Bumble from writing down every packet for a log that nobody reads: a fifth of a session's time."""
    if find_spec("bumble") is None:
        return
    from bumble import att, hci, l2cap

    for name, module in list(sys.modules.items()):
        if name.startswith("bumble.") and hasattr(module, "color"):
            module.color = lambda text, *_, **__: text
    for packet in (att.ATT_PDU, hci.HCI_Packet, l2cap.L2CAP_PDU, *hci.HCI_Packet.__subclasses__()):
        packet.__str__ = object.__repr__


@lru_cache(maxsize=8)
def motion_of(side, duration_s=400.0):
    """A recording in which every sample differs from its neighbours."""
    time_s = np.arange(0.0, duration_s, 0.01)
    phase = 2.0 * np.pi * 1.4 * time_s + (0.0 if side == "left" else np.pi)
    acc = np.column_stack([10 * np.sin(phase), 5 * np.cos(2 * phase), 9.8 + 20 * np.sin(phase + 1)])
    gyr = np.column_stack([np.sin(phase), 6 * np.cos(phase), np.sin(2 * phase)])
    return Recording("shoe", side, time_s, acc, gyr)


class Sway:
    """A motion for ever, whose every sample differs: cheap at any length."""

    duration_s = 1e9

    def counts(self, time_s, acc_range_g, gyr_range_dps):
        del acc_range_g, gyr_range_dps
        phase = np.asarray(time_s)[:, None] * np.array([8.0, 9.0, 10.0, 11.0, 12.0, 13.0])
        return (8000.0 * np.sin(phase)).astype(np.int16)


@dataclass
class Outcome:
    """What a session left behind, and the truth about its sensors."""

    finished: object
    journal: object
    sensors: dict
    counts: dict
    origin_s: float
    heard: list
    views: list

    def recording(self, side="left"):
        path = next(one for one in self.finished.files if one.name.startswith(side))
        return read_recording(path)

    def events(self, stream=0):
        return [one["kind"] for one in self.journal.named("event", stream)]

    def errors_ms(self, side="left", *, only_last=False):
        """Recorded time minus true time of each sample, ms, matched by the sample's number.

        `only_last` looks at the samples after the last restart of the sensor.
        """
        sensor, stream = self.sensors[side], list(self.sensors).index(side)
        blocks = [one for one in self.journal.blocks if one.stream == stream]
        blocks.sort(key=lambda one: (one.epoch, one.index))
        epochs = np.concatenate([np.full(len(one.counts), one.epoch) for one in blocks])
        numbers = np.concatenate([one.index + np.arange(len(one.counts)) for one in blocks])
        found = self.recording(side).time_s
        assert len(found) == len(numbers)
        truth = np.array([sensor.sample_time_s(int(one)) for one in numbers]) - self.origin_s
        errors = 1e3 * (found - truth)
        return errors[epochs == epochs[-1]] if only_last else errors


@dataclass
class Direct:
    """A session with sensors but no radio between, in virtual time."""

    folder: object
    loop: FastLoop
    peripherals: list
    settings: RecordSettings
    finished: object = None
    said: list = None

    def run(self, stop_at_s=None, cancel_at_s=None, watchers=None):
        """Record; a stop or a cancel comes so long after the beginning, seconds."""
        self.said = []
        shown = watchers or Watchers(say=self.said.append)

        async def go():
            stop = asyncio.Event()
            if stop_at_s is not None:
                self.loop.call_later(stop_at_s, stop.set)
            if cancel_at_s is not None:
                self.loop.call_later(cancel_at_s, asyncio.current_task().cancel)
            async with switched_on(self.peripherals):
                self.finished = await record(
                    self.folder,
                    self.settings,
                    stop,
                    backend=Backend(*direct_backends(self.peripherals)),
                    clock_us=lambda: round(self.loop.time() * 1e6),
                    watchers=shown,
                )

        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            runner.run(go())
        return self.finished

    @property
    def journal(self):
        return read_journal(self.folder)

    def counts(self, stream=0):
        return self.journal.named("end")[0]["counts"][str(stream)]

    def events(self, stream=0):
        return [one["kind"] for one in self.journal.named("event", stream)]


@pytest.fixture
def direct(tmp_path):
    """Make a `Direct`: ``direct([faults of the left], ...)``; `kinds` are classes of peripherals."""

    def make(*faults, seconds=10.0, rate=416, loss=0.0, kind=DirectPeripheral, sensor=None, **settings):
        loop = FastLoop()
        peripherals = []
        for number, mine in enumerate(faults or [()]):
            base = SensorSettings(
                side=("left", "right")[number], clock_ppm=(60.0, -40.0)[number], seed=number
            )
            firmware = VirtualSensor(replace(base, **(sensor or {})), Sway())
            played = [parse_fault(text) for text in mine]
            peripherals.append(kind(firmware, number, loop.time, played, loss=loss))
        wanted = {"rate_hz": rate, "duration_s": seconds, "give_up_s": 20.0, "scan_s": 0.05, **settings}
        return Direct(tmp_path / "session", loop, peripherals, RecordSettings(**wanted))

    return make


@pytest.fixture
def session(tmp_path):
    """Record virtual sensors: ``session(left=[faults], right=None, seconds=10)`` -> `Outcome`."""

    def run(left=(), right=None, seconds=10.0, rate=416, loss=0.0, settings=None, timing=None, play_s=400.0):
        plan, sensors = [], {}
        for number, (side, faults) in enumerate((("left", left), ("right", right))):
            if faults is None:
                continue
            base = SensorSettings(
                side=side, serial=f"VS000{number}", clock_ppm=(60.0, -40.0)[number], seed=number
            )
            mine = replace(base, **(settings or {}))
            sensors[side] = VirtualSensor(mine, Playback(motion_of(side, play_s)))
            plan.append((sensors[side], [parse_fault(text) for text in faults]))
        heard, views = [], []
        folder = tmp_path / "session"
        loop = FastLoop()

        async def go():
            air = AirSettings(loss=loss, jitter_s=0.004)
            async with open_world(plan, air, loop.time) as world:
                return await record(
                    folder,
                    RecordSettings(
                        rate_hz=rate,
                        duration_s=seconds,
                        expected=len(plan),
                        give_up_s=20.0,
                        timing=timing or Timing(),
                    ),
                    asyncio.Event(),
                    backend=Backend(*backends(world.adapter)),
                    clock_us=lambda: round(loop.time() * 1e6),
                    watchers=Watchers(
                        observer=lambda *block: heard.append(block),
                        report=lambda _, seen: views.append(seen),
                    ),
                )

        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            finished = runner.run(go())
        journal = read_journal(folder)
        counts = json.loads(json.dumps(journal.named("end")[0]["counts"])) if journal.named("end") else {}
        origin_s = journal.named("session")[0]["origin_us"] / 1e6
        return Outcome(finished, journal, sensors, counts, origin_s, heard, views)

    return run
