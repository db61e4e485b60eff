"""Analysis of a session: strides of each sensor from the engine, then metrics over the session."""

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
"""Relative 95 % half-width of a length that no given distance or speed calibrates, on top of the closure's
error and the metric's own. Measured on 111 placements on each foot of 13 runners (Fukuchi 2017,
10.7717/peerj.3298): together they held 97 % of lengths and 98 % of speeds."""

CALIBRATED_SHARE = 0.02
"""Relative 95 % half-width of a length that a given distance or speed calibrates (chosen: a course's length
or a belt's speed is taken to be right to 2 %)."""


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
    settings
        The usual ones where None.
    detector
        For every sensor: a `gait.analysis.strides.detector.Detector`, or a function that makes one from a
        side. The intervals follow from the errors that it states.
    processes
        With 2 a forked process analyses every second sensor, on Linux and with two cores.

    Raises
    ------
    SignalError
        No samples, or a contradiction: another unit, no gravity, a file twice, sensors of different times.
    RecordingError
        If a path cannot be read.
    UsageError
        If ``session`` is not a session, or ``detector`` not a detector.

    Notes
    -----
    Where a number is absent ``not_measured`` says why; without running all are. A long session that is given
    by its path stays on disk and is read piece by piece, with the same result.
    """
    session, settings = _opened(session), _settings(settings, detector)
    sensors = analysed_sensors(session.recordings, settings, processes)
    faults = _unless_refused(_faults(sensors), sensors)
    scale = _scale(session, sensors)
    sensors = [replace(sensor, batch=_scaled(sensor, scale)) for sensor in sensors]
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
    """Return the session, opened first if a path is given; raise the same errors as `analyze`."""
    if isinstance(session, str | Path):
        session = open_session(session)
    check_kind(session, Session, "gait.analyze", "give what gait.read makes: a gait.Session")
    if not session.recordings:
        raise SignalError("no recording in this session", where=session.name)
    return session


def diagnose(session: Session) -> tuple[Fault, ...]:
    """Return every fault of a session, including those for which `analyze` refuses it.

    Raises
    ------
    SignalError
        If a recording holds no finite samples.
    """
    return looked_over(session)[0]


def looked_over(session: Session) -> tuple[tuple[Fault, ...], tuple[str, ...]]:
    """Return every fault of a session, and the names of sensors that have strides but unconfirmed units.

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
    other += [
        Fault(
            "no_strides",
            sensor.recording.name,
            "cannot tell",
            sentence("this looks like {what}", what=sensor.looks_like),
            ALL,
            sentence("nothing is told of it; record with a gyroscope, or stand still for 3 s at the start"),
        )
        for sensor in sensors
        if sensor.looks_like == UNFOUND_RUN
    ]
    unsure = tuple(
        sensor.recording.name for sensor in sensors if len(sensor.batch) and not sensor.units_confirmed
    )
    return (*_faults(sensors), *other), unsure


def _faults(sensors: list[AnalysedSensor]) -> tuple[Fault, ...]:
    """Return the faults of each sensor, then those between two sensors."""
    return (
        *(fault for sensor in sensors for fault in sensor.faults),
        *pair_faults([sensor.times for sensor in sensors]),
    )


def _unless_refused(faults: tuple[Fault, ...], sensors: list[AnalysedSensor]) -> tuple[Fault, ...]:
    """Return the faults; raise `SignalError` at the first that refuses the whole session."""
    source = {sensor.recording.name: sensor.recording.source for sensor in sensors}
    for fault in faults:
        if fault.refuses:
            raise SignalError(fault.what, where=source.get(fault.sensor) or fault.sensor, todo=fault.todo)
    return faults


def _table(sensors: list[AnalysedSensor], faults: tuple[Fault, ...]) -> pd.DataFrame:
    """Return the strides of all sensors, with NaN in the columns that the faults spoil."""
    rows = [
        (sensor.recording.placement, sensor.recording.side, sensor.batch, sensor.gaps) for sensor in sensors
    ]
    return without_spoilt(stride_table(rows), faults)


