"""A runner's own relation with speed and own shoes: learnt from sessions, the published one until then."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from gait.history.change import compare
from gait.history.own_normal import own_laws, own_normal
from gait.history.since_last import since_last
from gait.history.speed_laws import SPEED_LAWS
from gait.history.store import KeptMetric, KeptSession

LAW = SPEED_LAWS["contact_ms"]


def _session(
    number: int,
    contact: float,
    speed: float,
    shoes: str = "",
    cadence: float | None = None,
    slope_pct: float | None = None,
) -> KeptSession:
    metrics = {
        "contact_ms": KeptMetric("contact_ms", contact, 8.0, 8.0, 1000),
        "speed_m_s": KeptMetric("speed_m_s", speed, 0.1, 0.1, 1000),
    }
    if cadence is not None:
        metrics["cadence_spm"] = KeptMetric("cadence_spm", cadence, 0.2, 1.5, 1000)
    when = f"2026-{1 + number // 28:02d}-{1 + number % 28:02d}T08:00:00+00:00"
    return KeptSession(
        number, "Ada", "run", when, when, when, 1800.0, 1700.0, None, "", shoes, "", ("left shoe",), "",
        metrics, slope_pct=slope_pct,
    )  # fmt: skip


def _runner(
    rng: np.random.Generator, exponent: float, count: int = 16, day_ms: float = 2.0
) -> list[KeptSession]:
    speeds = rng.uniform(2.5, 4.0, count)
    return [
        _session(at, 250.0 * (speed / 3.0) ** exponent + rng.normal(0.0, day_ms), float(speed))
        for at, speed in enumerate(speeds)
    ]


def test_nobody_is_known_beforehand() -> None:
    """Without sessions at other speeds the relation is the published one, as wide."""
    assert own_laws([])["contact_ms"] == LAW
    alike = own_laws([_session(at, 250.0, 3.0) for at in range(10)])["contact_ms"]
    assert (alike.slope, alike.slope_sd) == (pytest.approx(LAW.slope), pytest.approx(LAW.slope_sd))


@pytest.mark.parametrize("exponent", [-0.75, -0.25])
def test_sessions_move_it_to_the_runners_own(exponent: float) -> None:
    """Sixteen sessions between 2.5 and 4 m/s: an own exponent within its interval, and a narrower one."""
    law = own_laws(_runner(np.random.default_rng(1), exponent))["contact_ms"]
    assert law.slope == pytest.approx(exponent, abs=2.0 * law.slope_sd)
    assert law.slope_sd < 0.6 * LAW.slope_sd


def test_a_runner_unlike_others_is_judged_by_their_own() -> None:
    """Contact that follows speed as this runner's always has is explained by speed, not changed."""
    sessions = _runner(np.random.default_rng(2), -0.85)
    slow, fast = (
        _session(90, 250.0 * (2.5 / 3.0) ** -0.85, 2.5),
        _session(91, 250.0 * (4.2 / 3.0) ** -0.85, 4.2),
    )
    rows = {
        known: next(
            one
            for one in compare(slow.metrics, fast.metrics, laws=own_laws(sessions) if known else SPEED_LAWS)
            if one.metric == "contact_ms"
        )
        for known in (False, True)
    }
    assert (rows[False].verdict, rows[True].verdict) == ("changed", "explained by speed")


def test_a_day_like_the_others_is_within_the_normal() -> None:
    """Over 40 runners of all exponents, 92 to 100 % of sessions without a change lie within their normal."""
    inside, told = 0, 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        rows = own_normal(_runner(rng, rng.normal(LAW.slope, LAW.slope_sd), 12, 2.9), "contact_ms")
        judged = [row.verdict for row in rows if row.normal is not None]
        inside, told = inside + judged.count("within your normal"), told + len(judged)
    assert inside / told >= 0.92


def test_shoes_have_a_normal_of_their_own() -> None:
    """15 ms more in the new pair: above the normal at first and said to be new; a habit after some runs."""
    old = [_session(at, 240.0 + at % 3, 3.0, "old pair") for at in range(6)]
    new = [_session(6 + at, 258.0 + at % 3, 3.0, "new pair") for at in range(5)]
    rows = own_normal([*old, *new, _session(11, 241.0, 3.0, "old pair")], "contact_ms")
    assert (rows[6].verdict, rows[6].new_shoes) == ("above your normal", True)
    assert (rows[10].verdict, rows[10].new_shoes) == ("within your normal", False)
    assert rows[11].verdict == "within your normal"
    assert rows[11].normal == pytest.approx(241.0, abs=2.0)


