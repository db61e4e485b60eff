"""The one next step: chosen from safety, pain, findings, what is at hand and what was not asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest

from gait.coaching.diary.cadence_weeks import share_text
from gait.coaching.evaluate import WORD_AGAINST, Facts
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

SOON_WEEKS, CADENCE_WEEKS, STRENGTH_WEEKS, KEEP_WEEKS, PAIN_WEEKS = 2, 4, 6, 6, 4
"""Weeks until it is looked at again (chosen: a cadence takes 8 runs, two a week; strength shows after the
articles' 4 to 6)."""

SIDES = {"left": "left", "right": "right", "both": "both sides"}
MOST_NAMED = 2
"""Exercises named in the step (chosen: a sentence of one step)."""
HARMLESS = frozenset(("left_right_difference",))
"""Findings that nobody need look for again: no harm of them is shown (Malisoux et al. 2024)."""
SEE_SOMEBODY = "soon"
"""Urgency from which a notice that stops nothing is the step itself."""


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
    notices: Sequence[SafetyNotice] = ()
    began: date | None = None
    """Day the plan began: retests are counted from it, so that they do not move on with every check-in."""

    @property
    def present(self) -> list[Finding]:
        """Findings that are present, the weightiest first."""
        return sorted(
            (finding for finding in self.findings if finding.outcome == "present"),
            key=lambda finding: finding.rank,
        )


def stop_action(notice: SafetyNotice) -> Action:
    """Return the step where a notice stops exercise."""
    return Action("stop", notice.care, because=(notice.id,))


def choose_action(now: Situation) -> Action:
    """Return the one next step.

    The order is that of harm. First come questions that nobody answered and strong pain. Then come pain that
    the pack has exercises for, a landing that brakes, and other findings. Only then follows going on as
    before.
    """
    open_questions = unasked(now.facts.answers)
    if now.light == "red":
        return _made(now, "walk_run", "walk_run_bone" if from_bone(now.facts.answers) else "walk_run", 1)
    if {"red_flags", "pain"} & set(open_questions):
        return _made(now, "ask", "ask", 0, topics=_topics(open_questions, now.knowledge.say))
    if now.facts.answers.pain_strength and not now.facts.answers.pain:
        return _made(now, "ask", "ask", 0, topics=_topics(["pain"], now.knowledge.say))
    action = (
        _see_somebody(now) or _for_strike(now) or _for_cadence(now) or _for_pain(now) or _for_findings(now)
    )
    if action is not None:
        return action
    if open_questions:
        return _made(now, "ask", "ask_rest", 0, topics=_topics(open_questions, now.knowledge.say))
    return _nothing_found(now)


def _see_somebody(now: Situation) -> Action | None:
    """Return the step for a notice that sends somebody to a clinician soon and stops no exercise."""
    soon = next((notice for notice in now.notices if notice.urgency == SEE_SOMEBODY), None)
    if soon is None:
        return None
    return Action("recheck", soon.care, retest_on=_retest_on(now, SOON_WEEKS), because=(soon.id,))


def _nothing_found(now: Situation) -> Action:
    if not now.facts.metrics:
        return _made(now, "recheck", "record", 0)
    unclear = [
        finding
        for finding in now.findings
        if finding.outcome == "cannot_tell" and finding.kind == "compensation"
    ]
    because = tuple(dict.fromkeys(finding.id for finding in unclear if finding.id not in HARMLESS))
    if any(finding.contradiction == now.knowledge.say(WORD_AGAINST) for finding in unclear):
        return _made(now, "recheck", "look_again_both", SOON_WEEKS, because)
    if because:
        return _made(now, "recheck", "look_again", SOON_WEEKS, because)
    return _made(now, "keep_going", "keep_going", KEEP_WEEKS)


def _for_strike(now: Situation) -> Action | None:
    """Return the step for a runner who forces a foot strike and aches where that strike adds load."""
    forced = next((finding for finding in now.present if finding.id == "forcing_foot_strike"), None)
    sore = set(now.facts.answers.pain or ())
    if forced is None or not sore & set(now.knowledge.findings[forced.id].hurts):
        return None
    return _made(now, "recheck", "leave_strike", SOON_WEEKS, (forced.id,))


def _brakes(now: Situation) -> bool:
    """Return whether the cadence step comes first: landing far ahead, or a low cadence with pain."""
    ids = {finding.id for finding in now.present}
    return "overstriding" in ids or ("low_cadence" in ids and bool(now.facts.answers.pain))


def _for_cadence(now: Situation) -> Action | None:
    target = now.cadence
    if target is None or not _brakes(now):
        return None
    shank = now.facts.metrics.get("shank_angle_deg")
    because = tuple(finding.id for finding in now.present if finding.id in {"overstriding", "low_cadence"})
    angle = "" if shank is None else f"{max(shank.uncertainty, 2.0):.0f}"
    made = _made(
        now, "cadence", "cadence" if shank is None else "cadence_shank", CADENCE_WEEKS, because,
        bpm=target.metronome_bpm, angle=angle, target=f"{target.target_spm:.0f}",
    )  # fmt: skip
    return made if not target.minutes else _this_week(made, target, now)


def _this_week(made: Action, target: CadenceTarget, now: Situation) -> Action:
    """Return the cadence step with the minutes and the metronome of the week that the diary has come to."""
    words = now.knowledge.texts.actions["cadence_week" if any(target.metronome_pct) else "cadence_held"]
    first, second = target.minutes
    share = share_text(target, now.knowledge.say)
    values = {"bpm": target.metronome_bpm, "minutes": first, "more": second, "share": share}
    return replace(made, text=words.text.format(**values), dose=words.dose.format(**values))


def _for_pain(now: Situation) -> Action | None:
    sore = now.facts.answers.pain or ()
    if not sore:
        return None
    pains = {finding.id: finding for finding in now.present if finding.kind == "pain"}
    for finding in now.present:  # where no pain pattern fits, a sign that names the place does
        if (
            finding.kind == "compensation"
            and set(sore) & set(now.knowledge.findings[finding.id].hurts)
            and not pains
        ):
            pains[finding.id] = finding
    mine = _one_for_each([e for e in now.exercises if any(r.finding in pains for r in e.reasons)], pains, now)
    served = {place for key in pains for place in now.knowledge.findings[key].hurts}
    if mine:
        place = _places([sore_place for sore_place in sore if sore_place in served], now)
        words = "strength_quiet" if now.facts.answers.pain_strength == 0 else "strength_pain"
        made = _strength(now, mine, words, PAIN_WEEKS, tuple(pains), place=place)
        return replace(made, dose=" ".join([made.dose, *_how_often(mine[:MOST_NAMED], pains, now)]))
    return _made(now, "recheck", "place_unserved", SOON_WEEKS, place=_places(sore, now))


def _one_for_each(
    mine: Sequence[PlannedExercise], pains: Iterable[str], now: Situation
) -> list[PlannedExercise]:
    """Return exercises for pains: the first choice of each pain, then the second of each, and so on."""
    ranked = [sorted(_asked_by(mine, key), key=lambda e: _wanted(e, key, now)) for key in pains]
    order = {
        exercise.id: exercise for row in zip_longest(*ranked) for exercise in row if exercise is not None
    }
    return list(order.values())


def _asked_by(mine: Sequence[PlannedExercise], finding: str) -> list[PlannedExercise]:
    return [exercise for exercise in mine if any(reason.finding == finding for reason in exercise.reasons)]


def _wanted(exercise: PlannedExercise, finding: str, now: Situation) -> tuple[bool, int, int]:
    """Return an exercise's sort key: stand-ins last, exercises that more findings ask for first."""
    row = now.knowledge.findings[finding].exercises
    wanted = next((key for key in (exercise.id, exercise.stands_for) if key in row), None)
    asking = len({reason.finding for reason in exercise.reasons} - {""})
    return wanted is None, -asking, len(row) if wanted is None else row.index(wanted)


def _how_often(named: Sequence[PlannedExercise], pains: Iterable[str], now: Situation) -> list[str]:
    """Return how often exercises of a pain are done beside the sessions, where its rule says so."""
    out = []
    for key in pains:
        rule = now.knowledge.findings[key]
        names = [exercise.name for exercise in _asked_by(named, key) if exercise.id in rule.exercises]
        if rule.often and names:
            out.append(f"{now.knowledge.say(' and ').join(names)}: {rule.often}.")
    return out


def _places(sore: Sequence[str], now: Situation) -> str:
    """Return sore places in words, with their side where it was named."""
    say, side = now.knowledge.say, now.facts.answers.pain_side
    named = "; ".join(say(words_for(place)) for place in sore)
    return f"{named}; {say(SIDES[side])}" if side else named


def _for_findings(now: Situation) -> Action | None:
    for finding in now.present:
        mine = _asked_by(now.exercises, finding.id)
        rule = now.knowledge.findings.get(finding.id)
        advised = rule is not None and bool(rule.advice) and finding.kind == "compensation"
        if mine and not (advised and all(_is_ours(exercise, now) for exercise in mine)):
            return _strength(now, mine, "strength", STRENGTH_WEEKS, (finding.id,), title=finding.title)
        if rule is not None and advised:
            text = now.knowledge.advice[rule.advice[0]].text
            return _made(now, "recheck", "advice", SOON_WEEKS, (finding.id,), advice=text)
    return None


def _is_ours(exercise: PlannedExercise, now: Situation) -> bool:
    """Return whether an exercise has no article as source; advice from an article is then named before it."""
    sources = now.knowledge.exercises[exercise.id].sources
    return all(now.knowledge.sources[key].kind != "article" for key in sources)


def _strength(
    now: Situation,
    mine: Sequence[PlannedExercise],
    words: str,
    weeks: int,
    because: tuple[str, ...],
    **more: str,
) -> Action:
    named = mine[:MOST_NAMED]
    doses = "; ".join(f"{exercise.name} {exercise.sets_in_week} × {_reps(exercise)}" for exercise in named)
    names = now.knowledge.say(" and ").join(exercise.name for exercise in named)
    new = " " + now.knowledge.texts.new_to_it if now.facts.answers.experience == "new" else ""
    sessions = str(now.sessions)
    return _made(
        now, "strength", words, weeks, because, names=names, doses=doses, new=new, sessions=sessions, **more
    )


def _reps(exercise: PlannedExercise) -> str:
    low, high = exercise.reps if exercise.aim is None else (exercise.aim, exercise.aim)
    return f"{low if low == high else f'{low}-{high}'} {exercise.unit}"


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
    """Return the next day that is a multiple of so many weeks after the plan's first day; else nothing."""
    if now.today is None or not weeks:
        return ""
    began = now.began if now.began is not None and now.began <= now.today else now.today
    passed = (now.today - began).days // (7 * weeks)
    return (began + timedelta(weeks=weeks * (passed + 1))).isoformat()
