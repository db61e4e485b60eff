"""Errors of strides against truth: misses and inventions apart from timing."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from gait.analysis.engine import strides_of
from gait.analysis.session.stride_table import stride_table
from gait.analysis.session.strike_class import strike_probabilities
from gait.analysis.session.summary import summarise
from gait.analysis.strides.stride_batch import StrideBatch
from gait.arrays import FloatArray
from gait.errors import RecordingError, check_kind
from gait.exchange.bids_events import EVENTS_FILE, events_truth
from gait.exchange.markers import is_marker_file, marker_truth
from gait.recording.model import Recording, Session
from gait.recording.table.lines import Source
from gait.validation.published_rules import RULES, rule_contacts
from gait.validation.shank_rules import SHANK_RULES, shank_rule_contacts

__all__ = ["ErrorFigures", "SensorValidation", "load_truth", "validate", "validate_rules"]


NEAR = 0.25
"""Share of the stride within which a found contact is the true one (chosen: half-way to the other foot's
contact)."""

USUAL_STRIDE_S = 0.7
"""s that stands for the stride behind a last contact (chosen: a cadence of 171 steps a minute)."""

RULE_NEAR_S = 0.25
"""s within which a rule's contact is compared with a true one (chosen: a third of a stride, for single rules
stray)."""

TRUTH_BYTES = 1 << 27
"""Largest truth file, unpacked (chosen: a day of two feet takes a fifth of it)."""

LARGEST = 1e9
"""A number beyond it is no time and no metric (chosen: angles, lengths and a session's seconds all stay far
below)."""

EDGE_S = 1.0
"""s from the recording's ends within which a missed contact is counted apart (chosen: more than a stride of
running, as the ends cut it)."""


@dataclass(frozen=True)
class ErrorFigures:
    """Found minus true: bias, standard deviation, mean absolute error, 95 % limits, worst."""

    bias: float
    sd: float
    mae: float
    low: float
    high: float
    worst: float
    n: int


@dataclass(frozen=True)
class SensorValidation:
    """One sensor against the truth of its leg.

    Attributes
    ----------
    missed, missed_at_ends, invented
        True contacts without a stride inside and near the ends; strides without a true contact.
    errors
        ``ic_ms``, ``tc_ms``, ``contact_ms``, ``cadence_spm`` and, where known, ``strike_angle_deg``,
        ``pronation_excursion_deg``, ``stride_length_m``, ``speed_m_s``, ``shank_angle_deg``.
    coverage
        Share of contact times whose 95 % interval holds the truth.
    contact_median_ms
        Median error of contact time: what a report shows is off by it. NaN without a pair.
    interval_ms, interval_holds
        95 % half-width of the sensor's mean contact time, and whether it holds the truth; None where the
        recording gives no such mean.
    class_agreement
        Share of strides whose strike class is the true one; NaN where the truth has no angle.
    """

    name: str
    strides: int
    contacts: int
    missed: int
    missed_at_ends: int
    invented: int
    errors: Mapping[str, ErrorFigures]
    coverage: float
    contact_median_ms: float = float("nan")
    interval_ms: float | None = None
    interval_holds: bool | None = None
    class_agreement: float = float("nan")


def load_truth(path: str | Path) -> pd.DataFrame:
    """Read a truth file: a table, markers (``.trc``, ``.c3d``, ``_motion.tsv``) or events (``_events.tsv``).

    Parameters
    ----------
    path
        The file; a table is ``.csv`` or ``.csv.gz``.

    Returns
    -------
    A row a contact, in order: ``ic_s`` and ``tc_s``, session time, s; the other columns as they stand.

    Raises
    ------
    RecordingError
        If it cannot be read, is larger than `TRUTH_BYTES` or lacks ``ic_s`` or ``tc_s``; or as
        `gait.exchange.markers.marker_truth`.
    """
    path = Path(path)
    if is_marker_file(path):
        return marker_truth(path)
    if path.name.endswith(EVENTS_FILE):
        return events_truth(path)
    text = _truth_text(path)
    try:
        with warnings.catch_warnings():
            # Lines with more cells than there are columns: pandas would cut them off and say so.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            truth = pd.read_csv(io.BytesIO(text), index_col=False, low_memory=False)
    except (ValueError, pd.errors.ParserWarning) as error:
        raise RecordingError(
            "cannot be read as CSV", where=path, todo="see the contract's truth.csv"
        ) from error
    return _checked(truth, str(path))


def _checked(truth: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the contacts with both times, in order.

    Raises
    ------
    RecordingError
        A column is lacking.
    """
    missing = [name for name in ("ic_s", "tc_s") if name not in truth.columns]
    if missing:
        raise RecordingError(f"no column {' or '.join(missing)}", where=where, todo="add it, seconds")
    truth = truth.assign(**{name: _numbers(truth[name]) for name in ("ic_s", "tc_s")})
    return truth.dropna(subset=["ic_s", "tc_s"]).sort_values("ic_s", ignore_index=True)


