"""Times that are written as dates or as times of day, as seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import numpy as np
import pandas as pd

from gait.arrays import FloatArray

__all__ = ["clock_seconds", "clock_wraps_s", "date_seconds", "is_clock", "is_date", "zone_of"]

DATE = re.compile(
    r"\s*\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[T _]+\d{1,2}:\d{2}:\d{2}([.,:]\d{1,9})?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?\s*"
)
"""Year, month, day and a time; GENEActiv puts a colon before the milliseconds."""
HALF_DAY = r"(\s*[AaPp]\.?[Mm]\.?)?"
OTHER_DATE = re.compile(
    r"\s*\d{1,2}[-/. ]([A-Za-z]{3,9}\.?|\d{1,2})[-/. ]\d{4}[T ,]+"
    r"(?P<clock>\d{1,2}:\d{2}:\d{2}([.,:]\d{1,9})?)" + HALF_DAY + r"\s*"
)
"""A date whose day and month cannot be told apart, or whose month is a word: only its time of day is used."""
CLOCK = re.compile(r"\s*\d{1,2}:\d{2}:\d{2}([.,:]\d{1,9})?" + HALF_DAY + r"\s*")
SHORT_CLOCK = re.compile(r"\s*\d{1,2}:\d{2}[.,]\d{1,9}\s*")
"""Minutes and seconds, as a spreadsheet shows a time of day by itself: 58:00.1."""
SPAN = re.compile(
    r"\s*(?P<number>\d+(\.\d*)?([eE][+-]?\d+)?)\s*(?P<unit>milliseconds?|msec|ms|seconds?|secs?|s|minutes?|min)\s*"
)
"""A span of time with its unit, as MATLAB writes its durations: 0.0096 sec."""
SPAN_S = (("milli", 1e-3), ("ms", 1e-3), ("min", 60.0), ("s", 1.0))
"""Beginning of a unit's name -> s, the longer beginnings first."""
HALF_DAY_S, HOUR_S = 43200.0, 3600.0
"""s from midnight to noon; s of an hour (by definition)."""
OVERFLOWS = (pd.errors.OutOfBoundsDatetime, pd.errors.OutOfBoundsTimedelta)
ZONE = re.compile(r"(Z|UTC|GMT|[+-]\d{2}:?\d{2})\s*$")


def is_date(cell: str) -> bool:
    """Return whether a cell is a date with a time, year first."""
    return DATE.fullmatch(cell) is not None


def is_clock(cell: str) -> bool:
    """Return whether a cell is a time of day, also behind a date that may begin with the day or the month.

    A span with its unit, such as ``0.0096 sec``, is one too.
    """
    return any(form.fullmatch(cell) is not None for form in (CLOCK, OTHER_DATE, SPAN, SHORT_CLOCK))


def clock_wraps_s(cell: str) -> float:
    """Return the seconds after which a time of day begins again: an hour where it shows no hours.

    Examples
    --------
    >>> clock_wraps_s("59:59.9"), clock_wraps_s("23:59:59")
    (3600.0, 86400.0)
    """
    return HOUR_S if SHORT_CLOCK.fullmatch(cell) is not None else 2.0 * HALF_DAY_S


def zone_of(cell: str) -> tzinfo | None:
    """Return the zone that a date states, or None.

    Examples
    --------
    >>> zone_of("2024-05-01T10:00:00.5+02:00"), zone_of("2024-05-01 10:00:00")
    (datetime.timezone(datetime.timedelta(seconds=7200)), None)
    """
    match = ZONE.search(cell) if DATE.fullmatch(cell) else None
    if match is None:
        return None
    if match[1] in ("Z", "UTC", "GMT"):
        return UTC
    stamp = datetime.strptime(match[1].replace(":", ""), "%z")
    return timezone(stamp.utcoffset() or timedelta(0))


