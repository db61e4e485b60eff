"""The same samples through gaitmap, in an environment of its own: it pins older packages than ours."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import gait

from . import measure
from .data import simulated

PINS = ("gaitmap==2.6.0", "gaitmap_mad==2.6.0")
"""gaitmap is MIT, gaitmap_mad AGPL-3; neither is part of this project or needed by it."""


def main(cache):
    """An hour through both, gaitmap's stages apart."""
    python = _environment(cache / "gaitmap")
    if python is None:
        return
    hour = simulated(cache, 60)
    session = gait.read(hour)
    ours, found = measure.timed(lambda: gait.analyze(session))
    both, _ = measure.timed(lambda: gait.analyze(session, processes=2))
    script = Path(__file__).with_name("peer_gaitmap.py")
    done = subprocess.run([python, "-W", "ignore", script, hour], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"gaitmap's pipeline failed:\n{done.stderr[-2000:]}")
        return
    theirs = json.loads(done.stdout.splitlines()[-1])
    stages = theirs["seconds"]
    total = sum(stages.values())
    rows = [(f"gaitmap, {name}", f"{span:.1f}", "") for name, span in stages.items()]
    rows.append(("gaitmap, all of these", f"{total:.1f}", f"{total / ours[0]:.0f}"))
    rows.append(("`gait.analyze`, all metrics and uncertainties", f"{ours[0]:.2f}", "1"))
    rows.append(("the same with `processes=2`", f"{both[0]:.2f}", f"{both[0] / ours[0]:.2f}"))
    measure.table(("one hour, both shoes, in memory", "s", "times ours"), rows)
    print(
        f"\nstrides: ours {len(found.strides)}, " + ", ".join(f"{k} {v}" for k, v in theirs["found"].items())
    )
    aside = theirs["aside"]
    print("not counted: " + ", ".join(f"gaitmap's {name} {span:.1f} s" for name, span in aside.items()))


def _environment(folder):
    """Python of an environment with gaitmap, made where there is none; None where it cannot be."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready = folder / "ready"
    if not ready.exists():
        venv.create(folder, with_pip=True, clear=True)
        done = subprocess.run(
            [python, "-m", "pip", "install", "-q", *PINS], capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(f"no gaitmap for Python {sys.version_info[0]}.{sys.version_info[1]}: {done.stderr[-500:]}")
            return None
        ready.touch()
    return python
