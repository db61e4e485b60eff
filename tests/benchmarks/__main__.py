"""``python -m tests.benchmarks [SECTION ...] [--cache DIR]``: print the tables of docs/benchmarks.md.

With ``--check`` only whole processes are measured against pandas, and the exit code is 1 where one is slower
or larger than its limit.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from . import batch, change, check, live, memory, peer, speed, squad, stages
from .measure import machine


def recorder(_cache):
    """Run the recorder's own sections; they need Bumble, which the others do not."""
    from .recorder import main as run

    run([])


SECTIONS = {
    "speed": speed.main,
    "length": speed.length,
    "stages": stages.main,
    "memory": memory.main,
    "live": live.main,
    "peer": peer.main,
    "change": change.main,
    "batch": batch.main,
    "squad": squad.main,
    "recorder": recorder,
}
APART = ("recorder",)
"""Sections that take hours, and run only when they are named."""


def main():
    """Run the sections asked for, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    known = f"of {', '.join(SECTIONS)}; all but the last"
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=known)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "gait-benchmarks")
    parser.add_argument("--check", action="store_true", help="fail where a ratio to pandas is over its limit")
    given = parser.parse_args()
    unknown = [name for name in given.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"no section {unknown[0]}; there are {', '.join(SECTIONS)}")
    given.cache.mkdir(parents=True, exist_ok=True)
    print(machine())
    if given.check:
        over = check.main(given.cache)
        sys.exit("\n".join(over) if over else 0)
    for name in given.sections or [one for one in SECTIONS if one not in APART]:
        print(f"\n## {name}\n")
        SECTIONS[name](given.cache)


if __name__ == "__main__":
    main()
