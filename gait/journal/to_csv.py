"""A journal becomes recordings: the one way, whether a session ended well or was broken off."""

from __future__ import annotations

import contextlib
import filecmp
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gait.errors import RecordingError
from gait.journal.format import Journal, read_journal
from gait.journal.samples import Pieces, Rows, Run, Samples, runs_of
from gait.recording.model import Recording
from gait.recording.write import write_pieces

__all__ = ["Finished", "Recorded", "finish"]

GAP_PERIODS = 1.5
"""Sample periods between two samples from which one is missing (chosen: halfway to the next place)."""
SKEW_FROM_S = 60.0
"""s; in a shorter session the clocks' skew drowns in the delays (chosen: as `gait.journal.clock.STEP_US`)."""
NEW = ".new.csv"

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Recorded:
    """One CSV.

    Attributes
    ----------
    path
        The file.
    samples, length_s
        How many, and from the first to the last.
    gaps, missing_s
        Holes in time, and how long they are together.
    written
        False where the file was there already and is just this.
    left_out
        Samples of the journal that are not in the file: sent twice, before the session's start, or without a
        known scale.
    """

    path: Path
    samples: int
    length_s: float
    gaps: int
    missing_s: float
    written: bool = True
    left_out: int = 0

    def __str__(self) -> str:
        losses = f"{self.gaps} gaps, {self.missing_s:g} s missing" if self.gaps else "nothing missing"
        out = f", {self.left_out} samples left out" if self.left_out else ""
        return f"{self.path}: {self.length_s:.1f} s, {self.samples} samples, {losses}{out}"


@dataclass(frozen=True)
class Finished:
    """The files that `finish` wrote.

    Attributes
    ----------
    recorded
        One for each sensor that sent samples.
    lost_bytes
        Bytes of the journal that were torn or rotten.
    left_out
        What could not be read, in words.
    """

    recorded: tuple[Recorded, ...] = ()
    lost_bytes: int = 0
    left_out: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """The CSVs."""
        return tuple(recording.path for recording in self.recorded)


@dataclass(frozen=True)
class _Part:
    """A sensor of a journal: what its preamble says, and its samples."""

    head: Recording
    pieces: Pieces
    recorded: Recorded


