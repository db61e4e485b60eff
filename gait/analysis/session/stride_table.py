"""The table of strides: one row a stride of a leg, from the sensors that saw it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gait.analysis.column_units import STRIDE_UNITS, Units
from gait.analysis.results import STRIDE_COLUMNS
from gait.analysis.session.spring_mass import sinking_m
from gait.analysis.session.strike_class import CLASSES, strike_probabilities
from gait.analysis.strides.stride_batch import StrideBatch, empty_batch
from gait.arrays import FloatArray
from gait.frames import Placement, Side
from gait.units import STANDARD_GRAVITY

__all__ = ["stride_table"]

Columns = dict[str, npt.NDArray[Any]]
"""Name -> (n,) values."""

PLACES: tuple[Placement, Placement] = ("shoe", "shank")


SAME_STRIDE_S = 0.15
"""Contacts of one leg that two sensors put nearer than this are one contact (chosen: less than half of the
shortest stride, more than any error)."""

UNCERTAIN_MS = 45.0
"""95 % half-width of contact time, ms, from which a stride is marked as uncertain (chosen: some four times
the usual half-width)."""

TURN_DEG = 20.0
"""Change of heading within a stride, deg, that marks a turn (chosen: a right-angled corner taken in four or
five strides)."""

STEP_SHARE = (0.3, 0.7)
"""A step's share of the stride; outside it left and right cannot be in one session time (chosen: beyond it
one step takes more than twice the other's time)."""

_FROM_SHANK = ("shank_angle_deg", "frontal_excursion_deg", "tibial_peak_g")


def stride_table(
    sensors: list[tuple[Placement, Side, StrideBatch, tuple[tuple[float, float], ...]]],
) -> pd.DataFrame:
    """Return all strides, sorted by contact; ``attrs["units"]`` has the unit of each column.

    Parameters
    ----------
    sensors
        Placement, side, strides and gaps of each sensor.

    Notes
    -----
    Where shoe and shank of a leg were both recorded the shoe's contacts stand and the shank adds what only it
    can tell; a shank's strides that the shoe missed are kept. The table is made column by column: a day's
    strides take 60 MB, and every copy as much.
    """
    legs = []
    for side in ("left", "right"):
        seen = {place: _columns(place, side, batch, gaps) for place, of, batch, gaps in sensors if of == side}
        legs.append(_one_leg(seen))
    columns = _sorted([leg for leg in legs if leg is not None])
    _follow_other_foot(columns)
    # Every array is the table's own from here on.
    table = pd.DataFrame({name: columns.pop(name) for name in STRIDE_COLUMNS}, copy=False)
    table.attrs["units"] = Units(STRIDE_UNITS)
    return table


def _sorted(legs: list[Columns]) -> Columns:
    """Return the columns of the legs by contact, each taken from the legs as it is made."""
    legs = legs or [_columns("shoe", "left", empty_batch(), ())]
    order = np.argsort(np.concatenate([leg["ic_s"] for leg in legs]), kind="stable")
    return {name: np.concatenate([leg.pop(name) for leg in legs])[order] for name in STRIDE_COLUMNS}


def _columns(
    placement: Placement, side: str, batch: StrideBatch, gaps: tuple[tuple[float, float], ...]
) -> Columns:
    """Return the columns of one sensor's strides, text as objects."""
    stride = batch.next_ic_s - batch.ic_s
    contact = batch.tc_s - batch.ic_s
    running = batch.walking < 0.5
    chances = strike_probabilities(batch.strike_angle_deg, batch.strike_sd_deg)
    finite = np.isfinite(chances[:, 0])
    names = np.array([*CLASSES, ""], dtype=object)
    spread = 1.96e3 * batch.contact_sd_s
    return {
        "side": np.full(len(batch), side, dtype=object),
        "ic_s": batch.ic_s,
        "tc_s": batch.tc_s,
        "next_ic_s": batch.next_ic_s,
        "contact_ms": 1e3 * contact,
        "flight_ms": np.where(running, np.maximum(1e3 * (0.5 * stride - contact), 0.0), np.nan),
        "stride_ms": 1e3 * stride,
        "duty_factor": contact / stride,
        "strike_angle_deg": batch.strike_angle_deg,
        "strike": names[np.where(finite, np.nan_to_num(chances).argmax(axis=1), 3)],
        "p_rearfoot": chances[:, 0],
        "p_midfoot": chances[:, 1],
        "p_forefoot": chances[:, 2],
        "pronation_excursion_deg": batch.pronation_excursion_deg,
        "pronation_rate_dps": batch.pronation_rate_dps,
        "shank_angle_deg": batch.shank_angle_deg,
        "stride_length_m": batch.stride_length_m,
        "speed_m_s": batch.stride_length_m / stride,
        "peak_acc_g": batch.peak_acc_g,
        "clipped": batch.clipped,
        "activity": np.where(running, "running", "walking").astype(object),
        "placement": np.full(len(batch), placement, dtype=object),
        "cadence_spm": 120.0 / stride,
        "step_ms": np.full(len(batch), np.nan),
        "contact_u_ms": spread,
        "strike_angle_u_deg": np.where(finite, 1.96 * batch.strike_sd_deg, np.nan),
        "circumduction_cm": batch.circumduction_cm,
        "vertical_oscillation_cm": np.where(
            running, _oscillation_cm(contact, 0.5 * stride - contact), np.nan
        ),
        "frontal_excursion_deg": batch.frontal_excursion_deg,
        "tibial_peak_g": batch.axial_peak_g,
        "marks": _marks(batch, gaps, spread),
        "turn_deg": batch.turn_deg,
    }


