"""Contacts are not lost: dropouts, the ends of a recording, recordings of a few strides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.engine import strides_of
from gait.recording.model import Recording


def part_of(recording: Recording, keep: np.ndarray) -> Recording:
    """The samples of a recording that are kept."""
    return Recording(
        recording.placement,
        recording.side,
        recording.time_s[keep],
        recording.acc[keep],
        None if recording.gyr is None else recording.gyr[keep],
        rate_hz=recording.rate_hz,
    )


@pytest.mark.parametrize("lost_s", [0.08, 0.12, 0.15])
def test_a_dropout_in_swing_costs_no_stride(virtual, lost_s) -> None:
    """80 to 150 ms lost in mid-swing of five strides: all are there, moved by under 3 ms."""
    made = virtual(seconds=25.0)
    recording, truth = made.session.recordings[0], made.truth
    whole, _ = strides_of(recording)
    middle = 0.5 * (truth["tc_s"].to_numpy()[8:28:4] + truth["ic_s"].to_numpy()[9:29:4])
    away = np.abs(recording.time_s[:, None] - middle[None, :]).min(axis=1)
    holed, _ = strides_of(part_of(recording, away > 0.5 * lost_s))
    assert len(holed) == len(whole)
    assert np.abs(holed.ic_s - whole.ic_s).max() < 0.003
    assert np.abs(holed.tc_s - whole.tc_s).max() < 0.003


def test_a_dropout_at_contact_is_marked_and_widened(virtual) -> None:
    """120 ms lost about a contact: the stride stays, is marked, and its interval holds the truth."""
    made = virtual(seconds=25.0)
    recording, truth = made.session.recordings[0], made.truth
    at = truth["ic_s"].to_numpy()[12]
    holed, _ = strides_of(part_of(recording, np.abs(recording.time_s - at) > 0.06))
    row = int(np.abs(holed.ic_s - at).argmin())
    assert abs(holed.ic_s[row] - at) < 0.12
    assert holed.gap[row]
    assert 1.96 * holed.ic_sd_s[row] > abs(holed.ic_s[row] - at)
    assert not holed.gap[row + 3]


@pytest.mark.parametrize("placement", ["shoe", "shank"])
@pytest.mark.parametrize("gyroscope", [True, False])
def test_a_contact_in_a_silence_is_given(virtual, placement, gyroscope) -> None:
    """150 ms lost from before contact to beyond foot-flat, five times: none lost, the others unmoved."""
    made = virtual(seconds=25.0, placement=placement)
    recording, truth = made.session.recordings[0], made.truth
    recording = recording if gyroscope else replace(recording, gyr=None)
    true = truth["ic_s"].to_numpy()
    lost = true[8:28:4]
    silent = ((recording.time_s[:, None] > lost - 0.03) & (recording.time_s[:, None] < lost + 0.12)).any(
        axis=1
    )
    whole, holed = strides_of(recording)[0], strides_of(part_of(recording, ~silent))[0]
    assert len(holed) == len(whole)
    moved = np.abs(holed.ic_s - whole.ic_s)
    hidden = np.abs(whole.ic_s[:, None] - lost).min(axis=1) < 0.05
    assert hidden.sum() == len(lost)
    assert moved[hidden].max() < 0.08
    assert (moved < 1.96 * np.hypot(holed.ic_sd_s, whole.ic_sd_s)).all()
    assert np.median(moved[~hidden]) < 0.002


def test_first_and_last_contacts_are_given(virtual) -> None:
    """Cut 150 ms before a contact and 120 ms after a toe-off: both are rows, the last without next."""
    made = virtual(seconds=25.0)
    recording, truth = made.session.recordings[0], made.truth
    ic, tc = truth["ic_s"].to_numpy(), truth["tc_s"].to_numpy()
    keep = (recording.time_s > ic[10] - 0.15) & (recording.time_s < tc[20] + 0.12)
    strides, _ = strides_of(part_of(recording, keep))
    assert len(strides) == 11
    assert abs(strides.ic_s[0] - ic[10]) < 0.02
    assert abs(strides.tc_s[-1] - tc[20]) < 0.02
    assert np.isnan(strides.next_ic_s[-1])
    assert np.isfinite(strides.next_ic_s[:-1]).all()
    assert (strides.walking < 0.5).all()


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_recording_of_a_few_contacts_gives_them(virtual, count) -> None:
    """Two to four contacts and nothing else: as many rows, each near its truth."""
    made = virtual(seconds=25.0)
    recording, truth = made.session.recordings[0], made.truth
    ic, tc = truth["ic_s"].to_numpy(), truth["tc_s"].to_numpy()
    keep = (recording.time_s > ic[12] - 0.2) & (recording.time_s < tc[11 + count] + 0.15)
    strides, _ = strides_of(part_of(recording, keep))
    assert len(strides) == count
    assert np.abs(strides.ic_s - ic[12 : 12 + count]).max() < 0.025


def test_the_largest_acceleration_is_that_of_the_stance(virtual) -> None:
    """What the sensor felt from contact to toe-off: the largest sample between them, to a sample's width."""
    made = virtual(seconds=25.0)
    recording = made.session.recordings[0]
    strides, _ = strides_of(recording)
    norm = np.linalg.norm(recording.acc, axis=1) / 9.80665
    for row in range(5, 25):
        inside = (recording.time_s > strides.ic_s[row]) & (recording.time_s < strides.tc_s[row])
        around = np.abs(recording.time_s - 0.5 * (strides.ic_s[row] + strides.tc_s[row])) < (
            0.5 * (strides.tc_s[row] - strides.ic_s[row]) + 0.011
        )
        assert norm[inside].max() - 1e-9 <= strides.peak_acc_g[row] <= norm[around].max() + 1e-9
