"""Findings from an analysis and answers: each rule of the pack with its outcome and its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gait.analysis.results import Analysis
from gait.coaching.evaluate import Facts, Judgement, judge, sides_of
from gait.coaching.language import ENGLISH, Language
from gait.coaching.model import CertaintyWord, Evidence, Finding, Outcome
from gait.coaching.questionnaire.answers import Answers, answers_from
from gait.coaching.rules.conditions import Condition, Differs, Measured, walk
from gait.coaching.rules.load import Knowledge, load_knowledge
from gait.coaching.rules.schema import FindingRule
from gait.coaching.safety import check_safety, notices, pain_light
from gait.errors import check_kind

__all__ = ["ABSENT_UP_TO", "PRESENT_FROM", "assess", "certainty_word", "facts_of", "outcome_of"]

PRESENT_FROM = 0.8
"""Least probability called present (chosen: four to one, so that few findings are wrong)."""
CLEAR_FROM = 0.95
"""Least probability called clear (chosen: nineteen to one, as a 95 % interval)."""
ABSENT_UP_TO = 0.2
"""Largest probability called absent (chosen: four to one against, as `PRESENT_FROM`); between the two it
cannot be told."""

ARTICLES = ("Der ", "Die ", "Das ")
"""German words that a sign may begin with, large at the start of a title alone."""


def assess(
    analysis: Analysis | None,
    answers: Answers | Mapping[str, Any] | None = None,
    *,
    pack: Knowledge | None = None,
) -> tuple[Finding, ...]:
    """Look for every compensation, feature and pain pattern of the rule pack.

    Parameters
    ----------
    analysis
        Its running metrics are used; one without running, or None, leaves what needs a sensor not assessed.
    answers
        The runner's answers; None without any.
    pack
        Rules; the built-in ones where None.

    Returns
    -------
    One finding a rule in the pack's order; two, left and right, where the sides come out differently.

    Raises
    ------
    KnowledgeError
        Answers that break their schema.
    """
    knowledge = pack or load_knowledge()
    facts = facts_of(analysis, answers, say=knowledge.say)
    findings = tuple(
        finding for rule in knowledge.findings.values() for finding in _look_for(rule, facts, knowledge)
    )
    if analysis is not None and not facts.metrics:
        findings = tuple(_without_running(finding, knowledge) for finding in findings)
    held = tuple(_held_against(finding, facts, knowledge) for finding in findings)
    if any(finding.kind == "pain" and finding.outcome == "present" for finding in held) and _rests(
        facts, knowledge
    ):
        held = tuple(_described(finding) for finding in held)
    return _ranked(held, facts, knowledge)


def _without_running(finding: Finding, knowledge: Knowledge) -> Finding:
    """Return a finding without a reading, with the lack of running named as the reason and not the sensor."""
    measured = any(
        isinstance(part, (Measured, Differs)) for part in walk(knowledge.findings[finding.id].when)
    )
    if finding.outcome != "not_assessed" or not measured:
        return finding
    return replace(finding, missing=knowledge.say("There was no running in the recording"))


def _rests(facts: Facts, knowledge: Knowledge) -> bool:
    """Return whether a notice stops exercise or the pain light is red: no finding then asks for training."""
    if pain_light(facts.answers, knowledge.numbers) == "red":
        return True
    fired = notices(check_safety(facts.answers, pack=knowledge, facts=facts), knowledge)
    return any(notice.stops_exercise for notice in fired)


def _described(finding: Finding) -> Finding:
    """Return a finding of pain cut to its first sentence, which names the pain and asks for no training."""
    if finding.kind != "pain" or finding.outcome != "present":
        return finding
    return replace(finding, summary=finding.summary.split(". ", 1)[0].rstrip(".") + ".")


def facts_of(
    analysis: Analysis | None, answers: Answers | Mapping[str, Any] | None = None, *, say: Language = ENGLISH
) -> Facts:
    """Return what rules are judged on: running metrics only, as bounds for running say nothing of walking.

    Raises
    ------
    UsageError
        The analysis is of another type.
    KnowledgeError
        Answers that break their schema.
    """
    check_kind(
        analysis, (Analysis, type(None)), "gait.assess or gait.prescribe", "give what gait.analyze made"
    )
    return Facts(dict(analysis.metrics) if analysis is not None else {}, answers_from(answers), say)


def outcome_of(p: float | None) -> Outcome:
    """Return the outcome for a probability.

    Examples
    --------
    >>> [outcome_of(p) for p in (0.95, 0.5, 0.01, None)]
    ['present', 'cannot_tell', 'absent', 'not_assessed']
    """
    if p is None:
        return "not_assessed"
    if p >= PRESENT_FROM:
        return "present"
    return "absent" if p <= ABSENT_UP_TO else "cannot_tell"


def certainty_word(p: float | None, outcome: Outcome) -> CertaintyWord:
    """Return the word for a probability: people get one of three, never a per cent.

    Examples
    --------
    >>> [certainty_word(p, outcome_of(p)) for p in (0.97, 0.85, 0.5, 0.1, None)]
    ['clear', 'likely', 'cannot tell', '', '']
    """
    if outcome == "present":
        return "clear" if p is not None and p >= CLEAR_FROM else "likely"
    return "cannot tell" if outcome == "cannot_tell" else ""


def _look_for(rule: FindingRule, facts: Facts, knowledge: Knowledge) -> tuple[Finding, ...]:
    sides = sides_of(rule.when, facts)
    judged = [(side, judge(rule.when, facts, side)) for side in sides]
    outcomes = {outcome_of(judgement.p) for _, judgement in judged}
    if len(outcomes) > 1 and not _sides_differ(rule.when, facts):
        # Left just beyond a bound and right just within it: noise must not split the sides.
        return (_finding(rule, judge(rule.when, facts), "both", knowledge),)
    if len(judged) == 1 or len(outcomes) > 1:
        return tuple(_finding(rule, judgement, side, knowledge) for side, judgement in judged)
    probabilities = [judgement.p for _, judgement in judged if judgement.p is not None]
    evidence = tuple(dict.fromkeys(item for _, judgement in judged for item in judgement.evidence))
    missing = tuple(dict.fromkeys(item for _, judgement in judged for item in judgement.missing))
    signs = tuple(dict.fromkeys(sign for _, judgement in judged for sign in judgement.signs))
    against = next((judgement.contradiction for _, judgement in judged if judgement.contradiction), "")
    p = sum(probabilities) / len(probabilities) if probabilities else None
    joined = Judgement(p, evidence, missing, signs=signs, contradiction=against)
    return (_finding(rule, joined, "both" if probabilities else "", knowledge),)


def _sides_differ(condition: Condition, facts: Facts) -> bool:
    """Return whether the difference of the sides is shown for any metric that a rule looks at."""
    metrics = (facts.metrics.get(part.metric) for part in walk(condition) if isinstance(part, Measured))
    return any(metric is not None and metric.difference_shown for metric in metrics)


def _held_against(finding: Finding, facts: Facts, knowledge: Knowledge) -> Finding:
    """Return a finding with the side that hurts: a pain takes it, a measured side is compared with it."""
    pain_side = facts.answers.pain_side
    if pain_side is None or finding.outcome != "present":
        return finding
    if finding.kind == "pain":
        return replace(finding, side=pain_side)
    if pain_side == "both" or finding.side not in {"left", "right"} or not _fits(finding, facts, knowledge):
        return finding
    text = knowledge.texts.same_side if finding.side == pain_side else knowledge.texts.other_side
    return replace(finding, evidence=(*finding.evidence, Evidence(text)))


def _fits(finding: Finding, facts: Facts, knowledge: Knowledge) -> bool:
    """Return whether a finding goes with a place that hurts."""
    return bool(set(facts.answers.pain or ()) & set(knowledge.findings[finding.id].hurts))


def _other_side(finding: Finding, facts: Facts) -> bool:
    """Return whether a finding is of the side that does not hurt."""
    pain_side = facts.answers.pain_side
    return finding.side in {"left", "right"} and pain_side in {"left", "right"} and finding.side != pain_side


def _ranked(findings: tuple[Finding, ...], facts: Facts, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Return the findings with their ranks: what fits a sore place first, features last."""

    def weight(finding: Finding) -> tuple[bool, bool, bool]:
        fits = _fits(finding, facts, knowledge) and not _other_side(finding, facts)
        return (finding.outcome != "present", not fits, finding.kind == "feature")

    order = sorted(range(len(findings)), key=lambda at: (weight(findings[at]), at))
    rank = {at: place for place, at in enumerate(order)}
    return tuple(replace(finding, rank=rank[at]) for at, finding in enumerate(findings))


