"""No English slips through in coaching: plan, progress, calendar, questionnaire, reasons, marked and read."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from gait.analysis.metrics import METRICS
from gait.analysis.results import Analysis, Metric
from gait.cli.ask import ask_answers
from gait.cli.commands.explain import _findings, _safety
from gait.coaching.assess import facts_of
from gait.coaching.diary.progress import CheckIn
from gait.coaching.follow import Coaching, follow
from gait.coaching.plan.calendar import calendar_text
from gait.coaching.questionnaire.answers import Answers, choices_of, parse_answers
from gait.coaching.questionnaire.questions import QUESTIONS
from gait.coaching.questionnaire.template import answers_template
from gait.coaching.rules.load import Knowledge, load_knowledge
from gait.coaching.safety import check_safety
from gait.errors import KnowledgeError
from gait.report.terminal.plan import plan_lines, progress_lines
from tests.report.marked import marked_pack, outside, stray

TODAY = date(2026, 5, 4)
DIARY = (
    (CheckIn(date=date(2026, 5, 2), pain=1, settled=True, sessions=2, longest_run_min=40.0),),
    (CheckIn(date=date(2026, 5, 2), pain=7, settled=False, limping=True),),
    (
        CheckIn(date=date(2026, 2, 2), pain=1, longest_run_min=30.0),
        CheckIn(date=date(2026, 5, 3), pain=1, settled=True, sessions=1, stage_done=True),
    ),
    (),
)
RUNNERS = 24
CODES = {"run_days", "session.toml", "gait report", "gait plan", "TOML", "--ask"}
"""Names of options and keys, which are the same in every language."""


@pytest.fixture(scope="module")
def marked() -> Knowledge:
    """The rules with every text between marks."""
    return marked_pack(load_knowledge())


def _answers(draw: random.Random) -> Answers:
    """Return answers as a runner might give them; most questions are answered, few alarm."""
    while True:
        data: dict[str, object] = {}
        for question in QUESTIONS:
            if draw.random() < 0.2:
                continue
            values = choices_of(question.field)
            alarming = question.field in {"red_flags", "risk_signs"}
            if question.kind == "many":
                most = draw.choice((0, 0, 0, 1)) if alarming else draw.choice((0, 1, 2, 4))
                data[question.field] = draw.sample(values, min(len(values), most))
            elif question.kind == "yes_no":
                data[question.field] = draw.random() < 0.1
            elif question.kind == "one":
                data[question.field] = draw.choice(values)
            else:
                low, high = {"age": (14, 70), "pain_strength": (0, 9), "cadence_spm": (150, 190)}.get(
                    question.field, (1, 3)
                )
                data[question.field] = draw.randint(low, high)
        try:
            return parse_answers(data)
        except KnowledgeError:
            continue


USUAL = {
    "cadence_spm": 165.0,
    "contact_ms": 250.0,
    "flight_ms": 110.0,
    "strike_angle_deg": 10.0,
    "pronation_excursion_deg": 12.0,
    "circumduction_cm": 4.0,
    "shank_angle_deg": 8.0,
    "speed_m_s": 2.9,
    "frontal_excursion_deg": 5.0,
    "tibial_peak_g": 8.0,
    "vertical_oscillation_cm": 9.0,
}


def _run(draw: random.Random, make: Callable[..., Analysis]) -> Analysis | None:
    """Return a run with numbers on both sides of every bound, or none."""
    if draw.random() < 0.2:
        return None
    made = []
    for name, usual in USUAL.items():
        if draw.random() < 0.2:
            continue
        mean, gap = usual * draw.uniform(0.6, 1.6), usual * draw.uniform(-0.2, 0.2)
        half = usual * draw.choice((0.01, 0.1))
        made.append(
            Metric(
                name, mean, half, 1.0, 200, mean + gap / 2, mean - gap / 2, left_uncertainty=half,
                right_uncertainty=half, difference=gap, difference_uncertainty=half,
            )
        )  # fmt: skip
    return make(*made)


def _runners(make: Callable[..., Analysis], pack: Knowledge) -> Iterator[tuple[Analysis | None, Coaching]]:
    draw = random.Random(7)
    for at in range(RUNNERS):
        analysis, given = _run(draw, make), _answers(draw)
        yield analysis, follow(analysis, given, DIARY[at % len(DIARY)], pack=pack, today=TODAY)


def _known(pack: Knowledge) -> set[str]:
    """Return ids of rules and keys of sources."""
    ids = {key for section in (pack.findings, pack.safety, pack.advice, pack.programme) for key in section}
    return (
        CODES
        | ids
        | set(pack.exercises)
        | set(pack.sources)
        | {one.citation for one in pack.sources.values()}
    )


def test_plans_reasons_and_calendars_are_marked_whole(
    marked: Knowledge, analysis: Callable[..., Analysis]
) -> None:
    """For runners of every sort: `gait plan`, `gait explain` and the calendar show German's keys alone."""
    known = _known(marked)
    for run, made in _runners(analysis, marked):
        lines = [line.text for line in plan_lines(made.plan, why=True, say=marked.say)]
        if made.progress is not None:
            lines += [line.text for line in progress_lines(made.progress, say=marked.say)]
        lines += [line.text for line in _findings(made.findings, {}, marked.say)]
        checks = check_safety(made.answers, pack=marked, facts=facts_of(run, made.answers, say=marked.say))
        lines += [line.text for line in _safety(checks, marked.say)]
        assert stray(lines, known) == {}
        text = calendar_text(
            made.plan, TODAY, stamp=datetime(2026, 5, 4, tzinfo=UTC), weeks=1, say=marked.say
        )
        assert stray(_shown(text), known) == {}
        assert "PRODID:-//gait//plan//XX" in text