def _truth_text(path: Path) -> bytes:
    """Return the file's text, plain or gzip, of bounded size."""
    kept: list[bytes] = []
    with Source(path) as source:
        for _, block in source.blocks():
            kept.append(block)
            if sum(map(len, kept)) > TRUTH_BYTES:
                raise RecordingError(f"larger than {TRUTH_BYTES >> 20} MB", where=path, todo="split it")
    return b"".join(kept)


def _numbers(column: pd.Series) -> FloatArray:
    """Return numbers of a column; NaN where a cell is none, or larger than anything that is measured."""
    values = pd.to_numeric(column.astype(str), errors="coerce").to_numpy(dtype=float)
    return np.where(np.abs(values) < LARGEST, values, np.nan)


def validate(session: Session, truth: pd.DataFrame) -> list[SensorValidation]:
    """Return each sensor of a session against the truth of its leg.

    Parameters
    ----------
    session
        As `gait.read` gives it.
    truth
        As `load_truth` gives it, or a table of ``side, ic_s, tc_s`` of one's own, in any order.

    Returns
    -------
    A `SensorValidation` for each sensor whose leg the truth has.

    Raises
    ------
    UsageError
        Something else was given.
    RecordingError
        The truth lacks a column, or has no contact of the legs recorded.
    """
    check_kind(session, Session, "gait.validate", "give the session as gait.read made it")
    check_kind(truth, pd.DataFrame, "gait.validate", "give a table, such as gait.load_truth(path) makes")
    truth = _checked(truth, "truth")
    out = []
    for recording in session.recordings:
        own = truth
        if "side" in truth.columns:
            own = truth[truth["side"] == recording.side]
        if len(own):
            out.append(_sensor(recording, own.reset_index(drop=True)))
    if not out:
        raise RecordingError("the truth has no contact of the legs recorded", where=session.name)
    return out


def _sensor(recording: Recording, truth: pd.DataFrame) -> SensorValidation:
    batch, _ = strides_of(recording)
    true = truth["ic_s"].to_numpy(dtype=float)
    rows, at = _pairs(batch, true)
    ends = (true < recording.time_s[0] + EDGE_S) | (true > recording.time_s[-1] - EDGE_S)
    # A contact that only ends a stride has been found as well.
    lost = np.ones(len(true), dtype=bool)
    lost[at] = False
    near = _nearest(batch.next_ic_s, true)
    lost[near[np.abs(true[near] - batch.next_ic_s) < 0.1]] = False
    inside = (batch.ic_s > true[0] - 0.3) & (batch.ic_s < true[-1] + 0.3)
    off_ms = 1e3 * _contact_errors(batch, truth, rows, at)
    interval_ms, holds = _interval(recording, batch, truth, at)
    return SensorValidation(
        recording.name,
        len(batch),
        len(true),
        int((lost & ~ends).sum()),
        int((lost & ends).sum()),
        int(inside.sum()) - len(rows),
        _errors(batch, truth, rows, at),
        _coverage(batch, truth, rows, at),
        float(np.nanmedian(off_ms)) if np.isfinite(off_ms).any() else float("nan"),
        interval_ms,
        holds,
        _class_agreement(batch, truth, rows, at),
    )


