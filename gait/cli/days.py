"""Days as people type them: ``--date 2026-05-01``."""

from __future__ import annotations

from datetime import date, datetime

from gait.errors import UsageError

__all__ = ["day_of"]


def day_of(text: str | None, *, coming: bool = False) -> date:
    """Return the day that an option names; today where it is None.

    Parameters
    ----------
    text
        Such as ``2026-05-01``.
    coming
        Whether a day that has not come yet is allowed.

    Raises
    ------
    UsageError
        No day, or one that has not come yet.

    Examples
    --------
    >>> day_of("2026-05-01", coming=True)
    datetime.date(2026, 5, 1)
    """
    now = datetime.now().astimezone().date()
    if text is None:
        return now
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise UsageError(f"{text!r} is no day", where="--date", todo="write it as 2026-05-01") from error
    if day > now and not coming:
        raise UsageError(f"{text} has not come yet", where="--date", todo="give today or a day before")
    return day
