"""Probabilities of conditions, against scipy's normal distribution and by hand."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from gait.analysis.results import Analysis, Metric
from gait.coaching.assess import assess
from gait.coaching.evaluate import STAND_IN_CEILING, Facts, judge, probability_beyond, sides_of
from gait.coaching.questionnaire.answers import Answers
from gait.coaching.rules.conditions import (
    AllOf,
    Answered,
    AnyOf,
    Differs,
    FirstKnown,
    Measured,
    Shift,
    Unasked,
)

finite = st.floats(-1e4, 1e4)
spread = st.floats(1e-3, 1e3)


@given(finite, spread, finite, st.booleans())
def test_probability_is_that_of_the_normal_distribution(
    value: float, half: float, bound: float, above: bool
) -> None:
    """The share of a normal with sd = half-width / 1.96 beyond the bound, as scipy has it."""
    sd = half / ndtri(0.975)
    expected = ndtr((value - bound) / sd) if above else ndtr((bound - value) / sd)
    assert probability_beyond(value, half, bound, above=above) == pytest.approx(expected, abs=1e-6)


@given(finite, spread, finite)
def test_above_and_below_share_the_whole(value: float, half: float, bound: float) -> None:
    """Above and below are complements, and a value at its bound is a coin toss."""
    both = [probability_beyond(value, half, bound, above=side) for side in (True, False)]
    assert sum(both) == pytest.approx(1.0)
    assert probability_beyond(value, half, value, above=True) == 0.5


def _strike(bound: float = 8.0, **more: object) -> Measured:
    return Measured(kind="measured", metric="strike_angle_deg", above=bound, source="skr", **more)  # type: ignore[arg-type]  # keywords of mixed types


def _said(value: str) -> Answered:
    return Answered(kind="answered", question="form", has=(value,))


def test_any_takes_the_largest_and_all_the_product(metric: Callable[..., Metric]) -> None:
    """``any`` is as sure as its surest part; ``all`` multiplies."""
    facts = Facts(
        {
            "strike_angle_deg": metric("strike_angle_deg", 10.0, 1.96),
            "cadence_spm": metric("cadence_spm", 156.0, 1.96),
        }
    )
    slow = Measured(kind="measured", metric="cadence_spm", below=157.0, source="skr")
    p, q = ndtr(2.0), ndtr(1.0)
    assert judge(AnyOf(kind="any", of=(_strike(), slow)), facts).p == pytest.approx(max(p, q), abs=1e-4)
    assert judge(AllOf(kind="all", of=(_strike(), slow)), facts).p == pytest.approx(p * q, abs=1e-4)


def test_all_with_an_unknown_part_is_unknown_unless_another_is_surely_not(
    metric: Callable[..., Metric],
) -> None:
    """One part surely absent settles ``all``; otherwise an unknown part leaves it open."""
    unknown = Measured(kind="measured", metric="shank_angle_deg", above=10.0, source="skr")
    both = AllOf(kind="all", of=(_strike(), unknown))
    present = judge(both, Facts({"strike_angle_deg": metric("strike_angle_deg", 20.0)}))
    absent = judge(both, Facts({"strike_angle_deg": metric("strike_angle_deg", -5.0)}))
    assert present.p is None
    assert present.missing == ("shank angle at contact",)
    assert absent.p == pytest.approx(0.0, abs=1e-6)


def test_an_optional_part_counts_only_where_it_was_measured(metric: Callable[..., Metric]) -> None:
    """Without the shank the strike alone decides; with it, a shin near upright rules it out."""
    rule = AllOf(
        kind="all",
        of=(
            _strike(),
            Measured(kind="measured", metric="shank_angle_deg", above=3.0, optional=True, source="skr"),
        ),
    )
    strike = metric("strike_angle_deg", 20.0)
    assert judge(rule, Facts({"strike_angle_deg": strike})).p == pytest.approx(1.0)
    upright = Facts({"strike_angle_deg": strike, "shank_angle_deg": metric("shank_angle_deg", -4.0, 1.0)})
    assert judge(rule, upright).p == pytest.approx(0.0, abs=1e-6)


def test_the_direct_measure_comes_before_its_stand_in(metric: Callable[..., Metric]) -> None:
    """A shank angle decides over the shoe's stand-in, which is believed to a ceiling only."""
    shank = Measured(kind="measured", metric="shank_angle_deg", above=10.0, source="skr")
    rule = FirstKnown(kind="first_known", of=(shank, _strike(stands_for="the shin")))
    strike = metric("strike_angle_deg", 25.0)
    by_shoe = judge(rule, Facts({"strike_angle_deg": strike}))
    assert by_shoe.p == STAND_IN_CEILING
    assert "in place of the shin" in by_shoe.evidence[0].text
    by_shank = judge(
        rule, Facts({"strike_angle_deg": strike, "shank_angle_deg": metric("shank_angle_deg", 2.0)})
    )
    assert by_shank.p == pytest.approx(0.0, abs=1e-6)


def test_nobody_noticed_and_no_sensor_looked_is_not_absent() -> None:
    """An unnoticed fault that no sensor could look for stays open; a noticed one is present."""
    rule = AnyOf(kind="any", of=(_strike(), _said("knees_in")))
    assert judge(rule, Facts(answers=Answers(form=()))).p is None
    assert judge(rule, Facts(answers=Answers(form=("knees_in",)))).p == 0.85
    assert judge(_said("knees_in"), Facts(answers=Answers(form=()))).p == 0.0
    assert judge(_said("knees_in"), Facts()).p is None