CALM: dict[str, object] = {
    "red_flags": [], "age": 34, "pregnant": False, "recent_surgery": False, "serious_injury": False,
    "risk_signs": [], "limping": False, "pain": ["knee_front"], "pain_strength": 1, "equipment": ["band"],
    "pain_settles": "within_hour",
}  # fmt: skip
AHEAD = {"form": ["feet_ahead"], "cadence_spm": 160.0}
BONE = {"pain": ["shin"], "pain_strength": 0, "risk_signs": ["load_jump"], "cleared_for": ["bone"]}
WRITTEN: tuple[tuple[dict[str, object], tuple[int, ...], float], ...] = (
    *((AHEAD, (1,) * weeks, 40.0) for weeks in (1, 3, 4, 9, 14)),
    (AHEAD, (1, 1, 4), 40.0),
    (AHEAD, (1, 1), 0.0),
    ({"pain_strength": 2}, (2,) * 6, 40.0),
    (BONE, (), 0.0),
    (BONE, (0, 0), 0.0),
    ({"pain": ["achilles"], "form": ["forcing_strike"]}, (), 0.0),
    ({"pain": ["knee_below_cap"], "therapist_says_train": True}, (), 0.0),
    ({"pregnant": True, "cleared_for": ["pregnant"], "pain_strength": 0, "sessions_per_week": 1}, (), 0.0),
    ({"pain": [], "risk_signs": ["under_fuelling"]}, (), 0.0),
    ({"pain": [], "pain_strength": 7, "limping": None}, (), 0.0),
)
"""Answers over `CALM`, pains of a diary a week apart, and the longest run of each week."""


@pytest.mark.parametrize("at", range(len(WRITTEN)))
def test_written_runners_are_marked_whole(marked: Knowledge, at: int) -> None:
    """Cadence week by week, the way back, stages from the bone, limits by place: none of it in English."""
    more, pains, run = WRITTEN[at]
    rows = [
        CheckIn(date=TODAY - timedelta(weeks=back), pain=pain, longest_run_min=run, stage_done=True)
        for back, pain in zip(range(len(pains) - 1, -1, -1), pains, strict=True)
    ]
    made = follow(None, CALM | more, rows, pack=marked, today=TODAY)
    lines = [line.text for line in plan_lines(made.plan, why=True, say=marked.say)]
    assert stray(lines, _known(marked)) == {}


def _shown(calendar: str) -> list[str]:
    """Return the summaries and descriptions of a calendar, unfolded."""
    whole = calendar.replace("\r\n ", "")
    return [
        text.replace("\\n", " ").replace("\\", "")
        for text in re.findall(r"^(?:SUMMARY|DESCRIPTION):(.*)\r$", whole, re.MULTILINE)
    ]


def test_the_questionnaire_is_marked_whole(marked: Knowledge) -> None:
    """Every question with its choices, hints, going back, and what is not understood."""
    said: list[str] = []
    replies = iter(["<", "x", "99", "?", "7000", "?", "maybe", *["?"] * 60])

    def read(prompt: str) -> str:
        said.append(prompt)
        return next(replies)

    ask_answers(Answers(), read, said.append, pack=marked)
    ask_answers(Answers(), lambda prompt: "1" if not said.append(prompt) else "", said.append, pack=marked)
    assert stray(said, {"maybe"}) == {}
    assert sum("of at most" in text for text in said) >= 15


def test_the_file_of_answers_is_marked_whole(marked: Knowledge) -> None:
    """Its comments are in the language; keys and values stay, as programs read them."""
    text = answers_template(marked.say)
    kept = {value for question in QUESTIONS for value in (question.field, *choices_of(question.field))}
    left = outside(text)
    assert set(re.findall(r"[a-z_]{2,}", left)) - kept <= {"false", *METRICS}


def test_german_yes_and_no_are_understood() -> None:
    """``j`` and ``n`` in German, and English's too."""
    from gait.coaching.rules.translate import in_language

    german = in_language(load_knowledge(), "de")
    known = parse_answers({"red_flags": [], "age": 40})
    for reply, meant in (("j", True), ("ja", True), ("y", True), ("n", False), ("nein", False)):
        replies = iter([reply])

        def read(_: str, replies: Iterator[str] = replies) -> str:
            try:
                return next(replies)
            except StopIteration:
                raise EOFError from None

        assert ask_answers(known, read, lambda _: None, pack=german).pregnant is meant
