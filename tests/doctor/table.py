"""The doctor's table: every corruption of every recording, named or not, and whether it was undone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from gait.analysis.engine import strides_of
from gait.doctor.checks import Diagnosis, examine
from gait.recording.model import Recording
from gait.recording.write import write_recording
from gait.units import DEG
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate

from .corruptions import CORRUPTIONS, Corruption

PARTS = (("stand", 4.0), ("run", 26.0), ("stand", 3.0))


@dataclass
class Row:
    """Counts of one corruption."""

    tried: int = 0
    named: int = 0
    passed_as_fine: int = 0
    undone: int = 0
    to_undo: int = 0
    wrong: list[str] = field(default_factory=list)


def sound_recordings() -> dict[str, Recording]:
    """Ten sound recordings: shoes and a shank, standing first or cut out of a run, of several rates."""
    out: dict[str, Recording] = {}
    kinds = (
        (3.0, 168.0, 14.0, 208.0, "shoe", True),
        (2.6, 160.0, 20.0, 104.0, "shoe", True),
        (3.6, 176.0, 6.0, 200.0, "shoe", True),
        (4.4, 182.0, -6.0, 208.0, "shoe", True),
        (2.3, 156.0, 10.0, 104.0, "shoe", True),
        (3.2, 170.0, 0.0, 400.0, "shoe", True),
        (3.0, 168.0, 12.0, 208.0, "shoe", False),
        (3.4, 172.0, 16.0, 104.0, "shoe", False),
        (3.0, 168.0, 14.0, 208.0, "shank", True),
        (3.6, 174.0, 8.0, 104.0, "shank", True),
    )
    for number, (speed, cadence, strike, rate, placement, stands) in enumerate(kinds):
        runner = RunnerSettings(
            speed_m_s=speed,
            cadence_spm=cadence,
            strike_angle_deg=strike,
            pronation_deg=9.0,
            circumduction_cm=3.0,
            parts=PARTS,
            style_seed=20 + number,
        )
        sensor = SensorSettings(rate_hz=rate)
        made = simulate(runner, sensor, sides=("left",), placements=(placement,), seed=number)
        one = made.session.recordings[0]
        out[f"{number} {placement} {rate:.0f} Hz{'' if stands else ', no standing'}"] = (
            one if stands else _cut(one, 6.0, 28.0)
        )
    return out


def _cut(one: Recording, start: float, stop: float) -> Recording:
    rows = (one.time_s >= start) & (one.time_s < stop)
    return replace(one, time_s=one.time_s[rows] - start, acc=one.acc[rows], gyr=one.gyr[rows])


def diagnosed(one: Recording, folder: Path) -> Diagnosis:
    """The diagnosis of a recording as a file: written without a look at what it holds."""
    path = folder / f"{one.side}_{one.placement}.csv"
    if (np.diff(one.time_s) > 0.0).all():
        write_recording(one, path)
    else:
        _write_plain(one, path)
    return examine(path)


def _write_plain(one: Recording, path: Path) -> None:
    names = "time_s,acc_x,acc_y,acc_z" + ("" if one.gyr is None else ",gyr_x,gyr_y,gyr_z")
    parts = [one.time_s[:, None], one.acc] + ([] if one.gyr is None else [one.gyr / DEG])
    head = f"# gait-recording = 1\n# rate_hz = {one.rate_hz}\n{names}"
    np.savetxt(path, np.hstack(parts), delimiter=",", header=head, comments="", fmt="%.6f")


def undone(sound: Recording, diagnosis: Diagnosis) -> bool:
    """Whether the corrected recording's contacts lie within a sample of the sound one's."""
    if diagnosis.session is None:
        return False
    fixed = diagnosis.session.recordings[0]
    if (fixed.side, fixed.placement) != (sound.side, sound.placement):
        return False
    true, _ = strides_of(sound)
    found, _ = strides_of(fixed)
    if len(found) < 0.85 * len(true):
        return False
    first = true.ic_s[:, None] - found.ic_s[None, :]
    at = np.abs(first).argmin(axis=0)
    off = found.ic_s - true.ic_s[at]
    # A clock that was mended from the first stamp on may keep that stamp: what counts is the pace.
    return bool(np.median(np.abs(off - np.median(off))) < 1.0 / float(sound.rate_hz or 100.0))


def measure(
    recordings: dict[str, Recording], corruptions: tuple[Corruption, ...] = CORRUPTIONS
) -> tuple[dict[str, Row], list[str]]:
    """Return a row for each corruption, and the sound recordings that were called ill."""
    rows: dict[str, Row] = defaultdict(Row)
    ill = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        for label, sound in recordings.items():
            if faults := diagnosed(sound, folder).faults:
                ill.append(f"{label}: {', '.join(fault.kind for fault in faults)}")
            for corruption in corruptions:
                if corruption.shoe_only and sound.placement != "shoe":
                    continue
                if corruption.needs_gyr and sound.gyr is None:
                    continue
                _tried(rows[corruption.name], corruption, label, sound, folder)
    return dict(rows), ill


def _tried(row: Row, corruption: Corruption, label: str, sound: Recording, folder: Path) -> None:
    for old in folder.glob("*.csv"):
        old.unlink()
    diagnosis = diagnosed(corruption.spoil(sound), folder)
    kinds = [fault.kind for fault in diagnosis.faults]
    row.tried += 1
    row.passed_as_fine += not kinds
    named = any(kind in corruption.kinds for kind in kinds)
    row.named += named
    if not named:
        row.wrong.append(f"{label}: {', '.join(kinds) or 'nothing'}")
    if corruption.undone:
        row.to_undo += 1
        row.undone += undone(sound, diagnosis)


def as_text(rows: dict[str, Row], ill: list[str], count: int) -> str:
    """The table in Markdown."""
    lines = [
        "| spoilt by | recordings | named rightly | passed as fine | undone within a sample |",
        "|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        back = f"{row.undone} of {row.to_undo}" if row.to_undo else "cannot be undone"
        lines.append(f"| {name} | {row.tried} | {row.named} | {row.passed_as_fine} | {back} |")
    tried, named = sum(row.tried for row in rows.values()), sum(row.named for row in rows.values())
    lines.append(
        f"| all | {tried} | {named} ({100 * named / tried:.0f} %) | "
        f"{sum(row.passed_as_fine for row in rows.values())} | |"
    )
    lines += ["", f"Sound recordings called ill: {len(ill)} of {count}."]
    return "\n".join(lines)
