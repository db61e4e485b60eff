"""FIT developer fields: what no native field holds, with name and unit in the file itself.

A number that a native field holds is never written here: sites that know the native one would show it twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gait.analysis.results import Analysis

__all__ = ["APPLICATION_ID", "FIELDS", "DeveloperNumber", "described", "totals", "with_developer_fields"]

APPLICATION_ID = bytes.fromhex("9a4f0c6e2b7d4e1f8c35d6a1b2907e44")
"""Names this program to readers that sort developer fields by their maker; drawn at random."""

DEVELOPER_INDEX = 0
"""Index of this program's developer data in the file: the first."""
FLOAT32_BYTES = 4
"""Bytes of a FIT float32."""


@dataclass(frozen=True)
class DeveloperNumber:
    """One developer field: number in the file, name and unit that readers show, and what it is of.

    ``metric`` and ``part`` (``value``, ``left`` or ``right``) say where its total over the run comes from.
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
    """Return the messages that describe the fields used; none where none is."""
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
    """Return the message with each number that is there as a developer field; what is not stays out."""
    from fit_tool.base_type import BaseType
    from fit_tool.developer_field import DeveloperField

    for name, value in values.items():
        if value is None or not math.isfinite(value):
            continue
        field = FIELDS[name]
        made = DeveloperField(
            field_id=field.number,
            name=field.name,
            base_type=BaseType.FLOAT32,
            units=field.unit,
            size=FLOAT32_BYTES,
            developer_data_index=DEVELOPER_INDEX,
        )
        made.set_value(0, float(value))
        message.developer_fields.append(made)
    return message


def totals(analysis: Analysis) -> dict[str, float | None]:
    """Return the report's number of each field over the run; None where it was not measured."""
    out: dict[str, float | None] = {}
    for name, field in FIELDS.items():
        metric = analysis.metrics.get(field.metric)
        out[name] = None if metric is None else getattr(metric, field.part)
    return out
