"""Join several activities to several sessions, each to the session that it fits."""

from __future__ import annotations

from collections.abc import Sequence

from gait.analysis.results import Analysis
from gait.analysis.watch.join import with_activity
from gait.errors import UsageError
from gait.exchange.activity_files.model import Activity

__all__ = ["with_activities"]


def with_activities(analyses: Sequence[Analysis], activities: Sequence[Activity]) -> list[Analysis]:
    """Return the analyses in their order, each joined to the activity of its run if there is one.

    Raises
    ------
    UsageError
        An activity fits no session, or more than one equally well.
    """
    out = list(analyses)
    for activity in activities:
        at, joined = _fitting_session(out, activity)
        out[at] = joined
    return out


def _fitting_session(analyses: Sequence[Analysis], activity: Activity) -> tuple[int, Analysis]:
    """Return the position of the session that the activity fits, and the joined analysis."""
    fits: list[tuple[int, Analysis]] = []
    refused: list[UsageError] = []
    for at, analysis in enumerate(analyses):
        if analysis.watch is not None:
            continue
        try:
            fits.append((at, with_activity(analysis, activity)))
        except UsageError as error:
            refused.append(error)
    sure = [
        (at, analysis)
        for at, analysis in fits
        if analysis.watch is not None and analysis.watch.aligned_by == "cadence"
    ]
    best = sure or fits
    if len(best) == 1:
        return best[0]
    if best:
        raise UsageError(
            f"fits {len(best)} of the sessions alike",
            where=activity.source,
            todo="write 'started = \"2026-05-01T07:32:10+02:00\"' into each session.toml, or leave it out",
        )
    if len(analyses) == 1 and refused:
        raise refused[0]
    raise UsageError(
        f"fits none of the {len(analyses)} sessions, or theirs is given already",
        where=activity.source,
        todo="give one activity of each run, or leave it out",
    )
