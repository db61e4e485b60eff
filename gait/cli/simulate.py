"""``gait simulate``: a virtual run whose every event is known."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from gait.errors import UsageError

if TYPE_CHECKING:
    from gait.frames import Side
    from gait.virtual.imu import SensorSettings
    from gait.virtual.stride_plan import LegOffset, RunnerSettings

__all__ = ["command"]

Settings = TypeVar("Settings", "RunnerSettings", "SensorSettings")


def command(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help="Folder to write.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="Start from a named runner; see --list.")] = None,
    list_presets: Annotated[bool, typer.Option("--list", help="List the presets and stop.")] = False,
    minutes: Annotated[float | None, typer.Option(min=0.1, max=1440.0, help="Minutes of running.")] = None,
    cadence: Annotated[float | None, typer.Option(help="Steps a minute.")] = None,
    speed: Annotated[float | None, typer.Option(metavar="M/S", help="Running speed.")] = None,
    strike_angle: Annotated[float | None, typer.Option(metavar="DEG", help="Toes up positive.")] = None,
    contact: Annotated[float | None, typer.Option(metavar="MS", help="Contact time; else by speed.")] = None,
    pronation: Annotated[float | None, typer.Option(metavar="DEG", help="Pronation excursion.")] = None,
    circumduction: Annotated[float | None, typer.Option(metavar="CM", help="Sideways swing.")] = None,
    variability: Annotated[float | None, typer.Option(help="Spread of stride time, relative.")] = None,
    fatigue: Annotated[float | None, typer.Option(help="Relative change of cadence to the end.")] = None,
    left: Annotated[
        str | None, typer.Option(help="How the left leg differs: contact=+12ms,strike=-3,pronation=+4.")
    ] = None,
    right: Annotated[str | None, typer.Option(help="How the right leg differs.")] = None,
    side: Annotated[str | None, typer.Option(help="One shoe alone: left or right.")] = None,
    rate: Annotated[float | None, typer.Option(metavar="HZ", help="Sample rate, 50 to 833.")] = None,
    acc_range: Annotated[
        float | None, typer.Option(metavar="G", help="Full scale, such as 8, 16, 32.")
    ] = None,
    gyr_range: Annotated[float | None, typer.Option(metavar="DPS", help="Full scale, such as 2000.")] = None,
    gyro: Annotated[bool, typer.Option("--gyro/--no-gyro", help="With or without a gyroscope.")] = True,
    noise: Annotated[float, typer.Option(min=0.0, max=100.0, help="Factor on noise and offsets.")] = 1.0,
    clock_error: Annotated[float | None, typer.Option(help="Relative error of the sample clock.")] = None,
    jitter: Annotated[float | None, typer.Option(metavar="MS", help="Spread of the stamps.")] = None,
    dropped: Annotated[float | None, typer.Option(help="Share of samples lost.")] = None,
    gap: Annotated[list[str] | None, typer.Option(metavar="START:END", help="Seconds not recorded.")] = None,
    style: Annotated[int | None, typer.Option(help="Which person: seed of the running style.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of strides, mounting and noise.")] = 1,
    compress: Annotated[bool, typer.Option("--gz", help="Write .csv.gz.")] = False,
) -> None:
    """Make a virtual run: a recording a shoe, and truth.csv with every event.

    The same options and seed give the same files.
    """
    from gait.virtual.presets import PRESETS

    if list_presets:
        for name, one in PRESETS.items():
            print(f"{name:15} {one.what}")
        return
    if output is None:
        raise UsageError("no folder to write to", where="simulate", todo="give -o DIR")
    if preset is not None and preset not in PRESETS:
        raise UsageError(f"no preset {preset!r}", where="--preset", todo=f"one of: {', '.join(PRESETS)}")
    start = PRESETS[preset or "easy-rearfoot"]
    runner = _given(
        start.runner,
        cadence_spm=cadence,
        speed_m_s=speed,
        strike_angle_deg=strike_angle,
        contact_ms=contact,
        pronation_deg=pronation,
        circumduction_cm=circumduction,
        variability=variability,
        fatigue=fatigue,
        style_seed=style,
        left=_leg(left, "--left"),
        right=_leg(right, "--right"),
        parts=None if minutes is None else (("stand", 3.0), ("run", 60.0 * minutes), ("stand", 2.0)),
    )
    sensor = _given(
        start.sensor,
        rate_hz=rate,
        acc_range_g=acc_range,
        gyr_range_dps=gyr_range,
        gyroscope=None if gyro else False,
        clock_error=clock_error,
        jitter_s=None if jitter is None else 1e-3 * jitter,
        dropped=dropped,
        gaps=None if not gap else tuple(_gap(one) for one in gap),
    )
    sensor = replace(
        sensor,
        acc_noise=sensor.acc_noise * noise,
        gyr_noise=sensor.gyr_noise * noise,
        acc_bias=sensor.acc_bias * noise,
        gyr_bias=sensor.gyr_bias * noise,
    )
    _write(output, runner, sensor, _sides(side), seed, ".csv.gz" if compress else ".csv")


def _given(settings: Settings, **changes: object) -> Settings:
    """Settings with those changes that were given."""
    known: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    return replace(settings, **known)


def _sides(side: str | None) -> tuple[Side, ...]:
    if side is None:
        return ("left", "right")
    if side == "left":
        return ("left",)
    if side == "right":
        return ("right",)
    raise UsageError(f"{side!r}", where="--side", todo="left or right")


def _leg(text: str | None, option: str) -> LegOffset | None:
    if text is None:
        return None
    from gait.virtual.stride_plan import LegOffset

    names = {"contact": "contact_ms", "strike": "strike_deg", "pronation": "pronation_deg"}
    values: dict[str, float] = {}
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\w+)\s*=\s*([+-]?\d+(?:\.\d+)?)\s*(?:ms|deg)?\s*", part)
        if not found or found[1] not in names:
            raise UsageError(f"{part!r}", where=option, todo="such as contact=+12ms,strike=-3,pronation=+4")
        values[names[found[1]]] = float(found[2])
    return LegOffset(**values)


def _gap(text: str) -> tuple[float, float]:
    found = re.fullmatch(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)", text)
    if not found or float(found[2]) <= float(found[1]):
        raise UsageError(f"{text!r}", where="--gap", todo="START:END in seconds, such as 30:32.5")
    return float(found[1]), float(found[2])


def _write(
    folder: Path,
    runner: RunnerSettings,
    sensor: SensorSettings,
    sides: tuple[Side, ...],
    seed: int,
    ending: str,
) -> None:
    from gait.recording.write import Decimals, write_recording
    from gait.virtual.runner import simulate

    made = simulate(runner, sensor, sides=sides, seed=seed, name=folder.name)
    folder.mkdir(parents=True, exist_ok=True)
    for recording in made.session.recordings:
        target = folder / f"{recording.side}_{recording.placement}{ending}"
        write_recording(recording, target, Decimals(time=5, acc=2, gyr=1))
        print(target)
    truth = folder / "truth.csv"
    made.truth.round(5).to_csv(truth, index=False, lineterminator="\n")
    print(truth)
