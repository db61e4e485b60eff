"""The foot pod by BlueZ: the objects it shows, and a stand-in for BlueZ on a private D-Bus."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest

from gait.errors import SensorError
from gait.live.foot_pod.rsc import Measurement, encode

pytest.importorskip("dbus_fast")
from dbus_fast import Message
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusObjectPath, DBusSignature
from dbus_fast.service import ServiceInterface, dbus_method

from gait.live.foot_pod.bluez_objects import ADVERTISEMENT_PATH, ROOT, SERVICE_PATH, objects_of
from gait.live.foot_pod.on_bluez import BluezCarrier

WAIT_S = 120.0
"""Longest that anything is waited for, s."""
BASE = "-0000-1000-8000-00805f9b34fb"
VALUE = encode(Measurement(3.0, 170.0, running=True, stride_m=2.1, distance_m=100.0))
CONFIG = """<busconfig><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"""

Options = Annotated[dict[str, Any], DBusSignature("a{sv}")]
Nothing = Annotated[None, DBusSignature("")]


@pytest.fixture(scope="module")
def bus_address() -> Iterator[str]:
    """A D-Bus of the test's own."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("no dbus-daemon on this machine")
    # A socket's path may have 100 characters: pytest's own folders can be too deep.
    with tempfile.TemporaryDirectory(prefix="bus") as folder:
        config = Path(folder) / "bus.conf"
        config.write_text(CONFIG.format(folder=folder))
        command = [daemon, f"--config-file={config}", "--nofork", "--print-address"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            yield running.stdout.readline().strip()
            running.terminate()


class Manager(ServiceInterface):
    """Half of BlueZ's adapter: notes what is registered with it."""

    def __init__(self, name: str, calls: list[tuple[str, str]]) -> None:
        super().__init__(name)
        self.calls = calls


class Gatt(Manager):
    """Applications."""

    @dbus_method()
    def RegisterApplication(self, path: DBusObjectPath, options: Options) -> Nothing:  # noqa: N802 - BlueZ's name
        del options
        self.calls.append(("application", path))

    @dbus_method()
    def UnregisterApplication(self, path: DBusObjectPath) -> Nothing:  # noqa: N802 - BlueZ's name
        self.calls.append(("no application", path))


class Advertising(Manager):
    """Advertisements."""

    @dbus_method()
    def RegisterAdvertisement(self, path: DBusObjectPath, options: Options) -> Nothing:  # noqa: N802 - BlueZ's name
        del options
        self.calls.append(("advertisement", path))

    @dbus_method()
    def UnregisterAdvertisement(self, path: DBusObjectPath) -> Nothing:  # noqa: N802 - BlueZ's name
        self.calls.append(("no advertisement", path))


async def bluez(address: str, calls: list[tuple[str, str]]) -> MessageBus:
    """Return the connection of a BlueZ with one adapter."""
    bus = await MessageBus(bus_address=address).connect()
    bus.export("/org/bluez/hci0", Gatt("org.bluez.GattManager1", calls))
    bus.export("/org/bluez/hci0", Advertising("org.bluez.LEAdvertisingManager1", calls))
    await bus.request_name("org.bluez")
    return bus


async def ask(bus: MessageBus, to: str, path: str, member: str, *arguments: tuple[str, Any]) -> Any:
    """Call a method, named with its interface, and return what it answers."""
    interface, _, name = member.rpartition(".")
    signature, body = "".join(one for one, _ in arguments), [one for _, one in arguments]
    answer = await asyncio.wait_for(
        bus.call(Message(to, path, interface, name, signature=signature, body=body)), WAIT_S
    )
    assert answer is not None
    return answer.body


def test_the_object_tree_is_the_service() -> None:
    """One primary service and its three characteristics, with the methods BlueZ calls; no bus is needed."""
    _, objects = objects_of("shoe", lambda: None)
    shown = {path: one.introspect() for path, one in objects.items()}
    assert all(path.startswith(f"{ROOT}/") or path == ADVERTISEMENT_PATH for path in shown)
    assert [one.name for one in shown.values()] == [
        "org.bluez.GattService1", *["org.bluez.GattCharacteristic1"] * 3, "org.bluez.LEAdvertisement1",
    ]  # fmt: skip
    characteristic = shown[f"{SERVICE_PATH}/char0"]
    methods = {
        one.name: ([arg.signature for arg in one.in_args], [arg.signature for arg in one.out_args])
        for one in characteristic.methods
    }
    assert methods == {"ReadValue": (["a{sv}"], ["ay"]), "StartNotify": ([], []), "StopNotify": ([], [])}
    assert {one.name: one.signature for one in characteristic.properties} == {
        "UUID": "s", "Service": "o", "Flags": "as", "Value": "ay", "Notifying": "b",
    }  # fmt: skip


def test_bluez_reads_the_service_and_gets_its_values(bus_address: str) -> None:
    """What BlueZ finds at the application's root, reads, and hears once it has subscribed."""

    async def go() -> None:
        calls: list[tuple[str, str]] = []
        host = await bluez(bus_address, calls)
        heard: asyncio.Queue[Message] = asyncio.Queue()
        host.add_message_handler(
            lambda one: heard.put_nowait(one) if one.member == "PropertiesChanged" else None
        )
        carrier = BluezCarrier("shoe", address=bus_address)
        await carrier.open()
        assert calls == [("application", ROOT), ("advertisement", ADVERTISEMENT_PATH)]
        pod = carrier._bus.unique_name
        rule = f"type='signal',sender='{pod}'"
        dbus = "org.freedesktop.DBus"
        await ask(host, dbus, "/org/freedesktop/DBus", f"{dbus}.AddMatch", ("s", rule))
        (tree,) = await ask(host, pod, ROOT, "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
        found = {
            path: next(body for name, body in one.items() if name.startswith("org.bluez."))
            for path, one in tree.items()
        }
        assert found[SERVICE_PATH]["UUID"].value == f"00001814{BASE}"
        assert found[SERVICE_PATH]["Primary"].value is True
        characteristics = {
            body["UUID"].value[4:8]: (body["Flags"].value, path)
            for path, body in found.items()
            if path != SERVICE_PATH
        }
        assert {number: flags for number, (flags, _) in characteristics.items()} == {
            "2a53": ["notify"], "2a54": ["read"], "2a5d": ["read"],
        }  # fmt: skip
        assert all(body["Service"].value == SERVICE_PATH for p, body in found.items() if p != SERVICE_PATH)
        read = "org.bluez.GattCharacteristic1.ReadValue"
        assert (await ask(host, pod, characteristics["2a54"][1], read, ("a{sv}", {})))[0] == b"\x07\x00"
        assert (await ask(host, pod, characteristics["2a5d"][1], read, ("a{sv}", {})))[0] == b"\x01"
        measurement = characteristics["2a53"][1]
        await carrier.notify(b"\x00nobody listens")
        await ask(host, pod, measurement, "org.bluez.GattCharacteristic1.StartNotify")
        await carrier.notify(VALUE)
        signal = await asyncio.wait_for(heard.get(), WAIT_S)
        assert (signal.path, signal.body[1]["Value"].value) == (measurement, VALUE)
        assert heard.empty()
        get_all = "org.freedesktop.DBus.Properties.GetAll"
        (told,) = await ask(host, pod, ADVERTISEMENT_PATH, get_all, ("s", "org.bluez.LEAdvertisement1"))
        assert (told["Type"].value, told["ServiceUUIDs"].value) == ("peripheral", [f"00001814{BASE}"])
        await carrier.close()
        assert calls[2:] == [("no advertisement", ADVERTISEMENT_PATH), ("no application", ROOT)]
        host.disconnect()

    asyncio.run(asyncio.wait_for(go(), WAIT_S))


def test_bluez_that_is_not_there_or_ends_is_an_error(bus_address: str) -> None:
    """No BlueZ, no such adapter, and a BlueZ that takes the pod off the air or ends: each says so."""

    async def go() -> None:
        with pytest.raises(SensorError, match=r"GetManagedObjects: .*org\.bluez"):
            await BluezCarrier("shoe", address=bus_address).open()
        host = await bluez(bus_address, [])
        with pytest.raises(SensorError, match=r"no adapter hci7 .*; there is: hci0"):
            await BluezCarrier("shoe", "hci7", bus_address).open()
        carrier = BluezCarrier("shoe", "hci0", bus_address)
        await carrier.open()
        await carrier.notify(VALUE)
        pod = carrier._bus.unique_name
        await ask(host, pod, ADVERTISEMENT_PATH, "org.bluez.LEAdvertisement1.Release")
        with pytest.raises(SensorError, match="taken it off the air"):
            await carrier.notify(VALUE)
        await carrier.close()
        carrier = BluezCarrier("shoe", "hci0", bus_address)
        await carrier.open()
        ended = asyncio.Event()
        carrier._bus.add_message_handler(
            lambda one: ended.set() if one.member == "NameOwnerChanged" else None
        )
        host.disconnect()
        await ended.wait()
        with pytest.raises(SensorError, match="BlueZ has ended"):
            await carrier.notify(VALUE)
        await carrier.close()

    asyncio.run(asyncio.wait_for(go(), WAIT_S))


def test_no_bus_is_an_error(tmp_path: Path) -> None:
    """Without a D-Bus the foot pod says so, and can be closed all the same."""
    carrier = BluezCarrier("shoe", address=f"unix:path={tmp_path / 'none'}")

    async def go() -> None:
        with pytest.raises(SensorError, match="does not play a foot pod"):
            await carrier.open()
        await carrier.close()

    asyncio.run(asyncio.wait_for(go(), WAIT_S))
