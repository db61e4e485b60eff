"""Write a sensor's limits as English text in the file's preamble, and read them back."""

from __future__ import annotations

from gait.sentences import recognised

__all__ = ["ACC_ENDS", "ARRIVAL", "FEW_SAMPLES", "GYR_ENDS", "LIMITS", "NO_GYROSCOPE", "limit_of"]

ACC_ENDS = "the accelerometer ends at {most:g} g: impacts of running are cut off"
GYR_ENDS = "the gyroscope ends at {most:g} deg/s: swings of running are cut off"
NO_GYROSCOPE = "no gyroscope: no angles"
FEW_SAMPLES = "{n} samples a second at most: contact times are coarse"
ARRIVAL = "no time stamps: times are those of arrival, tens of ms off at moments"
LIMITS = (ACC_ENDS, GYR_ENDS, NO_GYROSCOPE, FEW_SAMPLES, ARRIVAL)
"""Wordings that `gait.sensors.driver` fills."""


def limit_of(text: str) -> str:
    """Return a limit read from a file as a sentence that reports can translate; other text as it is.

    Examples
    --------
    >>> vars(limit_of("the accelerometer ends at 8 g: impacts of running are cut off"))["places"]
    {'most': 8}
    >>> limit_of("a strap that slips")
    'a strap that slips'
    """
    return recognised(text, LIMITS)
