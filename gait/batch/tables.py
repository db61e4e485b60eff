"""The tables of a batch: ``sessions.parquet`` and ``failures.csv``, gathered from the sessions' small files.

Units stand in the schema: each column's metadata has a ``unit`` where it has one, and the half-width of the
95 % interval of a metric ``X`` is the column ``X_u``.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gait.analysis.column_units import unit_of
from gait.analysis.metrics import METRICS
from gait.analysis.results import STRIDE_COLUMNS, Analysis
from gait.batch.sessions import Fault
from gait.batch.work import Part, part_file, read_part
from gait.files import write_bytes, write_text
from gait.missing import number_or_none
from gait.plugins import software
from gait.text import FORMULA, printable

__all__ = ["row_of", "strides_table", "write_tables"]

ROWS_AT_ONCE = 1 << 14
"""Sessions in one row group of ``sessions.parquet`` (chosen: some megabytes of rows)."""
CLASSES = ("rearfoot", "midfoot", "forefoot")
TEXTS = ("side", "strike", "activity", "placement", "marks")
"""Columns of the strides that hold text."""
FLAGS = ("clipped",)
"""Columns of the strides that hold true, false or nothing."""


def _field(name: str, kind: pa.DataType, unit: str = "") -> pa.Field:
    return pa.field(name, kind, metadata={"unit": unit} if unit else None)


def _session_fields() -> Iterator[pa.Field]:
    for name in ("session", "path", "hash", "runner", "started", "version", "sensors"):
        yield _field(name, pa.string())
    yield _field("duration_s", pa.float64(), "s")
    yield _field("running_s", pa.float64(), "s")
    yield _field("strides", pa.int64())
    for name in METRICS:
        yield _field(name, pa.float64(), unit_of(name))
        yield _field(f"{name}_u", pa.float64(), unit_of(name))
    yield _field("strike", pa.string())
    for name in CLASSES:
        yield _field(f"share_{name}", pa.float64())


def _stride_fields() -> Iterator[pa.Field]:
    for name in STRIDE_COLUMNS:
        kind = pa.string() if name in TEXTS else pa.bool_() if name in FLAGS else pa.float64()
        yield _field(name, kind, unit_of(name))


SESSIONS = pa.schema(list(_session_fields()), metadata={"gait_batch": "1", "uncertainty": "95 % half-width"})
STRIDES = pa.schema(list(_stride_fields()), metadata={"gait_batch": "1"})


def row_of(analysis: Analysis, *, session: str, path: Path, digest: str) -> dict[str, Any]:
    """Return a session's cells by column of ``sessions.parquet``; None where there is no number.

    Parameters
    ----------
    session, path, digest
        ID, resolved path, and SHA-256 of the inputs.
    """
    running = analysis.strides[analysis.strides["activity"] == "running"]
    row: dict[str, Any] = {
        "session": session,
        "path": os.fsencode(path).decode("utf-8", "replace"),
        "hash": digest,
        # `RunnerInfo` may be without a name.
        "runner": str(getattr(analysis.runner, "name", None) or ""),
        "started": analysis.started,
        "version": software(),
        "sensors": ", ".join(sensor.name for sensor in analysis.sensors),
        "duration_s": number_or_none(analysis.duration_s),
        "running_s": number_or_none(analysis.time_in("running")),
        "strides": len(running),
    }
    for name, metric in analysis.metrics.items():
        if name in METRICS:
            row |= {name: number_or_none(metric.value), f"{name}_u": number_or_none(metric.uncertainty)}
    return row | _shares(analysis)


def _shares(analysis: Analysis) -> dict[str, Any]:
    """Return the share of running strides in each class of foot strike, and the most frequent class."""
    metric = analysis.metrics.get("strike_angle_deg")
    shares = {
        name: value
        for name, share in ((metric.shares if metric else None) or {}).items()
        if name in CLASSES and (value := number_or_none(share)) is not None
    }
    top = max(shares, key=lambda name: shares[name]) if shares else None
    return {"strike": top, **{f"share_{name}": shares.get(name) for name in CLASSES}}


def strides_table(analysis: Analysis) -> pa.Table:
    """Return the strides as an Arrow table of fixed types, sorted by initial contact; NaN is null."""
    table = analysis.strides.reindex(columns=list(STRIDE_COLUMNS))
    table = table.sort_values("ic_s", kind="stable", ignore_index=True)
    return pa.table([_column(table[field.name], field.type) for field in STRIDES], schema=STRIDES)


def _column(values: pd.Series[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_floating(kind):
        return pa.array(values.astype(float), kind, from_pandas=True)
    return pa.array(values.astype(object), kind, from_pandas=True)


def write_tables(out: Path, sessions: Iterable[str], faults: Iterable[Fault]) -> tuple[int, int]:
    """Gather the sessions' small files into ``sessions.parquet`` and ``failures.csv``.

    Parameters
    ----------
    out
        Folder of results.
    sessions
        IDs, in the order of the rows. One without a saved result has no row.
    faults
        Further lines of ``failures.csv``.

    Returns
    -------
    Rows and failures written.

    Raises
    ------
    GaitError
        A table cannot be written; the earlier one then stays whole.
    """
    failures = {os.fsencode(fault.path): fault.message for fault in faults}
    parts = (part for session in sessions if (part := read_part(part_file(out, session))) is not None)
    buffer = io.BytesIO()
    rows = 0
    with pq.ParquetWriter(buffer, SESSIONS) as writer:
        while some := list(islice(parts, ROWS_AT_ONCE)):
            failures |= {os.fsencode(part.path): part.message for part in some if part.row is None}
            good = [part for part in some if part.row is not None]
            writer.write_table(_rows(good))
            rows += len(good)
    write_bytes(out / "sessions.parquet", buffer.getvalue())
    write_text(out / "failures.csv", _failures_csv(failures))
    return rows, len(failures)


def _rows(parts: list[Part]) -> pa.Table:
    rows: list[Mapping[str, Any]] = [part.row or {} for part in parts]
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SESSIONS)


def _failures_csv(failures: Mapping[bytes, str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("path", "message"))
    for path in sorted(failures):
        writer.writerow((_cell(path.decode("utf-8", "replace")), _cell(failures[path])))
    return out.getvalue()


def _cell(text: str) -> str:
    """Return text of one line that no spreadsheet takes for a formula."""
    line = printable(text)
    return FORMULA.sub(r"\1'", line)
