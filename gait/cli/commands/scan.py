"""``gait scan``: the sensors near by."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.main import one_line
from gait.cli.radio_options import HciOption, hci_backend

if TYPE_CHECKING:
    from gait.sensors.scan import Seen

__all__ = ["command"]


def command(
    seconds: Annotated[
        float, typer.Option("--for", metavar="S", min=0.2, max=120.0, help="How long to listen.")
    ] = 5.0,
    hci: HciOption = None,
) -> None:
    """List the sensors near by: address, signal, name. Their names and addresses go to gait record."""
    from gait.sensors.scan import choose

    seen = asyncio.run(_scan(seconds, hci))
    if not seen:
        choose(seen, [])
    print(f"{len(seen)} found", file=sys.stderr)
    for one in seen:
        print(f"{one.address}  {one.rssi_dbm:4d} dBm  {one_line(one.name) or '(no name)'}")


async def _scan(seconds: float, hci: str | None) -> list[Seen]:
    from gait.sensors.scan import scan

    async with hci_backend(hci) as backend:
        return await scan(backend, seconds)
