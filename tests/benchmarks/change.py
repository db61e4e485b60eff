"""How often a comparison cries wolf, and how often it finds a true change: pairs of virtual sessions.

``python -m tests.benchmarks change`` prints the table. A pair is one virtual runner twice, at 2.8 and 3.6
m/s, with the sensor mounted anew and other noise; cadence follows speed as across 256 runners
(10.1080/02640414.2019.1614137), contact as the virtual runner's own line. The changed ones get a longer
contact at one speed. Changes within a run and blocks of a run are looked for in tables of strides
(`stride_runs`). Real runners are looked at where ``CACHE/rbds`` holds sessions ``RUNNER_25``, ``RUNNER_35``
and ``RUNNER_45`` (m/s x 10), with sensors on the real motion of Fukuchi et al. 2017.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np

import gait
from gait.analysis.analyze import AnalysisSettings
from gait.analysis.results import Metric
from gait.history.change import compare
from gait.history.run_parts import compare_parts, what_helped
from gait.history.speed_laws import CADENCE_AT_SPEED, SPEED_LAWS, SpeedLaw
from gait.history.within_run import change_within
from gait.recording.run_parts import Part
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate
from tests.benchmarks.stride_runs import OTHERS, Runner, strides_of

SLOW, FAST = 2.8, 3.6
PACE_SPM, PACE_SPM_S_M = 150.0, 6.01
SECONDS = 40.0
STEPS = {"cadence_spm", "stride_ms", "step_ms", "stride_length_m"}
"""Cadence in all its words."""


def session(
    rng: np.random.Generator, person: int, speed: float, longer_ms: float = 0.0, steps: float = 0.0
) -> dict[str, Metric]:
    """Return the metrics of one virtual session of a person; `steps` more than speed asks for (a share)."""
    own = np.random.default_rng(person)
    strike, pace = float(own.uniform(-8.0, 25.0)), float(own.normal(0.0, 6.0))
    contact = (0.323 - 0.030 * speed) * 1e3 + float(own.normal(0.0, 12.0))
    pronation = float(own.uniform(4.0, 14.0))
    contact = contact * (1.0 + steps) ** float(own.normal(*CADENCE_AT_SPEED["contact_ms"])) + longer_ms
    runner = RunnerSettings(
        cadence_spm=(PACE_SPM + PACE_SPM_S_M * speed + pace) * (1.0 + steps),
        speed_m_s=speed,
        contact_ms=contact,
        strike_angle_deg=strike,
        pronation_deg=pronation,
        style_seed=person,
        parts=(("stand", 2.0), ("run", SECONDS), ("stand", 2.0)),
    )
    made = simulate(runner, SensorSettings(), seed=int(rng.integers(1 << 30)))
    return dict(gait.analyze(made.session, AnalysisSettings(waveforms=False)).metrics)


@dataclass(frozen=True)
class Wolf:
    """What a comparison says of virtual people, each at 2.8 and at 3.6 m/s.

    Attributes
    ----------
    pairs, numbers
        People, and numbers compared over all of them.
    cries
        How often each metric was called changed where nothing but speed was.
    crying
        People of whom any number was called changed.
    hits
        People whose contact, longer by 1.5 times what can be detected, was called changed.
    """

    pairs: int
    numbers: int
    cries: Counter[str]
    crying: int
    hits: int


def wolf(people: Iterable[int], seed: int = 1) -> Wolf:
    """Return what is said of people who run faster, and of the same with a longer contact too."""
    pairs, numbers, crying, hits = 0, 0, 0, 0
    cries: Counter[str] = Counter()
    for person in people:
        rng = np.random.default_rng((seed, person))
        before = session(rng, person, SLOW)
        rows = compare(before, session(rng, person, FAST))
        false = [row.metric for row in rows if row.changed]
        half = next(max(row.uncertainty, row.matters) for row in rows if row.metric == "contact_ms")
        longer = compare(before, session(rng, person, FAST, 1.5 * half))
        hits += any(row.changed for row in longer if row.metric == "contact_ms")
        cries.update(false)
        pairs, numbers, crying = pairs + 1, numbers + len(rows), crying + bool(false)
    return Wolf(pairs, numbers, cries, crying, hits)


def other_cadence(people: Iterable[int], seed: int = 4) -> tuple[Wolf, int]:
    """Return what is said of people who run at one speed with 5 to 8 % more or fewer steps, as `wolf`.

    Cadence, stride and step time and stride length are the change itself and not counted among the cries;
    also returned is of how many people cadence was called changed.
    """
    count, numbers, crying, hits, told = 0, 0, 0, 0, 0
    cries: Counter[str] = Counter()
    for person in people:
        rng = np.random.default_rng((seed, person))
        steps = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.05, 0.08))
        before = session(rng, person, SLOW)
        rows = compare(before, session(rng, person, SLOW, steps=steps))
        told += any(row.changed for row in rows if row.metric == "cadence_spm")
        judged = [row for row in rows if row.metric not in STEPS]
        false = [row.metric for row in judged if row.changed]
        half = next(max(row.uncertainty, row.matters) for row in rows if row.metric == "contact_ms")
        longer = compare(before, session(rng, person, SLOW, 1.5 * half, steps))
        hits += any(row.changed for row in longer if row.metric == "contact_ms")
        cries.update(false)
        count, numbers, crying = count + 1, numbers + len(judged), crying + bool(false)
    return Wolf(count, numbers, cries, crying, hits), told


def found(people: Iterable[int], seed: int = 2) -> int:
    """Return of how many people, at one speed, a contact longer by 1.5 times the detectable was found."""
    hits = 0
    for person in people:
        rng = np.random.default_rng((seed, person))
        before = session(rng, person, SLOW)
        half = next(row.uncertainty for row in compare(before, before) if row.metric == "contact_ms")
        after = session(rng, person, SLOW, 1.5 * half)
        hits += any(row.changed for row in compare(before, after) if row.metric == "contact_ms")
    return hits


def within(runs: int, seed: int, longer_ms: float) -> tuple[int, int, list[float], int]:
    """Return how many runs of 30 to 60 min were called changed in contact, and in any number.

    Each slows by 7 to 13 %, from a point in the first two thirds on; contact grows by `longer_ms` at two
    thirds. Also the errors of the time, min, and how many intervals hold it.
    """
    rng = np.random.default_rng(seed)
    contact, anything, held = 0, 0, 0
    errors: list[float] = []
    for _ in range(runs):
        runner, minutes = Runner.draw(rng), rng.uniform(30.0, 60.0)
        at = (2.0 / 3.0 + rng.uniform(-0.02, 0.02)) * 60.0 * minutes
        strides = strides_of(
            runner, rng, minutes, slowing=0.1 * rng.uniform(0.7, 1.3), slow_from=rng.uniform(0.0, 0.66),
            more=lambda time, at=at: {"contact_ms": longer_ms * (time > at)},
        )  # fmt: skip
        rows = change_within(strides, ["contact_ms"] if longer_ms else ["contact_ms", *OTHERS])
        contact += any(row.verdict == "changed" for row in rows if row.metric == "contact_ms")
        anything += any(row.verdict == "changed" for row in rows)
        for row in rows:
            if row.at_s is not None and row.from_s is not None and row.to_s is not None:
                errors.append(abs(row.at_s - at) / 60.0)
                held += row.from_s <= at <= row.to_s
    return contact, anything, errors, held


ORDER = ("base", "+5", "+10") * 2
PART_S = 180.0
SIZES = {"shank_angle_deg": 3.0, "tibial_peak_g": 1.5, "contact_ms": 8.0}
"""Largest effect of a condition in the virtual runs, either way."""


def parts_of_runs(runs: int, seed: int, size: float) -> tuple[float, float]:
    """Return the share of intervals that hold the true effect, and of runs with a recommendation."""
    rng = np.random.default_rng(seed)
    parts = [Part(name, PART_S * at, PART_S * (at + 1)) for at, name in enumerate(ORDER)]
    held, told, helped = 0, 0, 0
    for _ in range(runs):
        share = size * rng.uniform(-1.0, 1.0)
        true = {name: share * largest for name, largest in SIZES.items()}

        def more(time: np.ndarray, true: dict[str, float] = true) -> dict[str, np.ndarray]:
            under = (time // PART_S).astype(int) % 3 > 0
            return {name: effect * under for name, effect in true.items()}

        strides = strides_of(
            Runner.draw(rng), rng, len(ORDER) * PART_S / 60.0, slowing=0.05 * rng.uniform(), more=more
        )
        effects = compare_parts(strides.drop(columns="flight_ms"), parts)
        told += len(effects)
        held += sum(abs(one.effect - true.get(one.metric, 0.0)) <= one.uncertainty for one in effects)
        helped += what_helped(effects) is not None
    return held / told, helped / runs


def held_out(sessions: Mapping[str, Mapping[str, Metric]]) -> tuple[int, int, int, int]:
    """Return how many numbers real runners "changed" by speed alone, by laws fitted on the other runners.

    Parameters
    ----------
    sessions
        ``RUNNER_25`` and so on -> its metrics.

    Returns
    -------
    Changed and compared from one speed to the next, and the same from 2.5 to 4.5 m/s.
    """
    out = [0, 0, 0, 0]
    runners = sorted({name[:-3] for name in sessions})
    for runner in runners:
        others = {name: one for name, one in sessions.items() if name[:-3] != runner}
        laws = {name: _fitted(name, others) for name in SPEED_LAWS}
        for slow, fast, place in (("25", "35", 0), ("35", "45", 0), ("25", "45", 2)):
            pair = [sessions.get(f"{runner}_{speed}") for speed in (slow, fast)]
            if pair[0] is None or pair[1] is None:
                continue
            with mock.patch.dict(SPEED_LAWS, laws):
                rows = compare(pair[0], pair[1], speeds=(int(slow) / 10.0, int(fast) / 10.0))
            rows = [row for row in rows if row.metric != "speed_m_s"]
            out[place] += sum(row.changed for row in rows)
            out[place + 1] += len(rows)
    return out[0], out[1], out[2], out[3]


def _fitted(name: str, sessions: Mapping[str, Mapping[str, Metric]]) -> SpeedLaw:
    """Return a metric's law with slope and spread of these runners; as it is where they have too few."""
    law, slopes = SPEED_LAWS[name], []
    for runner in sorted({one[:-3] for one in sessions}):
        for slow, fast in (("25", "35"), ("35", "45")):
            ends = [sessions.get(f"{runner}_{speed}", {}).get(name) for speed in (slow, fast)]
            if ends[0] is None or ends[1] is None:
                continue
            if law.kind == "power":
                slopes.append(np.log(ends[1].value / ends[0].value) / np.log(int(fast) / int(slow)))
            else:
                slopes.append((ends[1].value - ends[0].value) / (int(fast) - int(slow)) * 10.0)
    if len(slopes) < 10 or law.kind in {"none", "covariate"}:
        return law
    spread = float(np.std(slopes, ddof=1)) * np.sqrt(1.0 + 1.0 / len(slopes))
    return replace(law, slope=float(np.mean(slopes)), slope_sd=spread)


