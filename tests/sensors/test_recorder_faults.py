"""Faults that a real Bluetooth stack and public bug reports showed, each made to happen."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest
from bleak.backends.device import BLEDevice
from bleak.exc import BleakDBusError, BleakError

from gait.errors import RecordingError, SensorError, UsageError
from gait.journal.to_csv import finish
from gait.sensors.link import backend as backends
from gait.sensors.link.backend import Backend, refuse_adapter
from gait.sensors.scan import scan, still_linked
from gait.sensors.session import Watchers, record
from gait.virtual.radio.near import near_backends, switched_on

IN_PROGRESS = BleakDBusError("org.bluez.Error.InProgress", ["Operation already in progress"])
NOT_READY = BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"])
DENIED = BleakError("Access Denied")


def run_on(made, backend):
    """Record with another stack than the one that `direct` makes."""

    async def go():
        async with switched_on(made.peripherals):
            return await record(
                made.folder,
                made.settings,
                asyncio.Event(),
                backend=backend,
                clock_us=lambda: round(made.loop.time() * 1e6),
            )

    with asyncio.Runner(loop_factory=lambda: made.loop) as runner:
        return runner.run(go())


def failing(made, errors):
    """A stack whose first connects fail with these errors."""
    scanner, client = near_backends(made.peripherals)
    left = list(errors)

    class Failing(client):
        async def connect(self, pair=False, **more):
            if left:
                raise left.pop(0)
            await super().connect(pair, **more)

    return Backend(scanner, Failing)


@pytest.mark.parametrize("errors", [[IN_PROGRESS], [NOT_READY, IN_PROGRESS], [DENIED] * 3])
def test_a_first_connect_that_fails_for_a_moment_is_tried_again(direct, errors):
    """InProgress, NotReady, WinRT's race (bleak #1061): up to three failures, and then a whole recording."""
    made = direct((), seconds=5.0)
    recorded = run_on(made, failing(made, errors)).recorded[0]
    assert recorded.samples == made.peripherals[0].sensor.taken
    assert recorded.gaps == 0


@pytest.mark.parametrize(
    ("error", "says"),
    [(IN_PROGRESS, "Bluetooth is busy"), (NOT_READY, "switched off"), (DENIED, "no permission")],
)
def test_after_the_last_failed_connect_there_is_advice(direct, error, says):
    """Always failing: the last failure is the error, with what to do, and no folder is left."""
    made = direct((), seconds=5.0)
    with pytest.raises(SensorError, match=says):
        run_on(made, failing(made, [error] * 99))
    assert not made.folder.exists()


def test_a_sensor_that_the_system_still_holds_is_found(direct):
    """The recorder before was killed: the sensor is linked and silent, and still recorded (bleak #367)."""
    made = direct((), seconds=5.0)
    _, client = near_backends(made.peripherals)
    silent, _ = near_backends([])
    sensor = made.peripherals[0]

    class Holding:
        def __init__(self):
            self.asked = []

        @classmethod
        async def get(cls, **_):
            return cls()

        async def get_connected_devices(self, uuids):
            wanted = any(one.startswith("8f3a0001") for one in uuids)
            return [BLEDevice(sensor.address, sensor.name, None)] if wanted else []

    stack = Backend(silent, client, Holding)
    found = asyncio.run(still_linked(stack))
    assert [(one.name, one.rssi_dbm) for one in found] == [("Gait-00L", None)]
    made.settings = replace(made.settings, left="Gait-00L")
    assert run_on(made, stack).recorded[0].samples == sensor.sensor.taken


def test_a_system_that_does_not_tell_its_links_is_no_error():
    """An older stack, or none of its own: nothing found."""

    class Mute:
        @classmethod
        async def get(cls, **_):
            raise NotImplementedError

    silent, client = near_backends([])
    assert asyncio.run(still_linked(Backend(silent, client, Mute))) == []
    assert asyncio.run(still_linked(Backend(silent, client))) == []


def test_the_adapter_goes_to_every_call_of_bleak(monkeypatch):
    """Scanner, client and adapter get ``hci1``; without a name nothing is said."""
    calls = []

    def note(*_, **options):
        calls.append(options.get("bluez"))
        return SimpleNamespace()

    async def got(**options):
        calls.append(options.get("bluez"))
        return SimpleNamespace(get_connected_devices=lambda _: asyncio.sleep(0, []))

    monkeypatch.setattr(backends, "BleakScanner", note)
    monkeypatch.setattr(backends, "BleakClient", note)
    monkeypatch.setattr(backends.BleakAdapter, "get", got)
    device = BLEDevice("C6:00:00:00:00:01", "x", None)
    for name in ("hci1", ""):
        stack = Backend(adapter_name=name)
        stack.make_scanner(None)
        stack.make_client(device)
        asyncio.run(stack.connected(["1801"]))
    assert calls == [{"adapter": "hci1"}] * 3 + [None] * 3


