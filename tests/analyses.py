"""Analyses that tests share: what is made of one does not need it made again."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import gait
from gait.analysis.results import Analysis
from gait.files import write_bytes
from gait.recording.model import Session

__all__ = ["Analyses"]

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"


class Analyses:
    """Analyses by the session that they are of, each made once for all workers of a run.

    Parameters
    ----------
    folder
        Where one worker leaves them for the others.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[str, Analysis] = {}

    def of(self, session: Session, make: Callable[[Session], Analysis] | None = None) -> Analysis:
        """Return a session's analysis, whose strides the caller may change."""
        key = sha256(pickle.dumps(session)).hexdigest()
        path = self.folder / f"{key}.pickle"
        if key not in self._kept:
            if path.exists():
                self._kept[key] = pickle.loads(path.read_bytes())  # noqa: S301 - another worker of this run wrote it
            else:
                self._kept[key] = (make or gait.analyze)(session)
                write_bytes(path, pickle.dumps(self._kept[key]))
        return replace(self._kept[key], strides=self._kept[key].strides.copy())

    def of_recording(self, name: str) -> Analysis:
        """Return the analysis of a recording that comes along."""
        return self.of(gait.read(RECORDINGS / name))
