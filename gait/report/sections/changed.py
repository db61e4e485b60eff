"""Changes against the last session and against the runner's own normal, and the load of the week."""

from __future__ import annotations

from gait.analysis.metrics import METRICS
from gait.history.change import Change
from gait.history.since_last import Load
from gait.report.blocks import Block, Bullets, Paragraph, Section, Table
from gait.report.numbers import decimals_for, duration, number, signed, units
from gait.report.story import Story
from gait.report.words import Words
from gait.report.words.dates import day_text

__all__ = ["build"]


def build(story: Story) -> Section | None:
    """Return the changes since the last session; None where no history of the runner is kept."""
    since, words = story.since, story.words
    if since is None:
        return None
    if since.last is None:
        blocks: list[Block] = [Paragraph(words("changed.first"))]
    else:
        blocks = [*_since(since.changes, day_text(since.last.ran_at, words), words)]
    outside = tuple(
        words(
            f"changed.{'above' if row.value > (row.normal or 0.0) else 'below'}",
            name=words(f"metric.{name}"),
        )
        for name, row in since.normal
        if row.verdict in {"above your normal", "below your normal"}
    )
    if outside:
        blocks.append(Bullets(outside, words("changed.normal")))
    elif since.normal:
        blocks.append(Paragraph(words("changed.all_normal")))
    blocks.append(Paragraph(_load(since.load, words), "small"))
    return Section("changed", words("section.changed"), tuple(blocks))


def _since(changes: tuple[Change, ...], date: str, words: Words) -> list[Block]:
    """Return the metrics that changed as a table, and the number of those that did not."""
    moved = [row for row in changes if row.changed or row.explained_by]
    unchanged = len(changes) - len(moved)
    out: list[Block] = []
    if moved:
        head = (
            words("table.metric"), words("table.last_time"), words("table.now"), words("table.change"),
            words("table.verdict"),
        )  # fmt: skip
        out.append(
            Table(
                words("changed.caption", date=date),
                head,
                tuple(_row(row, words) for row in moved),
                tuple(row.metric for row in moved),
                frozenset(at for at, row in enumerate(moved) if row.changed),
                words=frozenset({4}),
            )
        )
    key = "changed.others" if moved else "changed.none"
    return [*out, Paragraph(words(key, n=unchanged, date=date))]


def _row(row: Change, words: Words) -> tuple[str, ...]:
    spec = METRICS[row.metric]
    places = decimals_for(row.uncertainty, spec.decimals, row.change)
    gap = f"{signed(row.change, places)} ± {number(row.uncertainty, places)}{units(spec.unit)}"
    return (
        words(f"metric.{row.metric}"),
        number(row.first, places),
        number(row.second, places),
        gap,
        words(f"change.{row.words_key}"),
    )


def _load(load: Load, words: Words) -> str:
    text = words("changed.week", time=duration(load.week_s))
    if load.longest_s is not None:
        text += words("changed.longest", time=duration(load.longest_s))
    return text
