"""Write the run as a FIT activity file, with running dynamics in the fields that watches use.

Messages go in the order of an activity file with its summaries last: file_id, device_info, the timer's start,
a record a second (with the timer's stops and starts around gaps), the timer's end, lap, session, activity.
A quantity that was not measured has no field; a missing value is never written as zero.

Notes
-----
``cadence`` counts strides of one leg a minute, as FIT defines it for running. ``stance_time_percent`` is
contact time as a share of the stride, ``stance_time_balance`` the left foot's share of both feet's contact.
Numbers of lap and session are those of the report: medians over running strides.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gait import __version__
from gait.analysis.results import Analysis
from gait.errors import GaitError, MissingExtraError
from gait.files import write_bytes
from gait.missing import number_or_none
from gait.report.exports.fit_developer import FIELDS, described, totals, with_developer_fields
from gait.report.exports.fit_fields import Span, filled, ms, ratio, split, timer
from gait.report.exports.fit_totals import closing
from gait.report.exports.per_second import Seconds, per_second

__all__ = ["NO_START", "fit_bytes", "started_at", "write_fit"]

NO_START = datetime(2000, 1, 1, tzinfo=UTC)
"""Start of a run without a known wall-clock time (chosen: a date that nobody takes for the real one)."""

LONGEST_S = 7 * 86400.0
"""Longest activity, s (chosen: a longer one comes from two clocks that were set differently)."""

KNOWN_YEARS = (1999, 2120)
"""Years of a start that FIT can hold: its time stamps are 32 bits of seconds since the end of 1989, and those
below 0x10000000 (mid-1998) are times since power-up (FIT SDK)."""


def write_fit(analysis: Analysis, path: str | Path) -> Path:
    """Write the run as a FIT activity file, all or nothing.

    Raises
    ------
    MissingExtraError
        fit-tool is not installed.
    GaitError
        The file cannot be written, or the session lasts longer than `LONGEST_S`.
    """
    return write_bytes(path, fit_bytes(analysis))


def started_at(analysis: Analysis) -> datetime | None:
    """Return the wall-clock time at which the recording begins; None where it is not stated.

    A time without a zone counts as UTC.
    """
    begin = analysis.activity[0].start_s if analysis.activity else 0.0
    try:
        zero = datetime.fromisoformat(analysis.started)
        when = (zero if zero.tzinfo else zero.replace(tzinfo=UTC)) + timedelta(seconds=begin)
    except (ValueError, OverflowError):
        return None
    return when if KNOWN_YEARS[0] <= when.year <= KNOWN_YEARS[1] else None


def fit_bytes(analysis: Analysis) -> bytes:
    """Return the FIT activity file; see `write_fit`.

    Raises
    ------
    MissingExtraError
        The extra ``fit`` is not installed.
    GaitError
        The session is longer than an activity file can be.

    Notes
    -----
    A run without a known start begins at `NO_START`.
    """
    try:
        from fit_tool.fit_file_builder import FitFileBuilder
    except ImportError as error:
        raise MissingExtraError("--fit", "fit") from error
    if analysis.duration_s > LONGEST_S:
        raise GaitError(
            f"a session of {analysis.duration_s / 86400.0:.0f} days has no activity file",
            where="--fit",
            todo="check the clocks of its recordings",
        )
    started = started_at(analysis)
    begin = analysis.activity[0].start_s if analysis.activity else 0.0
    start = _nearest_second(started or NO_START)
    first_s = begin + (start - (started or NO_START)).total_seconds()
    seconds = per_second(analysis, first_s)
    stamps = [start + timedelta(seconds=round(float(time) - first_s)) for time in seconds.time_s]
    span = Span(
        start,
        stamps[-1] if stamps else start,
        analysis.duration_s,
        analysis.duration_s - analysis.time_in("gap"),
        started.utcoffset() if started and datetime.fromisoformat(analysis.started).tzinfo else None,
    )
    builder = FitFileBuilder(auto_define=True)
    over_run = totals(analysis)
    used = [name for name in FIELDS if over_run[name] is not None]
    for message in (
        *_opening(span),
        *described(used),
        *_records(seconds, stamps, used),
        *closing(analysis, seconds, span),
    ):
        # A record has a hundred fields; going through the empty ones takes most of the time.
        message.fields = [field for field in message.fields if field.is_valid()]
        builder.add(message)
    data: bytes = builder.build_bytes()
    return data


def _nearest_second(when: datetime) -> datetime:
    """Return the time rounded to the nearest second."""
    return (when + timedelta(microseconds=500_000)).replace(microsecond=0)


def _opening(span: Span) -> list[Any]:
    """Return the messages of the file's type, its maker and the timer's start."""
    from fit_tool.profile.messages.device_info_message import DeviceInfoMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.profile_type import EventType, FileType, Manufacturer

    file_id = FileIdMessage()
    file_id.type = FileType.ACTIVITY
    file_id.manufacturer = Manufacturer.DEVELOPMENT.value
    file_id.product = 0
    file_id.serial_number = 1
    file_id.time_created = ms(span.start)
    device = DeviceInfoMessage()
    device.timestamp = ms(span.start)
    device.device_index = 0
    device.manufacturer = Manufacturer.DEVELOPMENT.value
    device.product = 0
    device.product_name = "running-gait"
    device.software_version = _version()
    return [file_id, device, timer(span.start, EventType.START)]


def _version() -> float:
    """Return the version as a number with two decimals, as the field holds it: ``0.1.2`` gives 0.12."""
    digits = [int(part) for part in __version__.split(".")[:3] if part.isdigit()]
    major, minor, patch = (*digits, 0, 0, 0)[:3]
    return major + min(10 * minor + patch, 99) / 100.0


def _records(seconds: Seconds, stamps: list[datetime], used: list[str]) -> list[Any]:
    """Return one record a second, with a stop of the timer at each gap of the recording."""
    from fit_tool.profile.profile_type import EventType

    messages: list[Any] = []
    for k, (before, now) in enumerate(itertools.pairwise([*stamps[:1], *stamps])):
        if (now - before).total_seconds() > 1.0:
            messages += [timer(before, EventType.STOP), timer(now, EventType.START)]
        messages.append(_record(seconds, k, now, used))
    return messages


def _beats(rate: float) -> float | None:
    """Return whole beats a minute, as FIT keeps them; None where not measured."""
    beats = number_or_none(rate, 0)
    return None if beats is None else int(beats)


def _record(seconds: Seconds, k: int, when: datetime, used: list[str]) -> Any:  # noqa: ANN401 - fit-tool has no types
    from fit_tool.profile.messages.record_message import RecordMessage
    from fit_tool.profile.profile_type import ActivityType

    message = RecordMessage()
    message.timestamp = ms(when)
    at = {name: float(value[k]) for name, value in seconds.values.items()}
    if seconds.activity[k]:
        message.activity_type = ActivityType[str(seconds.activity[k]).upper()]
    leg_cadence, fraction = split(at["leg_cadence_rpm"])
    filled(
        message,
        cadence=leg_cadence,
        fractional_cadence=fraction,
        stance_time=at["contact_ms"],
        stance_time_percent=at["duty_pct"],
        stance_time_balance=float(seconds.left_share_pct[k]),
        vertical_oscillation=at["oscillation_mm"],
        vertical_ratio=ratio(at["oscillation_mm"], at["step_mm"]),
        step_length=at["step_mm"],
        enhanced_speed=at["speed_m_s"],
        distance=float(seconds.distance_m[k]),
        heart_rate=_beats(at["heart_rate_bpm"]),
        enhanced_altitude=at["altitude_m"],
    )
    at["contact_left_ms"], at["contact_right_ms"] = seconds.contact_left_ms[k], seconds.contact_right_ms[k]
    return with_developer_fields(message, {name: at[name] for name in used})
