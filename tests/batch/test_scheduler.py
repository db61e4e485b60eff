"""Batches on real worker processes: some are killed, some kill, some are interrupted."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gait.batch.cluster import local_workers
from gait.batch.run import run_batch
from gait.batch.scheduler import TRIES, Progress
from gait.batch.work import Answer, analyse_session
from gait.errors import GaitError, UsageError

Listed = Callable[[Path], dict[str, bytes]]

posix = pytest.mark.skipif(os.name == "nt", reason="no signal 9 there")


def _with(client: Any) -> Callable[[], contextlib.AbstractContextManager[Any]]:
    return lambda: contextlib.nullcontext(client)


def _noted(log: Path) -> Callable[[str, str], Answer]:
    """Analysis that leaves a line for each time that it began; a closure, so that Dask ships it by value."""

    def task(path: str, out: str) -> Answer:
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"{path}\n")
        return analyse_session(path, out)

    return task


def test_two_runs_give_the_same_bytes(runs: Path, tmp_path: Path, client: Any, listed: Listed) -> None:
    """Tables do not depend on the order in which workers answer, nor on how often a path was given."""
    first = run_batch([runs], tmp_path / "a", _with(client))
    second = run_batch([runs / "run 3", runs, runs], tmp_path / "b", _with(client))
    assert (first.rows, first.failures, second.rows) == (5, 0, 5)
    assert listed(tmp_path / "a") == listed(tmp_path / "b")
    table = pd.read_parquet(tmp_path / "a" / "sessions.parquet")
    assert table["path"].tolist() == [str(runs / f"run {number}") for number in range(5)]
    assert table["cadence_spm"].to_numpy() == pytest.approx([160, 164, 168, 172, 176], abs=1.5)
    strides = pd.read_parquet(tmp_path / "a" / "strides")
    assert strides.groupby("session", observed=True).size().to_dict() == dict(
        zip(table["session"], table["strides"], strict=True)
    )


def test_started_again_it_goes_on(runs: Path, tmp_path: Path, client: Any, listed: Listed) -> None:
    """The second run analyses what is new or changed, and nothing else; no worker is needed for nothing."""
    out, log = tmp_path / "out", tmp_path / "log"
    run_batch([runs / "run 0", runs / "run 1"], out, _with(client), task=_noted(log))
    assert len(log.read_text(encoding="utf-8").splitlines()) == 2
    log.unlink()
    done = run_batch([runs], out, _with(client), task=_noted(log))
    assert sorted(log.read_text(encoding="utf-8").splitlines()) == [str(runs / f"run {n}") for n in (2, 3, 4)]
    assert (done.rows, done.analysed, done.kept) == (5, 3, 2)
    log.unlink()
    before = listed(out)
    run_batch([runs], out, lambda: pytest.fail("no worker is needed"), task=_noted(log))
    assert listed(out) == before
    shutil.copy(runs / "run 0" / "left_shoe.csv", runs / "run 4" / "left_shoe.csv")
    run_batch([runs], out, _with(client), task=_noted(log))
    assert log.read_text(encoding="utf-8").splitlines() == [str(runs / "run 4")]
    table = pd.read_parquet(out / "sessions.parquet").set_index("path")["cadence_spm"]
    assert table[str(runs / "run 4")] == table[str(runs / "run 0")]


def test_strides_without_a_row_are_dropped(runs: Path, tmp_path: Path, client: Any) -> None:
    """A worker that died between the two files of a session leaves nothing that is read as a result."""
    out = tmp_path / "out"
    run_batch([runs], out, _with(client))
    stranger = out / "strides" / "session=run-9-0000000000000000"
    shutil.copytree(next((out / "strides").iterdir()), stranger)
    run_batch([runs], out, _with(client))
    assert not stranger.exists()
    assert len(pd.read_parquet(out / "strides")["session"].unique()) == 5


def test_what_has_gone_and_what_stays(runs: Path, tmp_path: Path, client: Any) -> None:
    """A session deleted from a folder leaves the tables; one of a folder that was not named stays."""
    out = tmp_path / "out"
    run_batch([runs / "run 0", runs / "run 1", runs / "run 2"], out, _with(client))
    shutil.rmtree(runs / "run 1")
    done = run_batch([runs / "run 2", runs / "run 3"], out, _with(client))
    assert done.rows == 4
    done = run_batch([runs], out, _with(client))
    assert pd.read_parquet(out / "sessions.parquet")["path"].tolist() == [
        str(runs / f"run {number}") for number in (0, 2, 3, 4)
    ]
    assert len(list((out / "strides").iterdir())) == 4
    assert done.rows == 4


def test_a_failure_ends_nothing_and_is_tried_again(runs: Path, tmp_path: Path, client: Any) -> None:
    """A bad file is a line of ``failures.csv``; once mended it is a row, and its line has gone."""
    bad, out = runs / "run 2" / "left_shoe.csv", tmp_path / "out"
    good = bad.read_bytes()
    bad.write_bytes(b"\x00\x01\x02")
    done = run_batch([runs], out, _with(client))
    assert (done.rows, done.failures) == (4, 1)
    failures = pd.read_csv(out / "failures.csv")
    assert failures["path"].tolist() == [str(runs / "run 2")]
    assert failures["message"][0].startswith(str(bad))
    bad.write_bytes(good)
    done = run_batch([runs], out, _with(client))
    assert (done.rows, done.failures, done.analysed) == (5, 0, 1)
    assert len(pd.read_csv(out / "failures.csv")) == 0


@posix
def test_a_worker_killed_in_mid_run(runs: Path, tmp_path: Path, client: Any, listed: Listed) -> None:
    """Signal 9 to one of two workers: every session has its row, once, as in a run without it."""
    run_batch([runs], tmp_path / "calm", _with(client))
    log = tmp_path / "log"
    killed: list[int] = []

    with local_workers(2) as own:
        pids = list(own.run(os.getpid).values())

        def kill_one(now: Progress) -> None:
            if now.done and not killed:
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        done = run_batch([runs], tmp_path / "out", _with(own), task=_noted(log), on_progress=kill_one)
    assert killed
    assert (done.rows, done.failures) == (5, 0)
    assert listed(tmp_path / "out") == listed(tmp_path / "calm")
    assert len(log.read_text(encoding="utf-8").splitlines()) >= 5


def test_a_worker_that_dask_gave_up_is_replaced(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process whose supervisor has ended, as after a death while it started, does not stop the batch."""
    monkeypatch.setattr("gait.batch.scheduler.COUNT_S", 0.5)
    with local_workers(1) as own:
        own.cluster.sync(next(iter(own.cluster.workers.values())).close)
        done = run_batch([runs], tmp_path / "out", _with(own))
    assert (done.rows, done.failures) == (5, 0)


