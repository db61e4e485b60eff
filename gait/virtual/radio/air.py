"""A virtual radio on Bumble: what its controllers lack for a recorder's test, and faults on demand.

`Air` joins controllers the way the air does: packets pass at connection events, links stall, break and
lose packets. `SoundController` is Bumble's virtual controller (0.0.236) with three gaps closed: a cancelled
LE Create Connection is completed, a reset clears links and advertising, and ACL packets are whole.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

from bumble import hci, ll
from bumble.controller import Controller
from bumble.link import LocalLink

__all__ = ["Air", "AirSettings", "SoundController"]

ACL_BYTES = 251
"""Bytes of data of LE 4.2 and later (Bluetooth Core Specification); Bumble's default of 27 cuts each
notification into ten."""
IDLE_EVENT_S = 0.0075
"""Pace of a stalled link that has no connection interval of its own, s: the shortest of LE (Bluetooth Core
Specification)."""
NOTIFICATION_BYTES = 100
"""A packet of samples is longer than this (chosen: everything else is shorter, STATUS with 64 bytes the
longest)."""


@dataclass(frozen=True)
class AirSettings:
    """How good the air is.

    Attributes
    ----------
    interval_s
        Connection interval; 0 delivers at once.
    per_event
        Packets each way in one connection event.
    jitter_s
        Largest extra wait of an event, uniform.
    loss
        Share of the packets of samples that get lost. The link layer itself repeats until it succeeds;
        this stands for queues that run over in a firmware or a host.
    seed
        Of jitter and loss.
    """

    interval_s: float = 0.015
    per_event: int = 6
    jitter_s: float = 0.0
    loss: float = 0.0
    seed: int = 1


class SoundController(Controller):  # type: ignore[misc] # Bumble is untyped to mypy here
    """A virtual controller that a recorder can be tested on."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - handed on to Bumble
        super().__init__(*args, **options)
        self.le_acl_data_packet_length = ACL_BYTES

    def on_hci_le_create_connection_cancel_command(self, _command: Any) -> Any:  # noqa: ANN401 - Bumble's types
        """Complete the pending connection as cancelled, as the Core specification asks for."""
        pending: Any = getattr(self, "pending_le_connection", None)
        self.pending_le_connection = None
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        event = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=pending.peer_address.address_type,
            peer_address=pending.peer_address,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        asyncio.get_running_loop().call_soon(self.send_hci_packet, event)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def on_hci_reset_command(self, command: Any) -> Any:  # noqa: ANN401 - Bumble's types
        """Forget links, scans and advertising: the host program was started anew."""
        for connection in list(self.le_connections.values()):
            connection.send_ll_control_pdu(ll.TerminateInd(hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR))
        self.le_connections.clear()
        self.le_scan_enable = False
        self.pending_le_connection = None
        self.le_legacy_advertiser.stop()
        for advertising in self.advertising_sets.values():
            advertising.stop()
        self.advertising_sets.clear()
        return super().on_hci_reset_command(command)


@dataclass
class _Queue:
    """Packets from one controller to another, waiting for the next connection event."""

    sender: Any
    destination: Any
    transport: Any
    packets: list[bytes] = field(default_factory=list)


class Air(LocalLink):  # type: ignore[misc] # Bumble is untyped to mypy here
    """The air between controllers.

    State: queued packets, who is stalled or out of range, and how many packets passed and were lost.
    """

    def __init__(self, settings: AirSettings) -> None:
        super().__init__()
        self.settings = settings
        self.lost = 0
        self.passed = 0
        self._random = random.Random(settings.seed)
        self._stalled: set[Any] = set()
        self._out_of_range: set[Any] = set()
        self._queues: dict[tuple[Any, str, int], _Queue] = {}
        self._pump: asyncio.Task[None] | None = None

    def close(self) -> None:
        """Stop delivering."""
        if self._pump is not None:
            self._pump.cancel()
            self._pump = None

    def send_acl_data(self, sender: Any, destination: Any, transport: Any, data: bytes) -> None:  # noqa: ANN401 - Bumble's types
        """Take a packet from a controller; it arrives at a connection event, or not at all."""
        if len(data) > NOTIFICATION_BYTES and self._random.random() < self.settings.loss:
            self.lost += 1
            return
        self.passed += 1
        if not self.settings.interval_s and not self._stalled:
            self._deliver(sender, destination, transport, data)
            return
        key = (sender, str(destination), int(transport))
        self._queues.setdefault(key, _Queue(sender, destination, transport)).packets.append(data)
        if self._pump is None:
            self._pump = asyncio.get_running_loop().create_task(self._run())

    def send_advertising_pdu(self, sender_controller: Any, packet: Any) -> None:  # noqa: ANN401 - Bumble's types
        """Send advertising; that of a controller that is out of range reaches nobody."""
        if sender_controller not in self._out_of_range:
            super().send_advertising_pdu(sender_controller, packet)

    def stall(self, controller: Any, *, on: bool = True) -> None:  # noqa: ANN401 - Bumble's types
        """Let nothing of a controller pass, without its link breaking: packets wait."""
        (self._stalled.add if on else self._stalled.discard)(controller)

    def out_of_range(self, controller: Any, *, on: bool = True) -> None:  # noqa: ANN401 - Bumble's types
        """Take a controller out of range: its links time out and its advertising is not heard."""
        if on:
            self._out_of_range.add(controller)
            self.drop(controller)
        else:
            self._out_of_range.discard(controller)

    def drop(self, controller: Any) -> None:  # noqa: ANN401 - Bumble's types
        """Break every link of a controller by supervision time-out, as both ends see it."""
        reason = hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR
        for connection in list(controller.le_connections.values()):
            peer = self.find_le_controller(connection.peer_address)
            self._forget(controller, peer)
            for other in list(peer.le_connections.values()) if peer else ():
                if other.peer_address == connection.self_address:
                    peer.on_le_disconnected(other, reason)
            controller.on_le_disconnected(connection, reason)

    def _forget(self, controller: Any, peer: Any) -> None:  # noqa: ANN401 - Bumble's types
        for key, queue in list(self._queues.items()):
            other = self.find_le_controller(queue.destination)
            if queue.sender is controller or (queue.sender is peer and other is controller):
                del self._queues[key]

    def _deliver(self, sender: Any, destination: Any, transport: Any, data: bytes) -> None:  # noqa: ANN401 - Bumble's types
        connection = sender.le_connections.get(destination)
        peer = self.find_le_controller(destination)
        if connection is not None and peer is not None:
            loop = asyncio.get_running_loop()
            loop.call_soon(peer.on_link_acl_data, connection.self_address, transport, data)

    async def _run(self) -> None:
        """Deliver at every connection event what waits for it."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += self.settings.interval_s or IDLE_EVENT_S
            late = self._random.uniform(0.0, self.settings.jitter_s)
            await asyncio.sleep(max(0.0, due + late - loop.time()))
            for queue in list(self._queues.values()):
                if self._is_stalled(queue):
                    continue
                for data in queue.packets[: self.settings.per_event]:
                    self._deliver(queue.sender, queue.destination, queue.transport, data)
                del queue.packets[: self.settings.per_event]

    def _is_stalled(self, queue: _Queue) -> bool:
        return queue.sender in self._stalled or self.find_le_controller(queue.destination) in self._stalled
