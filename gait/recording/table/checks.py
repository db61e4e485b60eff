"""Check samples before anything is computed from them: finite, in order, and in the units they say."""

from __future__ import annotations

import numpy as np

from gait.arrays import FloatArray
from gait.errors import RecordingError
from gait.recording.clock import Clock, Rows
from gait.recording.table.lines import Block
from gait.recording.table.numbers import Layout, Table, line_of_row
from gait.sentences import sentence
from gait.units import STANDARD_GRAVITY

__all__ = ["Columns", "RowFilter", "check_acc_unit", "check_gyr_unit", "check_step"]

Columns = tuple[FloatArray, ...]
"""time_s, three of acc and, with a gyroscope, three of gyr; (n,) each."""

LONGEST_GAP_S = 86400.0
"""A larger jump in time, s, is a wrong clock and no gap (chosen: a session is a run, at most a day)."""
REPEATS_FREE, REPEATS_SHARE = 20, 0.02
"""Repeated time stamps that are left out quietly: this many, and this share of the rows (chosen: single
stamps repeat where packets were sent twice; more is a clock's fault)."""
ACC_LIMIT_M_S2 = 1000.0 * STANDARD_GRAVITY
"""m/s2 that no wearable sensor exceeds (chosen: the widest are +-400 g)."""
GYR_LIMIT_DPS = 1e5
"""deg/s that no wearable sensor exceeds (chosen: the widest are +-4000)."""
SLOWEST_STEP_S, FASTEST_STEP_S = 0.5, 1e-4
"""A leg sensor samples between 2 Hz and 10 kHz (chosen: 2 Hz show no stride at all, and no part is
faster)."""
NO_GRAVITY_BELOW_M_S2 = 0.25
"""Median norm below which gravity was taken off, m/s2 (chosen: even in g it is 0.9 with gravity)."""
IN_G_BELOW_M_S2 = 4.0
"""Median norm below which the unit is g (chosen: 9.8 m/s2 at rest and 9 to 40 on a running leg are 0.9 to 4
g)."""
COUNTS_ABOVE_M_S2 = 400.0
"""Median norm above which the values are counts, m/s2 (chosen: ten times the hardest running)."""
HARD_RUN_M_S2 = 30.0
"""Norm, m/s2, above which a leg that is shaken so for 1 % of the time swings (chosen: 3 g, which no walk
keeps up)."""
SLOW_TURN_DPS = 60.0
"""Turn below which such a leg's are no deg/s (chosen: the fastest are 300 and more, and in rad/s 5 to 40)."""
APART_SHARE = 0.1
"""Share of rows of the gyroscope alone from which both sensors' rows stand apart (chosen: single rows of one
sensor are lost rows of the other)."""
NEAR_ROWS = 3.0
"""Usual steps of the gyroscope's own rows up to which a number between two of them is made (chosen: a longer
silence is one)."""
LEAST_TURN = 3.0
"""rad/s below which nothing on a leg was measured (chosen: a sensor that is shaken without turning)."""