def _contact_errors(
    batch: StrideBatch, truth: pd.DataFrame, rows: npt.NDArray[np.intp], at: npt.NDArray[np.intp]
) -> FloatArray:
    """Return (k,) s of found minus true contact time."""
    true = (truth["tc_s"] - truth["ic_s"]).to_numpy(dtype=float)[at]
    error: FloatArray = (batch.tc_s - batch.ic_s)[rows] - true
    return error


def _interval(
    recording: Recording, batch: StrideBatch, truth: pd.DataFrame, at: npt.NDArray[np.intp]
) -> tuple[float | None, bool | None]:
    """Return the half-width of the recording's contact time, ms, and whether it holds the truth's median.

    `at`: (m,) rows of the truth that strides have found.
    """
    table = stride_table([(recording.placement, recording.side, batch, ())])
    running = table[table["activity"] == "running"]
    metrics = summarise(running, with_gyr={recording.side: recording.gyr is not None}, extra={})
    contact = metrics.get("contact_ms")
    if contact is None or len(at) == 0:
        return None, None
    true_ms = 1e3 * float(np.median((truth["tc_s"] - truth["ic_s"]).to_numpy(dtype=float)[at]))
    return contact.uncertainty, bool(abs(contact.value - true_ms) <= contact.uncertainty)


def _class_agreement(
    batch: StrideBatch, truth: pd.DataFrame, rows: npt.NDArray[np.intp], at: npt.NDArray[np.intp]
) -> float:
    """Return the share of strides with the truth's strike class; (m,) rows of strides and truth."""
    if "fsa_deg" not in truth.columns:
        return float("nan")
    true, measured = _numbers(truth["fsa_deg"])[at], batch.strike_angle_deg[rows]
    finite = np.isfinite(true) & np.isfinite(measured)
    if not finite.any():
        return float("nan")
    exact = np.full(finite.sum(), 1e-6)
    classes = [strike_probabilities(angle[finite], exact).argmax(axis=1) for angle in (true, measured)]
    return float((classes[0] == classes[1]).mean())


def _pairs(batch: StrideBatch, true: FloatArray) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return (m,) strides and true contacts, of (k,) in s, that are each other's nearest and near enough."""
    if len(batch) == 0:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    nearest = _nearest(batch.ic_s, true)
    rows = np.arange(len(batch))
    mutual = _nearest(true, batch.ic_s)[nearest] == rows
    stride = batch.next_ic_s - batch.ic_s
    # A last contact has no next one: a stride of usual length then.
    close = np.abs(batch.ic_s - true[nearest]) < NEAR * np.where(np.isfinite(stride), stride, USUAL_STRIDE_S)
    keep = mutual & close
    return rows[keep], nearest[keep]


def _nearest(values: FloatArray, among: FloatArray) -> npt.NDArray[np.intp]:
    """Return (n,) indices into sorted (m,) `among`, not empty, of what is nearest to each of (n,) values."""
    right = np.searchsorted(among, values).clip(0, len(among) - 1)
    left = (right - 1).clip(0)
    return np.where(np.abs(values - among[left]) <= np.abs(among[right] - values), left, right)


