"""Chooses the week's exercises: the base five, further sets for what was found, the ladder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gait.coaching.language import Language
from gait.coaching.model import Finding, LightColour, PlannedExercise, Reason
from gait.coaching.plan.pick import Pick, Role
from gait.coaching.plan.sessions import most_sets
from gait.coaching.plan.suitable import full_loads, groups, suits
from gait.coaching.plan.trim import SessionLimits, trim
from gait.coaching.questionnaire.answers import Answers
from gait.coaching.questionnaire.questions import words_for
from gait.coaching.rules.load import Knowledge
from gait.coaching.rules.schema import ExerciseRule, FindingRule
from gait.coaching.safety import BONE_PLACES, from_bone

__all__ = ["Chosen", "choose", "programme_reason"]

TURN_WEEKS = 2
"""Weeks that exercises which take turns stay in the plan (chosen: long enough for the dose to move, short
enough for each to come within a course)."""


@dataclass(frozen=True)
class Chosen:
    """The exercises, base first; those that take their turn later; what was left out, in words."""

    exercises: tuple[PlannedExercise, ...]
    notes: tuple[str, ...] = ()
    later: tuple[PlannedExercise, ...] = ()


def programme_reason(knowledge: Knowledge, rule: str, text: str = "") -> Reason:
    """Return a reason that cites a programme rule, in its own words unless others are given."""
    entry = knowledge.programme[rule]
    return Reason(rule, text or entry.text, "", entry.grade, knowledge.cite(entry.sources))


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
    ids = dict.fromkeys(finding.id for finding in findings if finding.outcome == "present")
    return [knowledge.findings[key] for key in ids if key in knowledge.findings]


class _Chooser:
    def __init__(self, answers: Answers, light: LightColour, sessions: int, knowledge: Knowledge) -> None:
        self.answers, self.light, self.sessions, self.knowledge = answers, light, sessions, knowledge
        self.numbers, self.say = knowledge.numbers, knowledge.say
        self.sore = frozenset(answers.pain or ())
        self.spared = self.sore | (BONE_PLACES if from_bone(answers) else frozenset())
        self.picks: dict[str, Pick] = {}
        self.present: list[FindingRule] = []
        self.waiting: list[tuple[ExerciseRule, FindingRule]] = []
        self.notes: list[str] = []

    def run(self, present: list[FindingRule]) -> Chosen:
        """Choose in order: base, targets, pain, ladder, then the limits."""
        self.present = [rule for rule in present if self._followed(rule)]
        for key in self.numbers.base:
            self._add_base(self.knowledge.exercises[key])
        gait = [rule for rule in self.present if rule.kind != "pain"]
        for rule in sorted(gait, key=lambda rule: not self.sore & set(rule.hurts)):
            self._add_matching(rule, "target", self.numbers.most_targets)
        self._add_for_pains([rule for rule in self.present if rule.kind == "pain"])
        if self.sessions > 1 and self.light not in {"red", "amber"}:
            self._add_ladder()
        limits = SessionLimits(most_sets(self.light, self.numbers), max(self.sessions, 1))
        self.waiting += trim(self.picks, limits, self.present, self.knowledge, self.notes)
        # An exercise that is in the week for another reason needs no turn: it would come twice.
        self.waiting = [(rule, finding) for rule, finding in self.waiting if rule.id not in self.picks]
        self._say_unserved()
        later = tuple(self._planned(pick, weeks) for pick, weeks in self._turns())
        return Chosen(tuple(self._planned(pick) for pick in self.picks.values()), tuple(self.notes), later)

    def _followed(self, rule: FindingRule) -> bool:
        """Return whether anything follows from a finding: a feature matters only with pain."""
        return not rule.only_with_pain or bool(self.sore & set(rule.hurts))

    def _strains_sore(self, rule: ExerciseRule) -> bool:
        return bool(rule.strains) if not self.sore else bool(self.spared & set(rule.strains))

    def _bears(self, rule: ExerciseRule) -> bool:
        """Return whether the sore places may be loaded as an exercise loads them."""
        if self.light == "red" or (self.light == "amber" and not self.sore):
            return not self._strains_sore(rule)
        return all(self._place_bears(place, rule) for place in self.sore & set(rule.strains))

    def _place_bears(self, place: str, rule: ExerciseRule) -> bool:
        own = any(
            rule.id in finding.exercises and finding.loads and place in finding.hurts
            for finding in self.present
        )
        if own or place in rule.gentle_on:
            return True
        little = self.light in {"green", "grey"} and self.answers.pain_strength is not None
        return little and place in self.numbers.loadable and rule.level != "advanced"

    def _usable(self, rule: ExerciseRule) -> bool:
        return suits(rule, self.answers, self.light) and self._bears(rule)

    def _say_unserved(self) -> None:
        """Note each sore place for which no rule of the pack has exercises."""
        served = {place for rule in self.present if rule.exercises for place in rule.hurts}
        for place in self.answers.pain or ():
            if place not in served:
                self.notes.append(
                    self.say(
                        "There are no exercises for this place here ({place}): the plan spares it. "
                        "If it does not settle, have it looked at.",
                        place=self.say(words_for(place)),
                    )
                )

    def _turns(self) -> list[tuple[Pick, tuple[int, int]]]:
        """Return the exercises for a pain that did not fit, each with the weeks in which its turn comes."""
        places = self._places_that_turn() if self.waiting else 1
        out = []
        for at, (rule, finding) in enumerate(self.waiting):
            turn = 1 + at // places
            pick = Pick(rule, "pain", self._own_sets(rule))
            pick.reasons.append(self._reason(finding, "pain"))
            out.append((pick, (1 + turn * TURN_WEEKS, (turn + 1) * TURN_WEEKS)))
        return out

    def _places_that_turn(self) -> int:
        """Return how many exercises for a pain take turns; where none does, the last one is made to."""
        mine = [pick for pick in self.picks.values() if pick.role == "pain"]
        if mine and all(pick.every_session for pick in mine):
            mine[-1].every_session = False
        return max(sum(not pick.every_session for pick in mine), 1)

    def _resolve(self, rule: ExerciseRule, tried: frozenset[str] = frozenset()) -> ExerciseRule | None:
        """Return the exercise, or the first substitute that is usable, or None."""
        if self._usable(rule):
            return rule
        for key in rule.substitutes:
            if key not in tried:
                allowed = self._resolve(self.knowledge.exercises[key], tried | {rule.id})
                if allowed is not None:
                    return allowed
        return None

    def _full_sets(self) -> int:
        return (
            self.numbers.base_sets
            if self.light in {"green", "grey"}
            else min(self.numbers.amber_sets, self.numbers.base_sets)
        )

    def _add_base(self, rule: ExerciseRule) -> None:
        chosen = self._resolve(rule)
        if chosen is None:
            why = "nothing at hand stands in for it"
            if not self._bears(rule):
                why = "it loads the sore place" if self.sore else "it may load what hurts"
            self.notes.append(self.say("{name} is left out: {why}.", name=rule.name, why=self.say(why)))
            return
        pick = self.picks.get(chosen.id)
        if pick is None:
            pick = self.picks[chosen.id] = Pick(chosen, "base", self._full_sets())
        pick.reasons.append(programme_reason(self.knowledge, "base_exercises"))
        if chosen is not rule:
            pick.stands_for = pick.stands_for or rule.id
            pick.reasons.append(self._substitution(rule))
        if self.light in {"amber", "red"}:
            fewer = self.say("Fewer sets: the pain light is {light}.", light=self.say(self.light))
            pick.reasons.append(programme_reason(self.knowledge, "pain_light", fewer))

    def _substitution(self, wanted: ExerciseRule) -> Reason:
        if not self._bears(wanted):
            why = "it is easier on the sore place"
        elif wanted.plyometric or not full_loads(self.answers):
            why = "it needs neither jumps nor a barbell"
        elif (
            self.answers.experience
            and wanted.for_experience
            and self.answers.experience not in wanted.for_experience
        ):
            whom = self.say(_experience(self.answers))
            first = self.say(
                "In place of {name}: form first for someone {whom}.", name=wanted.name, whom=whom
            )
            return programme_reason(self.knowledge, "ladder", first)
        else:
            why = "it needs only what you have"
        instead = self.say("In place of {name}: {why}.", name=wanted.name, why=self.say(why))
        return programme_reason(self.knowledge, "substitution", instead)

    def _holder(self, wanted: ExerciseRule, role: Role) -> Pick | None:
        """Return the pick that already has work of a movement outside the base session.

        An exercise for a pain must not strain a sore place more than the exercise asked for.
        """
        one_session = self.sessions < 2
        for pick in self.picks.values():
            same = pick.rule.movement == wanted.movement
            if role == "pain" and self.sore & (_felt(pick.rule) - _felt(wanted)):
                continue
            if same and (one_session or pick.role != "base" or pick.extra):
                return pick
        return None

    def _reason(self, rule: FindingRule, role: Role) -> Reason:
        which = "further_sets" if role == "target" else "pain_exercises"
        say = self.say
        muscles = _listed([say(muscle) for muscle in rule.muscles], say) if rule.muscles else ""
        trains = say(": trains {muscles}", muscles=muscles) if muscles else ""
        there = [say(words_for(place)) for place in rule.hurts if place in self.sore and rule.kind != "pain"]
        pain = say(", and it fits where it hurts ({places})", places="; ".join(there)) if there else ""
        return Reason(
            which,
            f"{rule.title}{trains}{pain}.",
            rule.id,
            rule.grade,
            self.knowledge.cite(rule.sources),
        )

    def _add_for_pains(self, rules: Sequence[FindingRule]) -> None:
        """Add exercises for each sore place in turn, so that none goes without; the others wait."""
        most = max(self.numbers.most_pain_exercises, len(rules))
        for at in range(max((len(rule.exercises) for rule in rules), default=0)):
            for rule in rules:
                if at < len(rule.exercises):
                    self._match(rule, rule.exercises[at], "pain", most)

    def _add_matching(self, rule: FindingRule, role: Role, most: int) -> None:
        for key in rule.exercises:
            self._match(rule, key, role, most)

    def _match(self, rule: FindingRule, key: str, role: Role, most: int) -> None:
        """Give an exercise that a finding asks for further sets if the plan has it already, else add it."""
        wanted = self.knowledge.exercises[key]
        chosen = self._resolve(wanted)
        if chosen is None:
            return
        pick = self.picks.get(chosen.id) or self._holder(chosen, role)
        if pick is None:
            if sum(p.role == role for p in self.picks.values()) >= most:
                if role == "pain" and chosen.id not in {exercise.id for exercise, _ in self.waiting}:
                    self.waiting.append((chosen, rule))
                return
            pick = self.picks[chosen.id] = self._new_pick(chosen, rule, role)
            if chosen is not wanted:
                pick.reasons.append(self._substitution(wanted))
                pick.stands_for = wanted.id
        self._credit(pick, rule, role)
        note = rule.exercise_notes.get(key)
        banded = note is not None and "band" in note and not self._has("band")
        if note and not banded and pick.rule is chosen and note not in pick.notes:
            pick.notes.append(note)
        if rule.often and chosen is wanted and pick.role == "pain" and rule.often not in pick.notes:
            pick.notes.append(rule.often)

    def _has(self, thing: str) -> bool:
        return self.answers.equipment is None or thing in self.answers.equipment

    def _new_pick(self, exercise: ExerciseRule, rule: FindingRule, role: Role) -> Pick:
        """Return a further exercise; one done in every session has all its sets on each of two days."""
        if role != "pain" or exercise.id not in rule.exercises:
            return Pick(exercise, role, self._own_sets(exercise))
        sets = exercise.sets[1] if rule.every_session else self._own_sets(exercise)
        grows = max((stage.sets for stage in rule.stages.get(exercise.id, ())), default=sets) - sets
        extra = sets if rule.every_session and self.sessions > 1 else 0
        return Pick(exercise, role, sets, extra, every_session=rule.every_session, grows=max(grows, 0))

    def _own_sets(self, rule: ExerciseRule) -> int:
        most = (
            self.numbers.further_sets[1] if self.light in {"green", "grey"} else self.numbers.further_sets[0]
        )
        return max(self.numbers.further_sets[0], min(rule.sets[1], most))

    def _credit(self, pick: Pick, rule: FindingRule, role: Role) -> None:
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
        # The ladder's advanced level needs freedom from pain, also at places that the exercise spares.
        regular = self.answers.experience == "regular" and self.light == "green" and not self.sore
        level: Role = "advanced" if regular else "foundation"
        for rule in self.knowledge.exercises.values():
            if (
                rule.level != level
                or rule.id in self.picks
                or self._holder(rule, level)
                or not self._usable(rule)
            ):
                continue
            pick = self.picks[rule.id] = Pick(rule, level, self._full_sets())
            pick.reasons.append(programme_reason(self.knowledge, "ladder"))

    def _planned(self, pick: Pick, weeks: tuple[int, int] | None = None) -> PlannedExercise:
        rule = pick.rule
        load = rule.start if rule.start and self.answers.experience == "new" else rule.load
        return PlannedExercise(
            id=rule.id,
            name=rule.name,
            sets=pick.sets,
            reps=rule.reps,
            unit=self.say(rule.unit),
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
            set_up=rule.set_up,
            movement=rule.movement_text,
            rest_s=rule.rest_s,
            tempo=rule.tempo,
            effort=rule.effort or self.knowledge.texts.effort,
            drawing=rule.id,
            weeks=weeks,
            every_session=pick.every_session,
        )

    def _equipment(self, rule: ExerciseRule) -> tuple[str, ...]:
        """Return the equipment used: the first group at hand, or the first of all where nobody asked."""
        usable = groups(rule, self.answers)
        return usable[0] if usable else ()


def _felt(rule: ExerciseRule) -> set[str]:
    """Return the places that feel more than a little of an exercise."""
    return {str(place) for place in rule.strains if place not in rule.gentle_on}


def _experience(answers: Answers) -> str:
    return {
        "new": "new to strength training",
        "some": "with some practice",
        "regular": "who trains regularly",
    }[answers.experience or "some"]


def _listed(words: Iterable[str], say: Language) -> str:
    *head, last = words
    return f"{', '.join(head)}{say(' and ')}{last}" if head else last
