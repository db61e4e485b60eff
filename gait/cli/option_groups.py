"""Options that several commands share, or that belong together, as one parameter of a command.

A group is a frozen dataclass whose fields are annotated as typer options; `grouped` lays its fields out as
options of the command, in its place among the parameters, and hands the command the group.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from gait.cli.options import (
    ActivityOption,
    AnswersOption,
    AskOption,
    DistanceOption,
    HeightOption,
    MassOption,
    PlacementOption,
    RulesOption,
    SideOption,
    SpeedOption,
    UnsafeOption,
    load_session,
)

if TYPE_CHECKING:
    from gait.recording.model import Session

__all__ = ["AnswerOptions", "RuleOptions", "SensorOptions", "SessionOptions", "grouped"]


@dataclass(frozen=True)
class SensorOptions:
    """Place of a recording's sensor, if neither the file nor its name says."""

    placement: PlacementOption = None
    side: SideOption = None


@dataclass(frozen=True)
class SessionOptions(SensorOptions):
    """Facts that the command line adds to a session; they win over ``session.toml``."""

    distance: DistanceOption = None
    speed: SpeedOption = None
    mass: MassOption = None
    height: HeightOption = None
    activity: ActivityOption = None

    def load(self, path: Path) -> Session:
        """Return the session of a path with these facts; errors as `gait.cli.options.load_session`."""
        return load_session(
            path,
            placement=self.placement,
            side=self.side,
            distance_m=self.distance,
            speed_m_s=self.speed,
            mass_kg=self.mass,
            height_m=self.height,
        )


@dataclass(frozen=True)
class AnswerOptions:
    """Source of the runner's answers."""

    answers: AnswersOption = None
    ask: AskOption = False


@dataclass(frozen=True)
class RuleOptions:
    """Coaching rules of one's own."""

    rules: RulesOption = None
    unsafe: UnsafeOption = False


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with each group of options among its parameters laid out as those options.

    Parameters
    ----------
    command
        Parameters annotated with a frozen dataclass are groups; all others are options as they are.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, tuple[Any, tuple[str, ...]]] = {}
    parameters = []
    for name, parameter in inspect.signature(command).parameters.items():
        if is_dataclass(hints[name]):
            options = _options(hints[name])
            groups[name] = hints[name], tuple(option.name for option in options)
            parameters += options
        else:
            parameters.append(parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY))

    @functools.wraps(command)
    def with_groups(**values: Any) -> None:  # noqa: ANN401 - the values of any option
        made = {
            name: group(**{option: values.pop(option) for option in options})
            for name, (group, options) in groups.items()
        }
        command(**values, **made)

    with_groups.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by typer
    with_groups.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_groups


def _options(group: Any) -> list[inspect.Parameter]:  # noqa: ANN401 - the class of any group
    """Return a group's fields as parameters, in their order."""
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]
