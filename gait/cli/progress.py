"""Say on stderr what the program is busy with: a spinner on a terminal, a plain line for long work else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gait.cli.main import one_line

__all__ = ["busy", "long_files"]

LONG_BYTES = 30_000_000
"""Bytes of CSV from which the work takes long enough to be told of (chosen: half an hour of two sensors at
208 Hz)."""
PACKED = 4.0
"""Times that gzip makes a recording smaller (chosen: a little less than `gait.recording.long.GZIP_RATIO`, so
that nobody waits without a word)."""


@contextmanager
def busy(action: str, *, long: bool) -> Iterator[None]:
    """Say what is being done while it is done.

    Parameters
    ----------
    action
        Such as ``"reading run/"``; untrusted names in it are made harmless.
    long
        Whether it is worth a line where stderr is not a terminal.
    """
    line = one_line(action)
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.text import Text

        with Console(stderr=True).status(Text(f"{line} …")):
            yield
        return
    if long:
        print(f"gait: {line} ...", file=sys.stderr, flush=True)
    yield


def long_files(path: Path) -> bool:
    """Return True where a recording or a session folder is large; False where it cannot be looked at."""
    try:
        files = [path] if path.is_file() else [path for path in path.iterdir() if path.is_file()]
        size = sum(_size(file) for file in files)
    except OSError:
        return False
    return size >= LONG_BYTES


def _size(path: Path) -> float:
    """Return bytes of a recording once unpacked, roughly; 0 for other files."""
    name = path.name.lower()
    if name.endswith(".csv.gz"):
        return PACKED * path.stat().st_size
    return float(path.stat().st_size) if name.endswith(".csv") else 0.0
