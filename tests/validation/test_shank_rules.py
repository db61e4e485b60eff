"""Published rules of the shank on the virtual runner: each finds every stance, near its contacts."""

from __future__ import annotations

import numpy as np
import pytest

from gait.recording.model import Recording
from gait.validation.shank_rules import SHANK_RULES, shank_rule_contacts
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate


@pytest.fixture(scope="module")
def made():
    """A left shank's virtual run of 20 s."""
    runner = RunnerSettings(parts=(("run", 20.0),), speed_m_s=3.2, style_seed=3)
    return simulate(runner, SensorSettings(rate_hz=200.0), sides=("left",), placements=("shank",), seed=2)


@pytest.mark.parametrize("name", list(SHANK_RULES))
def test_a_rule_finds_every_stance(made, name) -> None:
    """Initial contact within 120 ms of the truth, as spread as 15 ms at most; nothing missed inside."""
    initial, terminal = shank_rule_contacts(made.session.recordings[0], name)
    true = made.truth["ic_s"].to_numpy()
    nearest = np.abs(initial[:, None] - true[None, :]).argmin(axis=1)
    error = initial - true[nearest]
    assert len(set(nearest)) == len(initial) >= len(true) - 2
    assert abs(np.median(error)) < 0.120
    assert np.median(np.abs(error - np.median(error))) < 0.015
    if SHANK_RULES[name].terminal is None:
        assert np.isnan(terminal).all()
    else:
        assert (terminal > initial).all()


def test_without_gyroscope_no_rule_applies(made) -> None:
    """The cycles need the gyroscope: without it nothing is given."""
    whole = made.session.recordings[0]
    alone = Recording("shank", "left", whole.time_s, whole.acc, None, rate_hz=whole.rate_hz)
    assert len(shank_rule_contacts(alone, next(iter(SHANK_RULES)))[0]) == 0


def test_every_rule_names_its_paper() -> None:
    """Source and deviations are stated."""
    for rule in SHANK_RULES.values():
        assert any(year in rule.source for year in ("2003", "2006", "2013", "2020"))
        assert rule.deviations
