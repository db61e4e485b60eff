"""Numbers as text: digits by the uncertainty, real minus signs, units behind a thin space.

Within `numbers_of` numbers have the decimal sign of a language; elsewhere they have a point.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from gait.analysis.metrics import METRICS, decimals_for
from gait.analysis.results import Metric
from gait.report.words import Words
from gait.sentences import POINT
from gait.text import visible

__all__ = [
    "LABEL_SIGNS",
    "SENTENCE_SIGNS",
    "TITLE_SIGNS",
    "Shown",
    "clean",
    "decimals_for",
    "duration",
    "missing_by_reason",
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
"""Speed, m/s, below which no pace is given (chosen: nearly an hour for a kilometre)."""
SECONDS_BELOW_MIN = 20
"""Duration, minutes, from which seconds are left out (chosen: half a minute is then at most 2.5 % of it)."""
LABEL_SIGNS, TITLE_SIGNS, LINE_SIGNS, SENTENCE_SIGNS = 60, 80, 200, 300
"""Characters of untrusted text, at most (chosen: what a heading, a title, a line and two lines hold): of a
label; of a run's, file's or device's name; of a line; of a sentence on a fault."""


DECIMAL: ContextVar[str] = ContextVar("decimal sign", default=POINT)
"""Decimal sign of numbers, by default a point."""


@contextmanager
def numbers_of(words: Words) -> Iterator[None]:
    """Set the decimal sign of a language for the numbers made within the block.

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
    """A number as people see it: value, half-width of its interval (empty if unknown) and unit."""

    value: str
    spread: str
    unit: str

    @property
    def text(self) -> str:
        """Return the number as one line, such as ``168.2 ± 0.3 spm``."""
        middle = f" ± {self.spread}" if self.spread else ""
        return f"{self.value}{middle}{units(self.unit)}"


def units(unit: str) -> str:
    """Return the unit with a thin space in front; without one for a degree sign."""
    if not unit:
        return ""
    return unit if unit == "°" else f"{NARROW}{unit}"


def number(value: float | None, decimals: int) -> str:
    r"""Return a number as text with that many decimals; a dash for None, NaN and infinity.

    Examples
    --------
    >>> number(-3.456, 1), number(12345.6, 0), number(None, 1)
    ('−3.5', '12\u202f346', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    integer, point, fraction = f"{abs(value):,.{decimals}f}".partition(POINT)
    text = integer.replace(",", NARROW) + (DECIMAL.get() if point else "") + fraction
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
    """Return a value and its uncertainty, both rounded by the uncertainty (`decimals_for`)."""
    if value is None or not math.isfinite(value):
        return Shown("–", "", "")
    places = decimals_for(uncertainty, decimals)
    has_spread = uncertainty is not None and math.isfinite(uncertainty) and uncertainty > 0
    return Shown(number(value, places), number(uncertainty, places) if has_spread else "", unit)


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
    total_s = round(seconds)
    if total_s < 60:
        return f"{total_s}{NARROW}s".replace(NARROW, " ")
    if total_s < 3600:
        minutes, rest = divmod(total_s, 60)
        return f"{minutes} min {rest:02d} s" if minutes < SECONDS_BELOW_MIN and rest else f"{minutes} min"
    hours, minutes = divmod(round(total_s / 60), 60)
    return f"{hours} h {minutes:02d} min"


def pace(speed_m_s: float | None) -> str:
    """Return the minutes and seconds for a kilometre; empty without a speed above `SLOWEST_M_S`.

    Examples
    --------
    >>> pace(2.9), pace(3.3336), pace(0.05), pace(None)
    ('5:45', '5:00', '', '')
    """
    if speed_m_s is None or not math.isfinite(speed_m_s) or speed_m_s < SLOWEST_M_S:
        return ""
    minutes, seconds = divmod(round(1000.0 / speed_m_s), 60)
    return f"{minutes}:{seconds:02d}"


def clean(text: object, limit: int = LINE_SIGNS) -> str:
    r"""Return untrusted text as one line of visible characters, cut at a length.

    Control characters, line breaks and the marks that turn the reading direction are dropped.

    Examples
    --------
    >>> clean("run\x1b[2J\n\u202eevil")
    'run[2J evil'
    """
    line = visible(str(text))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def missing_by_reason(
    not_measured: Mapping[str, str], words: Words, label: Callable[[str], str] | None = None
) -> tuple[str, ...]:
    """Return one line for each reason why metrics were not measured, with the metrics' names.

    Parameters
    ----------
    not_measured
        Metric -> reason, as an analysis has it (untrusted text).
    label
        Function that returns a metric's name; that of the page where None.
    """
    reasons: dict[str, list[str]] = {}
    for name, why in not_measured.items():
        shown = label(name) if label else words.get(f"metric.{name}", clean(name, LABEL_SIGNS))
        reasons.setdefault(clean(words.translated(why), SENTENCE_SIGNS), []).append(shown)
    return tuple(
        words("quality.not_measured", names=words("list.comma").join(names), why=why)
        for why, names in reasons.items()
    )
