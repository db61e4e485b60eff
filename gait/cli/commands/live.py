"""``gait live``: records, and shows the run as it happens in the browser."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gait.cli.foot_pod_options import (
    CalibratedRunnerOption,
    FootPodOption,
    StrideLengthOption,
    TransportArgument,
    foot_pod,
    refuse_without_foot_pod,
)
from gait.cli.live_cadence import CadenceRequest, CadenceWork, cadence_work
from gait.cli.live_run import (
    Shown,
    lsl_outlets,
    open_phone,
    record_phone,
    record_sensors,
    replay_run,
)
from gait.cli.option_groups import SensorOptions, grouped
from gait.cli.options import HistoryOption, LangOption
from gait.cli.radio_options import AdapterOption, HciOption
from gait.errors import MissingExtraError, UsageError
from gait.sentences import sentence

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from gait.frames import Placement, Side
    from gait.live.feed import Listener
    from gait.live.foot_pod.pod import FootPod
    from gait.live.phone.session import Phone
    from gait.live.server import LiveServer
    from gait.recording.model import Session
    from gait.report.words import Words
    from gait.sensors.link.backend import Backend
    from gait.sensors.session import RecordSettings

__all__ = ["command"]

VIRTUAL_MINUTES = 5.0
"""Length of the run that virtual sensors play, min (chosen: as with ``gait record --virtual``)."""
ANYWHERE = "0.0.0.0"  # noqa: S104 - only with --share, behind a token


@dataclass(frozen=True)
class _Sensors:
    """Sensors to record, or a run to play."""

    left: Annotated[str, typer.Option("--left", metavar="ID", help="The left sensor's name or address.")] = ""
    right: Annotated[
        str, typer.Option("--right", metavar="ID", help="The right sensor's name or address.")
    ] = ""
    virtual: Annotated[bool, typer.Option("--virtual", help="Two virtual sensors: no hardware.")] = False
    replay: Annotated[
        Path | None, typer.Option("--replay", metavar="PATH", help="Show a saved run as if it happened now.")
    ] = None
    speed: Annotated[
        str | None, typer.Option("--speed", metavar="X|max", help="Pace of --replay; 1 unless said.")
    ] = None


@dataclass(frozen=True)
class _Cues:
    """Cadence to aim at, and landing."""

    target: Annotated[
        float | None,
        typer.Option("--target-cadence", metavar="N", min=100.0, max=240.0, help="Steps a minute to aim at."),
    ] = None
    softer: Annotated[
        bool,
        typer.Option(
            "--softer-landing", help="Ask for a softer landing too, where the runner's plan allows it."
        ),
    ] = False
    calf_fine: Annotated[
        bool,
        typer.Option("--calf-fine", help="No pain of calf or heel tendon, now or in the last 12 months."),
    ] = False


@dataclass(frozen=True)
class _Serve:
    """Server of the page, and what else the run goes to."""

    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the page; 0: any.")] = 0
    share: Annotated[
        bool, typer.Option("--share", help="Let a phone look on, by an address with a token in it.")
    ] = False
    phone: Annotated[
        Literal["left", "right"] | None,
        typer.Option(
            "--phone", help="Record a phone on this shank (Sensor Logger's HTTP push); with --share."
        ),
    ] = None
    lsl: Annotated[
        bool, typer.Option("--lsl", help="Samples and strides as streams of the Lab Streaming Layer too.")
    ] = False
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False


@dataclass(frozen=True)
class _Radio:
    """Length of the recording, and the Bluetooth it comes by."""

    duration: Annotated[
        float | None,
        typer.Option("--duration", metavar="S", min=0.5, max=86400.0, help="Stop by itself."),
    ] = None
    adapter: AdapterOption = ""
    hci: HciOption = None


@dataclass(frozen=True)
class _Pod:
    """Foot pod, and the runner whom it is calibrated for."""

    pod: FootPodOption = False
    stride_length: StrideLengthOption = None
    runner: CalibratedRunnerOption = None
    history: HistoryOption = None


@grouped
def command(
    *,
    transport: TransportArgument = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help="Folder for the session.")
    ] = None,
    sensors: _Sensors,
    cues: _Cues,
    served: _Serve,
    radio: _Radio,
    sensor: SensorOptions,
    pod: _Pod,
    lang: LangOption = "en",
) -> None:
    """Record a run and see it in the browser: cadence, contact, balance, strike; metronome and laps.

    The page runs on this computer alone unless --share is given. Page closed, reloaded or slow: the recording
    does not care. Ends on Ctrl-C; then: gait report DIR

    --runner NAME: the cadence step of the runner's kept plan as a course of eight runs with fading beep, and
    tests without it 4 and 12 weeks later. --foot-pod: watches, Zwift and treadmill apps see speed, cadence
    and distance as of a standard foot pod, by this computer's Bluetooth (Linux) or a dongle of its own
    (TRANSPORT).
    """
    from gait.report.words import load_words

    if find_spec("starlette") is None or find_spec("uvicorn") is None or find_spec("websockets") is None:
        raise MissingExtraError("gait live", "live")
    source = _source(sensors, served, radio, sensor, radio_is_the_pods=pod.pod and transport is None)
    _refuse_contradictions(source, share=served.share)
    if not pod.pod:
        refuse_without_foot_pod(transport, pod.stride_length)
    if pod.history is not None and pod.runner is None:
        raise UsageError("goes with --runner", where="--history")
    if cues.calf_fine and not cues.softer:
        raise UsageError("goes with --softer-landing", where="--calf-fine")
    words = load_words(lang)
    folder = _folder(source, output, words)
    work = cadence_work(
        CadenceRequest(pod.runner, pod.history, cues.target, cues.softer, cues.calf_fine), words
    )
    sits = sensor.placement or ("shoe" if served.phone is None else "shank")
    made = None
    if pod.pod:
        made = foot_pod(transport, sits, radio.adapter, pod.stride_length, pod.runner, pod.history)
    page = _Page(served.port, served.share, opens=not served.no_open)
    with ExitStack() as parts:
        _run(parts, source, folder, work, page, _shown(parts, work, made, lsl=served.lsl), made)


def _source(
    sensors: _Sensors, served: _Serve, radio: _Radio, sensor: SensorOptions, *, radio_is_the_pods: bool
) -> _Source:
    """Return the source asked for; an adapter beside --virtual or --replay can be the foot pod's alone."""
    adapter = "" if radio_is_the_pods and not radio.hci else radio.adapter
    return _Source(
        sensors.replay,
        sensors.speed,
        sensor.side,
        sensor.placement,
        sensors.left,
        sensors.right,
        sensors.virtual,
        served.phone,
        radio.hci,
        adapter,
        radio.duration,
    )


