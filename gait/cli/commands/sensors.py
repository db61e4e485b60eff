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

    print("\n\n".join("\n".join(_lines(one.ability)) for one in drivers()))


def _lines(ability: Ability) -> list[str]:
    gyroscope = f"{ability.gyr_range_dps:g} deg/s" if ability.gyr_range_dps else "no gyroscope"
    rates = ", ".join(map(str, ability.rates_hz))
    fetched = "gait fetch-log reads it" if ability.fetches else "gait fetch-log does not read it"
    kept = f"{ability.keeps}; {fetched}" if ability.keeps else "nothing that gait fetch-log could read"
    facts = {
        "for running": ability.verdict,
        "records": f"{rates} Hz, up to {ability.acc_range_g:g} g, {gyroscope}",
        "time": CLOCKS[ability.clock],
        "keeps": kept,
        "switch on": ability.switch_on,
        "decoder": f"proven by {ability.proven_by}" if ability.proven_by else "unproven: no measured bytes",
    }
    return [ability.name, *(f"  {name + ':':<13}{text}" for name, text in facts.items())]
