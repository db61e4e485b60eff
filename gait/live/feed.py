"""Samples in, strides to the hub and to who else listens: one engine a sensor, as for saved recordings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from gait.analysis.engine import Engine, Stride, engine_for
from gait.analysis.session.not_measured import LENGTH_TRUST
from gait.arrays import FloatArray
from gait.frames import Placement, Side
from gait.live.hub import Hub
from gait.recording.model import Recording

__all__ = ["Feed", "Listener"]


class Listener(Protocol):
    """Interface of a further receiver of the feed's samples; all return at once and raise nothing."""

    def samples(
        self, side: Side, placement: Placement, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None
    ) -> None:
        """Take the samples as they come; some, and in the units of `Feed.hear`."""

    def heard(self, time_s: float) -> None:
        """Take session time as far as a sensor's samples have come."""

    def stride(self, stride: Stride) -> None:
        """Take a decided stride, without a length where the sensor's mounting spoils lengths."""


LEAST_S = 0.15
"""s of samples that an engine gets at a time where none of its strides is due (chosen: at less the calls cost
more than the work)."""
DUE_S = 0.04
"""s where the next stride is due (chosen: it is decided by so much later at most)."""
NOT_BEFORE, NOT_BEHIND = 1.1, 2.0
"""Of the last stride's length, between which behind its end the next one is decided (chosen: that ends about
a length later and is settled by the toe-off behind it; neighbouring strides of one gait differ by less)."""


class _Pending:
    """Samples of one sensor on their way to its engine.

    The engine gives the same strides in whatever pieces the samples come. State: pieces that wait, and when
    the next stride is due.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._pieces: list[tuple[FloatArray, FloatArray, FloatArray | None]] = []
        self._due_s = (-math.inf, -math.inf)

    def push(self, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None) -> list[Stride]:
        """Return the strides that the samples complete; a short piece waits for the next one."""
        if not len(time_s):
            return []
        self._pieces.append((time_s, acc, gyr))
        return self._noted(self.flush()) if self._is_time(float(time_s[-1])) else []

    def _is_time(self, now_s: float) -> bool:
        begins_s, ends_s = self._due_s
        held_s = now_s - float(self._pieces[0][0][0])
        if now_s < begins_s:
            return False
        return held_s >= (DUE_S if now_s < ends_s else LEAST_S)

    def _noted(self, strides: list[Stride]) -> list[Stride]:
        end_s = strides[-1].next_ic_s if strides else math.nan
        if math.isfinite(end_s):
            length_s = end_s - strides[-1].ic_s
            self._due_s = (end_s + NOT_BEFORE * length_s, end_s + NOT_BEHIND * length_s)
        return strides

    def flush(self) -> list[Stride]:
        """Return the strides that what waits completes."""
        pieces, self._pieces = self._pieces, []
        if not pieces:
            return []
        if len(pieces) == 1:
            return self.engine.push(*pieces[0])
        times, accs, gyrs = zip(*pieces, strict=True)
        rates = [gyr for gyr in gyrs if gyr is not None]
        gyr = np.concatenate(rates) if rates else None
        return self.engine.push(np.concatenate(times), np.concatenate(accs), gyr)


class Feed:
    """Hands the samples of every sensor to an engine of its own and its strides to a hub.

    Parameters
    ----------
    hub
        Gets the strides.
    listeners
        Further receivers of the samples.

    Attributes
    ----------
    newest_s
        Session time as far as any sensor's samples have come.
    """

    def __init__(self, hub: Hub, listeners: Sequence[Listener] = ()) -> None:
        self.hub, self.listeners = hub, tuple(listeners)
        self.newest_s = -math.inf
        self._engines: dict[tuple[Side, Placement], _Pending] = {}

    def expect(self, recording: Recording) -> None:
        """Take the engine for a sensor's samples from what a recording says of its rate and ranges."""
        self._engines[recording.side, recording.placement] = _Pending(engine_for(recording))

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
        waiting = self._engines.get((side, placement))
        if waiting is None:
            engine = Engine(placement, side, has_gyr=gyr is not None)
            waiting = self._engines[side, placement] = _Pending(engine)
        for listener in self.listeners if len(time_s) else ():
            listener.samples(side, placement, time_s, acc, gyr)
        if len(time_s):
            self.newest_s = max(self.newest_s, float(time_s[-1]))
        self._hand_on(waiting.engine, waiting.push(time_s, acc, gyr))
        for listener in self.listeners if len(time_s) else ():
            listener.heard(float(time_s[-1]))

    def finish(self) -> None:
        """Hand on the strides that only the end of the session settles."""
        for waiting in self._engines.values():
            self._hand_on(waiting.engine, waiting.flush())
            self._hand_on(waiting.engine, waiting.engine.finish())

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