def _joined(signs: tuple[str, ...], say: Language) -> str:
    """Return signs as one list in words; all but the first begin small, in German only with an article."""
    english = say.tag == ENGLISH.tag
    rest = (
        f"{sign[:1].lower()}{sign[1:]}" if english or sign.startswith(ARTICLES) else sign
        for sign in signs[1:]
    )
    return ", ".join([signs[0], *rest])


def _finding(rule: FindingRule, judgement: Judgement, side: str, knowledge: Knowledge) -> Finding:
    outcome = outcome_of(judgement.p)
    words = rule.words
    summary = {
        "present": words.present,
        "absent": words.absent,
        "cannot_tell": words.cannot_tell,
        "not_assessed": words.missing,
    }[outcome]
    named = outcome == "present" and judgement.signs
    against = judgement.contradiction if outcome == "cannot_tell" else ""
    return Finding(
        id=rule.id,
        title=_joined(judgement.signs, knowledge.say) if named else rule.title,
        summary=f"{against}." if against else summary,
        outcome=outcome,
        certainty=judgement.p,
        side=side,
        evidence=judgement.evidence,
        missing=words.missing if outcome == "not_assessed" else "",
        grade=rule.grade,
        sources=knowledge.cite(rule.sources),
        kind=rule.kind,
        not_looked_at=judgement.missing,
        certainty_word=certainty_word(judgement.p, outcome),
        effect=rule.effect and _effect(rule, knowledge.say),
        contradiction=against,
    )


def _effect(rule: FindingRule, say: Language) -> str:
    """Return the size of an effect, in whom, and how its source was read."""
    read = say(rule.read)
    return say(
        "{effect} ({population}; read as: {read})", effect=rule.effect, population=rule.population, read=read
    )
