"""FIT developer fields, for numbers without a native field; name and unit are in the file itself.

A number with a native field is never written here: sites that read the native field would show it twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gait.analysis.results import Analysis

__all__ = ["APPLICATION_ID", "FIELDS", "DeveloperNumber", "described", "totals", "with_developer_fields"]

APPLICATION_ID = bytes.fromhex("9a4f0c6e2b7d4e1f8c35d6a1b2907e44")
"""Identity of this program in FIT files, by which readers sort developer fields (drawn at random)."""

DEVELOPER_INDEX = 0
"""Index of this program's developer data in the file: the first (FIT SDK, developer data)."""
FLOAT32_BYTES = 4
"""Bytes of a FIT float32 (by definition)."""


@dataclass(frozen=True)
class DeveloperNumber:
    """One developer field: its number in the file, and the name and unit that readers show.

    Its total over the run is the ``part`` (``value``, ``left`` or ``right``) of the metric ``metric``.
    """

    number: int
    name: str
    unit: str
    metric: str
    part: str = "value"


FIELDS: Mapping[str, DeveloperNumber] = {
    "strike_angle_deg": DeveloperNumber(0, "Foot Strike Angle", "deg", "strike_angle_deg"),
    "pronation_deg": DeveloperNumber(1, "Pronation", "deg", "pronation_excursion_deg"),
    "peak_g": DeveloperNumber(2, "Peak Acceleration", "g", "peak_acc_g"),
    "contact_left_ms": DeveloperNumber(3, "Contact Time Left", "ms", "contact_ms", "left"),
    "contact_right_ms": DeveloperNumber(4, "Contact Time Right", "ms", "contact_ms", "right"),
}
"""Name in `Seconds` -> field."""


def described(names: list[str]) -> list[Any]:
    """Return the messages that describe the fields in use; empty without a field."""
    if not names:
        return []
    from fit_tool.base_type import BaseType
    from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage
    from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage

    maker = DeveloperDataIdMessage()
    maker.application_id = APPLICATION_ID
    maker.developer_data_index = DEVELOPER_INDEX
    messages: list[Any] = [maker]
    for name in names:
        field = FIELDS[name]
        message = FieldDescriptionMessage()
        message.developer_data_index = DEVELOPER_INDEX
        message.field_definition_number = field.number
        message.fit_base_type_id = BaseType.FLOAT32.value
        message.field_name = field.name
        message.units = field.unit
        messages.append(message)
    return messages


def with_developer_fields(message: Any, values: Mapping[str, float | None]) -> Any:  # noqa: ANN401 - no types
    """Return the message with each finite number added as a developer field."""
    from fit_tool.base_type import BaseType
    from fit_tool.developer_field import DeveloperField

    for name, value in values.items():
        if value is None or not math.isfinite(value):
            continue
        field = FIELDS[name]
        number = DeveloperField(
            field_id=field.number,
            name=field.name,
            base_type=BaseType.FLOAT32,
            units=field.unit,
            size=FLOAT32_BYTES,
            developer_data_index=DEVELOPER_INDEX,
        )
        number.set_value(0, float(value))
        message.developer_fields.append(number)
    return message


def totals(analysis: Analysis) -> dict[str, float | None]:
    """Return the number of each field over the run, as in the report; None where it was not measured."""
    out: dict[str, float | None] = {}
    for name, field in FIELDS.items():
        metric = analysis.metrics.get(field.metric)
        out[name] = None if metric is None else getattr(metric, field.part)
    return out
