"""Gives a rule's condition a probability, from metrics with their uncertainty and from answers.

A metric is taken as normal with standard deviation = half-width of its 95 % interval / 1.96, so that the
probability that it lies beyond a threshold follows. Answers are taken at the runner's word (0 or 1). Where
parts combine: ``any`` takes the largest probability, as the parts are signs of the same thing and a product
would find something in everyone; ``all`` takes the product; ``first_known`` takes the first part that has a
value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gait.analysis.metrics import METRICS, MetricSpec, decimals_for
from gait.analysis.results import Metric
from gait.coaching.language import ENGLISH, Language
from gait.coaching.model import Evidence
from gait.coaching.questionnaire.answers import Answers
from gait.coaching.questionnaire.questions import topic_of, words_for
from gait.coaching.rules.conditions import (
    AllOf,
    Answered,
    AnyOf,
    Condition,
    Differs,
    FirstKnown,
    Measured,
    Unasked,
    walk,
)

__all__ = ["WORD_AGAINST", "Facts", "Judgement", "judge", "metric_name", "probability_beyond", "sides_of"]

Z95 = 1.959964
"""Half-width of a 95 % interval in standard deviations (normal distribution)."""
LEAST_UNCERTAINTY = 1e-6
"""Stands in for an uncertainty of zero, in the metric's unit (chosen: nothing is divided by zero, and nothing
else changes)."""
MOST_NOISE = 2.0
"""Half-width of a difference, in bounds, up to which "no difference shown" is an answer (chosen: a wider
interval holds differences of three bounds)."""
NOT_SHOWN_CEILING = 0.5
"""Most that a left-right difference is believed whose interval holds zero (chosen: then either is as
likely)."""
STAND_IN_CEILING = 0.95
"""Most that a stand-in is believed (chosen: below clear, for it tells of something else than what was
measured)."""
WORD_CEILING = 0.85
"""Most that a runner's word on form is believed where no sensor looked (chosen: likely, never clear)."""
SURELY, SURELY_NOT = 0.8, 0.2
"""Probabilities from and up to which a sign holds, or does not, as in `gait.coaching.assess`."""
FORM = "form"
"""The answer that tells what somebody noticed: an impression, where the other answers are facts."""
WORD_AGAINST = "You noticed it; the sensor does not show it"
CANNOT_TELL = 0.5
"""Probability of what signs or words contradict (chosen: then either is as likely)."""


@dataclass(frozen=True)
class Facts:
    """Facts that a rule is judged on: the running metrics by name, answers, and the language of evidence."""

    metrics: Mapping[str, Metric] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    say: Language = ENGLISH


@dataclass(frozen=True)
class Judgement:
    """Probability that a condition holds (None: nothing to judge it on), and on what.

    ``by_sensor`` is true where a sensor could measure it; ``signs`` are the titles of signs that hold;
    ``contradiction`` says what speaks against what, where something does.
    """

    p: float | None
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    by_sensor: bool = False
    signs: tuple[str, ...] = ()
    contradiction: str = ""


def probability_beyond(value: float, uncertainty: float, threshold: float, *, above: bool) -> float:
    """Return the probability that the true value lies above (or below) a threshold.

    Examples
    --------
    >>> round(probability_beyond(10.0, 1.96, 8.0, above=True), 3)
    0.977
    >>> probability_beyond(8.0, 3.0, 8.0, above=True)
    0.5
    """
    sd = max(abs(uncertainty), LEAST_UNCERTAINTY) / Z95
    z = (value - threshold) / sd
    return 0.5 * math.erfc(-z / math.sqrt(2.0)) if above else 0.5 * math.erfc(z / math.sqrt(2.0))


def sides_of(condition: Condition, facts: Facts) -> tuple[str, ...]:
    """Return sides that a condition can be judged on: ``("left", "right")``, one of them, or ``("",)``."""
    sides: set[str] = set()
    for part in walk(condition):
        metric = facts.metrics.get(part.metric) if isinstance(part, Measured) and part.per_side else None
        if metric is not None:
            sides |= {side for side in ("left", "right") if getattr(metric, side) is not None}
    return tuple(side for side in ("left", "right") if side in sides) or ("",)