def test_an_adapter_can_be_chosen_on_linux_only():
    """Elsewhere one line that says so."""
    refuse_adapter("hci1", "linux")
    refuse_adapter("", "darwin")
    for system in ("darwin", "win32"):
        with pytest.raises(UsageError, match="only Linux"):
            refuse_adapter("hci1", system)


def test_a_sensor_that_changes_its_ranges_and_falls_silent_loses_nothing(direct):
    """Ranges changed at 5 s, silent at 10 s: woken with the ranges in force; the CSV holds all."""
    made = direct(["config@5", "silent@10"], seconds=20.0, rate=208)
    recorded = made.run().recorded[0]
    assert recorded.samples == made.peripherals[0].sensor.taken
    assert (recorded.gaps, recorded.left_out) == (0, 0)
    assert recorded.samples == sum(len(one.counts) for one in made.journal.blocks)


@pytest.mark.parametrize(
    "faults", [["rate@4", "silent@8"], ["config@3", "reboot@6", "silent@9"], ["clock@4", "drop@7+2"]]
)
def test_whatever_changes_the_csv_holds_the_journal_or_says_what_not(direct, faults):
    """Rates, ranges, restarts and silences together: journal minus CSV is what was said to be left out."""
    made = direct(faults, seconds=16.0, rate=208)
    finished = made.run()
    recorded = finished.recorded[0]
    held = sum(len(one.counts) for one in made.journal.blocks)
    assert held == recorded.samples + recorded.left_out
    assert bool(finished.left_out) == bool(recorded.left_out)


def test_a_sensor_that_never_sent_is_not_away_since_the_computer_started(direct):
    """The host's clock stands at 1000 s: away for as long as the session, no longer."""
    made = direct((), ["dead@0.01"], seconds=6.0)
    away_s = []

    def report(elapsed_s, views):
        away_s.append(views[1].buffered_s - elapsed_s)

    made.run(watchers=Watchers(report=report))
    assert max(away_s) < 1.0


@pytest.mark.parametrize("how", ["renamed", "deleted"])
def test_a_folder_that_goes_in_mid_run_ends_the_session_at_once(direct, tmp_path, how):
    """Noticed within a second, not at the end; renamed, what came up to then is recovered."""
    made = direct((), seconds=600.0, rate=104)
    moved = tmp_path / "moved"

    def go():
        made.folder.rename(moved)
        if how == "deleted":
            for one in moved.iterdir():
                one.unlink()

    began_s = made.loop.now_s
    made.loop.call_later(5.0, go)
    with pytest.raises(RecordingError, match="the folder was deleted or renamed while recording"):
        made.run()
    assert made.loop.now_s - began_s < 10.0
    if how == "renamed":
        assert finish(moved).recorded[0].samples > 4 * 104


def test_a_sensor_that_stays_away_at_the_end_is_called_ever_more_seldom(direct):
    """Ten seconds of calls that fail at once: the waits grow, so that there are few of them."""
    made = direct(["dead@4"], seconds=None)
    _, client = near_backends(made.peripherals)

    class Refusing(client):
        async def connect(self, pair=False, **more):
            if self._peer.dead:
                raise BleakError("not here")
            await super().connect(pair, **more)

    stop_at_s = made.loop.now_s + 6.0
    scanner, _ = near_backends(made.peripherals)
    ends = asyncio.Event()

    async def go():
        made.loop.call_later(6.0, ends.set)
        async with switched_on(made.peripherals):
            await record(
                made.folder,
                made.settings,
                ends,
                backend=Backend(scanner, Refusing),
                clock_us=lambda: round(made.loop.time() * 1e6),
            )

    with asyncio.Runner(loop_factory=lambda: made.loop) as runner:
        runner.run(go())
    failed_s = [one["at_us"] / 1e6 for one in made.journal.named("event", 0) if one["kind"] == "link"]
    after = [at_s for at_s in failed_s if at_s > stop_at_s]
    assert 3 <= len(after) <= 8


def test_a_scan_leaves_strangers_out(direct):
    """A keyboard near by is not listed."""
    made = direct(())
    stranger = type(made.peripherals[0])(made.peripherals[0].sensor, 7, made.loop.time)
    stranger.__class__ = type(
        "Keyboard", (type(stranger),), {"advertised": ["00001812-0000-1000-8000-00805f9b34fb"]}
    )
    scanner, client = near_backends([made.peripherals[0], stranger])
    with asyncio.Runner(loop_factory=lambda: made.loop) as runner:
        found = runner.run(scan(Backend(scanner, client), 0.1))
    assert [one.address for one in found] == [made.peripherals[0].address]
