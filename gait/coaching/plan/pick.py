"""An exercise on its way into the plan: its sets, and who asked for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gait.coaching.model import Reason
from gait.coaching.rules.schema import ExerciseRule

__all__ = ["Pick", "Role"]

Role = Literal["base", "target", "foundation", "advanced", "pain"]


@dataclass
class Pick:
    """An exercise on its way into the plan; ``asked_by`` are the findings that asked for it."""

    rule: ExerciseRule
    role: Role
    sets: int
    extra: int = 0
    asked_by: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    stands_for: str = ""
    notes: list[str] = field(default_factory=list)
    every_session: bool = False
    grows: int = 0
    """Sets of a session that its later stages have more: room is kept for them."""
