"""What is said to a runner, and how often."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gait.live.alerts import BAND_SHARE, OFF_FOR_S, SOFT_USUAL_S, Alerts
from tests.live.strides import strides_at


def said_at(alerts: Alerts, *runs: object) -> list[tuple[float, str]]:
    """Times and texts of what is said over strides."""
    return [
        (one.next_ic_s, text)
        for run in runs
        for one in run  # type: ignore[attr-defined]  # an iterable of strides
        if (text := alerts.stride(one))
    ]


def test_a_cadence_that_stays_off_is_said_ever_more_rarely() -> None:
    """First after the eight seconds that it must be off, then after 20, 40, 80 and 160 s: 8 in 15 min."""
    said = said_at(Alerts(190.0), strides_at(170.0, 900.0))
    assert {text for _, text in said} == {"A little quicker: 190"}
    assert OFF_FOR_S < said[0][0] < OFF_FOR_S + 5.0
    waits = [after - before for (before, _), (after, _) in pairwise(said)]
    assert waits[:4] == pytest.approx([20.0, 40.0, 80.0, 160.0], abs=1.0)
    assert len(said) == 8


def test_a_cadence_in_the_band_and_no_target_say_nothing() -> None:
    """Within 3 % of the target, and without one, nobody is talked to; beyond it on the other side: slower."""
    assert not said_at(Alerts(176.0), strides_at(176.0 * (1.0 + 0.9 * BAND_SHARE), 300.0))
    assert not said_at(Alerts(), strides_at(150.0, 300.0))
    said = said_at(Alerts(170.0), strides_at(185.0, 30.0))
    assert [text for _, text in said] == ["A little slower: 170"]


def test_walking_and_short_changes_are_left_alone() -> None:
    """A walk of a minute, and five seconds off the target, are no reason to speak."""
    alerts = Alerts(176.0)
    walk = strides_at(110.0, 60.0, activity="walking")
    assert not said_at(alerts, walk, strides_at(176.0, 30.0, 60.0), strides_at(160.0, 5.0, 90.0))
    assert not said_at(alerts, strides_at(176.0, 60.0, 95.0))


def test_back_in_the_band_the_next_wait_is_short_again() -> None:
    """Who comes back to the target and leaves it minutes later is told at once, and not after 160 s."""
    alerts = Alerts(180.0)
    said_at(alerts, strides_at(160.0, 400.0), strides_at(180.0, 60.0, 400.0))
    said = said_at(alerts, strides_at(160.0, 60.0, 460.0))
    assert 460.0 + OFF_FOR_S < said[0][0] < 460.0 + OFF_FOR_S + 15.0


@settings(max_examples=25)
@given(st.floats(60.0, 600.0), st.floats(-40.0, 60.0), st.floats(-30.0, 40.0), st.floats(140.0, 200.0))
def test_contact_strike_and_pronation_are_never_spoken_of(
    contact_ms: float, strike_deg: float, pronation_deg: float, cadence: float
) -> None:
    """Whatever they are, what is said is the same as without them, and of cadence alone."""
    plain = list(strides_at(cadence, 60.0))
    strange = [
        replace(
            one,
            tc_s=one.ic_s + 1e-3 * contact_ms,
            strike_angle_deg=strike_deg,
            pronation_excursion_deg=pronation_deg,
        )
        for one in plain
    ]
    said = said_at(Alerts(176.0, soft=True), strange)
    assert said == said_at(Alerts(176.0, soft=True), plain)
    assert all(text.startswith("A little ") and text.endswith(": 176") for _, text in said)


def test_a_harder_landing_is_spoken_of_only_where_it_is_allowed() -> None:
    """A third above the first two minutes' usual: asked for once in a minute at most, else never."""
    usual, harder = list(strides_at(170.0, 130.0)), list(strides_at(170.0, 300.0, 130.0, peak_g=10.6))
    assert not said_at(Alerts(170.0), usual, harder)
    said = said_at(Alerts(170.0, soft=True), usual, harder)
    assert {text for _, text in said} == {"A little softer"}
    assert said[0][0] > SOFT_USUAL_S
    assert min(after - before for (before, _), (after, _) in pairwise(said)) >= 60.0
    assert not said_at(Alerts(170.0, soft=True), usual, strides_at(170.0, 300.0, 130.0, peak_g=7.0))
