"""The diagnosis of a file or a session: read it, look for faults, undo them, look again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gait.analysis.analyze import looked_over
from gait.analysis.results import Fault
from gait.doctor.corrections import can_mend, mended
from gait.doctor.raw import EVERYTHING, read_raw
from gait.errors import GaitError, RecordingError
from gait.frames import Placement, Side
from gait.recording.model import Recording, Session
from gait.recording.read import read
from gait.recording.session_folder import candidates, is_folder, session_name
from gait.sentences import sentence
from gait.units import STANDARD_GRAVITY

__all__ = ["Diagnosis", "examine", "examine_session"]

ROUNDS = 4
"""Times that a session is mended and looked at again (chosen: a fault can hide another)."""

LEFT_HANDED = "left_handed"
"""Kind of the correction that axes of the wrong hand need beside the gyroscope's sign."""

RENAMING = ("other_side", "other_placement")
"""Kinds of faults whose correction gives a sensor another name."""

STAMP_NOTES = {
    "those of packets": "packet_stamps",
    "step back at each packet": "packet_stamps",
    "rows that stand twice": "doubled_rows",
    "the clock began again": "clock_restart",
}
"""Words of the reader's notes (`gait.recording.clock`) -> kind of fault."""
STAMPS_TODO = sentence("the reader has mended the times; -o writes them")

IN_G_M_S2 = (0.5, 4.0)
"""Median norms that are in g by mistake (chosen: below the first gravity was taken out, above the second is
m/s2)."""
COUNTS_A_G = (1000.0, 2048.0, 4096.0, 8192.0, 16384.0)
"""Counts a g of common sensors (by definition of milli-g, and of 16 bits at 32, 16, 8, 4 and 2 g)."""
USUAL_NORM_M_S2 = (8.0, 30.0)
"""Median norms of a leg's sensor, m/s2 (chosen: gravity less a weak scale; a hard run)."""


@dataclass(frozen=True)
class Diagnosis:
    """Faults of a session, and the session with all mended that can be.

    Attributes
    ----------
    faults
        In the order found; empty for a sound session.
    session
        The corrected session; None where nothing could be read.
    left
        Faults that the corrected session still has.
    unconfirmed
        Names of the sensors that nothing confirms the units of: neither a rest nor a gyroscope's strides.
    """

    faults: tuple[Fault, ...]
    session: Session | None
    left: tuple[Fault, ...] = ()
    unconfirmed: tuple[str, ...] = ()


def examine(path: Path, placement: Placement | None = None, side: Side | None = None) -> Diagnosis:
    """Return the diagnosis of a file or folder.

    Raises
    ------
    RecordingError
        There is nothing at the path, or no recording in it.
    """
    try:
        session = read(path, placement=placement, side=side)
    except RecordingError as refusal:
        return _refused(path, placement, side, refusal)
    return examine_session(session, _of_notes(session))


def _of_notes(session: Session) -> tuple[Fault, ...]:
    """Return as faults what the reader found in the stamps, and has already undone."""
    faults = []
    for recording in session.recordings:
        for note in recording.notes:
            kind = next((kind for words, kind in STAMP_NOTES.items() if words in note), "")
            if kind:
                faults.append(Fault(kind, recording.name, "clear", note, ("contact_ms",), STAMPS_TODO))
    return tuple(faults)


def examine_session(session: Session, earlier: tuple[Fault, ...] = ()) -> Diagnosis:
    """Return the diagnosis of samples that are read already.

    Parameters
    ----------
    earlier
        Faults that were found, and undone, on the way here.
    """
    faults = list(earlier)
    for _ in range(ROUNDS):
        try:
            contradictions, unsure = looked_over(session)
        except GaitError as error:
            faults.append(_unreadable(error, ""))
            return Diagnosis(tuple(faults), session, tuple(faults))
        new = [
            fault
            for fault in contradictions
            if (fault.kind, fault.sensor) not in {(f.kind, f.sensor) for f in faults}
        ]
        new = _of_right_names([_of_one_cause(fault, faults) for fault in new])
        faults += [fault for fault in new if fault.kind != LEFT_HANDED]
        if not any(can_mend(fault) for fault in new):
            return Diagnosis(tuple(faults), session, contradictions, unsure)
        session = mended(session, new)
    contradictions, unsure = looked_over(session)
    return Diagnosis(tuple(faults), session, contradictions, unsure)


