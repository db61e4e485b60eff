"""Published single rules for the contacts of a foot, to compare the fused estimate with.

All work on the engine's own swings (from one flat instant to the next), so that the comparison is of the
rules and not of their search for strides. Signals are taken in the segment frame found by the engine, pitch
rate toes up positive, acceleration in g. ``deviations`` names where we depart from the source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gait.analysis.signal.filters import first_peak, gaussian, gaussian_slope
from gait.analysis.signal.orientation import Turned, gather, orientations
from gait.analysis.signal.quaternion import apply
from gait.analysis.signal.resample import GRID_HZ, GridStream
from gait.analysis.strides.cues import peak_time
from gait.analysis.strides.shoe.midstance import StanceFinder
from gait.analysis.strides.shoe.mounting import mounting_cues, solve_mounting
from gait.arrays import FloatArray, IntArray
from gait.frames import MOVEMENTS
from gait.recording.model import Recording, without_pauses
from gait.units import STANDARD_GRAVITY

__all__ = ["RULES", "Rule", "rule_contacts"]


_LOW_PASS_S = 0.133 / 30.0
"""s of the Gaussian whose -3 dB point is at 30 Hz, the cut-off of Falbriard 2018."""


@dataclass(frozen=True)
class _Signals:
    """n swings of L samples; ``length`` of each."""

    pitch_rate: FloatArray
    size: FloatArray
    turn: FloatArray
    vertical: FloatArray
    length: IntArray

    @property
    def at(self) -> IntArray:
        return np.arange(self.size.shape[1])[None, :]

    def first_half(self) -> npt.NDArray[np.bool_]:
        """Return the part of the stride in which terminal contact is looked for."""
        return (self.at > 4) & (self.at < 0.6 * self.length[:, None])

    def second_half(self) -> npt.NDArray[np.bool_]:
        """Return the part of the stride in which initial contact is looked for."""
        return (self.at > 0.6 * self.length[:, None]) & (self.at < self.length[:, None] - 4)


Finder = Callable[[_Signals], FloatArray]


@dataclass(frozen=True)
class Rule:
    """A published pair of rules: paper, deviations, and the two searches (s from the flat instant)."""

    source: str
    deviations: str
    terminal: Finder
    initial: Finder


def _largest(values: FloatArray, where: npt.NDArray[np.bool_]) -> FloatArray:
    """Return (n,) times, s, of the largest of (n, samples) values where the mask is true."""
    return peak_time(values, np.where(where, values, -np.inf).argmax(axis=1))


def _first_prominent(values: FloatArray, where: npt.NDArray[np.bool_], share: float) -> FloatArray:
    """Return (n,) times, s, of the first peak of (n, samples) values from a share of the largest."""
    return peak_time(values, first_peak(np.where(where, values, -np.inf), share))


def _falbriard_initial(s: _Signals) -> FloatArray:
    return _first_prominent(-s.pitch_rate, s.second_half(), 0.5)


def _largest_turn_terminal(s: _Signals) -> FloatArray:
    return _largest(s.turn, s.first_half())


def _largest_turn_initial(s: _Signals) -> FloatArray:
    return _largest(s.turn, s.second_half() & (s.at > s.length[:, None] - 0.25 * GRID_HZ))


def _strohrmann_terminal(s: _Signals) -> FloatArray:
    over = (s.size >= 2.0) & (s.at > 4)
    time: FloatArray = over.argmax(axis=1) / GRID_HZ
    return time


def _yang_initial(s: _Signals) -> FloatArray:
    change = np.diff(s.size, axis=1, append=s.size[:, -1:]) ** 2
    return _largest(change, s.second_half())


def _bailey_initial(s: _Signals) -> FloatArray:
    """Return contact: from the steepest fall of pitch rate back to where it was -0.5 rad/s."""
    slope = gaussian_slope(s.pitch_rate, _LOW_PASS_S, axis=1)
    steepest = np.where(s.second_half(), slope, np.inf).argmin(axis=1)
    above = (s.pitch_rate > -0.5) & (s.at <= steepest[:, None])
    last = s.size.shape[1] - 1 - above[:, ::-1].argmax(axis=1)
    time: FloatArray = np.where(above.any(axis=1), last, steepest) / GRID_HZ
    return time


def _blauberger_initial(s: _Signals) -> FloatArray:
    """Return contact: the smallest norm just before the impact peak."""
    peak = np.where(s.second_half(), s.size, -np.inf).argmax(axis=1)
    before = (s.at <= peak[:, None]) & (s.at > peak[:, None] - 0.075 * GRID_HZ)
    return _largest(-s.size, before)


RULES: dict[str, Rule] = {
    "pitch-rate minima": Rule(
        "Falbriard et al. 2018, 10.3389/fphys.2018.00610",
        "first prominent minimum of the landing: the literal first half holds the push-off on fast running",
        lambda s: _largest(-s.pitch_rate, s.first_half()),
        _falbriard_initial,
    ),
    "largest |w|": Rule(
        "Falbriard et al. 2018 (candidate), 10.3389/fphys.2018.00610",
        "landing limited to the last 250 ms before the flat instant",
        _largest_turn_terminal,
        _largest_turn_initial,
    ),
    "largest |a|": Rule(
        "Falbriard et al. 2018 (candidate), 10.3389/fphys.2018.00610",
        "none beyond the segmentation",
        lambda s: _largest(s.size, s.first_half()),
        lambda s: _largest(s.size, s.second_half()),
    ),
    "|a| and 2 g": Rule(
        "Strohrmann et al. 2012, IEEE Trans Inf Technol Biomed 16(5)",
        "the 80 ms after contact are replaced by the flat instant",
        _strohrmann_terminal,
        lambda s: _largest(s.size, s.second_half()),
    ),
    "squared difference of |a|": Rule(
        "Yang et al. 2011, Body Sensor Networks",
        "terminal contact: the push-off's minimum of pitch rate",
        lambda s: _largest(-s.pitch_rate, s.first_half()),
        _yang_initial,
    ),
    "fall of pitch rate": Rule(
        "Bailey & Harle 2014, Procedia Engineering 72",
        "none beyond the segmentation",
        lambda s: _largest(s.vertical, s.first_half()),
        _bailey_initial,
    ),
    "|a| before its peak": Rule(
        "Blauberger et al. 2021, Sensors 21(21)",
        "terminal contact: largest |w|",
        _largest_turn_terminal,
        _blauberger_initial,
    ),
}
"""Name -> rule."""


def rule_contacts(recording: Recording, name: str) -> tuple[FloatArray, FloatArray]:
    """Return initial and terminal contacts, s, that one rule finds in a shoe's recording with gyroscope.

    Returns
    -------
    (n,) initial and (n,) terminal contacts of n stances: the landing before each flat instant and the toe-off
    behind it. Empty where fewer than three swings were found.
    """
    signals, start, linked = _signals(recording)
    if len(start) < 3:
        return np.empty(0), np.empty(0)
    rule = RULES[name]
    initial = start / GRID_HZ + rule.initial(signals)
    terminal = start / GRID_HZ + rule.terminal(signals)
    return initial[:-1][linked], terminal[1:][linked]


def _signals(recording: Recording) -> tuple[_Signals, IntArray, npt.NDArray[np.bool_]]:
    """Return the signals of all swings of the longest gap-free piece, their starts, and who follows whom."""
    empty = np.empty((0, 1))
    nothing = _Signals(empty, empty, empty, empty, np.empty(0, dtype=np.intp)), np.empty(0, dtype=np.intp)
    recording = without_pauses(recording)
    if recording.gyr is None:
        return *nothing, np.empty(0, dtype=bool)
    stream = GridStream(has_gyr=True, rate_hz=recording.rate_hz, acc_limit=None, gyr_limit=None)
    blocks = stream.push(recording.time_s, recording.acc, recording.gyr) + stream.flush()
    block = max(blocks, key=len, default=None)
    if block is None or block.gyr is None:
        return *nothing, np.empty(0, dtype=bool)
    spans = np.array(
        StanceFinder().find(block.first, block.acc, block.gyr, final=True),
        dtype=np.intp,
    )
    if len(spans) < 3:
        return *nothing, np.empty(0, dtype=bool)
    windows = gather(block.acc, block.gyr, spans[:, 0] - block.first, spans[:, 1] - block.first + 1)
    quaternion = orientations(windows)
    flat = gaussian(block.acc, 0.010)[windows.start]
    turned = Turned(windows, quaternion, apply(quaternion, windows.acc), flat)
    outward = MOVEMENTS[("pronation", recording.side)].sign
    matrix = solve_mounting(turned, mounting_cues(turned), outward).matrix
    gyr = gaussian(windows.gyr, _LOW_PASS_S, axis=1)
    acc = gaussian(windows.acc, _LOW_PASS_S, axis=1) / STANDARD_GRAVITY
    signals = _Signals(
        -(gyr @ matrix[1]),
        np.sqrt(np.einsum("nij,nij->ni", acc, acc)),
        np.sqrt(np.einsum("nij,nij->ni", gyr, gyr)),
        acc @ matrix[2],
        windows.length,
    )
    return signals, spans[:, 0], spans[1:, 0] == spans[:-1, 1]
