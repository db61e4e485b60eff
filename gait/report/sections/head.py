"""The head: name, date, what was run and how fast, which sensors, and how far to trust the recording."""

from __future__ import annotations

from datetime import datetime

from gait.analysis.results import Fault, SensorQuality
from gait.report.blocks import Head, Light, Section
from gait.report.numbers import clean, duration, number, pace
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build", "sensor_list", "started_text"]

NOTES_ON_ONE_PAGE = 100
"""Signs of the notes on the sheet that is to fit one page; the whole page has three times as many."""

CLIPPED_SHARE = 0.10
"""Share of clipped strides from which peaks are too low to lean on (chosen)."""
MISSING_SHARE = 0.05
"""Share of the session in gaps from which the head says so (chosen)."""


def build(story: Story) -> Section:
    """Return the head of the report."""
    analysis, words = story.analysis, story.words
    light, confidence = _confidence(story)
    head = Head(
        name=clean(analysis.name, 80) or words("page.unnamed"),
        when=started_text(analysis.started, words),
        facts=_facts(story),
        confidence=confidence,
        light=light,
        notes=clean(analysis.run.notes, NOTES_ON_ONE_PAGE if story.sheet == "runner" else 300),
    )
    return Section("head", "", (head,))


def _facts(story: Story) -> tuple[tuple[str, str], ...]:
    """Label and value of each thing that is known of the run."""
    analysis, words = story.analysis, story.words
    ran = analysis.time_in("running") if story.has_running else 0.0
    walked = analysis.time_in("walking")
    distance = analysis.run.distance_m
    given = story.speed_m_s is not None and ran > 0.0
    facts = [
        ("runner", clean(story.runner, 80)),
        ("distance", words("unit.km", n=number(distance / 1000.0, 2)) if distance else ""),
        ("running", duration(ran) if ran >= 1.0 else ""),
        ("walking", duration(walked) if walked >= 1.0 else ""),
        ("recorded", duration(analysis.duration_s) if ran < 1.0 else ""),
        ("pace", words("unit.pace", n=pace(story.speed_m_s)) if given else ""),
        ("surface", clean(analysis.run.surface, 60)),
        ("shoes", clean(words("list.comma").join(analysis.run.shoes), 60)),
        ("sensors", sensor_list(analysis.sensors, words)),
    ]
    return tuple((words(f"head.{key}"), value) for key, value in facts if value)


def sensor_list(sensors: tuple[SensorQuality, ...], words: Words) -> str:
    """Return the sensors' places in a line: ``left shoe and right shoe``."""
    *first, last = [words(f"sensor.{one.side}.{one.placement}") for one in sensors] or [""]
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
    """Return the light of the recording and one line that says what to check, if anything."""
    words = story.words
    remarks = [*(_fault(one, words) for one in story.analysis.faults), *_alike(story), *_remarks(story)]
    if not remarks:
        return "green", words("confidence.good")
    if len(remarks) == 1:
        return "amber", words("confidence.check", what=remarks[0].rstrip("."))
    more = "confidence.more_elsewhere" if story.sheet == "runner" else "confidence.more"
    return "amber", words(more, what=remarks[0].rstrip("."), n=len(remarks) - 1)


def _alike(story: Story) -> list[str]:
    """Return what a sensor's movement looks like where it is no foot's or shank's."""
    words = story.words
    return [
        words(
            "fault.at",
            sensor=clean(words.said(one.name), 60),
            what=words("head.looks_like", what=words.said(one.looks_like)),
        )
        for one in story.analysis.sensors
        if one.looks_like
    ]


def _fault(fault: Fault, words: Words) -> str:
    """Return what was found, with its sensor in front."""
    what = clean(words.said(fault.what), 200)
    return words("fault.at", sensor=clean(words.said(fault.sensor), 60), what=what) if fault.sensor else what


def _remarks(story: Story) -> list[str]:
    """Return what the sensors' own quality says against the recording."""
    words, out = story.words, []
    for one in story.analysis.sensors:
        name = words(f"sensor.{one.side}.{one.placement}")
        if one.has_gyr and not one.aligned and story.has_running:
            out.append(words("confidence.mounting", sensor=name))
        if one.slips:
            out.append(words("confidence.slipped", sensor=name))
        if one.clipped_share > CLIPPED_SHARE:
            out.append(words("confidence.clipped", sensor=name, share=number(100.0 * one.clipped_share, 0)))
        if one.duration_s > 0.0 and one.missing_s / one.duration_s > MISSING_SHARE:
            out.append(words("confidence.missing", sensor=name, time=duration(one.missing_s)))
    return out
