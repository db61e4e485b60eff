"""Changes: by hand-worked numbers, over virtual pairs, and never from speed alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.analysis.metrics import METRICS
from gait.history.change import compare, compare_groups
from gait.history.own_normal import own_normal
from gait.history.since_last import load_until, since_last
from gait.history.speed_laws import SPEED_LAWS
from gait.history.store import KeptMetric, KeptSession
from tests.benchmarks.change import wolf
from tests.benchmarks.conditions import pairs
from tests.properties import seeds


@dataclass(frozen=True)
class Number:
    """A number of a session."""

    value: float
    sd: float = 8.0
    n: int = 1000
    uncertainty: float = 0.0


def _contact(value: float, speed: float | None = 3.0, **other: float) -> dict[str, Number]:
    out = {"contact_ms": Number(value)} | {name: Number(one) for name, one in other.items()}
    return out if speed is None else out | {"speed_m_s": Number(speed, 0.1)}


def _row(before, after, name="contact_ms", **told):
    return next(row for row in compare(before, after, **told) if row.metric == name)


def test_every_metric_has_its_expectation() -> None:
    """A metric cannot be added without saying what a change of it means."""
    assert SPEED_LAWS.keys() == METRICS.keys()


@pytest.mark.parametrize(
    ("after", "verdict"), [(232.0, "no change shown"), (245.0, "changed"), (215.0, "changed")]
)
def test_at_one_speed_noise_decides(after: float, verdict: str) -> None:
    """Within mounting and scatter nothing is shown; beyond them it changed."""
    row = _row(_contact(230.0), _contact(after))
    assert row.verdict == verdict
    assert row.changed is (verdict == "changed")
    assert row.expected == 0.0


def test_the_interval_is_mounting_and_scatter() -> None:
    """Worked by hand: 8 ms of mounting, and two scatters of 1.96 x 1.253 x 8 / sqrt(1000 / 3)."""
    scatter = 1.96 * 1.253 * 8.0 / math.sqrt(1000.0 / 3.0)
    assert _row(_contact(230.0), _contact(230.0)).uncertainty == pytest.approx(
        math.sqrt(8.0**2 + 2.0 * scatter**2), rel=1e-9
    )


def test_a_rough_guide_changes_no_sooner_than_it_is_known() -> None:
    """A shoe's accelerometer alone, +-89 ms: the next session may differ by 49; 40 is no change, 60 is."""
    for change, verdict in ((40.0, "no change shown"), (60.0, "changed")):
        before, after = (
            {"contact_ms": Number(value, uncertainty=89.0), "speed_m_s": Number(3.0, 0.1)}
            for value in (230.0, 230.0 + change)
        )
        assert _row(before, after).verdict == verdict


def test_speed_explains_what_it_explains() -> None:
    """From 2.8 to 3.6 m/s contact is expected to fall by a power of -0.51: that fall is no change."""
    expected = 250.0 * ((3.6 / 2.8) ** -0.51 - 1.0)
    row = _row(_contact(250.0, 2.8), _contact(250.0 + expected, 3.6))
    assert row.expected == pytest.approx(expected)
    assert row.verdict == "explained by speed"
    assert _row(_contact(250.0, 2.8), _contact(250.0, 3.6)).verdict == "changed"


def test_cadence_explains_what_follows_it_and_is_changed_itself() -> None:
    """8 % more steps at one speed: contact falls by a power of -0.7, as cadence explains; cadence changed."""
    before, after = _contact(250.0, cadence_spm=160.0), _contact(237.0, cadence_spm=172.8)
    row = _row(before, after)
    assert row.by_cadence == pytest.approx(250.0 * (1.08**-0.7 - 1.0))
    assert (row.verdict, row.explained_by, row.words_key) == (
        "no change shown",
        "cadence",
        "explained_by_cadence",
    )
    assert row.beyond == pytest.approx(-13.0 - row.by_cadence)
    assert _row(before, after, "cadence_spm").changed
    assert _row(_contact(250.0), _contact(237.0)).changed
    assert _row(before, _contact(215.0, cadence_spm=172.8)).changed


