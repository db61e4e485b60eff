"""Stances between consecutive swings of a foot: whether there is one, and how the foot stands in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gait.analysis.session.strike_class import FOREFOOT_BELOW_DEG
from gait.analysis.signal.buffer import SampleBuffer, sample_rows
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.contact_model import ContactModel
from gait.analysis.strides.shoe.contact import contact_spreads
from gait.analysis.strides.shoe.swings import HALF_S, Swings
from gait.analysis.strides.stride_batch import STRIDE_MOST_S, StrideBatch, empty_batch, is_walking
from gait.arrays import BoolArray, FloatArray
from gait.units import STANDARD_GRAVITY

__all__ = ["FLAT_SHARE", "attitude", "is_stance", "stance_batch"]


STRIKE_SD_DEG = 2.0
"""deg, one sigma between runners: long axis of the foot against the axes found (Falbriard 2020: 1.6-5.9)."""

FOREFOOT_SD_S = 0.010
"""s, one sigma, by which the contact of a forefoot strike is less sure: the regression was fitted on strikes
of -1.5 to 38 deg; one real forefoot runner judges it, and virtual ones come 15 ms long."""

LAST_CONTACT_S = (0.08, 1.0)
"""Contact times, s, of which a last contact without a next one is believed (chosen: from less than a
sprinter's to more than a slow walker's)."""

PEAK_LEAD_S = 0.02
"""s before the contact from which the largest acceleration is looked for (chosen: a contact told late, as by
a lag of the gyroscope, must not lose the impact; of 8 sound recordings none changed)."""

FLAT_SHARE = (0.35, 0.50)
"""Part of the stance whose median pitch is the flat reference (the contract of ``strike_angle_deg``)."""


def stance_batch(
    before: Swings, after: Swings, stride: FloatArray, buffer: SampleBuffer, model: ContactModel
) -> StrideBatch:
    """Return the columns of n stances, each between the swings `before` and `after` it.

    Parameters
    ----------
    stride
        (n,) stride times, s, also where the next contact is not seen.
    """
    n = len(before)
    ic, tc, next_ic = before.ic, after.tc, after.ic
    angle, excursion, rate = attitude(before, after)
    aligned = before.aligned & after.aligned & ~before.slipped & ~after.slipped
    clipped, peak = buffer.shock(ic - PEAK_LEAD_S, tc)
    spreads = contact_spreads(tc - ic, before.ic_doubt, after.tc_doubt, model)
    forefoot = FOREFOOT_SD_S * (aligned & (angle < FOREFOOT_BELOW_DEG))
    nothing = np.full(n, np.nan)
    return replace(
        empty_batch(n),
        ic_s=ic,
        tc_s=tc,
        next_ic_s=next_ic,
        ic_sd_s=np.hypot(spreads["ic"], forefoot),
        tc_sd_s=spreads["tc"],
        contact_sd_s=np.hypot(spreads["contact"], forefoot),
        walking=is_walking((tc - ic) / stride, stride),
        strike_angle_deg=np.where(aligned, angle, nothing),
        strike_sd_deg=np.full(n, STRIKE_SD_DEG),
        pronation_excursion_deg=np.where(aligned, excursion, nothing),
        pronation_rate_dps=np.where(aligned, rate, nothing),
        circumduction_cm=np.where(aligned, after.circum_cm, nothing),
        stride_length_m=after.length_m,
        peak_acc_g=peak / STANDARD_GRAVITY,
        clipped=clipped,
        turn_deg=after.turn_deg,
        drift_m_s=after.drift_m_s,
        slipped=before.slipped | after.slipped,
        gap=(before.ic_doubt[:, 3] > 0.0) | (after.tc_doubt[:, 3] > 0.0),
    )


def is_stance(before: Swings, after: Swings) -> BoolArray:
    """Return (n,) whether a stance lies between two swings."""
    contact, stride = after.tc - before.ic, after.ic - before.ic
    complete = (contact > 0.05) & (stride > contact + 0.05) & (stride < STRIDE_MOST_S)
    shortest, longest = LAST_CONTACT_S
    last = np.isnan(after.ic) & (contact > shortest) & (contact < longest)
    paused = after.start - before.stop > round(1.0 * GRID_HZ)
    return (complete | last) & ~paused & before.plausible & after.plausible


def attitude(before: Swings, after: Swings) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return strike angle, pronation excursion (deg) and peak rate (deg/s) of each stance."""
    half = round(HALF_S * GRID_HZ)
    pitch_deg = np.hstack([before.pitch_deg[:, :half], after.pitch_deg[:, half + 1 :]])
    roll_deg = np.hstack([before.roll_deg[:, :half], after.roll_deg[:, half + 1 :]])
    rate_dps = np.hstack([before.eversion_dps[:, :half], after.eversion_dps[:, half + 1 :]])
    # Column `half` is the flat instant; those before belong to the swing that ends there.
    ic_at = half + (before.ic - before.stop / GRID_HZ) * GRID_HZ
    tc_at = half + (after.tc - after.start / GRID_HZ) * GRID_HZ
    stance = tc_at - ic_at
    flat_at = ic_at[:, None] + stance[:, None] * np.linspace(*FLAT_SHARE, 7)[None, :]
    flat = np.median(sample_rows(pitch_deg, flat_at), axis=1)
    angle = sample_rows(pitch_deg, ic_at[:, None])[:, 0] - flat
    early = ic_at[:, None] + stance[:, None] * np.linspace(0.0, 0.65, 40)[None, :]
    excursion = sample_rows(roll_deg, early).max(axis=1) - sample_rows(roll_deg, ic_at[:, None])[:, 0]
    return angle, excursion, sample_rows(rate_dps, early).max(axis=1)
