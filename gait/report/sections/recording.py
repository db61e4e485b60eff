"""Quality of the recording: faults, each sensor's figures, and metrics that were not measured."""

from __future__ import annotations

from gait.analysis.results import Analysis, Fault, SensorQuality
from gait.analysis.session.quality import fault_line
from gait.report.blocks import Block, Bullets, Facts, Section
from gait.report.numbers import (
    LABEL_SIGNS,
    SENTENCE_SIGNS,
    TITLE_SIGNS,
    clean,
    duration,
    missing_by_reason,
    number,
)
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build"]

MARK_SIGNS = 30
"""Characters of a mark without a translation, at most (chosen: a column of the table)."""
LEAST_TIME_S = 0.5
"""Time in an activity, s, from which it is listed (chosen: less is shown as 0 s)."""


def build(story: Story) -> Section:
    """Return the quality of the recording."""
    analysis, words = story.analysis, story.words
    blocks: list[Block] = []
    if analysis.faults:
        items = tuple(_fault(fault, words) for fault in analysis.faults)
        blocks.append(Bullets(items, words("section.faults")))
    fault_lines = {fault_line(fault) for fault in analysis.faults}
    for sensor in analysis.sensors:
        blocks += _sensor(sensor, fault_lines, words)
    times = _times(analysis, words)
    if times:
        blocks.append(Facts(times, words("quality.time")))
    marked = _marked(analysis, words)
    if marked:
        blocks.append(Facts(marked, words("quality.marked")))
    missing = missing_by_reason(story.analysis.not_measured, words)
    if missing:
        blocks.append(Bullets(missing, words("section.not_measured")))
    return Section("recording", words("section.quality"), tuple(blocks), folded=True, grid=2)


def _fault(fault: Fault, words: Words) -> str:
    """Return a fault as one line: the fault, the metrics that it spoils, and the remedy."""
    spoils = words("list.comma").join(
        words.get(f"metric.{name}", clean(words.translated(name), LABEL_SIGNS)) for name in fault.spoils
    )
    parts = (
        words("fault.sensor", sensor=clean(words.translated(fault.sensor), LABEL_SIGNS))
        if fault.sensor
        else "",
        clean(words.translated(fault.what), SENTENCE_SIGNS).rstrip(".") + ".",
        words("fault.spoils", names=spoils) if spoils else "",
        clean(words.translated(fault.todo), SENTENCE_SIGNS).rstrip(".") + "." if fault.todo else "",
    )
    return " ".join(part[:1].upper() + part[1:] for part in parts if part)


def _sensor(sensor: SensorQuality, fault_lines: set[str], words: Words) -> list[Block]:
    """Return a sensor's figures, and its notes without those that are listed as faults."""
    rate = f"{number(sensor.rate_hz, 1)} Hz"
    if sensor.nominal_rate_hz:
        rate = words("quality.of_nominal", rate=rate, nominal=number(sensor.nominal_rate_hz, 1))
    facts = (
        ("file", clean(sensor.source, TITLE_SIGNS)),
        ("device", clean(sensor.device, TITLE_SIGNS)),
        ("length", duration(sensor.duration_s)),
        ("rate", rate),
        ("missing", _missing(sensor, words)),
        ("clipped", _clipped(sensor, words)),
        ("mounting", _mounting(sensor, words)),
        ("strides", number(float(sensor.strides), 0)),
    )
    name = words(f"sensor.{sensor.side}.{sensor.placement}")
    pairs = tuple((words(f"quality.{key}"), value) for key, value in facts if value)
    out: list[Block] = [Facts(pairs, name[:1].upper() + name[1:])]
    notes = tuple(
        words("quality.slip", minute=number(slip.time_s / 60.0, 1), angle=number(slip.angle_deg, 0))
        for slip in sensor.slips
    ) + tuple(clean(words.translated(note)) for note in sensor.notes if note not in fault_lines)
    return [*out, Bullets(notes, words("quality.notes", sensor=name))] if notes else out


def _missing(sensor: SensorQuality, words: Words) -> str:
    if not sensor.gaps:
        return words("quality.no_gaps")
    return words("quality.gaps", n=len(sensor.gaps), time=f"{number(sensor.missing_s, 1)} s")


def _clipped(sensor: SensorQuality, words: Words) -> str:
    share = 100.0 * sensor.clipped_share
    scale = words("quality.scale", g=number(sensor.acc_range_g, 0)) if sensor.acc_range_g else ""
    return words("quality.clipped_share", share=number(share, 0 if share >= 10 else 1)) + scale


def _mounting(sensor: SensorQuality, words: Words) -> str:
    if not sensor.has_gyr:
        return words("quality.no_gyr")
    score = "" if sensor.alignment_score is None else f" ({number(100.0 * sensor.alignment_score, 0)} %)"
    return words("quality.aligned" if sensor.aligned else "quality.not_aligned") + score


def _times(analysis: Analysis, words: Words) -> tuple[tuple[str, str], ...]:
    """Return the label and duration of each activity of at least half a second."""
    kinds = ("running", "walking", "still", "other", "gap")
    spent = {
        kind: sum(bout.end_s - bout.start_s for bout in analysis.activity if bout.kind == kind)
        for kind in kinds
    }
    return tuple(
        (words(f"kind.{kind}"), duration(time)) for kind, time in spent.items() if time >= LEAST_TIME_S
    )


def _marked(analysis: Analysis, words: Words) -> tuple[tuple[str, str], ...]:
    """Return the label of each mark and the number of strides with it."""
    strides = analysis.strides
    if not len(strides):
        return ()
    counts = strides["marks"].fillna("").astype(str).str.split().explode().dropna().value_counts()
    return tuple(
        (words.get(f"mark.{mark}", clean(mark, MARK_SIGNS)), number(n, 0)) for mark, n in counts.items()
    )
