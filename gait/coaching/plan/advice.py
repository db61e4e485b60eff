"""Pick what to do or mind beside the exercises: always, by a condition, or named by a finding."""

from __future__ import annotations

from collections.abc import Sequence

from gait.coaching.diary.progress import LONGEST_SHARE
from gait.coaching.evaluate import Facts, judge
from gait.coaching.model import Advice, Finding, LightColour, Reason
from gait.coaching.rules.load import Knowledge
from gait.coaching.rules.schema import AdviceRule

__all__ = ["advice_for"]

LONGEST_RUN = "no_big_jump"
"""Advice that the runner's own figure goes with."""


def advice_for(
    findings: Sequence[Finding],
    facts: Facts,
    light: LightColour,
    knowledge: Knowledge,
    *,
    ask_cadence: bool,
    trains: bool,
) -> tuple[Advice, ...]:
    """Return the pieces of advice of a plan, in the pack's order.

    Parameters
    ----------
    findings, facts, light
        What was found, on what, and the pain light: with red nothing is said about running.
    knowledge
        The rule pack.
    ask_cadence
        A cadence target is wanted and no baseline is known.
    trains
        Whether exercises are planned: else there is no advice on how to do them.
    """
    named = _named(findings, knowledge)
    if ask_cadence:
        named.setdefault("count_cadence", [])
    return tuple(
        Advice(
            rule.id,
            _text(rule, facts),
            (
                Reason(rule.id, rule.why, "", rule.grade, knowledge.cite(rule.sources)),
                *named.get(rule.id, ()),
            ),
        )
        for rule in knowledge.advice.values()
        if (rule.id in named or rule.always or _fires(rule, facts))
        and not (rule.running and light == "red")
        and (trains or not rule.training)
        and not (rule.while_sore and facts.answers.pain_strength == 0)
    )


def _named(findings: Sequence[Finding], knowledge: Knowledge) -> dict[str, list[Reason]]:
    """Return the advice that findings name, each with the reasons for it."""
    named: dict[str, list[Reason]] = {}
    for key in dict.fromkeys(finding.id for finding in findings if finding.outcome == "present"):
        rule = knowledge.findings.get(key)
        if rule is None:
            continue
        reason = (rule.title, rule.id, rule.grade, knowledge.cite(rule.sources))
        for name in rule.advice:
            named.setdefault(name, []).append(Reason(name, *reason))
    return named


def _text(rule: AdviceRule, facts: Facts) -> str:
    """Return the advice, with the runner's own longest run where it is known."""
    longest = facts.answers.longest_run_min
    if rule.id != LONGEST_RUN or not longest:
        return rule.text
    own = facts.say("For you now: no run longer than {longest:.0f} min.", longest=LONGEST_SHARE * longest)
    return f"{rule.text} {own}"


def _fires(rule: AdviceRule, facts: Facts) -> bool:
    if rule.when is None:
        return False
    p = judge(rule.when, facts).p
    return p is not None and p >= 0.5