@pytest.mark.parametrize(("distance_m", "verdict"), [(None, "speed unknown"), (5100.0, "no change shown")])
def test_a_distance_that_was_told_is_a_speed(distance_m: float | None, verdict: str) -> None:
    """A shank knows no speed; 5.1 km that the runner told over 1700 s of running are 3 m/s."""
    sessions = [
        replace(one, distance_m=distance_m, metrics={"contact_ms": one.metrics["contact_ms"]})
        for one in (_session(at, 240.0 + at, 3.0) for at in range(5))
    ]
    assert sessions[0].speed_m_s == (None if distance_m is None else pytest.approx(3.0))
    new = since_last(sessions, 4)
    assert [row.verdict for row in new.changes] == [verdict]
    assert [name for name, _ in new.normal] == ([] if distance_m is None else ["contact_ms"])


def _by_cadence(rng: np.random.Generator, exponent: float, count: int = 20) -> list[KeptSession]:
    """Return sessions at 3 m/s between 158 and 178 steps a minute, contact following by an exponent."""
    cadences = rng.uniform(158.0, 178.0, count)
    return [
        _session(at, 250.0 * (spm / 168.0) ** exponent + rng.normal(0.0, 1.5), 3.0, cadence=float(spm))
        for at, spm in enumerate(cadences)
    ]


@pytest.mark.parametrize("exponent", [-1.2, -0.3])
def test_sessions_move_what_cadence_does_too(exponent: float) -> None:
    """Twenty sessions at other cadences: an own exponent, and one session more is judged by it."""
    sessions = _by_cadence(np.random.default_rng(5), exponent)
    law = own_laws(sessions)["contact_ms"]
    assert law.by_cadence is not None
    assert LAW.by_cadence is not None
    assert law.by_cadence[0] == pytest.approx(exponent, abs=2.0 * law.by_cadence[1])
    assert law.by_cadence[1] < 0.6 * LAW.by_cadence[1]
    quick = _session(30, 250.0 * (178.0 / 168.0) ** exponent, 3.0, cadence=178.0)
    row = own_normal([*sessions, quick], "contact_ms")[-1]
    assert row.normal == pytest.approx(quick.metrics["contact_ms"].value, abs=3.0)
    assert own_normal([*sessions, quick], "cadence_spm")[-1].verdict == "within your normal"


def test_a_cadence_course_moves_cadence_and_not_contact_out_of_normal() -> None:
    """Six runs alike, then 8 % more steps at one speed: cadence is above the normal, contact within it."""
    usual = [_session(at, 250.0 + at % 2, 3.0, cadence=160.0 + at % 2) for at in range(6)]
    new = _session(6, 250.5 * 1.08**-0.7, 3.0, cadence=160.5 * 1.08)
    assert own_normal([*usual, new], "cadence_spm")[-1].verdict == "above your normal"
    assert own_normal([*usual, new], "contact_ms")[-1].verdict == "within your normal"
    shorter = _session(6, 250.5 * 1.08**-0.7 - 18.0, 3.0, cadence=160.5 * 1.08)
    assert own_normal([*usual, shorter], "contact_ms")[-1].verdict == "below your normal"


def test_hills_are_taken_out_and_learnt() -> None:
    """Contact that grows by 2 % for each per cent uphill: learnt, and an uphill run is no change."""
    rng = np.random.default_rng(6)
    slopes = rng.uniform(-3.0, 3.0, 16)
    sessions = [
        _session(at, 250.0 * math.exp(0.02 * slope) + rng.normal(0.0, 1.5), 3.0, slope_pct=float(slope))
        for at, slope in enumerate(slopes)
    ]
    law = own_laws(sessions)["contact_ms"]
    assert law.uphill[0] == pytest.approx(0.02, abs=0.005)
    assert law.uphill[1] < 0.5 * LAW.uphill[1]
    hill = _session(20, 250.0 * math.exp(0.08), 3.0, slope_pct=4.0)
    assert own_normal([*sessions, hill], "contact_ms")[-1].verdict == "within your normal"
    flat = replace(hill, slope_pct=0.0)
    assert own_normal([*sessions, flat], "contact_ms")[-1].verdict == "above your normal"
