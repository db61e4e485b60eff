"""A session that is recorded with the page beside: whatever happens to the page, the recording is whole."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gait.analysis.engine import strides_of
from gait.cli import live_run
from gait.cli.main import main
from gait.errors import SensorError
from gait.journal.to_csv import Finished, Recorded
from gait.live.feed import Feed
from gait.live.hub import Hub
from gait.recording.read import read_recording
from gait.sensors.beside import Beside
from gait.sensors.scan import Backend
from gait.sensors.session import RecordSettings, SensorView, Watchers, record
from gait.virtual.radio.direct import DirectPeripheral, direct_backends, switched_on
from gait.virtual.radio.faults import parse_fault
from gait.virtual.radio.firmware import SensorSettings, VirtualSensor
from gait.virtual.radio.played_motion import Playback
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import RunnerSettings
from tests.sensors.conftest import FastLoop

pytest.importorskip("starlette")
from websockets.sync.client import connect

from gait.live.server import LiveServer

WAIT_S = 120.0
RUN_S = 12.0


@pytest.fixture(scope="module")
def motion() -> Playback:
    """What a shoe's sensor feels in a run."""
    made = simulate(RunnerSettings(parts=(("stand", 3.0), ("run", 30.0))), sides=("left",))
    return Playback(made.session.recordings[0])


class Studio:
    """A recording in virtual time, with a hub and a server in real threads."""

    def __init__(self, folder: Path, motion: Playback, *faults: str) -> None:
        self.folder, self.loop, self.said = folder, FastLoop(), list[str]()
        self.sensor = VirtualSensor(SensorSettings(side="left"), motion)
        played = [parse_fault(text) for text in faults]
        self.peripheral = DirectPeripheral(self.sensor, 0, self.loop.time, played)
        self.hub = Hub(176.0)
        self.feed = Feed(self.hub)
        self.beside = Beside(self.feed.hear)
        self.server = LiveServer(self.hub)
        self.signals: list[str] = []

    def record(self, each_second: Callable[[int], None] = lambda _: None) -> None:
        """Record `RUN_S` seconds; something happens each of them."""
        second = [0]

        def report(elapsed_s: float, views: Sequence[SensorView]) -> None:
            rows = [live_run._view(one) for one in views]
            self.signals += [str(one["signal"]) for one in rows]
            self.hub.status(elapsed_s, rows)
            second[0] += 1
            each_second(second[0])

        watchers = Watchers(self.beside.hear, report, self.said.append)
        settings = RecordSettings(duration_s=RUN_S, scan_s=0.05, give_up_s=20.0)

        async def go() -> None:
            async with switched_on([self.peripheral]):
                await record(
                    self.folder,
                    settings,
                    asyncio.Event(),
                    backend=Backend(*direct_backends([self.peripheral])),
                    clock_us=lambda: round(self.loop.time() * 1e6),
                    watchers=watchers,
                )

        self.server.start()
        try:
            with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
                runner.run(go())
            if self.beside.finish():
                self.feed.finish()
            self.hub.end()
        finally:
            self.server.stop()

    def assert_whole(self) -> None:
        """Every sample that the sensor took is in the file, in order."""
        found = read_recording(self.folder / "left_shoe.csv")
        assert len(found.time_s) == self.sensor.taken
        assert np.all(np.diff(found.time_s) > 0.0)
        assert found.extra["recorder"]["gaps"] == 0


@pytest.fixture
def studio(tmp_path: Path, motion: Playback) -> Callable[..., Studio]:
    """Make a studio, with faults of its sensor."""
    return lambda *faults: Studio(tmp_path / "session", motion, *faults)


def test_pages_come_and_go_and_the_server_is_killed(studio: Callable[..., Studio]) -> None:
    """A page closed, reloaded, two at once, and the server gone in mid-run: all samples are in the file."""
    made = studio()
    pages: list[tuple[ExitStack, Any]] = []
    seen: list[dict[str, Any]] = []

    def happens(second: int) -> None:
        if second in (2, 4, 5):
            page = ExitStack()
            pages.append((page, page.enter_context(connect(f"ws://127.0.0.1:{made.server.port}/ws"))))
        elif second == 3:
            pages.pop()[0].close()
        elif second == 6:
            page, socket = pages.pop(0)
            seen.append(json.loads(socket.recv(timeout=WAIT_S)))
            page.close()
        elif second == 8:
            made.server.stop()

    made.record(happens)
    made.assert_whole()
    assert seen, made.said
    assert made.hub._sums["n"] > 8
    for page, _ in pages:
        page.close()