def _errors(
    batch: StrideBatch, truth: pd.DataFrame, rows: npt.NDArray[np.intp], at: npt.NDArray[np.intp]
) -> dict[str, ErrorFigures]:
    """Return the errors of each figure that the truth has, over (m,) rows of strides and truth."""
    ic, tc = truth["ic_s"].to_numpy(dtype=float)[at], truth["tc_s"].to_numpy(dtype=float)[at]
    stride = batch.next_ic_s - batch.ic_s
    pairs = {
        "ic_ms": 1e3 * (batch.ic_s[rows] - ic),
        "tc_ms": 1e3 * (batch.tc_s[rows] - tc),
        "contact_ms": 1e3 * ((batch.tc_s - batch.ic_s)[rows] - (tc - ic)),
    }
    measured = {
        "strike_angle_deg": ("fsa_deg", batch.strike_angle_deg),
        "pronation_excursion_deg": ("pronation_excursion_deg", batch.pronation_excursion_deg),
        "stride_length_m": ("stride_length_m", batch.stride_length_m),
        "speed_m_s": ("speed_m_s", batch.stride_length_m / stride),
        "shank_angle_deg": ("shank_angle_deg", batch.shank_angle_deg),
    }
    for name, (column, values) in measured.items():
        if column in truth.columns:
            true_values = _numbers(truth[column])[at]
            pairs[name] = values[rows] - true_values
    neighbours = np.flatnonzero((np.diff(at) == 1) & (np.diff(rows) == 1))
    if len(neighbours):
        pairs["cadence_spm"] = 120.0 / stride[rows[neighbours]] - 120.0 / np.diff(ic)[neighbours]
    return {name: figures for name, error in pairs.items() if (figures := _figures(error)) is not None}


def validate_rules(recording: Recording, truth: pd.DataFrame) -> dict[str, dict[str, ErrorFigures]]:
    """Return the errors of every published single rule on one sensor, by rule; our own estimate first."""
    own = truth
    if "side" in truth.columns:
        own = truth[truth["side"] == recording.side].reset_index(drop=True)
    if recording.gyr is None or len(own) == 0:
        return {}
    on_shoe = recording.placement == "shoe"
    rules = tuple(RULES) if on_shoe else tuple(SHANK_RULES)
    contacts = rule_contacts if on_shoe else shank_rule_contacts
    batch, _ = strides_of(recording)
    rows, at = _pairs(batch, own["ic_s"].to_numpy(dtype=float))
    fused = _errors(batch, own, rows, at)
    out: dict[str, dict[str, ErrorFigures]]
    out = {"fused": {name: fused[name] for name in ("ic_ms", "tc_ms", "contact_ms") if name in fused}}
    true = own["ic_s"].to_numpy(dtype=float)
    for name in rules:
        initial, terminal = contacts(recording, name)
        if len(initial) == 0:
            continue
        nearest = _nearest(initial, true)
        near = np.abs(initial - true[nearest]) < RULE_NEAR_S
        ic, tc = (own[column].to_numpy(dtype=float)[nearest[near]] for column in ("ic_s", "tc_s"))
        errors: dict[str, FloatArray] = {
            "ic_ms": 1e3 * (initial[near] - ic),
            "tc_ms": 1e3 * (terminal[near] - tc),
            "contact_ms": 1e3 * ((terminal - initial)[near] - (tc - ic)),
        }
        figures_of = {
            key: figures for key, error in errors.items() if (figures := _figures(error)) is not None
        }
        out[name] = figures_of
    return out


def _figures(error: FloatArray) -> ErrorFigures | None:
    """Return bias and scatter of (m,) errors; None with fewer than two that are finite."""
    error = error[np.isfinite(error)]
    if len(error) < 2:
        return None
    bias, sd = float(error.mean()), float(error.std(ddof=1))
    return ErrorFigures(
        bias,
        sd,
        float(np.abs(error).mean()),
        bias - 1.96 * sd,
        bias + 1.96 * sd,
        float(np.abs(error).max()),
        len(error),
    )


def _coverage(
    batch: StrideBatch, truth: pd.DataFrame, rows: npt.NDArray[np.intp], at: npt.NDArray[np.intp]
) -> float:
    """Return the share of strides whose 95 % interval holds the truth; (m,) rows of strides and truth."""
    error = np.abs(_contact_errors(batch, truth, rows, at))
    half = 1.96 * batch.contact_sd_s[rows]
    finite = np.isfinite(error)
    return float((error[finite] <= half[finite]).mean()) if finite.any() else float("nan")
