"""``gait validate``: errors of the strides against truth."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.options import JsonOption, PathArgument, PlacementOption, SideOption, load_samples
from gait.errors import RecordingError

if TYPE_CHECKING:
    import pandas as pd

    from gait.validation.compare import ErrorFigures, SensorValidation

__all__ = ["command"]

STDOUT = Path("-")


def command(
    path: PathArgument,
    truth: Annotated[
        Path | None, typer.Option("--truth", metavar="FILE", help="Truth; else truth.csv of the folder.")
    ] = None,
    json_file: JsonOption = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="Published single rules beside the fused ones.")
    ] = False,
    placement: PlacementOption = None,
    side: SideOption = None,
) -> None:
    """Compare strides with a truth file, sensor by sensor.

    Misses and invented strides are counted apart from the timing errors. A folder of trial_NN.csv with a
    truth that has a column ``trial`` is taken trial by trial.
    """
    from gait.validation.compare import load_truth, validate, validate_rules

    folder = path if path.is_dir() else path.parent
    known = load_truth(truth or folder / "truth.csv")
    results: dict[str, list[SensorValidation]] = {}
    beside: dict[str, dict[str, dict[str, ErrorFigures]]] = {}
    for name, one, own in _parts(path, known):
        session = load_samples(one, placement=placement, side=side)
        results[name] = validate(session, own)
        if rules:
            beside |= {f"{name}, {one.name}": validate_rules(one, own) for one in session.recordings}
    to_stdout = json_file == STDOUT
    for line in [*_table(results), *_rule_table(beside)]:
        print(line, file=sys.stderr if to_stdout else sys.stdout)
    if json_file is not None:
        body = {name: [dataclasses.asdict(one) for one in ones] for name, ones in results.items()}
        text = json.dumps(_plain(body), indent=2, allow_nan=False)
        if to_stdout:
            print(text)
        else:
            json_file.write_text(text + "\n", encoding="utf-8")


def _parts(path: Path, known: pd.DataFrame) -> list[tuple[str, Path, pd.DataFrame]]:
    """(name, recording or folder, its truth)."""
    if "trial" not in known.columns:
        return [(path.name, path, known)]
    files = sorted(path.glob("trial_*.csv")) if path.is_dir() else [path]
    parts: list[tuple[str, Path, pd.DataFrame]] = []
    for file in files:
        digits = "".join(sign for sign in file.stem if sign.isdecimal())
        own = known[known["trial"] == int(digits)] if digits else known[:0]
        if len(own):
            parts.append((file.name, file, own))
    if not parts:
        raise RecordingError("no trial_NN.csv that the truth names", where=path, todo="check the numbers")
    return parts


def _table(results: dict[str, list[SensorValidation]]) -> list[str]:
    lines = []
    for name, sensors in results.items():
        for one in sensors:
            lines.append(
                f"{name}, {one.name}: {one.strides} strides for {one.contacts} contacts; missed {one.missed} "
                f"(+{one.missed_at_ends} at the ends), invented {one.invented}; "
                f"95 % intervals of contact time hold {100 * one.coverage:.0f} %"
            )
            lines.append(f"  {'':26}{'bias':>8}{'SD':>8}{'MAE':>8}{'95 % limits':>18}{'worst':>8}{'n':>7}")
            for metric, e in one.errors.items():
                limits = f"{e.low:.2f} .. {e.high:.2f}"
                lines.append(
                    f"  {metric:26}{e.bias:8.2f}{e.sd:8.2f}{e.mae:8.2f}{limits:>18}{e.worst:8.2f}{e.n:7d}"
                )
    return lines


def _rule_table(beside: dict[str, dict[str, dict[str, ErrorFigures]]]) -> list[str]:
    lines = []
    for name, rules in beside.items():
        if not rules:
            continue
        lines.append(f"{name}: bias / SD / MAE, ms")
        lines.append(f"  {'':28}{'initial contact':>22}{'terminal contact':>22}{'contact time':>22}")
        for rule, errors in rules.items():
            cells = [
                f"{e.bias:+6.1f} /{e.sd:5.1f} /{e.mae:5.1f}" if (e := errors.get(key)) else "-"
                for key in ("ic_ms", "tc_ms", "contact_ms")
            ]
            lines.append(f"  {rule:28}" + "".join(f"{cell:>22}" for cell in cells))
    return lines


def _plain(value: object) -> object:
    """NaN as None, all the way down."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - NaN
        return None
    return value
