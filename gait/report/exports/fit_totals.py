"""The summaries at the end of a FIT activity: timer, lap, session, activity."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from gait.analysis.results import Analysis
from gait.report.exports.fit_developer import totals, with_developer_fields
from gait.report.exports.fit_fields import Span, filled, ms, ratio, split, timer
from gait.report.exports.per_second import Seconds

__all__ = ["closing"]

CUT_S = 5.0
"""Longest part of a lap, s, that may lie outside the recording at either end of a complete lap (chosen: a
watch is started and stopped by hand a few seconds apart)."""


def closing(analysis: Analysis, seconds: Seconds, span: Span) -> list[Any]:
    """Return the timer's end, then lap, session and activity."""
    from fit_tool.profile.messages.activity_message import ActivityMessage
    from fit_tool.profile.messages.lap_message import LapMessage
    from fit_tool.profile.messages.session_message import SessionMessage
    from fit_tool.profile.profile_type import Activity, Event, EventType, LapTrigger, SessionTrigger, SubSport

    lap, session = LapMessage(), SessionMessage()
    for message, event in ((lap, Event.LAP), (session, Event.SESSION)):
        message.event = event
        _total(message, analysis, seconds, span)
    lap.lap_trigger = LapTrigger.SESSION_END
    session.trigger = SessionTrigger.ACTIVITY_END
    treadmill = "treadmill" in analysis.run.surface.lower()
    session.sub_sport = SubSport.TREADMILL if treadmill else SubSport.GENERIC
    watch = analysis.watch
    if watch is not None and watch.heart_rate_bpm is not None:
        for message in (lap, session):
            message.avg_heart_rate = round(watch.heart_rate_bpm)
            message.max_heart_rate = round(watch.heart_rate_max_bpm or watch.heart_rate_bpm)
    if watch is not None and watch.climb_m is not None:
        for message in (lap, session):
            message.total_ascent = round(watch.climb_m)
    laps = _watch_laps(analysis, seconds, span) or [lap]
    session.first_lap_index, session.num_laps = 0, len(laps)
    activity = ActivityMessage()
    activity.timestamp = ms(span.end)
    if span.offset is not None:
        activity.local_timestamp = _fit_seconds(span.end + span.offset)
    activity.total_timer_time = span.timer_s
    activity.num_sessions = 1
    activity.type = Activity.MANUAL
    activity.event, activity.event_type = Event.ACTIVITY, EventType.STOP
    return [timer(span.end, EventType.STOP_ALL), *laps, session, activity]


def _watch_laps(analysis: Analysis, seconds: Seconds, span: Span) -> list[Any]:
    """Return the watch's laps within the recording; empty where the watch marked fewer than two.

    A lap that is recorded in part has the distance of its records. It has no climb and heart rate, because
    the watch gives those for the complete lap.
    """
    from fit_tool.profile.messages.lap_message import LapMessage
    from fit_tool.profile.profile_type import Event, EventType, LapTrigger, Sport

    watch = analysis.watch
    if watch is None or len(watch.laps) < 2:
        return []
    begin, end = analysis.activity[0].start_s, analysis.activity[-1].end_s
    inside = [lap for lap in watch.laps if lap.start_s < end and lap.end_s > begin]
    messages = []
    for at, lap in enumerate(inside):
        first, last = max(lap.start_s, begin), min(lap.end_s, end)
        message = LapMessage()
        message.message_index = at
        message.event, message.event_type = Event.LAP, EventType.STOP
        message.sport, message.lap_trigger = Sport.RUNNING, LapTrigger.MANUAL
        message.start_time = ms(span.start + timedelta(seconds=first - begin))
        message.timestamp = ms(span.start + timedelta(seconds=last - begin))
        message.total_elapsed_time = message.total_timer_time = last - first
        complete = first - lap.start_s < CUT_S and lap.end_s - last < CUT_S
        beats = None if lap.heart_rate_bpm is None or not complete else round(lap.heart_rate_bpm)
        climb = None if lap.climb_m is None or not complete else round(lap.climb_m)
        distance = lap.distance_m if complete else _distance_between(seconds, first, last)
        messages.append(filled(message, total_distance=distance, avg_heart_rate=beats, total_ascent=climb))
    return messages


def _distance_between(seconds: Seconds, first_s: float, last_s: float) -> float | None:
    """Return the distance between two times by the records, m; None without a speed."""
    has_distance = np.isfinite(seconds.distance_m)
    if not has_distance.any():
        return None
    ends = np.interp((first_s, last_s), seconds.time_s[has_distance], seconds.distance_m[has_distance])
    return float(ends[1] - ends[0])


def _fit_seconds(when: datetime) -> int:
    """Return the time in s since FIT's epoch, 1989-12-31."""
    return round((when - datetime(1989, 12, 31, tzinfo=UTC)).total_seconds())


def _total(message: Any, analysis: Analysis, seconds: Seconds, span: Span) -> None:  # noqa: ANN401 - the library's own type
    """Return what lap and session say alike: when, how long, how far, and the report's numbers."""
    from fit_tool.profile.profile_type import EventType, Sport

    message.message_index = 0
    message.timestamp, message.start_time = ms(span.end), ms(span.start)
    message.event_type = EventType.STOP
    message.sport = Sport.RUNNING
    message.total_elapsed_time, message.total_timer_time = span.elapsed_s, span.timer_s
    strides = _one_leg_strides(analysis)
    if strides:
        message.total_strides = strides
    distances = seconds.distance_m[np.isfinite(seconds.distance_m)]
    distance = analysis.run.distance_m or (float(distances[-1]) if distances.size else None)
    number = {name: metric.value for name, metric in analysis.metrics.items()}
    oscillation = _times(number.get("vertical_oscillation_cm"), 10.0)
    step = _times(number.get("stride_length_m"), 500.0)
    leg_cadence, fraction = split(_times(number.get("cadence_spm"), 0.5))
    filled(
        message,
        total_distance=distance,
        enhanced_avg_speed=distance / span.timer_s if distance and span.timer_s > 0.0 else None,
        avg_running_cadence=leg_cadence,
        avg_fractional_cadence=fraction,
        avg_stance_time=number.get("contact_ms"),
        avg_stance_time_percent=_times(number.get("duty_factor"), 100.0),
        avg_stance_time_balance=_balance(analysis),
        avg_vertical_oscillation=oscillation,
        avg_vertical_ratio=ratio(oscillation, step),
        avg_step_length=step,
    )
    with_developer_fields(message, totals(analysis))


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _one_leg_strides(analysis: Analysis) -> int:
    """Return the strides of the leg with more strides: FIT counts those of one leg."""
    sides = list(analysis.strides["side"])
    return max(sides.count("left"), sides.count("right"))


def _balance(analysis: Analysis) -> float | None:
    """Return the left foot's share of both contact times over the run, per cent; None without both."""
    contact = analysis.metrics.get("contact_ms")
    if contact is None or contact.left is None or contact.right is None:
        return None
    both = contact.left + contact.right
    return 100.0 * contact.left / both if both > 0.0 else None