def test_a_slow_computer_shows_less_and_loses_nothing(
    studio: Callable[..., Studio], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An analysis that stands still: blocks are left out of the page, and none out of the file."""
    monkeypatch.setattr("gait.sensors.beside.MOST_WAITING", 20)
    made = studio()
    free = threading.Event()
    hear = made.beside.observer

    def slow(*given: Any) -> None:
        free.wait(WAIT_S)
        hear(*given)

    monkeypatch.setattr(made.beside, "observer", slow)
    made.record(lambda second: free.set() if second >= RUN_S - 2 else None)
    made.assert_whole()
    assert made.beside.left_out > 20


def test_an_analysis_that_fails_is_said_once(
    studio: Callable[..., Studio], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug in what is shown costs the page its strides, and nothing else."""
    made = studio()

    def broken(*_: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(made.beside, "observer", broken)
    made.record()
    made.assert_whole()
    assert sum("a bug" in line for line in made.said) == 1


def test_a_sensor_that_was_away_is_shown_so_and_comes_back(studio: Callable[..., Studio]) -> None:
    """Three seconds out of reach: the page says so, and what was kept in the sensor is in the file."""
    made = studio("drop@4+3")
    made.record()
    made.assert_whole()
    assert "away, trying" in made.signals
    assert made.signals[-1].endswith(" Hz")


@pytest.mark.parametrize(("interrupted", "code"), [(True, 130), (False, 2)])
def test_how_it_ended_is_the_exit_code(
    interrupted: bool,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Ended by hand: 130, as gait record; no sample at all: 2, with what to do."""

    async def nothing(*_: Any) -> tuple[Finished, bool]:
        return Finished(), interrupted

    monkeypatch.setattr(live_run, "_session", nothing)
    assert main(["live", "--no-open", "-o", str(tmp_path / "out")]) == code
    told = capsys.readouterr().err
    assert ("nothing was recorded" in told) == interrupted
    assert ("no sample came" in told) != interrupted


def test_a_replay_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    """``--replay RUN -o DIR``: the same recordings, and what follows takes the folder."""
    run, out = tmp_path / "run", tmp_path / "out"
    assert main(["simulate", "-o", str(run), "--minutes", "0.1"]) == 0
    assert main(["live", "--no-open", "--replay", str(run), "--speed", "max", "-o", str(out)]) == 0
    for side in ("left", "right"):
        first, second = (read_recording(folder / f"{side}_shoe.csv") for folder in (run, out))
        assert np.array_equal(first.time_s, second.time_s)
        assert np.max(np.abs(first.acc - second.acc)) < 1e-4
    assert main(["live", "--no-open", "--replay", str(run), "-o", str(out)]) == 2


@pytest.mark.parametrize("error", [None, SensorError("the disk is full")])
def test_the_command_hands_on_and_ends_in_order(
    error: Exception | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All strides reach the hub before the end is called, whether the recording ended well or not."""
    run = simulate(RunnerSettings(parts=(("stand", 3.0), ("run", 7.0)))).session.recordings[0]
    hub, told = Hub(), list[str]()
    feed = Feed(hub)

    async def recorded(*_: Any, watchers: Watchers, **__: Any) -> Finished:
        assert watchers.observer is not None
        assert watchers.began is not None
        assert run.gyr is not None
        watchers.began(0)
        for low in range(0, len(run.time_s), 100):
            rows = slice(low, low + 100)
            watchers.observer("left", "shoe", run.time_s[rows], run.acc[rows], run.gyr[rows])
        if error is not None:
            raise error
        path = tmp_path / "left_shoe.csv"
        return Finished((Recorded(path, len(run.time_s), 10.0, 0, 0.0),))

    def end() -> None:
        told.append(f"{hub._sums['n']:.0f} strides, ended {hub._status['ended']}")

    monkeypatch.setattr("gait.sensors.session.record", recorded)
    with pytest.raises(SensorError) if error else nullcontext():
        live_run.record_sensors(tmp_path, live_run.Shown(feed), RecordSettings(), nullcontext(), end)  # type: ignore[arg-type]  # no Bluetooth is asked for
    batch, _ = strides_of(run)
    assert told == [f"{np.isfinite(batch.next_ic_s).sum():.0f} strides, ended True"]
