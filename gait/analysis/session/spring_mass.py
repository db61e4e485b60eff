"""Spring-mass quantities of level running with flight.

Morin et al. 2005, 10.1123/jab.21.2.167: the vertical force is a half sine whose impulse carries the body.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gait.analysis.results import Metric
from gait.recording.model import RunnerInfo
from gait.units import STANDARD_GRAVITY

__all__ = ["LEG_SHARE", "stiffness", "stiffness_of"]

LEG_SHARE = 0.53
"""Leg length as a share of standing height (Winter's segment proportions)."""

MODEL_SHARE = 0.12
"""95 % half-width, relative, of the model against a force plate (Morin 2005: 0.1-7 % per subject)."""


def stiffness_of(runner: RunnerInfo, metrics: Mapping[str, Metric]) -> dict[str, Metric]:
    """Return the stiffnesses that mass, height and metrics allow; empty without a mass or flight."""
    if runner.mass_kg is None or "contact_ms" not in metrics or "flight_ms" not in metrics:
        return {}
    contact, flight = metrics["contact_ms"], metrics["flight_ms"]
    return stiffness(runner.mass_kg, runner.height_m, contact, flight, metrics.get("speed_m_s"))


def stiffness(
    mass_kg: float, height_m: float | None, contact: Metric, flight: Metric, speed: Metric | None
) -> dict[str, Metric]:
    """Vertical and, with height and speed, leg stiffness, kN/m.

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
    force = mass_kg * STANDARD_GRAVITY * np.pi / 2.0 * (tf / tc + 1.0)
    sink = force * tc**2 / (mass_kg * np.pi**2) - STANDARD_GRAVITY * tc**2 / 8.0
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
