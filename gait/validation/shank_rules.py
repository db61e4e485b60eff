"""Published single rules for the contacts of a shank, to compare the product's estimate with.

All work on the engine's own cycles, from one fastest forward swing to the next: the comparison is of the
rules, not of the search for strides. The long axis is where gravity points at mid-stance, accelerations are
in g, pitch rate is positive in the forward swing. ``deviations`` names where we depart from the source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.filters import gaussian, gaussian_slope
from gait.analysis.signal.resample import GRID_HZ, GridStream
from gait.analysis.strides.cues import peak_time
from gait.analysis.strides.shank.cycles import Cycles, measure_cycles
from gait.analysis.strides.shank.swings import SwingFinder
from gait.arrays import BoolArray, FloatArray, IntArray
from gait.recording.model import Recording
from gait.units import STANDARD_GRAVITY

__all__ = ["SHANK_RULES", "ShankRule", "shank_rule_contacts"]


MID_STANCE_S = 0.10
"""s behind the landing's anchor at which gravity shows the long axis (chosen: behind the impact, in the
stance of any runner)."""

LANDING_S, PEAK_S = (-0.10, 0.10), 0.15
"""s about the landing's anchor in which the impact is looked for, and behind it in which its peak lies
(chosen: an impact, and by how much anchors err)."""

STANCE_SHARE = (0.20, 0.60)
"""Share of the stride behind contact in which Purcell's terminal contact lies (chosen: from a sprinter's
contact to a jogger's)."""


def _sigma_s(cut_off_hz: float) -> float:
    """Return the Gaussian whose -3 dB point is at the cut-off."""
    return 0.133 / cut_off_hz


@dataclass(frozen=True)
class _Signals:
    """n cycles of L grid points: accelerations, g, pitch rate, rad/s, and the landing's anchor in columns."""

    axial: FloatArray
    forward: FloatArray
    medial: FloatArray
    norm: FloatArray
    pitch_rate: FloatArray
    landing: FloatArray
    length: IntArray

    def between(self, start: FloatArray, stop: FloatArray) -> BoolArray:
        """Return (n, L) whether a column lies between (n,) columns."""
        at = np.arange(self.norm.shape[1])[None, :]
        inside: BoolArray = (at >= start[:, None]) & (at <= stop[:, None])
        return inside

    def about_landing(self) -> BoolArray:
        """Return (n, L) where the impact is looked for."""
        low, high = (self.landing + GRID_HZ * edge for edge in LANDING_S)
        return self.between(low, high)


Finder = Callable[[_Signals], FloatArray]


@dataclass(frozen=True)
class ShankRule:
    """A published pair of rules: paper, deviations, and the two searches (s from the cycle's start).

    ``terminal`` is None where the paper gives initial contact alone.
    """

    source: str
    deviations: str
    initial: Finder
    terminal: Finder | None


def _largest(values: FloatArray, where: BoolArray) -> FloatArray:
    """Return (n,) times, s, of the largest of (n, samples) values where the mask is true."""
    return peak_time(values, np.where(where, values, -np.inf).argmax(axis=1))


def _peak(values: FloatArray, s: _Signals) -> FloatArray:
    """Return (n,) columns of the impact's peak."""
    inside = s.between(s.landing - 2.0, s.landing + GRID_HZ * PEAK_S)
    column: FloatArray = np.where(inside, values, -np.inf).argmax(axis=1).astype(float)
    return column


def _purcell_initial(s: _Signals) -> FloatArray:
    peak = _peak(s.norm, s)
    return _largest(-s.forward, s.between(peak - 15.0, peak + 15.0))


def _purcell_terminal(s: _Signals) -> FloatArray:
    contact = _purcell_initial(s) * GRID_HZ
    low, high = (contact + share * s.length for share in STANCE_SHARE)
    inside = s.between(low, high)
    braking = np.where(inside, -s.forward, -np.inf).argmax(axis=1)
    inner = np.zeros_like(inside)
    inner[:, 1:-1] = (s.medial[:, 1:-1] >= s.medial[:, :-2]) & (s.medial[:, 1:-1] > s.medial[:, 2:])
    away = np.abs(np.arange(inside.shape[1])[None, :] - braking[:, None])
    nearest = np.where(inside & inner, away, np.inf).argmin(axis=1)
    middle: FloatArray = 0.5 * (braking + nearest) / GRID_HZ
    return middle


def _fadillioglu_initial(s: _Signals) -> FloatArray:
    slow = gaussian(s.pitch_rate, _sigma_s(15.0), axis=1)
    index = (s.about_landing() & (slow < 0)).argmax(axis=1)
    time: FloatArray = index / GRID_HZ
    return time


def _aubol_initial(s: _Signals) -> FloatArray:
    norm = gaussian(s.norm, _sigma_s(70.0), axis=1)
    peak = _peak(norm, s)
    jerk = np.abs(gaussian_slope(s.norm, _sigma_s(70.0), axis=1))
    steepest = np.where(s.between(peak - 30.0, peak), jerk, -np.inf).argmax(axis=1)
    return _largest(-norm, s.between(steepest - 15.0, steepest.astype(float)))


