"""Head of the report: name, date, distance and pace, sensors, and the confidence in the recording."""

from __future__ import annotations

from datetime import datetime

from gait.analysis.results import Fault, SensorQuality
from gait.report.blocks import Head, Light, Section
from gait.report.numbers import LABEL_SIGNS, SENTENCE_SIGNS, TITLE_SIGNS, clean, duration, number, pace
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build", "sensor_list", "started_text"]

NOTES_ON_ONE_PAGE = 100
"""Characters of the notes on the sheet that has to fit one page (chosen: a line of the sheet)."""

CLIPPED_SHARE = 0.10
"""Share of clipped strides above which peaks are unreliable and the head says so (chosen: then quantiles of
the peaks are cut too)."""
MISSING_SHARE = 0.05
"""Share of the session in gaps above which the head says so (chosen: less is no more than a few lost
packets)."""
LEAST_TIME_S = 1.0
"""Time of running or walking, s, from which the head gives it (chosen: less is shown as 0 s, or is a
stride)."""


def build(story: Story) -> Section:
    """Return the head of the report."""
    analysis, words = story.analysis, story.words
    light, confidence = _confidence(story)
    head = Head(
        name=clean(analysis.name, TITLE_SIGNS) or words("page.unnamed"),
        when=started_text(analysis.started, words),
        facts=_facts(story),
        confidence=confidence,
        light=light,
        notes=clean(analysis.run.notes, NOTES_ON_ONE_PAGE if story.sheet == "runner" else SENTENCE_SIGNS),
    )
    return Section("head", "", (head,))


def _facts(story: Story) -> tuple[tuple[str, str], ...]:
    """Return the label and value of each known fact about the run."""
    analysis, words = story.analysis, story.words
    ran = analysis.time_in("running") if story.has_running else 0.0
    walked = analysis.time_in("walking")
    distance = analysis.run.distance_m
    has_pace = story.speed_m_s is not None and ran > 0.0
    facts = [
        ("runner", clean(story.runner, TITLE_SIGNS)),
        ("distance", words("unit.km", n=number(distance / 1000.0, 2)) if distance else ""),
        ("running", duration(ran) if ran >= LEAST_TIME_S else ""),
        ("walking", duration(walked) if walked >= LEAST_TIME_S else ""),
        ("recorded", duration(analysis.duration_s) if ran < LEAST_TIME_S else ""),
        ("pace", words("unit.pace", n=pace(story.speed_m_s)) if has_pace else ""),
        ("surface", clean(analysis.run.surface, LABEL_SIGNS)),
        ("shoes", clean(words("list.comma").join(analysis.run.shoes), LABEL_SIGNS)),
        ("sensors", sensor_list(analysis.sensors, words)),
    ]
    return tuple((words(f"head.{key}"), value) for key, value in facts if value)


def sensor_list(sensors: tuple[SensorQuality, ...], words: Words) -> str:
    """Return the sensors' places in a line: ``left shoe and right shoe``."""
    *first, last = [words(f"sensor.{sensor.side}.{sensor.placement}") for sensor in sensors] or [""]
    return words("list.and").join([words("list.comma").join(first), last] if first else [last])


def started_text(started: str, words: Words) -> str:
    """Return the start for people, such as ``1 May 2026, 07:32``; empty when unknown or unreadable."""
    try:
        when = datetime.fromisoformat(started)
    except ValueError:
        return ""
    month = words(f"month.{when.month}")
    return words("head.when", day=when.day, month=month, year=when.year, time=f"{when:%H:%M}")


def _confidence(story: Story) -> tuple[Light, str]:
    """Return the light of the recording, and one line with the first thing to check."""
    words = story.words
    remarks = [
        *(_fault(fault, words) for fault in story.analysis.faults),
        *_other_movement(story),
        *_remarks(story),
    ]
    if not remarks:
        return "green", words("confidence.good")
    if len(remarks) == 1:
        return "amber", words("confidence.check", what=remarks[0].rstrip("."))
    key = "confidence.more_elsewhere" if story.sheet == "runner" else "confidence.more"
    return "amber", words(key, what=remarks[0].rstrip("."), n=len(remarks) - 1)


def _other_movement(story: Story) -> list[str]:
    """Return remarks on sensors whose movement is not that of a foot or shank."""
    words = story.words
    return [
        words(
            "fault.at",
            sensor=clean(words.translated(sensor.name), LABEL_SIGNS),
            what=words("head.looks_like", what=words.translated(sensor.looks_like)),
        )
        for sensor in story.analysis.sensors
        if sensor.looks_like
    ]


def _fault(fault: Fault, words: Words) -> str:
    """Return the text of a fault, with its sensor in front."""
    text = clean(words.translated(fault.what))
    return (
        words("fault.at", sensor=clean(words.translated(fault.sensor), LABEL_SIGNS), what=text)
        if fault.sensor
        else text
    )


def _remarks(story: Story) -> list[str]:
    """Return remarks on poor quality: mounting, sensor shift, clipping and gaps."""
    words, out = story.words, []
    for sensor in story.analysis.sensors:
        name = words(f"sensor.{sensor.side}.{sensor.placement}")
        if sensor.has_gyr and not sensor.aligned and story.has_running:
            out.append(words("confidence.mounting", sensor=name))
        if sensor.slips:
            out.append(words("confidence.slipped", sensor=name))
        if sensor.clipped_share > CLIPPED_SHARE:
            out.append(
                words("confidence.clipped", sensor=name, share=number(100.0 * sensor.clipped_share, 0))
            )
        if sensor.duration_s > 0.0 and sensor.missing_s / sensor.duration_s > MISSING_SHARE:
            out.append(words("confidence.missing", sensor=name, time=duration(sensor.missing_s)))
    return out
