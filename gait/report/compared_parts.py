"""Comparison of conditions within one run: the condition that helps, all effects, and the limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gait.analysis.metrics import METRICS
from gait.analysis.results import Analysis
from gait.history.run_parts import Effect, Helped
from gait.recording.run_parts import Part
from gait.report.blocks import Block, Bullets, Head, Paragraph, Section, Table
from gait.report.compared_sessions import ORDER, verdict_block
from gait.report.numbers import (
    TITLE_SIGNS,
    clean,
    decimals_for,
    duration,
    named,
    number,
    numbers_of,
    with_half,
)
from gait.report.sections.head import sensor_list, started_text
from gait.report.words import Words

__all__ = ["ComparedParts", "sections_of_parts"]


@dataclass(frozen=True)
class ComparedParts:
    """One run with its parts, and the results of `compare_parts` and `what_helped`."""

    analysis: Analysis
    parts: tuple[Part, ...]
    effects: tuple[Effect, ...]
    helped: Helped | None


def sections_of_parts(compared: ComparedParts, words: Words) -> tuple[Section, ...]:
    """Return the sections of the page in their order."""
    with numbers_of(words):
        return _sections(compared, words)


def _sections(compared: ComparedParts, words: Words) -> tuple[Section, ...]:
    conditions = list(dict.fromkeys(effect.condition for effect in compared.effects))
    base = clean(compared.parts[0].name)
    tables = [
        Section(
            f"condition-{at}",
            words("compare.against", first=clean(condition), other=base),
            _tables([effect for effect in compared.effects if effect.condition == condition], base, words),
        )
        for at, condition in enumerate(conditions, start=1)
    ]
    return (
        Section("head", "", (_head(compared, words),)),
        Section("verdict", "", _verdict(compared.helped, words)),
        *tables,
        Section("cannot", words("compare.cannot"), (Bullets(_cannot(compared, words)),)),
    )


def _head(compared: ComparedParts, words: Words) -> Head:
    analysis = compared.analysis
    facts = [(words("head.sensors"), sensor_list(analysis.sensors, words))]
    for name in dict.fromkeys(part.name for part in compared.parts):
        its_parts = [part for part in compared.parts if part.name == name]
        spans = (f"{duration(part.start_s)} – {duration(part.end_s)}" for part in its_parts)
        facts.append((clean(name), words("list.comma").join(spans)))
    repeated = _any_run_once(compared)
    return Head(
        name=clean(analysis.name, TITLE_SIGNS) or words("page.unnamed"),
        when=started_text(analysis.started, words),
        facts=tuple(facts),
        confidence=words("compare.once" if repeated else "compare.repeats"),
        light="amber" if repeated else "green",
    )


def _any_run_once(compared: ComparedParts) -> bool:
    """Return whether any condition, the base included, was run in one part only."""
    names = [part.name for part in compared.parts]
    return any(names.count(name) == 1 for name in names)


def _verdict(helped: Helped | None, words: Words) -> tuple[Block, ...]:
    if helped is None:
        return (Paragraph(words("compare.nothing_helps"), "verdict"),)
    spec = METRICS[helped.metric]
    size = with_half(helped.effect, helped.uncertainty, spec.decimals, spec.unit)
    verdict = words(
        "compare.helps", condition=clean(helped.condition), name=words(f"metric.{helped.metric}"), size=size
    )
    return Paragraph(verdict, "verdict"), Paragraph(
        words("compare.welcome", why=words.translated(helped.why)), "small"
    )


def _tables(effects: Sequence[Effect], base: str, words: Words) -> tuple[Block, ...]:
    """Return the effects of one condition, for each verdict an explanation and a table."""
    out: list[Block] = []
    for verdict in ORDER:
        group = [effect for effect in effects if effect.words_key == verdict]
        if group:
            out += [verdict_block(verdict, words), _table(group, base, words)]
    return tuple(out)


def _table(group: Sequence[Effect], base: str, words: Words) -> Table:
    """Return a table of effects: the base's value, and the condition's value at the base's speed."""
    condition = clean(group[0].condition)
    return Table(
        words("compare.caption_parts", first=condition, other=base),
        (words("table.metric"), base, condition, words("table.change")),
        tuple(_cells(effect, words) for effect in group),
        tuple(effect.metric for effect in group),
    )


def _cells(effect: Effect, words: Words) -> tuple[str, ...]:
    spec = METRICS[effect.metric]
    places = decimals_for(effect.uncertainty, spec.decimals, effect.effect)
    return (
        named(words(f"metric.{effect.metric}"), METRICS[effect.metric].unit),
        number(effect.base, places),
        number(effect.base + effect.effect, places),
        with_half(effect.effect, effect.uncertainty, spec.decimals),
    )


def _cannot(compared: ComparedParts, words: Words) -> tuple[str, ...]:
    """Return the limits of this comparison, one sentence each."""
    out = []
    if "speed_m_s" not in compared.analysis.metrics:
        out.append(words("compare.parts_no_speed"))
    else:
        out.append(words("compare.parts_at_speed"))
    if _any_run_once(compared):
        out.append(words("compare.parts_once"))
    return (*out, words("compare.parts_welcome"))
