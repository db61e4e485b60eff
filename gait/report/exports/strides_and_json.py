"""Numbers for other programs: the table of strides as CSV, the analysis as JSON.

Both follow the public contract: the contract's columns and keys come first, further ones behind them. A value
that could not be measured is an empty cell or ``null``, never a guess.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gait import __version__
from gait.analysis.metrics import METRICS
from gait.analysis.results import STRIDE_COLUMNS, Analysis, Metric
from gait.files import write_bytes, write_text
from gait.history.sides import sides_json
from gait.history.within_run import within_run_json
from gait.missing import number_or_none
from gait.text import for_spreadsheet

if TYPE_CHECKING:
    from pathlib import Path

    from gait.coaching.model import Finding, Plan

__all__ = ["analysis_json", "plain", "strides_csv", "write_json", "write_strides"]

DECIMALS: dict[str, int] = {
    **{name: spec.file_decimals for name, spec in METRICS.items()},
    **dict.fromkeys(("ic_s", "tc_s", "next_ic_s"), 5),
    **dict.fromkeys(("p_rearfoot", "p_midfoot", "p_forefoot"), 3),
}
"""Column -> decimals in the file: metrics, times and shares; every other number has two."""


def write_strides(analysis: Analysis, path: str | Path) -> Path:
    """Write one row a stride, sorted by initial contact, as the contract's CSV.

    Parameters
    ----------
    analysis
        Analysis with the strides.
    path
        File to write; gzip-compressed where the name ends in ``.gz``.

    Returns
    -------
    The path written. Without a stride the file holds the header alone.

    Raises
    ------
    GaitError
        The file cannot be written.
    """
    data = strides_csv(analysis).encode("utf-8")
    if str(path).lower().endswith(".gz"):
        data = gzip.compress(data, mtime=0)
    return write_bytes(path, data)


def strides_csv(analysis: Analysis) -> str:
    """Return the contract's table of strides as CSV text.

    Notes
    -----
    Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers are untouched.
    """
    table = analysis.strides.reindex(columns=_columns(analysis.strides))
    table = table.sort_values("ic_s", kind="stable", ignore_index=True)
    text: str = _for_csv(table).to_csv(index=False, na_rep="", lineterminator="\n")
    return text


def _columns(strides: pd.DataFrame) -> list[str]:
    """Return the contract's columns in order, then the table's other columns."""
    return [*STRIDE_COLUMNS, *(name for name in strides.columns if name not in STRIDE_COLUMNS)]


def _for_csv(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with rounded numbers, booleans as ``true``/``false``, and safe text."""
    return pd.DataFrame({_safe_text(name): _cells(table[name]) for name in table.columns})


