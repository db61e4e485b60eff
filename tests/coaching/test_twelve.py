"""Twelve written runners: each plan as text that a physiotherapist can read, and the step that is theirs.

The texts stand in ``tests/coaching/twelve``; ``GAIT_SNAPSHOTS=1`` writes them anew, to be read before they
are committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gait.analysis.results import Analysis, Metric
from gait.coaching.follow import Coaching, follow
from gait.coaching.questionnaire.answers import parse_answers
from gait.report.terminal.lines import Line
from gait.report.terminal.plan import plan_lines

FOLDER = Path(__file__).parent / "twelve"
TODAY = date(2026, 5, 4)
ASKED: dict[str, Any] = {
    "red_flags": [],
    "age": 34,
    "pregnant": False,
    "recent_surgery": False,
    "serious_injury": False,
    "risk_signs": [],
    "pain": [],
    "pain_settles": "within_hour",
    "limping": False,
}
CALM: dict[str, tuple[float, float]] = {
    "cadence_spm": (172.0, 0.5),
    "speed_m_s": (3.0, 0.1),
    "strike_angle_deg": (3.0, 1.5),
    "shank_angle_deg": (4.0, 1.5),
    "pronation_excursion_deg": (8.0, 2.0),
    "frontal_excursion_deg": (3.0, 1.5),
    "circumduction_cm": (3.0, 1.0),
}
"""Metric -> value and half-width of a run in which nothing stands out."""

Runner = tuple[dict[str, Any] | None, dict[str, tuple[float, float]]]

RUNNERS: dict[str, Runner] = {
    "01-nobody-asked": (None, {}),
    "02-asked-without-a-recording": (ASKED | {"experience": "some"}, {}),
    "03-nothing-stands-out": (ASKED | {"experience": "regular", "run_days": ["tue", "thu", "sun"]}, CALM),
    "04-far-ahead-and-kneecap": (
        ASKED
        | {
            "pain": ["knee_front"],
            "pain_strength": 2,
            "experience": "some",
            "equipment": ["band", "chair"],
            "run_days": ["mon", "wed", "sat"],
            "hard_run_days": ["wed"],
        },
        CALM | {"shank_angle_deg": (15.0, 2.0), "cadence_spm": (154.0, 0.5), "strike_angle_deg": (16.0, 2.0)},
    ),
    "05-low-count-and-shin": (
        ASKED
        | {"pain": ["shin"], "pain_strength": 1, "cadence_spm": 150, "experience": "new", "equipment": []},
        {},
    ),
    "06-knees-in-and-outer-knee": (
        ASKED
        | {
            "pain": ["knee_outside"],
            "pain_strength": 2,
            "form": ["knees_in"],
            "experience": "new",
            "equipment": ["band"],
        },
        {},
    ),
    "07-heel-tendon": (
        ASKED
        | {"pain": ["achilles"], "pain_strength": 4, "pain_settles": "within_day", "equipment": ["step"]},
        CALM,
    ),
    "08-chest-pain": (ASKED | {"red_flags": ["chest_pain"], "pain": ["calf"], "pain_strength": 2}, CALM),
    "09-strong-pain": (
        ASKED
        | {
            "pain": ["knee_front"],
            "pain_strength": 7,
            "pain_settles": "worse_next_day",
            "run_days": ["mon", "tue", "thu", "sat"],
        },
        CALM | {"shank_angle_deg": (15.0, 2.0)},
    ),
    "10-fifteen-and-cleared": (
        ASKED
        | {
            "age": 15,
            "cleared_for": ["age"],
            "form": ["one_side_weaker"],
            "experience": "regular",
            "equipment": ["barbell", "box", "bench", "chair", "band"],
        },
        {},
    ),
    "11-below-the-kneecap": (
        ASKED
        | {
            "pain": ["knee_below_cap"],
            "pain_strength": 3,
            "pain_settles": "within_day",
            "therapist_says_train": True,
            "experience": "some",
        },
        {},
    ),
    "12-low-back": (ASKED | {"pain": ["back"], "pain_strength": 2, "experience": "some"}, CALM),
}


@pytest.fixture(scope="module")
def made(metric: Callable[..., Metric], analysis: Callable[..., Analysis]) -> dict[str, Coaching]:
    """Findings and plans of all twelve."""
    out = {}
    for name, (answers, values) in RUNNERS.items():
        rows = [metric(key, value, half) for key, (value, half) in values.items()]
        run = analysis(*rows) if rows else None
        out[name] = follow(run, None if answers is None else parse_answers(answers), today=TODAY)
    return out


def text_of(one: Coaching) -> str:
    """What a runner reads, with what was found above it."""
    found = [
        f"- {f.title}: {f.certainty_word}. {f.summary}"
        for f in sorted(one.findings, key=lambda f: f.rank)
        if f.outcome == "present"
    ]
    lines = [_flat(line) for line in plan_lines(one.plan)]
    return "\n".join(["Found:", *(found or ["- nothing"]), "", *lines, ""])


def _flat(line: Line) -> str:
    return f"{' ' * line.indent}{line.lead}{line.text}".rstrip()


@pytest.mark.parametrize("name", RUNNERS)
def test_the_plan_reads_as_written_down(made: dict[str, Coaching], name: str) -> None:
    """Every word of the twelve plans is one that somebody has read."""
    text, path = text_of(made[name]), FOLDER / f"{name}.txt"
    if os.environ.get("GAIT_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


def test_at_least_nine_get_a_step_of_their_own(made: dict[str, Coaching]) -> None:
    """Twelve runners, nine different next steps or more, and every kind but one or two."""
    steps = {name: one.plan.action for name, one in made.items()}
    assert len({(step.kind, step.text) for step in steps.values()}) >= 9
    assert {step.kind for step in steps.values()} == {
        "ask", "stop", "cadence", "strength", "keep_going", "walk_run", "recheck",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("01-nobody-asked", "ask", "warning signs"),
        ("03-nothing-stands-out", "keep_going", "keep going"),
        ("04-far-ahead-and-kneecap", "cadence", "metronome at 162"),
        ("05-low-count-and-shin", "cadence", "metronome at 158"),
        ("06-knees-in-and-outer-knee", "strength", "outer side of the knee"),
        ("07-heel-tendon", "strength", "Calf raise"),
        ("08-chest-pain", "stop", "emergency"),
        ("09-strong-pain", "walk_run", "until it has settled"),
        ("12-low-back", "strength", "Glute bridge"),
    ],
)
def test_the_step_is_the_expected_one(made: dict[str, Coaching], name: str, kind: str, says: str) -> None:
    """By hand: what a careful coach would say first."""
    step = made[name].plan.action
    assert step.kind == kind
    assert says in step.text
    if kind in {"cadence", "strength", "keep_going"}:
        assert step.dose
        assert step.worked_if
        assert date.fromisoformat(step.retest_on) > TODAY


def test_a_child_has_neither_jump_nor_barbell(made: dict[str, Coaching]) -> None:
    """Though box and barbell are at hand."""
    plan = made["10-fifteen-and-cleared"].plan
    assert plan.exercises
    assert not {"box_jump", "low_bar_squat"} & {one.id for one in plan.exercises}
    assert not any("barbell" in one.equipment for one in plan.exercises)
