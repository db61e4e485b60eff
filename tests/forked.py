"""Processes of ``gait`` that begin with the package loaded, where the system can fork.

Started anew, each spends more than a second on imports before it does anything. So one Python imports what
`gait record` needs and waits; a process is a fork of it, with its own id, signals, files and exit code. What
depends on a fresh start (what is imported when, ``python -m gait`` itself) is tested with processes that are
started anew.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO

__all__ = ["Process", "start"]

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 200_000
"""Bytes of a request, most of them the environment; the system's messages are no longer."""
WORD = 8
"""Bytes of an id or an exit code on its way."""
LOADED = (
    "gait.cli.commands.record",
    "gait.cli.commands.virtual_sensor",
    "gait.cli.live_strides",
    "gait.journal.folder",
    "gait.recording.read",
    "gait.sensors.beside",
    "gait.sensors.session",
    "gait.sensors.status_line",
    *(("gait.virtual.radio.adapter", "gait.virtual.radio.world") if find_spec("bumble") else ()),
)
"""Modules that the template imports before it forks."""


def _word(number: int) -> bytes:
    return number.to_bytes(WORD, "little", signed=True)


def _number(word: bytes) -> int:
    if len(word) != WORD:
        # Without this a template that is gone would read as process 0: a signal to it reaches every worker.
        raise ChildProcessError("the process that forks for the tests has ended")
    return int.from_bytes(word, "little", signed=True)


class Process:
    """A process under way, as `subprocess.Popen` shows it. State: the exit code once it is known."""

    def __init__(self, told: int, stderr: IO[str]) -> None:
        self._told, self.stderr, self.returncode = told, stderr, None
        self.pid = _number(os.read(told, WORD))

    def poll(self) -> int | None:
        """Return the exit code, minus the signal's number where one ended it; None while it runs."""
        if self.returncode is None and select.select([self._told], [], [], 0.0)[0]:
            self.wait()
        return self.returncode

    def wait(self) -> int:
        """Return the exit code, once there is one."""
        if self.returncode is None:
            self.returncode = _number(os.read(self._told, WORD))
            os.close(self._told)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to a process that still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it without a word."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float) -> tuple[None, str]:
        """Return nothing for stdout and the rest of stderr; a process that takes longer is killed."""
        over = threading.Event()
        watch = threading.Timer(timeout, lambda: (over.set(), self.kill()))
        watch.start()
        rest = self.stderr.read()
        self.wait()
        watch.cancel()
        watch.join()
        self.stderr.close()
        if over.is_set():
            raise subprocess.TimeoutExpired(str(self.pid), timeout, stderr=rest)
        return None, rest


def start(words: Sequence[object], *, code: str = "") -> Process | subprocess.Popen[str]:
    """Start ``gait`` with these words, or a program that takes them; stderr can be read, stdout is lost."""
    words = [str(word) for word in words]
    if sys.platform != "linux":
        what = ["-c", code] if code else ["-m", "gait"]
        return subprocess.Popen(
            [sys.executable, *what, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
    stderr, stderr_of_it = os.pipe()
    told, told_by_it = os.pipe()
    request = {"words": words, "code": code, "environment": dict(os.environ), "folder": str(Path.cwd())}
    socket.send_fds(_template(), [json.dumps(request).encode()], [stderr_of_it, told_by_it])
    os.close(stderr_of_it)
    os.close(told_by_it)
    return Process(told, os.fdopen(stderr, encoding="utf-8"))


@lru_cache(maxsize=1)
def _template() -> socket.socket:
    """Line to the Python that forks; it ends with this process."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forked", str(its.fileno())],
        pass_fds=[its.fileno()],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # Threads that are not there cannot be lost in a fork.
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    its.close()
    atexit.register(lambda: (ours.close(), process.wait()))
    return ours


def _serve(line: socket.socket) -> dict[str, object]:
    """Fork for each request; return in the fork, with the request, and never in the template itself."""
    while True:
        data, files, _, _ = socket.recv_fds(line, LONGEST, 2)
        if not data:
            _reap()
            sys.exit()
        if os.fork() == 0:
            line.close()
            return _begin(json.loads(data), *files)
        for file in files:
            os.close(file)
        _reap()


def _reap() -> None:
    """Take note of the keepers that have ended, whose processor time counts as ours."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _begin(request: dict[str, object], stderr: int, told: int) -> dict[str, object]:
    """Fork once more: the keeper tells id and exit code of the process in which this returns."""
    pid = os.fork()
    if pid:
        os.close(stderr)
        os.write(told, _word(pid))
        os.write(told, _word(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))
        os._exit(0)
    os.close(told)
    os.dup2(stderr, sys.stderr.fileno())
    os.close(stderr)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    return request


def _carry_out(request: dict[str, object]) -> None:
    sys.argv = ["gait", *request["words"]]
    if request["code"]:
        exec(request["code"], {"__name__": "__main__"})  # noqa: S102 - a test's own program
    else:
        runpy.run_module("gait", run_name="__main__")


if __name__ == "__main__":
    for name in LOADED:
        __import__(name)
    gc.freeze()
    _carry_out(_serve(socket.socket(fileno=int(sys.argv[1]))))