def test_cadence_is_held_against_speed_first() -> None:
    """Steps that only follow the pace take nothing more out of contact."""
    row = _row(
        _contact(250.0, 2.8, cadence_spm=160.0), _contact(220.0, 3.6, cadence_spm=160.0 * (3.6 / 2.8) ** 0.18)
    )
    assert row.by_cadence == pytest.approx(0.0, abs=1e-9)
    assert row.verdict == "explained by speed"


def test_the_slope_of_the_ground_explains_what_it_can_do() -> None:
    """On 7 % cadence rises by 4 %: that is the hill's, also of what follows it; on level ground a change."""
    before, after = _contact(250.0, cadence_spm=165.0), _contact(250.0, cadence_spm=165.0 * 1.04)
    level, hill = (_row(before, after, "cadence_spm", slopes=(0.0, slope)) for slope in (0.0, 7.0))
    assert (level.changed, hill.changed, hill.explained_by) == (True, False, "slope")
    assert hill.by_slope == pytest.approx(0.04 * 165.0)
    assert _row(before, after, slopes=(0.0, 7.0)).by_cadence == pytest.approx(0.0, abs=0.2)
    assert _row(before, after, "cadence_spm", slopes=(None, 7.0)).by_slope is None
    angles = [_contact(250.0, strike_angle_deg=angle) for angle in (12.0, 8.0)]
    said = _row(*angles, "strike_angle_deg", slopes=(0.0, 6.0))
    assert (said.verdict, said.explained_by) == ("no change shown", "slope")


@pytest.mark.parametrize("asked", [{"slope": False}, {"steps": False}, {}])
def test_made_pairs_whose_cadence_and_slope_differ(asked: dict[str, bool]) -> None:
    """100 pairs each: at most 6 % of numbers are called changed, 1.5 times the detectable is found in 80 %.

    The interval is a 95 % one, and the people are drawn with all the spread that it allows for; a cadence
    that differs by 4 % or more is called changed nearly always.
    """
    said = pairs(100, 3, **asked)
    assert sum(said.cries.values()) <= 0.06 * 100 * 8, said.cries
    assert said.hits >= 0.78 * 100
    assert said.cadence >= 0.95 * said.quick


def test_without_speed_nothing_is_called_changed() -> None:
    """A shank, or an accelerometer alone, does not know speed."""
    for after in (231.0, 300.0):
        row = _row(_contact(230.0, None), _contact(after, None))
        assert (row.verdict, row.expected, row.changed) == ("speed unknown", None, False)
    told = _row(_contact(230.0, None), _contact(300.0, None), speeds=(3.0, 3.0))
    assert told.verdict == "changed"


def test_speed_itself_is_not_a_change_of_form() -> None:
    """Running faster is explained by running faster."""
    assert _row(_contact(250.0, 2.8), _contact(220.0, 3.6), "speed_m_s").verdict == "explained by speed"


def test_pronation_and_cadence_as_people_see_them() -> None:
    """4.5 deg more on the same sensor is a change, 0.6 steps a minute fewer is none."""
    before = _contact(230.0, pronation_excursion_deg=7.7, cadence_spm=170.0)
    after = _contact(230.0, pronation_excursion_deg=12.2, cadence_spm=169.4)
    assert _row(before, after, "pronation_excursion_deg").changed
    assert not _row(before, after, "cadence_spm").changed
    assert not _row(before, after, "pronation_excursion_deg", same_sensors=False).changed


