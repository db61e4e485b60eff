"""Changes of form within the run that pace does not explain, with their times, and their limits."""

from __future__ import annotations

from gait.history.within_run import changes_within_run
from gait.report.blocks import Block, Bullets, Paragraph, Section
from gait.report.moved import sentence
from gait.report.story import Story

__all__ = ["build"]


def build(story: Story) -> Section | None:
    """Return one line for each metric that changed; None where the run is too short."""
    rows, words = changes_within_run(story.analysis), story.words
    if not rows or not story.analysis.activity:
        return None
    start = story.analysis.activity[0].start_s
    sentences = tuple(sentence(row, start, words) for row in rows if row.is_reported)
    unknown = "speed_m_s" not in story.analysis.metrics
    if sentences:
        why = words("within.no_speed" if unknown else "within.cannot_tell")
        blocks: list[Block] = [Bullets(sentences), Paragraph(why, "small")]
    else:
        blocks = [Paragraph(words("within.none_no_speed" if unknown else "within.none", n=len(rows)))]
    by_pace = [words(f"metric.{row.metric}") for row in rows if row.verdict == "explained by speed"]
    if by_pace:
        blocks.append(Paragraph(words("within.by_pace", names=words("list.comma").join(by_pace)), "small"))
    return Section("within", words("section.within"), tuple(blocks))