def _ran(table: pd.DataFrame) -> bool:
    return bool((table["activity"] == "running").any())


def _started(sensors: list[AnalysedSensor]) -> str:
    """Return the start time of the first recording that states it; empty where none does."""
    return next((sensor.recording.started for sensor in sensors if sensor.recording.started), "")


def _summaries(
    session: Session, sensors: list[AnalysedSensor], table: pd.DataFrame, faults: tuple[Fault, ...]
) -> tuple[dict[str, Metric], dict[str, Metric]]:
    """Return metrics over the running and over the walking strides."""
    with_gyr: dict[str, bool] = {s.recording.side: s.reads_gyr for s in sensors}
    relative = _length_uncertainty(session, sensors)
    running, walking = (
        widened(summarise(_of_kind(table, kind), with_gyr=with_gyr, extra=relative), faults)
        for kind in ("running", "walking")
    )
    running = running | given_speed(session.run, table, running)
    return running | stiffness_of(session.runner, running), walking


def _of_kind(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the strides of one activity; the table itself where all strides are of that activity."""
    own = table["activity"] == kind
    return table if own.all() else table[own]


def _waveforms(sensors: list[AnalysedSensor], faults: tuple[Fault, ...]) -> tuple[Waveform, ...]:
    """Return the mean strides; without segment axes for the sensors whose attitude a fault spoils."""
    spoilt = spoilt_attitude(faults)
    waveforms = (
        mean_waveform(
            sensor.samples,
            sensor.batch,
            replace(sensor.alignment, matrix=None) if sensor.recording.name in spoilt else sensor.alignment,
        )
        for sensor in sensors
    )
    return tuple(waveform for waveform in waveforms if waveform is not None)


def _axes(sensors: list[AnalysedSensor], faults: tuple[Fault, ...]) -> dict[str, Axes]:
    """Return the segment axes of the sensors whose attitude no fault spoils."""
    sound = (
        sensor
        for sensor in sensors
        if len(sensor.batch) and sensor.recording.name not in spoilt_attitude(faults)
    )
    return {sensor.recording.name: sensor.alignment.axes for sensor in sound if sensor.alignment.axes}


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
    """Return the factor that makes stride lengths agree with a given distance or speed; 1 without one."""
    lengths = [s for s in sensors if np.isfinite(s.batch.stride_length_m).any()]
    if not lengths:
        return 1.0
    best = max(lengths, key=lambda s: len(s.batch))
    length, time = best.batch.stride_length_m, best.batch.next_ic_s - best.batch.ic_s
    measured = np.isfinite(length) & np.isfinite(time)
    if session.run.distance_m:
        return float(session.run.distance_m / length[measured].sum())
    if session.run.speed_m_s:
        # A given speed is the speed of the running strides alone.
        runs = measured & (best.batch.walking < 0.5)
        measured = runs if runs.any() else measured
        return float(session.run.speed_m_s * time[measured].sum() / length[measured].sum())
    return 1.0


def _scaled(sensor: AnalysedSensor, scale: float) -> StrideBatch:
    length = sensor.batch.stride_length_m * scale
    if sensor.alignment.closure_error > LENGTH_TRUST and scale == 1.0:
        length = np.full(len(length), np.nan)
    return replace(sensor.batch, stride_length_m=length)


def _length_uncertainty(session: Session, sensors: list[AnalysedSensor]) -> dict[str, float]:
    """Return the relative 95 % half-widths of length and speed that add to the method's own."""
    if session.run.distance_m or session.run.speed_m_s:
        return {"stride_length_m": CALIBRATED_SHARE, "speed_m_s": CALIBRATED_SHARE}
    error = LENGTH_SHARE + max((s.alignment.closure_error for s in sensors), default=0.0)
    return {"stride_length_m": error, "speed_m_s": error}
