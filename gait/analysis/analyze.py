"""The whole analysis of a session: every sensor through the engine, then the numbers over the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from gait.analysis.faults.two_sensors import pair_faults
from gait.analysis.faults.units_and_axes import ALL
from gait.analysis.faults.withhold import spoilt_attitude, widened, without_spoilt
from gait.analysis.one_sensor import UNFOUND_RUN, AnalysedSensor, analysed_sensors
from gait.analysis.results import Analysis, Fault, Metric, SensorQuality, Waveform
from gait.analysis.session.activity import merge_bouts
from gait.analysis.session.given_speed import given_speed
from gait.analysis.session.not_measured import LENGTH_TRUST, reasons_of_session
from gait.analysis.session.quality import quality_of
from gait.analysis.session.spring_mass import stiffness_of
from gait.analysis.session.stride_table import stride_table
from gait.analysis.session.summary import summarise
from gait.analysis.session.waveform import mean_waveform
from gait.analysis.settings import AnalysisSettings, described
from gait.analysis.strides.detector import Axes, Detector
from gait.analysis.strides.stride_batch import StrideBatch
from gait.errors import SignalError, check_kind
from gait.frames import Side
from gait.recording.long import open_session
from gait.recording.model import Session
from gait.sentences import sentence

__all__ = ["AnalysisSettings", "analyze", "diagnose", "looked_over"]

LENGTH_SHARE = 0.02
"""Relative 95 % half-width of a length that nothing calibrates, beyond the closure's own and the metric's.

With the metric's it held 97 % of lengths and 98 % of speeds of 111 placements on each foot of 13 runners."""


def analyze(
    session: Session | str | Path,
    settings: AnalysisSettings | None = None,
    *,
    detector: Callable[[Side], Detector] | None = None,
    processes: int = 1,
) -> Analysis:
    """Return strides, metrics, activity, quality and faults of a session.

    Parameters
    ----------
    session
        As `gait.read` gives it, or the path of one; ``run.distance_m`` or ``run.speed_m_s`` calibrate
        distances, ``runner.mass_kg`` and ``height_m`` allow stiffness.
    detector
        Events of one's own: a `gait.analysis.strides.detector.Detector`, or what makes one from a side; it
        is used for every sensor. What it states as its errors is what the intervals are made of.
    processes
        With 2 a forked process analyses every second sensor, on Linux and where there are two cores.

    Raises
    ------
    SignalError
        If there is no recording, or one holds no finite samples or contradicts itself so that nothing can be
        told: another unit, no gravity, a file given twice, sensors that were not there at the same time.
    RecordingError
        If a path cannot be read.
    UsageError
        If the session or the detector is none.

    Notes
    -----
    A session without running is analysed too: its metrics are empty and ``not_measured`` says why. A long one
    given by its path stays on disk and is read piece by piece; the result is the same.
    """
    settings = _settings(settings, detector)
    session = _opened(session)
    sensors = analysed_sensors(session.recordings, settings, processes)
    faults = _bearable(_faults(sensors), sensors)
    scale = _scale(session, sensors)
    sensors = [replace(one, batch=_scaled(one, scale)) for one in sensors]
    table = _table(sensors, faults)
    metrics, walking = _summaries(session, sensors, table, faults)
    qualities = tuple(_quality(sensor, faults) for sensor in sensors)
    return Analysis(
        name=session.name,
        started=_started(sensors),
        runner=session.runner,
        run=session.run,
        strides=table,
        metrics=metrics,
        walking=walking,
        activity=merge_bouts([s.bouts for s in sensors]),
        sensors=qualities,
        waveforms=_waveforms(sensors, faults) if settings.waveforms else (),
        not_measured=reasons_of_session(metrics, qualities, faults, runner=session.runner, ran=_ran(table)),
        settings=described(session, scale, settings),
        faults=faults,
        axes=_axes(sensors, faults),
    )


def _settings(
    settings: AnalysisSettings | None, detector: Callable[[Side], Detector] | None
) -> AnalysisSettings:
    settings = settings or AnalysisSettings()
    return settings if detector is None else replace(settings, detector=detector)


def _opened(session: Session | str | Path) -> Session:
    """Return the session, opened where its path is given; errors as `analyze`."""
    if isinstance(session, str | Path):
        session = open_session(session)
    check_kind(session, Session, "gait.analyze", "give what gait.read makes: a gait.Session")
    if not session.recordings:
        raise SignalError("no recording in this session", where=session.name)
    return session


def diagnose(session: Session) -> tuple[Fault, ...]:
    """Return every fault of a session, those too that `analyze` refuses it for.

    Raises
    ------
    SignalError
        If a recording holds no finite samples.
    """
    return looked_over(session)[0]


def looked_over(session: Session) -> tuple[tuple[Fault, ...], tuple[str, ...]]:
    """Return every fault of a session, and the sensors with strides that nothing confirms the units of.

    Raises
    ------
    SignalError
        If a recording holds no finite samples.
    """
    sensors = analysed_sensors(session.recordings, AnalysisSettings(waveforms=False))
    other = [
        Fault(
            "not_running",
            sensor.recording.name,
            "likely",
            sentence("this looks like {what}", what=sensor.looks_like),
            ALL,
            sentence("nothing is told of it as running; check which sensor this is, and where it sat"),
        )
        for sensor in sensors
        if sensor.looks_like not in ("", UNFOUND_RUN) and not (sensor.batch.walking < 0.5).any()
    ]
    unsure = tuple(one.recording.name for one in sensors if len(one.batch) and not one.units_confirmed)
    return (*_faults(sensors), *other), unsure


