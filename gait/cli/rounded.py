"""Numbers on the terminal by the one rule of every number that people see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gait.analysis.metrics import METRICS, decimals_for

if TYPE_CHECKING:
    from gait.report.words import Words

__all__ = ["places", "rounded", "with_spread"]


def places(metric: str, uncertainty: float | None, difference: float | None = None) -> int:
    """Return the decimals worth showing of a metric, or of a difference, that is known to `uncertainty`."""
    return decimals_for(uncertainty, METRICS[metric].decimals, difference)


def rounded(value: float, decimals: int, words: Words, form: str = "") -> str:
    """Return a number with so many decimals; `form` is the sign and width of a format. Zero has no sign.

    Examples
    --------
    >>> from gait.report.words import load_words
    >>> rounded(1.26, 1, load_words(), "+6")
    '  +1.3'
    >>> rounded(-0.3, 0, load_words(), "+6")
    '     0'
    """
    text = words.digits(value, f"{form}.{decimals}f")
    zero = not any(sign in "123456789" for sign in text)
    return words.digits(0.0, f"{form.removeprefix('+')}.{decimals}f") if zero else text


def with_spread(metric: str, value: float, uncertainty: float, words: Words, form: str = "") -> str:
    """Return a metric's number, a difference where `form` has a sign, with its half-width and its unit.

    Examples
    --------
    >>> from gait.report.words import load_words
    >>> with_spread("contact_ms", 231.26, 8.04, load_words())
    '231 ± 8 ms'
    """
    decimals = places(metric, uncertainty, value if form.startswith("+") else None)
    unit = METRICS[metric].unit
    shown, within = rounded(value, decimals, words, form), rounded(uncertainty, decimals, words)
    return f"{shown} ± {within} {unit}".rstrip()