@dataclass(frozen=True)
class _Source:
    """Source of the samples."""

    replay: Path | None
    speed: str | None
    side: Side | None
    placement: Placement | None
    left: str
    right: str
    virtual: bool
    phone: Side | None
    hci: str | None
    adapter: str
    duration_s: float | None

    @property
    def backend(self) -> AbstractAsyncContextManager[Backend]:
        """Bluetooth stack to record with."""
        from gait.cli.radio_options import hci_backend, need_bumble, plan_of, virtual_backend

        if not self.virtual:
            return hci_backend(self.hci, self.adapter)
        need_bumble("--virtual")
        return virtual_backend(plan_of(["left", "right"], None, VIRTUAL_MINUTES, ()), 0.0)

    @property
    def settings(self) -> RecordSettings:
        """Settings of the recorder."""
        from gait.sensors.session import RecordSettings

        return RecordSettings(
            left=self.left,
            right=self.right,
            placement=self.placement or "shoe",
            duration_s=self.duration_s,
            expected=2 if self.virtual else 0,
        )


@dataclass(frozen=True)
class _Page:
    """How the page is served."""

    port: int
    shared: bool
    opens: bool

    def serve(self, parts: ExitStack, work: CadenceWork, phone: Phone | None) -> LiveServer:
        """Return a server that serves; the stack stops it."""
        from gait.live.access import new_token
        from gait.live.server import LiveServer

        server = LiveServer(
            work.hub,
            host=ANYWHERE if self.shared else "127.0.0.1",
            port=self.port,
            token=new_token() if self.shared else "",
            push=None if phone is None else phone.push,
            words=work.words,
        )
        server.start()
        parts.callback(server.stop)
        _tell(server, work.words, phone=phone is not None)
        if self.opens:
            typer.launch(server.address)
        return server


