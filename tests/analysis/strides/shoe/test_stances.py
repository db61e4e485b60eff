"""Stances between swings whose attitude is written by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GRID_HZ, GridBlock
from gait.analysis.strides.contact_model import load
from gait.analysis.strides.shoe.stances import FOREFOOT_SD_S, attitude, is_stance, stance_batch
from gait.analysis.strides.shoe.swings import HALF_S, Swings, both_ends, inward_deg, join, take

HALF = round(HALF_S * GRID_HZ)
FLAT_S, IC_S, TC_S, NEXT_S = 10.0, 9.9, 10.15, 10.6
"""Contact 0.1 s before foot-flat, push-off 0.15 s behind it."""


def _swings(start_s: float, stop_s: float, tc: float, ic: float) -> Swings:
    """One swing; to its end pitch falls by 100 deg/s and roll rises by 40, to 0; both are 0 at its start."""
    at = np.arange(-HALF, 1) / GRID_HZ
    nothing = np.zeros((1, HALF + 1))
    pitch = np.hstack([-100.0 * at[None, :], nothing])
    roll = np.hstack([40.0 * at[None, :], nothing])
    rate = np.hstack([np.full((1, HALF + 1), 40.0), nothing])
    one, none = np.ones(1), np.zeros((1, 4))
    return Swings(
        start=np.array([round(start_s * GRID_HZ)]),
        stop=np.array([round(stop_s * GRID_HZ)]),
        tc=np.array([tc]),
        tc_doubt=none,
        ic=np.array([ic]),
        ic_doubt=none,
        pitch_deg=pitch,
        roll_deg=roll,
        eversion_dps=rate,
        length_m=one,
        circum_cm=one,
        turn_deg=one,
        drift_m_s=one,
        lean_deg=one,
        slipped=np.array([False]),
        aligned=np.array([True]),
        plausible=np.array([True]),
    )


BEFORE = _swings(9.3, FLAT_S, 9.45, IC_S)
AFTER = _swings(FLAT_S, 10.7, TC_S, NEXT_S)


def test_strike_angle_excursion_and_rate() -> None:
    """Worked by hand: 10 deg toes up at contact, 4 deg of roll from there to foot-flat, at 40 deg/s."""
    angle, excursion, rate = attitude(BEFORE, AFTER)
    assert angle[0] == pytest.approx(10.0, abs=0.3)
    assert excursion[0] == pytest.approx(4.0, abs=0.2)
    assert rate[0] == pytest.approx(40.0, abs=0.5)
    assert inward_deg(BEFORE)[0] == pytest.approx(4.0, abs=0.2)


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({}, True),
        ({"tc": np.array([IC_S + 0.03])}, False),
        ({"ic": np.array([IC_S + 3.0])}, False),
        ({"ic": np.array([np.nan])}, True),
        ({"ic": np.array([np.nan]), "tc": np.array([IC_S + 1.2])}, False),
        ({"start": np.array([round((FLAT_S + 1.5) * GRID_HZ)])}, False),
        ({"plausible": np.array([False])}, False),
    ],
    ids=["whole", "contact too short", "stride too long", "last", "last, too long", "pause", "implausible"],
)
def test_which_pairs_of_swings_hold_a_stance(changed: dict, holds: bool) -> None:
    """Contact, stride and pause within their bounds; a last stance needs no next contact."""
    assert is_stance(BEFORE, replace(AFTER, **changed)).tolist() == [holds]


def test_both_ends_are_those_of_each_row() -> None:
    """The last samples up to the end, then the first ones; a short row holds its own ends."""
    values = np.tile(np.arange(300.0), (2, 1))
    ends = both_ends(values, np.array([250, 20]))
    assert ends.shape == (2, 2 * HALF + 2)
    np.testing.assert_array_equal(ends[0, : HALF + 1], np.arange(249.0 - HALF, 250.0))
    np.testing.assert_array_equal(ends[0, HALF + 1 :], np.arange(HALF + 1.0))
    assert (ends[1, 0], ends[1, HALF], ends[1, -1]) == (0.0, 19.0, 19.0)


def test_swings_are_joined_and_taken_apart() -> None:
    """What was joined comes back row by row."""
    both = join(BEFORE, AFTER)
    assert len(both) == 2
    for at, part in enumerate((BEFORE, AFTER)):
        back = take(both, slice(at, at + 1))
        for name in Swings.__dataclass_fields__:
            np.testing.assert_array_equal(getattr(back, name), getattr(part, name))


def test_a_forefoot_strike_is_less_sure() -> None:
    """Toes down by 10 deg at contact: the contact's uncertainty grows by what no real runner fitted shows."""
    buffer = SampleBuffer()
    still = np.zeros((2200, 3))
    buffer.append(
        GridBlock(0, still, still, np.zeros(2200, dtype=bool), np.zeros(2200), np.zeros(2200, dtype=bool))
    )
    rear, fore = (
        stance_batch(
            replace(BEFORE, pitch_deg=sign * BEFORE.pitch_deg),
            replace(AFTER, pitch_deg=sign * AFTER.pitch_deg),
            np.array([0.7]),
            buffer,
            load("shoe_gyroscope"),
        )
        for sign in (1.0, -1.0)
    )
    assert (rear.strike_angle_deg[0], fore.strike_angle_deg[0]) == pytest.approx((10.0, -10.0), abs=0.3)
    for name in ("ic_sd_s", "contact_sd_s"):
        grown = getattr(fore, name)[0] ** 2 - getattr(rear, name)[0] ** 2
        assert grown == pytest.approx(FOREFOOT_SD_S**2)
    assert fore.tc_sd_s[0] == rear.tc_sd_s[0]