class RowFilter:
    """Lets through the rows of one file that can be used, in order; remembers what it left out.

    State: the last time let through, and the counts.

    Parameters
    ----------
    layout
        Of the file: time first, then acc, then gyr.
    gyroscope_only
        True where gyr follows time at once.
    """

    def __init__(self, layout: Layout, *, gyroscope_only: bool = False) -> None:
        self.layout = layout
        self.limits = [GYR_LIMIT_DPS] * 3 if gyroscope_only else [*[ACC_LIMIT_M_S2] * 3, *[GYR_LIMIT_DPS] * 3]
        self.needed = 4
        self.rows = 0
        self.unreadable = 0
        self.repeated = 0
        self.without_gyr = 0
        self.alternating = 0
        self._turned: FloatArray | None = None
        self.headers: list[int] = []
        ticks = layout.scale[0] if layout.scale is not None and layout.time_form == "number" else None
        self.clock = Clock(tick_s=ticks if layout.counts else None, wrap_s=layout.wrap_s)
        self._blocks: dict[int, Block] = {}
        self._tables = 0
        self._read = 0
        self._last_s: float | None = None

    def __call__(self, table: Table) -> Columns:
        """Return columns of rows that can be used and whose times are known, without repeated time stamps.

        Raises
        ------
        RecordingError
            Time goes back or jumps by more than a day, or a value that no sensor measures.
        """
        self.headers += table.headers
        self._blocks[self._tables] = table.block
        return self._ordered(self.clock.push(self._finite(table)))

    def end(self) -> Columns:
        """Return columns of the rows that waited for others behind them."""
        nothing = Rows(tuple(np.empty(0) for _ in range(len(self.limits) + 1)), np.empty(0, dtype=np.intp))
        return self._ordered(self.clock.push(nothing, final=True))

    def notes(self) -> tuple[str, ...]:
        """Return what was assumed, changed and left out, in words for people."""
        return (*self.layout.notes, *self.clock.notes(), *self._headers_note(), *self._left_out())

    def _headers_note(self) -> tuple[str, ...]:
        if not self.headers:
            return ()
        where = ", ".join(map(str, self.headers[:3])) + (" ..." if len(self.headers) > 3 else "")
        return (sentence("the column names stand again at line {where}", where=where),)

    def _left_out(self) -> tuple[str, ...]:
        out: list[str] = []
        if self.unreadable == 1:
            out.append(sentence("1 row without a number in every column left out"))
        elif self.unreadable:
            out.append(sentence("{n} rows without a number in every column left out", n=self.unreadable))
        if self.repeated == 1:
            out.append(sentence("1 row with a repeated time stamp left out"))
        elif self.repeated:
            out.append(sentence("{n} rows with a repeated time stamp left out", n=self.repeated))
        if self.alternating:
            out.append(
                sentence(
                    "acceleration and angular rate stand in rows of their own: {n} of the gyroscope's were "
                    "laid on the accelerometer's times",
                    n=self.alternating,
                )
            )
        if self.without_gyr:
            out.append(
                sentence(
                    "the gyroscope has no numbers in {n} rows ({share:.0f} %), where the accelerometer has",
                    n=self.without_gyr,
                    share=100.0 * self.without_gyr / max(self.rows, 1),
                )
            )
        return tuple(out)

    def finish(self) -> None:
        """Refuse a file without a row that can be used.

        Raises
        ------
        RecordingError
            Fewer than two usable rows.
        """
        if self.rows >= 2:
            return
        if self.unreadable:
            text = f"no row has a number in every column ({self.unreadable} rows looked at)"
        else:
            text = "no samples below the column names" if self.rows == 0 else "one sample only"
        raise RecordingError(
            text, where=self.layout.where, todo="check that the recording was finished and copied whole"
        )

    def _finite(self, table: Table) -> Rows:
        """Return rows with a time and an acceleration; a number of the gyroscope may be missing."""
        columns = table.columns
        if self.layout.time_form == "row":
            factor = 1.0 if self.layout.scale is None else self.layout.scale[0]
            columns = (
                np.asarray((np.arange(len(table)) + self._read) * factor, dtype=np.float64),
                *columns[1:],
            )
        self._read += len(table)
        lines = np.arange(len(table)) + (self._tables << 32)
        self._tables += 1
        if not len(table) or all(np.isfinite(cells.max()) and np.isfinite(cells.min()) for cells in columns):
            return Rows(columns, lines)
        columns = self._with_turning(columns)
        finite = np.logical_and.reduce([np.isfinite(column) for column in columns[: self.needed]])
        self.unreadable += int(len(table) - finite.sum())
        if self.alternating:
            turned = np.isfinite(np.sum(columns[self.needed :], axis=0))
            self.unreadable -= int((turned & ~finite & np.isfinite(columns[0])).sum())
        return Rows(columns, lines).part(finite)

    def _with_turning(self, columns: Columns) -> Columns:
        """Return columns of which rows of the gyroscope alone gave their numbers to the rows beside them.

        Some programs write a row whenever one of both sensors has a sample. The gyroscope's numbers at the
        accelerometer's times lie between its own; none is made where its rows are far apart.
        """
        if len(columns) != self.needed + 3:
            return columns
        time_s, turning = columns[0], np.column_stack(columns[self.needed :])
        felt, turned = (
            np.isfinite(values).all(axis=1) for values in (np.column_stack(columns[1 : self.needed]), turning)
        )
        alone = turned & ~felt & np.isfinite(time_s)
        if alone.sum() < APART_SHARE * len(alone) or not (felt & ~turned).any():
            return columns
        rates = np.column_stack([time_s, turning])[turned & np.isfinite(time_s)]
        if self._turned is not None:
            rates = np.concatenate([self._turned, rates])
        steps = np.diff(rates[:, 0])
        if len(rates) < 3 or not (steps > 0.0).all():
            return columns
        self._turned = rates[-1:]
        self.alternating += int(alone.sum())
        at = np.clip(np.searchsorted(rates[:, 0], time_s), 1, len(rates) - 1)
        inside = (time_s >= rates[0, 0]) & (time_s <= rates[-1, 0])
        near = inside & (steps[at - 1] < NEAR_ROWS * float(np.median(steps))) & felt & ~turned
        gyr = [
            np.where(near, np.interp(time_s, rates[:, 0], rates[:, axis]), turning[:, axis - 1])
            for axis in (1, 2, 3)
        ]
        kept = np.where(alone, np.nan, columns[1])  # these rows are no samples of the accelerometer
        return (time_s, kept, *columns[2 : self.needed], *gyr)

    def _ordered(self, rows: Rows) -> Columns:
        """Return columns of rows whose times increase, within what sensors measure."""
        columns = rows.columns
        if self.clock.mixed:
            raise RecordingError(
                f"{self.clock.size} rows of different sensors at each time",
                where=self.layout.where,
                todo="write each sensor's rows into a file of its own",
            )
        if len(rows):
            self._check_limits(rows)
            time_s = columns[0]
            step_s = np.empty(len(time_s))
            step_s[0] = 1.0 if self._last_s is None else time_s[0] - self._last_s
            np.subtract(time_s[1:], time_s[:-1], out=step_s[1:])
            if step_s.min() <= 0.0 or step_s.max() > LONGEST_GAP_S:
                self._check_order(step_s, rows)
                columns = self._leave_repeats(rows, step_s)
            self.rows += len(columns[0])
            self._last_s = float(time_s[-1])
            if len(columns) > self.needed:
                self.without_gyr += int(np.isnan(np.sum(columns[self.needed :], axis=0)).sum())
        oldest = self.clock.oldest()
        first = self._tables if oldest is None else oldest >> 32
        self._blocks = {serial: block for serial, block in self._blocks.items() if serial >= first}
        return columns

    def _check_limits(self, rows: Rows) -> None:
        for index, cells in enumerate(rows.columns[1:], start=1):
            top = np.nan_to_num(np.abs(cells), nan=0.0, posinf=np.inf)
            if top.max() > self.limits[index - 1]:
                row = int(np.argmax(top))
                place = index - (self.layout.time_form == "row")
                name = self.layout.columns[self.layout.use[place]]
                raise self._error(
                    rows,
                    row,
                    f"{name} = {cells[row]:g} is more than any sensor measures",
                    "check the unit; leave the row out if it is the only one",
                )

    def _check_order(self, step_s: FloatArray, rows: Rows) -> None:
        """Refuse steps, (n,) s, that go back or are longer than `LONGEST_GAP_S`."""
        back = np.flatnonzero(step_s < 0.0)
        if len(back):
            raise self._error(
                rows,
                int(back[0]),
                f"time goes back by {-step_s[back[0]]:g} s",
                "sort the rows, or split the file where the clock was set back",
            )
        far = np.flatnonzero(step_s > LONGEST_GAP_S)
        if len(far):
            raise self._error(
                rows,
                int(far[0]),
                f"time jumps ahead by {step_s[far[0]]:g} s",
                "split the file where the clock was set",
            )

    def _leave_repeats(self, rows: Rows, step_s: FloatArray) -> Columns:
        """Return the columns without rows of the time before, whose step of (n,) s is 0."""
        fresh = step_s != 0.0
        self.repeated += int(len(fresh) - fresh.sum())
        if self.repeated > REPEATS_FREE + REPEATS_SHARE * (self.rows + len(fresh)):
            raise self._error(
                rows,
                int(np.argmin(fresh)),
                "the same time again, as in many rows",
                "the times must be the sensor's own clock with enough decimals, not the arrival of packets",
            )
        return rows.part(fresh).columns

    def _error(self, rows: Rows, index: int, text: str, todo: str = "") -> RecordingError:
        code = int(rows.line[index])
        line = line_of_row(self._blocks[code >> 32], code & 0xFFFFFFFF)
        return RecordingError(text, where=f"{self.layout.where}, line {line}", todo=todo)


