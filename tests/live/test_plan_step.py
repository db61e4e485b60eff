"""What a kept plan lets be done today: the course's step, its target, and what speaks against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import gait
from gait.analysis.results import Analysis
from gait.cli.live_cadence import CadenceRequest, cadence_work
from gait.coaching.follow import follow
from gait.coaching.questionnaire.answers import load_answers
from gait.errors import UsageError
from gait.history.store import History
from gait.live.plan_step import plan_step
from gait.live.retraining import course_run
from gait.report.exports.strides_and_json import analysis_json
from gait.report.words import load_words
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import RunnerSettings
from tests.live.strides import strides_at

ROOT = Path(__file__).resolve().parents[2]
TODAY = date.today()  # noqa: DTZ011 - the command's own day
CADENCE = {"baseline_spm": 164.0, "target_spm": 172.0, "limit_spm": 180.0}
FOUND = [{"id": "low_cadence", "outcome": "present"}]
Kept = Callable[..., Path]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    """A short run, of today."""
    parts = (("stand", 3.0), ("run", 8.0))
    return gait.analyze(simulate(RunnerSettings(parts=parts)).session)


@pytest.fixture
def kept(analysis: Analysis, tmp_path: Path) -> Kept:
    """Keep a session with a plan under Ann's name; returns the history's file."""

    def keep(findings: Any = FOUND, day: date = TODAY, action: str = "cadence", **plan: Any) -> Path:
        path = tmp_path / "history.sqlite"
        told = {"notices": [], "light": "green", "cadence": CADENCE, **plan}
        run = replace(analysis, started=f"{day.isoformat()}T12:00:00+00:00")
        with History(path) as history:
            history.keep("Ann", run, "1", {"plan": told, "findings": findings, "action": {"kind": action}})
        return path

    return keep


def test_the_plans_cadence_step_begins_the_course(kept: Kept) -> None:
    """Run 1 with the plan's target and limit; a softer landing is not in the way of a calf that was asked."""
    step = plan_step("ann", kept(), TODAY)
    assert step.course is not None
    assert (step.course.kind, step.course.number) == ("run", 1)
    assert (step.target_spm, step.limit_spm, step.stopped, step.why_not_soft) == (172.0, 180.0, "", "")
    assert "Run 1 of 8: 15 min" in step.text[0]


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        ({"notices": [{"stops_exercise": True, "care": "See a doctor today."}]}, "See a doctor today."),
        ({"light": "red"}, "red"),
        ({"light": "grey"}, "not asked"),
        ({"light": "amber", "action": "ask"}, "not asked"),
        ({"day": TODAY - timedelta(days=50)}, "50 days old"),
    ],
)
def test_red_flags_pain_and_unasked_questions_stop_it(kept: Kept, plan: dict[str, Any], why: str) -> None:
    """No course, no target and no softer landing, and the reason is said."""
    step = plan_step("Ann", kept(**plan), TODAY)
    assert (step.course, step.target_spm) == (None, None)
    assert why in step.stopped
    assert why in step.why_not_soft
    assert why in step.text[0]


@pytest.mark.parametrize(
    "entry", [{"pain": 4}, {"pain": 1, "settled": False}, {"pain": 0, "limping": True}, {"pain": 7}]
)
def test_a_check_in_above_the_limit_stops_it(kept: Kept, entry: dict[str, Any]) -> None:
    """What was said last stands above the plan; a fortnight later it no longer speaks."""
    path, day = kept(), TODAY - timedelta(days=2)
    with History(path) as history:
        beside = {"places": [], "answers": {"age": 40}}  # as gait checkin --answers keeps them
        history.add_checkin("Ann", day.isoformat(), {"date": day.isoformat(), **entry, **beside})
    assert "check-in" in plan_step("Ann", path, TODAY).stopped
    assert not plan_step("Ann", path, day + timedelta(days=15)).stopped


def test_without_a_plan_there_is_no_course(kept: Kept, tmp_path: Path) -> None:
    """Nothing kept, another runner, and a plan without a cadence step: said, and no reason to stop."""
    for step in (
        plan_step("Ann", tmp_path / "none.sqlite", TODAY),
        plan_step("Bea", kept(), TODAY),
        plan_step("Ann", kept(cadence=None), TODAY),
    ):
        assert (step.course, step.target_spm, step.stopped) == (None, None, "")
        assert step.text[0].startswith("no course: ")


def test_a_course_keeps_its_target(kept: Kept) -> None:
    """A new report with a quicker baseline moves neither the target nor the limit of a course under way."""
    path = kept(cadence={"baseline_spm": 172.0, "target_spm": 181.0, "limit_spm": 189.0})
    day = TODAY - timedelta(days=3)
    step = plan_step("Ann", path, day).course
    assert step is not None
    with History(path) as history:
        history.add_course_run(
            "Ann", day.isoformat(), course_run(step, day, 172.0, 180.0, 15.0, 171.0, None).body
        )
    now = plan_step("Ann", path, TODAY)
    assert now.course is not None
    assert (now.course.number, now.target_spm, now.limit_spm) == (2, 172.0, 180.0)


