"""The uniform grid: polynomials come out as they are, whatever the times and the chunks."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.signal.resample import GRID_HZ, GridStream


def _blocks(time_s: np.ndarray, acc: np.ndarray, chunk: int, rate_hz: float = 100.0) -> list:
    stream = GridStream(has_gyr=False, rate_hz=rate_hz, acc_limit=None, gyr_limit=None)
    blocks = []
    for start in range(0, len(time_s), chunk):
        blocks += stream.push(time_s[start : start + chunk], acc[start : start + chunk], None)
    return blocks + stream.flush()


def _uneven(count: int, rate_hz: float) -> np.ndarray:
    """Times with a fifth of a period of jitter."""
    return 7.003 + (np.arange(count) + np.random.default_rng(4).uniform(-0.2, 0.2, count)) / rate_hz


@pytest.mark.parametrize("rate_hz", [52.0, 100.0, 208.0])
def test_a_line_comes_out_exactly(rate_hz: float) -> None:
    """Samples of a line at uneven times give the line at whole multiples of 5 ms, to rounding."""
    time_s = _uneven(600, rate_hz)
    line = np.outer(time_s, [1.0, -2.0, 0.5]) + 3.0
    for block in _blocks(time_s, line, 600, rate_hz):
        at = (block.first + np.arange(len(block))) / GRID_HZ
        np.testing.assert_allclose(block.acc, np.outer(at, [1.0, -2.0, 0.5]) + 3.0, atol=1e-10)
        assert not block.bridged.any()


def test_a_parabola_comes_out_exactly_at_even_times() -> None:
    """Slopes from the neighbours on both sides are exact for a parabola, so its values are, to rounding."""
    time_s = np.arange(400) / 100.0
    for block in _blocks(time_s, np.stack([time_s**2] * 3, axis=1), 400):
        at = (block.first + np.arange(len(block))) / GRID_HZ
        np.testing.assert_allclose(block.acc[:, 0], at**2, atol=1e-10)


@pytest.mark.parametrize("chunk", [7, 50, 333])
def test_chunks_do_not_matter(chunk: int) -> None:
    """Samples in chunks of any size give the same grid as all at once, bit by bit."""
    time_s = _uneven(700, 100.0)
    acc = np.random.default_rng(6).normal(size=(700, 3))
    whole, parts = _blocks(time_s, acc, 700), _blocks(time_s, acc, chunk)
    np.testing.assert_array_equal(
        np.concatenate([one.acc for one in whole]), np.concatenate([one.acc for one in parts])
    )
    assert whole[0].first == parts[0].first


def test_a_short_silence_is_a_straight_line_and_a_long_one_ends_the_block() -> None:
    """Over 0.1 s without samples the grid is a marked line; over 0.5 s there is no grid."""
    time_s = np.arange(1000) / 100.0
    acc = np.stack([np.sin(time_s)] * 3, axis=1)
    short = (time_s <= 2.0) | (time_s >= 2.1)
    (block,) = _blocks(time_s[short], acc[short], 1000)
    at = (block.first + np.arange(len(block))) / GRID_HZ
    line = np.interp(at[block.bridged], [2.0, 2.1], np.sin([2.0, 2.1]))
    np.testing.assert_allclose(block.acc[block.bridged, 0], line, atol=1e-12)
    assert at[block.bridged].min() == pytest.approx(2.0, abs=0.006)
    assert at[block.bridged].max() == pytest.approx(2.1, abs=0.006)
    long = (time_s <= 2.0) | (time_s >= 2.5)
    before, after = _blocks(time_s[long], acc[long], 1000)
    assert (before.first + len(before)) / GRID_HZ <= 2.0
    assert after.first / GRID_HZ >= 2.5


def test_full_scale_is_marked() -> None:
    """Instants beside a sample at 16 g are clipped, others are not; the peak is the sample's norm."""
    time_s = np.arange(300) / 100.0
    acc = np.tile([0.0, 0.0, 9.8], (300, 1))
    acc[150] = [0.0, 3.0, 16 * 9.80665]
    stream = GridStream(has_gyr=False, rate_hz=100.0, acc_limit=16 * 9.80665, gyr_limit=None)
    blocks = [*stream.push(time_s, acc, None), *stream.flush()]
    clipped = np.concatenate([one.clipped for one in blocks])
    at = (blocks[0].first + np.arange(len(clipped))) / GRID_HZ
    assert set(np.round(at[clipped], 3)) <= {1.49, 1.495, 1.5, 1.505}
    assert clipped.any()
    assert max(one.peak.max() for one in blocks) == pytest.approx(np.hypot(3.0, 16 * 9.80665))
