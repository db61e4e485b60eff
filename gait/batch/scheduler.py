"""Hand sessions out to Dask workers, survive workers that die, and find the session that kills them.

A worker's death may have nothing to do with what it did: the machine was switched off, or another session on
it took all memory. So a session whose worker died goes back to the end of the queue, and after `TRIES` - 1
deaths it is kept until everything else is done. Then it runs alone on the whole cluster. If a worker dies
even so, the session is the cause, and it becomes a line of ``failures.csv``.
"""

from __future__ import annotations

import contextlib
import queue
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gait.batch.cluster import replace_dead
from gait.batch.work import Answer, analyse_group, analyse_session, session_id, stamp_of, write_fault
from gait.errors import GaitError
from gait.plugins import software

__all__ = ["TRIES", "Progress", "Task", "run_sessions"]

TRIES = 3
"""Workers that may die with a session before it is given up (chosen: the last time it ran alone)."""
AHEAD = 2
"""Sessions handed out for each thread (chosen: one at work, one waiting, so that no thread is ever idle)."""
LOOK_S = 1.0
"""s between two calls for progress, when nothing else happens (chosen: a line of progress is no more often
read)."""
THREADS_FOR_ONE = 32
"""Threads for each session of a group that is handed out at once (chosen: a scheduler handles about a hundred
tasks a second, docs/batch.md, which thousands of threads would outrun by single tasks)."""
MOST_AT_ONCE = 16
"""Sessions in a group at most (chosen: what a dying worker takes along is done again)."""
COUNT_S = 5.0
"""s between two counts of the cluster's threads, which is a message to the scheduler (chosen: workers come
and go)."""

Task = Callable[[str, str], Answer]
"""What a worker does: (path of the session, folder of results) -> how it went."""


@dataclass(frozen=True)
class Progress:
    """How far a batch is: sessions with an answer, of how many, failures among them, threads at work."""

    done: int
    total: int
    failed: int
    threads: int


@dataclass
class _State:
    """Sessions that wait, that are handed out, and that have died."""

    waiting: deque[Path]
    alone: deque[Path] = field(default_factory=deque)
    flying: dict[str, tuple[list[Path], Any]] = field(default_factory=dict)
    deaths: Counter[Path] = field(default_factory=Counter)
    done: int = 0
    failed: int = 0
    number: int = 0
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    """In every key: a scheduler gives one answer for one key, and may still be cancelling those of a run that
    was interrupted, or hold those of another client."""


def run_sessions(
    client: Any,  # noqa: ANN401 - Dask has no types
    sessions: Iterable[Path],
    out: Path,
    *,
    task: Task = analyse_session,
    on_progress: Callable[[Progress], None] | None = None,
) -> Counter[str]:
    """Analyse sessions on a cluster; the results are files, as `gait.batch.work` says.

    Parameters
    ----------
    client
        A `distributed.Client`.
    sessions
        Resolved paths.
    out
        Folder of results, which every worker sees under this path.
    task
        Work to do for each session.
    on_progress
        Called with every answer, and once a second.

    Returns
    -------
    Outcome -> sessions.

    Raises
    ------
    GaitError
        The results cannot be written, a worker does not see the folder or has another version of this
        package, or the scheduler is gone. What was done until then is kept.
    """
    state = _State(deque(sessions))
    total = len(state.waiting)
    answers: queue.SimpleQueue[str] = queue.SimpleQueue()
    outcomes: Counter[str] = Counter()
    threads, counted_s = _threads(client), time.monotonic()
    dead_since_s: dict[object, float] = {}
    try:
        while state.waiting or state.alone or state.flying:
            _hand_out(client, state, task, out, answers, threads)
            key = _next(answers)
            if key in state.flying:
                outcomes.update(_settle(*state.flying.pop(key), state, out))
            if time.monotonic() - counted_s > COUNT_S:
                replace_dead(client, dead_since_s)
                threads, counted_s = _threads(client), time.monotonic()
            if on_progress is not None:
                on_progress(Progress(state.done, total, state.failed, threads))
    except OSError as error:
        # Only Dask's connections raise it here: files are written by workers, or end in a `GaitError`.
        raise _lost() from error
    finally:
        with contextlib.suppress(OSError):
            client.cancel([future for _, future in state.flying.values()], force=True)
    return outcomes


