"""How often a comparison cries wolf where cadence and the slope of the ground differ: pairs of made sessions.

``python -m tests.benchmarks.conditions`` prints the table. A pair is one made runner twice, the second time
with up to 8 % more or fewer steps than the speed asks for (a metronome, say), on a slope of up to 4 %, or
both. How contact follows cadence, and every number the slope, is each runner's own; flight and duty factor
follow from contact and cadence, oscillation from the spring-mass model. Sensors are mounted anew each time.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from gait.analysis.results import Metric
from gait.history.change import TWO_SIDED_95, compare
from gait.history.speed_laws import CADENCE_AT_SPEED, SPEED_LAWS
from gait.units import STANDARD_GRAVITY

TIMES = ("contact_ms", "flight_ms", "duty_factor", "vertical_oscillation_cm")
ANGLES = ("strike_angle_deg", "pronation_excursion_deg", "shank_angle_deg")
SCATTER = {"contact_ms": 5.0, "flight_ms": 6.0, "duty_factor": 0.008, "cadence_spm": 1.3}
"""Spread from stride to stride; `OTHER_SCATTER` of the others."""
OTHER_SCATTER, STRIDES = 1.2, 900
MOST_CADENCE, MOST_SLOPE_PCT = 0.08, 4.0
SPEED_M_S = 3.0


@dataclass(frozen=True)
class Person:
    """What is one runner's own: levels, and how contact follows cadence and each number the slope."""

    contact_ms: float
    cadence_spm: float
    levels: dict[str, float]
    contact_by_cadence: float
    uphill: dict[str, float]

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Person:
        """Draw a runner; how form follows cadence and slope has the spread of the laws."""
        return cls(
            rng.normal(250.0, 18.0),
            rng.normal(168.0, 7.0),
            {name: rng.uniform(5.0, 15.0) for name in (*ANGLES, "tibial_peak_g")},
            rng.normal(*CADENCE_AT_SPEED["contact_ms"]),
            {name: rng.normal(*SPEED_LAWS[name].uphill) for name in (*SCATTER, *ANGLES, "tibial_peak_g")},
        )


def session(
    person: Person, rng: np.random.Generator, steps: float = 0.0, slope: float = 0.0, longer_ms: float = 0.0
) -> dict[str, Metric]:
    """Return the metrics of one session: `steps` more of the cadence (a share), on a slope in per cent."""
    days = {name: law.between_sessions / TWO_SIDED_95 / math.sqrt(2.0) for name, law in SPEED_LAWS.items()}
    cadence = person.cadence_spm * (1.0 + steps) * (1.0 + person.uphill["cadence_spm"] * slope)
    contact = person.contact_ms * (1.0 + steps) ** person.contact_by_cadence
    contact *= 1.0 + person.uphill["contact_ms"] * slope
    contact += longer_ms + rng.normal(0.0, days["contact_ms"])
    cadence += rng.normal(0.0, days["cadence_spm"])
    values = {"cadence_spm": cadence, **_times(contact, cadence), "speed_m_s": SPEED_M_S}
    for name in ANGLES:
        values[name] = person.levels[name] + person.uphill[name] * slope
    values["tibial_peak_g"] = person.levels["tibial_peak_g"] * (1.0 + person.uphill["tibial_peak_g"] * slope)
    for name in person.levels:
        values[name] += rng.normal(0.0, days[name])
    return {
        name: Metric(name, float(value), 0.0, SCATTER.get(name, OTHER_SCATTER), STRIDES)
        for name, value in values.items()
    }


def _times(contact_ms: float, cadence_spm: float) -> dict[str, float]:
    """Return contact, flight, duty factor and the fall and rise of the body, cm."""
    flight_ms = 60e3 / cadence_spm - contact_ms
    tc, tf = 1e-3 * contact_ms, 1e-3 * flight_ms
    rise = STANDARD_GRAVITY * (tc**2 / (2.0 * np.pi) * (tf / tc + 1.0) - tc**2 / 8.0 + tf**2 / 8.0)
    return {
        "contact_ms": contact_ms,
        "flight_ms": flight_ms,
        "duty_factor": contact_ms * cadence_spm / 120e3,
        "vertical_oscillation_cm": 100.0 * rise,
    }


@dataclass(frozen=True)
class Said:
    """What a comparison says of pairs.

    Attributes
    ----------
    cries
        How often each number but cadence was called changed where cadence and slope did it.
    crying
        Pairs of which any number was.
    hits
        Pairs whose contact, changed by 1.5 times what can be detected, was called changed.
    cadence
        Pairs whose cadence was called changed, of `quick` whose cadence differs by 4 % or more.
    """

    pairs: int
    cries: Counter[str]
    crying: int
    hits: int
    cadence: int
    quick: int


def pairs(count: int, seed: int, *, steps: bool = True, slope: bool = True) -> Said:
    """Return what is said of made runners whose cadence, slope or both differ, and nothing else."""
    rng = np.random.default_rng(seed)
    cries: Counter[str] = Counter()
    crying, hits, told, quick = 0, 0, 0, 0
    for _ in range(count):
        person = Person.draw(rng)
        more = float(rng.uniform(-MOST_CADENCE, MOST_CADENCE)) if steps else 0.0
        hill = float(rng.uniform(-MOST_SLOPE_PCT, MOST_SLOPE_PCT)) if slope else 0.0
        before = session(person, rng)
        rows = {
            row.metric: row for row in compare(before, session(person, rng, more, hill), slopes=(0.0, hill))
        }
        false = [name for name, row in rows.items() if row.changed and name != "cadence_spm"]
        cries.update(false)
        crying += bool(false)
        half = max(rows["contact_ms"].uncertainty, rows["contact_ms"].matters)
        longer = session(person, rng, more, hill, 1.5 * half * float(rng.choice([-1.0, 1.0])))
        hits += any(
            row.changed for row in compare(before, longer, slopes=(0.0, hill)) if row.metric == "contact_ms"
        )
        if abs(more) >= 0.5 * MOST_CADENCE:
            quick, told = quick + 1, told + rows["cadence_spm"].changed
    return Said(count, cries, crying, hits, told, quick)


def main(count: int = 500) -> None:
    """Print the table."""
    for name, asked in (
        ("cadence", {"slope": False}),
        ("slope", {"steps": False}),
        ("both", {}),
    ):
        said = pairs(count, 3, **asked)
        total = sum(said.cries.values())
        print(f"{count} pairs, {name} differs: {total} of {count * 8} numbers called changed, any number in")
        print(f"  {said.crying} pairs; {dict(said.cries)}")
        print(f"  contact changed by 1.5 x the detectable: {said.hits} found")
        if said.quick:
            print(f"  cadence called changed where it differs by 4 % or more: {said.cadence} of {said.quick}")


if __name__ == "__main__":
    main()
