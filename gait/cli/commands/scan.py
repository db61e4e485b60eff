"""``gait scan``: the sensors near by."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.main import one_line
from gait.cli.radio_options import AdapterOption, HciOption, hci_backend

if TYPE_CHECKING:
    from gait.sensors.scan import Seen

__all__ = ["command"]


def command(
    seconds: Annotated[
        float, typer.Option("--for", metavar="S", min=0.2, max=120.0, help="How long to listen.")
    ] = 5.0,
    battery: Annotated[
        bool,
        typer.Option("--battery/--no-battery", help="Connect to each for a moment and read its battery."),
    ] = True,
    adapter: AdapterOption = "",
    hci: HciOption = None,
) -> None:
    """List the sensors near by: address, signal, battery, name, family, and whether it will do for running.

    Their names and addresses go to gait record.
    """
    from gait.sensors.scan import choose

    seen = asyncio.run(_scan(seconds, hci, adapter, battery=battery))
    if not seen:
        choose([], [])
    print(f"{len(seen)} found", file=sys.stderr)
    for sensor, pct in seen:
        print(_line(sensor, pct))


def _line(sensor: Seen, battery_pct: int | None) -> str:
    signal = "linked    " if sensor.rssi_dbm is None else f"{sensor.rssi_dbm:4d} dBm  "
    battery = "bat  ? %" if battery_pct is None else f"bat {battery_pct:2d} %"
    name, ability = one_line(sensor.name) or "(no name)", sensor.driver.ability
    return f"{sensor.address}  {signal}{battery}  {name}  {ability.name}; for running: {ability.verdict}"


async def _scan(
    seconds: float, hci: str | None, adapter: str, *, battery: bool
) -> list[tuple[Seen, int | None]]:
    from gait.sensors.battery import battery_of
    from gait.sensors.scan import scan, still_linked

    async with hci_backend(hci, adapter) as backend:
        seen = await scan(backend, seconds)
        there = {sensor.address for sensor in seen}
        seen += [sensor for sensor in await still_linked(backend) if sensor.address not in there]
        return [(sensor, await battery_of(sensor, backend) if battery else None) for sensor in seen]
