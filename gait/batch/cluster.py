"""The processes that do the work: some on this machine, or the workers of a Dask cluster that exists."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from gait.errors import GaitError, MissingExtraError

__all__ = ["check_libraries", "dask_setup", "local_workers", "replace_dead", "workers_of"]

CONNECT_S = 20.0
"""s within which a scheduler has to answer (chosen: one on a busy network does within seconds)."""
START_S = 30.0
"""s that a local process may take to start (chosen: some seconds are usual, on a very busy machine ten)."""
ENDED = {"closed", "failed"}
"""Names of a supervisor's states in which it starts nothing any more."""
LOCAL_TRIES = 0
"""Deaths of its worker that Dask itself forgives a task (chosen: none, `gait.batch.scheduler` counts
them)."""
PRELOADED = ("distributed", "gait.analysis.analyze", "gait.batch.work", "pyarrow.parquet")
"""Modules that every worker needs: imported once, in the process that all workers are forked from."""


def dask_setup(worker: object) -> None:  # noqa: ARG001 - Dask calls a preloaded module's function so
    """Leave Ctrl-C to the main process; the terminal sends it to the workers too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def local_workers(count: int | None) -> Iterator[Any]:
    """Start processes on this machine, one thread each, and give a Dask client to them.

    Parameters
    ----------
    count
        Processes; as many as there are cores by default.

    Raises
    ------
    MissingExtraError
        Dask is not installed.

    Notes
    -----
    Everything listens on the loopback interface alone, and there is no dashboard. A process that takes more
    than its share of the memory is ended and started again. On Linux all are forked from one process that has
    imported what they need and has no threads of its own: a worker starts, and is replaced, in tenths of a
    second instead of seconds.
    """
    dask, distributed = check_libraries()
    settings = {
        **_forked_workers(dask, distributed),
        "distributed.scheduler.allowed-failures": LOCAL_TRIES,
        "distributed.worker.daemon": True,
    }
    with dask.config.set(settings):
        cluster = distributed.LocalCluster(
            n_workers=count or dask.system.CPU_COUNT,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            silence_logs=logging.CRITICAL,
            preload=[__name__],
        )
        with cluster, distributed.Client(cluster) as client:
            yield client


def _forked_workers(dask: Any, distributed: Any) -> dict[str, str]:  # noqa: ANN401 - Dask has no types
    """Let workers be forked from a process that has imported `PRELOADED`; return Dask's setting for it.

    Elsewhere than on Linux a fork is not safe, and there is none.
    """
    if sys.platform != "linux":
        return {}
    setting = {"distributed.worker.multiprocessing-method": "forkserver"}
    with dask.config.set(setting):
        # Dask puts its own preload list in at the first call; ours then takes its place.
        distributed.utils.get_mp_context().set_forkserver_preload(list(PRELOADED))
    return setting


@contextlib.contextmanager
def workers_of(address: str) -> Iterator[Any]:
    """Give a Dask client to the scheduler at an address such as ``tcp://host:8786``.

    Raises
    ------
    MissingExtraError
        Dask is not installed.
    GaitError
        No scheduler answers there.
    """
    _, distributed = check_libraries()
    _hush(distributed.__name__)
    try:
        client = distributed.Client(address, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise GaitError(
            "no Dask scheduler answers there",
            where=f"--scheduler {address}",
            todo="start one with: dask scheduler, and its workers with: dask worker ADDRESS",
        ) from error
    with client:
        yield client


def replace_dead(client: Any, dead_since_s: dict[object, float]) -> None:  # noqa: ANN401 - Dask has no types
    """Replace local processes that died and that Dask does not start again.

    Parameters
    ----------
    client
        Of `local_workers`; nothing is done for a cluster of someone else's.
    dead_since_s
        Process -> monotonic time at which it was first seen dead; kept up to date here.

    Notes
    -----
    Dask starts a process again unless it dies before it has reported that it is up. A worker whose first task
    kills it can do that. Its supervisor has then ended, or waits for a report that never comes.
    """
    cluster = client.cluster
    if cluster is None:
        return
    nannies = dict(cluster.workers)
    dead = {name for name, nanny in nannies.items() if not nanny.is_alive()}
    for name in dead_since_s.keys() - dead:
        del dead_since_s[name]
    now_s = time.monotonic()
    lost = {
        name
        for name in dead
        if nannies[name].status.name in ENDED or now_s - dead_since_s.setdefault(name, now_s) > START_S
    }
    # Dask compares names, so a replacement needs a new name; scaling to the same number starts it.
    for name in lost & cluster.worker_spec.keys():
        fresh = 1 + max([*nannies, *cluster.worker_spec])
        cluster.worker_spec[fresh] = cluster.worker_spec.pop(name)
    if lost:
        cluster.scale(len(cluster.worker_spec))


def _hush(package: str) -> None:
    """Keep Dask's log lines, tracebacks among them, off stderr: what matters comes as an error of ours."""
    for name in list(logging.root.manager.loggerDict):
        if name == package or name.startswith(f"{package}."):
            logging.getLogger(name).setLevel(logging.CRITICAL)


def check_libraries() -> tuple[Any, Any]:
    """Return the modules ``dask`` and ``distributed``.

    Raises
    ------
    MissingExtraError
        One of them, or pyarrow, is not installed.
    """
    try:
        import dask.system
        import distributed

        # Imported without use, so that a missing package is reported now and not after hours of work.
        import_module("pyarrow")
    except ImportError as error:
        raise MissingExtraError("gait batch", "batch") from error
    return dask, distributed
