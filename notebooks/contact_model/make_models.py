"""Make every coefficient file that ships, with its uncertainties and figures, in one command.

    python notebooks/contact_model/make_models.py --rbds ../shared/data/rbds -o gait/analysis/strides/models

Five files from one folder of real motion; some 15 minutes of one processor. Each is then compared with the one
that ships: what differs is told, and the exit code is 1. ``--only NAME`` makes some of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import placement_train
import shank_acc_train
import shank_train
import shoe_acc_train
import train

from gait.analysis.strides.contact_model import read_file

MAKERS: dict[str, Callable[[Path], dict]] = {
    "shank_gyroscope": lambda folder: shank_train.build(folder, shank_train.VARIANTS)[0],
    "shank_accelerometer": lambda folder: shank_acc_train.build(folder, shank_acc_train.VARIANTS)[0],
    "shoe_gyroscope": lambda folder: train.build(folder, train.VARIANTS),
    "shoe_accelerometer": lambda folder: shoe_acc_train.build(folder, shoe_acc_train.VARIANTS)[0],
    "placement": lambda folder: placement_train.build(folder, placement_train.VARIANTS),
}
"""Name of a file -> what makes it from the folder of real motion."""


def differences(made: object, shipped: object, where: str = "") -> Iterator[str]:
    """Give a line for each place where two files' contents differ."""
    if isinstance(made, dict) and isinstance(shipped, dict):
        for name in sorted({*made, *shipped}):
            if name in made and name in shipped:
                yield from differences(made[name], shipped[name], f"{where}/{name}")
            else:
                yield f"{where}/{name} only in the one {'made' if name in made else 'shipped'}"
    elif isinstance(made, list) and isinstance(shipped, list) and len(made) == len(shipped):
        if made != shipped and np.issubdtype(np.array(made).dtype, np.number):
            yield f"{where} by {np.abs(np.subtract(made, shipped)).max():.1e} at most"
        elif made != shipped:
            for row, (one, other) in enumerate(zip(made, shipped, strict=True)):
                yield from differences(one, other, f"{where}/{row}")
    elif made != shipped:
        yield f"{where} is {made}, shipped {shipped}"


def main() -> int:
    """Make the files, write them, and return 1 where one is not what ships."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rbds", type=Path, required=True, help="folder of RUNNER_SPEED.npz trials")
    parser.add_argument("--only", action="append", choices=list(MAKERS), help="make this file; may be repeated")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the coefficient files")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    same = True
    for name in options.only or MAKERS:
        shipped = read_file(name)
        text = json.dumps(MAKERS[name](options.rbds), indent=1)
        (options.output / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        found = list(differences(json.loads(text), shipped))
        print(f"{name}: {'as shipped' if not found else 'not as shipped'}", *found, sep="\n  ", flush=True)
        same &= not found
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
