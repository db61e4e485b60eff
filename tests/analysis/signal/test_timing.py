"""Figures over all samples: rate, gaps and evenness of times made by hand, in any pieces."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.signal.timing import Census, Tops

EVEN = 5.0 + np.arange(2000) / 200.0


def _of(time_s: np.ndarray, size: int = 10_000) -> Census:
    census = Census()
    for at in range(0, len(time_s), size):
        census.add(time_s[at : at + size])
    return census


@pytest.mark.parametrize("size", [1, 7, 400, 10_000])
def test_pieces_make_no_difference(size: int) -> None:
    """The same to the last bit, with a hole that lies between two pieces or within one."""
    time_s = np.delete(EVEN, np.arange(700, 840))
    one, other = _of(time_s), _of(time_s, size)
    assert (other.samples, other.start_s, other.end_s) == (1860, 5.0, EVEN[-1])
    assert other.rate_hz == one.rate_hz == pytest.approx(200.0)
    assert other.gaps(200.0) == one.gaps(200.0)
    assert other.step_s(0.5) == one.step_s(0.5)


def test_a_hole_is_a_gap_and_no_slower_rate() -> None:
    """0.7 s without samples: a gap with its two ends, at the same rate; 30 ms are bridged."""
    census = _of(np.delete(EVEN, np.arange(700, 840)))
    ((start, stop),) = census.gaps(200.0)
    assert (start, stop) == (pytest.approx(EVEN[699]), pytest.approx(EVEN[840]))
    assert _of(np.delete(EVEN, np.arange(700, 706))).gaps(200.0) == ()


def test_evenness() -> None:
    """A steady clock is even, one that stamps packets is not."""
    assert not _of(EVEN).uneven
    packets = np.repeat(EVEN[::10], 10) + np.tile(np.arange(10) * 1e-4, 200)
    assert _of(packets).uneven


def test_without_samples_nothing_is_known() -> None:
    """No sample: no start, no rate; one sample: no step."""
    assert np.isnan([Census().start_s, Census().rate_hz, _of(EVEN[:1]).step_s(0.5)]).all()
    assert len(Census().silences) == 0


def test_a_plateau_is_a_full_scale() -> None:
    """Samples that pile up at 16 g show it, in whatever pieces; a single peak does not."""
    acc = np.random.default_rng(2).normal(0.0, 20.0, (600, 3))
    acc[100:110, 0] = 16.0 * 9.80665 * 0.998
    tops, free = Tops(), Tops()
    for at in range(0, 600, 50):
        tops.add(acc[at : at + 50])
        free.add(np.random.default_rng(at).normal(0.0, 20.0, (50, 3)))
    assert tops.range_g == 16.0
    assert free.range_g is None
