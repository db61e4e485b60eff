"""The one next step: chosen from safety, pain, findings, what is at hand and what was not asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gait.coaching.evaluate import Facts
from gait.coaching.language import Language
from gait.coaching.model import (
    Action,
    ActionKind,
    CadenceTarget,
    Finding,
    LightColour,
    PlannedExercise,
    SafetyNotice,
)
from gait.coaching.questionnaire.questions import topic_of, words_for
from gait.coaching.rules.load import Knowledge
from gait.coaching.safety import from_bone, unasked

__all__ = ["Situation", "choose_action", "stop_action"]

CADENCE_WEEKS, STRENGTH_WEEKS, KEEP_WEEKS, PAIN_WEEKS = 2, 6, 6, 4
"""Weeks until it is looked at again: a cadence settles in about 8 runs, strength shows after 4 to 6 weeks."""

SIDES = {"left": "left", "right": "right", "both": "both sides"}
MOST_NAMED = 2
"""Exercises named in the step."""


@dataclass(frozen=True)
class Situation:
    """All that the next step depends on."""

    findings: Sequence[Finding]
    facts: Facts
    light: LightColour
    exercises: Sequence[PlannedExercise]
    cadence: CadenceTarget | None
    sessions: int
    today: date | None
    knowledge: Knowledge
    began: date | None = None
    """Day the plan began: retests are counted from it, so that they do not move on with every check-in."""

    @property
    def present(self) -> list[Finding]:
        """Findings that are present, the weightiest first."""
        return sorted((one for one in self.findings if one.outcome == "present"), key=lambda one: one.rank)


def stop_action(notice: SafetyNotice) -> Action:
    """Return the step where a notice stops exercise."""
    return Action("stop", notice.care, because=(notice.id,))


def choose_action(now: Situation) -> Action:
    """Return the one next step.

    The order is that of harm: what was not asked, strong pain, pain that exercises of the pack fit, a step
    that brakes, what else was found, and only then going on as before.
    """
    open_questions = unasked(now.facts.answers)
    if now.light == "red":
        return _made(now, "walk_run", "walk_run_bone" if from_bone(now.facts.answers) else "walk_run", 1)
    if {"red_flags", "pain"} & set(open_questions):
        return _made(now, "ask", "ask", 0, topics=_topics(open_questions, now.knowledge.say))
    if now.facts.answers.pain_strength and not now.facts.answers.pain:
        return _made(now, "ask", "ask", 0, topics=_topics(["pain"], now.knowledge.say))
    found = _for_cadence(now) or _for_pain(now) or _for_findings(now)
    if found is not None:
        return found
    if open_questions:
        return _made(now, "ask", "ask_rest", 0, topics=_topics(open_questions, now.knowledge.say))
    return _nothing_found(now)


def _nothing_found(now: Situation) -> Action:
    if not now.facts.metrics:
        return _made(now, "recheck", "record", 0)
    if any(one.outcome == "cannot_tell" and one.kind == "compensation" for one in now.findings):
        return _made(now, "recheck", "look_again", CADENCE_WEEKS)
    return _made(now, "keep_going", "keep_going", KEEP_WEEKS)


def _brakes(now: Situation) -> bool:
    """Return whether the cadence step comes first: landing far ahead, or a low cadence with pain."""
    ids = {one.id for one in now.present}
    return "overstriding" in ids or ("low_cadence" in ids and bool(now.facts.answers.pain))


def _for_cadence(now: Situation) -> Action | None:
    target = now.cadence
    if target is None or not _brakes(now):
        return None
    shank = now.facts.metrics.get("shank_angle_deg")
    words = "cadence_shank" if shank is not None else "cadence"
    because = tuple(one.id for one in now.present if one.id in {"overstriding", "low_cadence"})
    angle = "" if shank is None else f"{max(shank.uncertainty, 2.0):.0f}"
    return _made(
        now, "cadence", words, CADENCE_WEEKS, because, bpm=target.metronome_bpm, angle=angle,
        target=f"{target.target_spm:.0f}",
    )  # fmt: skip


def _for_pain(now: Situation) -> Action | None:
    sore = now.facts.answers.pain or ()
    if not sore:
        return None
    pains = {one.id: one for one in now.present if one.kind == "pain"}
    mine = _one_for_each(
        [e for e in now.exercises if any(r.finding in pains for r in e.reasons)], list(pains)
    )
    served = {place for key in pains for place in now.knowledge.findings[key].hurts}
    if mine:
        place = _places([one for one in sore if one in served], now)
        return _strength(now, mine, "strength_pain", PAIN_WEEKS, tuple(pains), place=place)
    return _made(now, "recheck", "place_unserved", CADENCE_WEEKS, place=_places(sore, now))


def _one_for_each(mine: Sequence[PlannedExercise], pains: Sequence[str]) -> list[PlannedExercise]:
    """Return exercises for pains with the first of each pain before further ones."""
    firsts = [next((e for e in mine if any(r.finding == key for r in e.reasons)), None) for key in pains]
    order = {one.id: one for one in (*firsts, *mine) if one is not None}
    return list(order.values())


def _places(sore: Sequence[str], now: Situation) -> str:
    """Return sore places in words, with their side where it was named."""
    say, side = now.knowledge.say, now.facts.answers.pain_side
    named = "; ".join(say(words_for(place)) for place in sore)
    return f"{named}; {say(SIDES[side])}" if side else named


def _for_findings(now: Situation) -> Action | None:
    for finding in now.present:
        mine = [e for e in now.exercises if any(r.finding == finding.id for r in e.reasons)]
        if mine:
            return _strength(now, mine, "strength", STRENGTH_WEEKS, (finding.id,), title=finding.title)
        rule = now.knowledge.findings.get(finding.id)
        if rule is not None and rule.advice and finding.kind == "compensation":
            text = now.knowledge.advice[rule.advice[0]].text
            return _made(now, "recheck", "advice", CADENCE_WEEKS, (finding.id,), advice=text)
    return None


def _strength(
    now: Situation,
    mine: Sequence[PlannedExercise],
    words: str,
    weeks: int,
    because: tuple[str, ...],
    **more: str,
) -> Action:
    named = mine[:MOST_NAMED]
    doses = "; ".join(f"{one.name} {one.sets_in_week} × {_reps(one)}" for one in named)
    names = now.knowledge.say(" and ").join(one.name for one in named)
    new = " " + now.knowledge.texts.new_to_it if now.facts.answers.experience == "new" else ""
    sessions = str(now.sessions)
    return _made(
        now, "strength", words, weeks, because, names=names, doses=doses, new=new, sessions=sessions, **more
    )


def _reps(one: PlannedExercise) -> str:
    low, high = one.reps if one.aim is None else (one.aim, one.aim)
    return f"{low if low == high else f'{low}-{high}'} {one.unit}"


def _topics(fields: Sequence[str], say: Language) -> str:
    return ", ".join(say(topic_of(field)) for field in fields)


def _made(
    now: Situation, kind: ActionKind, words: str, weeks: int, because: tuple[str, ...] = (), **values: object
) -> Action:
    """Return an action in the pack's words, with the day to look again."""
    template = now.knowledge.texts.actions[words]
    when = _retest_on(now, weeks)
    text, dose, worked_if = (
        part.format(**values).strip() for part in (template.text, template.dose, template.worked_if)
    )
    return Action(kind, text, dose, worked_if, when, because)


def _retest_on(now: Situation, weeks: int) -> str:
    """Return the next day that is a whole number of so many weeks from the plan's beginning; else nothing."""
    if now.today is None or not weeks:
        return ""
    began = now.began if now.began is not None and now.began <= now.today else now.today
    passed = (now.today - began).days // (7 * weeks)
    return (began + timedelta(weeks=weeks * (passed + 1))).isoformat()
