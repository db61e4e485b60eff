"""Who a sensor is: side, placement, name and maker, as it says itself and as the user said."""

from __future__ import annotations

from dataclasses import dataclass

from gait.errors import PacketError, SensorError
from gait.frames import Placement, Side
from gait.sensors.driver import Dialogue
from gait.sensors.link.connection import Link
from gait.sensors.scan import Seen

__all__ = ["Identity", "Wish", "identify"]

NAME_LIMIT = 64
"""Characters (chosen: several times a usual name; an advertised name has at most 248 bytes, and whoever sends
it chooses them)."""


@dataclass(frozen=True)
class Wish:
    """The user's word on a sensor.

    Attributes
    ----------
    side
        Side that the user asked for; None takes the sensor's own.
    as_asked
        Whether the user's choice prevails over the sensor's own.
    placement
        For a sensor that does not say where it sits.
    from_memory
        Whether a run in its memory is meant: the limits of that show with its settings.
    """

    side: Side | None = None
    as_asked: bool = False
    placement: Placement = "shoe"
    from_memory: bool = False


@dataclass(frozen=True)
class Identity:
    """Who it is.

    Attributes
    ----------
    device
        Name, family, maker, model, serial number, firmware as far as it tells (untrusted text).
    limits
        What makes its recordings of running worse, in words.
    """

    side: Side
    placement: Placement
    address: str
    device: dict[str, str]
    battery_pct: int | None
    limits: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """``left shoe`` and the like."""
        return f"{self.side} {self.placement}"

    @property
    def facts(self) -> dict[str, object]:
        """Facts of the ``sensor`` note."""
        return {
            "side": self.side,
            "placement": self.placement,
            "address": self.address,
            "device": self.device,
            "limits": list(self.limits),
        }


async def identify(link: Link, dialogue: Dialogue, seen: Seen, wish: Wish) -> Identity:
    """Ask a sensor who it is.

    Raises
    ------
    SensorError
        It does not speak its family's protocol, is on the other side than asked for, or the link went.
    """
    family = seen.driver.ability
    try:
        described = await dialogue.introduce(link)
    except PacketError as error:
        raise SensorError(f"does not speak the {family.name} ({error})", where=seen.name) from error
    if wish.side and described.side not in ("", wish.side) and not wish.as_asked:
        raise SensorError(
            f"says it is the {described.side} one, and was asked for as the {wish.side} one",
            where=seen.name,
            todo=f"give it as --{described.side}, or add --as-asked if it sits on the other foot now",
        )
    return Identity(
        side=wish.side or described.side or seen.side() or "left",
        placement=described.placement or wish.placement,
        address=seen.address,
        device={"name": seen.name[:NAME_LIMIT], "family": family.key, **described.device},
        battery_pct=described.battery_pct,
        limits=() if wish.from_memory else family.shortcomings,
    )
