"""Options that every command over a saved recording shares, and the session they make together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gait.cli.measured import import_pandas_alone

if TYPE_CHECKING:
    from gait.analysis.results import Analysis
    from gait.frames import Placement, Side
    from gait.recording.model import Session

__all__ = [
    "ActivityOption",
    "AnswersOption",
    "AskOption",
    "DistanceOption",
    "HeightOption",
    "HistoryOption",
    "IcsOption",
    "JsonOption",
    "LangOption",
    "MassOption",
    "PathArgument",
    "PlacementOption",
    "RulesOption",
    "RunnerOption",
    "SideOption",
    "SpeedOption",
    "UnsafeOption",
    "load_samples",
    "load_session",
    "with_watch",
]

PathArgument = Annotated[
    Path,
    typer.Argument(help="A recording (.csv, .csv.gz) or a session folder.", show_default=False),
]
PlacementOption = Annotated[
    Literal["shoe", "shank"] | None,
    typer.Option("--placement", help="Where the sensor sat, if neither the file nor its name says."),
]
SideOption = Annotated[
    Literal["left", "right"] | None,
    typer.Option("--side", help="Which leg, if neither the file nor its name says."),
]
DistanceOption = Annotated[
    float | None,
    typer.Option("--distance", metavar="M", min=1.0, max=1e6, help="Distance run, metres, if known."),
]
SpeedOption = Annotated[
    float | None,
    typer.Option("--speed", metavar="M/S", min=0.3, max=13.0, help="Mean running speed, m/s, if known."),
]
MassOption = Annotated[
    float | None,
    typer.Option("--mass", metavar="KG", min=20.0, max=300.0, help="The runner's mass, for stiffness."),
]
HeightOption = Annotated[
    float | None,
    typer.Option("--height", metavar="M", min=0.8, max=2.6, help="The runner's height, for stiffness."),
]
ActivityOption = Annotated[
    Path | None,
    typer.Option("--activity", metavar="FILE", help="The watch's .fit, .gpx or .tcx of the same run."),
]
RunnerOption = Annotated[
    str | None, typer.Option("--runner", metavar="NAME", help="Whose run: sessions are kept under this name.")
]
HistoryOption = Annotated[
    Path | None,
    typer.Option("--history", metavar="FILE", help="Where sessions are kept (GAIT_HISTORY)."),
]
LangOption = Annotated[
    str, typer.Option("--lang", metavar="CODE", help="Language of what people read: en, de.")
]
JsonOption = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write all numbers as JSON; - is stdout.")
]

AnswersOption = Annotated[
    Path | None, typer.Option("--answers", metavar="FILE", help="TOML or JSON file of answers.")
]
AskOption = Annotated[bool, typer.Option("--ask", help="Ask on the terminal what is not known.")]
RulesOption = Annotated[
    Path | None, typer.Option("--rules", metavar="DIR", help="Folder of your own coaching rules.")
]
UnsafeOption = Annotated[
    bool, typer.Option("--unsafe", help="Use own rules that weaken safety; what is made carries a mark.")
]
IcsOption = Annotated[
    Path | None, typer.Option("--ics", metavar="FILE", help="Write the coming weeks as a calendar too.")
]


def load_session(
    path: Path,
    *,
    placement: Placement | None = None,
    side: Side | None = None,
    distance_m: float | None = None,
    speed_m_s: float | None = None,
    mass_kg: float | None = None,
    height_m: float | None = None,
) -> Session:
    """Read a session, or open it where it is long; what the command line says wins over ``session.toml``.

    Raises
    ------
    RecordingError
        As `gait.recording.long.open_session`.
    """
    import_pandas_alone()
    from gait.recording.long import open_session

    session = open_session(path, placement=placement, side=side)
    run, runner = session.run, session.runner
    return replace(
        session,
        run=replace(
            run,
            distance_m=run.distance_m if distance_m is None else distance_m,
            speed_m_s=run.speed_m_s if speed_m_s is None else speed_m_s,
        ),
        runner=replace(
            runner,
            mass_kg=runner.mass_kg if mass_kg is None else mass_kg,
            height_m=runner.height_m if height_m is None else height_m,
        ),
    )


def with_watch(analysis: Analysis, file: Path | None) -> Analysis:
    """Return the analysis with the watch's activity joined; itself where no file is named.

    Raises
    ------
    GaitError
        The file cannot be read, or is of another run.
    """
    if file is None:
        return analysis
    from gait.analysis.watch.join import with_activity
    from gait.exchange.activity_files.read import read_activity

    return with_activity(analysis, read_activity(file))


def load_samples(path: Path, *, placement: Placement | None = None, side: Side | None = None) -> Session:
    """Read a session with all its samples into memory, however long it is.

    Raises
    ------
    RecordingError
        As `gait.recording.read.read`.
    """
    from gait.recording.read import read

    return read(path, placement=placement, side=side)
