"""Chooses the week's exercises: the base five, further sets for what was found, the ladder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gait.coaching.model import Finding, LightColour, PlannedExercise, Reason
from gait.coaching.questionnaire.answers import Answers
from gait.coaching.questionnaire.questions import words_for
from gait.coaching.rules.load import Knowledge
from gait.coaching.rules.schema import ExerciseRule, FindingRule

__all__ = ["Chosen", "choose", "programme_reason", "suits"]

Role = Literal["base", "target", "foundation", "advanced", "pain"]


@dataclass
class _Pick:
    """An exercise on its way into the plan."""

    rule: ExerciseRule
    role: Role
    sets: int
    extra: int = 0
    asked_by: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    stands_for: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Chosen:
    """The exercises, base first, and what was left out, in words."""

    exercises: tuple[PlannedExercise, ...]
    notes: tuple[str, ...] = ()


def programme_reason(knowledge: Knowledge, rule: str, text: str = "") -> Reason:
    """A reason that cites a programme rule, in its own words unless others are given."""
    entry = knowledge.programme[rule]
    return Reason(rule, text or entry.text, "", entry.grade, knowledge.cite(entry.sources))


def suits(rule: ExerciseRule, answers: Answers, light: LightColour) -> bool:
    """True where experience, equipment and pain allow an exercise.

    Not having been asked about equipment counts as having it; not having been asked about experience
    counts as enough for all but advanced exercises.
    """
    if rule.plyometric and (light != "green" or answers.pain):
        return False
    if answers.experience is None:
        if rule.level == "advanced":
            return False
    elif rule.for_experience and answers.experience not in rule.for_experience:
        return False
    return (
        answers.equipment is None
        or not rule.needs
        or any(set(group) <= set(answers.equipment) for group in rule.needs)
    )


def choose(
    findings: Sequence[Finding], answers: Answers, light: LightColour, *, sessions: int, knowledge: Knowledge
) -> Chosen:
    """Choose the exercises of a week.

    Parameters
    ----------
    findings
        From `gait.coaching.assess.assess`; those present count.
    answers
        Experience, equipment and where it hurts.
    light
        The pain light.
    sessions
        Strength sessions in the week: with one alone there is no room for the ladder.
    knowledge
        The rule pack.
    """
    return _Chooser(answers, light, sessions, knowledge).run(_present(findings, knowledge))


def _present(findings: Sequence[Finding], knowledge: Knowledge) -> list[FindingRule]:
    ids = dict.fromkeys(found.id for found in findings if found.outcome == "present")
    return [knowledge.findings[key] for key in ids if key in knowledge.findings]


class _Chooser:
    def __init__(self, answers: Answers, light: LightColour, sessions: int, knowledge: Knowledge) -> None:
        self.answers, self.light, self.sessions, self.knowledge = answers, light, sessions, knowledge
        self.numbers = knowledge.numbers
        self.sore = frozenset(answers.pain or ())
        self.picks: dict[str, _Pick] = {}
        self.notes: list[str] = []

    def run(self, present: list[FindingRule]) -> Chosen:
        """Base, targets, pain, ladder, then the limits."""
        for key in self.numbers.base:
            self._add_base(self.knowledge.exercises[key])
        gait = [rule for rule in present if rule.kind != "pain"]
        for rule in sorted(gait, key=lambda rule: not self.sore & set(rule.hurts)):
            self._add_matching(rule, "target", self.numbers.most_targets)
        for rule in (r for r in present if r.kind == "pain"):
            self._add_matching(rule, "pain", self.numbers.most_pain_exercises)
        if self.sessions > 1 and self.light != "red":
            self._add_ladder()
        self._trim()
        return Chosen(tuple(self._planned(pick) for pick in self.picks.values()), tuple(self.notes))

    def _strains_sore(self, rule: ExerciseRule) -> bool:
        return bool(rule.strains) if not self.sore else bool(self.sore & set(rule.strains))

    def _usable(self, rule: ExerciseRule) -> bool:
        return suits(rule, self.answers, self.light) and not (
            self.light == "red" and self._strains_sore(rule)
        )

    def _resolve(self, rule: ExerciseRule, tried: frozenset[str] = frozenset()) -> ExerciseRule | None:
        """The exercise, or the first substitute that is usable, or None."""
        if self._usable(rule):
            return rule
        for key in rule.substitutes:
            if key not in tried:
                found = self._resolve(self.knowledge.exercises[key], tried | {rule.id})
                if found is not None:
                    return found
        return None

    def _full_sets(self) -> int:
        return (
            self.numbers.base_sets
            if self.light == "green"
            else min(self.numbers.amber_sets, self.numbers.base_sets)
        )

    def _add_base(self, rule: ExerciseRule) -> None:
        found = self._resolve(rule)
        if found is None:
            why = "it loads the sore place" if self.light == "red" else "nothing at hand stands in for it"
            self.notes.append(f"{rule.name} is left out: {why}.")
            return
        pick = self.picks.get(found.id)
        if pick is None:
            pick = self.picks[found.id] = _Pick(found, "base", self._full_sets())
        pick.reasons.append(programme_reason(self.knowledge, "base_exercises"))
        if found is not rule:
            pick.stands_for = pick.stands_for or rule.id
            pick.reasons.append(self._substitution(rule))
        if self.light != "green":
            pick.reasons.append(
                programme_reason(self.knowledge, "pain_light", f"Fewer sets: the pain light is {self.light}.")
            )

    def _substitution(self, wanted: ExerciseRule) -> Reason:
        if self.light == "red" and self._strains_sore(wanted):
            why = "it does not load the sore place"
        elif (
            self.answers.experience
            and wanted.for_experience
            and self.answers.experience not in wanted.for_experience
        ):
            return programme_reason(
                self.knowledge,
                "ladder",
                f"In place of {wanted.name}: form first for someone {_experience(self.answers)}.",
            )
        else:
            why = "it needs only what you have"
        return programme_reason(self.knowledge, "substitution", f"In place of {wanted.name}: {why}.")

    def _holder(self, movement: str) -> _Pick | None:
        """The pick that already has work of a movement outside the base session."""
        one_session = self.sessions < 2
        for pick in self.picks.values():
            if pick.rule.movement == movement and (one_session or pick.role != "base" or pick.extra):
                return pick
        return None

    def _reason(self, rule: FindingRule, role: Role) -> Reason:
        which = "further_sets" if role == "target" else "pain_exercises"
        trains = f": trains {_listed(rule.muscles)}" if rule.muscles else ""
        there = [words_for(place) for place in rule.hurts if place in self.sore and rule.kind != "pain"]
        pain = f", and it fits where it hurts ({'; '.join(there)})" if there else ""
        return Reason(
            which,
            f"{rule.title}{trains}{pain}.",
            rule.id,
            rule.grade,
            self.knowledge.cite(rule.sources),
        )

    def _add_matching(self, rule: FindingRule, role: Role, most: int) -> None:
        for key in rule.exercises:
            wanted = self.knowledge.exercises[key]
            found = self._resolve(wanted)
            if found is None:
                continue
            pick = self.picks.get(found.id) or self._holder(found.movement)
            if pick is None:
                if sum(p.role == role for p in self.picks.values()) >= most:
                    continue
                pick = self.picks[found.id] = _Pick(found, role, self._own_sets(found))
                if found is not wanted:
                    pick.reasons.append(self._substitution(wanted))
                    pick.stands_for = wanted.id
            self._credit(pick, rule, role)
            note = rule.exercise_notes.get(key)
            if note and pick.rule is found and note not in pick.notes:
                pick.notes.append(note)

    def _own_sets(self, rule: ExerciseRule) -> int:
        most = self.numbers.further_sets[1] if self.light == "green" else self.numbers.further_sets[0]
        return max(self.numbers.further_sets[0], min(rule.sets[1], most))

    def _credit(self, pick: _Pick, rule: FindingRule, role: Role) -> None:
        if rule.id in pick.asked_by:
            return
        pick.asked_by.append(rule.id)
        pick.reasons.append(self._reason(rule, role))
        if pick.role != "base" or self.light == "red":
            return
        if self.light == "amber" and self._strains_sore(pick.rule):
            return
        low, high = self.numbers.further_sets
        both = len(pick.asked_by) > 1 or (rule.kind != "pain" and bool(self.sore & set(rule.hurts)))
        pick.extra = high if both and self.light == "green" else max(low, pick.extra)

    def _add_ladder(self) -> None:
        regular = self.answers.experience == "regular" and self.light == "green"
        level: Role = "advanced" if regular else "foundation"
        for rule in self.knowledge.exercises.values():
            if (
                rule.level != level
                or rule.id in self.picks
                or self._holder(rule.movement)
                or not self._usable(rule)
            ):
                continue
            pick = self.picks[rule.id] = _Pick(rule, level, self._full_sets())
            pick.reasons.append(programme_reason(self.knowledge, "ladder"))

    def _trim(self) -> None:
        """Hold a session to its most sets: the ladder goes first, then pain, then targets."""
        most = self.numbers.most_sets_a_session
        base = sum(pick.sets for pick in self.picks.values() if pick.role == "base")
        room = most if self.sessions > 1 else max(most - base, 0)
        for role in ("foundation", "advanced", "pain", "target"):
            for key in [k for k, p in self.picks.items() if p.role == role][::-1]:
                if self._further() > room:
                    self.notes.append(
                        f"{self.picks[key].rule.name} is left out: the session would grow beyond {most} sets."
                    )
                    del self.picks[key]
        self._trim_further(room)

    def _trim_further(self, room: int) -> None:
        """Take back further sets, to the fewest first, then from the last exercise on, until they fit."""
        holders = [pick for pick in self.picks.values() if pick.extra][::-1]
        for least in (self.numbers.further_sets[0], 0):
            for pick in holders:
                if self._further() > room:
                    pick.extra = min(pick.extra, least)
                    if not least:
                        self.notes.append(
                            f"{pick.rule.name} gets no further sets: the session would grow too long."
                        )

    def _further(self) -> int:
        return sum(pick.extra if pick.role == "base" else pick.sets for pick in self.picks.values())

    def _planned(self, pick: _Pick) -> PlannedExercise:
        rule = pick.rule
        load = rule.start if rule.start and self.answers.experience == "new" else rule.load
        return PlannedExercise(
            id=rule.id,
            name=rule.name,
            sets=pick.sets,
            reps=rule.reps,
            unit=rule.unit,
            load="; ".join([load, *pick.notes]),
            role=pick.role,
            muscles=rule.muscles,
            equipment=self._equipment(rule),
            cues=rule.cues,
            faults=rule.faults,
            progression=rule.progression,
            regression=rule.regression,
            reasons=tuple(dict.fromkeys(pick.reasons)),
            hold_s=rule.hold_s,
            extra_sets=pick.extra,
            stands_for=pick.stands_for,
            aliases=rule.aliases,
        )

    def _equipment(self, rule: ExerciseRule) -> tuple[str, ...]:
        """The group of equipment used: the first that is at hand, or the first of all where nobody asked."""
        at_hand = set(self.answers.equipment) if self.answers.equipment is not None else None
        for group in rule.needs:
            if at_hand is None or set(group) <= at_hand:
                return group
        return ()


def _experience(answers: Answers) -> str:
    return {
        "new": "new to strength training",
        "some": "with some practice",
        "regular": "who trains regularly",
    }[answers.experience or "some"]


def _listed(words: Iterable[str]) -> str:
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last
