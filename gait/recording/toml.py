"""Write TOML: the standard library reads it only. Every value comes out on one line, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from gait.errors import RecordingError

__all__ = ["toml_lines"]


def toml_lines(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    r"""Lines of a TOML document: plain values first, then the tables.

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
