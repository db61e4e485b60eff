"""Read TOML of bounded depth, and write it: every value comes out on one line, whatever it holds."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from gait.errors import RecordingError

__all__ = ["read_toml", "toml_lines"]

DEEPEST = 32
"""Tables and lists within one another (chosen: a dotted name of a few thousand parts is TOML too, but what is
made of it breaks everything that walks through it)."""


def read_toml(text: str) -> dict[str, Any]:
    """Parse a TOML document.

    Raises
    ------
    ValueError
        It is not TOML, holds a number of thousands of digits, or is nested deeper than `DEEPEST`.
    """
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    level: list[Any] = [table]
    for _ in range(DEEPEST):
        level = [item for value in level for item in _items(value)]
        if not level:
            return table
    raise ValueError("nested too deeply")


def _items(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def toml_lines(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    r"""Return lines of a TOML document: plain values first, then the tables.

    Parameters
    ----------
    table
        Text, booleans, numbers, dates, lists and mappings of these.
    prefix
        Dotted name of the table that holds this one, with its dot.

    Raises
    ------
    RecordingError
        A value that TOML has no form for.

    Examples
    --------
    >>> toml_lines({"note": "two\nlines", "device": {"name": "a"}})
    ['note = "two\\U0000000Alines"', '[device]', 'name = "a"']
    """
    lines = [
        f"{_key(key)} = {_value(value)}" for key, value in table.items() if not isinstance(value, Mapping)
    ]
    for key, value in table.items():
        if isinstance(value, Mapping):
            name = f"{prefix}{_key(key)}"
            lines += [f"[{name}]", *toml_lines(value, prefix=f"{name}.")]
    return lines


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _string(key)


def _string(text: str) -> str:
    """Write a basic string: every sign that could end it or the line is escaped."""
    return '"' + "".join(_sign(sign) for sign in text) + '"'


def _sign(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    # TOML has no lone surrogates; they come from undecodable file names and Bluetooth names.
    code = 0xFFFD if 0xD800 <= ord(sign) <= 0xDFFF else ord(sign)
    return f"\\U{code:08X}"


def _value(value: object) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    raise RecordingError(
        f"TOML has no form for a {type(value).__name__}", todo="use text, numbers, dates, lists"
    )
