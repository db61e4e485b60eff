"""Swings as columns: their ends cut out, and a silence held against the pace, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.strides.shoe.swings import HALF_S, Swings, both_ends, by_pace, inward_deg, join, take

HALF = round(HALF_S * 200.0)


def _swings(n: int = 5) -> Swings:
    """Swings of 140 grid points each, 0.7 s; toe-off 0.1 s behind the start, contact 0.1 s before the end."""
    start = 1000 + 140 * np.arange(n)
    doubt, nothing = np.zeros((n, 4)), np.zeros((n, 2 * HALF + 2))
    return Swings(
        start, start + 140, start / 200.0 + 0.1, doubt, (start + 140) / 200.0 - 0.1, doubt.copy(), nothing,
        nothing, nothing, *(np.zeros(n) for _ in range(5)), *(np.zeros(n, dtype=bool) for _ in range(3)),
    )  # fmt: skip


def test_both_ends() -> None:
    """The end stands where the first half ends, the start behind it; a short row is held at its own ends."""
    values = np.arange(600.0)[None, :].repeat(2, axis=0)
    ends = both_ends(values, np.array([600, 20]))
    assert ends.shape == (2, 2 * HALF + 2)
    assert ends[0, [0, HALF, HALF + 1, -1]].tolist() == [599.0 - HALF, 599.0, 0.0, HALF]
    assert ends[1, [0, HALF, HALF + 1, -1]].tolist() == [0.0, 19.0, 0.0, 19.0]


def test_joining_and_choosing() -> None:
    """What was cut apart is the same joined."""
    whole = _swings()
    again = join(take(whole, slice(0, 2)), take(whole, slice(2, None)))
    for name in Swings.__dataclass_fields__:
        assert np.array_equal(getattr(again, name), getattr(whole, name)), name
    assert len(again) == 5


def test_a_contact_beside_a_silence_keeps_the_pace() -> None:
    """66 ms off, beside 0.12 s without samples: the contact of the pace; 20 ms off: its own."""
    swings = _swings()
    for off_s, given_s in ((0.066, 0.0), (0.020, 0.020)):
        ic, doubt = swings.ic.copy(), swings.ic_doubt.copy()
        ic[2] += off_s
        doubt[2, 3] = 0.12
        held = by_pace(replace(swings, ic=ic, ic_doubt=doubt))
        assert held.ic - swings.ic == pytest.approx([0.0, 0.0, given_s, 0.0, 0.0], abs=1e-9)
        assert held.ic_doubt[2, 3] < 0.12
        assert np.array_equal(held.tc, swings.tc)


def test_without_a_silence_nothing_is_held_against_the_pace() -> None:
    """The same object comes back, however uneven the strides."""
    swings = _swings()
    swings.ic[2] += 0.2
    assert by_pace(swings) is swings


def test_the_foot_rolls_inward_from_contact_to_flat() -> None:
    """A roll that grows by a degree every 10 ms over the last 0.1 s is 10 degrees from contact on."""
    swings = _swings(1)
    roll = np.clip(0.5 * (np.arange(2 * HALF + 2) - (HALF - 20)), 0.0, 10.0)[None, :]
    assert inward_deg(replace(swings, roll_deg=roll)) == pytest.approx([10.0])
