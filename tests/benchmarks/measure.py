"""Time and memory of a call or of a whole process."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import scipy

ROOT = Path(__file__).resolve().parents[2]
RUNS = 5


def machine():
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), model)
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"numpy {np.__version__}, scipy {scipy.__version__}, pandas {pd.__version__}"
    )


def timed(call, runs=RUNS):
    """Median, fastest and slowest of some runs, s, behind one that does not count; the last result."""
    result = call()
    spans = []
    for _ in range(runs):
        began = time.perf_counter()
        result = call()
        spans.append(time.perf_counter() - began)
    return (statistics.median(spans), min(spans), max(spans)), result


def together(calls, runs=RUNS):
    """As `timed` for several calls in turn, so that what else the machine does befalls all alike."""
    spans = {name: [] for name in calls}
    for run in range(runs + 1):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            if run:
                spans[name].append(time.perf_counter() - began)
    return {name: (statistics.median(of), min(of), max(of)) for name, of in spans.items()}


_LAUNCH = """
import json, subprocess, sys, time
try:
    import resource
except ImportError:
    resource = None
began = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
took = time.perf_counter() - began
unit = 1.0 if sys.platform == "darwin" else 1024.0
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 1e6 if resource else float("nan")
print(json.dumps([code, took, peak]))
"""


def gait(*arguments):
    """Run the command in a process of its own: seconds and peak memory in MB (NaN where not known).

    A small process starts it: one that is started takes over the peak of the one it came from.
    """
    command = [sys.executable, "-m", "gait", *map(str, arguments)]
    done = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCH, *command], cwd=ROOT, check=True, capture_output=True, text=True
    )
    code, seconds, peak = json.loads(done.stdout)
    if code:
        raise RuntimeError(f"gait {arguments} ended with {code}")
    return seconds, peak


def shown(spread):
    """Three figures as text."""
    return f"{spread[0]:.2f} ({spread[1]:.2f} to {spread[2]:.2f})"


def table(head, rows):
    """Print a Markdown table."""
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |", flush=True)
