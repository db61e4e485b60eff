"""Days as people write them in a language."""

from __future__ import annotations

from datetime import date

from gait.report.words import Words

__all__ = ["day_text"]


def day_text(iso: str, words: Words) -> str:
    """Return a day for people, such as ``11 December 2026``; empty for none.

    Parameters
    ----------
    iso
        Day in ISO 8601; a time behind the day is ignored.
    """
    if not iso:
        return ""
    day = date.fromisoformat(iso[:10])
    return words("action.date", day=day.day, month=words(f"month.{day.month}"), year=day.year)
