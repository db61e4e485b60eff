"""Waiting that can be cut short ends the work, whatever a Bluetooth stack does with a cancellation."""

from __future__ import annotations

import asyncio

import pytest

from gait.sensors.link import patience
from gait.sensors.link.patience import unless


def test_work_that_swallows_a_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack amid its own wait took a Ctrl-C for its own, and the scan went on for a minute."""
    monkeypatch.setattr(patience, "CANCEL_AGAIN_S", 0.01)
    swallowed = []

    async def work() -> str:
        for number in range(2):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed.append(number)
        await asyncio.Event().wait()
        return "never"

    async def cut_short() -> str | None:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_soon(stop.set)
        return await unless(stop, work())

    assert asyncio.run(cut_short()) is None
    assert swallowed == [0, 1]


def test_work_that_is_done_gives_its_result_and_its_error() -> None:
    """An event that is never set changes nothing."""

    async def done() -> int:
        return 7

    async def failed() -> int:
        raise OSError("gone")

    async def both() -> int | None:
        with pytest.raises(OSError, match="gone"):
            await unless(asyncio.Event(), failed())
        return await unless(asyncio.Event(), done())

    assert asyncio.run(both()) == 7
