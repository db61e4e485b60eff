"""``gait sensors``: the families of sensors that can be recorded, and what each can and cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gait.sensors.driver import Ability

__all__ = ["command"]

CLOCKS = {
    "exchange": "clock exchanged both ways: both feet within 2 ms of one another",
    "sensor": "stamped by the sensor; late by the shortest delay of a packet, a few ms",
    "arrival": "times of arrival only: tens of ms off at moments",
}


def command() -> None:
    """List the sensor families that gait record knows: rates, ranges, time, memory, how to switch on."""
    from gait.sensors.drivers import drivers

    print("\n\n".join("\n".join(_lines(driver.ability)) for driver in drivers()))


def _lines(ability: Ability) -> list[str]:
    gyroscope = f"{ability.gyr_range_dps:g} deg/s" if ability.gyr_range_dps else "no gyroscope"
    rates = ", ".join(map(str, ability.rates_hz))
    facts = {
        "for running": ability.verdict,
        "records": f"{rates} Hz, up to {ability.acc_range_g:g} g, {gyroscope}",
        "time": CLOCKS[ability.clock],
        "keeps": ability.keeps or "nothing that gait fetch-log could read",
        "switch on": ability.switch_on,
        "decoder": _proof(ability.proven_by),
    }
    if ability.fetches:
        facts["memory"] = f"gait fetch-log reads it, {_proof(ability.memory_proven_by)}"
    elif ability.keeps:
        facts["memory"] = "gait fetch-log does not read it"
    return [ability.name, *(f"  {name + ':':<13}{text}" for name, text in facts.items())]


def _proof(bytes_of: str) -> str:
    return f"proven by {bytes_of}" if bytes_of else "unproven: no measured bytes"