def _real(folder: Path) -> None:
    """Print what real runners change by speed alone."""
    if not folder.is_dir():
        print(f"real runners: no sessions in {folder.name}")
        return
    settings = AnalysisSettings(waveforms=False)
    one_two = held_out({one.name: gait.analyze(one, settings).metrics for one in sorted(folder.iterdir())})
    print(f"real runners left out, 1 m/s apart: {one_two[0]} of {one_two[1]} numbers called changed;")
    print(f"  2.5 to 4.5 m/s: {one_two[2]} of {one_two[3]}")


def main(cache: Path | None = None, pairs: int = 100, runs: int = 200) -> None:
    """Print both figures."""
    said = wolf(range(pairs))
    total = sum(said.cries.values())
    print(f"{pairs} pairs, {SLOW} and {FAST} m/s, nothing else changed: {total} of {said.numbers} numbers")
    print(f"  called changed, any number in {said.crying} pairs; by metric, % of pairs:")
    for name, number in said.cries.most_common():
        print(f"    {name:26}{100.0 * number / pairs:6.1f}")
    print(f"  contact longer by 1.5 x the detectable too: {said.hits} of {pairs} found")
    print(f"{pairs} pairs, {SLOW} m/s, contact longer by 1.5 x: {found(range(pairs))} found")
    unlike, told = other_cadence(range(pairs))
    total = sum(unlike.cries.values())
    print(
        f"{pairs} pairs, {SLOW} m/s, 5 to 8 % more or fewer steps: {total} of {unlike.numbers} numbers called"
    )
    print(f"  changed, any in {unlike.crying} pairs, {dict(unlike.cries)}; cadence in {told}")
    print(f"  contact longer by 1.5 x the detectable too: {unlike.hits} found")
    contact, _, errors, held = within(runs, 1, 8.0)
    near = sum(one <= 3.0 for one in errors)
    print(f"{runs} runs, slowing, contact +8 ms in the last third: {contact} found, {near} of {len(errors)}")
    print(f"  within 3 min, {held} within their interval")
    contact, anything, _, _ = within(runs, 2, 0.0)
    print(f"{runs} runs, slowing alone: contact called changed in {contact}, any number in {anything}")
    for size, what in ((1.0, "effects"), (0.0, "no effect")):
        cover, helped = parts_of_runs(runs, 11, size)
        print(f"{runs} runs in blocks, {what}: {100.0 * cover:.1f} % within their interval,")
        print(f"  a recommendation in {100.0 * helped:.1f} %")
    if cache is not None:
        _real(cache / "rbds")


if __name__ == "__main__":
    main()
