"""Parser of any program's column names: their quantity, axis, unit and device.

A name is read in words: ``left_foot_AccX (g)`` is the acceleration's x axis, in g, of a device called
``left_foot``. Words that are neither quantity, axis nor unit name the device, which the columns of a sensor
share.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gait.recording.importers.column_words import (
    ACC_WORDS,
    CLOCK_LETTERS,
    COUNTER_WORDS,
    DATE_NAMES,
    DEVICE_WORDS,
    FILLERS,
    FOREIGN,
    GRAVITY_WORDS,
    GYR_PAIRS,
    GYR_WORDS,
    KINDS,
    LABVIEW_TIME,
    LINEAR_WORDS,
    OTHER_WORDS,
    PLACE_WORDS,
    RATE_WORDS,
    TIME_LEFT,
    TIME_WORDS,
)
from gait.recording.importers.units import Unit, unit_of

__all__ = ["Column", "Kind", "parse_columns"]

Kind = Literal["time", "acc", "gyr", "gravity", "linear", "device", "counter", "other"]


VECTORS: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("linear", LINEAR_WORDS),
    ("gravity", GRAVITY_WORDS),
    ("acc", ACC_WORDS),
)
"""Kinds of acceleration by their words, in the order they are tried."""
AXES = {"x": 0, "y": 1, "z": 2}
GLUED = re.compile(
    r"(?P<word>acc|accel|accelerometer|acceleration|gyr|gyro|gyroscope|a|g|w|grav|gravity|linacc|omega|as)"
    r"(?P<number>\d*)(?P<axis>[xyz])(?P<behind>\d*)"
)
"""Quantity and axis in one word: ``ax``, ``accX``, ``GYROY``; numbers in it or behind are the device's."""
NUMBERED_AXIS = re.compile(r"(?P<axis>[xyz])(?P<behind>\d+)")
"""An axis with the number of its device: ``acc_x2``."""
COUNTED_AXIS = re.compile(
    r"(?P<stem>.*[^\W\d_])[\s_.\[(]*(?P<digit>[0-3])[\])]?|(?P<before>.*[^\W_])[\[(](?P<place>[0-3])[\])]"
)
"""An axis by its number: ``Acceleration_1``, ``acc[0]``, ``acc_m_s2[0]``."""
SUFFIXES = re.compile(
    r"[_\s,./:;-]+(?:in[_\s]+)?(m/s/s|m/s2|m/s\^2|m_s2|m_s_s|mps2|ms2|ft_s2|ft/s2|mg|gs?|deg/s|deg_s|dps|mdps|rad/s|rad_s|"
    r"s|sec|secs|seconds|ms|msec|millis|milliseconds|us|usec|micros|microsec|microseconds|ns|nsec|nanoseconds)$",
    re.IGNORECASE,
)
"""A unit at a name's end without brackets."""
BRACKETS = re.compile(r"[(\[{]\s*([^()\[\]{}]*(?:\([^()]*\)[^()\[\]{}]*)?)\s*[)\]}]")


@dataclass(frozen=True)
class Column:
    """One column by its name.

    Attributes
    ----------
    index, name
        Place of the column in the file, from 0, and its name there.
    kind
        Quantity: ``linear`` is acceleration without gravity.
    axis
        0, 1, 2 for x, y, z; None for what has no axis.
    unit
        Unit in the name; None without.
    strange
        Text in brackets that is no unit known here; empty where there is none.
    device
        Rest of the name, which the columns of a sensor share.
    variant
        Which of several accelerometers of a device; empty where the name does not say.
    stem
        The name without its axis: the three axes of a sensor share it.
    by_unit
        True where nothing but the unit says the quantity.
    """

    index: int
    name: str
    kind: Kind
    axis: int | None = None
    unit: Unit | None = None
    strange: str = ""
    device: str = ""
    variant: str = ""
    stem: str = ""
    by_unit: bool = False


def parse_columns(names: Sequence[str], units: Sequence[str] = ()) -> tuple[Column, ...]:
    """Read each name; ``units`` are the cells of a line of units below them, where there is one."""
    rows = tuple(units) + ("",) * (len(names) - len(units))
    plain = _with_axes(_with_parents(names))
    columns = tuple(
        replace(_column(index, read, unit), name=name)
        for index, (read, name, unit) in enumerate(zip(plain, names, rows, strict=False))
    )
    return _of_any_language(_of_ros(columns))


