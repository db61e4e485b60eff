"""``gait virtual-sensor``: sensors without hardware, for another process or on a real radio."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.option_groups import grouped
from gait.cli.radio_options import (
    PlayedOptions,
    need_bumble,
    parse_sides,
)
from gait.errors import UsageError

if TYPE_CHECKING:
    from gait.virtual.radio.world import Plan

__all__ = ["command"]


@grouped
def command(
    *,
    sides: Annotated[
        list[str] | None, typer.Argument(help="left, right or both.", show_default=False)
    ] = None,
    serve: Annotated[
        str | None,
        typer.Option(
            "--serve",
            metavar="TRANSPORT",
            help="Offer a virtual Bluetooth adapter with the sensors in range, such as "
            "tcp-server:127.0.0.1:9000 or unix-server:PATH; gait record --hci tcp-client:... uses it.",
        ),
    ] = None,
    dongle: Annotated[
        str | None,
        typer.Option("--dongle", metavar="TRANSPORT", help="Play one sensor on a real HCI dongle: usb:0."),
    ] = None,
    played: PlayedOptions,
) -> None:
    """Play sensors: a virtual run or a saved recording, over a socket or a real Bluetooth dongle.

    Runs until Ctrl-C.
    """
    need_bumble("gait virtual-sensor")
    if (serve is None) == (dongle is None):
        raise UsageError(
            "say where to play", todo="either --serve tcp-server:127.0.0.1:9000 or --dongle usb:0"
        )
    chosen = parse_sides(sides or ())
    if dongle is not None and len(chosen) > 1:
        raise UsageError("a dongle plays one sensor", where="--dongle", todo="add left or right")
    plan = played.plan(chosen)
    asyncio.run(_serve(plan, serve, played.loss) if serve is not None else _dongle(plan, dongle or ""))


async def _serve(plan: Plan, transport: str, loss: float) -> None:
    from gait.virtual.radio.air import AirSettings
    from gait.virtual.radio.world import serve_world

    async with serve_world(plan, AirSettings(loss=loss), transport) as world:
        names = ", ".join(peripheral.name for peripheral in world.peripherals)
        print(f"ready: {names} on {transport}", file=sys.stderr, flush=True)
        await asyncio.get_running_loop().create_future()


async def _dongle(plan: Plan, transport: str) -> None:
    from gait.virtual.radio.world import play_on_dongle

    async with play_on_dongle(plan[0][0], transport) as peripheral:
        print(f"ready: {peripheral.name} on {transport}", file=sys.stderr, flush=True)
        await asyncio.get_running_loop().create_future()