def _of_one_cause(fault: Fault, others: list[Fault]) -> Fault:
    """Return one cause for two: a left-handed sensor's turned gyroscope looks like the other foot."""
    if fault.kind == "other_side" and ("mirrored", fault.sensor) in {(f.kind, f.sensor) for f in others}:
        return replace(fault, kind=LEFT_HANDED)
    return fault


def _of_right_names(faults: list[Fault]) -> list[Fault]:
    """Return the faults without those between sensors while a sensor's side or place is still wrong.

    How late the right foot's clock is has the other sign once the feet have changed their names.
    """
    if not any(fault.kind in RENAMING for fault in faults):
        return faults
    return [fault for fault in faults if fault.sensor]


def _refused(
    path: Path, placement: Placement | None, side: Side | None, refusal: RecordingError
) -> Diagnosis:
    """Return the diagnosis of what the reader turned away, as far as its samples can be had."""
    files = candidates(path) if is_folder(path) else [path]
    faults: list[Fault] = []
    recordings: list[Recording] = []
    for file in files:
        try:
            recording, of_times = read_raw(file, placement, side)
        except GaitError:
            continue
        of_unit = _acc_by_median(recording)
        faults += [*of_times, *of_unit]
        for fault in of_unit:
            if fault.value:
                recording = replace(recording, acc=recording.acc / fault.value)
        recordings.append(recording)
    if not recordings:
        return Diagnosis((_unreadable(refusal, ""),), None)
    session = Session(session_name(path), tuple(recordings), path=path)
    if any(fault.refuses and not fault.value for fault in faults):
        return Diagnosis(tuple(faults), None)
    earlier = tuple(faults)
    diagnosis = examine_session(session, earlier)
    if not diagnosis.faults:
        return Diagnosis((_unreadable(refusal, ""),), None)
    return diagnosis


def _unreadable(error: GaitError, sensor: str) -> Fault:
    text = f"{error.where}: {error.what}" if error.where else error.what
    return Fault(
        "unreadable", sensor, "clear", text, EVERYTHING, error.todo or sentence("record again"), refuses=True
    )


def _acc_by_median(recording: Recording) -> list[Fault]:
    """Return the unit of the accelerometer where the median norm is far from any leg's in m/s2."""
    level = float(np.median(np.linalg.norm(recording.acc, axis=1)))
    name = recording.name
    if level < IN_G_M_S2[0]:
        text = sentence(
            "the acceleration's median is {read:.2f} m/s2, not {g:.2f}: gravity was taken out of it",
            read=level,
            g=STANDARD_GRAVITY,
        )
        todo = sentence("export the raw accelerometer, not 'linear' or 'user' acceleration")
        return [Fault("acc_gravity", name, "clear", text, EVERYTHING, todo, refuses=True)]
    if level < IN_G_M_S2[1]:
        text = sentence(
            "the accelerometer is in g, not m/s2: its median is {read:.2f} where gravity alone is {g:.2f}",
            read=level,
            g=STANDARD_GRAVITY,
        )
        todo = sentence(
            "multiply acc_x, acc_y and acc_z by {factor:.5f} (gait doctor does with -o)",
            factor=STANDARD_GRAVITY,
        )
        return [Fault("acc_unit", name, "clear", text, EVERYTHING, todo, 1.0 / STANDARD_GRAVITY)]
    fits = [
        counts
        for counts in COUNTS_A_G
        if USUAL_NORM_M_S2[0] < level * STANDARD_GRAVITY / counts < USUAL_NORM_M_S2[1]
    ]
    if level < 400.0 or not fits:
        return []
    factor = fits[0] / STANDARD_GRAVITY
    text = sentence(
        "the accelerometer is in counts ({counts:.0f} a g), not m/s2: its median is {read:.0f}",
        counts=fits[0],
        read=level,
    )
    todo = sentence("divide acc_x, acc_y and acc_z by {factor:.5g} (gait doctor does with -o)", factor=factor)
    return [Fault("acc_unit", name, "clear" if len(fits) == 1 else "likely", text, EVERYTHING, todo, factor)]
