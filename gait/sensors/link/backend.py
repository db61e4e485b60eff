"""Which Bluetooth stack and adapter bleak is to use, and the clients and scanners made on it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.backends.device import BLEDevice

from gait.errors import UsageError

__all__ = ["Backend", "refuse_adapter"]


def refuse_adapter(adapter: str, system: str = sys.platform) -> None:
    """Raise where an adapter is named on a system that offers no choice.

    Raises
    ------
    UsageError
        Any system but Linux.
    """
    if adapter and system != "linux":
        raise UsageError(
            "only Linux lets a program choose the adapter",
            where="--adapter",
            todo="leave it out, and choose the adapter in the system's settings",
        )


@dataclass(frozen=True)
class Backend:
    """A Bluetooth stack: bleak's own choice for the platform, or classes of its interfaces.

    Attributes
    ----------
    scanner, client, adapter
        Classes handed to bleak as ``backend=``; None leaves the choice to bleak.
    adapter_name
        Adapter to use on Linux, such as ``"hci1"``; empty for the first.
    """

    scanner: Any = None
    client: Any = None
    adapter: Any = None
    adapter_name: str = ""

    def make_client(self, device: BLEDevice, *, fresh: bool = False, **options: Any) -> BleakClient:  # noqa: ANN401 - bleak's options
        """Return a client for a device on this stack.

        Parameters
        ----------
        fresh
            Ask Windows for the services anew: its cache may be that of an older firmware (bleak #740, #1900).
        """
        if fresh and sys.platform == "win32":
            options["winrt"] = {"use_cached_services": False}
        return BleakClient(device, backend=self.client, **self._bluez(), **options)

    def make_scanner(self, callback: Any) -> BleakScanner:  # noqa: ANN401 - bleak's callback type is private
        """Return a scanner for all devices near by, as some families are recognised only by name."""
        more: dict[str, Any] = {} if self.scanner is None else {"backend": self.scanner}
        return BleakScanner(callback, **self._bluez(), **more)

    async def connected(self, service_uuids: Sequence[str]) -> list[BLEDevice]:
        """Return the devices with one of the services that the system holds a link to.

        A recorder that was killed leaves such a link behind, and a linked sensor does not advertise
        (bleak #367).
        """
        if self.scanner is not None and self.adapter is None:
            return []  # a stack in this process: its links end with it
        more: dict[str, Any] = {} if self.adapter is None else {"backend": self.adapter}
        adapter = await BleakAdapter.get(**self._bluez(), **more)
        return await adapter.get_connected_devices(list(service_uuids))

    def _bluez(self) -> dict[str, Any]:
        return {"bluez": {"adapter": self.adapter_name}} if self.adapter_name else {}
