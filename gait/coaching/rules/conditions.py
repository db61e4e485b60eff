"""The closed language that rules are written in: what a condition can say, as checked data.

A condition is one of `Measured`, `Differs`, `Answered`, `Unasked`, or a combination (`AnyOf`, `AllOf`,
`FirstKnown`). Nothing in it is evaluated as code; `gait.coaching.evaluate` gives each a probability.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = [
    "AllOf",
    "Answered",
    "AnyOf",
    "Condition",
    "Differs",
    "FirstKnown",
    "Measured",
    "Shift",
    "Strict",
    "Unasked",
    "walk",
]

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,49}$")]
"""Keys of rules, exercises and answers."""
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{1,39}$")]
"""Keys of sources."""
Text = Annotated[str, Field(min_length=1, max_length=1200)]


class Strict(BaseModel):
    """Base of everything in a pack: unknown keys fail, types are not coerced, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Shift(Strict):
    """Moves a threshold with another metric: threshold + slope x (metric - around).

    ``unknown`` is how far the metric may lie from ``around`` where it was not measured, a 95 % half-width.
    """

    by: Id
    slope: float
    around: float
    unknown: float = 0.0


class Measured(Strict):
    """A metric beyond a threshold; a side at a time where the metric has sides and ``per_side`` is true.

    ``stands_for`` marks a stand-in: what it is used in place of, in words.
    """

    kind: Literal["measured"]
    metric: Id
    above: float | None = None
    below: float | None = None
    shift: Shift | None = None
    per_side: bool = True
    optional: bool = False
    """In an `AllOf`: left out of the judgement where it was not measured."""
    stands_for: str = ""
    sign: str = ""
    """What is seen where this alone holds, as a title: ``Shoe rolling in``."""
    source: Key
    note: str = ""

    @model_validator(mode="after")
    def _one_bound(self) -> Measured:
        if (self.above is None) == (self.below is None):
            raise ValueError("needs exactly one of 'above' and 'below'")
        return self

    @property
    def threshold(self) -> float:
        """The bound, before any shift."""
        bound = self.above if self.above is not None else self.below
        assert bound is not None
        return bound


class Differs(Strict):
    """Left and right differ by more than ``above``: per cent of their mean, or the metric's own unit."""

    kind: Literal["differs"]
    metric: Id
    above: float = Field(ge=0)
    unit: Literal["percent", "own"] = "percent"
    source: Key
    note: str = ""


class Answered(Strict):
    """Condition on an answer: any of ``has`` (``"yes"`` for yes/no), or a number beyond a bound."""

    kind: Literal["answered"]
    question: Id
    has: tuple[str, ...] = ()
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Answered:
        if sum((bool(self.has), self.above is not None, self.below is not None)) != 1:
            raise ValueError("needs exactly one of 'has', 'above' and 'below'")
        return self


class Unasked(Strict):
    """The runner was not asked this, or left it out."""

    kind: Literal["unasked"]
    question: Id


class AnyOf(Strict):
    """At least one holds.

    With ``signs_agree`` measured parts are signs of one thing: where one surely holds and another surely does
    not, it cannot be told.
    """

    kind: Literal["any"]
    signs_agree: bool = False
    of: tuple[Condition, ...] = Field(min_length=1)


class AllOf(Strict):
    """Every one holds."""

    kind: Literal["all"]
    of: tuple[Condition, ...] = Field(min_length=1)


class FirstKnown(Strict):
    """The first whose inputs are there decides: a direct measure before its stand-in."""

    kind: Literal["first_known"]
    of: tuple[Condition, ...] = Field(min_length=1)


Condition = Annotated[
    Measured | Differs | Answered | Unasked | AnyOf | AllOf | FirstKnown,
    Field(discriminator="kind"),
]

for _model in (AnyOf, AllOf, FirstKnown):
    _model.model_rebuild()


def walk(condition: Condition) -> tuple[Condition, ...]:
    """Return a condition and everything inside it, outermost first."""
    if isinstance(condition, (AnyOf, AllOf, FirstKnown)):
        return (condition, *(inner for part in condition.of for inner in walk(part)))
    return (condition,)
