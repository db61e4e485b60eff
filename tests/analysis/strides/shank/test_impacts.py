"""Axes and landings of a shank's accelerometer: shocks made by hand, the virtual runner turned any way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GridBlock, GridStream
from gait.analysis.strides.shank.impacts import ImpactFinder
from gait.recording.model import Recording


def _alone(made) -> Recording:
    return replace(made.session.recordings[0], gyr=None)


def _pulses(heights: np.ndarray, at: np.ndarray) -> SampleBuffer:
    """A sensor that moves by half a g, with shocks of some heights, g, at grid points; 40 s."""
    wave = 0.5 * np.sin(np.arange(8000) / 20.0)
    acc = np.column_stack([wave, np.zeros(8000), 1.3 + np.zeros(8000)])
    for height, row in zip(heights, at, strict=True):
        acc[row - 4 : row + 5, 2] += height * np.hanning(9)
    buffer, flags = SampleBuffer(), np.zeros(8000, dtype=bool)
    buffer.append(GridBlock(0, 9.80665 * acc, None, flags, np.zeros(8000), flags))
    return buffer


def test_a_weak_shock_is_a_landing_where_one_is_due() -> None:
    """A quarter of the usual shock: counted a stride behind a landing, and not beside that."""
    due = 200 + 140 * np.arange(50)
    heights = np.where(np.arange(50) % 5 == 4, 0.27, 1.0) * 6.0
    assert ImpactFinder().find(_pulses(heights, due), final=True) == pytest.approx(due.tolist(), abs=1)
    strong = due[np.arange(50) % 5 != 4].tolist()
    assert ImpactFinder(due_share=1.0).find(_pulses(heights, due), final=True) == pytest.approx(strong, abs=1)
    beside = np.where(np.arange(50) % 5 == 4, due - 60, due)
    found = ImpactFinder().find(_pulses(heights, beside), final=True)
    assert found == pytest.approx(strong, abs=1)


def test_axes_point_up_and_forward(virtual) -> None:
    """Whatever the mounting, the axes turn with it: up the shank, and forward."""
    made = virtual(placement="shank")
    recording = _alone(made)
    turn = np.linalg.qr(np.random.default_rng(6).normal(size=(3, 3)))[0]
    found = []
    for acc in (recording.acc, recording.acc @ turn):
        stream = GridStream(has_gyr=False, rate_hz=recording.rate_hz, acc_limit=None, gyr_limit=None)
        buffer, finder = SampleBuffer(), ImpactFinder()
        for block in stream.push(recording.time_s, acc, None) + stream.flush():
            buffer.append(block)
        finder.find(buffer, final=True)
        found.append(finder.axes)
    assert found[0].along @ turn == pytest.approx(found[1].along, abs=1e-6)
    assert found[0].forward @ turn == pytest.approx(found[1].forward, abs=1e-6)
    assert found[0].place_g == pytest.approx(found[1].place_g)


def test_a_second_opinion_turns_the_forward_axis(virtual) -> None:
    """It is asked once, about landings whose stances are there whole, and turns that axis alone."""
    recording = _alone(virtual(placement="shank"))
    stream = GridStream(has_gyr=False, rate_hz=recording.rate_hz, acc_limit=None, gyr_limit=None)
    blocks = stream.push(recording.time_s, recording.acc, None) + stream.flush()
    asked, found = [], {}
    for turned in (False, True):
        buffer = SampleBuffer()
        finder = ImpactFinder(lambda acc, rows, _, turned=turned: asked.append((len(acc), rows)) or turned)
        for block in blocks:
            buffer.append(block)
        finder.find(buffer, final=True)
        found[turned] = finder.axes
    assert found[True].forward == pytest.approx(-found[False].forward)
    assert found[True].along == pytest.approx(found[False].along)
    assert len(asked) == 2
    length, rows = asked[0]
    assert len(rows) > 5
    assert rows.max() + 120 < length