def date_seconds(cells: pd.Series[str]) -> FloatArray:
    """Return (n,) seconds since 1970 of dates, NaN without; a date without a zone counts as UTC.

    Examples
    --------
    >>> date_seconds(pd.Series(["1970/01/01 00:01:00.250", "1970-01-01T02:00:00+01:00", "x"])).tolist()
    [60.25, 3600.0, nan]
    """
    text = cells.fillna("").str.strip().str.replace("/", "-", regex=False)
    text = text.str.replace(r"[_ T]+(?=\d{1,2}:)", "T", n=1, regex=True)
    text = text.str.replace(r"(:\d{2}:\d{2})[:,](?=\d)", r"\1.", n=1, regex=True)
    text = text.str.replace(r"\s*(UTC|GMT)$", "Z", regex=True).str.replace(
        r"\s+(?=[+-]\d{2})", "", regex=True
    )
    stamps = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)
    return _seconds(stamps)


def clock_seconds(cells: pd.Series[str]) -> FloatArray:
    """Return (n,) seconds since midnight, NaN without; a date before them is passed over.

    Examples
    --------
    >>> clock_seconds(pd.Series(["10:00:00.5", "01/05/2024 00:00:01:020", ""])).tolist()
    [36000.5, 1.02, nan]
    >>> clock_seconds(pd.Series(["01-May-2024 12:00:01 AM", "1:00:00.5 pm"])).tolist()
    [1.0, 46800.5]
    >>> clock_seconds(pd.Series(["0.0096 sec", "20 ms"])).tolist()
    [0.0096, 0.02]
    >>> clock_seconds(pd.Series(["58:00.5", "59:01,25"])).tolist()
    [3480.5, 3541.25]
    """
    if cells.fillna("").str.fullmatch(SPAN).any():
        return _span_seconds(cells.fillna(""))
    text = cells.fillna("").str.strip().str.replace(r"^.*[T ,]+(?=\d{1,2}:)", "", regex=True)
    short = text.str.fullmatch(SHORT_CLOCK)
    text = text.mask(short, "0:" + text.str.replace(",", ".", regex=False))
    half = text.str.extract(r"([AaPp])\.?[Mm]\.?$")[0].str.lower()
    text = text.str.replace(r"\s*[AaPp]\.?[Mm]\.?$", "", regex=True)
    text = text.str.replace(r"(:\d{2}:\d{2})[:,](?=\d)", r"\1.", n=1, regex=True)
    spans = pd.to_timedelta(text.where(text.str.fullmatch(CLOCK.pattern), None), errors="coerce")
    seconds = _seconds(spans)
    return seconds if half.isna().all() else _of_half_days(seconds, half)


def _span_seconds(cells: pd.Series[str]) -> FloatArray:
    """Return (n,) seconds of spans with their unit, NaN without."""
    parts = cells.where(cells.str.fullmatch(SPAN), "").str.extract(SPAN)
    number = pd.to_numeric(parts["number"], errors="coerce").to_numpy(dtype=float)
    unit = parts["unit"].fillna("")
    factor = np.select(
        [unit.str.startswith(name) for name, _ in SPAN_S], [value for _, value in SPAN_S], np.nan
    )
    out: FloatArray = number * factor
    return out


def _of_half_days(seconds: FloatArray, half: pd.Series[str]) -> FloatArray:
    """Return (n,) seconds since midnight of times whose hours are counted from noon too: 12 is before 1."""
    within = np.where(half.notna(), seconds % HALF_DAY_S, seconds)
    out: FloatArray = np.where(half == "p", within + HALF_DAY_S, within)
    return out


def _seconds(stamps: pd.Series) -> FloatArray:
    dated = stamps.notna().to_numpy(dtype=bool)
    try:
        fine, a_second = stamps.dt.as_unit("ns"), 10**9
    except OVERFLOWS:
        fine, a_second = stamps.dt.as_unit("us"), 10**6  # years that 64 bits of ns do not reach
    counts = fine.astype("int64").to_numpy()
    return np.where(dated, counts // a_second + counts % a_second / a_second, np.nan)