def judge(condition: Condition, facts: Facts, side: str = "") -> Judgement:
    """Judge a condition, for one side or without one."""
    if isinstance(condition, (AnyOf, AllOf, FirstKnown)):
        return _combined(condition, [(part, judge(part, facts, side)) for part in condition.of], facts.say)
    if isinstance(condition, Measured):
        return _measured(condition, facts, side)
    if isinstance(condition, Differs):
        return _differs(condition, facts)
    if isinstance(condition, Answered):
        return _answered(condition, facts.answers, facts.say)
    return _unasked(condition, facts.answers, facts.say)


def _combined(
    condition: AnyOf | AllOf | FirstKnown, parts: list[tuple[Condition, Judgement]], say: Language
) -> Judgement:
    judgements = [judgement for _, judgement in parts]
    if isinstance(condition, FirstKnown):
        return _first_known(judgements)
    if isinstance(condition, AnyOf):
        return _any(judgements, say, signs_agree=condition.signs_agree)
    return _all([judgement for part, judgement in parts if not (_is_optional(part) and judgement.p is None)])


def _is_optional(part: Condition) -> bool:
    return isinstance(part, Measured) and part.optional


def _join(parts: list[Judgement], p: float | None) -> Judgement:
    evidence = tuple(dict.fromkeys(item for part in parts for item in part.evidence))
    missing = tuple(dict.fromkeys(item for part in parts for item in part.missing))
    signs = tuple(dict.fromkeys(sign for part in parts for sign in part.signs))
    against = next((part.contradiction for part in parts if part.contradiction), "")
    return Judgement(p, evidence, missing, any(part.by_sensor for part in parts), signs, against)


def _any(parts: list[Judgement], say: Language, *, signs_agree: bool = False) -> Judgement:
    probabilities = [part.p for part in parts if part.p is not None]
    if not probabilities:
        return _join(parts, None)
    contradiction = _contradiction(parts, say, signs_agree=signs_agree)
    if contradiction:
        joined = _join(parts, CANNOT_TELL)
        evidence = (*joined.evidence, Evidence(contradiction))
        return replace(joined, evidence=evidence, signs=(), contradiction=contradiction)
    seen = any(part.by_sensor and part.p is not None for part in parts)
    unseen = any(part.by_sensor and part.p is None for part in parts)
    if unseen and not seen and max(probabilities) < NOT_SHOWN_CEILING:
        return _join(parts, None)  # nobody noticed it and no sensor looked: that is not "absent"
    if max(probabilities) < NOT_SHOWN_CEILING:
        return _join(parts, max(probabilities))
    telling = [part for part in parts if part.by_sensor or (part.p or 0.0) >= NOT_SHOWN_CEILING]
    return _join(telling, max(probabilities))  # evidence of absent parts is left out beside a present part


def _contradiction(parts: list[Judgement], say: Language, *, signs_agree: bool) -> str:
    """Return in words what contradicts what: a word the sensors, or one sign another; else empty."""
    measured = [part.p for part in parts if part.by_sensor and part.p is not None]
    reported = any(not part.by_sensor and (part.p or 0.0) >= NOT_SHOWN_CEILING for part in parts)
    if reported and measured and max(measured) <= SURELY_NOT:
        return say(WORD_AGAINST)
    if signs_agree and measured and max(measured) >= SURELY and min(measured) <= SURELY_NOT:
        return say("The signs do not agree: one says so, another says not")
    return ""


def _all(parts: list[Judgement]) -> Judgement:
    probabilities = [part.p for part in parts if part.p is not None]
    # Signs that are absent come first: a single absent sign is why the condition does not hold.
    ordered = sorted(parts, key=lambda part: 1.0 if part.p is None else part.p)
    if len(probabilities) == len(parts):
        p = math.prod(probabilities)
        return _join(ordered if p < NOT_SHOWN_CEILING else parts, p)
    surely_not = [p for p in probabilities if p <= NOT_SHOWN_CEILING / 10]
    return _join(ordered, min(surely_not)) if surely_not else _join(parts, None)