@posix
def test_a_session_that_kills_its_worker(runs: Path, tmp_path: Path) -> None:
    """It is given up after three workers and named; all others are done, on the same workers."""
    log, out = tmp_path / "log", tmp_path / "out"

    def task(path: str, results: str) -> Answer:
        if path.endswith("run 1"):
            with log.open("a", encoding="utf-8") as stream:
                stream.write("died\n")
            os.kill(os.getpid(), signal.SIGKILL)
        return analyse_session(path, results)

    with local_workers(2) as own:
        done = run_batch([runs], out, _with(own), task=task)
    assert (done.rows, done.failures) == (4, 1)
    assert len(log.read_text(encoding="utf-8").splitlines()) == TRIES
    failures = pd.read_csv(out / "failures.csv")
    assert failures["path"].tolist() == [str(runs / "run 1")]
    assert f"ended {TRIES} workers" in failures["message"][0]


@posix
def test_a_killer_in_a_group(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: Listed
) -> None:
    """Sessions in one task with one that kills its worker are done, each once."""
    monkeypatch.setattr("gait.batch.scheduler.THREADS_FOR_ONE", 1)
    sizes: list[int] = []
    from gait.batch import scheduler

    whole = scheduler._group

    def group(state: Any, threads: int) -> list[Path]:
        taken = whole(state, threads)
        sizes.append(len(taken))
        return taken

    monkeypatch.setattr("gait.batch.scheduler._group", group)

    def task(path: str, results: str) -> Answer:
        if path.endswith("run 1"):
            os.kill(os.getpid(), signal.SIGKILL)
        return analyse_session(path, results)

    with local_workers(1) as own:
        done = run_batch([runs], tmp_path / "out", _with(own), task=task)
        assert max(sizes) > 1
        assert (done.rows, done.failures) == (4, 1)
        shutil.rmtree(runs / "run 1")
        run_batch([runs], tmp_path / "out", _with(own))
        run_batch([runs], tmp_path / "calm", _with(own))
    assert listed(tmp_path / "out") == listed(tmp_path / "calm")


