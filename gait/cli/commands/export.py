"""``gait export``: a session in the form that a research community shares."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gait.cli.options import PathArgument, PlacementOption, SideOption, load_samples
from gait.frames import Side

if TYPE_CHECKING:
    from gait.analysis.results import Analysis
    from gait.exchange.bids import Event

__all__ = ["command"]

SIDES: tuple[Side, ...] = ("left", "right")
COLUMNS: tuple[tuple[str, Literal["ic", "tc"]], ...] = (("ic_s", "ic"), ("next_ic_s", "ic"), ("tc_s", "tc"))
"""Column of the strides -> kind of contact."""


def command(
    path: PathArgument,
    bids: Annotated[
        Path, typer.Option("--bids", metavar="DIR", help="Data set, new or to add to.", show_default=False)
    ],
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="LABEL", help="Such as 01; else the next number.")
    ] = None,
    placement: PlacementOption = None,
    side: SideOption = None,
) -> None:
    """Write a session as a subject of a BIDS data set with motion data, contacts as events, and markers.

    The session's name, notes and answers are left out: a data set is shared. Body mass and height are in it
    where session.toml has them.
    """
    from gait.analysis.analyze import AnalysisSettings, analyze
    from gait.exchange.bids import Markers, next_subject, write_bids
    from gait.exchange.markers import is_marker_file, read_markers

    session = load_samples(path, placement=placement, side=side)
    analysis = analyze(session, AnalysisSettings(waveforms=False))
    markers = Markers(*read_markers(path)) if is_marker_file(path) else None
    place = write_bids(session, bids, subject or next_subject(bids), _events(analysis), markers=markers)
    print(f"gait: {place}", file=sys.stderr)


def _events(analysis: Analysis) -> list[Event]:
    """Return every contact of the strides; a contact that only ends a stride is one too."""
    from gait.exchange.bids import Event

    strides = analysis.strides
    events: set[Event] = set()
    for side in SIDES:
        own = strides[strides["side"] == side]
        for column, kind in COLUMNS:
            events |= {Event(onset_s, kind, side) for onset_s in own[column].astype(float).tolist()}
    return sorted(events, key=lambda event: (event.onset_s, event.kind, event.side))
