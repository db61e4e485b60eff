"""``gait history``: what is kept of a runner, how it went, and forgetting it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gait.cli.main import one_line
from gait.cli.options import HistoryOption, JsonOption, LangOption, RunnerOption
from gait.errors import UsageError
from gait.text import for_spreadsheet

if TYPE_CHECKING:
    from gait.history.athletes import AthleteState
    from gait.history.own_normal import TrendRow
    from gait.history.sides_over_sessions import SidesOverSessions
    from gait.history.store import History, KeptSession
    from gait.report.words import Words

__all__ = ["app"]

STDOUT = Path("-")
SHOWN = ("cadence_spm", "contact_ms", "strike_angle_deg", "speed_m_s")
"""Metrics in the list."""
LOOKED_AT = 21
"""Sessions of an athlete that the row reads (chosen: the last one, and those that
`gait.history.own_normal.own_laws` reads before it)."""
LABEL = 36
"""Columns for a number's name (chosen: the longest in any language)."""

app = typer.Typer(
    help="What is kept of a runner: sessions, trends; forget it again.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.command("list")
def list_(
    runner: RunnerOption = None,
    history: HistoryOption = None,
    json_file: JsonOption = None,
    lang: LangOption = "en",
) -> None:
    """List the kept sessions of a runner; without one, a row an athlete."""
    words = _words(lang)
    every = runner is not None or json_file is not None
    sessions, states = _kept(history, runner, newest=None if every else LOOKED_AT)
    if json_file is not None:
        body: dict[str, Any] = {"sessions": [_plain(session) for session in sessions]}
        if runner is None:
            body["athletes"] = [state.plain() for state in states]
        _json(body, json_file, indent=None)
    if json_file == STDOUT:
        return
    if runner is None:
        for state in states:
            print(f"{one_line(state.name)}: {_count(state.sessions, words)}{_state_text(state, words)}")
        return
    for session in sessions:
        print(
            f"{session.id:>5}  {session.ran_at[:10]}  {one_line(session.name):24.24}  "
            f"{_numbers(session, words)}"
        )


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="The session's number, as `list` prints it.")],
    history: HistoryOption = None,
    json_file: JsonOption = None,
    strides: Annotated[
        Path | None, typer.Option("--strides", metavar="FILE", help="Write its strides as CSV.")
    ] = None,
    lang: LangOption = "en",
) -> None:
    """Show one kept session: all its numbers."""
    from gait.analysis.metrics import METRICS
    from gait.cli.rounded import with_spread
    from gait.files import write_text

    words = _words(lang)
    with _open(history) as kept:
        table, results = kept.details(number)
        session = next(session for session in kept.sessions() if session.id == number)
    if strides is not None:
        write_text(strides, table)
    _json(results, json_file)
    if json_file == STDOUT:
        return
    print(
        f"{one_line(session.runner)}, {one_line(session.name)}, {session.ran_at[:16].replace('T', ' ')} UTC"
    )
    for name in METRICS:
        if name in session.metrics:
            metric = session.metrics[name]
            shown = with_spread(name, metric.value, metric.uncertainty, words, "9")
            print(f"  {words.label(name):{LABEL}}{shown}")


@app.command()
def trend(
    runner: RunnerOption = None,
    metric: Annotated[str, typer.Option("--metric", metavar="NAME", help="Which number.")] = "contact_ms",
    history: HistoryOption = None,
    json_file: JsonOption = None,
    lang: LangOption = "en",
) -> None:
    """Show how one number of a runner went from session to session, against the runner's own normal."""
    from gait.analysis.metrics import METRICS
    from gait.cli.rounded import places, rounded
    from gait.history.own_normal import own_normal

    name, words = _named(runner), _words(lang)
    if metric not in METRICS:
        raise UsageError(f"{metric!r} is no metric", where="--metric", todo=f"known are {', '.join(METRICS)}")
    with _open(history) as kept:
        sessions = [session for session in kept.sessions(name) if metric in session.metrics]
    rows = own_normal(sessions, metric)
    _json({"runner": name, "metric": metric, "sessions": [row.plain() for row in rows]}, json_file)
    if json_file == STDOUT:
        return
    spec = METRICS[metric]
    head = {"name": words.label(metric), "runner": one_line(name), "unit": spec.unit}
    print(words("history.trend", **head) if rows else words("history.nothing"))
    for row in rows:
        decimals = places(metric, row.uncertainty)
        own = "" if row.normal is None else _beside(row, f".{decimals}f", words)
        own += "  " + words("history.new_shoes", shoes=one_line(row.shoes)) if row.new_shoes else ""
        value, half = rounded(row.value, decimals, words, "9"), rounded(row.uncertainty, decimals, words)
        print(f"  {row.date}  {value} ± {half}{own}")