def _refuse_contradictions(source: _Source, *, share: bool) -> None:
    """Refuse options that do not go together.

    Raises
    ------
    UsageError
        The options exclude one another.
    """
    replay, radio = source.replay is not None, bool(source.hci or source.adapter)
    sensors = bool(source.left or source.right) or radio
    if replay and (source.virtual or sensors or source.duration_s is not None):
        raise UsageError("--replay goes without sensors and --duration", where="--replay")
    if not replay and (source.speed is not None or source.side is not None):
        raise UsageError("--speed and --side go with --replay", todo="name sensors with --left and --right")
    if source.virtual and sensors:
        raise UsageError("--virtual goes without --left, --right, --hci and --adapter")
    if source.phone is None:
        return
    if replay or source.virtual or sensors:
        raise UsageError("goes without other sensors and --replay", where="--phone")
    if not share:
        raise UsageError("the phone has to reach this computer", where="--phone", todo="add --share")


def _folder(source: _Source, output: Path | None, words: Words) -> Path | None:
    """Return the folder of the session, which is not in use; None for a replay that is not to be written.

    Raises
    ------
    RecordingError
        The folder is in use.
    """
    from gait.journal.folder import refuse_used

    if source.replay is not None and output is None:
        return None
    folder = output or _dated_folder(words)
    refuse_used(folder)
    return folder


def _shown(parts: ExitStack, work: CadenceWork, pod: FootPod | None, *, lsl: bool) -> Shown:
    from gait.live.feed import Feed

    outlets = lsl_outlets() if lsl else None
    if outlets is not None:
        parts.callback(outlets.close)
    listeners: list[Listener] = [listener for listener in (pod, outlets) if listener is not None]
    return Shown(Feed(work.hub, listeners), outlets)


def _run(
    parts: ExitStack,
    source: _Source,
    folder: Path | None,
    work: CadenceWork,
    page: _Page,
    shown: Shown,
    pod: FootPod | None,
) -> None:
    """Record or replay, with everything open that is asked for."""
    # Checked before a browser opens on an empty page.
    played = _played(source)
    phone = None
    if source.phone is not None and folder is not None:
        phone = open_phone(parts, folder, shown, source.phone, source.placement or "shank")
    server = page.serve(parts, work, phone)
    if pod is not None:
        parts.enter_context(pod)
    if played is not None or folder is None:
        _replay(played, folder, work, shown)
    elif phone is not None:
        record_phone(folder, phone, shown, server, source.duration_s, work.keep)
    else:
        record_sensors(folder, shown, source.settings, source.backend, work.keep)


def _played(source: _Source) -> tuple[Session, float] | None:
    """Return the session to play and its pace; None where sensors are recorded.

    Raises
    ------
    GaitError
        It cannot be read, or is no pace.
    """
    from gait.cli.commands.replay import factor_of
    from gait.cli.options import load_samples

    if source.replay is None:
        return None
    factor = factor_of(source.speed or "1")
    return load_samples(source.replay, placement=source.placement, side=source.side), factor


def _replay(
    played: tuple[Session, float] | None, folder: Path | None, work: CadenceWork, shown: Shown
) -> None:
    assert played is not None  # only a replay goes without a folder
    session, factor = played
    replay_run(session, shown, factor, folder)
    if work.on_course:
        work.tell(sentence("a replay is no run of it; nothing is kept"))


def _tell(server: LiveServer, words: Words, *, phone: bool) -> None:
    """Say where the page is; with sharing the address for a phone, as text and as a code to scan."""
    print(words("live.page", address=server.address), file=sys.stderr, flush=True)
    if not server.token:
        return
    from gait.live.sharing import push_address, qr_lines, shared_address

    address = shared_address(server.port, server.token)
    print(words("live.shared", address=address), file=sys.stderr)
    print("\n".join(qr_lines(address)), file=sys.stderr, flush=True)
    if phone:
        push = push_address(server.port, server.token)
        print(words("live.push", address=push), file=sys.stderr, flush=True)


def _dated_folder(words: Words) -> Path:
    folder = Path(f"run-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}")
    print(words("live.into", folder=folder), file=sys.stderr)
    return folder