def _first_known(parts: list[Judgement]) -> Judgement:
    for part in parts:
        if part.p is not None:
            return part
    return _join(parts, None)


def _finite(*values: float | None) -> bool:
    return all(value is not None and math.isfinite(value) for value in values)


def _of_side(metric: Metric, side: str) -> tuple[float | None, float | None]:
    if side == "left":
        return metric.left, metric.left_uncertainty
    if side == "right":
        return metric.right, metric.right_uncertainty
    return metric.value, metric.uncertainty


def _number(value: float, info: MetricSpec, say: Language, uncertainty: float | None = None) -> str:
    """Return a number by the rule of the report; a bound, without uncertainty, has all its decimals."""
    return say.number(value, decimals_for(uncertainty, info.decimals)).replace("-", "\N{MINUS SIGN}")


def _unit(unit: str) -> str:
    return unit if unit in {"", "°", "°/s"} else f" {unit}"


def metric_name(info: MetricSpec, say: Language) -> str:
    """Return a metric's name in the middle of a sentence; languages that write nouns large keep it so."""
    return info.label.lower() if say.tag == ENGLISH.tag else say(info.label)


def _measured(rule: Measured, facts: Facts, side: str) -> Judgement:
    info = METRICS[rule.metric]
    side = side if rule.per_side else ""
    metric = facts.metrics.get(rule.metric)
    value, uncertainty = _of_side(metric, side) if metric is not None else (None, None)
    if metric is not None and value is not None and uncertainty is None:
        uncertainty = metric.uncertainty
    if value is None or uncertainty is None or not _finite(value, uncertainty):
        return Judgement(None, missing=(metric_name(info, facts.say),), by_sensor=True)
    threshold, slack, shifted = _threshold(rule, facts)
    above = rule.above is not None
    p = probability_beyond(value, math.hypot(uncertainty, slack), threshold, above=above)
    p = min(p, STAND_IN_CEILING) if rule.stands_for else p
    unit = _unit(info.unit)
    beyond = value > threshold if above else value < threshold
    word = ("above" if above else "below") if beyond else "not above" if above else "not below"
    say = facts.say
    where = f", {say(side)}" if side else ""
    shown, half = (f"{_number(number, info, say, uncertainty)}{unit}" for number in (value, uncertainty))
    bound = f"{_number(threshold, info, say)}{unit}"
    text = f"{say(info.label)}{where} {shown} ± {half}, {say(word)} {bound}{shifted}"
    stand_in = rule.stands_for and say("used in place of {what}", what=say(rule.stands_for))
    tail = "".join(f"; {part}" for part in (stand_in, say(rule.note)) if part)
    signs = (say(rule.sign),) if rule.sign and p >= SURELY else ()
    evidence = Evidence(text + tail, rule.metric, value, uncertainty, threshold, info.unit)
    return Judgement(p, (evidence,), by_sensor=True, signs=signs)


def _threshold(rule: Measured, facts: Facts) -> tuple[float, float, str]:
    """Return the threshold after any shift, the uncertainty that the shift adds, and words for it."""
    if rule.shift is None:
        return rule.threshold, 0.0, ""
    by, info = facts.metrics.get(rule.shift.by), METRICS[rule.shift.by]
    if by is None or not _finite(by.value, by.uncertainty):
        around, half = (
            _number(number, info, facts.say) for number in (rule.shift.around, rule.shift.unknown)
        )
        assumed = facts.say(
            " (not measured: {name}, taken as {value})",
            name=metric_name(info, facts.say),
            value=f"{around} ± {half}{_unit(info.unit)}",
        )
        return rule.threshold, abs(rule.shift.slope) * rule.shift.unknown, assumed
    moved = rule.threshold + rule.shift.slope * (by.value - rule.shift.around)
    words = facts.say(
        " (the bound at {value})",
        value=f"{_number(by.value, info, facts.say, by.uncertainty)}{_unit(info.unit)}",
    )
    return moved, abs(rule.shift.slope) * by.uncertainty, words


