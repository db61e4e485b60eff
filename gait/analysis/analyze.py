"""The whole analysis of a session: every sensor through the engine, then the numbers over the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from gait.analysis.engine import Engine
from gait.analysis.faults.closure import stride_spans
from gait.analysis.faults.contradictions import Evidence, faults_of, no_strides, units_confirmed
from gait.analysis.faults.survey import Survey
from gait.analysis.faults.two_sensors import SensorTimes, pair_faults
from gait.analysis.faults.units_and_axes import ALL, SHAKEN_M_S2
from gait.analysis.faults.withhold import spoilt_attitude, widened, without_spoilt
from gait.analysis.results import Analysis, Bout, Fault, Metric, SensorQuality, Waveform
from gait.analysis.session.activity import bouts_of, merge_bouts
from gait.analysis.session.given_speed import given_speed
from gait.analysis.session.not_measured import LENGTH_TRUST, reasons_of_session
from gait.analysis.session.plausibility import awake, judge, looked_at
from gait.analysis.session.quality import quality_of
from gait.analysis.session.spring_mass import stiffness_of
from gait.analysis.session.stride_table import stride_table
from gait.analysis.session.summary import summarise
from gait.analysis.session.waveform import mean_waveform, waveform_spans
from gait.analysis.settings import AnalysisSettings, described, own_detector
from gait.analysis.side_by_side import side_by_side
from gait.analysis.signal.pieces import excerpt, full_scale_g, pieces_of
from gait.analysis.signal.timing import Census
from gait.analysis.strides.detector import Alignment, Axes, Detector
from gait.analysis.strides.stride_batch import StrideBatch, concatenate, empty_batch
from gait.arrays import FloatArray
from gait.errors import SignalError, check_kind
from gait.frames import Side
from gait.recording.long import open_session
from gait.recording.model import Recording, Session
from gait.sentences import sentence
from gait.units import STANDARD_GRAVITY

__all__ = ["AnalysisSettings", "analyze", "diagnose"]

FEW_STRIDES = 4
"""Fewer strides than this in a recording that is shaken as by running are none."""

UNFOUND_RUN = sentence("a run or another strong movement whose strides the accelerometer alone does not show")

NO_LANDINGS = sentence(
    "movement without a foot's landings: a phone in a pocket, a sensor on the trunk or the arm, or pedalling"
)

MOVED_M_S2 = 2.0
"""Scatter of the acceleration, m/s2, from which a recording without strides is told to be one of a foot that
is not there (a pocket's walk 3, a still sensor 0.1; chosen)."""


LENGTH_SHARE = 0.02
"""Relative 95 % half-width of a length that nothing calibrates, beyond the closure's own and the metric's.

With the metric's it held 97 % of lengths and 98 % of speeds of 111 placements on each foot of 13 runners."""


@dataclass(frozen=True)
class _Sensor:
    """Samples, strides and findings of one recording; ``recording`` is for all but the samples."""

    recording: Recording
    samples: Recording
    acc_range_g: float | None
    census: Census
    survey: Survey
    alignment: Alignment
    batch: StrideBatch
    faults: tuple[Fault, ...] = ()
    looks_like: str = ""
    units_confirmed: bool = True
    busy: Mapping[int, FloatArray] = field(default_factory=dict)

    @property
    def gaps(self) -> tuple[tuple[float, float], ...]:
        return self.census.gaps(self.recording.rate_hz)

    @property
    def span(self) -> tuple[float, float]:
        return self.census.start_s, self.census.end_s

    @property
    def bouts(self) -> tuple[Bout, ...]:
        return bouts_of(self.batch, self.busy, self.gaps, self.span)

    @property
    def times(self) -> SensorTimes:
        run = self.batch.take(self.batch.walking < 0.5)
        name, side = self.recording.name, self.recording.side
        return SensorTimes(name, side, self.span, self.survey.fingerprint, run)


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
    A session without running is analysed too: its metrics are empty and ``not_measured`` says why.

    A long session given by its path stays on disk and is read piece by piece; the result is the same.
    """
    settings = settings or AnalysisSettings()
    settings = settings if detector is None else replace(settings, detector=detector)
    if isinstance(session, str | Path):
        session = open_session(session)
    check_kind(session, Session, "gait.analyze", "give what gait.read makes: a gait.Session")
    if not session.recordings:
        raise SignalError("no recording in this session", where=session.name)
    sensors = _sensors(session.recordings, settings, processes)
    faults = _faults(sensors)
    _refuse(faults, sensors)
    scale = _scale(session, sensors)
    sensors = [replace(one, batch=_scaled(one, scale)) for one in sensors]
    table = stride_table([(s.recording.placement, s.recording.side, s.batch, s.gaps) for s in sensors])
    table = without_spoilt(table, faults)
    metrics, walking = _summaries(session, sensors, table, faults)
    qualities = tuple(_quality(sensor, faults) for sensor in sensors)
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
        waveforms=_waveforms(sensors, faults) if settings.waveforms else (),
        not_measured=reasons_of_session(
            metrics,
            qualities,
            faults,
            runner=session.runner,
            ran=bool((table["activity"] == "running").any()),
        ),
        settings=described(session, scale, settings),
        faults=faults,
        axes=_axes(sensors, faults),
    )


def diagnose(session: Session) -> tuple[Fault, ...]:
    """Return every fault of a session, those too that `analyze` refuses it for.

    Raises
    ------
    SignalError
        If a recording holds no finite samples.
    """
    sensors = _sensors(session.recordings, AnalysisSettings(waveforms=False))
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
    return (*_faults(sensors), *other)


def _faults(sensors: list[_Sensor]) -> tuple[Fault, ...]:
    """Faults of each sensor, then those between them."""
    return (*(f for one in sensors for f in one.faults), *pair_faults([one.times for one in sensors]))


def _refuse(faults: tuple[Fault, ...], sensors: list[_Sensor]) -> None:
    """Stop at the first fault that leaves nothing to be told."""
    source = {sensor.recording.name: sensor.recording.source for sensor in sensors}
    for fault in faults:
        if fault.refuses:
            raise SignalError(fault.what, where=source.get(fault.sensor) or fault.sensor, todo=fault.todo)


def _summaries(
    session: Session, sensors: list[_Sensor], table: pd.DataFrame, faults: tuple[Fault, ...]
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


def _waveforms(sensors: list[_Sensor], faults: tuple[Fault, ...]) -> tuple[Waveform, ...]:
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


def _axes(sensors: list[_Sensor], faults: tuple[Fault, ...]) -> dict[str, Axes]:
    """Return the segment axes of the sensors whose attitude is sound."""
    sound = (s for s in sensors if len(s.batch) and s.recording.name not in spoilt_attitude(faults))
    return {one.recording.name: one.alignment.axes for one in sound if one.alignment.axes}


def _quality(sensor: _Sensor, faults: tuple[Fault, ...]) -> SensorQuality:
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


def _sensors(sources: tuple[Recording, ...], settings: AnalysisSettings, processes: int = 1) -> list[_Sensor]:
    """Every sensor through its engine."""
    return side_by_side(lambda source: _sensor(source, settings), sources, _samples, processes)


def _samples(source: Recording) -> list[FloatArray]:
    """Return the arrays of a recording."""
    return [source.time_s, source.acc, *([] if source.gyr is None else [source.gyr])]


def _sensor(source: Recording, settings: AnalysisSettings) -> _Sensor:
    """One sensor: its strides, those of them that are gait, and what contradicts itself."""
    sensor = _strides(source, settings)
    if len(sensor.batch) < FEW_STRIDES and sensor.survey.shaken_m_s2 > SHAKEN_M_S2:
        return _unfound(source, sensor, UNFOUND_RUN)
    if len(sensor.batch) == 0 and sensor.recording.gyr is None:
        moved = sensor.survey.shaken_m_s2 > MOVED_M_S2 * _unit_scale(sensor)
        return _unfound(source, sensor, NO_LANDINGS if moved else "")
    batch = awake(sensor.batch, sensor.busy)
    spans = [looked_at(batch), stride_spans(batch), *([waveform_spans(batch)] if settings.waveforms else [])]
    samples = excerpt(source, np.concatenate(spans))
    return _believed(replace(sensor, batch=batch, samples=samples))


def _unfound(source: Recording, sensor: _Sensor, looks_like: str) -> _Sensor:
    """Find the faults of a sensor that moves and shows no stride, by the accelerometer's own strides."""
    head = sensor.recording
    alone = sensor if head.gyr is None else _strides(source, AnalysisSettings(), with_gyr=False)
    found = awake(alone.batch, alone.busy)
    samples = excerpt(source, np.concatenate([looked_at(found), stride_spans(found)]))
    legs = found.take(judge(found, samples).leg)
    evidence = Evidence(head, samples, sensor.survey, sensor.census.rate_hz, legs, sensor.alignment)
    faults = faults_of(evidence)
    if not faults and head.gyr is not None:
        faults = (no_strides(head, sensor.census.end_s - sensor.census.start_s),)
    return replace(sensor, batch=empty_batch(), faults=faults, looks_like="" if faults else looks_like)


def _strides(
    source: Recording,
    settings: AnalysisSettings,
    *,
    with_gyr: bool = True,
) -> _Sensor:
    """All strides that the engine finds, and the figures over all samples."""
    head = source.head
    acc_range_g = full_scale_g(source)
    has_gyr = with_gyr and head.gyr is not None
    engine = Engine(
        head.placement,
        head.side,
        has_gyr=has_gyr,
        rate_hz=head.rate_hz,
        acc_range_g=acc_range_g,
        gyr_range_dps=head.gyr_range_dps,
        detector=own_detector(settings, head.side),
    )
    census, survey = Census(), Survey()
    batches: list[StrideBatch] = []
    for piece in pieces_of(source):
        if not np.isfinite(piece.acc).all():
            raise SignalError("no finite samples", where=head.source or head.name)
        census.add(piece.time_s)
        survey.add(piece.time_s, piece.acc, piece.gyr)
        batches.append(engine.push_batch(piece.time_s, piece.acc, piece.gyr if has_gyr else None))
        head = replace(head, notes=piece.notes)
    if census.samples == 0:
        raise SignalError("no finite samples", where=head.source or head.name)
    batch = concatenate([*batches, engine.finish_batch()])
    return _Sensor(
        head, head, acc_range_g, census, survey, engine.detector.alignment, batch, busy=engine.busy_s
    )


def _believed(sensor: _Sensor) -> _Sensor:
    """Return the sensor with the strides that pass the gate, its faults, and why others were turned down."""
    verdict = judge(sensor.batch, sensor.samples, sensor.alignment.closure_error, _unit_scale(sensor))
    evidence = Evidence(
        sensor.recording,
        sensor.samples,
        sensor.survey,
        sensor.census.rate_hz,
        sensor.batch.take(verdict.leg),
        sensor.alignment,
    )
    faults = faults_of(evidence)
    # A fault explains a swing or a length that is not a leg's; what it explains is told once, by its cause.
    looks_like = "" if faults and verdict.leg.any() else verdict.looks_like
    return replace(
        sensor,
        batch=verdict.batch,
        faults=faults,
        looks_like=looks_like,
        units_confirmed=units_confirmed(evidence),
    )


def _unit_scale(sensor: _Sensor) -> float:
    """Return what the accelerometer reads of one g at rest, relative; 1 where it was never seen at rest."""
    rests = sensor.survey.rests
    return rests.gravity / STANDARD_GRAVITY if len(rests) and rests.gravity > 0.5 else 1.0


def _scale(session: Session, sensors: list[_Sensor]) -> float:
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


def _scaled(sensor: _Sensor, scale: float) -> StrideBatch:
    length = sensor.batch.stride_length_m * scale
    if sensor.alignment.closure_error > LENGTH_TRUST and scale == 1.0:
        length = np.full(len(length), np.nan)
    return replace(sensor.batch, stride_length_m=length)


def _length_uncertainty(session: Session, sensors: list[_Sensor]) -> dict[str, float]:
    """Relative 95 % half-width of distances beyond the method's own."""
    if session.run.distance_m or session.run.speed_m_s:
        return {"stride_length_m": 0.02, "speed_m_s": 0.02}
    error = LENGTH_SHARE + max((s.alignment.closure_error for s in sensors), default=0.0)
    return {"stride_length_m": error, "speed_m_s": error}
