"""Contacts of the feet from markers on heel and forefoot, as truth to hold strides against.

Initial contact is the peak of the vertical acceleration of whichever lands first, heel or forefoot, about the
instant at which it comes down to the floor; terminal contact is the peak of the forefoot's at which it leaves
it (after Maiwald et al. 2009, Footwear Science 1(2), with windows of our own). The strike angle is the pitch
of heel to forefoot at initial contact less its pitch when the foot is flat, as everywhere here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gait.arrays import BoolArray, FloatArray
from gait.errors import RecordingError
from gait.exchange.bids_reader import MOTION_FILE, read_bids_markers
from gait.exchange.trc import read_trc
from gait.frames import Side
from gait.recording.importers.c3d import read_c3d

__all__ = ["Foot", "foot_contacts", "is_marker_file", "marker_truth", "read_markers"]

MARKER_FILES = (".c3d", ".trc", MOTION_FILE)
"""How the names of files with markers end; the last are those of BIDS."""

HEEL = re.compile(r"hee|heel\d?|cal|calc|calcaneus|rearfoot")
FORE = re.compile(r"toe\d?|hallux|forefoot|met\d?|m[t]?h?[1-5]|mth|[fv]mh|[15]mt")
"""Words that a marker of the heel, and of the forefoot, is called by, without its side."""

FINE_HZ = 1000.0  # Hz that places are interpolated to (chosen: 1 ms, as a force plate has it)
SMOOTH_HZ = 30.0
"""Hz; low-pass, second order both ways (chosen: impacts pass, the noise of the cameras does not)."""
FLOOR_M, LEAVES_M = 0.010, 0.020
"""Height over its lowest at which a marker comes down, and at which the forefoot leaves. They and the windows
were chosen on the markers of 13 runners over a force plate (Fukuchi 2017, 10.7717/peerj.3298)."""
# s about a foot's lowest instant in which landing, leaving, and the floor are looked for (as `FLOOR_M`).
LANDS_S, PUSHES_S = (-0.030, 0.030), (-0.060, 0.020)
BEFORE_S, AFTER_S, ABOUT_S = 0.25, 0.30, 0.12
APART_S = 0.35
"""s that two contacts of a foot are apart at least (chosen: less than the shortest stride)."""
FLAT = (0.35, 0.50)
"""Share of the stance in which the foot is flat (the contract's, as for ``strike_angle_deg``)."""
DWELLS = 0.2
"""A foot's height stays near its lowest for this share of the time at least (chosen: a stance of running;
other axes do not)."""
LEAST_S = 1.0  # s of markers (chosen: below it there is no whole stride to find)
MOST_S = 7200.0
"""Longest truth, s (chosen: at `FINE_HZ` two hours take 0.5 GB)."""
STEP_S = (1e-4, 0.05)
"""s between two frames (chosen: 20 Hz show no contact, and no camera takes 10,000)."""
FILLED_FRAMES = 5
"""Frames without a marker that are filled in (chosen: 25 ms at 200 Hz; longer ones hide a contact)."""
SEEN_SHARE = 0.5
"""A marker that is seen in a smaller share of the frames is passed over (chosen: most of its contacts would
be filled in)."""


@dataclass(frozen=True)
class Foot:
    """Markers of one foot.

    Attributes
    ----------
    heel, fore
        (n, 3) m, laboratory frame: a marker of the heel, and the mean of those of the forefoot.
    unseen
        (n,) True in silences of more than `FILLED_FRAMES` of any of them: no contact is told there.
    """

    time_s: FloatArray
    heel: FloatArray
    fore: FloatArray
    unseen: BoolArray


def is_marker_file(path: Path) -> bool:
    """Return whether a file holds markers, by its name.

    Examples
    --------
    >>> is_marker_file(Path("trial.C3D")), is_marker_file(Path("truth.csv"))
    (True, False)
    """
    return path.name.lower().endswith(MARKER_FILES)


def marker_truth(path: Path) -> pd.DataFrame:
    """Return the contacts of both feet from a marker file: ``side, ic_s, tc_s, fsa_deg``, sorted by time.

    Parameters
    ----------
    path
        A TRC, a C3D or a ``*_motion.tsv`` of BIDS with positions; times are those of the file.

    Raises
    ------
    RecordingError
        As the file's reader; or no foot has markers on heel and forefoot, or shows contacts.
    """
    time_s, markers = read_markers(path)
    _check_times(time_s, path)
    feet = _feet(time_s, markers)
    if not feet:
        seen = ", ".join(list(markers)[:12]) or "none"
        raise RecordingError(
            "no foot with markers on heel and forefoot",
            where=path,
            todo=f"names such as LHEE and LTOE are known; there are: {seen}",
        )
    up = _up_axis(feet, path)
    tables = [foot_contacts(foot, up).assign(side=side) for side, foot in feet.items()]
    events = pd.concat(tables, ignore_index=True)
    if events.empty:
        raise RecordingError("markers that show no contact of a foot", where=path, todo="give a run")
    return events[["side", "ic_s", "tc_s", "fsa_deg"]].sort_values("ic_s", ignore_index=True)


def _check_times(time_s: FloatArray, path: Path) -> None:
    """Refuse times that are no seconds, or too many.

    Raises
    ------
    RecordingError
        The usual step is no camera's, or the file is longer than `MOST_S`.
    """
    if len(time_s) < 2:
        return
    step_s, whole_s = float(np.median(np.diff(time_s))), float(time_s[-1] - time_s[0])
    if not STEP_S[0] <= step_s <= STEP_S[1]:
        raise RecordingError(
            f"times that step by {step_s:.3g} s", where=path, todo="times are seconds, at 20 Hz and more"
        )
    if whole_s > MOST_S:
        raise RecordingError(f"markers over {whole_s:.0f} s", where=path, todo="cut it to two hours at most")


def read_markers(path: Path) -> tuple[FloatArray, Mapping[str, FloatArray]]:
    """Return the times, s, and the markers, name -> (n, 3) m, of a file; nothing of one without markers.

    Raises
    ------
    RecordingError
        As the file's reader.
    """
    if path.name.lower().endswith(MOTION_FILE):
        return read_bids_markers(path)
    if path.suffix.lower() == ".trc":
        trc = read_trc(path)
        return trc.time_s, trc.markers
    c3d = read_c3d(path)
    count = len(next(iter(c3d.markers.values()), ()))
    if not count or c3d.rate_hz <= 0.0:
        return np.empty(0), {}
    return np.arange(count) / c3d.rate_hz, c3d.markers


def _feet(time_s: FloatArray, markers: Mapping[str, FloatArray]) -> dict[Side, Foot]:
    """Return the feet that have both kinds of markers, each (n, 3) m."""
    by_part: dict[tuple[Side, str], list[FloatArray]] = {}
    for name, places in markers.items():
        side, part = _meaning(name)
        if side is not None and part and np.isfinite(places).all(axis=1).mean() > SEEN_SHARE:
            by_part.setdefault((side, part), []).append(places)
    sides: tuple[Side, ...] = ("left", "right")
    return {
        side: _foot(time_s, by_part[side, "heel"], by_part[side, "fore"])
        for side in sides
        if (side, "heel") in by_part and (side, "fore") in by_part
    }


def _foot(time_s: FloatArray, heels: list[FloatArray], fores: list[FloatArray]) -> Foot:
    """Return a foot by its first heel marker and the mean of the others, (n, 3) m, short silences filled."""
    both = np.column_stack([heels[0], np.mean(fores, axis=0)])
    lost = ~np.isfinite(both).all(axis=1)
    run = np.cumsum(np.diff(lost, prepend=False))
    long = lost & (np.bincount(run)[run] > FILLED_FRAMES)
    filled = pd.DataFrame(both).interpolate(limit_direction="both").to_numpy(dtype=float)
    return Foot(time_s, filled[:, :3], filled[:, 3:], long)


def _meaning(name: str) -> tuple[Side | None, str]:
    """Return side and part of the foot that a marker's name says; None and empty where it does not.

    Examples
    --------
    >>> _meaning("Ann:LHEE"), _meaning("r_toe"), _meaning("LeftHeel"), _meaning("L.MT5"), _meaning("LKNE")
    (('left', 'heel'), ('right', 'fore'), ('left', 'heel'), ('left', 'fore'), ('left', ''))
    """
    text = re.sub(r"[^a-z0-9]", "", name.rsplit(":", maxsplit=1)[-1].lower())
    match = re.fullmatch(r"(left|right|l|r)(.+)|(.+?)(left|right|l|r)", text)
    if match is None:
        return None, ""
    word, rest = (match[1], match[2]) if match[1] else (match[4], match[3])
    side: Side = "left" if word.startswith("l") else "right"
    return side, "heel" if HEEL.fullmatch(rest) else "fore" if FORE.fullmatch(rest) else ""


def _up_axis(feet: Mapping[Side, Foot], path: Path) -> int:
    """Return the axis that points up: a foot dwells at the low end of its height and nowhere else."""
    share = np.mean([_dwell(places) for foot in feet.values() for places in (foot.heel, foot.fore)], axis=0)
    if share.max() < DWELLS:
        raise RecordingError("markers that show no floor", where=path, todo="the vertical axis points up")
    return int(share.argmax())


def _dwell(places: FloatArray) -> FloatArray:
    """Return (3,) share of the time within a tenth of the range from the low end."""
    low, high = np.percentile(places, (1, 99), axis=0)
    share: FloatArray = (places < low + 0.1 * (high - low)).mean(axis=0)
    return share


def foot_contacts(foot: Foot, up: int) -> pd.DataFrame:
    """Return the contacts of one foot: ``ic_s, tc_s, fsa_deg``; empty where there are none.

    Parameters
    ----------
    up
        Axis of the laboratory that points up.
    """
    columns = ["ic_s", "tc_s", "fsa_deg"]
    if foot.time_s[-1] - foot.time_s[0] < LEAST_S:
        return pd.DataFrame(columns=columns, dtype=float)
    fine_s = np.arange(foot.time_s[0], foot.time_s[-1], 1.0 / FINE_HZ)
    from scipy.interpolate import CubicSpline
    from scipy.signal import find_peaks  # takes as long to load as all that compares strides

    spline = CubicSpline(foot.time_s, _smoothed(foot, up))
    height, push = spline(fine_s), spline(fine_s, 2)
    low = height.mean(axis=1)
    span = float(np.subtract(*np.percentile(low, (95, 5))))
    lowest, _ = find_peaks(-low, distance=round(APART_S * FINE_HZ), prominence=0.3 * span)
    unseen = np.interp(fine_s, foot.time_s, foot.unseen.astype(float)) > 0.0
    events = [contact for at in lowest if (contact := _contact(int(at), height, push, unseen)) is not None]
    if not events:
        return pd.DataFrame(columns=columns, dtype=float)
    ic, tc = np.array(events).T
    angle = _pitch_deg(foot, up, fine_s)
    return pd.DataFrame({"ic_s": fine_s[ic], "tc_s": fine_s[tc], "fsa_deg": _strike_deg(angle, ic, tc)})


def _smoothed(foot: Foot, up: int) -> FloatArray:
    """Return (n, 2) heights of heel and forefoot, low-passed."""
    rate_hz = 1.0 / float(np.median(np.diff(foot.time_s)))
    both = np.column_stack([foot.heel[:, up], foot.fore[:, up]])
    if rate_hz <= 2.0 * SMOOTH_HZ:
        return both
    from scipy.signal import butter, sosfiltfilt

    out: FloatArray = sosfiltfilt(butter(2, SMOOTH_HZ / (rate_hz / 2.0), output="sos"), both, axis=0)
    return out


def _contact(at: int, height: FloatArray, push: FloatArray, unseen: BoolArray) -> tuple[int, int] | None:
    """Return indices of both contacts about a foot's lowest instant; None at the ends and in a silence.

    (n, 2) height, m, and upward acceleration of heel and forefoot; (n,) whether a marker was not seen.
    """
    about = slice(max(at - _steps(ABOUT_S), 0), at + _steps(ABOUT_S))
    floor = height[about].min(axis=0)
    start, stop = at - _steps(BEFORE_S), at + _steps(AFTER_S)
    if start < 0 or stop > len(height) or unseen[start:stop].any():
        return None
    landings = []
    for marker in (0, 1):
        above = np.flatnonzero(height[start : at + 1, marker] > floor[marker] + FLOOR_M)
        if len(above) == 0:
            return None
        landings.append(_peak(push[:, marker], start + int(above[-1]), LANDS_S))
    left = np.flatnonzero(height[at:stop, 1] > floor[1] + LEAVES_M)
    if len(left) == 0:
        return None
    ic, tc = min(landings), _peak(push[:, 1], at + int(left[0]), PUSHES_S)
    return (ic, tc) if tc > ic else None


def _peak(values: FloatArray, about: int, window_s: tuple[float, float]) -> int:
    """Return the row of the largest of (n,) values within a window, s, about a row."""
    low, high = (max(about + _steps(edge), 0) for edge in window_s)
    return low + int(values[low:high].argmax())


def _steps(seconds: float) -> int:
    return round(seconds * FINE_HZ)


def _pitch_deg(foot: Foot, up: int, fine_s: FloatArray) -> FloatArray:
    """Return (n,) pitch of heel to forefoot, deg, toes up positive, at the fine times."""
    along = foot.fore - foot.heel
    level = np.linalg.norm(np.delete(along, up, axis=1), axis=1)
    pitch_deg = np.degrees(np.arctan2(along[:, up], level))
    out: FloatArray = np.interp(fine_s, foot.time_s, pitch_deg)
    return out


def _strike_deg(pitch: FloatArray, ic: FloatArray, tc: FloatArray) -> list[float]:
    """Return (n,) pitch at each contact less that of the same flat foot; `ic`, `tc` are its rows."""
    flats = [
        float(np.median(pitch[int(a + FLAT[0] * (b - a)) : int(a + FLAT[1] * (b - a)) + 1]))
        for a, b in zip(ic, tc, strict=True)
    ]
    return [float(pitch[a]) - flat for a, flat in zip(ic, flats, strict=True)]
