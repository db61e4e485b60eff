"""Samples in, strides to the hub: one engine a sensor, as for saved recordings."""

from __future__ import annotations

from gait.analysis.engine import Engine, engine_for
from gait.arrays import FloatArray
from gait.frames import Placement, Side
from gait.live.hub import Hub
from gait.recording.model import Recording

__all__ = ["Feed"]


class Feed:
    """Hands the samples of every sensor to an engine of its own and its strides to a hub.

    Parameters
    ----------
    hub
        Gets the strides.
    """

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
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
        for stride in engine.push(time_s, acc, gyr):
            self.hub.stride(stride)

    def finish(self) -> None:
        """Hand on the strides that only the end of the session settles."""
        for engine in self._engines.values():
            for stride in engine.finish():
                self.hub.stride(stride)