def _beside(row: TrendRow, digits: str, words: Words) -> str:
    """Return a session's own normal and where the number lies beside it."""
    normal = row.normal or 0.0
    key = "within" if row.verdict == "within your normal" else "above" if row.value > normal else "below"
    return "  " + words(f"history.{key}", normal=words.digits(normal, digits))


@app.command()
def sides(
    runner: RunnerOption = None,
    history: HistoryOption = None,
    json_file: JsonOption = None,
    lang: LangOption = "en",
) -> None:
    """Show left against right of a runner over all sessions, and what of it goes with the pods."""
    from gait.history.sides_over_sessions import sides_over_sessions

    name, words = _named(runner), _words(lang)
    with _open(history) as kept:
        rows = sides_over_sessions(kept.sessions(name))
    _json({"runner": name, "metrics": [row.plain() for row in rows]}, json_file)
    if json_file != STDOUT:
        print(*_side_lines(rows, one_line(name), words), sep="\n")


def _side_lines(rows: Sequence[SidesOverSessions], name: str, words: Words) -> list[str]:
    """Return a line a metric, and what the pods have to do with it."""
    if not rows:
        return [words("pods.few", runner=name)]
    lines = [words("pods.title", runner=name)]
    for row in rows:
        size = _size(row.metric, row.difference, row.uncertainty, words)
        verdict = words(f"pods.verdict.{row.verdict.replace(' ', '_')}")
        lines.append(f"  {words.label(row.metric):{LABEL}}{size}: {verdict} ({_count(row.sessions, words)})")
        if row.pods is not None and row.pods_uncertainty is not None:
            part = _size(row.metric, row.pods, row.pods_uncertainty, words).strip()
            lines.append(f"  {'':{LABEL}}  {words('pods.pods', size=part)}")
    return [*lines, _of_pods(rows, words)]


def _size(metric: str, value: float, half: float, words: Words) -> str:
    """Return a signed difference with its uncertainty and unit."""
    from gait.cli.rounded import with_spread

    return with_spread(metric, value, half, words, "+9")


def _of_pods(rows: Sequence[SidesOverSessions], words: Words) -> str:
    """Return the sentence on the pods: swapped in some sessions, never swapped, or not told apart."""
    swapped = max((row.swapped or 0 for row in rows), default=0)
    if swapped:
        return words("pods.swapped", sessions=_count(swapped, words))
    if all(row.swapped is None for row in rows):
        return words("pods.alike")
    return words("pods.never_swapped")


