"""Options of ``gait live`` for the foot pod, and the pod made from them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.main import one_line
from gait.errors import UsageError
from gait.frames import Placement

if TYPE_CHECKING:
    from gait.live.foot_pod.pod import FootPod

__all__ = [
    "CalibratedRunnerOption",
    "FootPodOption",
    "StrideLengthOption",
    "TransportArgument",
    "foot_pod",
    "refuse_without_foot_pod",
]

TransportArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="TRANSPORT",
        help="With --foot-pod: a Bluetooth dongle of its own, such as usb:0; else this computer's Bluetooth.",
        show_default=False,
    ),
]
FootPodOption = Annotated[
    bool, typer.Option("--foot-pod", help="Show the run to watches and apps as a Bluetooth foot pod.")
]
StrideLengthOption = Annotated[
    float | None,
    typer.Option(
        "--stride-length",
        metavar="M",
        min=0.2,
        max=6.0,
        help="With --foot-pod: metres of a stride (two steps), where the sensors measure no length.",
    ),
]

CalibratedRunnerOption = Annotated[
    str | None,
    typer.Option(
        "--runner",
        metavar="NAME",
        help="Whose plan and cadence course this is; calibrates --foot-pod by kept runs of known distance.",
    ),
]


def refuse_without_foot_pod(transport: str | None, stride_m: float | None) -> None:
    """Refuse what only a foot pod uses.

    Raises
    ------
    UsageError
        Which that is.
    """
    if transport is not None:
        raise UsageError(
            f"{transport!r} is not expected", todo="a saved run is shown with --replay PATH; see --help"
        )
    if stride_m is not None:
        raise UsageError("goes with --foot-pod", where="--stride-length")


def foot_pod(
    transport: str | None,
    placement: Placement,
    adapter: str,
    stride_m: float | None,
    runner: str | None,
    history: Path | None,
) -> FootPod:
    """Return the foot pod that is asked for; it is not on the air yet.

    Raises
    ------
    GaitError
        It cannot be played here, or the runner's history cannot be read.
    """
    from gait.live.foot_pod.carrier import carrier_for
    from gait.live.foot_pod.course import PodSettings
    from gait.live.foot_pod.pod import FootPod

    carrier = carrier_for(transport, placement, adapter)
    return FootPod(carrier, _say, PodSettings(_factor(runner, history), stride_m))


def _factor(runner: str | None, history: Path | None) -> float:
    """Return the runner's calibration, and say what it rests on."""
    if runner is None:
        return 1.0
    from gait.history.database import database_path
    from gait.live.foot_pod.calibration import factor_of_runner

    factor, count = factor_of_runner(runner, database_path(history))
    if count:
        _say(f"foot pod: lengths x {factor:.3f}, by known distances of {count} kept sessions of {runner}")
    else:
        _say(f"foot pod: no kept session of {runner} has a known distance: lengths as measured")
    return factor


def _say(text: str) -> None:
    print(one_line(text), file=sys.stderr, flush=True)
