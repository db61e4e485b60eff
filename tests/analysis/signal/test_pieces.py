"""Samples in pieces and by spans, of a recording in memory and of the same one on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from gait.analysis.signal.pieces import BESIDE, excerpt, full_scale_g, pieces_of
from gait.recording.long import open_session
from gait.recording.model import Recording
from gait.recording.write import write_recording
from gait.virtual.runner.simulate import VirtualSession

Virtual = Callable[..., VirtualSession]


def _recording(virtual: Virtual) -> Recording:
    """Return 500 samples of a run."""
    whole = virtual().session.recordings[0]
    rows = slice(400, 900)
    return replace(whole, time_s=whole.time_s[rows], acc=whole.acc[rows], gyr=whole.gyr[rows])


def _both(recording: Recording, folder: Path) -> tuple[Recording, Recording]:
    """Return the file's recording in memory and on disk."""
    path = write_recording(recording, folder / "left_shoe.csv")
    return open_session(path).recordings[0], open_session(path, long_bytes=0).recordings[0]


def test_pieces_are_the_whole_without_pauses(virtual: Virtual, tmp_path: Path) -> None:
    """Rows in which the gyroscope paused are left out; all others come once, in order, from both."""
    recording = _recording(virtual)
    gyr = np.array(recording.gyr)
    gyr[100:120] = np.nan
    for source in _both(replace(recording, gyr=gyr), tmp_path):
        times = np.concatenate([piece.time_s for piece in pieces_of(source)])
        np.testing.assert_allclose(times, np.delete(recording.time_s, np.arange(100, 120)), atol=1e-6)


def test_an_excerpt_holds_its_spans(virtual: Virtual, tmp_path: Path) -> None:
    """From disk: the samples within the spans and two on each side; in memory: all there are."""
    recording = _recording(virtual)
    short, long = _both(recording, tmp_path)
    spans = np.array([recording.time_s[[50, 60]], recording.time_s[[300, 310]]])
    assert len(excerpt(short, spans).time_s) == 500
    found = excerpt(long, spans)
    assert found.in_memory
    low, high = (np.arange(start - BESIDE, stop + BESIDE + 1) for start, stop in ((50, 60), (300, 310)))
    inside = np.isin(np.round(recording.time_s, 5), np.round(found.time_s, 5))
    assert set(np.r_[low, high]) - {60 + BESIDE, 310 + BESIDE} <= set(np.flatnonzero(inside).tolist())
    assert inside.sum() < 60
    assert len(excerpt(long, np.empty((0, 2))).time_s) == 1


def test_full_scale_is_the_stated_one_else_the_plateau(virtual: Virtual, tmp_path: Path) -> None:
    """A stated range counts; without one, samples that repeat the largest value tell it."""
    recording = _recording(virtual)
    for source in _both(replace(recording, acc_range_g=32.0), tmp_path):
        assert full_scale_g(source) == 32.0
    acc = np.array(recording.acc)
    acc[200:206, 0] = 16.0 * 9.80665
    for source in _both(replace(recording, acc=acc, acc_range_g=None), tmp_path):
        assert full_scale_g(source) == 16.0
