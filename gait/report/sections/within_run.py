"""When form changed within the run: what moved beyond pace, from when on, and what that cannot tell."""

from __future__ import annotations

from gait.analysis.metrics import METRICS
from gait.history.within_run import WithinRun, changes_within_run
from gait.report.blocks import Block, Bullets, Paragraph, Section
from gait.report.numbers import decimals_for, number, units
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build", "sentence"]


def build(story: Story) -> Section | None:
    """Return a line for each number that changed; None where the run is too short to tell."""
    rows, words = changes_within_run(story.analysis), story.words
    if not rows or not story.analysis.activity:
        return None
    start = story.analysis.activity[0].start_s
    told = tuple(sentence(row, start, words) for row in rows if row.told)
    unknown = "speed_m_s" not in story.analysis.metrics
    if told:
        why = words("within.no_speed" if unknown else "within.cannot_tell")
        blocks: list[Block] = [Bullets(told), Paragraph(why, "small")]
    else:
        blocks = [Paragraph(words("within.none_no_speed" if unknown else "within.none", n=len(rows)))]
    by_pace = [words(f"metric.{row.metric}") for row in rows if row.verdict == "explained by speed"]
    if by_pace:
        blocks.append(Paragraph(words("within.by_pace", names=words("list.comma").join(by_pace)), "small"))
    return Section("within", words("section.within"), tuple(blocks))


def sentence(row: WithinRun, start_s: float, words: Words) -> str:
    """Return one change as a sentence.

    Parameters
    ----------
    start_s
        Session time that the run's clock starts from.
    """
    spec = METRICS[row.metric]
    places = decimals_for(row.uncertainty, spec.decimals)
    size = f"{number(abs(row.change), places)} ± {number(row.uncertainty, places)}{units(spec.unit)}"
    said = {
        "name": words(f"metric.{row.metric}"),
        "moved": words("thirds.up" if row.change > 0 else "thirds.down"),
        "size": size,
    }
    if row.at_s is None or row.from_s is None or row.to_s is None:
        return words("within.slowly", **said)
    at, low, high = (_clock(one - start_s) for one in (row.at_s, row.from_s, row.to_s))
    return words("within.at", **said, at=at, low=low, high=high)


def _clock(seconds: float) -> str:
    """Return a time of the run as minutes and seconds, hours in front where there are any."""
    whole = max(round(seconds), 0)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"
