"""Spring-mass quantities of level running with flight.

Morin et al. 2005, 10.1123/jab.21.2.167: the vertical force is a half sine whose impulse carries the body.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from gait.analysis.results import Metric
from gait.arrays import FloatArray
from gait.recording.model import RunnerInfo
from gait.units import STANDARD_GRAVITY

__all__ = ["LEG_SHARE", "peak_force_n_kg", "sinking_m", "stiffness", "stiffness_of"]

Times = TypeVar("Times", float, FloatArray)

LEG_SHARE = 0.53
"""Leg length as a share of standing height (height of the hip, segment proportions of Winter 2009,
Biomechanics and Motor Control of Human Movement)."""

MODEL_SHARE = 0.12
"""95 % half-width, relative, of the model against a force plate (Morin 2005: 0.1-7 % per subject)."""


def peak_force_n_kg(contact_s: Times, flight_s: Times) -> Times:
    """Return the largest vertical force of a contact, N per kg of the body.

    Parameters
    ----------
    contact_s, flight_s
        Seconds of one contact and of the flight behind it: numbers, or arrays of one shape.

    Examples
    --------
    >>> round(peak_force_n_kg(0.250, 0.100), 2)
    21.57
    """
    return STANDARD_GRAVITY * np.pi / 2.0 * (flight_s / contact_s + 1.0)


def sinking_m(contact_s: Times, flight_s: Times) -> Times:
    """Return how far the body's centre sinks between initial contact and mid-stance, m.

    Parameters
    ----------
    contact_s, flight_s
        As for `peak_force_n_kg`.

    Examples
    --------
    >>> round(sinking_m(0.250, 0.100), 3)
    0.06
    """
    force = peak_force_n_kg(contact_s, flight_s)
    return force * contact_s**2 / np.pi**2 - STANDARD_GRAVITY * contact_s**2 / 8.0


def stiffness_of(runner: RunnerInfo, metrics: Mapping[str, Metric]) -> dict[str, Metric]:
    """Return the stiffnesses that mass, height and metrics allow; empty without a mass or flight."""
    if runner.mass_kg is None or "contact_ms" not in metrics or "flight_ms" not in metrics:
        return {}
    contact, flight = metrics["contact_ms"], metrics["flight_ms"]
    return stiffness(runner.mass_kg, runner.height_m, contact, flight, metrics.get("speed_m_s"))


def stiffness(
    mass_kg: float, height_m: float | None, contact: Metric, flight: Metric, speed: Metric | None
) -> dict[str, Metric]:
    """Return the vertical stiffness and, with height and speed, the leg's, kN/m.

    Parameters
    ----------
    mass_kg, height_m
        Of the runner.
    contact, flight
        Times in ms; nothing is returned without flight.
    speed
        m/s; None where unknown.
    """
    tc, tf = 1e-3 * contact.value, 1e-3 * flight.value
    if tf <= 0.0 or tc <= 0.0:
        return {}
    force, sink = mass_kg * peak_force_n_kg(tc, tf), sinking_m(tc, tf)
    out = {"vertical_stiffness_kn_m": _metric("vertical_stiffness_kn_m", force / sink / 1e3, contact)}
    if height_m is not None and speed is not None:
        leg = LEG_SHARE * height_m
        half = speed.value * tc / 2.0
        if half < leg:
            shortening = leg - np.sqrt(leg**2 - half**2) + sink
            out["leg_stiffness_kn_m"] = _metric("leg_stiffness_kn_m", force / shortening / 1e3, contact)
    return out


def _metric(name: str, value: float, contact: Metric) -> Metric:
    # Stiffness goes with contact time to the power of about -2.
    relative = np.hypot(2.0 * contact.uncertainty / contact.value, MODEL_SHARE)
    return Metric(name, float(value), float(value * relative), 0.0, contact.n)
