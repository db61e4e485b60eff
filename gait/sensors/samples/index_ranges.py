"""Which samples of a sensor are at hand, and which are missing: a set of half-open index intervals."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

__all__ = ["Coverage", "Interval"]

Interval = tuple[int, int]
"""First index, index behind the last."""


@dataclass
class Coverage:
    """A growing set of sample indices.

    State: sorted, disjoint intervals that do not touch; one for an unbroken stream.

    Examples
    --------
    >>> have = Coverage()
    >>> have.add(0, 19), have.add(38, 57), have.add(10, 40)
    ([(0, 19)], [(38, 57)], [(19, 38)])
    >>> have.missing()
    []
    """

    _starts: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)

    @property
    def first(self) -> int | None:
        """Lowest index at hand; None when empty."""
        return self._starts[0] if self._starts else None

    @property
    def pieces(self) -> int:
        """Number of intervals, which is one more than the gaps."""
        return len(self._starts)

    @property
    def end(self) -> int:
        """Index behind the highest at hand; 0 when empty."""
        return self._ends[-1] if self._ends else 0

    def add(self, start: int, end: int) -> list[Interval]:
        """Add ``[start, end)``.

        Returns
        -------
        The parts of it that were not at hand before, in order; empty for a duplicate.
        """
        if end <= start:
            return []
        low = bisect_left(self._ends, start)
        high = bisect_right(self._starts, end)
        fresh: list[Interval] = []
        at = start
        for number in range(low, high):
            if at < self._starts[number]:
                fresh.append((at, min(self._starts[number], end)))
            at = max(at, self._ends[number])
        if at < end:
            fresh.append((at, end))
        if low < high:
            start, end = min(start, self._starts[low]), max(end, self._ends[high - 1])
        self._starts[low:high] = [start]
        self._ends[low:high] = [end]
        return fresh

    def oldest_hole(self) -> Interval:
        """Return the hole behind the first piece; there are two pieces at least."""
        return self._ends[0], self._starts[1]

    def missing(self, until: int | None = None) -> list[Interval]:
        """Return holes between the first index at hand and the last, or `until` where that is further."""
        holes = list(zip(self._ends[:-1], self._starts[1:], strict=True))
        if self._ends and until is not None and until > self._ends[-1]:
            holes.append((self._ends[-1], until))
        return holes
