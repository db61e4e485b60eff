"""Every row of the checklist from the four articles is in the knowledge base, with source and dose."""

from __future__ import annotations

import pytest

from gait.coaching.rules.load import Knowledge

COMPENSATIONS = {
    "caving_in": "sst",
    "heel_striking": "sst",
    "overstriding": "skr",
    "low_hip_stability": "skr",
    "weak_glutes": "skr",
    "quad_dominance": "skr",
    "left_right_difference": "skr",
    "leaning": "skr",
    "forcing_foot_strike": "skr",
    "pain_round_kneecap": "pfr",
    "pain_knee_outside": "pfr",
    "pain_below_kneecap": "pfr",
    "pain_joint_ache": "pfr",
}
EXERCISES = {
    "low_bar_squat": (3, (5, 8), "sst"),
    "romanian_deadlift": (3, (8, 12), "sst"),
    "bulgarian_split_squat": (3, (10, 20), "sst"),
    "hip_thrust": (3, (10, 25), "sst"),
    "crab_walk": (3, (10, 15), "sst"),
    "side_step_up": (None, (15, 30), "pfr"),
    "band_kick_back": (None, (15, 30), "pfr"),
    "cable_adductor_pull": (None, (15, 30), "pfr"),
    "bodyweight_squat": (3, (10, 15), "skr"),
    "forward_lunge": (3, (10, 12), "skr"),
    "glute_bridge": (3, (15, 20), "skr"),
    "box_jump": (3, (5, 8), "skr"),
    "assisted_pistol_squat": (3, (6, 8), "skr"),
    "side_step": (3, (10, 15), "rk"),
    "side_clam": (3, (15, 25), "rk"),
    "single_leg_step_down": (3, (12, 15), "rk"),
    "single_leg_deadlift": (3, (15, 15), "rk"),
    "straight_leg_raise": (3, (15, 15), "rk"),
    "knee_extension": (3, (15, 15), "rk"),
    "hamstring_curl": (3, (15, 15), "rk"),
    "wall_squat": (3, None, "rk"),
}
PROGRAMME = {
    "base_exercises": "sst",
    "further_sets": "sst",
    "no_run_days": "skr",
    "rest_before_hard_run": "sst",
    "form_before_load": "sst",
    "expectations": "skr",
    "ease_off": "pfr",
}
WARM_UP = {"leg_swings_forward", "leg_swings_sideways", "walking_lunges", "high_knees", "butt_kicks"}
COOL_DOWN = {"quad_stretch", "hamstring_stretch", "hip_flexor_stretch"}


def by_id(items: object) -> dict[str, object]:
    """Entries of a part of the pack by their id."""
    if isinstance(items, dict):
        return items
    return {one.id: one for one in items}


@pytest.mark.parametrize(("name", "source"), COMPENSATIONS.items())
def test_compensations_and_pain(pack: Knowledge, name: str, source: str) -> None:
    """Each compensation and pain pattern, with its article."""
    assert source in by_id(pack.findings)[name].sources


@pytest.mark.parametrize(("name", "row"), EXERCISES.items())
def test_exercises_and_doses(
    pack: Knowledge, name: str, row: tuple[int | None, tuple[int, int] | None, str]
) -> None:
    """Each exercise with the article's sets and repetitions."""
    sets, reps, source = row
    exercise = by_id(pack.exercises)[name]
    assert source in exercise.sources
    if sets is not None:
        assert tuple(exercise.sets)[-1] == sets
    if reps is not None:
        assert tuple(exercise.reps) == reps


@pytest.mark.parametrize(("name", "source"), PROGRAMME.items())
def test_programme_rules(pack: Knowledge, name: str, source: str) -> None:
    """Each rule of the programme, with its article."""
    assert source in by_id(pack.programme)[name].sources


def test_warm_up_and_cool_down(pack: Knowledge) -> None:
    """Before and after a run."""
    assert set(by_id(pack.warm_up)) == WARM_UP
    assert set(by_id(pack.cool_down)) == COOL_DOWN


def test_one_exercise_one_name(pack: Knowledge) -> None:
    """Crab walk and lateral band walk are one."""
    assert any("lateral band walk" in alias.lower() for alias in by_id(pack.exercises)["crab_walk"].aliases)