@app.command()
def forget(
    runner: RunnerOption = None,
    session: Annotated[
        list[int] | None, typer.Option("--session", metavar="N", help="Only this session; may be repeated.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    history: HistoryOption = None,
) -> None:
    """Delete what is kept of a runner, for good."""
    name = _named(runner)
    with _open(history) as kept:
        count = len(kept.sessions(name)) if session is None else len(session)
        if not yes and not typer.confirm(
            f"Delete {_count(count, _words())} of {one_line(name)} for good?", err=True
        ):
            print("nothing was deleted", file=sys.stderr)
            return
        gone = kept.forget(name, session)
    print(f"forgotten: {_count(gone, _words())} of {one_line(name)}")


@app.command()
def export(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The CSV to write: a row a session.")
    ],
    runner: RunnerOption = None,
    history: HistoryOption = None,
) -> None:
    """Write the kept sessions as one table: a row a session, each metric and its 95 % half-width (_u)."""
    import pandas as pd

    from gait.files import write_text

    with _open(history) as kept:
        sessions = kept.sessions(runner)
    rows = [_row(session) for session in sessions]
    write_text(output, pd.DataFrame(rows).map(_cell).to_csv(index=False, lineterminator="\n"))
    print(f"{_count(len(rows), _words())}: {one_line(str(output))}", file=sys.stderr)


def _open(path: Path | None) -> History:
    from gait.history.database import database_path
    from gait.history.store import History

    return History(database_path(path), create=False)


def _kept(
    path: Path | None, runner: str | None, *, newest: int | None
) -> tuple[tuple[KeptSession, ...], list[AthleteState]]:
    """Return sessions and, without a runner, all athletes.

    Nothing, and a line that says so, where no session was ever kept.
    """
    from gait.history.database import database_path

    where = database_path(path)
    if not where.exists():
        print(
            f"nothing is kept yet ({one_line(str(where))}); keep a run: gait report RUN --runner NAME",
            file=sys.stderr,
        )
        return (), []
    with _open(path) as kept:
        sessions = kept.sessions(runner, newest=newest)
        return sessions, _states(kept, sessions) if runner is None else []


def _states(kept: History, sessions: tuple[KeptSession, ...]) -> list[AthleteState]:
    """Return the state of every athlete, also of those who only checked in."""
    from gait.history.athletes import athlete_state

    today = datetime.now().astimezone().date()
    theirs: dict[str, list[KeptSession]] = {}
    for session in sessions:
        theirs.setdefault(session.runner, []).append(session)
    return [
        athlete_state(athlete.name, theirs.get(athlete.name, ()), kept.checkins(athlete.name), today)
        for athlete in kept.athletes()
    ]


def _state_text(state: AthleteState, words: Words) -> str:
    """Return load, change and reasons to ask, for the end of an athlete's line."""
    minutes = state.load.week_s / 60.0
    parts = [words("history.last", date=state.last[:10], minutes=minutes)] if state.last else []
    if state.load.longest_s is not None:
        parts.append(words("history.longest", minutes=state.load.longest_s / 60.0))
    if state.changed:
        names = (words.within(words.label(name)) for name in state.changed)
        parts.append(words("history.changed", names=words("list.comma").join(names)))
    if state.ask:
        parts.append(words("history.ask", why=words("list.semicolon").join(map(words.translated, state.ask))))
    text = "; ".join(parts)
    return f", {text}" if state.last else f"; {text}" if text else ""


def _named(runner: str | None) -> str:
    if not runner:
        raise UsageError("whose?", where="--runner", todo="name the runner; gait history list shows who")
    return runner


def _words(lang: str = "en") -> Words:
    from gait.report.words import load_words

    return load_words(lang)


def _count(sessions: int, words: Words) -> str:
    return words("history.one") if sessions == 1 else words("history.sessions", n=sessions)


def _numbers(session: KeptSession, words: Words) -> str:
    from gait.analysis.metrics import METRICS
    from gait.cli.rounded import places, rounded

    metrics = [session.metrics[name] for name in SHOWN if name in session.metrics]
    return "  ".join(
        f"{rounded(metric.value, places(metric.name, metric.uncertainty), words)} {METRICS[metric.name].unit}"
        for metric in metrics
    )


def _plain(session: KeptSession) -> dict[str, Any]:
    """Return a session as JSON holds it; `dataclasses.asdict` copies every leaf, five times as long."""
    return {**vars(session), "metrics": {name: vars(metric) for name, metric in session.metrics.items()}}


def _row(session: KeptSession) -> dict[str, Any]:
    row: dict[str, Any] = {
        "runner": session.runner, "session": session.id, "name": session.name, "started": session.started,
        "ran_at": session.ran_at,
        "duration_s": session.duration_s, "running_s": session.running_s, "distance_m": session.distance_m,
        "surface": session.surface, "shoes": session.shoes, "notes": session.notes,
    }  # fmt: skip
    for metric in session.metrics.values():
        row[metric.name], row[f"{metric.name}_u"] = metric.value, metric.uncertainty
    return row


def _cell(value: object) -> object:
    """Return a value as it may stand in a spreadsheet's cell."""
    return for_spreadsheet(value) if isinstance(value, str) else value


def _json(body: dict[str, Any], target: Path | None, *, indent: int | None = 2) -> None:
    """Write or print JSON where that was asked for; without indent the long list of sessions is quick."""
    from gait.files import write_text

    if target is None:
        return
    text = json.dumps(body, indent=indent, allow_nan=False)
    if target == STDOUT:
        print(text)
    else:
        write_text(target, text + "\n")