def _sinclair_initial(s: _Signals) -> FloatArray:
    axial = gaussian(s.axial, _sigma_s(60.0), axis=1) - 1.0
    below = (axial <= 0) & s.between(s.landing + GRID_HZ * LANDING_S[0], _peak(axial, s))
    last = below.shape[1] - 1 - below[:, ::-1].argmax(axis=1)
    return np.where(below.any(axis=1), (last + 0.5) / GRID_HZ, np.nan)


def _mercer_initial(s: _Signals) -> FloatArray:
    slow = gaussian(s.axial, _sigma_s(15.0), axis=1)
    return _largest(-slow, s.between(s.landing + GRID_HZ * LANDING_S[0], _peak(slow, s)))


def _mercer_terminal(s: _Signals) -> FloatArray:
    slow = gaussian(s.axial, _sigma_s(15.0), axis=1)
    peak = _peak(slow, s)
    second = np.where(s.between(peak + 12.0, peak + 0.30 * s.length), slow, -np.inf).argmax(axis=1)
    return _largest(-slow, s.between(second.astype(float), second + 0.35 * s.length))


SHANK_RULES: dict[str, ShankRule] = {
    "forward minimum near |a|": ShankRule(
        "Purcell et al. 2006, as in Kiernan et al. 2023, PMC10255839",
        "the |a| peak is looked for within 150 ms of the swing's end",
        _purcell_initial,
        _purcell_terminal,
    ),
    "end of the forward swing": ShankRule(
        "Fadillioglu et al. 2020, Gait & Posture 81",
        "Gaussian in place of Butterworth; its terminal contact is left out",
        _fadillioglu_initial,
        None,
    ),
    "|a| before its jerk": ShankRule(
        "Aubol & Milner 2020, J Biomech 105",
        "Gaussian in place of Butterworth",
        _aubol_initial,
        None,
    ),
    "axial zero before its peak": ShankRule(
        "Sinclair et al. 2013, as in Kiernan et al. 2023, PMC10255839",
        "1 g is taken off the axial specific force; its terminal contact is left out",
        _sinclair_initial,
        None,
    ),
    "axial minima": ShankRule(
        "Mercer et al. 2003, as in Kiernan et al. 2023, PMC10255839",
        "the next maximum is the largest within 30 % of the stride",
        _mercer_initial,
        _mercer_terminal,
    ),
}
"""Name -> rule."""


def shank_rule_contacts(recording: Recording, name: str) -> tuple[FloatArray, FloatArray]:
    """Return the contacts that one rule finds in a shank's recording with gyroscope.

    Returns
    -------
    (n,) initial and (n,) terminal contacts of n stances, s of session time; the latter NaN where the rule
    gives none. Empty where no cycle was found. Of a recording with gaps the longest piece is looked at.
    """
    if recording.gyr is None:
        return np.empty(0), np.empty(0)
    stream = GridStream(has_gyr=True, rate_hz=recording.rate_hz, acc_limit=None, gyr_limit=None)
    blocks = stream.push(recording.time_s, recording.acc, recording.gyr) + stream.flush()
    if not blocks:
        return np.empty(0), np.empty(0)
    buffer, finder = SampleBuffer(), SwingFinder()
    buffer.append(max(blocks, key=len))
    spans = finder.find(buffer, final=True)
    if not spans or finder.axis is None:
        return np.empty(0), np.empty(0)
    cycles = measure_cycles(buffer, spans, finder.axis.direction)
    signals, start = _signals(cycles, finder.axis.direction), np.array([s[0] for s in spans]) / GRID_HZ
    rule = SHANK_RULES[name]
    initial = start + rule.initial(signals)
    if rule.terminal is None:
        return initial, np.full(len(initial), np.nan)
    return initial, start + rule.terminal(signals)


def _signals(cycles: Cycles, axis: FloatArray) -> _Signals:
    """Return the force along the shank's axes and its norm, (n, samples) g; `axis`, (3,), is the swing's."""
    rows = np.arange(len(cycles.length))
    landing = np.nan_to_num(cycles.landing_s) * GRID_HZ
    middle = np.clip(landing + MID_STANCE_S * GRID_HZ, 0, cycles.force.shape[1] - 1).astype(np.intp)
    along = cycles.vertical[rows, middle]
    left = -axis[None, :] + along * (along @ axis)[:, None]
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    force = cycles.force / STANDARD_GRAVITY
    return _Signals(
        np.einsum("nij,nj->ni", force, along),
        np.einsum("nij,nj->ni", force, np.cross(left, along)),
        np.einsum("nij,nj->ni", force, left),
        np.sqrt(np.einsum("nij,nij->ni", force, force)),
        cycles.signals["pitch_rate"],
        landing,
        cycles.length,
    )
