"""Which Bluetooth a command talks to: the computer's own, an HCI transport, or virtual sensors."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gait.errors import MissingExtraError, UsageError
from gait.frames import Side

if TYPE_CHECKING:
    from gait.recording.model import Recording
    from gait.sensors.link.backend import Backend
    from gait.virtual.radio.world import Plan

__all__ = [
    "AdapterOption",
    "HciOption",
    "PlayedOptions",
    "hci_backend",
    "need_bumble",
    "parse_sides",
    "plan_of",
    "virtual_backend",
]

HciOption = Annotated[
    str | None,
    typer.Option(
        "--hci",
        metavar="TRANSPORT",
        help="Talk through Bumble instead of the computer's own Bluetooth: tcp-client:HOST:PORT, usb:0, ...",
    ),
]
AdapterOption = Annotated[
    str,
    typer.Option("--adapter", metavar="NAME", help="Bluetooth adapter to use, such as hci1 (Linux only)."),
]


@dataclass(frozen=True)
class PlayedOptions:
    """Run that virtual sensors play, and faults that strike them."""

    play: Annotated[
        Path | None,
        typer.Option(
            "--play", metavar="PATH", help="Recording that virtual sensors play; else a virtual run."
        ),
    ] = None
    minutes: Annotated[
        float, typer.Option("--minutes", min=0.1, max=600.0, help="Length of the virtual run, minutes.")
    ] = 5.0
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            metavar="KIND@S[+S]",
            help="Let something go wrong with virtual sensors, such as drop@5+2.",
        ),
    ] = None
    loss: Annotated[
        float,
        typer.Option("--loss", min=0.0, max=0.5, help="Share of packets that get lost on the virtual air."),
    ] = 0.0

    def plan(self, sides: Sequence[Side]) -> Plan:
        """Return virtual sensors of these sides, as `plan_of`."""
        return plan_of(sides, self.play, self.minutes, self.fault or ())


FELT_HZ = 832.0
"""Rate at which a virtual run is made (chosen: twice what any sensor samples, so that sampling it loses
nothing)."""
CLOCK_PPM = (60.0, -40.0)
"""Clocks of virtual sensors (chosen: two crystals at the ends of what is sold)."""


def need_bumble(feature: str) -> None:
    """Refuse a feature that Bumble makes, where it is not installed.

    Raises
    ------
    MissingExtraError
        Names the extra.
    """
    if importlib.util.find_spec("bumble") is None:
        raise MissingExtraError(feature, "virtual")


def parse_sides(words: Sequence[str]) -> list[Side]:
    """Return sides out of ``left``, ``right``, ``left,right``, ``both`` or nothing, which means both.

    Raises
    ------
    UsageError
        Another word, or one side twice.
    """
    by_name: dict[str, Side] = {"left": "left", "right": "right"}
    names = [name for word in words for name in word.split(",") if name]
    if names == ["both"]:
        return ["left", "right"]
    sides = [by_name[name] for name in names if name in by_name]
    if len(sides) < len(names) or len(set(sides)) < len(sides):
        raise UsageError(
            f"{' '.join(words)!r} are no virtual sensors", todo="write left, right or left,right, or both"
        )
    return sides or ["left", "right"]


def _motions(sides: Sequence[Side], play: Path | None, minutes: float) -> list[Recording]:
    """Return the motions that virtual sensors play: a saved recording's sides, or those of a virtual run.

    Raises
    ------
    UsageError
        The recording lacks a side.
    """
    if play is not None:
        from gait.recording.read import read

        there = {recording.side: recording for recording in read(play).recordings}
        for side in sides:
            if side not in there:
                raise UsageError(f"holds no {side} side", where=play, todo=f"it holds: {', '.join(there)}")
        return [there[side] for side in sides]
    from gait.virtual.runner.imu import SensorSettings
    from gait.virtual.runner.simulate import simulate
    from gait.virtual.runner.stride_plan import RunnerSettings

    runner = RunnerSettings(parts=(("stand", 3.0), ("run", 60.0 * minutes), ("stand", 2.0)))
    feels = SensorSettings(rate_hz=FELT_HZ, acc_range_g=32.0, gyr_range_dps=4000.0)
    return list(simulate(runner, feels, sides=tuple(sides)).session.recordings)


def plan_of(sides: Sequence[Side], play: Path | None, minutes: float, faults: Sequence[str]) -> Plan:
    """Return virtual sensors, each with its motion; the faults strike the first of them.

    Raises
    ------
    UsageError
        The fault or the side does not exist.
    """
    from gait.virtual.radio.faults import parse_fault
    from gait.virtual.radio.firmware import SensorSettings, VirtualSensor
    from gait.virtual.radio.played_motion import Playback

    struck = [parse_fault(text) for text in faults]
    plan = []
    for number, motion in enumerate(_motions(sides, play, minutes)):
        settings = SensorSettings(
            side=motion.side,
            placement=motion.placement,
            serial=f"VS{number + 1:04d}",
            clock_ppm=CLOCK_PPM[number % 2],
            seed=number + 1,
        )
        plan.append((VirtualSensor(settings, Playback(motion)), struck if number == 0 else []))
    return plan


@asynccontextmanager
async def virtual_backend(plan: Plan, loss: float) -> AsyncIterator[Backend]:
    """Return a Bluetooth stack in this process, with these sensors in the air."""
    from gait.virtual.radio.air import AirSettings
    from gait.virtual.radio.world import open_world

    hush_libraries()
    async with open_world(plan, AirSettings(loss=loss)) as world:
        yield _backend(world.adapter)


@asynccontextmanager
async def hci_backend(transport: str | None, adapter_name: str = "") -> AsyncIterator[Backend]:
    """Return the computer's own Bluetooth, one of its adapters, or Bumble on a transport.

    Raises
    ------
    UsageError
        An adapter named where there is no choice, or together with a transport.
    """
    from gait.sensors.link.backend import Backend, refuse_adapter

    hush_libraries()
    if transport is None:
        refuse_adapter(adapter_name)
        yield Backend(adapter_name=adapter_name)
        return
    if adapter_name:
        raise UsageError("--adapter goes without --hci")
    need_bumble("--hci")
    from gait.virtual.radio.adapter import Adapter

    adapter = await Adapter.open(transport)
    try:
        yield _backend(adapter)
    finally:
        await adapter.close()


def hush_libraries() -> None:
    """Keep the warnings of Bluetooth libraries off the terminal: what matters comes as an error of ours."""
    for name in ("bleak", "bumble"):
        logging.getLogger(name).addHandler(logging.NullHandler())


def _backend(adapter: Any) -> Backend:  # noqa: ANN401 - Bumble is optional
    from gait.sensors.link.backend import Backend
    from gait.virtual.radio.backend import backends

    return Backend(*backends(adapter))
