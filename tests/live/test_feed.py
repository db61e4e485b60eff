"""Samples on their way to the engine: the same strides in whatever pieces, and each as soon as it is due."""

from __future__ import annotations

from gait.analysis.engine import Engine, Stride
from gait.live.feed import Feed
from gait.live.hub import Hub
from gait.recording.model import Recording
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import RunnerSettings

PACKET, AT_ONCE = 9, 4
"""Samples of a packet, some 45 ms at 208 Hz, and of the pieces of an engine that waits for nothing."""
LATE_S = 0.1
"""s by which a stride may be handed on later than its samples tell it: a packet, and a block of the grid."""


class Noted(Hub):
    """Notes each stride with the session time of the newest sample."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s, self.found = 0.0, list[tuple[float, Stride]]()

    def stride(self, stride: Stride) -> None:
        """Note a stride."""
        self.found.append((self.now_s, stride))


def run_of(parts: tuple[tuple[str, float], ...]) -> Recording:
    """One shoe's samples."""
    return simulate(RunnerSettings(parts=parts), sides=("left",)).session.recordings[0]  # type: ignore[arg-type] # kinds of parts


def fed(run: Recording) -> list[tuple[float, Stride]]:
    """Strides of a feed that gets packets."""
    hub = Noted()
    feed = Feed(hub)
    for at in range(0, len(run.time_s), PACKET):
        rows = slice(at, at + PACKET)
        assert run.gyr is not None
        hub.now_s = float(run.time_s[rows][-1])
        feed.hear(run.side, run.placement, run.time_s[rows], run.acc[rows], run.gyr[rows])
    feed.finish()
    return hub.found


def told(run: Recording) -> list[tuple[float, Stride]]:
    """Strides of an engine that gets every sample at once."""
    engine, found = Engine(run.placement, run.side, has_gyr=True), []
    for at in range(0, len(run.time_s), AT_ONCE):
        rows = slice(at, at + AT_ONCE)
        assert run.gyr is not None
        strides = engine.push(run.time_s[rows], run.acc[rows], run.gyr[rows])
        found += [(float(run.time_s[rows][-1]), one) for one in strides]
    return found + [(float(run.time_s[-1]), one) for one in engine.finish()]


def test_a_stride_is_handed_on_as_soon_as_it_is_due() -> None:
    """Also where pace changes and after a stop: all strides, each within a tenth of a second."""
    run = run_of((("stand", 2.0), ("run", 8.0), ("stand", 3.0), ("walk", 6.0), ("run", 4.0)))
    late, soon = fed(run), told(run)
    assert [repr(one) for _, one in late] == [repr(one) for _, one in soon]
    assert len(late) > 15
    assert max(there - here for (there, _), (here, _) in zip(late, soon, strict=True)) < LATE_S
