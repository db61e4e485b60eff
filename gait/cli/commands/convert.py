"""``gait convert``: any program's table as a recording."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.main import one_line
from gait.cli.option_groups import SensorOptions, grouped
from gait.errors import UsageError

if TYPE_CHECKING:
    from gait.recording.choice import Choice

__all__ = ["command"]

RATES_HZ = (1.0, 10_000.0)
"""Hz; least and most of ``--rate`` (chosen: no sensor of movement is outside)."""


@grouped
def command(
    *,
    path: Annotated[
        Path,
        typer.Argument(
            help="A table (.csv, .txt, .gz), an app's export (.zip, folder), a Movesense .json.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Recording to write, .csv or .csv.gz."),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option("--columns", metavar="time=NAME,acc=X:Y:Z[,gyr=X:Y:Z]", help="Which column is what."),
    ] = None,
    units: Annotated[
        str | None,
        typer.Option("--units", metavar="time=ms,acc=g,gyr=rad/s", help="In which units they are."),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option("--rate", metavar="HZ", help="Sample rate, where no column holds the time."),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option("--device", metavar="NAME", help="Which sensor, where several are in the file."),
    ] = None,
    sensor: SensorOptions,
) -> None:
    """Make a recording of a table that another program wrote.

    Without --columns the columns are found by their names and units. With --columns only those named are
    read: by name as in the file, or by number from 1. A name with a colon, comma, equals sign or double quote
    in it stands in double quotes, its own double quotes doubled: acc='"a:x":"a:y":"a:z"'.

    Units: time s, ms, us, ns, min, or samples (with --rate); acc m/s2, g, mg, cm/s2, mm/s2, ft/s2; gyr deg/s,
    mdeg/s, rad/s; or a number, how many m/s2 or deg/s one of the file's is (0.00479 for counts;
    negative turns the sign).

    What was assumed is said on stderr. The recording is read back as it was written.
    """
    if output is None:
        raise UsageError("no file to write", where="convert", todo="give -o FILE.csv")
    if rate is not None and not RATES_HZ[0] <= rate <= RATES_HZ[1]:
        raise UsageError(f"{rate:g} Hz", where="--rate", todo=f"give {RATES_HZ[0]:g} to {RATES_HZ[1]:g}")
    from gait.recording.convert import convert

    choice = _choice(columns, units, rate, device)
    notes = convert(path, output, placement=sensor.placement, side=sensor.side, choice=choice)
    for note in notes:
        print(f"gait: {one_line(note)}", file=sys.stderr)
    print(output)


def _choice(columns: str | None, units: str | None, rate: float | None, device: str | None) -> Choice:
    """Return the choice of the table's columns that the options make.

    Raises
    ------
    UsageError
        Columns without an acceleration among them.
    """
    from gait.recording.choice import Choice, parse_columns_option, parse_units_option

    named = {} if columns is None else parse_columns_option(columns)
    if columns is not None and "acc" not in named:
        raise UsageError("no acceleration in it", where="--columns", todo="give acc=X:Y:Z too")
    return Choice(
        time="".join(named.get("time", ())),
        acc=named.get("acc", ()),
        gyr=named.get("gyr", ()),
        units={} if units is None else parse_units_option(units),
        rate_hz=rate,
        device=device or "",
    )