def _oscillation_cm(contact_s: FloatArray, flight_s: FloatArray) -> FloatArray:
    """Return the rise of the body's centre in a step, cm: half-sine force in contact, free fall in flight.

    Morin et al. 2005, 10.1123/jab.21.2.167; the height of the flight is added to the sinking in contact.
    """
    with np.errstate(invalid="ignore"):
        flight = np.maximum(flight_s, 0.0)
        rise = STANDARD_GRAVITY * flight**2 / 8.0
        return 100.0 * (sinking_m(contact_s, flight) + rise)


def _marks(
    batch: StrideBatch, gaps: tuple[tuple[float, float], ...], spread: FloatArray
) -> npt.NDArray[np.object_]:
    """Return the words of each of n strides; `spread`: (n,) 95 % half-width of contact, ms."""
    marks = np.full(len(batch), "", dtype=object)
    if len(batch) == 0:
        return marks
    pause = ~(batch.ic_s[1:] - batch.next_ic_s[:-1] <= 0.05)
    flags = {
        "start": np.r_[True, pause],
        "stop": np.r_[pause, True],
        "turn": np.abs(np.nan_to_num(batch.turn_deg)) > TURN_DEG,
        "clipped": batch.clipped,
        "slipped": batch.slipped,
        "uncertain": ~(spread <= UNCERTAIN_MS),
        "gap": batch.gap | _near_gap(batch, gaps),
    }
    for word, flag in flags.items():
        for row in np.flatnonzero(flag):
            marks[row] = f"{marks[row]} {word}".strip()
    return marks


def _near_gap(batch: StrideBatch, gaps: tuple[tuple[float, float], ...]) -> npt.NDArray[np.bool_]:
    near = np.zeros(len(batch), dtype=bool)
    for start, stop in gaps:
        near |= (np.fmax(batch.next_ic_s, batch.tc_s) > start - 1.0) & (batch.ic_s < stop + 1.0)
    return near


def _one_leg(seen: dict[Placement, Columns]) -> Columns | None:
    """Return the columns of a leg's strides from the sensors on it; None without a stride."""
    shoe, shank = (seen[place] if place in seen and len(seen[place]["ic_s"]) else None for place in PLACES)
    if shoe is None or shank is None:
        return shank if shoe is None else shoe
    at, own = shank["ic_s"], shoe["ic_s"]
    nearest = _nearest(own, at)
    same = np.abs(at[nearest] - own) < SAME_STRIDE_S
    for name in _FROM_SHANK:
        shoe[name] = np.where(same, shank[name][nearest], np.nan)
    ends = shoe["next_ic_s"][~np.isnan(shoe["next_ic_s"])]
    alone = np.ones(len(at), dtype=bool)
    for edge in (own, ends if len(ends) else own):
        alone &= np.abs(edge[_nearest(at, edge)] - at) >= SAME_STRIDE_S
    if not alone.any():
        return shoe
    return {name: np.concatenate([shoe[name], shank[name][alone]]) for name in STRIDE_COLUMNS}


def _nearest(values: FloatArray, among: FloatArray) -> npt.NDArray[np.intp]:
    """Return (n,) indices into sorted (m,) `among` of what is nearest to each of (n,) values."""
    right = np.clip(np.searchsorted(among, values), 1, max(len(among) - 1, 1))
    if len(among) == 1:
        return np.zeros(len(values), dtype=np.intp)
    left = right - 1
    return np.where(values - among[left] <= among[right] - values, left, right)


def _follow_other_foot(columns: Columns) -> None:
    """Set step and flight times where the other foot's contact is known too, in one session time."""
    left = columns["side"] == "left"
    if left.all() or not left.any():
        return
    own, flight = columns["ic_s"], columns["flight_ms"]
    follow = np.full(len(own), np.nan)
    for rows, times in ((left, own[~left]), (~left, own[left])):
        at = np.searchsorted(times, own[rows], side="right")
        follow[rows] = np.where(at < len(times), times[np.minimum(at, len(times) - 1)], np.nan)
    inside = follow < columns["next_ic_s"]
    step = np.where(inside, 1e3 * (follow - own), np.nan)
    share = step / columns["stride_ms"]
    finite_shares = share[np.isfinite(share)]
    if len(finite_shares) == 0 or not STEP_SHARE[0] < np.median(finite_shares) < STEP_SHARE[1]:
        # No runner lands on both feet at once, so the two clocks are apart.
        return
    airborne = np.where(inside, 1e3 * (follow - columns["tc_s"]), np.nan)
    running = columns["activity"] == "running"
    columns["step_ms"] = step
    columns["flight_ms"] = np.where(running & np.isfinite(airborne), np.maximum(airborne, 0.0), flight)
