"""Units: the few constants and conversions, each in one place.

Inside the package ``acc`` is specific force in m/s2 and ``gyr`` angular rate in rad/s. Degrees appear in
files and in what people read; conversion happens in `gait.recording` on the way in and in result tables
on the way out.
"""

from __future__ import annotations

import math

__all__ = ["DEG", "STANDARD_GRAVITY"]

STANDARD_GRAVITY = 9.80665
"""m/s2 in one g (exact by definition, CGPM 1901)."""

DEG = math.pi / 180.0
"""rad in one degree."""
