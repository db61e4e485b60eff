"""The interface of a sensor family to the recorder: its abilities, and the dialogue that records it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from gait.errors import SensorError
from gait.frames import Placement, Side
from gait.journal.clock import ClockTracker
from gait.journal.format import Block
from gait.journal.writer import JournalWriter
from gait.recording.limits import ACC_ENDS, ARRIVAL, FEW_SAMPLES, GYR_ENDS, NO_GYROSCOPE
from gait.sensors.link.connection import ClockSource, Heard, Link
from gait.sensors.link.patience import Timing
from gait.sensors.samples.full_scale import FullScale, Scales
from gait.sensors.samples.sample_stream import Counts
from gait.sentences import sentence

__all__ = [
    "Ability",
    "Advertisement",
    "Context",
    "Description",
    "Dialogue",
    "Driver",
    "Inbox",
    "RefusedError",
    "Wanted",
]

RUNNING_ACC_G = 8.0
"""A shoe's impact reaches 8 g and more in easy running (Sheerin et al. 2019, shank: 5 to 12 g)."""
RUNNING_GYR_DPS = 1000.0
"""deg/s (chosen: a shank turns at 500 to 800 in mid-swing, a foot at up to 1500)."""
RUNNING_RATE_HZ = 100
"""Hz (chosen: contact time from 100 samples a second is 10 ms coarse; below it falls apart)."""


class RefusedError(SensorError):
    """The sensor answered, and said no.

    Parameters
    ----------
    what, where, todo
        Command, sensor, and remedy.
    reason
        Reason that the sensor gave.
    """

    def __init__(self, action: str, reason: str, *, where: str, todo: str = "") -> None:
        self.reason = reason
        super().__init__(f"refused {action} ({reason})", where=where, todo=todo)


@dataclass(frozen=True)
class Advertisement:
    """Advertisement of a sensor: name (untrusted) and services, lower case."""

    name: str
    service_uuids: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """Settings a sensor is asked for; each family takes the nearest that it has.

    Attributes
    ----------
    session_id
        Random number of the session, not 0.
    """

    rate_hz: int
    acc_range_g: int
    gyr_range_dps: int
    session_id: int


@dataclass(frozen=True)
class Description:
    """Description that a sensor gives over the link; None and empty where it says nothing.

    Attributes
    ----------
    device
        Maker, model, serial number, firmware (untrusted text).
    """

    side: Side | Literal[""] = ""
    placement: Placement | Literal[""] = ""
    battery_pct: int | None = None
    device: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ability:
    """Abilities and limits of a family.

    Attributes
    ----------
    key, name
        Short name for programs, and the name that its owners know.
    rates_hz
        Sample rates that it is recorded at, ascending.
    acc_range_g, gyr_range_dps
        Largest full scale; 0 without the instrument.
    clock
        ``"exchange"``: two-way clock exchanges; ``"sensor"``: the sensor stamps its samples; ``"arrival"``:
        nothing but the time at which packets arrive.
    keeps
        What the sensor keeps while the link is away, in words; empty for nothing.
    fetches
        Whether ``gait fetch-log`` reads what the sensor keeps.
    proven_by, memory_proven_by
        Bytes that the decoder, and that of the memory, were held against, not made by our own encoder; empty
        without any.
    switch_on
        How its owner makes it ready.
    refused
        Why it is not recorded on a shoe or a shank; empty where it is.
    """

    key: str
    name: str
    rates_hz: tuple[int, ...]
    acc_range_g: float
    gyr_range_dps: float
    clock: Literal["exchange", "sensor", "arrival"]
    keeps: str
    fetches: bool
    proven_by: str
    switch_on: str
    refused: str = ""
    memory_proven_by: str = ""

    @property
    def shortcomings(self) -> tuple[str, ...]:
        """Return the limits that make its recordings of running worse, in words; empty for none."""
        faults: list[str] = []
        if self.acc_range_g < RUNNING_ACC_G:
            faults.append(sentence(ACC_ENDS, most=self.acc_range_g))
        if 0.0 < self.gyr_range_dps < RUNNING_GYR_DPS:
            faults.append(sentence(GYR_ENDS, most=self.gyr_range_dps))
        if not self.gyr_range_dps:
            faults.append(sentence(NO_GYROSCOPE))
        if self.rates_hz[-1] < RUNNING_RATE_HZ:
            faults.append(sentence(FEW_SAMPLES, n=self.rates_hz[-1]))
        if self.clock == "arrival":
            faults.append(sentence(ARRIVAL))
        return tuple(faults)

    def kept(self, scale: FullScale) -> Ability:
        """Return the abilities of a run out of memory: as recorded there, each sample stamped by the sensor.

        Parameters
        ----------
        scale
            Rate and ranges of that run.
        """
        return replace(
            self,
            rates_hz=(round(scale.rate_hz),),
            acc_range_g=scale.acc_range_g,
            gyr_range_dps=scale.gyr_range_dps,
            clock="sensor",
        )

    @property
    def verdict(self) -> str:
        """Return whether it will do for running, in a word or a reason."""
        if self.refused:
            return f"no: {self.refused}"
        return f"with limits: {'; '.join(self.shortcomings)}" if self.shortcomings else "yes"

    def nearest_rate_hz(self, wanted_hz: int) -> int:
        """Return the rate of the family nearest to a wish; the faster of two that are equally near."""
        return min(self.rates_hz, key=lambda rate_hz: (abs(rate_hz - wanted_hz), -rate_hz))


