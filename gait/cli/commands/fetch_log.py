"""``gait fetch-log``: a run that a sensor kept by itself."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.main import one_line
from gait.cli.radio_options import AdapterOption, HciOption, hci_backend
from gait.errors import UsageError

if TYPE_CHECKING:
    from gait.frames import Side
    from gait.journal.to_csv import Finished

__all__ = ["command"]

SIDES: dict[str, Side | None] = {"": None, "left": "left", "right": "right"}


def command(
    sensor: Annotated[str, typer.Argument(help="Name or address of the sensor.", show_default=False)],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="DIR", help="Folder for the session.", show_default=False),
    ],
    side: Annotated[
        str, typer.Option("--side", metavar="SIDE", help="left or right, against what the sensor says.")
    ] = "",
    placement: Annotated[
        str,
        typer.Option("--placement", metavar="PLACE", help="shoe or shank, for a sensor that does not say."),
    ] = "shoe",
    scan_for: Annotated[
        float, typer.Option("--scan", metavar="S", min=0.2, max=120.0, help="How long to look for it.")
    ] = 5.0,
    adapter: AdapterOption = "",
    hci: HciOption = None,
) -> None:
    """Fetch the newest run that a sensor kept in its own memory, or the end of one that was cut off.

    Which families keep anything, and how such a run is recorded: gait sensors
    """
    if side not in SIDES:
        raise UsageError(f"{side!r} is no side", where="--side", todo="choose left or right")
    if placement not in ("shoe", "shank"):
        raise UsageError(f"{placement!r} is no place", where="--placement", todo="choose shoe or shank")
    finished = asyncio.run(_fetch(output, sensor, side, placement, scan_for, hci, adapter))
    for recorded in finished.recorded:
        print(recorded, file=sys.stderr)
    print(f"next: gait report {output}", file=sys.stderr)


async def _fetch(
    folder: Path, sensor: str, side: str, placement: str, scan_s: float, hci: str | None, adapter: str
) -> Finished:
    from gait.sensors.fetch_log import fetch_log

    async with hci_backend(hci, adapter) as backend:
        return await fetch_log(
            folder,
            sensor,
            side=SIDES[side],
            placement="shank" if placement == "shank" else "shoe",
            scan_s=scan_s,
            backend=backend,
            say=lambda text: print(one_line(text), file=sys.stderr),
        )
