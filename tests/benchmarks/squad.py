"""``gait history list`` of a whole squad: ten athletes of 300 sessions each, and one who only checked in.

``python -m tests.benchmarks squad`` makes the history in the cache's folder and times the command, and the
part of it that is not the start of the interpreter and its imports.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

import gait
from gait.analysis.analyze import AnalysisSettings
from gait.cli.main import main as command
from gait.history.store import History

from .measure import ROOT, shown, table, timed

ATHLETES, SESSIONS = 10, 300
RUN = ROOT / "recordings" / "overstriding" / "left_shoe.csv.gz"


def squad(path: Path) -> Path:
    """Return the history's file, made where it is not there: metrics of a real analysis with some noise."""
    if path.is_file():
        return path
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    one = gait.analyze(gait.read(RUN), AnalysisSettings(waveforms=False))
    strides = one.strides
    rng = np.random.default_rng(1)
    first = datetime.now(UTC).replace(microsecond=0) - timedelta(days=SESSIONS)
    with History(part) as kept:
        for athlete in range(ATHLETES):
            for number in range(SESSIONS):
                metrics = {
                    name: replace(metric, value=metric.value * (1.0 + 0.01 * rng.standard_normal()))
                    for name, metric in one.metrics.items()
                }
                when = (first + timedelta(days=number)).isoformat()
                made = replace(one, metrics=metrics, started=when, strides=strides)
                kept.keep(f"Athlete {athlete}", made, f"{athlete}-{number}", {"made": "up"})
        kept.add_checkin("Only checked in", datetime.now(UTC).date().isoformat(), {"pain": 5})
    return part.rename(path)


def _cpu(*arguments: str) -> float:
    """Processor seconds of a process, by the interpreter's own clock at its end."""
    code = "import sys, time, atexit; atexit.register(lambda: print(time.process_time(), file=sys.stderr)); "
    code += "from gait.cli.main import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return float(done.stderr.split()[-1])


def main(cache: Path) -> None:
    """Print what the list takes."""
    where = ("--history", str(squad(cache / "squad.sqlite")))
    none = ("--history", str(cache / "none.sqlite"))
    rows = []
    for what, more in (("text", ()), ("JSON of every session", ("--json", "-"))):

        def inside(more: tuple[str, ...] = more) -> float:
            began = time.process_time()
            with contextlib.redirect_stdout(io.StringIO()):
                command(["history", "list", *where, *more])
            return time.process_time() - began

        spans, _ = timed(inside)
        own = float(np.median([inside() for _ in range(5)]))
        whole = float(np.median([_cpu("history", "list", *where, *more) for _ in range(5)]))
        rows.append((what, shown(spans), f"{own:.2f}", f"{whole:.2f}"))
    idle = float(np.median([_cpu("history", "list", *none) for _ in range(5)]))
    table(("list of 10 x 300 sessions", "wall, s", "processor, s", "whole process, processor s"), rows)
    print(f"whole process where nothing is kept: {idle:.2f} s of processor")
