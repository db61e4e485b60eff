"""``gait report``: the whole way, from a recording to one page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.session_options import (
    DistanceOption,
    HeightOption,
    JsonOption,
    MassOption,
    PathArgument,
    PlacementOption,
    SideOption,
    SpeedOption,
    load_session,
)

if TYPE_CHECKING:
    from gait.coaching.model import Finding, Plan

__all__ = ["command"]

STDOUT = Path("-")


def command(
    path: PathArgument,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The page to write.")
    ] = None,
    json_file: JsonOption = None,
    strides: Annotated[
        Path | None, typer.Option("--strides", metavar="FILE", help="Write one row a stride as CSV too.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="FILE", help="Print the page to PDF too.")
    ] = None,
    parquet: Annotated[
        Path | None, typer.Option("--parquet", metavar="FILE", help="Write the strides as Parquet too.")
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", help="TOML or JSON file of answers.")
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask on the terminal about pain, training, form.")
    ] = False,
    placement: PlacementOption = None,
    side: SideOption = None,
    distance: DistanceOption = None,
    speed: SpeedOption = None,
    mass: MassOption = None,
    height: HeightOption = None,
) -> None:
    """Analyse a recording and write its report as one page.

    Prints a short summary and where the page is.
    """
    session = load_session(
        path,
        placement=placement,
        side=side,
        distance_m=distance,
        speed_m_s=speed,
        mass_kg=mass,
        height_m=height,
    )
    from gait.analysis.analyze import analyze
    from gait.cli.analyze import summary
    from gait.cli.ask import gather_answers
    from gait.coaching.assess import assess
    from gait.coaching.prescribe import prescribe
    from gait.report.export import write_parquet, write_pdf
    from gait.report.tables import analysis_json, write_json, write_strides
    from gait.report.write import write_report

    given = gather_answers(dict(session.answers), answers, ask=ask)
    analysis = analyze(session)
    findings = assess(analysis, given)
    plan = prescribe(findings, analysis, given)
    page = write_report(analysis, findings, plan, output or Path(f"{_stem(path)}-report.html"))
    to_stdout = json_file == STDOUT
    target = sys.stderr if to_stdout else sys.stdout
    print(summary(analysis), file=target)
    for line in _outcome(findings, plan):
        print(line, file=target)
    print(f"report: {page}", file=target)
    if strides is not None:
        write_strides(analysis, strides)
    if parquet is not None:
        write_parquet(analysis, parquet)
    if pdf is not None:
        write_pdf(page, pdf)
    if open_page:
        typer.launch(page.resolve().as_uri())
    if to_stdout:
        import json

        print(json.dumps(analysis_json(analysis, findings, plan), indent=2, allow_nan=False))
    elif json_file is not None:
        write_json(analysis, json_file, findings, plan)


def _stem(path: Path) -> str:
    """Name of the session without folder and endings."""
    name = path.resolve().name
    for ending in (".gz", ".csv"):
        name = name.removesuffix(ending)
    return name or "gait"


def _outcome(findings: tuple[Finding, ...], plan: Plan) -> list[str]:
    found = [finding for finding in findings if finding.outcome == "present"]
    lines = [
        f"  stands out: {finding.title}{f' ({finding.side})' if finding.side else ''}" for finding in found
    ]
    return [*lines, f"  next: {plan.next_step}"]
