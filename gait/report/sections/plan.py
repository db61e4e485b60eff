"""The plan: pain light, the week with boxes to tick, each exercise as it is done, cadence, what to expect."""

from __future__ import annotations

from gait.coaching.model import Day, Plan, PlannedExercise
from gait.report.blocks import Block, Bullets, DayPlan, Exercise, Exercises, Fold, Paragraph, Section, Week
from gait.report.numbers import number
from gait.report.sections.safety import pain_light
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build"]


def build(story: Story) -> Section:
    """Return the plan, or that there is none."""
    plan, words = story.plan, story.words
    if plan is None:
        return Section("plan", words("section.plan"), (Paragraph(words("plan.none")),))
    blocks: list[Block] = []
    light = pain_light(story)
    if light is not None:
        blocks.append(light)
    if plan.pain_rule:
        blocks.append(Paragraph(plan.pain_rule))
    if not (plan.exercises or plan.week or plan.cadence):
        blocks.append(Paragraph(words("plan.stopped")))
    brief = story.sheet == "runner"
    blocks += _training(plan, words, brief=brief)
    blocks += _around(plan, words, brief=brief)
    said = plan.disclaimer or words("safety.disclaimer")
    return Section("plan", words("section.plan"), (*blocks, Paragraph(said, "small")))


def _training(plan: Plan, words: Words, *, brief: bool) -> list[Block]:
    """Week, exercises, cadence."""
    out: list[Block] = []
    if plan.week:
        out.append(Week(tuple(_day(day, plan, words, brief=brief) for day in plan.week)))
    if plan.how_hard and plan.exercises:
        out.append(Paragraph(plan.how_hard))
    if plan.exercises:
        made = tuple(_exercise(one, plan, words, brief=brief) for one in plan.exercises)
        out.append(Exercises(made, words("plan.exercises")))
    target = plan.cadence
    if target is not None:
        line = words(
            "plan.cadence_line",
            baseline=number(target.baseline_spm, 0),
            target=number(target.target_spm, 0),
            bpm=target.metronome_bpm,
            limit=number(target.limit_spm, 0),
        )
        out.append(Paragraph(line if brief else f"{line} {target.how}", title=words("plan.cadence")))
    return out


def _around(plan: Plan, words: Words, *, brief: bool) -> list[Block]:
    """Routines, advice, what to expect, what the planner had to bend."""
    out: list[Block] = []
    for key, routine in (("warm_up", plan.warm_up), ("cool_down", plan.cool_down)):
        if routine:
            items = tuple(f"{one.name}: {_count(one)}" for one in routine)
            title = words(f"plan.{key}")
            out.append(
                Paragraph(words("list.comma").join(items), title=title) if brief else Bullets(items, title)
            )
    if brief:
        return out
    if plan.later:
        later_items = tuple(_later(one, words) for one in plan.later)
        out.append(Bullets(later_items, words("plan.later")))
    if plan.advice:
        out.append(Bullets(tuple(one.text for one in plan.advice), words("plan.advice")))
    later = [*plan.expect, plan.ease_off]
    if plan.retest:
        later.append(words("plan.retest", what=plan.retest))
    if any(later):
        out.append(Bullets(tuple(text for text in later if text), words("plan.expect")))
    return [*out, Fold(words("plan.notes"), (Bullets(plan.notes),))] if plan.notes else out


def _later(one: PlannedExercise, words: Words) -> str:
    first, last = one.weeks or (1, 1)
    return words("plan.later_line", first=first, last=last, name=one.name, dose=_dose(one, words))


def _day(day: Day, plan: Plan, words: Words, *, brief: bool) -> DayPlan:
    """One day with its exercises and a box where there is something to do; in brief without their names."""
    names = {one.id: one.name for one in (*plan.exercises, *plan.warm_up, *plan.cool_down)}
    sets = day.sets or (0,) * len(day.exercises)
    done = tuple(
        words("plan.day_sets", name=names.get(key, key), n=n) if n else names.get(key, key)
        for key, n in zip(day.exercises, sets, strict=True)
    )
    name = _weekday(day, words)
    kind = words(f"day.{day.kind.replace(' ', '_')}")
    what = words("plan.day_minutes", kind=kind, n=day.minutes) if day.minutes and done else kind
    box = "" if day.kind == "rest" else words("plan.done", day=name)
    return DayPlan(name, day.kind.replace(" ", "-"), what, () if brief else done, day.note, box)


def _weekday(day: Day, words: Words) -> str:
    """Return the day's name in the reader's language; one that is no day of the week stays as it is."""
    return words.get(f"weekday.{day.name.lower()}", day.name)


def _exercise(one: PlannedExercise, plan: Plan, words: Words, *, brief: bool) -> Exercise:
    """One exercise; the reasons stand behind a fold, what stops it does not."""
    facts = (
        ("set_up", one.set_up),
        ("movement", one.movement),
        ("tempo", one.tempo),
        ("rest", words("plan.rest_s", n=one.rest_s) if one.rest_s else ""),
        ("effort", one.effort),
        ("easier", one.regression),
        ("harder", one.progression),
        (
            "equipment",
            words("list.comma").join(words.get(f"equipment.{thing}", thing) for thing in one.equipment),
        ),
    )
    reasons = tuple(
        (words(f"grade.{reason.grade}"), reason.text + _cited(tuple(s.key for s in reason.sources)))
        for reason in one.reasons
    )
    return Exercise(
        name=one.name,
        role="" if brief else words(f"role.{one.role}"),
        dose=_dose(one, words),
        total=_total(one, plan, words),
        cue=_sentences(one.cues[:1] if brief else one.cues),
        stop_if=_sentences(one.faults),
        facts=tuple((words(f"plan.{key}"), text) for key, text in facts if text and not brief),
        why=() if brief else reasons,
        drawing=one.drawing,
    )


def _cited(keys: tuple[str, ...]) -> str:
    return f" ({'; '.join(keys)})" if keys else ""


def _sentences(parts: tuple[str, ...]) -> str:
    """Join fragments into sentences that each end in one stop."""
    return " ".join(f"{part.rstrip('. ')}." for part in parts if part.strip())


def _count(one: PlannedExercise) -> str:
    low, high = one.reps
    return f"{low if low == high else f'{low}–{high}'} {one.unit}"


def _dose(one: PlannedExercise, words: Words) -> str:
    """``8–12 reps, hold 3 s, light``: what one set is."""
    parts = [_count(one), words("plan.hold", s=one.hold_s) if one.hold_s else "", one.load]
    return ", ".join(part for part in parts if part)


def _total(one: PlannedExercise, plan: Plan, words: Words) -> str:
    """Return the sets on each day and in the week, from the plan's own days."""
    days = [
        (_weekday(day, words), n)
        for day in plan.week
        if day.sets
        for key, n in zip(day.exercises, day.sets, strict=True)
        if key == one.id
    ]
    if not days:
        return words("plan.sets", n=one.sets)
    counts = {n for _, n in days}
    total = sum(n for _, n in days)
    if len(days) == 1:
        return words("plan.sets_once", n=total, day=days[0][0])
    if len(counts) == 1:
        return words("plan.sets_each", n=counts.pop(), total=total)
    spread = words("list.comma").join(words("plan.sets_on", n=n, day=name) for name, n in days)
    return words("plan.sets_spread", spread=spread, total=total)
