"""The physical rules near the knee, on forces that are drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.shank.accelerometer_contact import BEFORE_S, rule_contacts, stances_about
from gait.analysis.strides.shank.impacts import ShankAxes
from gait.units import STANDARD_GRAVITY

AXES = ShankAxes(along=np.array([0.0, 0.0, 1.0]), forward=np.array([1.0, 0.0, 0.0]), place_g=1.5)
IC, TC, SHOCK = 400, 446, 404
"""Grid indices: contact, toe-off 230 ms behind it, the shock 20 ms behind contact."""


def _force() -> np.ndarray:
    """Braking of the swing that contact reverses, a shock, and a load that falls through zero at toe-off."""
    index = np.arange(800.0)
    acc = np.zeros((800, 3))
    acc[:, 0] = -2.0 * np.exp(-0.5 * ((index - IC) / 3.0) ** 2)
    load = np.where((index > IC) & (index < TC), 2.0 * np.sin(np.pi * (index - IC) / (TC - IC)), -0.6)
    acc[:, 2] = load + 5.0 * np.exp(-0.5 * ((index - SHOCK) / 1.5) ** 2)
    return STANDARD_GRAVITY * acc


def test_windows_stand_about_the_shock() -> None:
    """In g, from 0.35 s before the shock on, with the forces along and across the shank."""
    stances = stances_about(_force(), 0, np.array([SHOCK]), AXES)
    origin = round(BEFORE_S * GRID_HZ)
    assert stances.start_s[0] == pytest.approx(SHOCK / GRID_HZ - BEFORE_S)
    np.testing.assert_allclose(stances.along[0, origin], stances.force[0, origin, 2])
    assert stances.along[0].argmax() == origin
    assert set(stances.signals) == {"size", "jerk", "along", "forward", "along_place", "forward_place"}
    np.testing.assert_allclose(stances.signals["along_place"], 0.0)


def test_contacts_by_the_rules() -> None:
    """Contact within 15 ms and toe-off within 10 ms of what was drawn, each with its uncertainty."""
    contacts = rule_contacts(stances_about(_force(), 0, np.array([SHOCK]), AXES))
    assert contacts.ic[0] == pytest.approx(IC / GRID_HZ, abs=0.015)
    assert contacts.tc[0] == pytest.approx(TC / GRID_HZ, abs=0.010)
    assert contacts.both_sd[0] == pytest.approx(np.hypot(contacts.ic_sd[0], contacts.tc_sd[0]))


def test_without_a_release_there_is_no_toe_off() -> None:
    """A force that never falls through zero gives an initial contact alone."""
    acc = _force()
    acc[:, 2] = np.abs(acc[:, 2]) + 1.0
    contacts = rule_contacts(stances_about(acc, 0, np.array([SHOCK]), AXES))
    assert np.isfinite(contacts.ic[0])
    assert np.isnan(contacts.tc[0])
