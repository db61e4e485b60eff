"""A shoe with gyroscope: from grid blocks to strides.

The unit of work is a *swing*, from one flat instant of the foot to the next: it holds a terminal contact and
the following initial contact. A stride is a stance between two swings.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from gait.analysis.signal.buffer import sample_rows
from gait.analysis.signal.filters import gaussian
from gait.analysis.signal.orientation import (
    Turned,
    Windows,
    chosen_of,
    closure_gravity,
    gather,
    motion,
    orientations,
)
from gait.analysis.signal.quaternion import apply
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.contact_model import load
from gait.analysis.strides.detector import Alignment, Detector
from gait.analysis.strides.shoe.contact import (
    SwingContacts,
    pitch_from_flat,
    swing_contacts,
    swing_signals,
)
from gait.analysis.strides.shoe.foot_path import circumduction_cm, turn_deg
from gait.analysis.strides.shoe.foot_pose import foot_pose
from gait.analysis.strides.shoe.gyro_bias import Rests
from gait.analysis.strides.shoe.midstance import StanceFinder
from gait.analysis.strides.shoe.mounting import (
    Mounting,
    blend,
    felt_at,
    lean_deg,
    levels,
    mounting_cues,
    rolls_back_deg,
    solve_mounting,
)
from gait.analysis.strides.shoe.stances import is_stance, stance_batch
from gait.analysis.strides.shoe.swings import Swings, both_ends, by_pace, inward_deg, join, take
from gait.analysis.strides.stride_batch import STRIDE_MOST_S, StrideBatch, empty_batch
from gait.arrays import FloatArray, IntArray
from gait.frames import MOVEMENTS, Side

__all__ = ["ShoeDetector"]


CALIBRATION_SWINGS = 8
"""Swings held back at the start until the mounting is known (chosen: their mean scatters by a third)."""

FIRST_REVIEW, LATER_REVIEWS = 32, 128
"""After so many swings the mounting is looked at again (chosen: soon, then seldom enough to cost little)."""

REVIEWED = 32
"""Swings, spread over those since the last time, that a review looks at (chosen: all of the first's)."""

AXES_ROUNDS = 2
"""Rounds of finding the axes with the roll that the last ones show (chosen: a second one settles them)."""

SLIP_DEG = 15.0
"""deg by which the vertical at foot-flat has changed in a new mounting (chosen: more than foot-flat
scatters)."""

SLIP_RUN = 5
"""Swings in a row that must agree on it (chosen: odd swings do not come five running)."""

IDLE_S = 5.0
"""Without a swing for so long, calibration uses what it holds (chosen: over two of the longest strides)."""

_ROLL_SMOOTH_S = 0.006
"""s; one sigma of the smoothing under the roll (chosen: shorter than an impact of some 20 ms)."""

GAIT_SCORE = 0.15
"""Alignment score below which the movement is no gait (chosen: well below
`gait.analysis.strides.detector.ALIGNED_SCORE`)."""

AHEAD = 16
"""Samples, 80 ms, behind a swing's last foot-flat that its landing is looked for in (chosen: smoothing)."""

OPENING_S = 1.2
"""s before the first foot-flat in which a swing that the start cuts is looked for (chosen: a stride)."""

NEAR_S = 0.06
"""s about an event within which samples must have been recorded (chosen: impact and what leads to it)."""

SILENT_S = 0.1
"""s about an event within which a bridged silence takes certainty (chosen: all that the regression sees)."""

MISSING_MOST_S = 0.05
"""s of it that may be missing for the first and the last contact to be given (chosen: less than `NEAR_S`)."""

Cut = Literal["", "start", "end"]
"""What takes the place of a foot-flat: nothing, the recording's start or its end."""


class ShoeDetector(Detector):
    """Strides of one shoe out of grid blocks, in order, each once and final.

    Parameters
    ----------
    side
        Leg; decides the sense of pronation.
    """

    knows_doubt = can_resume = True

    def __init__(self, side: Side) -> None:
        super().__init__()
        self._model = load("shoe_gyroscope")
        self._sign = MOVEMENTS[("pronation", side)].sign
        self.mountings: list[tuple[float, Mounting]] = []
        self.slips: list[tuple[float, float]] = []
        self._mounting: Mounting | None = None
        self._rests = Rests()
        self._review_after = FIRST_REVIEW
        self._new_segment()

    @property
    def alignment(self) -> Alignment:
        """How the sensor sits: scores and closures over the recording, the axes in use now."""
        if not self.mountings:
            return Alignment(slips=tuple(self.slips))
        used = [mounting for _, mounting in self.mountings]
        newest = used[-1]
        return Alignment(
            score=float(np.mean([mounting.score for mounting in used])),
            matrix=newest.matrix if newest.aligned else None,
            closure_error=float(np.median([mounting.closure_error for mounting in used])),
            newest_closure_error=newest.closure_error,
            slips=tuple(self.slips),
            axes=tuple((when, mounting.matrix) for when, mounting in self.mountings if mounting.aligned),
        )

    def _new_segment(self) -> None:
        self._finder = StanceFinder()
        self._coming: list[tuple[int, int]] = []
        self._held: list[tuple[int, int]] = []
        self._begins: int | None = None
        self._stride_s = float("nan")
        self._since_review: list[tuple[Swings, Turned]] = []
        self._ending: StrideBatch | None = None
        self._last: Swings | None = None
        self._off: list[bool] = []

    def _find(self, *, final: bool) -> list[StrideBatch]:
        if self._begins is None:
            self._begins = self._buffer.first
        self._rests.look(self._buffer.first, self._buffer.acc, self._buffer.gyr)
        self._take_swings(final=final)
        out: list[StrideBatch] = []
        while self._held:
            if self._mounting is None:
                count = self._calibration_count(final=final)
                if count == 0:
                    break
                self._calibrate(self._held[:count])
            if self._last is None:
                self._last = self._opening(self._held[0][0])
            places_left = self._review_after - sum(len(swings) for swings, _ in self._since_review)
            turned = self._turned(self._held[:places_left])
            swings = self._measured(turned)
            cut = self._slip_at(swings)
            if cut is not None:
                swings, turned = take(swings, slice(0, cut)), turned.rows(slice(0, cut))
            self._held = self._held[len(swings) :]
            out.append(self._strides(swings))
            self._since_review.append((swings, turned))
            self._review(slipped=cut is not None)
        return out + self._last_stance(final=final)

    def _last_stance(self, *, final: bool) -> list[StrideBatch]:
        """Return the stance that ends the recording; it is measured before its samples are forgotten."""
        if self._last is None:
            return []
        flat = int(self._last.stop[-1])
        there = self._buffer.end - AHEAD - flat
        if self._ending is None and there > (0 if final else round(STRIDE_MOST_S * GRID_HZ)):
            self._ending, _ = self._stances(by_pace(join(self._last, self._closing(flat))))
        return [self._ending] if final and self._ending is not None else []

    def _take_swings(self, *, final: bool) -> None:
        """Hold the swings behind which enough samples have come."""
        held = self._buffer
        self._coming += self._finder.find(held.first, held.acc, held.gyr, final=final, bridged=held.bridged)
        until = self._buffer.end if final else self._buffer.end - AHEAD
        ready = sum(1 for _, stop in self._coming if stop < until)
        self._held += self._coming[:ready]
        self._coming = self._coming[ready:]

    def _opening(self, flat: int) -> Swings | None:
        """Return the swing that the recording's start cuts if it shows a landing, else None."""
        assert self._begins is not None
        if not AHEAD < flat - self._begins <= OPENING_S * GRID_HZ:
            return None
        swing = self._measured(self._turned([(self._begins, flat)]), cut="start")
        return swing if np.isfinite(swing.ic[0]) else None

    def _closing(self, flat: int) -> Swings:
        """Return the swing that the recording's end cuts, if it shows a push-off."""
        stop = min(self._buffer.end - 1, flat + round(STRIDE_MOST_S * GRID_HZ))
        swing = self._measured(self._turned([(flat, stop)]), cut="end")
        return take(swing, slice(0, 1 if np.isfinite(swing.tc[0]) else 0))

    def _calibration_count(self, *, final: bool) -> int:
        """Return how many of the held swings to calibrate on; 0 to wait for more."""
        spans = np.array(self._held[:CALIBRATION_SWINGS])
        pauses = np.flatnonzero(spans[1:, 0] - spans[:-1, 1] > IDLE_S * GRID_HZ)
        if len(pauses):
            return int(pauses[0]) + 1
        if len(spans) == CALIBRATION_SWINGS:
            return CALIBRATION_SWINGS
        now = self._buffer.first + len(self._buffer.acc)
        idle = now - spans[-1, 1] > (IDLE_S + STRIDE_MOST_S + 1.0) * GRID_HZ
        return len(spans) if final or idle else 0

    def _calibrate(self, spans: list[tuple[int, int]]) -> None:
        self._mounting = self._solve(self._turned(spans))
        self.mountings.append((spans[0][0] / GRID_HZ, self._mounting))

    def _solve(self, turned: Turned, inward_deg: float | None = None) -> Mounting:
        cues = mounting_cues(turned)
        if inward_deg is not None:
            return solve_mounting(turned, cues, self._sign, rolls_back_deg(inward_deg))
        mounting = solve_mounting(turned, cues, self._sign)
        # The inward roll about these axes gives how far the foot rolls back, and that the next axes.
        for _ in range(AXES_ROUNDS):
            inward = self._rolled_inward_deg(turned, mounting)
            mounting = solve_mounting(turned, cues, self._sign, rolls_back_deg(inward))
        return mounting

    def _rolled_inward_deg(self, turned: Turned, mounting: Mounting) -> float:
        """Return the median roll from contact to the flat instant, deg, eversion positive."""
        windows = turned.windows
        level = levels(mounting, closure_gravity(windows, turned.force))
        signals = swing_signals(motion(windows, turned.quaternion, turned.force, level))
        pose = foot_pose(windows, turned.quaternion, mounting.matrix, level)
        pitch = pitch_from_flat(windows, pose.pitch_deg)
        contacts = swing_contacts(signals, pitch, windows.length, self._model)
        at = np.column_stack([contacts.ic_s * GRID_HZ, windows.length - 1.0])
        roll = self._sign * sample_rows(pose.roll_deg, at)
        return float(np.median(roll[:, 1] - roll[:, 0]))

    def _turned(self, spans: list[tuple[int, int]]) -> Turned:
        """Return the windows between some grid indices, with their orientation."""
        edges = np.array(spans, dtype=np.intp) - self._buffer.first
        windows = gather(self._buffer.acc, self._buffer.gyr, edges[:, 0], edges[:, 1] + 1, AHEAD)
        windows.gyr[:] -= self._rests.at(windows.start + self._buffer.first)[:, None, :]
        quaternion = orientations(windows)
        flat = felt_at(self._buffer.acc, windows.start)
        return Turned(windows, quaternion, apply(quaternion, windows.acc), flat)

    def _measured(self, turned: Turned, cut: Cut = "") -> Swings:
        """Return what the swings give; at a `cut` the recording's start or end is in a foot-flat's place."""
        assert self._mounting is not None
        mounting, windows, quaternion = self._mounting, turned.windows, turned.quaternion
        gravity = self._gravity(windows, turned.force)
        level = self._levels(windows, quaternion, gravity, cut)
        moved = motion(windows, quaternion, turned.force, level)
        pose = foot_pose(windows, quaternion, mounting.matrix, level)
        pitch_deg = pose.pitch_deg
        start = windows.start + self._buffer.first
        contacts = self._contacts(
            swing_signals(moved), pitch_from_flat(windows, pitch_deg, cut), windows.length, start
        )
        tc, tc_doubt = self._event(contacts, 0, start / GRID_HZ, cut)
        ic, ic_doubt = self._event(contacts, 1, start / GRID_HZ, cut)
        ends = moved.position[np.arange(len(start)), windows.length - 1]
        lean = lean_deg(mounting, gravity, turned.flat)
        uncut = np.full(len(start), np.nan if cut else 1.0)
        return Swings(
            start=start,
            stop=start + windows.length - 1,
            tc=tc,
            tc_doubt=tc_doubt,
            ic=ic,
            ic_doubt=ic_doubt,
            pitch_deg=both_ends(pitch_deg, windows.length),
            roll_deg=both_ends(self._sign * pose.roll_deg, windows.length),
            eversion_dps=both_ends(np.degrees(self._eversion_rate(windows, mounting)), windows.length),
            length_m=uncut * np.hypot(ends[:, 0], ends[:, 1]),
            circum_cm=uncut * circumduction_cm(moved, windows, self._sign),
            turn_deg=uncut * turn_deg(quaternion, windows, mounting),
            drift_m_s=uncut * np.linalg.norm(moved.drift, axis=1),
            lean_deg=lean,
            slipped=(lean > SLIP_DEG) & (not cut),
            aligned=np.full(len(start), mounting.aligned),
            plausible=np.full(len(start), mounting.score > GAIT_SCORE),
        )

    def _contacts(
        self, signals: dict[str, FloatArray], pitch_deg: FloatArray, length: IntArray, start: IntArray
    ) -> SwingContacts:
        """Return both events of swings that begin at grid indices `start`."""
        del start
        return swing_contacts(signals, pitch_deg, length, self._model)

    def _gravity(self, windows: Windows, turned: FloatArray) -> FloatArray:
        """Return (n, 3) gravity by closure, m/s2, in the frame of each first sample; NaN across a bridge."""
        gravity = closure_gravity(windows, turned)
        if self._buffer.bridged.any():
            count = np.concatenate([[0], np.cumsum(self._buffer.bridged)])
            gravity[count[windows.start + windows.length] > count[windows.start]] = np.nan
        return gravity

    def _levels(self, windows: Windows, quaternion: FloatArray, gravity: FloatArray, cut: Cut) -> FloatArray:
        """Return (n, 3, 3) world axes in the sensor frame at each first sample."""
        assert self._mounting is not None
        if not cut:
            return levels(self._mounting, gravity)
        axes = np.repeat(self._mounting.matrix[None], len(windows.start), axis=0)
        if cut == "end":
            return axes
        flat = quaternion[np.arange(len(axes)), windows.length - 1]
        return apply(flat[:, None, :], axes)

    def _event(
        self, contacts: SwingContacts, event: int, begin_s: FloatArray, cut: Cut
    ) -> tuple[FloatArray, FloatArray]:
        """Return (n,) s of session time and (n, 4) doubts of terminal (0) or initial (1) contact."""
        time = begin_s + (contacts.tc_s, contacts.ic_s)[event]
        missing = self._buffer.missing_s(time, NEAR_S)
        # Beside a silence the event may lie within it, so the doubt reaches twice as far.
        missing = np.maximum(missing, 2.0 * self._buffer.silent_s(time, SILENT_S))
        parts = (contacts.split_s, contacts.shift_s, contacts.spread_s)
        doubt = np.column_stack([*(part[event] for part in parts), missing])
        if cut:
            shown = (contacts.left, contacts.landed)[event] & (cut == ("end", "start")[event])
            time = np.where(shown & (missing <= MISSING_MOST_S), time, np.nan)
        return time, doubt

    def _eversion_rate(self, windows: Windows, mounting: Mounting) -> FloatArray:
        along = windows.gyr @ mounting.matrix[0]
        return self._sign * gaussian(along, _ROLL_SMOOTH_S, axis=1)

    def _slip_at(self, swings: Swings) -> int | None:
        """Return the number of swings up to the one that shows a sensor shift; None without one."""
        for index, off in enumerate(swings.slipped.tolist()):
            self._off = [*self._off, off][-SLIP_RUN:]
            if len(self._off) == SLIP_RUN and all(self._off):
                self._off = []
                return index + 1
        return None

    def _review(self, *, slipped: bool) -> None:
        """Follow slow changes; start anew after a slip."""
        seen = sum(len(swings) for swings, _ in self._since_review)
        if not slipped and seen < self._review_after:
            return
        self._review_after = LATER_REVIEWS
        assert self._mounting is not None
        recent, self._since_review = self._since_review, []
        first = max(seen - SLIP_RUN, 0) if slipped else 0
        chosen = first + np.unique(np.linspace(0, seen - first - 1, REVIEWED).astype(int))
        turned = chosen_of([part for _, part in recent], chosen)
        inward = float(np.median(np.concatenate([inward_deg(swings) for swings, _ in recent])))
        fresh = self._solve(turned, None if slipped else inward)
        when = float(np.concatenate([swings.start for swings, _ in recent])[chosen[0]]) / GRID_HZ
        if slipped:
            self.slips.append((when, float(np.median(recent[-1][0].lean_deg[-SLIP_RUN:]))))
            self._mounting = fresh
        else:
            self._mounting = blend(self._mounting, fresh)
        self.mountings.append((when, self._mounting))

    def _strides(self, swings: Swings) -> StrideBatch:
        """Return the stances between consecutive swings, the last one of the call before included."""
        both = by_pace(swings if self._last is None else join(self._last, swings))
        batch, self._stride_s = self._stances(both)
        self._last = take(both, slice(len(both) - 1, None)) if len(swings) else self._last
        self._ending = None
        return batch

    def _stances(self, swings: Swings) -> tuple[StrideBatch, float]:
        """Return the stances between consecutive swings, and the stride time behind them."""
        n = len(swings) - 1
        if n < 1:
            return empty_batch(), self._stride_s
        before, after = take(swings, slice(0, n)), take(swings, slice(1, None))
        # A last contact has the stride time of the stride before; NaN without any.
        times = np.concatenate([[self._stride_s], after.ic - before.ic])
        stride = np.where(np.isfinite(times[1:]), times[1:], times[:-1])
        batch = stance_batch(before, after, stride, self._buffer, self._model)
        return batch.take(is_stance(before, after)), float(times[-1])

    def _oldest_needed(self) -> int:
        wanted = [self._buffer.end]
        if self._held:
            wanted.append(self._held[0][0])
        oldest = min(wanted) - round(3.0 * GRID_HZ)
        self._rests.forget_before(oldest)
        return oldest
