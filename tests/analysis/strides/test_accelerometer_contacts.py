"""Contacts of stances as columns, and their doubts."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GridBlock
from gait.analysis.strides.accelerometer_contacts import Contacts, read_contacts, with_doubt
from gait.analysis.strides.contact_model import load

MODEL = load("shoe_accelerometer")


def _contacts(*at: float) -> Contacts:
    ic = np.array(at)
    return Contacts(ic, ic + 1.0, ic + 0.25, ic + 2.0, ic + 3.0)


def test_stances_are_chosen_split_and_joined() -> None:
    """Row by row, all columns together."""
    both = _contacts(1.0, 2.0, 3.0)
    assert both.last().ic.tolist() == [3.0]
    assert both.but_last().tc_sd.tolist() == [3.0, 4.0]
    again = both.but_last().followed_by(both.last())
    np.testing.assert_array_equal(again.both_sd, both.both_sd)
    chosen = both.choose(_contacts(5.0, 6.0, 7.0), np.array([False, True, False]))
    assert (chosen.ic.tolist(), chosen.tc.tolist()) == ([1.0, 6.0, 3.0], [1.25, 6.25, 3.25])


def test_a_model_reads_no_further_than_it_may() -> None:
    """Whatever the signals, each event lies within the model's bounds of where it was looked for."""
    rng = np.random.default_rng(5)
    raw = {one.name: one.scale * rng.normal(size=(6, 200)) for one in MODEL.channels}
    found, moves = read_contacts(MODEL, raw, np.arange(6.0), 0.3, 0.22)
    assert (np.abs(moves["ic_shift"]) <= MODEL.events["ic"].most_s + 1e-12).all()
    np.testing.assert_allclose(found.ic, np.arange(6.0) + 0.3 + moves["ic_shift"], atol=1e-12)
    np.testing.assert_allclose(
        found.tc - found.ic, 0.22 + moves["coarse_shift"] + moves["tc_shift"], atol=1e-12
    )


def test_doubt_grows_with_what_was_not_recorded() -> None:
    """A bridged contact, and a contact time that nobody had in the fit, are less sure than a usual one."""
    buffer = SampleBuffer()
    bridged = np.zeros(1000, dtype=bool)
    bridged[395:405] = True
    acc = np.zeros((1000, 3))
    buffer.append(GridBlock(first=0, acc=acc, gyr=None, clipped=bridged, peak=acc[:, 0], bridged=bridged))
    ic = np.array([1.0, 2.0, 3.0])
    nothing = np.full(3, np.nan)
    found = Contacts(ic, nothing, ic + np.array([0.23, 0.23, 0.45]), nothing, nothing)
    moves = dict.fromkeys(("ic_shift", "coarse_shift", "tc_shift"), np.zeros(3))
    sure = with_doubt(MODEL, found, moves, buffer, (0.175, 0.290)).both_sd
    assert sure[0] == pytest.approx(MODEL.spread["contact"].constant_s)
    assert sure[1] >= sure[0]
    assert sure[2] > sure[0]
