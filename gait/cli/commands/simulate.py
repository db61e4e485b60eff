"""``gait simulate``: a virtual run whose every event is known."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from gait.cli.option_groups import grouped
from gait.errors import UsageError

if TYPE_CHECKING:
    from gait.frames import Placement, Side
    from gait.virtual.runner.imu import SensorSettings
    from gait.virtual.runner.stride_plan import LegOffset, RunnerSettings, Turn

__all__ = ["command"]

MOST_NOISE = 100.0
"""Largest factor of ``--noise`` (chosen: a hundred times a cheap sensor's hides all movement)."""

Settings = TypeVar("Settings", "RunnerSettings", "SensorSettings")


@dataclass(frozen=True)
class _Runner:
    """How the runner runs; None leaves the preset's. Named as in `RunnerSettings`, in its units."""

    cadence_spm: Annotated[float | None, typer.Option("--cadence", help="Steps a minute.")] = None
    speed_m_s: Annotated[float | None, typer.Option("--speed", metavar="M/S", help="Running speed.")] = None
    strike_angle_deg: Annotated[
        float | None, typer.Option("--strike-angle", metavar="DEG", help="Toes up positive.")
    ] = None
    contact_ms: Annotated[
        float | None, typer.Option("--contact", metavar="MS", help="Contact time; else by speed.")
    ] = None
    pronation_deg: Annotated[
        float | None, typer.Option("--pronation", metavar="DEG", help="Pronation excursion.")
    ] = None
    pronation_rate_dps: Annotated[
        float | None, typer.Option("--pronation-rate", metavar="DPS", help="Its fastest rate.")
    ] = None
    push_off_deg: Annotated[
        float | None, typer.Option("--push-off", metavar="DEG", help="Foot at toe-off, such as -48.")
    ] = None
    toe_out_deg: Annotated[
        float | None, typer.Option("--toe-out", metavar="DEG", help="Foot turned outward.")
    ] = None
    circumduction_cm: Annotated[
        float | None, typer.Option("--circumduction", metavar="CM", help="Sideways swing.")
    ] = None
    shank_angle_deg: Annotated[
        float | None,
        typer.Option(
            "--shank-angle", metavar="DEG", help="Shank at contact, foot ahead of the knee positive."
        ),
    ] = None
    knee_in_deg: Annotated[
        float | None, typer.Option("--knee-in", metavar="DEG", help="Inward lean of the shank.")
    ] = None
    step_width_cm: Annotated[
        float | None, typer.Option("--step-width", metavar="CM", help="Between the feet's lines.")
    ] = None
    slope_percent: Annotated[
        float | None, typer.Option("--slope", metavar="PERCENT", help="Uphill positive.")
    ] = None


@dataclass(frozen=True)
class _Scatter:
    """How strides differ along the run, and the legs; None leaves the preset's."""

    turn: Annotated[
        list[str] | None,
        typer.Option("--turn", metavar="AT:DEG[:OVER]", help="Turn left at a second, over seconds."),
    ] = None
    variability: Annotated[
        float | None, typer.Option("--variability", help="Spread of stride time, relative.")
    ] = None
    fatigue: Annotated[
        float | None, typer.Option("--fatigue", help="Relative change of cadence to the end.")
    ] = None
    left: Annotated[
        str | None,
        typer.Option(
            "--left", help="How the left leg differs: contact=+12ms,strike=-3,pronation=+4,shank=+2."
        ),
    ] = None
    right: Annotated[str | None, typer.Option("--right", help="How the right leg differs.")] = None

    def on(self, runner: RunnerSettings) -> RunnerSettings:
        """Return the runner with what was given."""
        return _with_changes(
            runner,
            turns=None if not self.turn else tuple(_turn(text) for text in self.turn),
            variability=self.variability,
            fatigue=self.fatigue,
            left=_leg(self.left, "--left"),
            right=_leg(self.right, "--right"),
        )


@dataclass(frozen=True)
class _Sensor:
    """The sensors; None leaves the preset's."""

    rate: Annotated[float | None, typer.Option("--rate", metavar="HZ", help="Sample rate, 50 to 833.")] = None
    acc_range: Annotated[
        float | None, typer.Option("--acc-range", metavar="G", help="Full scale, such as 8, 16, 32.")
    ] = None
    gyr_range: Annotated[
        float | None, typer.Option("--gyr-range", metavar="DPS", help="Full scale, such as 2000.")
    ] = None
    gyro: Annotated[bool, typer.Option("--gyro/--no-gyro", help="With or without a gyroscope.")] = True
    noise: Annotated[
        str | None,
        typer.Option(
            "--noise",
            help="Factor on noise and offsets, or densities: acc=100ug,gyr=4.5mdps (per root Hz).",
        ),
    ] = None
    clock_error: Annotated[
        float | None, typer.Option("--clock-error", help="Relative error of the sample clock.")
    ] = None
    clock_drift: Annotated[
        float | None, typer.Option("--clock-drift", help="Relative change of that error an hour.")
    ] = None
    jitter: Annotated[float | None, typer.Option("--jitter", metavar="MS", help="Spread of the stamps.")] = (
        None
    )
    dropped: Annotated[float | None, typer.Option("--dropped", help="Share of samples lost.")] = None
    gap: Annotated[
        list[str] | None, typer.Option("--gap", metavar="START:END", help="Seconds not recorded.")
    ] = None

    def on(self, sensor: SensorSettings) -> SensorSettings:
        """Return the sensor with what was given."""
        made = _with_changes(
            sensor,
            rate_hz=self.rate,
            acc_range_g=self.acc_range,
            gyr_range_dps=self.gyr_range,
            gyroscope=None if self.gyro else False,
            clock_error=self.clock_error,
            clock_drift=self.clock_drift,
            jitter_s=None if self.jitter is None else 1e-3 * self.jitter,
            dropped=self.dropped,
            gaps=None if not self.gap else tuple(_gap(text) for text in self.gap),
        )
        return _noisy(made, self.noise) if self.noise else made


@grouped
def command(
    *,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help="Folder to write.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="Start from a named runner; see --list.")] = None,
    list_presets: Annotated[bool, typer.Option("--list", help="List the presets and stop.")] = False,
    minutes: Annotated[float | None, typer.Option(min=0.1, max=1440.0, help="Minutes of running.")] = None,
    runner: _Runner,
    scatter: _Scatter,
    side: Annotated[str | None, typer.Option(help="One leg alone: left or right.")] = None,
    placement: Annotated[str, typer.Option(help="Where sensors are: shoe, shank or both.")] = "shoe",
    sensor: _Sensor,
    style: Annotated[int | None, typer.Option(help="Which person: seed of the running style.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of strides, mounting and noise.")] = 1,
    compress: Annotated[bool, typer.Option("--gz", help="Write .csv.gz.")] = False,
) -> None:
    """Make a virtual run: a recording a sensor, and truth.csv with every event.

    The same options and seed give the same files.
    """
    from gait.virtual.runner.presets import PRESETS

    if list_presets:
        for name, listed in PRESETS.items():
            print(f"{name:15} {listed.summary}")
        return
    if output is None:
        raise UsageError("no folder to write to", where="simulate", todo="give -o DIR")
    if preset is not None and preset not in PRESETS:
        raise UsageError(f"no preset {preset!r}", where="--preset", todo=f"one of: {', '.join(PRESETS)}")
    start = PRESETS[preset or "easy-rearfoot"]
    parts = None if minutes is None else (("stand", 3.0), ("run", 60.0 * minutes), ("stand", 2.0))
    runs = scatter.on(_with_changes(start.runner, **asdict(runner), style_seed=style, parts=parts))
    worn = sensor.on(start.sensor)
    _write(output, runs, worn, _sides(side), _placements(placement), seed, ".csv.gz" if compress else ".csv")


def _with_changes(settings: Settings, **changes: object) -> Settings:
    """Return settings with those changes that were given."""
    changed: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    return replace(settings, **changed)


def _sides(side: str | None) -> tuple[Side, ...]:
    if side is None:
        return ("left", "right")
    if side == "left":
        return ("left",)
    if side == "right":
        return ("right",)
    raise UsageError(f"{side!r}", where="--side", todo="left or right")


def _placements(text: str) -> tuple[Placement, ...]:
    choices: dict[str, tuple[Placement, ...]] = {
        "shoe": ("shoe",),
        "shank": ("shank",),
        "both": ("shoe", "shank"),
    }
    if text not in choices:
        raise UsageError(f"{text!r}", where="--placement", todo="shoe, shank or both")
    return choices[text]


def _noisy(sensor: SensorSettings, text: str) -> SensorSettings:
    """Return a sensor with the noise of the options: a factor on everything, or densities."""
    from gait.units import DEG, STANDARD_GRAVITY

    todo = "a factor such as 2, or densities such as acc=100ug,gyr=4.5mdps"
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        factor = float(text)
        if factor > MOST_NOISE:
            raise UsageError(f"a factor of {factor:g}", where="--noise", todo=f"give 0 to {MOST_NOISE:g}")
        return replace(
            sensor,
            acc_noise=sensor.acc_noise * factor,
            gyr_noise=sensor.gyr_noise * factor,
            acc_bias=sensor.acc_bias * factor,
            gyr_bias=sensor.gyr_bias * factor,
        )
    units = {"ug": 1e-6 * STANDARD_GRAVITY, "mg": 1e-3 * STANDARD_GRAVITY, "mdps": 1e-3 * DEG, "dps": DEG}
    for part in text.split(","):
        match = re.fullmatch(r"\s*(?:(acc)=(\d+(?:\.\d+)?)([um]g)|(gyr)=(\d+(?:\.\d+)?)(m?dps))\s*", part)
        if not match:
            raise UsageError(f"{part!r}", where="--noise", todo=todo)
        if match[1]:
            sensor = replace(sensor, acc_noise=float(match[2]) * units[match[3]])
        else:
            sensor = replace(sensor, gyr_noise=float(match[5]) * units[match[6]])
    return sensor


def _turn(text: str) -> Turn:
    from gait.virtual.runner.stride_plan import Turn

    number = r"([+-]?\d+(?:\.\d+)?)"
    match = re.fullmatch(rf"{number}:{number}(?::{number})?", text)
    if not match:
        raise UsageError(f"{text!r}", where="--turn", todo="AT:DEG or AT:DEG:OVER, such as 60:90:4")
    return Turn(float(match[1]), float(match[2]), float(match[3]) if match[3] else Turn.over_s)


def _leg(text: str | None, option: str) -> LegOffset | None:
    if text is None:
        return None
    from gait.virtual.runner.stride_plan import LegOffset

    names = {
        "contact": "contact_ms",
        "strike": "strike_deg",
        "pronation": "pronation_deg",
        "shank": "shank_deg",
    }
    values: dict[str, float] = {}
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\w+)\s*=\s*([+-]?\d+(?:\.\d+)?)\s*(?:ms|deg)?\s*", part)
        if not match or match[1] not in names:
            raise UsageError(f"{part!r}", where=option, todo="such as contact=+12ms,strike=-3,pronation=+4")
        values[names[match[1]]] = float(match[2])
    return LegOffset(**values)


def _gap(text: str) -> tuple[float, float]:
    match = re.fullmatch(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)", text)
    if not match or float(match[2]) <= float(match[1]):
        raise UsageError(f"{text!r}", where="--gap", todo="START:END in seconds, such as 30:32.5")
    return float(match[1]), float(match[2])


def _write(
    folder: Path,
    runner: RunnerSettings,
    sensor: SensorSettings,
    sides: tuple[Side, ...],
    placements: tuple[Placement, ...],
    seed: int,
    ending: str,
) -> None:
    from gait.files import write_text
    from gait.recording.write import Decimals, write_recording
    from gait.virtual.runner.simulate import simulate

    made = simulate(runner, sensor, sides=sides, placements=placements, seed=seed, name=folder.name)
    folder.mkdir(parents=True, exist_ok=True)
    for recording in made.session.recordings:
        target = folder / f"{recording.side}_{recording.placement}{ending}"
        write_recording(recording, target, Decimals(time=5, acc=2, gyr=1))
        print(target)
    truth = folder / "truth.csv"
    write_text(truth, made.truth.round(5).to_csv(index=False, lineterminator="\n"))
    print(truth)
