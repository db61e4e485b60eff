"""``gait batch``: many sessions, on several processes or machines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.errors import UsageError

if TYPE_CHECKING:
    from gait.batch.scheduler import Progress

__all__ = ["command"]

LINE_S = 10.0
"""s between two lines of progress where stderr is no terminal (chosen: a log of hours stays short)."""
REDRAW_S = 0.2
"""s between two lines on a terminal, where the line is drawn anew (chosen: an eye sees no more)."""


def command(
    folders: Annotated[
        list[Path],
        typer.Argument(help="Session folders, folders of them to any depth, CSV files.", show_default=False),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder of the results.", show_default=False)
    ],
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", min=1, max=1024, help="Processes; one a core.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="A Dask cluster at work: tcp://HOST:8786."),
    ] = None,
) -> None:
    """Analyse many sessions: sessions.parquet, strides/ and failures.csv in a folder.

    Started again with the same folder it goes on where it was; a changed recording is done again. A session
    that cannot be analysed is a line of failures.csv and ends nothing.
    """
    if workers is not None and scheduler is not None:
        raise UsageError("--workers and --scheduler exclude each other", todo="give one of them")
    from gait.batch.cluster import check_libraries, local_workers, workers_of
    from gait.batch.run import run_batch
    from gait.batch.work import analyse_session
    from gait.plugins import taken_names

    check_libraries()
    source = partial(local_workers, workers) if scheduler is None else partial(workers_of, scheduler)
    task = partial(analyse_session, plugins=taken_names())
    done = run_batch(folders, output, source, task=task, on_progress=_progress())
    print(
        f"gait: {done.rows} sessions in {output / 'sessions.parquet'} "
        f"({done.analysed} analysed now, {done.kept} kept)",
        file=sys.stderr,
    )
    if done.failures:
        print(f"gait: {done.failures} failed, see {output / 'failures.csv'}", file=sys.stderr)


def _progress() -> Callable[[Progress], None]:
    """Return a function that shows progress on stderr: redrawn on a terminal, else a line now and then."""
    terminal = sys.stderr.isatty()
    last_s = time.monotonic()

    def show(now: Progress) -> None:
        nonlocal last_s
        finished = now.done == now.total
        if time.monotonic() - last_s < (REDRAW_S if terminal else LINE_S) and not (terminal and finished):
            return
        last_s = time.monotonic()
        at_work = f"{now.threads} at work" if now.threads else "waiting for workers"
        line = f"gait: {now.done} of {now.total} sessions, {now.failed} failed, {at_work}"
        if terminal:
            print(f"\r{line}\x1b[K", end="\n" if finished else "", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)

    return show
