"""Progress: told on stderr, only when the work is long or someone looks, never on stdout."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pytest

from gait.cli import progress
from gait.cli.main import main
from gait.cli.progress import busy, long_files

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "recordings" / "easy-rearfoot"


class Terminal(io.StringIO):
    """A stderr that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_long_recording_is_told_of_in_plain_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a pipe: a line for each stage of a long recording, no escapes, stdout as for a short one."""
    target = str(tmp_path / "page.html")
    assert main(["report", str(RUN), "-o", target]) == 0
    short = capsys.readouterr()
    monkeypatch.setattr(progress, "LONG_BYTES", 1000)
    assert main(["report", str(RUN), "-o", target]) == 0
    long = capsys.readouterr()
    assert short.err == ""
    assert long.out == short.out
    lines = long.err.splitlines()
    assert lines == [
        f"gait: reading and analysing {RUN} ...",
        "gait: drawing the report ...",
    ]


def test_a_terminal_sees_what_is_done_and_keeps_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal the stage shows while it lasts and its line is cleared; stdout stays empty."""
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("TERM", "xterm")
    with busy("reading a\x1b[2Jb", long=False):
        pass
    shown = stderr.getvalue()
    assert "reading a" in shown
    assert "\x1b[2J" not in shown
    assert shown.rstrip().endswith("\x1b[2K")
    assert capsys.readouterr().out == ""


def test_an_error_passes_through() -> None:
    """What goes wrong inside is not swallowed."""
    with pytest.raises(ValueError, match="inside"), busy("reading", long=True):
        raise ValueError("inside")


def test_size_and_length_make_it_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large CSV, its gzip and a folder of them are long; other files and what is not there are not."""
    monkeypatch.setattr(progress, "LONG_BYTES", 50_000)
    rows = b"0.000000,0.12,-0.40,9.79,1.2,-0.3,0.1\n" * 2000
    (tmp_path / "left_shoe.csv").write_bytes(rows)
    with gzip.open(tmp_path / "packed.csv.gz", "wb") as file:
        file.write(bytes(range(256)) * 100)
    (tmp_path / "film.mp4").write_bytes(rows)
    assert long_files(tmp_path / "left_shoe.csv")
    assert long_files(tmp_path)
    assert not long_files(tmp_path / "film.mp4")
    assert not long_files(tmp_path / "packed.csv.gz")
    assert not long_files(tmp_path / "nothing")
