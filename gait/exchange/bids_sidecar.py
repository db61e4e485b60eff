"""Read the JSON files of a BIDS data set that describe a table: beside it, and those it inherits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gait.errors import RecordingError

__all__ = ["sidecar"]

LEVELS = 4
"""Folders up to the data set's own (BIDS: subject, session, data type), and one to spare."""


def sidecar(table: Path) -> dict[str, Any]:
    """Return the keys of all JSON files that apply to a table, the nearest ones first (BIDS inheritance).

    Parameters
    ----------
    table
        Such as ``sub-01_task-run_tracksys-imu_motion.tsv``. A JSON of the same suffix in its folder or one
        above applies whose entities (``task-run``) are all in the table's name.

    Returns
    -------
    Empty where there is none.

    Raises
    ------
    RecordingError
        A file is not a JSON object.
    """
    own = set(table.name.removesuffix(".tsv").split("_"))
    suffix = table.name.removesuffix(".tsv").rsplit("_", maxsplit=1)[-1]
    sidecars: list[Path] = []
    for folder in [*table.absolute().parents][:LEVELS]:
        there = folder.glob(f"*{suffix}.json")
        fits = [file for file in there if set(file.name.removesuffix(".json").split("_")) <= own]
        sidecars += sorted(fits, key=lambda file: -len(file.name.split("_")))
        if (folder / "dataset_description.json").is_file():
            break
    body: dict[str, Any] = {}
    for file in reversed(sidecars):
        body |= _json(file)
    return body


def _json(file: Path) -> dict[str, Any]:
    try:
        body = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise RecordingError("cannot be read as JSON", where=file, todo="mend the data set") from error
    if not isinstance(body, dict):
        raise RecordingError("is no JSON object", where=file, todo="mend the data set")
    return body
