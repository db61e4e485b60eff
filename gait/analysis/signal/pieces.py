"""Samples for the analysis, in pieces, from memory or from a file too long for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from gait.analysis.signal.timing import Tops
from gait.arrays import FloatArray
from gait.recording.model import Recording, without_pauses

__all__ = ["excerpt", "full_scale_g", "pieces_of"]


BESIDE = 2
"""Samples kept on each side of a span (chosen: interpolation looks at the nearest, and one is to spare)."""


def pieces_of(source: Recording) -> Iterator[Recording]:
    """Return the recording in pieces that follow one another.

    Small pieces are faster than the whole, too: they stay in the processor's cache.
    """
    for piece in source.pieces():
        yield without_pauses(piece)


def full_scale_g(source: Recording) -> float | None:
    """Return the accelerometer's full scale, g: as stated, else by a plateau of samples; or None."""
    if source.acc_range_g:
        return source.acc_range_g
    tops = Tops()
    for piece in pieces_of(source):
        tops.add(piece.acc)
    return tops.range_g


def excerpt(source: Recording, spans: FloatArray) -> Recording:
    """Return the samples within some spans of time and `BESIDE` on each side of them.

    Parameters
    ----------
    spans
        (k, 2) start and end, s.

    Returns
    -------
    The recording itself where it is in memory.
    """
    if source.in_memory:
        return without_pauses(source)
    if len(spans) == 0:
        return source.head
    has_gyr = source.gyr is not None
    kept: list[FloatArray] = []
    undecided = np.empty((0, 7 if has_gyr else 4))
    for piece in pieces_of(source):
        parts = [piece.time_s[:, None], piece.acc] + ([] if piece.gyr is None else [piece.gyr])
        table = np.concatenate([undecided, np.hstack(parts)])
        # The last rows may still come to lie beside a span that begins in the next piece.
        kept.append(table[:-BESIDE][_beside(table[:, 0], spans)[:-BESIDE]])
        undecided = table[-BESIDE:]
        if undecided[0, 0] > spans[:, 1].max():
            break
    table = np.concatenate([*kept, undecided])
    gyr = table[:, 4:7] if has_gyr else None
    return replace(source.head, time_s=table[:, 0].copy(), acc=table[:, 1:4], gyr=gyr)


def _beside(time_s: FloatArray, spans: FloatArray) -> npt.NDArray[np.bool_]:
    """Return (n,) True for samples within a span or beside it."""
    low = np.maximum(np.searchsorted(time_s, spans[:, 0]) - BESIDE, 0)
    high = np.minimum(np.searchsorted(time_s, spans[:, 1]) + BESIDE, len(time_s))
    edges = np.zeros(len(time_s) + 1, dtype=np.intp)
    np.add.at(edges, low, 1)
    np.add.at(edges, high, -1)
    return np.cumsum(edges[:-1]) > 0
