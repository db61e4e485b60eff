"""All that a page shows, gathered for the template: words and numbers ready to print, nothing to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gait import __version__
from gait.analysis.results import Analysis
from gait.coaching.model import Finding, Outcome, Plan, PlannedExercise, Source
from gait.report import first_screen
from gait.report.numbers import clean, duration, number, show
from gait.report.page import figures, rows
from gait.report.words import Words

__all__ = ["page_view"]

OUTCOMES: tuple[Outcome, ...] = ("present", "cannot_tell", "absent", "not_assessed")


def page_view(
    analysis: Analysis, findings: Sequence[Finding], plan: Plan | None, words: Words
) -> dict[str, Any]:
    """Return the template's values.

    Parameters
    ----------
    analysis, findings, plan
        What the rooms below say; untrusted text in them is cleaned here and escaped by the template.
    words
        Catalogue of the page's language.
    """
    return {
        "t": words,
        "lang": words.lang,
        "version": __version__,
        "name": clean(analysis.name, 80) or words("page.unnamed"),
        "started": first_screen.started_text(analysis.started, words),
        "run_line": first_screen.run_line(analysis, words),
        "notes": clean(analysis.run.notes, 300),
        "surface": clean(analysis.run.surface, 60),
        "has_running": bool(analysis.metrics),
        "headlines": first_screen.headlines(analysis, words),
        "standing_out": first_screen.standing_out(findings),
        "unsure": [one for one in findings if one.outcome == "cannot_tell"],
        "stops": [notice for notice in plan.notices if notice.stops_exercise] if plan else [],
        "cares": [notice for notice in plan.notices if not notice.stops_exercise] if plan else [],
        "plan": plan,
        **_measured(analysis, words),
        "findings": {outcome: [one for one in findings if one.outcome == outcome] for outcome in OUTCOMES},
        "exercise_names": _exercise_names(plan),
        "sources": _sources(findings, plan),
        "settings": {clean(key, 40): clean(value, 200) for key, value in analysis.settings.items()},
        "percent": lambda share: f"{number(100.0 * share, 0)} %",
        "shown": lambda value, spread, unit: show(value, spread, 1, unit).text,
        "dose": lambda exercise: _dose(exercise, words),
        "clean": clean,
    }


def _measured(analysis: Analysis, words: Words) -> dict[str, Any]:
    """Return the sections that stand on the signals alone."""
    return {
        "along": figures.over_the_run(analysis, words),
        "contact": figures.contact_against(analysis, words),
        "strike": figures.strike_histogram(analysis, words),
        "path": figures.foot_path(analysis, words),
        "waves": figures.stride_waves(analysis, words),
        "sides": rows.side_rows(analysis, words),
        "no_sides": _why_no_sides(analysis, words),
        "thirds": rows.third_rows(analysis, words),
        "numbers": rows.number_rows(analysis, words),
        "walking": rows.number_rows(analysis, words, walking=True),
        "sensors": rows.sensor_rows(analysis, words),
        "times": _times(analysis, words),
        "marked": _marked(analysis, words),
        "not_measured": _not_measured(analysis, words),
    }


def _why_no_sides(analysis: Analysis, words: Words) -> str:
    """Say why there is no left against right: one leg alone was measured."""
    sides = {sensor.side for sensor in analysis.sensors}
    if len(sides) == 1:
        return words("sides.one", side=words(f"side.{sides.pop()}"))
    return words("sides.nothing")


def _times(analysis: Analysis, words: Words) -> tuple[tuple[str, str], ...]:
    """Return the time spent in each activity that there was."""
    kinds = ("running", "walking", "still", "other", "gap")
    spent = {kind: sum(b.end_s - b.start_s for b in analysis.activity if b.kind == kind) for kind in kinds}
    return tuple((words(f"kind.{kind}"), duration(time)) for kind, time in spent.items() if time >= 0.5)


def _marked(analysis: Analysis, words: Words) -> tuple[tuple[str, str], ...]:
    """Return how many strides carry each mark."""
    strides = analysis.strides
    if not len(strides):
        return ()
    counts = strides["marks"].fillna("").astype(str).str.split().explode().dropna().value_counts()
    return tuple((words.get(f"mark.{mark}", clean(mark, 30)), number(n, 0)) for mark, n in counts.items())


def _not_measured(analysis: Analysis, words: Words) -> tuple[tuple[str, str], ...]:
    """Return what no sensor could tell and why, metrics of one reason together."""
    reasons: dict[str, list[str]] = {}
    for name, why in analysis.not_measured.items():
        label = words.get(f"metric.{name}", clean(name, 60))
        reasons.setdefault(clean(why, 300), []).append(label)
    return tuple((", ".join(labels), why) for why, labels in reasons.items())


def _exercise_names(plan: Plan | None) -> Mapping[str, str]:
    """Exercise id -> name, for the week's table."""
    if plan is None:
        return {}
    return {one.id: one.name for one in (*plan.exercises, *plan.warm_up, *plan.cool_down)}


def _dose(exercise: PlannedExercise, words: Words) -> str:
    """``3 × 8–12 reps, light``."""
    low, high = exercise.reps
    count = str(low) if low == high else f"{low}–{high}"
    hold = words("plan.hold", s=exercise.hold_s) if exercise.hold_s else ""
    load = f", {exercise.load}" if exercise.load else ""
    return f"{exercise.sets} × {count} {exercise.unit}{hold}{load}"


def _sources(findings: Sequence[Finding], plan: Plan | None) -> tuple[Source, ...]:
    """Return every source that the page leans on, once, in order of first use."""
    found: dict[str, Source] = {}
    parts: list[tuple[Source, ...]] = [one.sources for one in findings]
    if plan is not None:
        parts += [notice.sources for notice in plan.notices]
        exercises = (*plan.exercises, *plan.warm_up, *plan.cool_down)
        reasons = [reason for one in exercises for reason in one.reasons]
        reasons += [reason for one in plan.advice for reason in one.reasons]
        reasons += plan.cadence.reasons if plan.cadence else ()
        parts += [reason.sources for reason in reasons]
    for source in (source for part in parts for source in part):
        found.setdefault(source.key, source)
    return tuple(found.values())
