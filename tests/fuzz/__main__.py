"""``python -m tests.fuzz [--minutes N] [TARGET ...]``: every reader under mutated input; prints figures.

A find is written to ``tests/corpus/TARGET`` in its smallest form, where the tests take it up.
"""

import argparse
import hashlib
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from gait.errors import GaitError

from .mutate import mutated
from .seeds import CORPUS
from .targets import TARGETS

SLOW_S = 5.0
"""An input that takes longer counts as a find too: a hang."""
BATCH = 300


def main():
    """Take turns between the targets until the time is over."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all")
    given_ = parser.parse_args()
    names = given_.targets or list(TARGETS)
    if set(names) - set(TARGETS):
        parser.error(f"targets are {', '.join(TARGETS)}")
    counts = {name: Counter() for name in names}
    slowest = dict.fromkeys(names, 0.0)
    end = time.monotonic() + 60.0 * given_.minutes
    finds = 0
    while time.monotonic() < end:
        for name in names:
            if time.monotonic() < end:
                finds += _batch(name, counts[name], slowest, end)
    print("| target | inputs | accepted | refused | slowest, s |\n|---|---|---|---|---|")
    for name, one in counts.items():
        print(f"| {name} | {one.total()} | {one['accepted']} | {one['refused']} | {slowest[name]:.2f} |")
    print(f"\n{sum(one.total() for one in counts.values())} inputs, {finds} finds")
    sys.exit(1 if finds else 0)


def _batch(name, counts, slowest, end):
    """Some inputs of one target; 1 if one of them was a find."""
    worst = {}

    @settings(
        max_examples=BATCH,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(mutated(name))
    def attack(data):
        if time.monotonic() > end:
            return
        worst["data"] = data
        with tempfile.TemporaryDirectory() as folder:
            began, message = time.monotonic(), ""
            try:
                TARGETS[name](data, Path(folder))
                counts["accepted"] += 1
            except GaitError as error:
                counts["refused"] += 1
                message = str(error)
            took = time.monotonic() - began
        slowest[name] = max(slowest[name], took)
        assert "\n" not in message, message
        assert took < SLOW_S, f"{took:.1f} s"

    try:
        attack()
    except Exception as error:  # noqa: BLE001 - a find, whatever it is
        error.__notes__ = []  # hypothesis would print the input, however long
        traceback.print_exception(error, limit=-4)
        target = CORPUS / name
        target.mkdir(parents=True, exist_ok=True)
        path = target / hashlib.sha256(worst["data"]).hexdigest()[:12]
        path.write_bytes(worst["data"])
        print(f"FIND in {name}: {path}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    main()