@posix
def test_a_full_disk_loses_nothing(runs: Path, tmp_path: Path, listed: Listed) -> None:
    """When results can no longer be written the batch stops with a line; with room again it goes on.

    The kernel's limit on the size of a file stands for the disk: a write fails in the middle of the file.
    """
    import resource

    def limit(size: int) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))

    def small(path: str, out: str) -> Answer:
        if path.endswith("run 3"):
            limit(1000)
        answer = analyse_session(path, out)
        limit(resource.RLIM_INFINITY)
        return answer

    out = tmp_path / "out"
    with local_workers(1) as own:
        with pytest.raises(GaitError, match=r"cannot be written \(File too large\)"):
            run_batch([runs], out, _with(own), task=small)
        assert len(list((out / "parts").glob("run-[012]-*.json"))) == 3
        assert not list((out / "parts").glob("run-3-*.json"))
        done = run_batch([runs], out, _with(own))
        assert done.rows == 5
        assert done.kept >= 3
        assert not [file for file in out.rglob("*") if file.name.endswith(".part")]
        run_batch([runs], tmp_path / "calm", _with(own))
    assert listed(out) == listed(tmp_path / "calm")


def test_workers_that_do_not_fit(runs: Path, tmp_path: Path, client: Any) -> None:
    """Workers of another version, or that do not see the folder, end the batch with what to do."""

    def old(_path: str, _out: str) -> Answer:
        return Answer("done", version="0.0.1")

    def apart(path: str, out: str) -> Answer:
        return analyse_session(path, f"{out}-elsewhere")

    def lacking(_path: str, _out: str) -> Answer:
        raise ModuleNotFoundError("No module named 'gait'")

    for task, message in ((old, "0.0.1"), (apart, "does not see"), (lacking, "pip install")):
        with pytest.raises(GaitError, match=message):
            run_batch([runs], tmp_path / "out", _with(client), task=task)


def test_no_two_runs_share_a_key(runs: Path, tmp_path: Path, client: Any) -> None:
    """A scheduler that still cancels one run's tasks does not take the next run's for them."""

    def keys() -> set[str]:
        seen: set[str] = set()

        class Noted:
            """The client, and every key that it is asked for."""

            def submit(self, *arguments: Any, **options: Any) -> Any:
                seen.add(options["key"])
                return client.submit(*arguments, **options)

            def __getattr__(self, name: str) -> Any:
                return getattr(client, name)

        out = tmp_path / f"out {len(list(tmp_path.iterdir()))}"
        run_batch([runs], out, _with(Noted()))
        return seen

    first, second = keys(), keys()
    assert len(first) == len(second) == 5
    assert not first & second


def test_a_folder_of_something_else_is_left_alone(runs: Path, tmp_path: Path, client: Any) -> None:
    """Results do not go where other files are."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="holds other files"):
        run_batch([runs], tmp_path / "mine", _with(client))