def check_step(time_s: FloatArray, where: str) -> None:
    """Refuse times that are not seconds.

    Parameters
    ----------
    time_s
        (n,) increasing, n at least 2.

    Raises
    ------
    RecordingError
        The median step is no leg sensor's.
    """
    step_s = float(np.median(np.diff(time_s)))
    if step_s > SLOWEST_STEP_S:
        todo = "time_s must be in seconds: divide milliseconds by 1000, microseconds by 1000000"
    elif step_s < FASTEST_STEP_S:
        todo = "time_s must be in seconds with enough decimals"
    else:
        return
    raise RecordingError(
        f"time_s steps by {step_s:g} s, which is {1.0 / step_s:.3g} Hz", where=where, todo=todo
    )


def check_acc_unit(acc: FloatArray, where: str) -> None:
    """Refuse accelerations that are not m/s2 with gravity in them, judged by the median norm.

    Parameters
    ----------
    acc
        (n, 3) as read; gravity makes a sensor at rest read 9.8 m/s2.
    where
        File, for the message.

    Raises
    ------
    RecordingError
        They are in g or in counts, or gravity was taken out of them.
    """
    level = float(np.median(np.sqrt(np.einsum("ij,ij->i", acc, acc))))
    if NO_GRAVITY_BELOW_M_S2 <= level < IN_G_BELOW_M_S2:
        text = f"acc is in g, not m/s2: its median is {level:.2f} where gravity alone is 9.81"
        todo = "multiply acc_x, acc_y and acc_z by 9.80665"
    elif level < NO_GRAVITY_BELOW_M_S2:
        text = f"acc has no gravity in it: its median is {level:.2g} m/s2 where gravity alone is 9.81"
        todo = "export the raw accelerometer, not 'linear' or 'user' acceleration"
    elif level > COUNTS_ABOVE_M_S2:
        text = f"acc is not m/s2: its median is {level:.0f} where gravity alone is 9.81"
        todo = "divide thousandths of g by 101.97; scale raw counts by the sensor's range"
    else:
        return
    raise RecordingError(text, where=where, todo=todo)


def check_gyr_unit(acc: FloatArray, gyr_dps: FloatArray, where: str) -> None:
    """Refuse angular rates that are rad/s, judged where the leg is seen to run.

    Parameters
    ----------
    acc
        (n, 3) m/s2.
    gyr_dps
        (n, 3) as read, deg/s if all is well.
    where
        File, for the message.

    Raises
    ------
    RecordingError
        The rates are in rad/s.
    """
    shaken = float(np.percentile(np.sqrt(np.einsum("ij,ij->i", acc, acc)), 99.0))
    turned = float(np.percentile(np.sqrt(np.einsum("ij,ij->i", gyr_dps, gyr_dps)), 99.5))
    if shaken > HARD_RUN_M_S2 and LEAST_TURN < turned < SLOW_TURN_DPS:
        raise RecordingError(
            f"gyr is in rad/s, not deg/s: its fastest turns are {turned:.1f} while the leg runs",
            where=where,
            todo="multiply gyr_x, gyr_y and gyr_z by 57.29578",
        )