def _threads(client: Any) -> int:  # noqa: ANN401 - Dask has no types
    return sum(client.nthreads().values())


def _next(answers: queue.SimpleQueue[str]) -> str | None:
    try:
        return answers.get(timeout=LOOK_S)
    except queue.Empty:
        return None


def _hand_out(
    client: Any,  # noqa: ANN401 - Dask has no types
    state: _State,
    task: Task,
    out: Path,
    answers: queue.SimpleQueue[str],
    threads: int,
) -> None:
    """Fill the workers' queues; a session suspected of killing workers is handed out alone."""
    while state.waiting and len(state.flying) < max(1, threads) * AHEAD:
        _submit(client, state, _group(state, threads), task, out, answers)
    if not state.flying and state.alone:
        _submit(client, state, [state.alone.popleft()], task, out, answers)


def _group(state: _State, threads: int) -> list[Path]:
    """Take what one worker gets at once; a session whose worker died is never in a group."""
    size = min(
        1 + threads // THREADS_FOR_ONE, MOST_AT_ONCE, 1 + len(state.waiting) // max(1, threads * AHEAD)
    )
    group = [state.waiting.popleft()]
    while len(group) < size and state.waiting and not state.deaths[group[0]] + state.deaths[state.waiting[0]]:
        group.append(state.waiting.popleft())
    return group


def _submit(
    client: Any,  # noqa: ANN401 - Dask has no types
    state: _State,
    group: list[Path],
    task: Task,
    out: Path,
    answers: queue.SimpleQueue[str],
) -> None:
    state.number += 1
    key = f"{session_id(group[0])}-{state.run}-{state.number}"
    future = client.submit(analyse_group, task, [str(path) for path in group], str(out), key=key, pure=False)
    state.flying[key] = (group, future)
    future.add_done_callback(lambda done: answers.put(str(done.key)))


def _settle(group: list[Path], future: Any, state: _State, out: Path) -> list[str]:  # noqa: ANN401 - Dask has no types
    """Take in what became of a group; return the outcomes of all that are not tried again."""
    if future.status == "error":
        answers = _died(group, future.exception(), state, out)
    elif future.status == "finished":
        answers = future.result()
    else:
        raise _lost()
    for answer in answers:
        _check(answer, out)
        state.done += 1
        state.failed += answer.outcome == "failed"
    return [answer.outcome for answer in answers]


def _lost() -> GaitError:
    return GaitError("the connection to the Dask scheduler is lost", todo="start again: it goes on")


def _died(group: list[Path], error: BaseException, state: _State, out: Path) -> list[Answer]:
    """Count a worker's death; return a failure when the session is the cause, else nothing."""
    from distributed.scheduler import KilledWorker

    if not isinstance(error, KilledWorker):
        raise GaitError(
            f"a worker cannot run the analysis ({type(error).__name__}: {error})",
            todo='install the same on every worker: pip install "running-gait[batch]"',
        ) from error
    was_alone = state.deaths[group[0]] >= TRIES - 1
    for path in group:
        state.deaths[path] += error.allowed_failures + 1
    if was_alone:
        return [_give_up(group[0], state.deaths[group[0]], out)]
    for path in group:
        (state.alone if state.deaths[path] >= TRIES - 1 else state.waiting).append(path)
    return []


def _give_up(path: Path, deaths: int, out: Path) -> Answer:
    """Save the failure of a session that killed a worker when nothing else was at work."""
    message = (
        f"{path}: its analysis ended {deaths} workers, at last alone (out of memory, or a crash); "
        "try it on a machine with more memory: gait analyze PATH"
    )
    write_fault(path, out, stamp_of(path), message)
    return Answer("failed", message)


def _check(answer: Answer, out: Path) -> None:
    if answer.version != software():
        raise GaitError(
            f"a worker has version {answer.version} of this package, this is {software()}",
            todo="install the same version on every worker",
        )
    if answer.outcome == "not shared":
        raise GaitError(
            "a worker does not see this folder", where=out, todo="use one that all machines share"
        )
    if answer.outcome == "not written":
        raise GaitError(answer.message, todo="then start again: it goes on where it was")
