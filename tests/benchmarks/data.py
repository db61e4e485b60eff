"""Sessions to measure with: one simulated hour, and longer ones made of it, on disk."""

import shutil
import subprocess
import sys

import numpy as np
import pandas as pd

from .measure import ROOT

SIDES = ("left", "right")
RATE_HZ = 208.0


def simulated(cache, minutes):
    """Folder of a two-shoe session at 208 Hz."""
    folder = cache / f"{minutes}min"
    if not folder.exists():
        part = cache / f"{minutes}min.part"
        shutil.rmtree(part, ignore_errors=True)
        subprocess.run(
            [sys.executable, "-m", "gait", "simulate", "-o", str(part), "--minutes", str(minutes)],
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        part.rename(folder)
    return folder


def repeated(cache, hours):
    """Folder of a session of `hours`: the simulated hour again and again, its times going on."""
    folder = cache / f"{hours}h"
    if not folder.exists():
        hour = simulated(cache, 60)
        part = cache / f"{hours}h.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        for side in SIDES:
            _repeat(hour / f"{side}_shoe.csv", part / f"{side}_shoe.csv", hours)
        part.rename(folder)
    return folder


def _repeat(source, target, times):
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    top = next(index for index, line in enumerate(lines) if line.startswith("time_s")) + 1
    cells = [line.split(",", 1) for line in lines[top:]]
    stamps = np.array([float(stamp) for stamp, _ in cells])
    rest = [values for _, values in cells]
    lap_s = stamps[-1] + 1.0 / RATE_HZ
    with target.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(lines[:top])
        for lap in range(times):
            at = (stamps + lap * lap_s).tolist()
            stream.writelines([f"{stamp:.5f},{values}" for stamp, values in zip(at, rest, strict=True)])


def pandas_read(folder):
    """Both recordings by pandas alone: the least that reading a CSV costs."""
    return [pd.read_csv(folder / f"{side}_shoe.csv", comment="#") for side in SIDES]
