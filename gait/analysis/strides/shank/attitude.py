"""Attitude of a shank in stance: its angle at contact, its inward lean, and the shock along it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait.analysis.signal.buffer import sample_rows
from gait.analysis.signal.resample import GRID_HZ
from gait.arrays import FloatArray
from gait.units import STANDARD_GRAVITY

__all__ = ["Attitude", "attitude", "segment_axes"]


MID_STANCE = 0.35
"""Share of the stance at which the shank stands upright on average (it leans back at contact, forward at
push-off); the frontal plane is taken from there where nobody stood still (chosen: where foot-flat begins,
`gait.analysis.strides.shoe.stances.FLAT_SHARE`)."""

FRONTAL_UNTIL = 0.65
"""Share of the stance in which the inward lean is looked for (chosen: behind it the heel rises)."""

SHOCK_S = 0.070
"""s behind contact in which the axial shock lies (chosen: rise and decay of an impact, some 20 ms each, and
the error of contact)."""


@dataclass(frozen=True)
class Attitude:
    """Attitude in n stances.

    Attributes
    ----------
    angle_deg
        (n,) shank angle at contact, foot ahead of the knee positive.
    frontal_deg
        (n,) inward lean in early stance beyond that at contact.
    axial_peak_g
        (n,) largest specific force along the shank behind contact.
    """

    angle_deg: FloatArray
    frontal_deg: FloatArray
    axial_peak_g: FloatArray


def attitude(
    force: FloatArray,
    vertical: FloatArray,
    ic_s: FloatArray,
    tc_s: FloatArray,
    axis: FloatArray,
    stand: FloatArray,
    inward: float,
) -> Attitude:
    """Return the attitude in n stances.

    Parameters
    ----------
    force, vertical
        (n, L, 3) specific force, m/s2, and world vertical, sensor frame.
    ic_s, tc_s
        (n,) s from the row's start.
    axis
        (3,) axis of the forward swing, sensor frame.
    stand
        (n, 3) direction of gravity at rest, sensor frame; NaN where nobody stood still.
    inward
        Sign of a roll inward of this leg.

    Returns
    -------
    The angle at contact is NaN where nobody stood still: there is no zero for it.
    """
    stood = np.isfinite(stand[:, 0])
    middle = _vectors_at(vertical, (ic_s + MID_STANCE * (tc_s - ic_s)) * GRID_HZ)
    long_axis = np.where(stood[:, None], stand, middle)
    left = -axis[None, :] + long_axis * (long_axis @ axis)[:, None]
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    forward = np.cross(left, long_axis)
    pitch_deg = np.degrees(np.arcsin(np.clip(np.einsum("nij,nj->ni", vertical, forward), -1.0, 1.0)))
    inward_deg = inward * np.degrees(
        np.arctan2(np.einsum("nij,nj->ni", vertical, left), np.einsum("nij,nj->ni", vertical, long_axis))
    )
    at_ic = (ic_s * GRID_HZ)[:, None]
    stance = ((tc_s - ic_s) * GRID_HZ)[:, None]
    angle = np.where(stood, sample_rows(pitch_deg, at_ic)[:, 0], np.nan)
    early = at_ic + stance * np.linspace(0.0, FRONTAL_UNTIL, 30)[None, :]
    frontal = sample_rows(inward_deg, early).max(axis=1) - sample_rows(inward_deg, at_ic)[:, 0]
    shock = at_ic + np.minimum(np.arange(round(SHOCK_S * GRID_HZ) + 1)[None, :], stance)
    along = np.einsum("nij,nj->ni", force, long_axis)
    return Attitude(angle, frontal, sample_rows(along, shock).max(axis=1) / STANDARD_GRAVITY)


def segment_axes(axis: FloatArray, stand: FloatArray) -> FloatArray:
    """Return the (3, 3) rows forward, left and up of a shank in the sensor frame.

    Parameters
    ----------
    axis
        (3,) axis of the forward swing, sensor frame.
    stand
        (3,) direction of gravity at rest, sensor frame: the long axis.
    """
    left = -axis + stand * float(stand @ axis)
    left /= np.linalg.norm(left)
    return np.stack([np.cross(left, stand), left, stand])


def _vectors_at(values: FloatArray, at: FloatArray) -> FloatArray:
    """Return (n, 3) vectors of (n, L, 3) rows at the nearest sample to each `at`."""
    index = np.clip(np.nan_to_num(at).round().astype(np.intp), 0, values.shape[1] - 1)
    out: FloatArray = values[np.arange(len(values)), index]
    return out
