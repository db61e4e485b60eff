"""Contacts of the feet from the events of a BIDS run, as truth to hold strides against."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from gait.errors import RecordingError
from gait.exchange.bids_reader import rate_hz_of
from gait.exchange.bids_sidecar import sidecar
from gait.frames import Side

__all__ = ["EVENTS_FILE", "events_truth"]

EVENTS_FILE = "_events.tsv"
"""How the names of the files with events end."""
KIND_COLUMNS = ("trial_type", "event_type")
KINDS: tuple[tuple[Literal["ic", "tc"], re.Pattern[str]], ...] = (
    ("ic", re.compile(r"^ic(_|$)|initial_?contact|heel_?strike|foot_?strike")),
    ("tc", re.compile(r"^tc(_|$)|final_?contact|terminal_?contact|toe_?off")),
)
"""Contact -> words of an event's kind, as this package and public sets write them."""
LONGEST_S = 2.0
"""s from an initial contact within which its terminal contact lies (chosen: a walker's is 1 s)."""


def events_truth(path: Path) -> pd.DataFrame:
    """Return the contacts of both feet: ``side, ic_s, tc_s``, sorted by time.

    Parameters
    ----------
    path
        A ``*_events.tsv`` whose ``trial_type`` (or ``event_type``) names initial and terminal contacts, and
        the side, there or in a column ``side``. Onsets are seconds, unless the JSON beside it says samples.

    Raises
    ------
    RecordingError
        The table cannot be read, or has no pair of contacts.
    """
    try:
        table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise RecordingError("cannot be read as a table", where=path, todo="mend the data set") from error
    kind = next((name for name in KIND_COLUMNS if name in table), None)
    if "onset" not in table or kind is None:
        raise RecordingError("no column onset or trial_type", where=path, todo="mend the data set")
    onset = pd.to_numeric(table["onset"], errors="coerce").to_numpy(dtype=float) / _onset_hz(path)
    words = (table[kind] + "_" + table["side"] if "side" in table else table[kind]).str.lower()
    contacts = [
        (time, *meaning)
        for time, word in zip(onset.tolist(), words, strict=True)
        if (meaning := _meaning(word)) is not None and np.isfinite(time)
    ]
    rows = [
        row
        for side in ("left", "right")
        for row in _pairs([contact for contact in contacts if contact[2] == side])
    ]
    if not rows:
        raise RecordingError(
            "no initial contact with its terminal contact", where=path, todo="check its events"
        )
    return pd.DataFrame(rows, columns=["side", "ic_s", "tc_s"]).sort_values("ic_s", ignore_index=True)


def _meaning(word: str) -> tuple[Literal["ic", "tc"], Side] | None:
    """Return kind and side of an event; None for another one."""
    kind = next((name for name, pattern in KINDS if pattern.search(word)), None)
    sides: tuple[Side, ...] = ("left", "right")
    side = next((side for side in sides if side in word), None)
    return None if kind is None or side is None else (kind, side)


def _pairs(events: list[tuple[float, Literal["ic", "tc"], Side]]) -> list[tuple[Side, float, float]]:
    """Return the initial contacts of one foot, each with the terminal contact that follows at once."""
    ordered = sorted(events)
    return [
        (first[2], first[0], second[0])
        for first, second in pairwise(ordered)
        if (first[1], second[1]) == ("ic", "tc") and second[0] - first[0] < LONGEST_S
    ]


def _onset_hz(path: Path) -> float:
    """Return what onsets are divided by: 1 for seconds, the rate where the JSON beside them says samples."""
    onset = sidecar(path).get("onset", {})
    unit = str(onset.get("Units", onset.get("Unit", "s"))).lower() if isinstance(onset, dict) else "s"
    if not unit.startswith("sample"):
        return 1.0
    stem = path.name.removesuffix(EVENTS_FILE)
    rates = {rate_hz_of(file) for file in path.parent.glob(f"{stem}_tracksys-*_channels.tsv")} - {None}
    if len(rates) == 1:
        return float(rates.pop() or 1.0)
    raise RecordingError(
        f"onsets in samples, and {len(rates) or 'no'} rates", where=path, todo="give onsets in seconds"
    )