def _cells(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return one column as it stands in the file."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.map({True: "true", False: "false"})
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.where(np.isfinite(column.astype(float))).round(DECIMALS.get(str(column.name), 2))
    if pd.api.types.infer_dtype(column, skipna=True) == "boolean":
        return column.map({True: "true", False: "false"})
    return column.map(_safe_text, na_action="ignore")


def _safe_text(value: object) -> object:
    """Return text as one line that no spreadsheet takes for a formula; other values unchanged."""
    return for_spreadsheet(value) if isinstance(value, str) else value


def write_json(
    analysis: Analysis,
    path: str | Path,
    findings: Iterable[Finding] | None = None,
    plan: Plan | None = None,
) -> Path:
    """Write `analysis_json` to a file, all or nothing.

    Raises
    ------
    GaitError
        The file cannot be written.
    """
    body = json.dumps(analysis_json(analysis, findings, plan), indent=2, ensure_ascii=False, allow_nan=False)
    return write_text(path, body + "\n")


def analysis_json(
    analysis: Analysis,
    findings: Iterable[Finding] | None = None,
    plan: Plan | None = None,
) -> dict[str, Any]:
    """Return the contract's JSON object, of plain values only; ``None`` for values that are not known.

    Parameters
    ----------
    analysis
        Result of the analysis.
    findings, plan
        Results of coaching; their keys are left out when None.

    Returns
    -------
    A dict that `json` can write with ``allow_nan=False``. ``findings`` lists the findings that are present;
    ``looked_for`` lists the others with their outcome (absent, cannot tell, not assessed).

    Notes
    -----
    Uncertainties are half-widths of 95 % intervals. ``strike`` has the most frequent class as its value.
    """
    body: dict[str, Any] = {
        "gait_analysis": 1,
        "version": __version__,
        "name": analysis.name,
        "started": analysis.started,
        "duration_s": analysis.duration_s,
        "sensors": [_sensor(sensor) for sensor in analysis.sensors],
        "activity": [
            {"start_s": bout.start_s, "end_s": bout.end_s, "kind": bout.kind} for bout in analysis.activity
        ],
        "metrics": _metrics(analysis.metrics),
        "walking": _metrics(analysis.walking),
        "not_measured": analysis.not_measured,
        "quality": _quality(analysis),
        "runner": analysis.runner,
        "run": analysis.run,
        "settings": analysis.settings,
        "within_run": within_run_json(analysis),
        "sides": sides_json(analysis),
    }
    if analysis.watch is not None:
        body["watch"] = analysis.watch
    if findings is not None:
        all_findings = list(findings)
        body["findings"] = [finding for finding in all_findings if finding.outcome == "present"]
        body["looked_for"] = [finding for finding in all_findings if finding.outcome != "present"]
    if plan is not None:
        body["plan"] = plan
        body["action"] = plan.action
    return {key: plain(value) for key, value in body.items()}


def _sensor(sensor: object) -> dict[str, Any]:
    """Return the fields of one sensor's quality, with its name in front."""
    fields: dict[str, Any] = plain(sensor)
    return {"name": f"{fields['side']} {fields['placement']}", **fields}


def _metrics(metrics: Mapping[str, Metric]) -> dict[str, Any]:
    """Return the metrics by name, with an entry ``strike`` for the classes of the foot strike."""
    out = {
        name: {key: value for key, value in plain(metric).items() if key not in {"name", "shares"}}
        for name, metric in metrics.items()
        if name != "strike"
    }
    strike = metrics.get("strike") or metrics.get("strike_angle_deg")
    if strike is not None and strike.shares:
        out["strike"] = _strike(strike)
    return out


def _strike(metric: Metric) -> dict[str, Any]:
    """Return the contract's ``strike``: the most frequent class and the share of each."""
    shares = {name: plain(share) for name, share in (metric.shares or {}).items()}
    measured = {name: share for name, share in shares.items() if share is not None}
    top = max(measured, key=lambda name: measured[name]) if measured else None
    empty = dict.fromkeys(("uncertainty", "sd", "left", "right", "asymmetry_pct"))
    return {"value": top, **empty, "n": metric.n, "shares": shares}


def _quality(analysis: Analysis) -> dict[str, Any]:
    """Return the quality of the session; each sensor's own quality is under ``sensors``."""
    strides = analysis.strides
    running = strides[strides["activity"] == "running"] if len(strides) else strides
    sensors = analysis.sensors
    return {
        "strides_running": len(running),
        "strides_walking": int((strides["activity"] == "walking").sum()) if len(strides) else 0,
        "strides_marked": _marks(running),
        "running_s": analysis.time_in("running"),
        "walking_s": analysis.time_in("walking"),
        "still_s": analysis.time_in("still"),
        "other_s": analysis.time_in("other"),
        "missing_s": max((sensor.missing_s for sensor in sensors), default=0.0),
        "clipped_share": max((sensor.clipped_share for sensor in sensors), default=0.0),
        "aligned": all(sensor.aligned for sensor in sensors) if sensors else False,
        "slips": sum(len(sensor.slips) for sensor in sensors),
        "faults": [plain(fault) for fault in analysis.faults],
        "looks_like": {sensor.name: sensor.looks_like for sensor in sensors if sensor.looks_like},
    }


def _marks(strides: pd.DataFrame) -> dict[str, int]:
    """Return the number of running strides with each mark."""
    if "marks" not in strides or not len(strides):
        return {}
    words = strides["marks"].fillna("").astype(str).str.split().explode().dropna()
    return {str(word): int(count) for word, count in words.value_counts().items()}


def plain(value: Any) -> Any:  # noqa: ANN401 - the shape of JSON is any
    """Return any result as values that JSON can hold; numbers that are not finite become None.

    Examples
    --------
    >>> plain({"a": float("nan"), "b": (1, 2.5)})
    {'a': None, 'b': [1, 2.5]}
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    return _scalar(value)


def _scalar(value: object) -> str | float | bool | None:
    """Return one value; what is neither text nor a finite number becomes None or its text."""
    if isinstance(value, float):
        return number_or_none(value)
    if value is None or isinstance(value, (str, int)):
        return value
    return None if value is pd.NA or value is pd.NaT else str(value)
