"""The whole analysis of a session: every sensor through the engine, then the numbers over the run."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

import gait
from gait.analysis.activity import bouts_of, merge_bouts
from gait.analysis.batch import StrideBatch
from gait.analysis.engine import Engine, strides_of
from gait.analysis.load import stiffness
from gait.analysis.quality import LENGTH_TRUST, gaps_of, quality_of, reasons
from gait.analysis.results import Analysis, Bout, Metric, SensorQuality
from gait.analysis.shank import ShankTracker
from gait.analysis.shoe import ShoeTracker
from gait.analysis.summary import summarise
from gait.analysis.table import stride_table
from gait.analysis.waveform import mean_waveform
from gait.errors import SignalError
from gait.recording.model import Recording, Session

__all__ = ["AnalysisSettings", "analyze"]


@dataclass(frozen=True)
class AnalysisSettings:
    """What can be told to the analysis; by default nothing.

    Attributes
    ----------
    waveforms
        Whether to work out mean strides for the report.
    """

    waveforms: bool = True


@dataclass(frozen=True)
class _Sensor:
    recording: Recording
    engine: Engine
    batch: StrideBatch
    gaps: tuple[tuple[float, float], ...]
    bouts: tuple[Bout, ...]
    closure_error: float


def analyze(session: Session, settings: AnalysisSettings | None = None) -> Analysis:
    """Strides, metrics, activity and quality of a session.

    Parameters
    ----------
    session
        As `gait.read` gives it; ``run.distance_m`` or ``run.speed_m_s`` calibrate distances,
        ``runner.mass_kg`` and ``height_m`` allow stiffness.

    Raises
    ------
    SignalError
        If a recording holds no finite samples.

    Notes
    -----
    A session without running is analysed too: its metrics are empty and ``not_measured`` says why.
    """
    settings = settings or AnalysisSettings()
    sensors = [_sensor(recording) for recording in session.recordings]
    scale = _scale(session, sensors)
    sensors = [replace(one, batch=_scaled(one, scale)) for one in sensors]
    table = stride_table([(s.recording.placement, s.recording.side, s.batch, s.gaps) for s in sensors])
    with_gyr: dict[str, bool] = {s.recording.side: s.recording.gyr is not None for s in sensors}
    relative = _length_uncertainty(session, sensors)
    metrics = summarise(table[table["activity"] == "running"], with_gyr=with_gyr, extra=relative)
    walking = summarise(table[table["activity"] == "walking"], with_gyr=with_gyr, extra=relative)
    metrics |= _stiffness(session, metrics)
    qualities = tuple(quality_of(s.recording, s.engine, s.batch, s.bouts, _reasons(s)) for s in sensors)
    waveforms = (
        tuple(w for s in sensors if (w := mean_waveform(s.recording, s.batch, s.engine)) is not None)
        if settings.waveforms
        else ()
    )
    return Analysis(
        name=session.name,
        started=next((r.started for r in session.recordings if r.started), ""),
        runner=session.runner,
        run=session.run,
        strides=table,
        metrics=metrics,
        walking=walking,
        activity=merge_bouts([s.bouts for s in sensors]),
        sensors=qualities,
        waveforms=waveforms,
        not_measured=_not_measured(metrics, qualities, table),
        settings=_settings(session, scale),
    )


def _sensor(recording: Recording) -> _Sensor:
    if len(recording.time_s) == 0 or not np.isfinite(recording.acc).all():
        raise SignalError("no finite samples", where=recording.source or recording.name)
    batch, engine = strides_of(recording)
    gaps = gaps_of(recording.time_s, recording.rate_hz)
    span = (float(recording.time_s[0]), float(recording.time_s[-1]))
    error = 0.0
    if isinstance(engine.tracker, ShoeTracker) and engine.tracker.mountings:
        error = float(np.median([one.closure_error for _, one in engine.tracker.mountings]))
    return _Sensor(recording, engine, batch, gaps, bouts_of(batch, engine.busy_s, gaps, span), error)


def _reasons(sensor: _Sensor) -> dict[str, str]:
    tracker = sensor.engine.tracker
    stood = isinstance(tracker, ShankTracker) and tracker.stood
    return reasons(sensor.recording, tracker.score, sensor.closure_error, stood=stood)


def _scale(session: Session, sensors: list[_Sensor]) -> float:
    """Factor on stride lengths that makes them agree with a known distance or speed; 1 without one."""
    lengths = [s for s in sensors if np.isfinite(s.batch.stride_length_m).any()]
    if not lengths:
        return 1.0
    best = max(lengths, key=lambda s: len(s.batch))
    length, time = best.batch.stride_length_m, best.batch.next_ic_s - best.batch.ic_s
    known = np.isfinite(length)
    if session.run.distance_m:
        return float(session.run.distance_m / length[known].sum())
    if session.run.speed_m_s:
        return float(session.run.speed_m_s * time[known].sum() / length[known].sum())
    return 1.0


def _scaled(sensor: _Sensor, scale: float) -> StrideBatch:
    length = sensor.batch.stride_length_m * scale
    if sensor.closure_error > LENGTH_TRUST and scale == 1.0:
        length = np.full(len(length), np.nan)
    return replace(sensor.batch, stride_length_m=length)


def _length_uncertainty(session: Session, sensors: list[_Sensor]) -> dict[str, float]:
    """Relative 95 % half-width of distances beyond the method's own."""
    if session.run.distance_m or session.run.speed_m_s:
        return {"stride_length_m": 0.02, "speed_m_s": 0.02}
    error = max((s.closure_error for s in sensors), default=0.0)
    return {"stride_length_m": 0.03 + error, "speed_m_s": 0.03 + error}


def _stiffness(session: Session, metrics: dict[str, Metric]) -> dict[str, Metric]:
    if session.runner.mass_kg is None or "contact_ms" not in metrics or "flight_ms" not in metrics:
        return {}
    return stiffness(
        session.runner.mass_kg,
        session.runner.height_m,
        metrics["contact_ms"],
        metrics["flight_ms"],
        metrics.get("speed_m_s"),
    )


def _not_measured(
    metrics: dict[str, Metric], qualities: tuple[SensorQuality, ...], table: pd.DataFrame
) -> dict[str, str]:
    if not (table["activity"] == "running").any():
        return dict.fromkeys(("cadence_spm", "contact_ms"), "no running in the recording")
    out: dict[str, str] = {}
    for quality in qualities:
        for name, why in quality.not_measured.items():
            # A reason about this sensor's own data says more than that another sensor is needed.
            if name not in metrics and out.get(name, "needs").startswith("needs"):
                out[name] = why
    if "contact_ms" not in metrics:
        out["contact_ms"] = "the end of contact does not show in this sensor's signal at this speed"
    for name in ("vertical_stiffness_kn_m", "leg_stiffness_kn_m"):
        if name not in metrics:
            out[name] = "needs the runner's mass, and for the leg height and speed"
    return out


def _settings(session: Session, scale: float) -> dict[str, str]:
    out = {"version": gait.__version__}
    if scale != 1.0:
        out["distance calibration"] = f"x {scale:.4f}"
    if session.run.distance_m:
        out["distance given"] = f"{session.run.distance_m:g} m"
    if session.run.speed_m_s:
        out["speed given"] = f"{session.run.speed_m_s:g} m/s"
    return out