@pytest.mark.parametrize(
    ("findings", "places"),
    [
        ([{"id": "pain_calf", "outcome": "present"}], ()),
        ([{"id": "pain_heel_tendon", "outcome": "cannot_tell"}], ()),
        ([], ("calf",)),
    ],
)
def test_a_softer_landing_needs_a_calf_that_is_fine(kept: Kept, findings: Any, places: Any) -> None:
    """Pain there in the answers or the last check-in: not asked for."""
    path = kept(findings)
    if places:
        body = {"date": TODAY.isoformat(), "pain": 1, "places": list(places)}
        with History(path) as history:
            history.add_checkin("Ann", TODAY.isoformat(), body)
    assert plan_step("Ann", path, TODAY).why_not_soft


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"target_spm": 185.0}, "limit of 180"),
        ({"softer": True}, "--calf-fine"),
        ({"softer": True, "runner": None}, "--runner"),
    ],
)
def test_what_the_plan_does_not_allow_is_refused(kept: Kept, asked: dict[str, Any], why: str) -> None:
    """A target above the plan's limit, and a softer landing without the plan's or the runner's word."""
    with pytest.raises(UsageError, match=why):
        cadence_work(CadenceRequest(**{"runner": "Ann", "history": kept(), **asked}), load_words())


def test_a_target_is_refused_where_a_red_flag_stands(kept: Kept) -> None:
    """What stops everything stops a stated target too; without one the session has none."""
    path = kept(notices=[{"stops_exercise": True, "care": "See a doctor today."}])
    with pytest.raises(UsageError, match="See a doctor today"):
        cadence_work(CadenceRequest("Ann", path, 170.0), load_words())
    assert cadence_work(CadenceRequest("Ann", path), load_words()).hub.target_spm is None


def test_a_run_of_the_course_is_kept(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    """Sixteen minutes at the target are run 1; the next session has run 2 tomorrow, and nothing today."""
    path = kept()
    work = cadence_work(CadenceRequest("Ann", path, softer=True, calf_fine=True), load_words())
    assert work.hub.target_spm == 172.0
    for one in strides_at(172.0, 960.0):
        work.hub.stride(one)
    work.keep()
    assert "run 1 of 8 is kept, 16 min at 172" in capsys.readouterr().err
    again = plan_step("Ann", path, TODAY + timedelta(days=1)).course
    assert again is not None
    assert again.number == 2
    assert not cadence_work(CadenceRequest("Ann", path), load_words()).on_course


def test_a_run_cut_short_is_not_kept(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    """Five of fifteen minutes: said, and run 1 is still to come."""
    path = kept()
    work = cadence_work(CadenceRequest("Ann", path), load_words())
    for one in strides_at(172.0, 300.0):
        work.hub.stride(one)
    work.keep()
    assert "does not count" in capsys.readouterr().err
    step = plan_step("Ann", path, TODAY).course
    assert step is not None
    assert step.number == 1


def test_the_plan_of_a_report_is_taken_up(tmp_path: Path) -> None:
    """A slow cadence and answers: the plan's step, with a softer landing where it fits.

    Answers that name the calf keep the softer landing away, and unasked ones the whole course.
    """
    path = tmp_path / "history.sqlite"
    settings = RunnerSettings(parts=(("stand", 3.0), ("run", 12.0)), cadence_spm=150.0)
    slow = gait.analyze(simulate(settings).session)
    answers = load_answers(ROOT / "docs" / "answers" / "kneecap.toml")
    calf = answers.model_copy(update={"pain": ("knee_front", "calf")})
    unasked = answers.model_copy(update={"red_flags": None, "pain_strength": 4})
    with History(path) as history:
        for name, told in (("Ann", answers), ("Bea", calf), ("Cleo", None), ("Dora", unasked)):
            made = follow(slow, told, today=TODAY)
            history.keep(name, slow, name, analysis_json(slow, made.findings, made.plan))
    ann, bea, cleo, dora = (plan_step(name, path, TODAY) for name in ("Ann", "Bea", "Cleo", "Dora"))
    assert ann.course is not None
    assert ann.target_spm == pytest.approx(1.05 * 150.0, abs=2.0)
    assert ann.why_not_soft == ""
    assert bea.course is not None
    assert "calf" in bea.why_not_soft
    for one in (cleo, dora):
        assert (one.course, one.target_spm) == (None, None)
        assert "not asked" in one.stopped
