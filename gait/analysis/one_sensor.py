"""Analysis of a sensor: the engine's strides, less those that are no gait, and faults."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from gait.analysis.engine import Engine
from gait.analysis.faults.broken_axes import acc_cut_off
from gait.analysis.faults.changes import change_spans, changed_parts, changed_unit
from gait.analysis.faults.closure import stride_spans
from gait.analysis.faults.contradictions import faults_of, no_strides, units_confirmed, unscaled
from gait.analysis.faults.evidence import Evidence
from gait.analysis.faults.parts import Part, spoilt_parts, without_parts
from gait.analysis.faults.survey import Survey
from gait.analysis.faults.two_sensors import SensorTimes
from gait.analysis.faults.units_and_axes import SHAKEN_M_S2
from gait.analysis.results import Bout, Fault
from gait.analysis.session.activity import bouts_of
from gait.analysis.session.plausibility import awake, judge, looked_at
from gait.analysis.session.waveform import waveform_spans
from gait.analysis.settings import AnalysisSettings, own_detector
from gait.analysis.side_by_side import side_by_side
from gait.analysis.signal.movement import Movement
from gait.analysis.signal.pieces import excerpt, full_scale_g, pieces_of
from gait.analysis.signal.timing import Census
from gait.analysis.strides.detector import Alignment
from gait.analysis.strides.stride_batch import StrideBatch, concatenate, empty_batch
from gait.arrays import FloatArray
from gait.errors import SignalError
from gait.recording.model import Recording
from gait.sentences import sentence
from gait.units import STANDARD_GRAVITY

__all__ = ["UNFOUND_RUN", "AnalysedSensor", "analysed_sensors"]

FEW_STRIDES = 4
"""Number of strides below which a recording shaken as by running counts as one without strides (chosen: a run
of a few seconds has more)."""

UNFOUND_RUN = sentence("a run or another strong movement whose strides the accelerometer alone does not show")

NO_LANDINGS = sentence(
    "movement without a foot's landings: a phone in a pocket, a sensor on the trunk or the arm, or pedalling"
)

MOVED_M_S2 = 2.0
"""Scatter of the acceleration, m/s2, above which a recording without strides is called movement of another
part of the body (chosen: walking with the sensor in a pocket gives 3, a still sensor 0.1)."""


@dataclass(frozen=True)
class AnalysedSensor:
    """Strides and faults of one recording; ``recording`` is its head, ``samples`` an excerpt of it."""

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
    movement: Movement = field(default_factory=Movement)
    parts: tuple[Part, ...] = ()

    @property
    def reads_gyr(self) -> bool:
        """Return whether the strides come from a gyroscope."""
        return self.recording.gyr is not None and not self.alignment.accelerometer_alone

    @property
    def gaps(self) -> tuple[tuple[float, float], ...]:
        """Return spans without samples, s."""
        return self.census.gaps(self.recording.rate_hz)

    @property
    def span(self) -> tuple[float, float]:
        """Return first and last time, s."""
        return self.census.start_s, self.census.end_s

    @property
    def bouts(self) -> tuple[Bout, ...]:
        """Return the bouts of activity in the order of time."""
        return bouts_of(self.batch, self.movement, self.gaps, self.span)

    @property
    def times(self) -> SensorTimes:
        """Return times and fingerprint, by which two sensors are checked to be of one session."""
        run = self.batch.take(self.batch.walking < 0.5)
        name, side = self.recording.name, self.recording.side
        return SensorTimes(name, side, self.span, self.survey.fingerprint, run, self.reads_gyr)


def analysed_sensors(
    sources: tuple[Recording, ...], settings: AnalysisSettings, processes: int = 1
) -> list[AnalysedSensor]:
    """Return each sensor with its strides and faults, in the order of the recordings.

    Raises
    ------
    SignalError
        A recording holds no finite samples.
    """
    return side_by_side(lambda source: _judged(source, settings), sources, _samples, processes)


def _samples(source: Recording) -> list[FloatArray]:
    """Return the arrays of a recording."""
    return [source.time_s, source.acc, *([] if source.gyr is None else [source.gyr])]


def _judged(source: Recording, settings: AnalysisSettings) -> AnalysedSensor:
    """Return the analysed sensor, with its survey freed of what only its own faults needed."""
    sensor = _explained(_sensor(source, settings))
    sensor.survey.let_go()
    return sensor


def _sensor(source: Recording, settings: AnalysisSettings) -> AnalysedSensor:
    """Return the sensor with the strides that are gait, and with its faults."""
    sensor = _strides(source, settings)
    if len(sensor.batch) < FEW_STRIDES and sensor.survey.shaken_m_s2 > SHAKEN_M_S2:
        return _unfound(source, sensor, UNFOUND_RUN)
    if len(sensor.batch) == 0 and sensor.recording.gyr is None:
        return _unfound(source, sensor, _without_landings(sensor))
    batch = without_parts(awake(sensor.batch, sensor.movement), sensor.parts)
    spans = [looked_at(batch), stride_spans(batch), change_spans(batch)]
    spans += [waveform_spans(batch)] if settings.waveforms else []
    samples = excerpt(source, np.concatenate(spans))
    name, span = sensor.recording.name, sensor.span
    changed = changed_parts(name, batch, samples, span, sensor.census.rate_hz)
    of_unit, faults = changed_unit(name, batch, samples, sensor.survey.rests, span)
    batch = without_parts(batch, (*changed, *of_unit))
    parts = (*sensor.parts, *changed, *of_unit)
    return _believed(replace(sensor, batch=batch, samples=samples, parts=parts), faults)


def _explained(sensor: AnalysedSensor) -> AnalysedSensor:
    """Return the sensor; a recording without strides whose accelerometer is cut off has that as its cause."""
    cut_off = () if len(sensor.batch) else acc_cut_off(sensor.recording, sensor.survey)
    if not cut_off:
        return sensor
    certain = tuple(fault for fault in sensor.faults if fault.certainty != "cannot tell")
    return replace(sensor, faults=(*certain, *cut_off), looks_like="")


def _unfound(source: Recording, sensor: AnalysedSensor, looks_like: str) -> AnalysedSensor:
    """Return a sensor that moves but has no strides, with the faults that its accelerometer alone shows."""
    head = sensor.recording
    alone = sensor if head.gyr is None else _strides(source, AnalysisSettings(), with_gyr=False)
    moving = awake(alone.batch, alone.movement)
    samples = excerpt(source, np.concatenate([looked_at(moving), stride_spans(moving)]))
    legs = moving.take(judge(moving, samples).leg)
    evidence = Evidence(
        head, samples, sensor.survey, sensor.census.rate_hz, legs, sensor.alignment, sensor.parts
    )
    faults = faults_of(evidence)
    if not faults and head.gyr is not None:
        faults = (no_strides(head, sensor.census.end_s - sensor.census.start_s),)
    return replace(sensor, batch=empty_batch(), faults=faults, looks_like="" if faults else looks_like)


def _strides(
    source: Recording,
    settings: AnalysisSettings,
    *,
    with_gyr: bool = True,
) -> AnalysedSensor:
    """Return the sensor with all strides that the engine finds, and with the figures over all samples."""
    head = source.head
    acc_range_g = full_scale_g(source)
    has_gyr = with_gyr and head.gyr is not None
    movement = Movement()
    engine = Engine(
        head.placement,
        head.side,
        has_gyr=has_gyr,
        rate_hz=head.rate_hz,
        acc_range_g=acc_range_g,
        gyr_range_dps=head.gyr_range_dps,
        detector=own_detector(settings, head.side),
        movement=movement,
        leaves_out_rests=True,
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
    parts = spoilt_parts(head.name, survey)
    return AnalysedSensor(
        head,
        head,
        acc_range_g,
        census,
        survey,
        engine.detector.alignment,
        batch,
        movement=movement,
        parts=parts,
    )


def _believed(sensor: AnalysedSensor, earlier: tuple[Fault, ...]) -> AnalysedSensor:
    """Return the sensor with its plausible strides, its faults, and why other strides were rejected.

    Parameters
    ----------
    earlier
        Faults that were found before.
    """
    verdict = judge(sensor.batch, sensor.samples, sensor.alignment.closure_error, _unit_scale(sensor))
    evidence = Evidence(
        sensor.recording,
        sensor.samples,
        sensor.survey,
        sensor.census.rate_hz,
        sensor.batch.take(verdict.leg),
        sensor.alignment,
        sensor.parts,
    )
    faults = (*earlier, *faults_of(evidence))
    odd = () if faults or verdict.leg.any() else unscaled(sensor.recording, sensor.batch, sensor.samples)
    # A fault can be the cause of implausible strides; then only the fault is reported.
    looks_like = "" if odd or (faults and verdict.leg.any()) else verdict.looks_like
    if len(sensor.batch) == 0 and not faults:
        looks_like = _without_landings(sensor)
    return replace(
        sensor,
        batch=verdict.batch,
        faults=(*faults, *odd),
        looks_like=looks_like,
        units_confirmed=units_confirmed(evidence),
    )


def _without_landings(sensor: AnalysedSensor) -> str:
    """Return what a sensor without a stride looks like; empty where it hardly moved."""
    moved = sensor.survey.shaken_m_s2 > MOVED_M_S2 * _unit_scale(sensor)
    return NO_LANDINGS if moved else ""


def _unit_scale(sensor: AnalysedSensor) -> float:
    """Return the accelerometer's reading at rest over gravity; 1 where the sensor never was at rest."""
    rests = sensor.survey.rests
    return rests.gravity / STANDARD_GRAVITY if len(rests) and rests.gravity > 0.5 else 1.0
