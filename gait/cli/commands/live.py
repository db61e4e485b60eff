"""``gait live``: records, and shows the run as it happens in the browser."""

from __future__ import annotations

import asyncio
import sys
import threading
from contextlib import ExitStack
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gait.cli.foot_pod_options import (
    CalibratedRunnerOption,
    FootPodOption,
    StrideLengthOption,
    TransportArgument,
    foot_pod,
    refuse_without_foot_pod,
)
from gait.cli.main import one_line
from gait.cli.options import HistoryOption, PlacementOption, SideOption
from gait.cli.radio_options import AdapterOption, HciOption
from gait.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gait.live.feed import Feed
    from gait.live.foot_pod.pod import FootPod
    from gait.live.hub import Hub
    from gait.live.server import LiveServer
    from gait.sensors.session import RecordSettings, SensorView

__all__ = ["command"]

VIRTUAL_MINUTES = 5.0
"""Length of the run that virtual sensors play, as with ``gait record --virtual``."""
ANYWHERE = "0.0.0.0"  # noqa: S104 - only with --share, behind a token


def command(
    transport: TransportArgument = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help="Folder for the session.")
    ] = None,
    left: Annotated[
        str, typer.Option("--left", metavar="ID", help="The left sensor's name or address.")
    ] = "",
    right: Annotated[
        str, typer.Option("--right", metavar="ID", help="The right sensor's name or address.")
    ] = "",
    virtual: Annotated[bool, typer.Option("--virtual", help="Two virtual sensors: no hardware.")] = False,
    replay: Annotated[
        Path | None, typer.Option("--replay", metavar="PATH", help="Show a saved run as if it happened now.")
    ] = None,
    speed: Annotated[
        str | None, typer.Option("--speed", metavar="X|max", help="Pace of --replay; 1 unless said.")
    ] = None,
    target: Annotated[
        float | None,
        typer.Option("--target-cadence", metavar="N", min=100.0, max=240.0, help="Steps a minute to aim at."),
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the page; 0: any.")] = 0,
    share: Annotated[
        bool, typer.Option("--share", help="Let a phone look on, by an address with a token in it.")
    ] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
    duration: Annotated[
        float | None, typer.Option("--duration", metavar="S", min=0.5, max=86400.0, help="Stop by itself.")
    ] = None,
    adapter: AdapterOption = "",
    hci: HciOption = None,
    placement: PlacementOption = None,
    side: SideOption = None,
    pod: FootPodOption = False,
    stride_length: StrideLengthOption = None,
    runner: CalibratedRunnerOption = None,
    history: HistoryOption = None,
) -> None:
    """Record a run and see it in the browser: cadence, contact, balance, strike; metronome and laps.

    The page runs on this computer alone unless --share is given. Page closed, reloaded or slow: the recording
    does not care. Ends on Ctrl-C; then: gait report DIR

    --foot-pod: watches, Zwift and treadmill apps see speed, cadence and distance as of a standard foot pod,
    by this computer's Bluetooth (Linux) or a dongle of its own (TRANSPORT). With --runner NAME lengths are
    calibrated by kept sessions of known distance.
    """
    if find_spec("starlette") is None or find_spec("uvicorn") is None or find_spec("websockets") is None:
        raise MissingExtraError("gait live", "live")
    others = output is not None or duration is not None
    paced = speed is not None or side is not None
    # Beside --virtual or --replay an adapter can be the foot pod's alone.
    radio = bool(hci or (adapter and (transport is not None or not pod)))
    _refuse_contradictions(
        replay=replay is not None,
        virtual=virtual,
        sensors=bool(left or right) or radio,
        others=others,
        paced=paced,
    )
    if not pod:
        refuse_without_foot_pod(transport, stride_length, runner, history)
    from gait.journal.folder import refuse_used
    from gait.live.access import new_token
    from gait.live.hub import Hub
    from gait.live.server import LiveServer
    from gait.sensors.session import RecordSettings

    folder = Path() if replay is not None else output or _dated_folder()
    if replay is None:
        refuse_used(folder)
    shown = foot_pod(transport, placement or "shoe", adapter, stride_length, runner, history) if pod else None
    hub = Hub(target)
    token = new_token() if share else ""
    server = LiveServer(hub, host=ANYWHERE if share else "127.0.0.1", port=port, token=token)
    server.start()
    _tell(server, token)
    if not no_open:
        typer.launch(server.address)
    with ExitStack() as open_parts:
        open_parts.callback(server.stop)
        if shown is not None:
            open_parts.enter_context(shown)
        if replay is not None:
            _replay(replay, _feed(hub, shown), speed or "1", placement, side)
        else:
            asked = RecordSettings(
                left=left,
                right=right,
                placement=placement or "shoe",
                duration_s=duration,
                expected=2 if virtual else 0,
            )
            _record(folder, _feed(hub, shown), asked, None if virtual else (hci, adapter))


