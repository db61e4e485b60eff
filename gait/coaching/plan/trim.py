"""Cut a week down to the sets that its sessions hold: the ladder first, then exercises without an article."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass

from gait.coaching.plan.pick import Pick
from gait.coaching.plan.sessions import share_out
from gait.coaching.rules.load import Knowledge
from gait.coaching.rules.schema import ExerciseRule, FindingRule

__all__ = ["SessionLimits", "trim"]


@dataclass(frozen=True)
class SessionLimits:
    """Bounds of a week: the most sets of a session, and how many sessions."""

    most: int
    sessions: int

    def holds(self, picks: Mapping[str, Pick], *, grown: bool = False) -> bool:
        """Return whether every session stays within its sets, as they will be shared out, or once grown."""
        rows = [
            (key, pick.sets + more, pick.extra + (more if pick.extra else 0))
            for key, pick in picks.items()
            for more in (pick.grows if grown else 0,)
        ]
        return all(
            sum(sets for _, sets in session) <= self.most for session in share_out(rows, self.sessions)
        )


Waiting = tuple[ExerciseRule, FindingRule]


def trim(
    picks: MutableMapping[str, Pick],
    limits: SessionLimits,
    present: Sequence[FindingRule],
    knowledge: Knowledge,
    notes: list[str],
) -> list[Waiting]:
    """Take out of the picks what the week cannot hold; return those for a pain, whose turn comes later.

    One exercise for a pain stays before any further sets: those that wait take turns with it.

    Parameters
    ----------
    picks
        By id; changed in place.
    limits
        Limits of the sessions of the week.
    present
        Findings that are followed.
    knowledge
        The rule pack.
    notes
        Takes a sentence for each thing left out.
    """
    waiting: list[Waiting] = []
    for role in ("foundation", "advanced", "pain", "target"):
        # Last picked first, our own before the articles'.
        keys = [key for key, pick in picks.items() if pick.role == role][::-1]
        for key in sorted(keys, key=lambda name: not _is_house(picks[name].rule, knowledge)):
            last_for_pain = role == "pain" and sum(pick.role == "pain" for pick in picks.values()) == 1
            # Only the ladder makes room for the additional sets of later stages.
            ladder = role in {"foundation", "advanced"}
            if not limits.holds(picks, grown=ladder) and not last_for_pain:
                waiting += _leave_out(picks.pop(key), present, knowledge, notes)
    _less_further(picks, limits, knowledge, notes)
    _shorter(picks, limits, knowledge.numbers.further_sets[0])
    return waiting


def _shorter(picks: Mapping[str, Pick], limits: SessionLimits, least: int) -> None:
    """Take sets off the exercises for a pain, down to a few, where a session is still too long."""
    for pick in [pick for pick in picks.values() if pick.role == "pain"][::-1]:
        while not limits.holds(picks) and pick.sets > least:
            pick.sets -= 1
            pick.extra = pick.sets if pick.extra else 0


def _less_further(
    picks: Mapping[str, Pick], limits: SessionLimits, knowledge: Knowledge, notes: list[str]
) -> None:
    """Take further sets away until the week holds what is left."""
    holders = [pick for pick in picks.values() if pick.extra and pick.role != "pain"][::-1]
    for least in (knowledge.numbers.further_sets[0], 0):
        for pick in holders:
            if not limits.holds(picks) and pick.extra > least:
                pick.extra = least
                if not least:
                    none = "{name} gets no further sets: the sessions would grow too long."
                    notes.append(knowledge.say(none, name=pick.rule.name))


def _is_house(rule: ExerciseRule, knowledge: Knowledge) -> bool:
    """Return whether an exercise is this project's own, and not one of the articles'."""
    return all(knowledge.sources[key].kind != "article" for key in rule.sources)


def _leave_out(
    pick: Pick, present: Sequence[FindingRule], knowledge: Knowledge, notes: list[str]
) -> list[Waiting]:
    """Return the exercise that now waits if it is for a pain; note that any other is left out."""
    finding = next((finding for finding in present if finding.id in pick.asked_by), None)
    if pick.role == "pain" and finding is not None:
        return [(pick.rule, finding)]
    most = knowledge.numbers.most_sets_a_session
    long = "{name} is left out: a session would grow beyond {most} sets."
    notes.append(knowledge.say(long, name=pick.rule.name, most=most))
    return []
