"""How numbers look: as many digits as are sure, real minus signs, units behind a thin space.

The decimal sign is the language's: whoever makes a report does so within `numbers_of`. Outside of it numbers
have points.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from gait.analysis.metrics import METRICS, decimals_for
from gait.analysis.results import Metric
from gait.report.words import Words
from gait.sentences import POINT
from gait.text import visible

__all__ = [
    "Shown",
    "clean",
    "decimals_for",
    "duration",
    "named",
    "number",
    "numbers_of",
    "pace",
    "show",
    "show_metric",
    "signed",
    "units",
    "with_half",
]

MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
FIXED = "\N{NO-BREAK SPACE}"
SLOWEST_M_S = 0.3
"""Speed below which a pace would be absurd."""


DECIMAL: ContextVar[str] = ContextVar("decimal sign", default=POINT)
"""Sign between the whole and the fraction."""


@contextmanager
def numbers_of(words: Words) -> Iterator[None]:
    """Write the numbers made within with the decimal sign of a language.

    Examples
    --------
    >>> with numbers_of(Words("de", {"number.decimal": ","})):
    ...     number(3.14159, 2)
    '3,14'
    """
    before = DECIMAL.set(words.decimal)
    try:
        yield
    finally:
        DECIMAL.reset(before)


class Shown(NamedTuple):
    """A number as people see it: value, its ± part (empty when unknown), unit."""

    value: str
    spread: str
    unit: str

    @property
    def text(self) -> str:
        """All in one line, such as ``168.2 ± 0.3 spm``."""
        middle = f" ± {self.spread}" if self.spread else ""
        return f"{self.value}{middle}{units(self.unit)}"


def units(unit: str) -> str:
    """Return the unit with the space it needs in front: none before a degree sign."""
    if not unit:
        return ""
    return unit if unit == "°" else f"{NARROW}{unit}"


def number(value: float | None, decimals: int) -> str:
    r"""Return a number with that many decimals; a dash for none.

    Examples
    --------
    >>> number(-3.456, 1), number(12345.6, 0), number(None, 1)
    ('−3.5', '12\u202f346', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    whole, point, part = f"{abs(value):,.{decimals}f}".partition(POINT)
    text = whole.replace(",", NARROW) + (DECIMAL.get() if point else "") + part
    negative = value < 0 and any(sign in "123456789" for sign in text)
    return f"{MINUS}{text}" if negative else text


def signed(value: float | None, decimals: int) -> str:
    """Return a number with its sign, plus included; zero has none.

    Examples
    --------
    >>> signed(2.5, 1), signed(-2.5, 1), signed(0.01, 1)
    ('+2.5', '−2.5', '0.0')
    """
    text = number(value, decimals)
    plus = (
        value is not None and math.isfinite(value) and value > 0 and any(sign in "123456789" for sign in text)
    )
    return f"+{text}" if plus else text


def named(name: str, unit: str) -> str:
    """Return a name with the unit of the numbers beside it, such as ``Cadence, spm``."""
    return f"{name}, {unit}" if unit else name


def with_half(change: float, half: float, decimals: int, unit: str = "") -> str:
    r"""Return a change with its sign, the half-width of its interval and its unit; lines do not break in it.

    Examples
    --------
    >>> with_half(-3.26, 1.4, 1, "cm")
    '−3.3\xa0±\xa01.4\u202fcm'
    """
    places = decimals_for(half, decimals, change)
    return f"{signed(change, places)}{FIXED}±{FIXED}{number(half, places)}{units(unit)}"


def show(value: float | None, uncertainty: float | None, decimals: int, unit: str) -> Shown:
    """Return a value with its uncertainty, rounded to what is sure."""
    if value is None or not math.isfinite(value):
        return Shown("–", "", "")
    places = decimals_for(uncertainty, decimals)
    known = uncertainty is not None and math.isfinite(uncertainty) and uncertainty > 0
    return Shown(number(value, places), number(uncertainty, places) if known else "", unit)


def show_metric(metric: Metric) -> Shown:
    """Return a metric as people see it; its unit and decimals come from `METRICS`."""
    info = METRICS[metric.name]
    return show(metric.value, metric.uncertainty, info.decimals, info.unit)


def duration(seconds: float) -> str:
    """Return a length of time in words.

    Examples
    --------
    >>> duration(18.4), duration(754.0), duration(3725.0)
    ('18 s', '12 min 34 s', '1 h 02 min')
    """
    if not math.isfinite(seconds):
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{NARROW}s".replace(NARROW, " ")
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest:02d} s" if minutes < 20 and rest else f"{minutes} min"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes:02d} min"


def pace(speed_m_s: float | None) -> str:
    """Return the minutes and seconds of a kilometre; empty where there is no speed to speak of.

    Examples
    --------
    >>> pace(2.9), pace(3.3336), pace(0.05), pace(None)
    ('5:45', '5:00', '', '')
    """
    if speed_m_s is None or not math.isfinite(speed_m_s) or speed_m_s < SLOWEST_M_S:
        return ""
    minutes, seconds = divmod(round(1000.0 / speed_m_s), 60)
    return f"{minutes}:{seconds:02d}"


def clean(text: object, limit: int = 200) -> str:
    r"""Return untrusted text as one line of visible signs, cut at a length.

    Control characters, line breaks and the marks that turn the reading direction are dropped.

    Examples
    --------
    >>> clean("run\x1b[2J\n\u202eevil")
    'run[2J evil'
    """
    kept = visible(str(text))
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"