def test_a_group_knows_more_than_a_session() -> None:
    """Four sessions a side halve the noise, as mounting is anew each time."""
    one = _row(_contact(230.0), _contact(236.0))
    four = next(
        r for r in compare_groups([_contact(230.0)] * 4, [_contact(236.0)] * 4) if r.metric == "contact_ms"
    )
    assert four.uncertainty == pytest.approx(one.uncertainty / 2.0)
    assert (one.changed, four.changed) == (False, True)


@given(st.floats(150.0, 350.0), st.floats(-100.0, 100.0), st.floats(2.0, 5.0), st.floats(2.0, 5.0))
def test_changed_means_beyond_interval_and_what_matters(
    first: float, change: float, v: float, w: float
) -> None:
    """Whatever the numbers, the verdict is what the interval and the least change that matters say."""
    row = _row(_contact(first, v), _contact(first + change, w))
    assert row.expected is not None
    beyond = abs(row.change - row.expected)
    assert row.changed == (beyond > row.uncertainty and beyond >= row.matters)


def test_virtual_pairs() -> None:
    """Runners faster by 0.8 m/s: at most one number is called changed; true changes are found."""
    said = wolf(seeds(2, long=12))
    assert sum(said.cries.values()) <= 1, said.cries
    assert said.hits >= 5 * said.pairs // 6


def _kept(number: int, contact: float, speed: float | None = 3.0, day: int | None = None) -> KeptSession:
    metrics = {"contact_ms": KeptMetric("contact_ms", contact, 8.0, 8.0, 1000)}
    if speed is not None:
        metrics["speed_m_s"] = KeptMetric("speed_m_s", speed, 0.1, 0.1, 1000)
    at = f"2026-05-{day or number:02d}T08:00:00+00:00"
    times = (at, at, at, 1800.0, 1700.0, 5100.0)
    return KeptSession(number, "Ada", f"run {number}", *times, "", "", "", ("left shoe",), "", metrics)


def test_a_normal_of_ones_own() -> None:
    """After three sessions there is one; a session off it by more than sessions differ is told."""
    values = [230.0, 232.0, 228.0, 231.0, 229.0, 252.0]
    rows = own_normal([_kept(at, value) for at, value in enumerate(values, 1)], "contact_ms")
    assert [row.verdict for row in rows[:3]] == ["too few sessions"] * 3
    assert rows[3].normal == pytest.approx((230.0 * 232.0 * 228.0) ** (1.0 / 3.0))
    assert rows[4].verdict == "within your normal"
    assert rows[5].verdict == "above your normal"


def test_a_faster_day_is_no_change_of_normal() -> None:
    """The normal is moved to the day's speed first; without speed there is none."""
    slow = [_kept(at, 250.0, 2.8) for at in range(1, 6)]
    fast = _kept(6, 250.0 * (3.6 / 2.8) ** -0.51, 3.6)
    assert own_normal([*slow, fast], "contact_ms")[-1].verdict == "within your normal"
    nowhere = replace(_kept(6, 220.0, None), distance_m=None)
    unknown = own_normal([*slow, nowhere], "contact_ms")[-1]
    assert (unknown.normal, unknown.verdict) == (None, "too few sessions")


def test_load_and_longest_run() -> None:
    """Seven days up to the session, and the longest of the thirty days before it."""
    sessions = [_kept(1, 230.0, day=1), _kept(2, 230.0, day=24), _kept(3, 230.0, day=28)]
    load = load_until(sessions)
    assert load.week_s == pytest.approx(3400.0)
    assert load.week_m == pytest.approx(10200.0)
    assert load.longest_s == pytest.approx(1700.0)
    assert load_until(sessions[:1]).longest_s is None


def test_since_last_names_the_last() -> None:
    """The first session has none before it; later ones are held against the one before."""
    sessions = [_kept(at, value) for at, value in enumerate([230.0, 231.0, 250.0], 1)]
    assert since_last(sessions, 1).last is None
    new = since_last(sessions, 3)
    assert new.last == sessions[1]
    assert [row.metric for row in new.changes if row.changed] == ["contact_ms"]
