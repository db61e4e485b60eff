"""How often a comparison cries wolf, and how often it finds a true change: pairs of virtual sessions.

``python -m tests.benchmarks change`` prints the table. A pair is one virtual runner twice, at 2.8 and 3.6
m/s, with the sensor mounted anew and other noise; cadence follows speed as across 256 runners
(10.1080/02640414.2019.1614137), contact as the virtual runner's own line. The changed ones get a longer
contact at one speed.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

import gait
from gait.analysis.analyze import AnalysisSettings
from gait.analysis.results import Metric
from gait.history.change import compare
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate

SLOW, FAST = 2.8, 3.6
PACE_SPM, PACE_SPM_S_M = 150.0, 6.01
SECONDS = 40.0


def session(rng: np.random.Generator, person: int, speed: float, longer_ms: float = 0.0) -> dict[str, Metric]:
    """Return the metrics of one virtual session of a person."""
    own = np.random.default_rng(person)
    strike, pace = float(own.uniform(-8.0, 25.0)), float(own.normal(0.0, 6.0))
    contact = (0.323 - 0.030 * speed) * 1e3 + float(own.normal(0.0, 12.0)) + longer_ms
    runner = RunnerSettings(
        cadence_spm=PACE_SPM + PACE_SPM_S_M * speed + pace,
        speed_m_s=speed,
        contact_ms=contact,
        strike_angle_deg=strike,
        pronation_deg=float(own.uniform(4.0, 14.0)),
        style_seed=person,
        parts=(("stand", 2.0), ("run", SECONDS), ("stand", 2.0)),
    )
    made = simulate(runner, SensorSettings(), seed=int(rng.integers(1 << 30)))
    return dict(gait.analyze(made.session, AnalysisSettings(waveforms=False)).metrics)


def wolf(pairs: int, seed: int = 1) -> tuple[Counter[str], int]:
    """Return how often each metric was called changed over pairs without change, and over how many pairs."""
    rng = np.random.default_rng(seed)
    cries: Counter[str] = Counter()
    for person in range(pairs):
        rows = compare(session(rng, person, SLOW), session(rng, person, FAST))
        cries.update(row.metric for row in rows if row.changed)
    return cries, pairs


def found(pairs: int, seed: int = 2) -> tuple[int, int]:
    """Return how many true changes of contact, 1.5 times what can be detected, were found."""
    rng = np.random.default_rng(seed)
    hits = 0
    for person in range(pairs):
        before = session(rng, person, SLOW)
        rows = compare(before, before)
        half = next(row.uncertainty for row in rows if row.metric == "contact_ms")
        after = session(rng, person, SLOW, 1.5 * half)
        hits += any(row.changed for row in compare(before, after) if row.metric == "contact_ms")
    return hits, pairs


def main(_cache: Path | None = None, pairs: int = 100) -> None:
    """Print both figures."""
    cries, count = wolf(pairs)
    print(f"{count} pairs, {SLOW} and {FAST} m/s, nothing changed; called changed, % of pairs:")
    for name, number in cries.most_common():
        print(f"  {name:26}{100.0 * number / count:6.1f}")
    if not cries:
        print("  none")
    hits, count = found(pairs)
    share = 100.0 * hits / count
    print(f"{count} pairs with contact longer by 1.5 x the detectable change: {share:.0f} % found")


if __name__ == "__main__":
    main()
