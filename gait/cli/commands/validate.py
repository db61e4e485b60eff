"""``gait validate``: errors of the strides against truth."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.options import JsonOption, PathArgument, PlacementOption, SideOption, load_samples
from gait.errors import RecordingError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from gait.validation.compare import ErrorFigures, SensorValidation
    from gait.validation.folder import Overall, Scored

__all__ = ["command"]

STDOUT = Path("-")


def command(
    path: PathArgument,
    truth: Annotated[
        Path | None,
        typer.Option(
            "--truth",
            metavar="FILE",
            help="Truth: CSV, markers (TRC, C3D, BIDS) or events of BIDS; else truth.csv of the folder.",
        ),
    ] = None,
    offset: Annotated[
        float,
        typer.Option(
            "--truth-offset", metavar="S", help="Seconds to add to the truth's times, where clocks differ."
        ),
    ] = 0.0,
    json_file: JsonOption = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="Published single rules beside the fused ones.")
    ] = False,
    placement: PlacementOption = None,
    side: SideOption = None,
) -> None:
    """Compare strides with a truth file, sensor by sensor.

    Misses and invented strides are counted apart from the timing errors. A folder of trial_NN.csv with a
    truth that has a column ``trial`` is taken trial by trial. A folder of sessions, each with its own
    truth.csv, gives one table: a line a recording, and all recordings of a kind of sensor together.
    Markers on heel and forefoot (TRC, C3D) are truth too; a C3D that holds sensors and markers is its own.
    """
    from gait.validation.compare import load_truth, validate, validate_rules

    folder = path if path.is_dir() else path.parent
    if truth is None and path.is_dir() and not (path / "truth.csv").exists():
        if offset:
            raise UsageError("--truth-offset takes one session", where=path, todo="give --truth too")
        _whole_folder(path, json_file, rules=rules)
        return
    own_markers = path if path.suffix.lower() == ".c3d" else None
    contacts = load_truth(truth or own_markers or folder / "truth.csv")
    contacts[["ic_s", "tc_s"]] += offset
    results: dict[str, list[SensorValidation]] = {}
    beside: dict[str, dict[str, dict[str, ErrorFigures]]] = {}
    for name, part, own in _parts(path, contacts):
        session = load_samples(part, placement=placement, side=side)
        results[name] = validate(session, own)
        if rules:
            beside |= {
                f"{name}, {recording.name}": validate_rules(recording, own)
                for recording in session.recordings
            }
    body = {name: [dataclasses.asdict(sensor) for sensor in sensors] for name, sensors in results.items()}
    _give([*_table(results), *_rule_table(beside)], body, json_file)


def _give(lines: list[str], body: object, json_file: Path | None) -> None:
    """Print the lines, and write the JSON if it is asked for; the lines to stderr where it goes to stdout."""
    from gait.files import write_text
    from gait.report.exports.strides_and_json import plain

    to_stdout = json_file == STDOUT
    for line in lines:
        print(line, file=sys.stderr if to_stdout else sys.stdout)
    if json_file is None:
        return
    text = json.dumps(plain(body), indent=2, allow_nan=False)
    if to_stdout:
        print(text)
    else:
        write_text(json_file, text + "\n")


def _whole_folder(path: Path, json_file: Path | None, *, rules: bool) -> None:
    """Score a folder of sessions with their truths."""
    from gait.validation.folder import overall, score_folder

    if rules:
        raise UsageError("--rules takes one session", where=path, todo="give a folder that holds truth.csv")
    scored = score_folder(path)
    totals = overall(scored)
    body = {
        "recordings": [dataclasses.asdict(score) for score in scored],
        "overall": [dataclasses.asdict(total) for total in totals],
    }
    _give([*_recording_lines(scored), *_overall_lines(totals)], body, json_file)


def _recording_lines(scored: list[Scored]) -> list[str]:
    legend = "contact time found minus true, ms; hold: strides whose 95 % interval holds the truth; +-: "
    head = f"{'session':16}{'sensor':24}{'true':>6}{'missed':>8}{'ends':>6}{'inv.':>6}"
    head += f"{'median':>8}{'bias':>8}{'SD':>7}{'MAE':>7}{'hold':>7}{'+-':>6}{'':>4}{'strike':>8}{'class':>7}"
    lines = [f"{legend}the recording's, and whether it holds", head]
    for score in scored:
        result = score.result
        error, strike = result.errors.get("contact_ms"), result.errors.get("strike_angle_deg")
        cells = (
            f"{result.contact_median_ms:8.1f}{error.bias:8.1f}{error.sd:7.1f}{error.mae:7.1f}"
            if error
            else f"{'-':>8}{'-':>8}{'-':>7}{'-':>7}"
        )
        half = f"{result.interval_ms:6.1f}" if result.interval_ms is not None else f"{'-':>6}"
        held = {True: "yes", False: "no", None: "-"}[result.interval_holds]
        angle = f"{strike.bias:8.1f}{_percent(result.class_agreement):>7}" if strike else f"{'-':>8}{'-':>7}"
        name = f"{score.side} {score.placement}{'' if score.gyroscope else ', acc. alone'}"
        lines.append(
            f"{score.session:16}{name:24}{result.contacts:6d}{result.missed:8d}{result.missed_at_ends:6d}"
            f"{result.invented:6d}{cells}{_percent(result.coverage):>7}{half}{held:>4}{angle}"
        )
    return lines


def _overall_lines(totals: list[Overall]) -> list[str]:
    lines = []
    for total in totals:
        share = 100.0 / max(total.contacts, 1)
        lines.append(
            f"{total.kind}: {total.recordings} recordings, {total.contacts} contacts; missed {total.missed} "
            f"({share * total.missed:.2f} %) and {total.missed_at_ends} at the ends, "
            f"invented {total.invented} "
            f"({share * total.invented:.2f} %)"
        )
        lines.append(
            f"  contact time, medians of recordings, ms: mean absolute {total.contact_mae_ms:.1f}, bias "
            f"{total.contact_bias_ms:+.1f}, SD {total.contact_sd_ms:.1f}, "
            f"worst {total.contact_worst_ms:.1f}; "
            f"SD within a recording {total.contact_within_sd_ms:.1f}"
        )
        lines.append(
            f"  95 % intervals hold {_percent(total.stride_coverage)} of strides and "
            f"{_percent(total.session_coverage)} of recordings (+-{total.interval_ms:.1f} ms)"
        )
        lines.append(f"  furthest off: {', '.join(f'{a} {b} {c:+.1f}' for a, b, c in total.worst)}")
        if total.strike_mae_deg == total.strike_mae_deg:
            lines.append(
                f"  strike angle, means of recordings: mean absolute {total.strike_mae_deg:.1f} deg; "
                f"class right in {_percent(total.class_agreement)} of strides"
            )
    return lines


def _percent(share: float) -> str:
    return "-" if share != share else f"{100.0 * share:.0f} %"  # noqa: PLR0124 - NaN


def _parts(path: Path, contacts: pd.DataFrame) -> list[tuple[str, Path, pd.DataFrame]]:
    """Return (name, recording or folder, its truth)."""
    if "trial" not in contacts.columns:
        return [(path.name, path, contacts)]
    files = sorted(path.glob("trial_*.csv")) if path.is_dir() else [path]
    parts: list[tuple[str, Path, pd.DataFrame]] = []
    for file in files:
        digits = "".join(sign for sign in file.stem if sign.isdecimal())
        own = contacts[contacts["trial"] == int(digits)] if digits else contacts[:0]
        if len(own):
            parts.append((file.name, file, own))
    if not parts:
        raise RecordingError("no trial_NN.csv that the truth names", where=path, todo="check the numbers")
    return parts


def _table(results: dict[str, list[SensorValidation]]) -> list[str]:
    lines = []
    for name, sensors in results.items():
        for sensor in sensors:
            lines.append(
                f"{name}, {sensor.name}: {sensor.strides} strides for {sensor.contacts} contacts; "
                f"missed {sensor.missed} "
                f"(+{sensor.missed_at_ends} at the ends), invented {sensor.invented}; "
                f"95 % intervals of contact time hold {100 * sensor.coverage:.0f} %"
            )
            lines.append(f"  {'':26}{'bias':>8}{'SD':>8}{'MAE':>8}{'95 % limits':>18}{'worst':>8}{'n':>7}")
            for metric, e in sensor.errors.items():
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
