"""Spring-mass stiffness, against Morin et al. 2005 worked out another way."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.results import Metric
from gait.analysis.session.spring_mass import MODEL_SHARE, stiffness


def _metric(name: str, value: float, uncertainty: float = 0.0) -> Metric:
    return Metric(name, value, uncertainty, 0.0, 50)


def test_stiffness_is_that_of_the_half_sine_itself() -> None:
    """Integrating the half-sine force twice gives the sinking whose quotient is the stiffness, to 1e-5."""
    mass, height, contact, flight, speed = 70.0, 1.75, 0.24, 0.12, 3.4
    found = stiffness(
        mass,
        height,
        _metric("contact_ms", 1e3 * contact),
        _metric("flight_ms", 1e3 * flight),
        _metric("speed_m_s", speed),
    )
    at = np.linspace(0.0, contact, 200_001)
    step = at[1] - at[0]
    # The impulse of a half sine, 2 F t / pi, carries the body over contact and flight.
    peak = mass * 9.80665 * (contact + flight) * np.pi / (2.0 * contact)
    acc = peak * np.sin(np.pi * at / contact) / mass - 9.80665
    velocity = np.cumsum((acc[1:] + acc[:-1]) * step / 2.0) - 9.80665 * flight / 2.0
    height_m = np.cumsum(velocity) * step
    sink = -height_m.min()
    assert found["vertical_stiffness_kn_m"].value == pytest.approx(peak / sink / 1e3, rel=1e-3)
    leg = 0.53 * height
    shortening = leg - np.sqrt(leg**2 - (speed * contact / 2.0) ** 2) + sink
    assert found["leg_stiffness_kn_m"].value == pytest.approx(peak / shortening / 1e3, rel=1e-3)


def test_stiffness_is_as_unsure_as_model_and_contact() -> None:
    """With contact sure to 10 % the half-width is 20 % of it and the model's share together."""
    found = stiffness(70.0, None, _metric("contact_ms", 250.0, 25.0), _metric("flight_ms", 100.0), None)
    metric = found["vertical_stiffness_kn_m"]
    assert metric.uncertainty / metric.value == pytest.approx(np.hypot(0.2, MODEL_SHARE))
    assert "leg_stiffness_kn_m" not in found


def test_nothing_without_flight() -> None:
    """A walker has no spring-mass stiffness."""
    assert stiffness(70.0, 1.8, _metric("contact_ms", 600.0), _metric("flight_ms", 0.0), None) == {}
