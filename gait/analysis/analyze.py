"""The whole analysis of a session: every sensor through the engine, then the numbers over the run."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

import gait
from gait.analysis.engine import Engine
from gait.analysis.results import Analysis, Bout, Metric, SensorQuality
from gait.analysis.session.activity import bouts_of, merge_bouts
from gait.analysis.session.quality import LENGTH_TRUST, quality_of
from gait.analysis.session.spring_mass import stiffness
from gait.analysis.session.stride_table import stride_table
from gait.analysis.session.summary import summarise
from gait.analysis.session.waveform import mean_waveform, waveform_spans
from gait.analysis.signal.pieces import excerpt, full_scale_g, head_of, pieces_of
from gait.analysis.signal.timing import Census
from gait.analysis.strides.detector import Alignment
from gait.analysis.strides.stride_batch import StrideBatch, concatenate
from gait.errors import SignalError
from gait.recording.long import LongRecording, LongSession, open_session
from gait.recording.model import Recording, Session

__all__ = ["AnalysisSettings", "analyze"]

SENSORS_AT_ONCE = 2
"""Threads: numpy lets go of the interpreter lock. More than two wait for each other."""


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
    """What one recording gave; ``recording`` is for all but its samples, ``excerpt`` for its waveform."""

    recording: Recording
    excerpt: Recording
    acc_range_g: float | None
    census: Census
    alignment: Alignment
    batch: StrideBatch
    gaps: tuple[tuple[float, float], ...]
    bouts: tuple[Bout, ...]


def analyze(
    session: Session | LongSession | str | Path, settings: AnalysisSettings | None = None
) -> Analysis:
    """Strides, metrics, activity and quality of a session.

    Parameters
    ----------
    session
        As `gait.read` gives it, or the path of one; ``run.distance_m`` or ``run.speed_m_s`` calibrate
        distances, ``runner.mass_kg`` and ``height_m`` allow stiffness.

    Raises
    ------
    SignalError
        If a recording holds no finite samples.
    RecordingError
        If a path cannot be read.

    Notes
    -----
    A session without running is analysed too: its metrics are empty and ``not_measured`` says why.

    A long session given by its path stays on disk and is read piece by piece; the result is the same.
    """
    settings = settings or AnalysisSettings()
    if isinstance(session, str | Path):
        session = open_session(session)
    sensors = _sensors(session.recordings, settings)
    scale = _scale(session, sensors)
    sensors = [replace(one, batch=_scaled(one, scale)) for one in sensors]
    table = stride_table([(s.recording.placement, s.recording.side, s.batch, s.gaps) for s in sensors])
    with_gyr: dict[str, bool] = {s.recording.side: s.recording.gyr is not None for s in sensors}
    relative = _length_uncertainty(session, sensors)
    metrics = summarise(table[table["activity"] == "running"], with_gyr=with_gyr, extra=relative)
    walking = summarise(table[table["activity"] == "walking"], with_gyr=with_gyr, extra=relative)
    metrics |= _stiffness(session, metrics)
    qualities = tuple(
        quality_of(s.recording, s.census, s.acc_range_g, s.alignment, s.batch, s.bouts) for s in sensors
    )
    waveforms = (
        tuple(w for s in sensors if (w := mean_waveform(s.excerpt, s.batch, s.alignment)) is not None)
        if settings.waveforms
        else ()
    )
    return Analysis(
        name=session.name,
        started=next((s.recording.started for s in sensors if s.recording.started), ""),
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


def _sensors(
    sources: tuple[Recording, ...] | tuple[LongRecording, ...], settings: AnalysisSettings
) -> list[_Sensor]:
    """Every sensor through its engine, two at a time."""
    stop = threading.Event()
    with ThreadPoolExecutor(SENSORS_AT_ONCE) as pool:
        try:
            return list(pool.map(lambda source: _sensor(source, settings, stop), sources))
        except BaseException:
            # Ctrl-C and a fault in one file end the other one's thread too, at its next piece.
            stop.set()
            raise


def _sensor(source: Recording | LongRecording, settings: AnalysisSettings, stop: threading.Event) -> _Sensor:
    head = head_of(source)
    acc_range_g = full_scale_g(source)
    engine = Engine(
        head.placement,
        head.side,
        has_gyr=head.gyr is not None,
        rate_hz=head.rate_hz,
        acc_range_g=acc_range_g,
        gyr_range_dps=head.gyr_range_dps,
    )
    census = Census()
    batches: list[StrideBatch] = []
    for piece in pieces_of(source):
        if stop.is_set():
            break
        if not np.isfinite(piece.acc).all():
            raise SignalError("no finite samples", where=head.source or head.name)
        census.add(piece.time_s)
        batches.append(engine.push_batch(piece.time_s, piece.acc, piece.gyr))
        head = replace(head, notes=piece.notes)
    if census.samples == 0:
        raise SignalError("no finite samples", where=head.source or head.name)
    batch = concatenate([*batches, engine.finish_batch()])
    gaps = census.gaps(head.rate_hz)
    span = (census.start_s, census.end_s)
    part = excerpt(source, waveform_spans(batch)) if settings.waveforms else head
    bouts = bouts_of(batch, engine.busy_s, gaps, span)
    return _Sensor(head, part, acc_range_g, census, engine.detector.alignment, batch, gaps, bouts)


def _scale(session: Session | LongSession, sensors: list[_Sensor]) -> float:
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
    if sensor.alignment.closure_error > LENGTH_TRUST and scale == 1.0:
        length = np.full(len(length), np.nan)
    return replace(sensor.batch, stride_length_m=length)


def _length_uncertainty(session: Session | LongSession, sensors: list[_Sensor]) -> dict[str, float]:
    """Relative 95 % half-width of distances beyond the method's own."""
    if session.run.distance_m or session.run.speed_m_s:
        return {"stride_length_m": 0.02, "speed_m_s": 0.02}
    error = max((s.alignment.closure_error for s in sensors), default=0.0)
    return {"stride_length_m": 0.03 + error, "speed_m_s": 0.03 + error}


def _stiffness(session: Session | LongSession, metrics: dict[str, Metric]) -> dict[str, Metric]:
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


def _settings(session: Session | LongSession, scale: float) -> dict[str, str]:
    out = {"version": gait.__version__}
    if scale != 1.0:
        out["distance calibration"] = f"x {scale:.4f}"
    if session.run.distance_m:
        out["distance given"] = f"{session.run.distance_m:g} m"
    if session.run.speed_m_s:
        out["speed given"] = f"{session.run.speed_m_s:g} m/s"
    return out
