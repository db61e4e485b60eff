"""Comparison of two sessions or two groups: the verdict, all numbers, and the limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gait.analysis.metrics import METRICS
from gait.analysis.results import Analysis
from gait.history.change import Change
from gait.report.blocks import Block, Bullets, Head, Light, Paragraph, Section, Table
from gait.report.numbers import (
    clean,
    decimals_for,
    duration,
    named,
    number,
    numbers_of,
    pace,
    signed,
    with_half,
)
from gait.report.sections.head import sensor_list, started_text
from gait.report.words import Words

__all__ = ["ORDER", "ComparedSessions", "sections_of_sessions", "verdict_block"]

ORDER = (
    "changed",
    "explained_by_speed",
    "explained_by_cadence",
    "explained_by_slope",
    "speed_unknown",
    "no_change_shown",
)
"""Verdicts, as words are looked up by, in the order in which people read them (`Change.words_key`)."""
MOST_NAMED = 3
"""Number of changes that the sentence names (chosen: it stays a sentence); the table has all."""
MOST_LISTED = 6
"""Number of sessions of a group that the head names (chosen: a head of two lines)."""
NAME_SIGNS = 60
"""Characters of a session's name in a heading (chosen: one line on paper)."""


@dataclass(frozen=True)
class ComparedSessions:
    """Two groups of sessions of one runner, each with at least one, and the result of `compare_groups`.

    ``twice`` is True where one recording is in both groups.
    """

    before: tuple[Analysis, ...]
    after: tuple[Analysis, ...]
    rows: tuple[Change, ...]
    same_sensors: bool
    twice: bool = False


def sections_of_sessions(compared: ComparedSessions, words: Words) -> tuple[Section, ...]:
    """Return the sections of the page in their order."""
    with numbers_of(words):
        return _sections(compared, words)


def _sections(compared: ComparedSessions, words: Words) -> tuple[Section, ...]:
    verdict = Section("verdict", "", (Paragraph(_sentence(compared.rows, words), "verdict"),))
    sections = [Section("head", "", (_head(compared, words),)), verdict]
    if compared.rows:
        blocks = (*_tables(compared.rows, words), Paragraph(words("compare.how"), "small"))
        sections.append(Section("changes", words("compare.numbers"), blocks))
    cannot = Section("cannot", words("compare.cannot"), (Bullets(_cannot(compared, words)),))
    return (*sections, cannot)


def _head(compared: ComparedSessions, words: Words) -> Head:
    light: Light = "green" if compared.same_sensors else "amber"
    kind = "same" if compared.same_sensors else "other"
    first, other = (_title(group, words) for group in (compared.before, compared.after))
    return Head(
        name=words("compare.against", first=first, other=other),
        when="",
        facts=(
            (words("compare.before"), _facts(compared.before, words)),
            (words("compare.after"), _facts(compared.after, words)),
        ),
        confidence=words("compare.twice") if compared.twice else words(f"compare.{kind}_sensors"),
        light="amber" if compared.twice else light,
    )


def _title(group: Sequence[Analysis], words: Words) -> str:
    if len(group) > 1:
        return words("compare.sessions", n=len(group))
    return clean(group[0].name, NAME_SIGNS) or words("page.unnamed")


def _facts(group: Sequence[Analysis], words: Words) -> str:
    """Return one line about a group: its date, time, pace, surface, shoes and sensors."""
    if len(group) > 1:
        names = [clean(analysis.name, NAME_SIGNS) for analysis in group[:MOST_LISTED]]
        more = [words("compare.more", n=len(group) - MOST_LISTED)] if len(group) > MOST_LISTED else []
        return words("list.comma").join([*names, *more])
    analysis = group[0]
    speed = analysis.metrics["speed_m_s"].value if "speed_m_s" in analysis.metrics else analysis.run.speed_m_s
    ran = analysis.time_in("running")
    facts = (
        started_text(analysis.started, words),
        words("compare.running", time=duration(ran)) if ran >= 1.0 else "",
        words("unit.pace", n=pace(speed)) if pace(speed) else "",
        clean(analysis.run.surface, NAME_SIGNS),
        clean(words("list.comma").join(analysis.run.shoes), NAME_SIGNS),
        sensor_list(analysis.sensors, words),
    )
    return words("list.comma").join(text for text in facts if text)


