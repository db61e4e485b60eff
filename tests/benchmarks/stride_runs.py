"""Tables of strides of virtual runs, made at once: pace that varies and sinks, form that changes or does not.

Noise from stride to stride has the size and memory of the strides of 13 real runners (Fukuchi et al. 2017,
10.7717/peerj.3298, through a virtual sensor and `gait.analyze`), contact's share raised to the 1.9 % that a
preprint reports within longer runs (10.20944/preprints202601.2214.v1). A slow wander over a minute and a half
comes on top (chosen, so that a change does not stand out too easily). How contact and cadence follow speed is
each runner's own, with the spread between those 13.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import pandas as pd

from gait.history.speed_laws import CADENCE_AT_SPEED, SPEED_LAWS

MEMORY = 0.16
"""Correlation of neighbouring strides of a foot."""
CONTACT_CV, STRIDE_CV, SPEED_CV = 0.019, 0.0075, 0.0097
WANDER_S = 90.0
CONTACT_WANDER_MS, CADENCE_WANDER_SPM = 1.5, 0.7
PACE_CV, PACE_S = 0.02, 60.0
"""Spread and memory of the pace of a run on a road (chosen)."""
OTHERS = {
    "strike_angle_deg": 1.1,
    "pronation_excursion_deg": 1.5,
    "shank_angle_deg": 1.2,
    "tibial_peak_g": 0.8,
}
OTHERS_WANDER = 0.25
"""Share of the stride's scatter that wanders slowly."""


@dataclass(frozen=True)
class Runner:
    """What is one runner's own."""

    contact_ms: float
    cadence_spm: float
    speed_m_s: float
    contact_by_speed: float
    cadence_by_speed: float
    contact_by_cadence: float
    others: dict[str, tuple[float, float]]

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Runner:
        """Draw a runner; how form follows speed has the spread of the published laws."""
        contact, cadence = SPEED_LAWS["contact_ms"], SPEED_LAWS["cadence_spm"]
        return cls(
            rng.normal(245.0, 20.0),
            rng.normal(168.0, 7.0),
            rng.uniform(2.6, 3.6),
            rng.normal(contact.slope, contact.slope_sd),
            np.clip(rng.normal(cadence.slope, cadence.slope_sd), 0.0, 0.4),
            rng.normal(*CADENCE_AT_SPEED["contact_ms"]),
            {name: (rng.uniform(5.0, 15.0), _own_slope(name, rng)) for name in OTHERS},
        )


def _own_slope(name: str, rng: np.random.Generator) -> float:
    return float(rng.normal(SPEED_LAWS[name].slope, SPEED_LAWS[name].slope_sd))


def wander(rng: np.random.Generator, time_s: np.ndarray, memory_s: float) -> np.ndarray:
    """Return (n,) slow noise of unit spread at evenly spaced times that is alike over `memory_s`."""
    keep = float(np.exp(-(time_s[1] - time_s[0]) / memory_s))
    fresh = rng.normal(size=len(time_s)) * np.sqrt(1.0 - keep**2)
    fresh[0] = rng.normal()
    return np.array(list(accumulate(fresh, lambda last, new: new + keep * last)))


def strides_of(
    runner: Runner,
    rng: np.random.Generator,
    minutes: float,
    *,
    slowing: float = 0.0,
    slow_from: float = 0.0,
    more: Callable[[np.ndarray], dict[str, np.ndarray]] | None = None,
    speed_known: bool = True,
) -> pd.DataFrame:
    """Return the strides of a run as `gait.analyze` tables them.

    Parameters
    ----------
    slowing
        Share of speed lost by the end, evenly from `slow_from` (0 to 1) of the run on.
    more
        Time, s -> what comes on top of a metric there, by name; cadence is changed first, contact follows it.
    """
    base = 120.0 / runner.cadence_spm
    time = np.arange(0.0, 60.0 * minutes, base / 2.0)
    extra = more(time) if more is not None else {}
    along = np.clip((time / time[-1] - slow_from) / max(1.0 - slow_from, 1e-9), 0.0, 1.0)
    pace = 1.0 + PACE_CV * wander(rng, time, PACE_S) - slowing * along
    spm = runner.cadence_spm * pace**runner.cadence_by_speed
    own = spm + CADENCE_WANDER_SPM * wander(rng, time, WANDER_S) + extra.get("cadence_spm", 0.0)
    contact = runner.contact_ms * pace**runner.contact_by_speed * (own / spm) ** runner.contact_by_cadence
    contact += CONTACT_WANDER_MS * wander(rng, time, WANDER_S) + extra.get("contact_ms", 0.0)
    contact *= 1.0 + CONTACT_CV * _strides(rng, len(time))
    stride = 120e3 / own * (1.0 + STRIDE_CV * _strides(rng, len(time)))
    speed = runner.speed_m_s * pace * (1.0 + SPEED_CV * rng.normal(size=len(time)))
    n = len(time)
    columns = {
        "side": np.where(np.arange(n) % 2 == 0, "left", "right"),
        "ic_s": time,
        "contact_ms": contact,
        "stride_ms": stride,
        "cadence_spm": 120e3 / stride,
        "flight_ms": 0.5 * stride - contact,
        "speed_m_s": speed if speed_known else np.full(n, np.nan),
        "activity": "running",
        "marks": "",
    }
    for name, scatter in OTHERS.items():
        level, slope = runner.others[name]
        moved = slope * runner.speed_m_s * (pace - 1.0)
        if SPEED_LAWS[name].kind == "power":
            moved = level * (pace**slope - 1.0)
        slow = OTHERS_WANDER * scatter * wander(rng, time, WANDER_S)
        columns[name] = level + moved + slow + scatter * rng.normal(size=n) + extra.get(name, 0.0)
    return pd.DataFrame(columns)


def _strides(rng: np.random.Generator, n: int) -> np.ndarray:
    """Return (n,) scatter of unit spread; a stride is a little like the one of that foot before it."""
    out = rng.normal(size=n)
    out[2:] = np.sqrt(1.0 - MEMORY**2) * out[2:] + MEMORY * out[:-2]
    return out