def _of_any_language(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return columns of one sensor whose unit alone says the quantity without the unknown word as its device.

    ``ъглова скорост x (deg/s)`` is an angular rate, and nothing in it names a sensor.
    """
    out = list(columns)
    for kind in ("acc", "gyr"):
        own = [column for column in columns if column.kind == kind and column.axis is not None]
        alone = len(own) == len(AXES) and {column.axis for column in own} == set(AXES.values())
        words = {word.lower() for column in own for word in column.device.split()}
        if alone and all(column.by_unit for column in own) and not words & PLACE_WORDS:
            for column in own:
                out[column.index] = replace(column, device="", stem="")
    return tuple(out)


def _with_parents(names: Sequence[str]) -> list[str]:
    """Return names in which repeated x, y and z are preceded by the quantity whose axes they are."""
    count = Counter(name.strip().lower() for name in names)
    if not all(count[axis] > 1 for axis in AXES):
        return list(names)
    out, parent = [], ""
    for name in names:
        axis = name.strip().lower() in (*AXES, "w")
        parent = parent if axis else name
        out.append(f"{parent} {name}" if axis else name)
    return out


def _with_axes(names: Sequence[str]) -> list[str]:
    """Return names with x, y and z in place of three numbers in a row, which then are axes."""
    stems: dict[str, dict[int, int]] = {}
    for index, name in enumerate(names):
        match = COUNTED_AXIS.fullmatch(name.strip())
        if match is not None:
            stem = match["stem"] or match["before"]
            stems.setdefault(stem, {}).setdefault(int(match["digit"] or match["place"]), index)
    out = list(names)
    for place in range(len(names) - 2):
        # GoPro's tables name the first of three columns, and call the next ones 1 and 2.
        follow = [name.strip() for name in names[place + 1 : place + 3]]
        if follow == ["1", "2"] and _column(0, f"{names[place]} x", "").kind in ("acc", "gyr"):
            out[place : place + 3] = [f"{names[place]} {axis}" for axis in AXES]
    for stem, places in stems.items():
        if set(places) in ({0, 1, 2}, {1, 2, 3}) and _column(0, f"{stem} x", "").kind in ("acc", "gyr"):
            if _column(0, stem, "").axis is not None:
                continue  # ax1, ax2, ax3 are three sensors
            unit = SUFFIXES.search(stem)
            bare, behind = (stem[: unit.start()], f" ({unit[1]})") if unit is not None else (stem, "")
            for axis, digit in zip(AXES, sorted(places), strict=True):
                out[places[digit]] = f"{bare} {axis}{behind}"
    return out


def _of_ros(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return columns with the linear acceleration of ROS' Imu message as acceleration: gravity is in it."""
    words = [set(_words(_folded(column.name).lower())) for column in columns]
    turns = any({"angular", "velocity"} <= some for some in words)
    moves = any({"linear", "acceleration"} <= some for some in words)
    if not (turns and moves) or any(column.kind == "acc" for column in columns):
        return columns
    return tuple(replace(column, kind="acc") if column.kind == "linear" else column for column in columns)


def _column(index: int, name: str, unit_cell: str) -> Column:
    name = _folded(name)
    if _is_clock(name):
        return Column(index, name, "time")
    if name.strip().lower() == LABVIEW_TIME:
        return Column(index, name, "time", unit=unit_of("s"))
    bare, unit, strange = _without_unit(name.strip())
    below = unit_of(unit_cell)
    if below is None and unit_cell.strip() and unit is None:
        strange = strange or unit_cell.strip()
    unit = below or unit
    words = _words(bare)
    kind, axis, left = _meaning(words, unit)
    alone = unit_of(bare) if kind == "other" and axis is None and len(bare) > 1 else None
    if alone is not None and alone.quantity == "time" and (alone.factor < 1.0 or bare.lower() == "secs"):
        kind, unit, left = "time", alone, []
    if kind == "time" and strange and [word.lower() for word in words] == ["t"]:
        kind = "other"  # a temperature
    if kind == "gyr" and unit is None and {"rad", "rads"} & {word.lower() for word in left}:
        unit, left = unit_of("rad/s"), [word for word in left if word.lower() not in ("rad", "rads")]
    if kind == "time":
        unit = unit or _unit_in_words(words)
        left = [word for word in left if word.lower() not in TIME_LEFT and unit_of(word) is None]
    device = " ".join(word for word in left if word.lower() not in FILLERS | KINDS)
    variant = " ".join(sorted({word.lower() for word in left} & KINDS))
    if unit is not None and kind in ("acc", "gyr", "gravity", "linear"):
        expected = "gyr" if kind == "gyr" else "acc"
        if unit.quantity != expected:
            kind = "other"
    stem = " ".join(word.lower() for word in left)
    glued = "glued" if axis is not None and not set(AXES) & {word.lower() for word in words} else ""
    by_unit = axis is not None and unit is not None and kind == unit.quantity and not _says_quantity(words)
    return Column(index, name, kind, axis, unit, strange, device, variant, f"{stem}|{glued}", by_unit=by_unit)


def _says_quantity(words: list[str]) -> bool:
    """Return whether a word of a name, its axis aside, is an acceleration's or an angular rate's."""
    _, lower, _ = _take_axis([word.lower() for word in words], words)
    present = set(lower)
    return bool(present & (ACC_WORDS | GYR_WORDS)) or any(set(pair) <= present for pair in GYR_PAIRS)


def _folded(name: str) -> str:
    """Return a name without accents, and with words of other scripts put into ours."""
    for word, ours in FOREIGN:
        name = name.replace(word, f" {ours} ")
    apart = unicodedata.normalize("NFD", name)
    plain = unicodedata.normalize("NFC", "".join(sign for sign in apart if not unicodedata.combining(sign)))
    return plain.replace("ł", "l").replace("ı", "i")


def _is_clock(name: str) -> bool:
    """Return whether a name is made of the letters by which the form of a time is written."""
    words = {word.lower() for word in re.split(r"[^A-Za-z]+", name) if word}
    return len(words) > 1 and words <= CLOCK_LETTERS and bool(words & {"hh", "ss", "yyyy"})


def _unit_in_words(words: list[str]) -> Unit | None:
    """Return the unit of a time whose name says it in a word, such as ``seconds_elapsed``."""
    units = (unit_of(word) for word in words if len(word) > 1)
    return next((unit for unit in units if unit is not None and unit.quantity == "time"), None)


def _without_unit(name: str) -> tuple[str, Unit | None, str]:
    """Return a name without its unit, the unit, and what stands in brackets without being a unit."""
    strange = ""
    for bracket in BRACKETS.finditer(name):
        unit = unit_of(bracket[1])
        if unit is not None:
            return f"{name[: bracket.start()]} {name[bracket.end() :]}", unit, ""
        if bracket[1].strip().lower() not in AXES and not strange:
            strange = bracket[1].strip()
    found_suffix = SUFFIXES.search(name)
    if found_suffix is not None:
        unit = unit_of(found_suffix[1])
        if unit is not None:
            return name[: found_suffix.start()], unit, ""
    bare = BRACKETS.sub(lambda match: " " + (match[1] if match[1].strip().lower() in AXES else ""), name)
    return bare, None, strange


def _words(text: str) -> list[str]:
    """Return the words of a name: at signs, at a capital behind a small letter or before one."""
    spaced = re.sub(r"[^0-9A-Za-zÀ-ɏЀ-ӿ]+", " ", text)
    spaced = re.sub(r"(?<=[a-zß-ɏ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})", " ", spaced)
    return spaced.split()


def _meaning(words: list[str], unit: Unit | None) -> tuple[Kind, int | None, list[str]]:
    """Return the kind and axis of a name, and the words that are left for the device."""
    lower = [word.lower() for word in words]
    if unit is not None and unit.quantity == "time":
        return "time", None, [w for w in words if w.lower() not in TIME_WORDS and w.lower() not in AXES]
    axis, lower, words = _take_axis(lower, words)
    present = set(lower)
    pair = next((two for two in GYR_PAIRS if set(two) <= present), None)
    if axis is None:
        return _without_axis(lower, words)
    turning = pair is not None or bool(present & GYR_WORDS) or lower == ["g"]
    words = [] if lower == ["g"] else words
    if (pair is None and present & OTHER_WORDS) or (turning and "acceleration" in present):
        return "other", axis, words
    if turning:
        return "gyr", axis, _left(words, GYR_WORDS | RATE_WORDS)
    for kind, own in VECTORS:
        if present & own:
            return kind, axis, _left(words, own | ACC_WORDS)
    stated: Kind = unit.quantity if unit is not None else "other"
    return stated, axis, words


def _left(words: list[str], drop: frozenset[str] | set[str]) -> list[str]:
    """Return words that are left for the device; a letter is a quantity only where no word says it."""
    lower = {word.lower() for word in words}
    if any(len(word) > 2 for word in lower & drop):
        drop = {word for word in drop if len(word) > 2}
    return [word for word in words if word.lower() not in drop]


def _take_axis(lower: list[str], words: list[str]) -> tuple[int | None, list[str], list[str]]:
    """Return the axis of a name by its last word that is one, and the words without it."""
    for place in reversed(range(len(lower))):
        if lower[place] in AXES:
            rest = [*lower[:place], *lower[place + 1 :]]
            return AXES[lower[place]], rest, [*words[:place], *words[place + 1 :]]
        numbered = NUMBERED_AXIS.fullmatch(lower[place]) if len(lower) > 1 else None
        if numbered is not None:
            rest = [*lower[:place], numbered["behind"], *lower[place + 1 :]]
            return AXES[numbered["axis"]], rest, [*words[:place], numbered["behind"], *words[place + 1 :]]
        glued = GLUED.fullmatch(lower[place])
        if glued is not None:
            word = {"g": "gyro"}.get(glued["word"], glued["word"])
            new = [word, *filter(None, (glued["number"], glued["behind"]))]
            return (
                AXES[glued["axis"]],
                [*lower[:place], *new, *lower[place + 1 :]],
                [*words[:place], *new, *words[place + 1 :]],
            )
    return None, lower, words


def _without_axis(lower: list[str], words: list[str]) -> tuple[Kind, int | None, list[str]]:
    present = set(lower)
    joined = "".join(lower)
    if present & OTHER_WORDS:
        return "other", None, words
    if joined in COUNTER_WORDS or (present & COUNTER_WORDS and not present & TIME_WORDS):
        return "counter", None, _left(words, COUNTER_WORDS | {"number", "no", "id"})
    if joined in DEVICE_WORDS or ({"device", "sensor", "node"} & present and present & {"name", "id"}):
        return "device", None, []
    if present & TIME_WORDS or joined in TIME_WORDS or joined in DATE_NAMES:
        return "time", None, _left(words, TIME_WORDS | DATE_NAMES | {"stamp"})
    return "other", None, words
