"""A folder of sessions, each with its own truth: every recording scored, and all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gait.errors import RecordingError
from gait.recording.read import read
from gait.validation.compare import ErrorFigures, SensorValidation, load_truth, validate

__all__ = ["Overall", "Scored", "overall", "score_folder", "sessions_with_truth"]

TRUTH = "truth.csv"


@dataclass(frozen=True)
class Scored:
    """One recording of one session against its truth."""

    session: str
    placement: str
    side: str
    gyroscope: bool
    result: SensorValidation


@dataclass(frozen=True)
class Overall:
    """All recordings of one kind of sensor.

    Attributes
    ----------
    contacts, missed, missed_at_ends, invented
        Counts over all recordings.
    contact_mae_ms, contact_bias_ms, contact_sd_ms, contact_worst_ms
        Of the recordings' median errors of contact time: mean absolute value, mean, standard deviation,
        worst.
    contact_within_sd_ms
        Median over recordings of the standard deviation of the error from stride to stride.
    stride_coverage, session_coverage
        Share of contact times, and of recordings' mean contact times, whose 95 % interval holds the truth.
    interval_ms
        Median half-width of the latter.
    strike_mae_deg, class_agreement
        Mean absolute value of the recordings' mean errors of the strike angle; share of strides of the right
        class.
    worst
        (session, sensor, median error, ms) of the recordings furthest off.
    """

    kind: str
    recordings: int
    contacts: int
    missed: int
    missed_at_ends: int
    invented: int
    contact_mae_ms: float
    contact_bias_ms: float
    contact_sd_ms: float
    contact_worst_ms: float
    contact_within_sd_ms: float
    stride_coverage: float
    session_coverage: float
    interval_ms: float
    strike_mae_deg: float
    class_agreement: float
    worst: tuple[tuple[str, str, float], ...]


def sessions_with_truth(folder: Path) -> list[Path]:
    """Return the folders directly in `folder` that hold a truth, in order of names."""
    return sorted(path.parent for path in folder.glob(f"*/{TRUTH}"))


def score_folder(folder: Path) -> list[Scored]:
    """Score every recording of every session in a folder.

    Raises
    ------
    RecordingError
        If no session of the folder has a truth, or one cannot be read.
    """
    sessions = sessions_with_truth(folder)
    if not sessions:
        raise RecordingError(
            f"no {TRUTH}, neither here nor in a folder in it",
            where=folder,
            todo="put one beside the recordings",
        )
    return [scored for session in sessions for scored in _session(session)]


def _session(folder: Path) -> list[Scored]:
    session = read(folder)
    sensors = {recording.name: recording for recording in session.recordings}
    return [
        Scored(
            folder.name,
            sensors[result.name].placement,
            sensors[result.name].side,
            sensors[result.name].gyr is not None,
            result,
        )
        for result in validate(session, load_truth(folder / TRUTH))
    ]


def overall(scored: Sequence[Scored], worst: int = 3) -> list[Overall]:
    """Return the figures of each kind of sensor, those of shoes first."""
    kinds = sorted(
        {(score.placement, score.gyroscope) for score in scored},
        key=lambda kind: (kind[0] != "shoe", not kind[1]),
    )
    return [
        _overall(
            f"{placement}, {'with gyroscope' if gyroscope else 'accelerometer alone'}",
            [score for score in scored if (score.placement, score.gyroscope) == (placement, gyroscope)],
            worst,
        )
        for placement, gyroscope in kinds
    ]


def _overall(kind: str, scored: Sequence[Scored], worst: int) -> Overall:
    results = [score.result for score in scored]
    median = np.array([result.contact_median_ms for result in results])
    pairs = np.array([_figure(result, "contact_ms").n for result in results], dtype=float)
    held = [float(result.interval_holds) for result in results if result.interval_holds is not None]
    order = np.argsort(-np.nan_to_num(np.abs(median)))[:worst]
    return Overall(
        kind,
        len(results),
        sum(result.contacts for result in results),
        sum(result.missed for result in results),
        sum(result.missed_at_ends for result in results),
        sum(result.invented for result in results),
        _mean(np.abs(median)),
        _mean(median),
        float(np.nanstd(median, ddof=1)) if np.isfinite(median).sum() > 1 else float("nan"),
        float(np.nanmax(np.abs(median))) if np.isfinite(median).any() else float("nan"),
        _middle([_figure(result, "contact_ms").sd for result in results]),
        _mean([result.coverage for result in results], pairs),
        _mean(held),
        _middle([result.interval_ms if result.interval_ms is not None else np.nan for result in results]),
        _mean([abs(_figure(result, "strike_angle_deg").bias) for result in results]),
        _mean([result.class_agreement for result in results], pairs),
        tuple((scored[row].session, results[row].name, float(median[row])) for row in order),
    )


def _figure(result: SensorValidation, name: str) -> ErrorFigures:
    nan = float("nan")
    return result.errors.get(name) or ErrorFigures(nan, nan, nan, nan, nan, nan, 0)


def _mean(values: Sequence[float] | np.ndarray, weights: np.ndarray | None = None) -> float:
    """Return the mean of what is known; NaN where nothing is."""
    array = np.asarray(values, dtype=float)
    weight = np.ones(len(array)) if weights is None else weights
    finite = np.isfinite(array) & (weight > 0.0)
    return float(np.average(array[finite], weights=weight[finite])) if finite.any() else float("nan")


def _middle(values: Sequence[float]) -> float:
    """Return the median of what is known; NaN where nothing is."""
    array = np.asarray(values, dtype=float)
    return float(np.nanmedian(array)) if np.isfinite(array).any() else float("nan")
