"""Values of the watch: distance, heart rate, climb, laps, and the alignment of its clock."""

from __future__ import annotations

from gait.analysis.results import Watch, WatchLap
from gait.report.blocks import Block, Facts, Paragraph, Section, Table
from gait.report.numbers import TITLE_SIGNS, clean, duration, number, pace
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build"]


def build(story: Story) -> Section | None:
    """Return the watch's values and laps; None without a watch."""
    watch, words = story.analysis.watch, story.words
    if watch is None:
        return None
    facts = tuple((words(f"watch.{name}"), text) for name, text in _facts(watch, words) if text)
    blocks: list[Block] = [Facts(facts)]
    if len(watch.laps) > 1:
        head = tuple(words(f"watch.{name}") for name in ("lap", "time", "pace", "heart_rate"))
        rows = tuple(_lap(at, lap) for at, lap in enumerate(watch.laps, start=1))
        blocks.append(Table(words("watch.laps"), head, rows))
    by = "cadence" if watch.aligned_by == "cadence" else "start"
    blocks.append(Paragraph(words(f"watch.by_{by}", s=number(watch.offset_uncertainty_s, 0)), "small"))
    if watch.certainty == "cannot tell":
        blocks.append(Paragraph(words("watch.unchecked"), "small"))
    if watch.gain is not None:
        blocks.append(Paragraph(words("watch.gain", n=number(watch.gain, 3)), "small"))
    return Section("watch", words("section.watch"), tuple(blocks))


def _facts(watch: Watch, words: Words) -> tuple[tuple[str, str], ...]:
    km = watch.distance_m
    beats = watch.heart_rate_bpm
    return (
        ("file", clean(watch.source, TITLE_SIGNS)),
        ("distance", "" if km is None else f"{number(km / 1000.0, 2)} km"),
        ("heart_rate", "" if beats is None else words("watch.beats", n=number(beats, 0))),
        ("climb", "" if watch.climb_m is None else f"{number(watch.climb_m, 0)} m"),
    )


def _lap(at: int, lap: WatchLap) -> tuple[str, ...]:
    time = lap.end_s - lap.start_s
    speed = None if lap.distance_m is None else lap.distance_m / time
    beats = "–" if lap.heart_rate_bpm is None else number(lap.heart_rate_bpm, 0)
    return (str(at), duration(time), pace(speed) if speed else "–", beats)