def finish(folder: Path, *, replace: bool = False) -> Finished:
    """Write the contract's CSVs of a folder that holds a journal.

    Parameters
    ----------
    folder
        As given to ``gait record -o``.
    replace
        Whether CSVs of the same name that hold something else may be replaced.

    Returns
    -------
    What there is now. A CSV that is there already with just this in it is left as it is.

    Raises
    ------
    RecordingError
        No journal, no samples in it, or a file in the way.

    Notes
    -----
    A day of two sensors passes in pieces; what is kept of all of it is about 50 bytes a packet.
    """
    journal = read_journal(folder)
    if not len(journal.blocks):
        raise RecordingError(
            "the journal holds no samples",
            where=journal.path,
            todo="nothing was recorded, so nothing is lost: gait record may use the folder again",
        )
    left_out: list[str] = []
    try:
        parts = [part for part in _parts(journal, folder, left_out) if part.recorded.samples]
    except (LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise RecordingError(f"holds records that make no sense ({error})", where=journal.path) from None
    if not parts:
        raise RecordingError(
            "; ".join(left_out) or "no sample of it can be read",
            where=journal.path,
            todo="keep the file: its counts are there, their meaning is not",
        )
    left_out += [_out_of(part.recorded) for part in parts if part.recorded.left_out]
    recorded = tuple(_written(part, journal, replace=replace) for part in parts)
    return Finished(recorded, journal.lost_bytes, tuple(left_out))


def _out_of(recorded: Recorded) -> str:
    return (
        f"{recorded.left_out} samples of {recorded.path.name}: sent twice, from before the start, or without "
        "a known scale; the journal keeps them"
    )


def _parts(journal: Journal, folder: Path, left_out: list[str]) -> Iterator[_Part]:
    session = next(iter(journal.named("session")), None) or {}
    if "origin_us" not in session:
        left_out.append("when the session began (its record is damaged)")
    rows = journal.blocks.rows
    origin_us = int(session.get("origin_us", _first_us(rows)))
    for stream in np.unique(rows["stream"]).tolist():
        sensor = next(iter(journal.named("sensor", stream)), None)
        notes = journal.named("config", stream)
        if sensor is None or not notes:
            left_out.append(f"sensor {stream} (the records that describe it are damaged)")
            continue
        limits = [
            text for facts in (sensor, *journal.named("limits", stream)) for text in facts.get("limits", ())
        ]
        configs = {(int(note["epoch"]), int(note["config_id"])): note for note in notes}
        runs = runs_of(journal, stream, configs)
        if runs:
            pieces = Pieces(runs, origin_us)
            samples = int(rows["n"][rows["stream"] == stream].sum())
            yield _part(folder, {**session, **sensor, "limits": limits}, notes, pieces, samples)


def _first_us(rows: Rows) -> float:
    """Return the host clock at about the first sample: the start of a session whose record is damaged."""
    live = rows[rows["arrival_us"] >= 0]
    if not len(live):
        return 0.0
    return float(np.min(live["arrival_us"] - live["n"] * live["period_us"]))


def _part(folder: Path, facts: Facts, configs: list[Facts], pieces: Pieces, samples: int) -> _Part:
    """Return preamble and figures; the ranges are the smallest in force, so that clipping shows.

    Parameters
    ----------
    samples
        How many the journal holds of the sensor.
    """
    head = Recording(
        placement="shank" if facts["placement"] == "shank" else "shoe",
        side="right" if facts["side"] == "right" else "left",
        time_s=np.zeros(0),
        acc=np.zeros((0, 3)),
        gyr=np.zeros((0, 3)),
        rate_hz=_longest_rate(pieces.runs, {float(config["rate_hz"]) for config in configs}),
        acc_range_g=_least_range(configs, "acc_range_g"),
        gyr_range_dps=_least_range(configs, "gyr_range_dps"),
        started=str(facts.get("started", "")),
        device=facts.get("device", {}),
    )
    path = folder / f"{head.side}_{head.placement}.csv"
    measured = _measure(path, pieces)
    recorded = replace(measured, left_out=samples - measured.samples)
    figures = _figures(recorded, pieces.runs)
    limits = list(dict.fromkeys(str(limit) for limit in facts.get("limits", ())))
    if limits:
        figures["limits"] = limits
    return _Part(replace(head, extra={"recorder": figures}), pieces, recorded)


def _least_range(configs: list[Facts], name: str) -> float | None:
    """Return the smallest full scale in force; None where the range of some counts is unknown."""
    if not all(config.get("full_scale_known", True) for config in configs):
        return None
    return min(float(config[name]) for config in configs)


def _longest_rate(runs: list[Run], rates_hz: set[float]) -> float:
    """Return the nominal rate of most samples."""
    taken: dict[float, int] = {}
    for run in runs:
        for period_us in np.unique(run.rows["period_us"]).tolist():
            rate = min(rates_hz, key=lambda rate_hz: abs(rate_hz * period_us / 1e6 - 1.0))
            count = int(run.rows["n"][run.rows["period_us"] == period_us].sum())
            taken[rate] = taken.get(rate, 0) + count
    return max(taken, key=lambda rate_hz: (taken[rate_hz], rate_hz))


def _measure(path: Path, pieces: Pieces) -> Recorded:
    """Return how long and how complete a recording is."""
    samples, gaps, missing_s = 0, 0, 0.0
    first_s = last_s = np.nan
    for piece in pieces.times():
        first_s = piece.time_s[0] if np.isnan(first_s) else first_s
        steps = np.diff(piece.time_s, prepend=last_s if samples else piece.time_s[0])
        holes = steps > GAP_PERIODS * piece.period_s
        gaps += int(holes.sum())
        missing_s += float(np.sum(steps[holes] - piece.period_s[holes]))
        samples += len(piece.time_s)
        last_s = piece.time_s[-1]
    length_s = float(last_s - first_s) if samples else 0.0
    return Recorded(path, samples, length_s, gaps, round(missing_s, 3))


def _figures(recorded: Recorded, runs: list[Run]) -> dict[str, float | int | list[str]]:
    """Return figures for the preamble: how complete the recording is and how good its clock."""
    clocks = [run.clock for run in runs]
    figures: dict[str, float | int | list[str]] = {
        "gaps": recorded.gaps,
        "missing_s": recorded.missing_s,
        "sensor_starts": len(clocks),
    }
    if recorded.left_out:
        figures["left_out_samples"] = recorded.left_out
    if recorded.length_s >= SKEW_FROM_S:
        figures["clock_skew_ppm"] = round(clocks[0].skew_ppm, 1)
    if all(np.isfinite(clock.uncertainty_us) for clock in clocks):
        figures["clock_uncertainty_ms"] = round(max(clock.uncertainty_us for clock in clocks) / 1e3, 2)
    return figures


def _written(part: _Part, journal: Journal, *, replace: bool) -> Recorded:
    """Write a CSV, unless it is there already.

    Raises
    ------
    RecordingError
        Another file of that name exists.
    """
    path = part.recorded.path
    samples = (_recording(part.head, sample) for sample in part.pieces.samples(journal.blocks))
    if not path.exists():
        _write(part.head, samples, path)
        return part.recorded
    made = path.with_name(f".{path.stem}{NEW}")
    try:
        _write(part.head, samples, made)
        same = filecmp.cmp(made, path, shallow=False)
        if not same and not replace:
            raise RecordingError(
                "is there already, with something else in it",
                where=path,
                todo="move it away, or add --replace",
            )
        if not same:
            made.replace(path)
    finally:
        with contextlib.suppress(OSError):
            made.unlink(missing_ok=True)
    return Recorded(**{**vars(part.recorded), "written": not same})


def _write(head: Recording, samples: Iterator[Recording], path: Path) -> None:
    """Write a CSV.

    Raises
    ------
    RecordingError
        The disk does not take it; the journal has everything.
    """
    try:
        write_pieces(head, samples, path)
    except RecordingError as error:
        raise RecordingError(
            error.what,
            where=error.where,
            todo=f"the journal has all of it: make room, then run: gait recover {path.parent}",
        ) from None


def _recording(head: Recording, samples: Samples) -> Recording:
    return replace(head, time_s=samples.time_s, acc=samples.acc, gyr=samples.gyr)
