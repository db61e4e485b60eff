"""Results made by hand, believable down to the scatter, for every kind of session the page has to show."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from gait.analysis.results import (
    STRIDE_COLUMNS,
    Analysis,
    Bout,
    Metric,
    SensorQuality,
    Slip,
    Waveform,
)
from gait.coaching.model import (
    Advice,
    CadenceTarget,
    Day,
    Evidence,
    Finding,
    Plan,
    PlannedExercise,
    Reason,
    SafetyNotice,
    Source,
)
from gait.recording.model import RunInfo, RunnerInfo

if TYPE_CHECKING:
    from collections.abc import Callable

NO_GYR = "not measurable without a gyroscope"
GYR_METRICS = (
    "strike_angle_deg",
    "pronation_excursion_deg",
    "pronation_rate_dps",
    "stride_length_m",
    "speed_m_s",
)


def _activity(minutes: float, kind: str) -> tuple[Bout, ...]:
    end = 60.0 * minutes
    if kind == "none":
        return (Bout(0.0, end, "still"),)
    if kind == "run_walk":
        cuts = np.linspace(20.0, end, 9)
        bouts = [Bout(0.0, 20.0, "still")]
        bouts += [
            Bout(a, b, "running" if i % 2 == 0 else "walking")
            for i, (a, b) in enumerate(pairwise(cuts.tolist()))
        ]
        return tuple(bouts)
    a, b = 0.52 * end, 0.55 * end
    return (
        Bout(0.0, 12.0, "still"),
        Bout(12.0, a, "running"),
        Bout(a, b, "walking"),
        Bout(b, 0.8 * end, "running"),
        Bout(0.8 * end, 0.8 * end + 8.0, "gap"),
        Bout(0.8 * end + 8.0, end, "running"),
    )


def _side_strides(
    side: str, activity: tuple[Bout, ...], rng: np.random.Generator, *, gyr: bool, strike: float
) -> pd.DataFrame:
    parts = []
    total = activity[-1].end_s
    for bout in activity:
        if bout.kind not in {"running", "walking"}:
            continue
        walk = bout.kind == "walking"
        stride = 1.05 if walk else 0.715
        n = max(1, int((bout.end_s - bout.start_s - 1.0) / stride))
        step = stride + 0.009 * rng.standard_normal(n)
        ic = bout.start_s + 0.5 + np.cumsum(step) - step[0] + (0.5 * stride if side == "right" else 0.0)
        late = ic / total
        slow = np.sin(ic / 400.0)
        offset = 5.0 if side == "left" else -5.0
        contact = (
            (620.0 if walk else 246.0 + 12.0 * late) + offset + 6.0 * rng.standard_normal(n) + 3.0 * slow
        )
        angle = (
            strike
            + 1.5 * slow
            - 2.0 * late
            + 2.6 * rng.standard_normal(n)
            + (0.8 if side == "left" else -0.8)
        )
        rear, mid, fore = _classes(angle)
        names = np.array(["rearfoot", "midfoot", "forefoot"])[np.argmax([rear, mid, fore], axis=0)]
        speed = (1.4 if walk else 2.95) + 0.12 * slow - 0.1 * late + 0.05 * rng.standard_normal(n)
        parts.append(
            pd.DataFrame(
                {
                    "side": side,
                    "ic_s": ic,
                    "tc_s": ic + contact / 1000.0,
                    "next_ic_s": ic + step,
                    "contact_ms": contact,
                    "flight_ms": np.nan if walk else 500.0 * step - contact,
                    "stride_ms": 1000.0 * step,
                    "duty_factor": contact / (1000.0 * step),
                    "strike_angle_deg": angle,
                    "strike": names,
                    "p_rearfoot": rear,
                    "p_midfoot": mid,
                    "p_forefoot": fore,
                    "pronation_excursion_deg": 9.5
                    + 1.2 * rng.standard_normal(n)
                    + (1.5 if side == "left" else 0.0)
                    + late,
                    "pronation_rate_dps": 310.0 + 40.0 * rng.standard_normal(n),
                    "shank_angle_deg": np.nan,
                    "stride_length_m": speed * step,
                    "speed_m_s": speed,
                    "peak_acc_g": 9.0 + rng.standard_normal(n),
                    "clipped": rng.random(n) < 0.01,
                    "activity": bout.kind,
                    "placement": "shoe",
                    "cadence_spm": 120.0 / step,
                    "step_ms": 500.0 * step,
                    "contact_u_ms": 11.0,
                    "strike_angle_u_deg": 4.0,
                    "circumduction_cm": 3.0 + 0.4 * rng.standard_normal(n),
                    "vertical_oscillation_cm": 7.8 + 0.3 * rng.standard_normal(n),
                    "frontal_excursion_deg": np.nan,
                    "tibial_peak_g": np.nan,
                    "marks": np.where(np.arange(n) == 0, "start", np.where(rng.random(n) < 0.01, "turn", "")),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(STRIDE_COLUMNS))
    if not gyr and len(table):
        for name in (
            *GYR_METRICS,
            "p_rearfoot",
            "p_midfoot",
            "p_forefoot",
            "circumduction_cm",
            "strike_angle_u_deg",
        ):
            table[name] = np.nan
        table["strike"] = ""
        table["contact_u_ms"] = 24.0
    return table


def _classes(angle: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rear = 1.0 / (1.0 + np.exp(-(angle - 8.0)))
    fore = 1.0 / (1.0 + np.exp(angle + 1.6))
    return rear * (1.0 - fore), (1.0 - rear) * (1.0 - fore), fore


SYSTEMATIC = {
    "cadence_spm": 0.1,
    "contact_ms": 8.0,
    "flight_ms": 8.0,
    "strike_angle_deg": 2.0,
    "pronation_excursion_deg": 2.0,
    "pronation_rate_dps": 40.0,
    "speed_m_s": 0.1,
    "stride_length_m": 0.07,
    "vertical_oscillation_cm": 0.5,
    "duty_factor": 0.012,
    "peak_acc_g": 0.5,
    "circumduction_cm": 1.0,
}


def _metrics(strides: pd.DataFrame, kind: str) -> dict[str, Metric]:
    rows = strides[strides["activity"] == kind]
    out: dict[str, Metric] = {}
    if not len(rows):
        return out
    names = [n for n in STRIDE_COLUMNS if n in SYSTEMATIC or n in {"stride_ms", "step_ms"}]
    for name in names:
        values = rows[name].astype(float)
        if not values.notna().any():
            continue
        by = {s: values[rows["side"] == s] for s in ("left", "right")}
        mid = {s: float(v.median()) if v.notna().any() else None for s, v in by.items()}
        both = mid["left"] is not None and mid["right"] is not None
        known = [v for v in mid.values() if v is not None]
        value = float(np.mean(known))
        u = SYSTEMATIC.get(name, 1.0)
        diff = mid["left"] - mid["right"] if both else None
        angle = name.endswith("deg")
        shares = None
        if name == "strike_angle_deg":
            counts = rows["strike"].value_counts(normalize=True)
            shares = {c: float(counts.get(c, 0.0)) for c in ("rearfoot", "midfoot", "forefoot")}
        out[name] = Metric(
            name=name,
            value=value,
            uncertainty=u,
            sd=float(values.std()),
            n=int(values.notna().sum()),
            left=mid["left"],
            right=mid["right"],
            left_uncertainty=u if mid["left"] is not None else None,
            right_uncertainty=u if mid["right"] is not None else None,
            asymmetry_pct=200.0 * diff / (mid["left"] + mid["right"]) if both and not angle else None,
            difference=diff,
            difference_uncertainty=0.4 * u if both else None,
            shares=shares,
        )
    return out


def _waveform(side: str, *, gyr: bool) -> Waveform:
    p = np.linspace(0.0, 100.0, 101)
    bump = np.exp(-0.5 * ((p - 2.5) / 1.5) ** 2)
    acc = np.column_stack(
        [-3.0 * bump, 0.6 * np.sin(p / 16.0), 1.0 + 7.5 * bump + 2.0 * np.exp(-0.5 * ((p - 18) / 8) ** 2)]
    )
    if not gyr:
        norm = np.full((101, 3), np.nan)
        norm[:, 0] = np.linalg.norm(acc, axis=1)
        return Waveform("shoe", side, 900, 34.5, norm, np.where(np.isnan(norm), np.nan, 0.4))
    pitch = (
        14.0 * np.exp(-0.5 * (p / 4.0) ** 2)
        - 75.0 * np.exp(-0.5 * ((p - 47.0) / 12.0) ** 2)
        + 16.0 * np.exp(-0.5 * ((p - 95.0) / 7.0) ** 2)
    )
    gyr_dps = np.column_stack([60.0 * np.sin(p / 8.0), -np.gradient(pitch, 0.0072), 30.0 * np.cos(p / 9.0)])
    roll = 10.0 * np.exp(-0.5 * ((p - 16.0) / 9.0) ** 2)
    path = np.column_stack(
        [
            2.1 * np.clip((p - 30.0) / 70.0, 0, 1) ** 1.3,
            0.03 * np.sin(np.pi * np.clip((p - 30) / 70, 0, 1)),
            0.24 * np.sin(np.pi * np.clip((p - 28) / 72, 0, 1)) ** 1.5,
        ]
    )
    return Waveform(
        "shoe",
        side,
        900,
        34.5,
        acc,
        np.full((101, 3), 0.4),
        gyr_dps,
        np.full((101, 3), 25.0),
        pitch,
        roll,
        path,
    )


def _sensor(
    side: str, strides: pd.DataFrame, activity: tuple[Bout, ...], *, gyr: bool, poor: bool
) -> SensorQuality:
    time_in = {
        k: sum(b.end_s - b.start_s for b in activity if b.kind == k)
        for k in ("running", "walking", "still", "other")
    }
    gaps = tuple((b.start_s, b.end_s) for b in activity if b.kind == "gap")
    return SensorQuality(
        placement="shoe",
        side=side,  # type: ignore[arg-type]  # any text, to see how it is shown
        source=f"{side}_shoe.csv",
        samples=int(208 * activity[-1].end_s),
        duration_s=activity[-1].end_s,
        rate_hz=207.9,
        nominal_rate_hz=208.0,
        has_gyr=gyr,
        missing_s=sum(b - a for a, b in gaps),
        gaps=gaps,
        clipped_share=0.31 if poor else 0.01,
        acc_range_g=8.0 if poor else 16.0,
        alignment_score=None if not gyr else 0.35 if poor else 0.93,
        aligned=gyr and not poor,
        running_s=time_in["running"],
        walking_s=time_in["walking"],
        still_s=time_in["still"],
        other_s=time_in["other"],
        strides=int((strides["side"] == side).sum()) if len(strides) else 0,
        slips=(Slip(600.0, 9.0),) if poor else (),
        not_measured={} if gyr else dict.fromkeys(GYR_METRICS, NO_GYR),
        notes=("sensor clock 0.8 % off nominal",) if poor else (),
        device="Sensor A" if side == "left" else "",
    )


@pytest.fixture(scope="session")
def make_analysis() -> Callable[..., Analysis]:
    """A factory: ``make_analysis(minutes=60, sides=("left", "right"), gyr=True, kind="run", name=...)``."""

    @lru_cache(maxsize=32)
    def made(
        *,
        minutes: float = 32.0,
        sides: tuple[str, ...] = ("left", "right"),
        gyr: bool = True,
        kind: str = "run",
        name: str = "tuesday_easy",
        strike: float = 12.0,
        poor: bool = False,
        seed: int = 1,
    ) -> Analysis:
        rng = np.random.default_rng(seed)
        activity = _activity(minutes, kind)
        tables = [_side_strides(side, activity, rng, gyr=gyr, strike=strike) for side in sides]
        strides = pd.concat(tables, ignore_index=True).reindex(columns=list(STRIDE_COLUMNS))
        strides = strides.sort_values("ic_s", ignore_index=True)
        metrics = _metrics(strides, "running")
        return Analysis(
            name=name,
            started="2026-05-01T07:32:10.123+02:00",
            runner=RunnerInfo(mass_kg=68.0, height_m=1.74),
            run=RunInfo(surface="road", notes="felt fine"),
            strides=strides,
            metrics=metrics,
            walking=_metrics(strides, "walking"),
            activity=activity,
            sensors=tuple(_sensor(s, strides, activity, gyr=gyr, poor=poor) for s in sides),
            waveforms=tuple(_waveform(s, gyr=gyr) for s in sides) if metrics else (),
            not_measured={
                "shank_angle_deg": "needs a sensor on the shank",
                "tibial_peak_g": "needs a sensor on the shank",
                **({} if gyr else dict.fromkeys(GYR_METRICS, NO_GYR)),
            },
            settings={"version": "0.1.0", "engine": "fused", "calibration": "none"},
        )

    def make(**asked: Any) -> Analysis:
        """Give each caller what is its own to change."""
        whole = made(**asked)
        own = whole.strides.copy()
        return replace(whole, strides=own, metrics=dict(whole.metrics), walking=dict(whole.walking))

    return make


@pytest.fixture(scope="session")
def run_analysis(make_analysis: Callable[..., Analysis]) -> Analysis:
    """Half an hour, two shoes, a walking break and a gap."""
    return make_analysis()


@pytest.fixture(scope="session")
def some_findings() -> tuple[Finding, ...]:
    """One present, one that cannot be told, one absent, one not assessed."""
    seed = Source("sst", "Knee Pain When Running: 5 Exercises", "article")
    return (
        Finding(
            "heel_striking",
            "Heel first",
            "Most contacts begin at the heel, on a fairly straight leg.",
            "present",
            0.93,
            "both",
            (
                Evidence(
                    "Foot strike angle 11.2° ± 2.0°, above 8.0°", "strike_angle_deg", 11.2, 2.0, 8.0, "°"
                ),
            ),
            grade="limited",
            sources=(seed,),
        ),
        Finding(
            "caving_in",
            "Rolling inwards",
            "The left shoe rolls in a little more than the right.",
            "cannot_tell",
            0.55,
            "left",
            (
                Evidence(
                    "Pronation excursion 11.5° ± 2.0°, line at 12.0°",
                    "pronation_excursion_deg",
                    11.5,
                    2.0,
                    12.0,
                    "°",
                ),
            ),
            sources=(seed,),
        ),
        Finding(
            "low_cadence",
            "Low cadence",
            "The cadence is usual for this speed.",
            "absent",
            0.04,
            "",
            (Evidence("Cadence 168 spm ± 0.1 spm, above 160 spm", "cadence_spm", 168.0, 0.1, 160.0, "spm"),),
        ),
        Finding(
            "overstriding",
            "Landing far ahead",
            "How far ahead of the knee the foot lands.",
            "not_assessed",
            None,
            missing="a sensor on the shank",
        ),
    )


@pytest.fixture(scope="session")
def some_plan() -> Plan:
    """A week with two strength days, a cadence target and the usual care."""
    return _plan()


@pytest.fixture(scope="session")
def stopped_plan() -> Plan:
    """A red flag: no exercise at all."""
    notice = SafetyNotice(
        "cannot_bear_weight",
        "You cannot put weight on the leg.",
        "Have it seen to today.",
        "same day",
        stops_exercise=True,
    )
    return Plan(
        notices=(notice,),
        light="red",
        exercises=(),
        cadence=None,
        warm_up=(),
        cool_down=(),
        week=(),
        advice=(),
        expect=(),
        retest="",
        disclaimer="This is not a diagnosis.",
        next_step="Have the leg seen to today.",
    )


def _exercise(
    key: str, name: str, role: str, reps: tuple[int, int], sets: int = 3, **extra: Any
) -> PlannedExercise:
    reason = Reason(
        "base_five",
        "One of the five that every runner does.",
        "heel_striking",
        "expert",
        (Source("sst", "Knee Pain When Running: 5 Exercises", "article"),),
    )
    return PlannedExercise(
        id=key,
        name=name,
        sets=sets,
        reps=reps,
        unit=extra.pop("unit", "reps"),
        load=extra.pop("load", "light"),
        role=role,  # type: ignore[arg-type]  # any text, to see how it is shown
        muscles=("glutes", "hamstrings"),
        equipment=("barbell",),
        cues=("Push the hips back", "Keep the back long"),
        faults=("Knees fall in",),
        progression="Add 2 kg when 12 feel easy",
        regression="Use no weight",
        reasons=(reason,),
        hold_s=extra.pop("hold_s", None),
    )


def _plan() -> Plan:
    main = (
        _exercise("squat", "Low-bar squat", "base", (5, 8), load="moderate"),
        _exercise("rdl", "Romanian deadlift", "target", (8, 12), sets=5),
        _exercise(
            "split_squat",
            "Bulgarian split squat",
            "target",
            (10, 20),
            sets=5,
            unit="reps a side",
            load="bodyweight",
        ),
        _exercise("hip_thrust", "Hip thrust", "base", (10, 25)),
        _exercise("crab_walk", "Crab walk", "base", (10, 15), unit="reps a side", load="light band"),
    )
    every = tuple(one.id for one in main)
    return Plan(
        notices=(
            SafetyNotice(
                "new_to_strength",
                "New to lifting.",
                "Learn the form with little weight.",
                "take care",
                stops_exercise=False,
            ),
        ),
        light="green",
        exercises=main,
        cadence=CadenceTarget(
            168.0,
            176.0,
            185.0,
            176,
            "Five minutes at a time, three times a run.",
            (Reason("cadence_step", "A step of 5 % lowers the load on the knee.", grade="moderate"),),
        ),
        warm_up=(_exercise("leg_swings", "Leg swings", "warm_up", (10, 12), sets=1, unit="reps a side"),),
        cool_down=(
            _exercise("quad_stretch", "Quad stretch", "cool_down", (30, 30), sets=1, unit="s a side"),
        ),
        week=(
            Day("Monday", "strength", every),
            Day("Tuesday", "rest", (), "Rest before the hard run"),
            Day("Wednesday", "hard run"),
            Day("Thursday", "strength", every[:3]),
            Day("Friday", "run"),
            Day("Saturday", "rest"),
            Day("Sunday", "run", (), "Long and easy"),
        ),
        advice=(
            Advice(
                "leave_strike",
                "Leave the way your foot lands alone.",
                (Reason("no_forcing", "Changing the strike is not supported by evidence."),),
            ),
        ),
        expect=("4-6 weeks: steadier hips", "8-12 weeks: joints follow"),
        retest="Record the same loop again in four weeks.",
        disclaimer="This describes how you run. It is not a diagnosis.",
        next_step="Do the five exercises on Monday and Thursday, with two more sets of Romanian deadlifts.",
    )