@given(st.floats(2.0, 5.0), st.floats(0.01, 1.0))
def test_a_shifted_bound_moves_with_speed_and_adds_its_doubt(speed: float, doubt: float) -> None:
    """Bound + slope x (speed - around), with the speed's uncertainty in quadrature, by hand."""
    rule = Measured(
        kind="measured",
        metric="cadence_spm",
        below=157.0,
        source="skr",
        shift=Shift(by="speed_m_s", slope=5.6, around=3.04),
    )
    facts = Facts(
        {
            "cadence_spm": Metric("cadence_spm", 160.0, 2.0, 1.0, 100),
            "speed_m_s": Metric("speed_m_s", speed, doubt, 1.0, 100),
        }
    )
    bound = 157.0 + 5.6 * (speed - 3.04)
    sd = math.hypot(2.0, 5.6 * doubt) / ndtri(0.975)
    found = judge(rule, facts)
    assert found.p == pytest.approx(ndtr((bound - 160.0) / sd), abs=1e-6)
    assert found.evidence[0].threshold == pytest.approx(bound)


@pytest.mark.parametrize(("cadence", "outcome"), [(140.0, True), (157.5, None), (175.0, False)])
def test_a_speed_that_nobody_measured_is_a_doubt(cadence: float, outcome: bool | None) -> None:
    """Near the bound at an assumed speed neither is said, far from it both are; the assumption is named."""
    rule = Measured(
        kind="measured",
        metric="cadence_spm",
        below=157.0,
        source="skr",
        shift=Shift(by="speed_m_s", slope=5.6, around=3.04, unknown=1.2),
    )
    found = judge(rule, Facts({"cadence_spm": Metric("cadence_spm", cadence, 0.3, 1.0, 100)}))
    sd = math.hypot(0.3, 5.6 * 1.2) / ndtri(0.975)
    assert found.p == pytest.approx(ndtr((157.0 - cadence) / sd), abs=1e-6)
    assert (found.p > 0.95, found.p < 0.05) == (outcome is True, outcome is False)
    assert "not measured: speed" in found.evidence[0].text


@given(st.floats(-40, 40), st.floats(0.1, 40), st.floats(0, 20))
def test_a_difference_that_is_not_shown_is_never_called_present(d: float, half: float, bound: float) -> None:
    """With zero inside the interval the probability stays at a coin toss or below."""
    rule = Differs(kind="differs", metric="strike_angle_deg", above=bound, unit="own", source="skr")
    two = Metric(
        "strike_angle_deg",
        10,
        1,
        1,
        100,
        left=10 + d / 2,
        right=10 - d / 2,
        difference=d,
        difference_uncertainty=half,
    )
    found = judge(rule, Facts({"strike_angle_deg": two}))
    assert found.p is not None
    assert 0.0 <= found.p <= 1.0
    if abs(d) <= half:
        assert found.p <= 0.5
        assert "no difference shown" in found.evidence[0].text


def test_a_difference_is_judged_in_per_cent_of_the_mean(two_sided: Callable[..., Metric]) -> None:
    """8 ms of 240 ms are 3.3 %: above 2.8 % for sure when known to 0.5 ms, and named by side."""
    rule = Differs(kind="differs", metric="contact_ms", above=2.8, source="skr")
    found = judge(rule, Facts({"contact_ms": two_sided("contact_ms", 236.0, 244.0, spread=0.5)}))
    assert found.p is not None
    assert found.p > 0.99
    assert found.evidence[0].value == pytest.approx(-3.333, abs=1e-3)
    assert "right larger" in found.evidence[0].text


def test_not_a_number_counts_as_not_measured(metric: Callable[..., Metric]) -> None:
    """A NaN value or uncertainty is unknown, never a verdict."""
    for value, half in ((math.nan, 1.0), (10.0, math.nan), (math.inf, 1.0)):
        assert (
            judge(_strike(), Facts({"strike_angle_deg": metric("strike_angle_deg", value, half)})).p is None
        )


def test_sides_are_those_measured(two_sided: Callable[..., Metric], metric: Callable[..., Metric]) -> None:
    """Both sides, the one there is, or none, from the metric itself."""
    assert sides_of(_strike(), Facts({"strike_angle_deg": two_sided("strike_angle_deg", 1, 2)})) == (
        "left",
        "right",
    )
    assert sides_of(_strike(), Facts({"strike_angle_deg": metric("strike_angle_deg", 1.0, left=1.0)})) == (
        "left",
    )
    assert sides_of(_strike(), Facts()) == ("",)


def test_unasked_is_the_lack_of_an_answer() -> None:
    """Not asked fires; asked with nothing named does not."""
    rule = Unasked(kind="unasked", question="red_flags")
    assert judge(rule, Facts()).p == 1.0
    assert judge(rule, Facts(answers=Answers(red_flags=()))).p == 0.0


def test_the_side_that_hurts_is_held_against_the_measured_one(
    two_sided: Callable[..., Metric], analysis: Callable[..., Analysis]
) -> None:
    """Left lands far ahead: with the left knee sore it leads and says so, with the right it does not."""
    run = analysis(two_sided("shank_angle_deg", 16.0, 4.0, uncertainty=1.0, spread=1.0))
    ranks = {}
    for side, words in (("left", "on the side that hurts"), ("right", "on the side that does not hurt")):
        found = assess(run, {"pain": ["knee_front"], "pain_strength": 2, "pain_side": side})
        ahead = next(one for one in found if one.id == "overstriding" and one.side == "left")
        assert words in ahead.evidence[-1].text
        pain = next(one for one in found if one.id == "pain_round_kneecap")
        assert pain.side == side
        ranks[side] = (ahead.rank, pain.rank)
    assert ranks["left"][0] < ranks["left"][1]
    assert ranks["right"][0] > ranks["right"][1]
