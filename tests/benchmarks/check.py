"""Whole processes against pandas' reading of the same files, by ratio: what grew beyond its limit fails."""

import json
import os
import statistics
import subprocess
import sys

from . import measure
from .data import simulated

RUNS = 3
READ = (
    "import sys, pandas as pd; [pd.read_csv(f'{sys.argv[1]}/{side}_shoe.csv', comment='#') "
    "for side in ('left', 'right')]"
)
LIMITS = {"analyze, 1 h": 5.8, "report, 1 h": 6.2, "report, 10 min": 3.0}
"""Processor seconds of each in those of pandas for the hour: 15 to 30 % above the last figures. Lower them
when the figures fall."""
PEAK_MB = {"analyze, 1 h": 340.0, "report, 1 h": 330.0, "report, 10 min": 170.0}

_LAUNCH = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
took = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
unit = 1.0 if sys.platform == "darwin" else 1024.0
print(json.dumps([code, took, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e6]))
"""


def process(*command):
    """Wall seconds, processor seconds and peak memory, MB, of a Python process of its own."""
    alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCH, sys.executable, *map(str, command)],
        cwd=measure.ROOT,
        env=alone,
        check=True,
        capture_output=True,
        text=True,
    )
    code, *figures = json.loads(done.stdout)
    if code:
        raise RuntimeError(f"{command} ended with {code}")
    return figures


def main(cache):
    """Print wall and processor time, ratios to pandas and memory; return what is over its limit."""
    hour, short, page = simulated(cache, 60), simulated(cache, 10), cache / "report.html"
    commands = {
        "pandas, 1 h": ("-c", READ, hour),
        "analyze, 1 h": ("-m", "gait", "analyze", hour),
        "report, 1 h": ("-m", "gait", "report", hour, "-o", page),
        "report, 10 min": ("-m", "gait", "report", short, "-o", page),
    }
    runs = [{name: process(*command) for name, command in commands.items()} for _ in range(RUNS)]
    rows, over = [], []
    for name in commands:
        wall_s, cpu_s, peak_mb = (statistics.median(run[name][part] for run in runs) for part in range(3))
        # Pair by pair: what slows the machine for a while befalls both of a pair.
        ratios = [
            statistics.median(run[name][part] / run["pandas, 1 h"][part] for run in runs) for part in (0, 1)
        ]
        rows.append(
            (name, f"{wall_s:.2f}", f"{ratios[0]:.1f}", f"{cpu_s:.2f}", f"{ratios[1]:.1f}", f"{peak_mb:.0f}")
        )
        over += _over(name, ratios[1], peak_mb)
    measure.table(("whole process", "wall s", "times pandas", "processor s", "times pandas", "peak MB"), rows)
    return over


def _over(name, ratio, peak_mb):
    """Sentences for what exceeds a limit."""
    out = []
    if ratio > LIMITS.get(name, float("inf")):
        out.append(f"{name}: {ratio:.1f} times pandas' processor time, more than {LIMITS[name]}")
    if peak_mb > PEAK_MB.get(name, float("inf")):
        out.append(f"{name}: {peak_mb:.0f} MB, more than {PEAK_MB[name]:.0f}")
    return out
