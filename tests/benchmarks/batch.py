"""How a batch grows with its workers, and what a session costs the scheduler, the client and the disk."""

import contextlib
import os
import shutil
import time
from pathlib import Path

from gait.batch import scheduler
from gait.batch.cluster import local_workers
from gait.batch.run import _is_done, _prepare, run_batch
from gait.batch.tables import write_tables
from gait.batch.work import Answer, Part, _write_part, part_file, read_part, session_id

from . import measure
from .data import simulated

SESSIONS = 12
MINUTES = 10
EMPTY = 1000
PARTS = 5000


def main(cache):
    """Sessions of ten minutes on one and two workers, then what 1000 machines would ask of one scheduler."""
    folder = _sessions(cache)
    rows = []
    one_s = None
    for workers in (1, 2):
        with local_workers(workers) as client, _counted() as count:
            took_s = _timed(lambda client=client: _run([folder], cache / "out", client))
        one_s = one_s or took_s
        rows.append(
            (
                workers,
                f"{took_s:.1f}",
                f"{SESSIONS / took_s:.2f}",
                f"{one_s / took_s:.2f}",
                f"{count['messages'] / SESSIONS:.0f}",
                f"{count['bytes'] / SESSIONS / 1e3:.1f}",
            )
        )
    print(f"{SESSIONS} sessions of {MINUTES} min of two shoes; messages and kB of client and scheduler\n")
    measure.table(("workers", "s", "sessions/s", "times one", "messages a session", "kB a session"), rows)
    print()
    measure.table(("what one process carries", "sessions/s"), [*_scheduler(cache), *_disk(cache)])
    size = sum(file.stat().st_size for file in folder.rglob("*.csv")) / SESSIONS
    out = sum(file.stat().st_size for file in (cache / "out").rglob("*") if file.is_file()) / SESSIONS
    print(f"\nfrom disk to worker {size / 1e6:.1f} MB a session, back to disk {out / 1e3:.0f} kB")


def _sessions(cache):
    """Folder of sessions with the same samples under different names."""
    folder = cache / f"batch-{SESSIONS}x{MINUTES}"
    source = simulated(cache, MINUTES)
    for number in range(SESSIONS):
        place = folder / f"run-{number:02d}"
        place.mkdir(parents=True, exist_ok=True)
        for file in source.glob("*_shoe.csv"):
            if not (place / file.name).exists():
                os.link(file, place / file.name)
    return folder


def _run(paths, out, client):
    shutil.rmtree(out, ignore_errors=True)
    done = run_batch(paths, out, lambda: contextlib.nullcontext(client))
    assert (done.rows, done.failures) == (SESSIONS, 0)


def _timed(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


@contextlib.contextmanager
def _counted():
    """Messages and bytes that come into this process, which holds scheduler and client, and go out of it."""
    from distributed.comm import tcp

    count = {"messages": 0, "bytes": 0}
    read, write, read_bytes = tcp.TCP.read, tcp.TCP.write, tcp.read_bytes_rw

    async def counted_read(self, deserializers=None):
        message = await read(self, deserializers=deserializers)
        count["messages"] += 1
        return message

    async def counted_bytes(stream, size):
        count["bytes"] += size
        return await read_bytes(stream, size)

    async def counted_write(self, *arguments, **options):
        size = await write(self, *arguments, **options)
        count["messages"] += 1
        count["bytes"] += size
        return size

    tcp.TCP.read, tcp.TCP.write, tcp.read_bytes_rw = counted_read, counted_write, counted_bytes
    try:
        yield count
    finally:
        tcp.TCP.read, tcp.TCP.write, tcp.read_bytes_rw = read, write, read_bytes


def _scheduler(cache):
    """Sessions a second that client and scheduler hand out when the work itself takes no time."""
    rows = []
    one_by_one = scheduler.THREADS_FOR_ONE
    with local_workers(2) as client:
        for size, threads_for_one in ((1, one_by_one), (scheduler.MOST_AT_ONCE, 2 / scheduler.MOST_AT_ONCE)):
            scheduler.THREADS_FOR_ONE = threads_for_one
            paths = [Path(f"/data/{number}") for number in range(EMPTY * size)]
            with _counted() as count:
                took_s = _timed(lambda paths=paths: scheduler.run_sessions(client, paths, cache, task=done))
            messages, size_kb = count["messages"] / len(paths), count["bytes"] / len(paths) / 1e3
            print(f"empty sessions in groups of {size}: {messages:.1f} messages, {size_kb:.2f} kB each")
            rows.append((f"scheduler and client, groups of {size}", f"{len(paths) / took_s:.0f}"))
    scheduler.THREADS_FOR_ONE = one_by_one
    print()
    return rows


def done(_path, _out):
    """Work that takes no time."""
    return Answer("done")


def _disk(cache):
    """Sessions a second that are found done at a start, and gathered into the tables at the end."""
    part = read_part(next((cache / "out" / "parts").iterdir()))
    out = cache / "gathered"
    shutil.rmtree(out, ignore_errors=True)
    out = _prepare(out)
    names = [f"session-{number}" for number in range(PARTS)]
    for name in names:
        _write_part(part_file(out, name), part)
    gather_s = _timed(lambda: write_tables(out, names, []))
    path = Path(part.path)
    shutil.copytree(cache / "out" / "strides", out / "strides", dirs_exist_ok=True)
    _write_part(part_file(out, session_id(path)), Part(**vars(part)))
    look_s = _timed(lambda: [_is_done(path, out) for _ in range(PARTS)])
    assert _is_done(path, out)
    return [
        ("found done at a start", f"{PARTS / look_s:.0f}"),
        ("gathered into the tables", f"{PARTS / gather_s:.0f}"),
    ]