def _differs(rule: Differs, facts: Facts) -> Judgement:
    info = METRICS[rule.metric]
    metric = facts.metrics.get(rule.metric)
    if metric is None or metric.left is None or metric.right is None:
        return Judgement(
            None,
            missing=(facts.say("{metric} of both sides", metric=metric_name(info, facts.say)),),
            by_sensor=True,
        )
    difference, spread = metric.difference, metric.difference_uncertainty
    if difference is None or spread is None or not _finite(difference, spread):
        return Judgement(
            None,
            missing=(facts.say("{metric} of both sides", metric=metric_name(info, facts.say)),),
            by_sensor=True,
        )
    mean = (metric.left + metric.right) / 2.0
    if rule.unit == "percent" and mean == 0.0:
        return Judgement(
            None,
            missing=(facts.say("{metric} of both sides", metric=metric_name(info, facts.say)),),
            by_sensor=True,
        )
    scale = 100.0 / abs(mean) if rule.unit == "percent" else 1.0
    amount, spread = abs(difference) * scale, spread * scale
    p = probability_beyond(amount, spread, rule.above, above=True)
    p += probability_beyond(-amount, spread, rule.above, above=True)
    shown = metric.difference_shown
    if not shown:
        # Nothing is claimed within what the method errs per foot: no difference is shown, which is no doubt.
        p = 0.0 if spread <= MOST_NOISE * rule.above else min(p, NOT_SHOWN_CEILING)
    unit = " %" if rule.unit == "percent" else _unit(info.unit)
    digits = decimals_for(spread, 1 if rule.unit == "percent" else info.decimals)
    say = facts.say
    longer = say("left" if difference > 0 else "right")
    by = f"{say.number(amount, digits)}{unit} ± {say.number(spread, digits)}{unit}"
    words = say("{side} larger by {by}", side=longer, by=by) if shown else say("no difference shown")
    apart = metric.difference_uncertainty
    left = _number(metric.left, info, say, apart)
    right = f"{_number(metric.right, info, say, apart)}{_unit(info.unit)}"
    text = f"{say(info.label)}: {words} ({say('left')} {left}, {say('right')} {right})"
    tail = f"; {say(rule.note)}" if rule.note else ""
    signed = math.copysign(amount, difference)
    return Judgement(
        p, (Evidence(text + tail, rule.metric, signed, spread, rule.above, unit.strip()),), by_sensor=True
    )


def _unasked(rule: Unasked, answers: Answers, say: Language) -> Judgement:
    answered = getattr(answers, rule.question) is not None
    if answered:
        return Judgement(0.0)
    return Judgement(
        1.0, (Evidence(say("You were not asked about {topic}", topic=say(topic_of(rule.question)))),)
    )


def _answered(rule: Answered, answers: Answers, say: Language) -> Judgement:
    answer = getattr(answers, rule.question)
    topic = say(topic_of(rule.question))
    if answer is None:
        return Judgement(None, missing=(say("your answer on {topic}", topic=topic),))
    if rule.has:
        values = (
            answer
            if isinstance(answer, tuple)
            else ("yes",)
            if answer is True
            else ()
            if answer is False
            else (answer,)
        )
        hits = [value for value in rule.has if value in values]
        named = ", ".join(say(words_for(hit)) for hit in hits)
        yes = say("You said yes to {topic}", topic=topic)
        text = (yes if hits == ["yes"] else say("You named: {named}", named=named)) if hits else ""
        text = text or say("Asked about {topic}, you did not name it", topic=topic)
        believed = WORD_CEILING if rule.question == FORM else 1.0
        return Judgement(believed if hits else 0.0, (Evidence(text),))
    holds = answer > rule.above if rule.above is not None else answer < (rule.below or 0.0)
    return Judgement(
        1.0 if holds else 0.0, (Evidence(say("You gave {given:g} for {topic}", given=answer, topic=topic)),)
    )