def _feed(hub: Hub, pod: FootPod | None) -> Feed:
    from gait.live.feed import Feed

    return Feed(hub, () if pod is None else (pod,))


def _refuse_contradictions(*, replay: bool, virtual: bool, sensors: bool, others: bool, paced: bool) -> None:
    """Refuse options that do not go together.

    Raises
    ------
    UsageError
        Which they are.
    """
    if replay and (virtual or sensors or others):
        raise UsageError("--replay goes without sensors, -o and --duration", where="--replay")
    if not replay and paced:
        raise UsageError("--speed and --side go with --replay", todo="name sensors with --left and --right")
    if virtual and sensors:
        raise UsageError("--virtual goes without --left, --right, --hci and --adapter")


def _tell(server: LiveServer, token: str) -> None:
    """Say where the page is; with sharing the address for a phone, as text and as a code to scan."""
    print(f"page: {server.address}", file=sys.stderr, flush=True)
    if not token:
        return
    from gait.live.sharing import qr_lines, shared_address

    address = shared_address(server.port, token)
    print(f"for the phone (anyone with this address can look): {address}", file=sys.stderr)
    print("\n".join(qr_lines(address)), file=sys.stderr, flush=True)


def _dated_folder() -> Path:
    folder = Path(f"run-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}")
    print(f"recording into {folder}", file=sys.stderr)
    return folder


def _replay(path: Path, feed: Feed, speed: str, placement: Any, side: Any) -> None:  # noqa: ANN401 - typer's literals
    from gait.cli.commands.replay import factor_of
    from gait.cli.options import load_samples
    from gait.live.replayed import replay

    session = load_samples(path, placement=placement, side=side)
    stop = threading.Event()
    replay(session, feed, factor_of(speed), stop)


def _record(folder: Path, feed: Feed, asked: RecordSettings, radio: tuple[str | None, str] | None) -> None:
    """Record as ``gait record`` does, with a feed as the one who watches.

    Parameters
    ----------
    radio
        Transport and adapter; None for virtual sensors.
    """
    try:
        asyncio.run(_session(folder, feed, asked, radio))
    finally:
        feed.finish()
        feed.hub.end()
    print(f"next: gait report {folder}", file=sys.stderr)


async def _session(
    folder: Path, feed: Feed, asked: RecordSettings, radio: tuple[str | None, str] | None
) -> None:
    from gait.cli.commands.record import interruptible
    from gait.cli.radio_options import hci_backend, need_bumble, plan_of, virtual_backend
    from gait.sensors.session import Watchers, record

    backend: Any
    if radio is None:
        need_bumble("--virtual")
        backend = virtual_backend(plan_of(["left", "right"], None, VIRTUAL_MINUTES, ()), 0.0)
    else:
        backend = hci_backend(*radio)
    stop = asyncio.Event()

    def report(elapsed_s: float, views: Sequence[SensorView]) -> None:
        feed.hub.status(elapsed_s, [_view(one) for one in views])

    watchers = Watchers(feed.hear, report, lambda text: print(one_line(text), file=sys.stderr, flush=True))
    async with interruptible(stop), backend as opened:
        await record(folder, asked, stop, backend=opened, watchers=watchers)


def _view(view: SensorView) -> dict[str, object]:
    signal = "ended" if view.ended else f"{view.rate_hz:.0f} Hz" if view.connected else "away, trying"
    return {"name": f"{view.side} {view.placement}", "signal": signal, "battery_pct": view.battery_pct}
