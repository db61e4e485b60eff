"""Samples and strides of a live session as streams of the Lab Streaming Layer (LSL)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pylsl

from gait import __version__
from gait.analysis.engine import Stride
from gait.arrays import FloatArray
from gait.frames import Placement, Side
from gait.units import DEG

__all__ = ["SAMPLE_CHANNELS", "STRIDE_CHANNELS", "Channel", "LslOutlets", "offset_of"]

FORMAT = "double64"
TRIES = 20
"""Pairs of readings from which the relation of two clocks is taken (chosen: the closest counts; more bring
little)."""


@dataclass(frozen=True)
class Channel:
    """A channel as LSL's meta-data describe it: label, type of content, and unit."""

    label: str
    kind: str
    unit: str


SAMPLE_CHANNELS = tuple(
    Channel(f"{name}_{axis.lower()}", f"{kind}{axis}", unit)
    for name, kind, unit in (("acc", "Acceleration", "m/s^2"), ("gyr", "AngularVelocity", "deg/s"))
    for axis in "XYZ"
)
"""Channels of a sensor's samples, as in a recording; types as in the MoCap meta-data of the XDF format."""

STRIDE_CHANNELS = (
    Channel("contact_ms", "Duration", "ms"),
    Channel("contact_u_ms", "Uncertainty", "ms"),
    Channel("stride_ms", "Duration", "ms"),
    Channel("cadence_spm", "Cadence", "steps/min"),
    Channel("strike_angle_deg", "Angle", "degrees"),
    Channel("pronation_excursion_deg", "Angle", "degrees"),
    Channel("stride_length_m", "Length", "meters"),
    Channel("running", "Flag", "none"),
)
"""Channels of a sensor's strides; a value that was not measured is NaN."""


def offset_of(clock_us: Callable[[], int], lsl_clock_s: Callable[[], float] = pylsl.local_clock) -> float:
    """Return LSL's clock minus another clock, s: of several readings the one made in the shortest time."""
    best, span = 0.0, np.inf
    for _ in range(TRIES):
        before, here, after = lsl_clock_s(), clock_us() / 1e6, lsl_clock_s()
        if after - before < span:
            best, span = 0.5 * (before + after) - here, after - before
    return best


@dataclass
class LslOutlets:
    """Outlets of one session: for each sensor one of its samples and one of its strides.

    Parameters
    ----------
    name
        Identity of the session, which makes the streams' source ids; who loses an outlet finds its successor
        by it.

    State: LSL's clock at session time 0, and the outlets that are open.
    """

    name: str
    origin_s: float | None = None
    _samples: dict[tuple[Side, Placement], Any] = field(default_factory=dict, init=False)
    _strides: dict[tuple[Side, Placement], Any] = field(default_factory=dict, init=False)

    def begin(self, origin_s: float) -> None:
        """Take LSL's clock, s, at session time 0; nothing is sent before it is known."""
        self.origin_s = origin_s

    def samples(
        self, side: Side, placement: Placement, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None
    ) -> None:
        """Send samples with the times at which they were taken.

        Parameters
        ----------
        time_s
            (n,) s of session time.
        acc, gyr
            (n, 3) m/s2 and rad/s, sensor frame; ``gyr`` None for an accelerometer alone.
        """
        if self.origin_s is None or len(time_s) == 0:
            return
        key = side, placement
        if key not in self._samples:
            if len(time_s) < 2:
                return
            rate_hz = float(round(1.0 / float(np.median(np.diff(time_s)))))
            channels = SAMPLE_CHANNELS if gyr is not None else SAMPLE_CHANNELS[:3]
            self._samples[key] = self._outlet(key, "samples", "MoCap", rate_hz, channels)
            self._strides[key] = self._outlet(key, "strides", "Gait", pylsl.IRREGULAR_RATE, STRIDE_CHANNELS)
        rows = acc if gyr is None else np.hstack([acc, gyr / DEG])
        stamps = (time_s + self.origin_s).tolist()
        self._samples[key].push_chunk(np.ascontiguousarray(rows, dtype=np.float64), stamps)

    def heard(self, time_s: float) -> None:
        """Take session time as far as samples have come: nothing is to be done."""

    def stride(self, stride: Stride) -> None:
        """Send a decided stride, stamped with its initial contact."""
        outlet = self._strides.get((stride.side, stride.placement))
        if outlet is None or self.origin_s is None:
            return
        row = [
            stride.contact_ms,
            stride.contact_u_ms,
            1e3 * (stride.next_ic_s - stride.ic_s),
            stride.cadence_spm,
            stride.strike_angle_deg,
            stride.pronation_excursion_deg,
            stride.stride_length_m,
            float(stride.activity == "running"),
        ]
        outlet.push_sample(row, stride.ic_s + self.origin_s)

    def close(self) -> None:
        """Take the streams back."""
        self._samples.clear()
        self._strides.clear()

    def _outlet(
        self,
        key: tuple[Side, Placement],
        kind_name: str,
        kind: str,
        rate_hz: float,
        channels: tuple[Channel, ...],
    ) -> Any:  # noqa: ANN401 - pylsl comes without types
        side, placement = key
        source = f"gait-{self.name}-{side}-{placement}-{kind_name}"
        info = pylsl.StreamInfo(
            f"Gait {side} {placement} {kind_name}", kind, len(channels), rate_hz, FORMAT, source
        )
        description = info.desc()
        acquisition = description.append_child("acquisition")
        acquisition.append_child_value("manufacturer", "running-gait")
        acquisition.append_child_value("model", __version__)
        where = description.append_child("setup")
        where.append_child_value("side", side)
        where.append_child_value("placement", placement)
        listed = description.append_child("channels")
        for column in channels:
            channel = listed.append_child("channel")
            channel.append_child_value("label", column.label)
            channel.append_child_value("type", column.kind)
            channel.append_child_value("unit", column.unit)
            channel.append_child_value("object", f"{side} {placement}")
        return pylsl.StreamOutlet(info)
