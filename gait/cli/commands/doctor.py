"""``gait doctor``: what is wrong with a file or a session, and the corrected one."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.main import BAD_INPUT, one_line
from gait.cli.options import JsonOption, LangOption, PathArgument, PlacementOption, SideOption
from gait.errors import RecordingError

if TYPE_CHECKING:
    from gait.analysis.results import Fault
    from gait.doctor.checks import Diagnosis
    from gait.report.words import Words

__all__ = ["command"]

STDOUT = Path("-")


def command(
    path: PathArgument,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write the corrected file; a folder for a session."
        ),
    ] = None,
    json_file: JsonOption = None,
    placement: PlacementOption = None,
    side: SideOption = None,
    lang: LangOption = "en",
) -> None:
    """Say what is wrong with a recording or a session, one line a fault.

    Each line names the sensor, how sure the cause is, what was found, what it spoils and what to do. The exit
    code is 0 where no fault was found, else 2. With -o the corrected recording is written: units, sign,
    sides, clock rate, lag and stamps.
    """
    from gait.analysis.session.quality import UNITS
    from gait.doctor.checks import examine
    from gait.report.words import load_words

    words = load_words(lang)
    diagnosis = examine(path, placement, side)
    where = sys.stderr if json_file == STDOUT else sys.stdout
    for fault in diagnosis.faults:
        print(one_line(fault_text(fault, words)), file=where)
    for sensor in diagnosis.unconfirmed:
        print(one_line(f"{words.translated(sensor)}: {words.translated(UNITS)}"), file=where)
    if not diagnosis.faults and not diagnosis.unconfirmed:
        print(words("doctor.sound"), file=where)
    if json_file is not None:
        _put_json(diagnosis, json_file)
    if output is not None:
        _put_corrected(diagnosis, path, output, words)
    if diagnosis.faults:
        raise typer.Exit(BAD_INPUT)


def fault_text(fault: Fault, words: Words) -> str:
    """Return one line: sensor, certainty, what was found, what it spoils, what to do."""
    head = f"{words.translated(fault.sensor)}: " if fault.sensor else ""
    return head + words(
        "doctor.fault" if fault.spoils else "doctor.fault_alone",
        certainty=words(f"doctor.{fault.certainty.replace(' ', '_')}"),
        what=words.translated(fault.what),
        spoils=spoilt_text(fault.spoils, words),
        todo=words.translated(fault.todo),
    )


def spoilt_text(spoils: tuple[str, ...], words: Words) -> str:
    """Return metric names as people know them, shortened where all are meant."""
    if {"cadence_spm", "contact_ms", "strike_angle_deg"} <= set(spoils):
        return words("doctor.every_number")
    named = (words.label(name) if f"metric.{name}" in words else words.translated(name) for name in spoils)
    return words("list.comma").join(words.within(name) for name in named)


def _put_json(diagnosis: Diagnosis, target: Path) -> None:
    body = {
        "gait_doctor": 1,
        "sound": not diagnosis.faults and not diagnosis.unconfirmed,
        "units_not_confirmed": list(diagnosis.unconfirmed),
        "faults": [dataclasses.asdict(fault) for fault in diagnosis.faults],
        "left_after_correction": [dataclasses.asdict(fault) for fault in diagnosis.left],
    }
    text = json.dumps(body, indent=2)
    if target == STDOUT:
        print(text)
    else:
        from gait.files import write_text

        write_text(target, text + "\n")


def _put_corrected(diagnosis: Diagnosis, path: Path, output: Path, words: Words) -> None:
    """Write the corrected recordings; refuse where nothing could be read."""
    from gait.recording.write import write_recording

    if diagnosis.session is None:
        raise RecordingError("there is nothing to write: its samples cannot be read", where=path)
    one_file = len(diagnosis.session.recordings) == 1 and not path.is_dir()
    if not one_file:
        output.mkdir(parents=True, exist_ok=True)
    for recording in diagnosis.session.recordings:
        name = f"{recording.side}_{recording.placement}.csv"
        target = output if one_file else output / name
        print(words("doctor.corrected", path=write_recording(recording, target)), file=sys.stderr)
    for fault in diagnosis.left:
        print(one_line(words("doctor.left", fault=fault_text(fault, words))), file=sys.stderr)
