"""Samples in, strides to the hub and to who else listens: one engine a sensor, as for saved recordings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from gait.analysis.engine import Engine, Stride, engine_for
from gait.analysis.session.not_measured import LENGTH_TRUST
from gait.arrays import FloatArray
from gait.frames import Placement, Side
from gait.live.hub import Hub
from gait.recording.model import Recording

__all__ = ["Feed", "Listener"]


class Listener(Protocol):
    """Whoever else gets what the feed hears; both return at once and raise nothing."""

    def heard(self, time_s: float) -> None:
        """Take session time as far as a sensor's samples have come."""

    def stride(self, stride: Stride) -> None:
        """Take a decided stride, without a length where the sensor's mounting spoils lengths."""


class Feed:
    """Hands the samples of every sensor to an engine of its own and its strides to a hub.

    Parameters
    ----------
    hub
        Gets the strides.
    listeners
        Who else gets them.
    """

    def __init__(self, hub: Hub, listeners: Sequence[Listener] = ()) -> None:
        self.hub, self.listeners = hub, tuple(listeners)
        self._engines: dict[tuple[Side, Placement], Engine] = {}

    def expect(self, recording: Recording) -> None:
        """Take the engine for a sensor's samples from what a recording says of its rate and ranges."""
        self._engines[recording.side, recording.placement] = engine_for(recording)

    def hear(
        self, side: Side, placement: Placement, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None
    ) -> None:
        """Take samples that follow the last ones of that sensor.

        Parameters
        ----------
        time_s
            (n,) s of session time, increasing.
        acc, gyr
            (n, 3) m/s2 and rad/s, sensor frame; ``gyr`` None for an accelerometer alone.
        """
        engine = self._engines.get((side, placement))
        if engine is None:
            engine = self._engines[side, placement] = Engine(placement, side, has_gyr=gyr is not None)
        self._hand_on(engine, engine.push(time_s, acc, gyr))
        for listener in self.listeners if len(time_s) else ():
            listener.heard(float(time_s[-1]))

    def finish(self) -> None:
        """Hand on the strides that only the end of the session settles."""
        for engine in self._engines.values():
            self._hand_on(engine, engine.finish())

    def _hand_on(self, engine: Engine, strides: Sequence[Stride]) -> None:
        for stride in strides:
            self.hub.stride(stride)
        if not strides or not self.listeners:
            return
        # As the analysis does: swings that do not close give no lengths.
        spoilt = engine.detector.alignment.closure_error > LENGTH_TRUST
        for stride in strides:
            for listener in self.listeners:
                listener.stride(replace(stride, stride_length_m=math.nan) if spoilt else stride)