def _sentence(rows: Sequence[Change], words: Words) -> str:
    """Return the changes, clearest first, and the number of metrics without a change or a verdict."""
    if not rows:
        return words("compare.nothing_shared")
    count = {verdict: sum(row.words_key == verdict for row in rows) for verdict in ORDER}
    changed = sorted((row for row in rows if row.changed), key=_clearness, reverse=True)
    if changed:
        names = [_named(row, words) for row in changed[:MOST_NAMED]]
        if len(changed) > MOST_NAMED:
            names.append(words("compare.more", n=len(changed) - MOST_NAMED))
        sentences = [words("compare.changed", names=words("list.comma").join(names))]
    elif count["speed_unknown"] == len(rows):
        return words("compare.all_unknown", n=len(rows))
    else:
        sentences = [words("compare.none", n=len(rows) - count["speed_unknown"])]
    sentences += [
        words(f"compare.count_{verdict}", n=count[verdict])
        for verdict in ORDER[1:]
        if count[verdict] and (changed or verdict != "no_change_shown")
    ]
    return " ".join(sentences)


def _clearness(row: Change) -> float:
    """Return the size of a change, beyond what conditions explain, over its interval's half-width."""
    return abs(row.beyond) / max(row.uncertainty, 1e-9)


def _named(row: Change, words: Words) -> str:
    return f"{words.within(words(f'metric.{row.metric}'))} {_size(row)}"


def _size(row: Change) -> str:
    """Return the change with its interval and unit."""
    spec = METRICS[row.metric]
    return with_half(row.change, row.uncertainty, spec.decimals, spec.unit)


def _tables(rows: Sequence[Change], words: Words) -> tuple[Block, ...]:
    """Return the metrics, for each verdict an explanation and a table."""
    out: list[Block] = []
    for verdict in ORDER:
        group = [row for row in rows if row.words_key == verdict]
        if group:
            out += [verdict_block(verdict, words), _table(group, words)]
    return tuple(out)


def verdict_block(verdict: str, words: Words) -> Paragraph:
    """Return an explanation of a verdict, with the verdict as its title."""
    return Paragraph(words(f"compare.means_{verdict}"), title=words(f"compare.is_{verdict}"))


def _table(group: Sequence[Change], words: Words) -> Table:
    heads = ("table.metric", "compare.before", "compare.after", "table.change", "compare.by_conditions")
    return Table(
        words("compare.caption", verdict=words(f"change.{group[0].words_key}")),
        tuple(words(key) for key in heads),
        tuple(_cells(row, words) for row in group),
        tuple(row.metric for row in group),
        phone=4,
    )


def _cells(row: Change, words: Words) -> tuple[str, ...]:
    places = decimals_for(row.uncertainty, METRICS[row.metric].decimals, row.change)
    return (
        named(words(f"metric.{row.metric}"), METRICS[row.metric].unit),
        number(row.first, places),
        number(row.second, places),
        with_half(row.change, row.uncertainty, METRICS[row.metric].decimals),
        signed(None if row.expected is None else row.change - row.beyond, places),
    )


def _cannot(compared: ComparedSessions, words: Words) -> tuple[str, ...]:
    """Return the limits of this comparison, one sentence each."""
    out = []
    unknown = [row.metric for row in compared.rows if row.verdict == "speed unknown"]
    if unknown:
        out.append(words("compare.unknown", names=_names(unknown, words)))
    before, after = (
        {name for analysis in group for name in analysis.metrics}
        for group in (compared.before, compared.after)
    )
    for key, names in (("compare.only_before", before - after), ("compare.only_after", after - before)):
        if names:
            out.append(words(key, names=_names([name for name in METRICS if name in names], words)))
    if len(compared.before) == len(compared.after) == 1:
        out.append(words("compare.one_each"))
    slopes = any(row.by_slope is not None for row in compared.rows)
    out += _other_conditions(compared.before, compared.after, words)
    return (*out, words("compare.why" if slopes else "compare.why_no_slope"))


def _other_conditions(before: Sequence[Analysis], after: Sequence[Analysis], words: Words) -> list[str]:
    """Return sentences on different shoes or surface, where both groups state them."""
    out = []
    for key, value_of in (
        ("shoes", lambda analysis: ", ".join(analysis.run.shoes)),
        ("surface", lambda analysis: analysis.run.surface),
    ):
        first, second = (
            {clean(value_of(analysis), NAME_SIGNS) for analysis in group} for group in (before, after)
        )
        if all(first) and all(second) and first != second:
            texts = (words("list.comma").join(sorted(values)) for values in (first, second))
            out.append(words(f"compare.other_{key}", **dict(zip(("first", "second"), texts, strict=True))))
    return out


def _names(metrics: Sequence[str], words: Words) -> str:
    return words("list.comma").join(words(f"metric.{name}") for name in metrics)
