"""Units that a table does not state, by what its samples read: gravity at rest, a leg on foot, fast turns."""

from __future__ import annotations

import numpy as np

from gait.arrays import FloatArray
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["acc_guess", "counts_guess", "gyr_guess", "reads_gravity", "rest_level", "turns"]

GUESSES = (
    ("m/s2", 1.0, 6.5, 60.0),
    ("g", STANDARD_GRAVITY, 0.66, 6.1),
    ("mg", 1e-3 * STANDARD_GRAVITY, 700.0, 2500.0),
)
"""Unit, m/s2 in one, and the median norm that a sensor on a leg has in it while it moves: 10 m/s2 walking,
36 at 4.5 m/s (Fukuchi 2017, 10.7717/peerj.3298). Above the last bound counts would be taken for mg."""

REST_ROWS, REST_SPREAD = 100, 0.08
"""Rows running of which four fifths have norms within this, relative (chosen: half a second at 208 Hz; the
sensor rests and reads gravity)."""

LEAST_ROWS = 20
"""Rows of a file from which rest can be told (chosen: a tenth of a second, in which rest and movement
differ)."""

REST_ERROR = 0.12
"""Distance from gravity, relative, within which a sensor at rest is in a unit (chosen: twice the offset of an
uncalibrated sensor, and little beside a wrong unit's factor)."""

TURNS_DPS = 60.0
"""Turns that no leg makes in rad/s (chosen: above 3400 deg/s; on foot a leg exceeds so many deg/s)."""
LEAST_TURN = 3.0
"""rad/s that the fastest turns of a leg on foot exceed (chosen: a walking shank's 230 deg/s and more; a
sensor that only shakes turns less)."""
SHAKEN_M_S2 = 14.0
"""A leg whose acceleration exceeds this is on foot (chosen: half as much again as gravity)."""

COUNTS_A_G = (1024.0, 2048.0, 4096.0, 8192.0, 16384.0)
"""Counts a g of usual full scales (by definition of 16 bits at 32, 16, 8, 4 and 2 g)."""
COUNTS_A_DPS = (16.4, 32.8, 65.5, 131.0)
"""Counts a deg/s of usual full scales (data sheets of usual sensors: 16 bits at 2000, 1000, 500 and 250
deg/s)."""
USUAL_M_S2 = 20.0
"""Median norm of a running leg's acceleration, m/s2, by which a full scale is taken (chosen: amid the 9 to 40
that occur)."""
USUAL_DPS = 900.0
"""Fastest turn of a running leg, deg/s, by which a full scale is taken (chosen: amid the 600 to 1500 that
occur)."""


def rest_level(norm: FloatArray) -> float | None:
    """Return the median norm of the rows in which a sensor rests; None where it never does.

    Parameters
    ----------
    norm
        (n,) in any unit.
    """
    size = min(REST_ROWS, len(norm))
    if size < LEAST_ROWS:
        return None
    count = len(norm) // size
    windows = norm[: count * size].reshape(count, size)
    low, level, high = np.percentile(windows, [10, 50, 90], axis=1)
    still = high - low < REST_SPREAD * level
    return float(np.median(level[still])) if still.any() else None


def reads_gravity(acc: FloatArray) -> bool:
    """Return whether (n, 3) values rest somewhere, and read one g there in a unit known here."""
    level = rest_level(np.linalg.norm(acc, axis=1)) if len(acc) else None
    return level is not None and _at_rest(level) is not None


def acc_guess(acc: FloatArray) -> tuple[str, float, float] | None:
    """Return unit, m/s2 in one of it and the level read; None where no unit suits.

    Parameters
    ----------
    acc
        (n, 3) in the file's unit, n at least 1.
    """
    norm = np.linalg.norm(acc, axis=1)
    level = rest_level(norm)
    if level is not None:
        unit = _at_rest(level)
        return None if unit is None else (*unit, level)
    level = float(np.median(norm))
    guess = next((guess for guess in GUESSES if guess[2] <= level <= guess[3]), None)
    return None if guess is None else (guess[0], guess[1], level)


def _at_rest(level: float) -> tuple[str, float] | None:
    """Return the unit in which a norm at rest is one g, and m/s2 in one of it."""
    near = ((name, factor) for name, factor, _, _ in GUESSES if _is_gravity(level * factor))
    return next(near, None)


def _is_gravity(level_m_s2: float) -> bool:
    return abs(level_m_s2 / STANDARD_GRAVITY - 1.0) < REST_ERROR


def counts_guess(values: FloatArray, *, gyroscope: bool) -> float:
    """Return m/s2 or deg/s in one count of (n, 3), by the full scale that makes them a running leg's."""
    norm = np.linalg.norm(values, axis=1)
    if gyroscope:
        top = float(np.percentile(norm, 99.5))
        return 1.0 / min(COUNTS_A_DPS, key=lambda counts_a_g: abs(np.log(top / counts_a_g / USUAL_DPS)))
    level, usual = rest_level(norm), STANDARD_GRAVITY
    if level is None:
        level, usual = float(np.median(norm)), USUAL_M_S2
    counts = min(
        COUNTS_A_G, key=lambda counts_a_g: abs(np.log(level * STANDARD_GRAVITY / counts_a_g / usual))
    )
    return STANDARD_GRAVITY / counts


def gyr_guess(acc_m_s2: FloatArray, gyr: FloatArray) -> tuple[str, float, float]:
    """Return unit, deg/s in one of it and the fastest turn read.

    Parameters
    ----------
    acc_m_s2, gyr
        (n, 3) each, of the same rows, n at least 1; the second in the file's unit.
    """
    shaken = float(np.percentile(np.linalg.norm(acc_m_s2, axis=1), 99.0))
    turned = float(np.percentile(np.linalg.norm(gyr, axis=1), 99.5))
    if LEAST_TURN < turned < TURNS_DPS and shaken > SHAKEN_M_S2:
        return "rad/s", 1.0 / DEG, turned
    return "deg/s", 1.0, turned


def turns(values: FloatArray) -> bool:
    """Return whether (n, 3) values can be a gyroscope's: each column goes both ways about zero."""
    return bool(((values.min(axis=0) < 0.0) & (values.max(axis=0) > 0.0)).all())