@dataclass
class Inbox:
    """Queue of notifications between the callback and the task that decodes and writes them.

    State: who waits, whether anything is let in, and how many found no place.
    """

    put: Callable[[str, bytes, int], None]
    is_open: bool = False

    def taker(self, uuid: str) -> Heard:
        """Return the callback for a characteristic: it stamps (the link has) and queues, no more."""

        def came(payload: bytes, arrival_us: int) -> None:
            if self.is_open:
                self.put(uuid, payload, arrival_us)

        return came


@dataclass(frozen=True)
class Context:
    """Tools of a dialogue, the same for one sensor through the whole session.

    Attributes
    ----------
    stream
        The sensor's number in the journal.
    name
        As advertised.
    drain
        Decodes and writes the notifications that have arrived.
    pause
        Waits so many seconds; a stop or the loss of the link ends it early.
    say
        Gets lines for people.
    from_memory
        Whether it is about a run in the sensor's memory, and not about a live one.
    """

    stream: int
    name: str
    journal: JournalWriter
    clock_us: ClockSource
    timing: Timing
    wanted: Wanted
    inbox: Inbox
    drain: Callable[[], Awaitable[None]]
    pause: Callable[[float, Link], Awaitable[None]]
    say: Callable[[str], None]
    from_memory: bool = False

    def event(self, kind: str, text: str) -> None:
        """Note in the journal what happened."""
        self.journal.note("event", {"kind": kind, "text": text, "at_us": self.clock_us()}, self.stream)

    @property
    def now_s(self) -> float:
        """Host clock, seconds."""
        return self.clock_us() / 1e6


class Dialogue(Protocol):
    """The conversation with one sensor through a session, over one link after the other.

    Attributes
    ----------
    ended
        Whether the sensor stopped by itself and everything it had is here.
    settled
        Whether all kept samples have been fetched.
    """

    ended: bool
    settled: bool
    battery_pct: int | None
    last_packet_us: int
    scales: Scales
    tracker: ClockTracker

    @property
    def counts(self) -> Counts:
        """Return the counts of what came in."""

    @property
    def missing(self) -> int:
        """Samples that are missing now, and may still come."""

    @property
    def keeps_samples(self) -> bool:
        """Return whether the sensor is worth one more call after a session that ended while it was away."""

    def subscriptions(self) -> Mapping[str, Heard]:
        """Return characteristics to subscribe to, and who takes their notifications."""

    async def introduce(self, link: Link) -> Description:
        """Ask the sensor who it is."""

    async def begin(self, link: Link) -> None:
        """Start the stream, or go on with a stream that runs."""

    async def tick(self, link: Link) -> None:
        """Do whatever is due now."""

    async def end(self, link: Link) -> None:
        """End the session on the sensor, and fetch what is still missing."""

    async def fetch_kept(self, link: Link) -> None:
        """Fetch what the sensor kept of a run that nobody recorded.

        Raises
        ------
        SensorError
            The sensor keeps no samples, or none that can be fetched.
        """

    def take(self, uuid: str, payload: bytes, arrival_us: int) -> list[Block]:
        """Decode a notification into blocks of samples that were not at hand before."""


class Driver(Protocol):
    """A sensor family."""

    @property
    def ability(self) -> Ability:
        """Return its abilities."""

    @property
    def service_uuids(self) -> Sequence[str]:
        """Services that the family's sensors advertise, for which a scan listens."""

    @property
    def needs(self) -> Sequence[str]:
        """Characteristics without which a device is no sensor of the family."""

    @property
    def notifies(self) -> Sequence[str]:
        """Characteristics that its sensors send on."""

    def matches(self, heard: Advertisement) -> bool:
        """Return whether an advertisement is one of its sensors'."""

    async def battery_pct(self, link: Link) -> int | None:
        """Read the battery over a link made for nothing else; None where the sensor does not tell."""

    def dialogue(self, context: Context) -> Dialogue:
        """Return a new conversation with a sensor of the family."""
