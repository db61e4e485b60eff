"""The plan: pain light, the week with boxes to tick, exercises, cadence, advice and expectations."""

from __future__ import annotations

from gait.coaching.model import Day, Plan, PlannedExercise
from gait.report.blocks import Block, Bullets, DayPlan, Exercise, Exercises, Fold, Paragraph, Section, Week
from gait.report.numbers import number
from gait.report.sections.safety import pain_light
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build"]


def build(story: Story) -> Section:
    """Return the plan, or a sentence that there is none."""
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
    blocks += _besides_training(plan, words, brief=brief)
    disclaimer = plan.disclaimer or words("safety.disclaimer")
    return Section("plan", words("section.plan"), (*blocks, Paragraph(disclaimer, "small")))


def _training(plan: Plan, words: Words, *, brief: bool) -> list[Block]:
    """Return the blocks of the week, the exercises and the cadence."""
    out: list[Block] = []
    if plan.week:
        out.append(Week(tuple(_day(day, plan, words, brief=brief) for day in plan.week)))
    if plan.how_hard and plan.exercises:
        out.append(Paragraph(plan.how_hard))
    if plan.exercises:
        exercises = tuple(_exercise(exercise, plan, words, brief=brief) for exercise in plan.exercises)
        out.append(Exercises(exercises, words("plan.exercises")))
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


def _besides_training(plan: Plan, words: Words, *, brief: bool) -> list[Block]:
    """Return the blocks of warm-up, cool-down, advice, expectations and the planner's notes."""
    out: list[Block] = []
    for key, routine in (("warm_up", plan.warm_up), ("cool_down", plan.cool_down)):
        if routine:
            items = tuple(f"{exercise.name}: {_count(exercise)}" for exercise in routine)
            title = words(f"plan.{key}")
            out.append(
                Paragraph(words("list.comma").join(items), title=title) if brief else Bullets(items, title)
            )
    if brief:
        return out
    if plan.later:
        later_items = tuple(_later(exercise, words) for exercise in plan.later)
        out.append(Bullets(later_items, words("plan.later")))
    if plan.advice:
        out.append(Bullets(tuple(advice.text for advice in plan.advice), words("plan.advice")))
    later = [*plan.expect, plan.ease_off]
    if plan.retest:
        later.append(words("plan.retest", what=plan.retest))
    if any(later):
        out.append(Bullets(tuple(text for text in later if text), words("plan.expect")))
    return [*out, Fold(words("plan.notes"), (Bullets(plan.notes),))] if plan.notes else out


def _later(exercise: PlannedExercise, words: Words) -> str:
    first, last = exercise.weeks or (1, 1)
    return words("plan.later_line", first=first, last=last, name=exercise.name, dose=_dose(exercise, words))


def _day(day: Day, plan: Plan, words: Words, *, brief: bool) -> DayPlan:
    """Return one day with its exercises, and a box unless it is a day of rest; in brief without exercises."""
    names = {exercise.id: exercise.name for exercise in (*plan.exercises, *plan.warm_up, *plan.cool_down)}
    sets = day.sets or (0,) * len(day.exercises)
    done = tuple(
        words("plan.day_sets", name=names.get(key, key), n=n) if n else names.get(key, key)
        for key, n in zip(day.exercises, sets, strict=True)
    )
    name = _weekday(day, words)
    kind = words(f"day.{day.kind.replace(' ', '_')}")
    heading = words("plan.day_minutes", kind=kind, n=day.minutes) if day.minutes and done else kind
    box = "" if day.kind == "rest" else words("plan.done", day=name)
    return DayPlan(name, day.kind.replace(" ", "-"), heading, () if brief else done, day.note, box)


def _weekday(day: Day, words: Words) -> str:
    """Return the day's name in the reader's language; a name that is no weekday stays unchanged."""
    return words.get(f"weekday.{day.name.lower()}", day.name)


def _exercise(exercise: PlannedExercise, plan: Plan, words: Words, *, brief: bool) -> Exercise:
    """Return one exercise; its reasons are hidden until opened, its signs to stop are always shown."""
    facts = (
        ("set_up", exercise.set_up),
        ("movement", exercise.movement),
        ("tempo", exercise.tempo),
        ("rest", words("plan.rest_s", n=exercise.rest_s) if exercise.rest_s else ""),
        ("effort", exercise.effort),
        ("easier", exercise.regression),
        ("harder", exercise.progression),
        (
            "equipment",
            words("list.comma").join(words.get(f"equipment.{thing}", thing) for thing in exercise.equipment),
        ),
    )
    reasons = tuple(
        (words(f"grade.{reason.grade}"), reason.text + _cited(tuple(s.key for s in reason.sources)))
        for reason in exercise.reasons
    )
    return Exercise(
        name=exercise.name,
        role="" if brief else words(f"role.{exercise.role}"),
        dose=_dose(exercise, words),
        total=_total(exercise, plan, words),
        cue=_sentences(exercise.cues[:1] if brief else exercise.cues),
        stop_if=_sentences(exercise.faults),
        facts=tuple((words(f"plan.{key}"), text) for key, text in facts if text and not brief),
        why=() if brief else reasons,
        drawing=exercise.drawing,
    )


def _cited(keys: tuple[str, ...]) -> str:
    return f" ({'; '.join(keys)})" if keys else ""


def _sentences(parts: tuple[str, ...]) -> str:
    """Return fragments as sentences that each end in one full stop."""
    return " ".join(f"{part.rstrip('. ')}." for part in parts if part.strip())


def _count(exercise: PlannedExercise) -> str:
    low, high = exercise.reps
    return f"{low if low == high else f'{low}–{high}'} {exercise.unit}"


def _dose(exercise: PlannedExercise, words: Words) -> str:
    """Return the dose of one set, such as ``8–12 reps, hold 3 s, light``."""
    parts = [
        _count(exercise),
        words("plan.hold", s=exercise.hold_s) if exercise.hold_s else "",
        exercise.load,
    ]
    return ", ".join(part for part in parts if part)


def _total(exercise: PlannedExercise, plan: Plan, words: Words) -> str:
    """Return the sets a day and a week, counted over the plan's days."""
    days = [
        (_weekday(day, words), n)
        for day in plan.week
        if day.sets
        for key, n in zip(day.exercises, day.sets, strict=True)
        if key == exercise.id
    ]
    if not days:
        return words("plan.sets", n=exercise.sets)
    counts = {n for _, n in days}
    total = sum(n for _, n in days)
    if len(days) == 1:
        return words("plan.sets_once", n=total, day=days[0][0])
    if len(counts) == 1:
        return words("plan.sets_each", n=counts.pop(), total=total)
    spread = words("list.comma").join(words("plan.sets_on", n=n, day=name) for name, n in days)
    return words("plan.sets_spread", spread=spread, total=total)