def _faults(sensors: list[AnalysedSensor]) -> tuple[Fault, ...]:
    """Faults of each sensor, then those between them."""
    return (*(f for one in sensors for f in one.faults), *pair_faults([one.times for one in sensors]))


def _bearable(faults: tuple[Fault, ...], sensors: list[AnalysedSensor]) -> tuple[Fault, ...]:
    """Return the faults; stop at the first one that leaves nothing to be told."""
    source = {sensor.recording.name: sensor.recording.source for sensor in sensors}
    for fault in faults:
        if fault.refuses:
            raise SignalError(fault.what, where=source.get(fault.sensor) or fault.sensor, todo=fault.todo)
    return faults


def _table(sensors: list[AnalysedSensor], faults: tuple[Fault, ...]) -> pd.DataFrame:
    """Return the strides of all sensors, without what the faults spoil."""
    rows = [(one.recording.placement, one.recording.side, one.batch, one.gaps) for one in sensors]
    return without_spoilt(stride_table(rows), faults)


def _ran(table: pd.DataFrame) -> bool:
    return bool((table["activity"] == "running").any())


def _started(sensors: list[AnalysedSensor]) -> str:
    """Return when the first sensor that knows it began; empty where none does."""
    return next((one.recording.started for one in sensors if one.recording.started), "")


def _summaries(
    session: Session, sensors: list[AnalysedSensor], table: pd.DataFrame, faults: tuple[Fault, ...]
) -> tuple[dict[str, Metric], dict[str, Metric]]:
    """Metrics over the running and over the walking strides."""
    with_gyr: dict[str, bool] = {s.recording.side: s.recording.gyr is not None for s in sensors}
    relative = _length_uncertainty(session, sensors)
    running, walking = (
        widened(summarise(_of_kind(table, kind), with_gyr=with_gyr, extra=relative), faults)
        for kind in ("running", "walking")
    )
    running = running | given_speed(session.run, table, running)
    return running | stiffness_of(session.runner, running), walking


def _of_kind(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the strides of one activity; the table itself where there is no other."""
    own = table["activity"] == kind
    return table if own.all() else table[own]


def _waveforms(sensors: list[AnalysedSensor], faults: tuple[Fault, ...]) -> tuple[Waveform, ...]:
    """Mean strides of the sensors whose attitude is sound."""
    spoilt = spoilt_attitude(faults)
    found = (
        mean_waveform(
            s.samples,
            s.batch,
            replace(s.alignment, matrix=None) if s.recording.name in spoilt else s.alignment,
        )
        for s in sensors
    )
    return tuple(one for one in found if one is not None)


def _axes(sensors: list[AnalysedSensor], faults: tuple[Fault, ...]) -> dict[str, Axes]:
    """Return the segment axes of the sensors whose attitude is sound."""
    sound = (s for s in sensors if len(s.batch) and s.recording.name not in spoilt_attitude(faults))
    return {one.recording.name: one.alignment.axes for one in sound if one.alignment.axes}


def _quality(sensor: AnalysedSensor, faults: tuple[Fault, ...]) -> SensorQuality:
    return quality_of(
        sensor.recording,
        sensor.census,
        sensor.acc_range_g,
        sensor.alignment,
        sensor.batch,
        sensor.bouts,
        faults,
        sensor.looks_like,
        units_confirmed=sensor.units_confirmed,
    )


def _scale(session: Session, sensors: list[AnalysedSensor]) -> float:
    """Factor on stride lengths that makes them agree with a known distance or speed; 1 without one."""
    lengths = [s for s in sensors if np.isfinite(s.batch.stride_length_m).any()]
    if not lengths:
        return 1.0
    best = max(lengths, key=lambda s: len(s.batch))
    length, time = best.batch.stride_length_m, best.batch.next_ic_s - best.batch.ic_s
    known = np.isfinite(length) & np.isfinite(time)
    if session.run.distance_m:
        return float(session.run.distance_m / length[known].sum())
    if session.run.speed_m_s:
        # The speed given is that of the running alone.
        runs = known & (best.batch.walking < 0.5)
        known = runs if runs.any() else known
        return float(session.run.speed_m_s * time[known].sum() / length[known].sum())
    return 1.0


def _scaled(sensor: AnalysedSensor, scale: float) -> StrideBatch:
    length = sensor.batch.stride_length_m * scale
    if sensor.alignment.closure_error > LENGTH_TRUST and scale == 1.0:
        length = np.full(len(length), np.nan)
    return replace(sensor.batch, stride_length_m=length)


def _length_uncertainty(session: Session, sensors: list[AnalysedSensor]) -> dict[str, float]:
    """Relative 95 % half-width of distances beyond the method's own."""
    if session.run.distance_m or session.run.speed_m_s:
        return {"stride_length_m": 0.02, "speed_m_s": 0.02}
    error = LENGTH_SHARE + max((s.alignment.closure_error for s in sensors), default=0.0)
    return {"stride_length_m": error, "speed_m_s": error}
