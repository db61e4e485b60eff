"""Hash the input files, the settings and the rule pack from which a result can be repeated.

Each hash is a SHA-256 over bytes and texts that are the same on every machine and every Python.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gait.analysis.results import Analysis
from gait.coaching.rules.load import builtin_folder
from gait.errors import GaitError
from gait.recording.inputs import digest_of, inputs_of

__all__ = ["Fingerprint", "fingerprint_of"]

COMPUTED_SETTING = "distance calibration"
"""Entry of the analysis' settings that is computed from the samples and is not a setting."""


@dataclass(frozen=True)
class Fingerprint:
    """SHA-256 of the input files, of the settings and of the rules, hexadecimal."""

    inputs: str
    settings: str
    rules: str

    @property
    def combined(self) -> str:
        """Return the hash of the three hashes."""
        return hashlib.sha256(f"{self.inputs}{self.settings}{self.rules}".encode()).hexdigest()


def fingerprint_of(analysis: Analysis, path: Path, rules: Path | None = None) -> Fingerprint:
    """Return the hashes of the input files, the settings and the rules of a report.

    Parameters
    ----------
    path
        The session: a file or a folder.
    rules
        Folder of own rules; None for the built-in ones alone.

    Raises
    ------
    GaitError
        A file cannot be read any more.
    """
    try:
        inputs = digest_of(inputs_of(path))
        packs = [builtin_folder(), *([rules] if rules is not None else [])]
        pack = _digest_of_texts(file for folder in packs for file in sorted(folder.glob("*.yaml")))
    except OSError as error:
        raise GaitError(f"cannot be read ({error.strerror})", where=error.filename or path) from error
    text = json.dumps(_settings(analysis), sort_keys=True, ensure_ascii=True)
    return Fingerprint(inputs, hashlib.sha256(text.encode()).hexdigest(), pack)


def _settings(analysis: Analysis) -> dict[str, object]:
    """Return the settings, sensors and given values that the numbers depend on."""
    run, runner = analysis.run, analysis.runner
    return {
        "settings": {name: text for name, text in analysis.settings.items() if name != COMPUTED_SETTING},
        "sensors": [(sensor.side, sensor.placement) for sensor in analysis.sensors],
        "given": [run.distance_m, run.speed_m_s, runner.mass_kg, runner.height_m],
    }


def _digest_of_texts(files: Iterable[Path]) -> str:
    """Return the SHA-256 over names and lines of text files; line ends do not matter."""
    digest = hashlib.sha256()
    for file in files:
        text = file.read_text(encoding="utf-8-sig")
        digest.update(f"{file.name}\n{text}\n".encode())
    return digest.hexdigest()
