"""Every wrong input that a user may give: exit code 2 and one line that says what, where and what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gait.cli.main import main

HEADER = "time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n"


def _row(index: int, scale: float = 1.0) -> str:
    swing = float(np.sin(index / 11.0))
    cells = [15 * swing * scale, 0.5 * scale, (9.81 + 4 * swing) * scale]
    return f"{index / 100:.2f}," + ",".join(f"{cell:.4f}" for cell in cells) + f",{300 * swing:.2f},1,2\n"


def _good(rows: int = 300, scale: float = 1.0) -> str:
    return HEADER + "".join(_row(index, scale) for index in range(rows))


Maker = Callable[[Path], Path]


def _file(text: str, name: str = "left_shoe.csv") -> Maker:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return path

    return make


def _two_files(folder: Path) -> Path:
    _file(_good(), "left_shoe.csv")(folder)
    return _file(_good(), "left_foot.csv")(folder).parent


def _session(toml: str) -> Maker:
    def make(folder: Path) -> Path:
        _file(toml, "session.toml")(folder)
        return _file(_good())(folder).parent

    return make


def _zeros(folder: Path) -> Path:
    path = folder / "left_shoe.csv"
    with path.open("wb") as stream:
        stream.truncate(2 << 30 if os.name == "posix" else 1 << 24)
    return path


CASES: dict[str, tuple[Maker, str]] = {
    "missing file": (lambda folder: folder / "none.csv", "no such file or folder"),
    "folder without recordings": (lambda folder: folder, "no recording in this folder"),
    "empty file": (_file(""), "an empty file"),
    "header only": (_file(HEADER), "no samples below the column names"),
    "missing columns": (_file("time_s,acc_x\n0,1\n"), "no column acc_y, acc_z"),
    "text in a number column": (_file(_good() + "9,1,2,oops,1,1,1\n"), "line 302, column acc_z: 'oops'"),
    "time that goes back": (_file(_good() + "0.5,1,2,9.8,1,1,1\n"), "line 302: time goes back"),
    "NaN rows only": (
        _file(HEADER + "".join(f"{i},nan,nan,nan,1,1,1\n" for i in range(9))),
        "no row has a number",
    ),
    "in g": (_file(_good(scale=1 / 9.80665)), "multiply acc_x, acc_y and acc_z by 9.80665"),
    "two files for one side": (_two_files, "are both the left shoe"),
    "a file of zeros": (_zeros, "not text but some program's binary file"),
    "markup in a name": (_file("", "<img src=x onerror=alert(1)> left shoe.csv"), "an empty file"),
    "escapes in a name": (_file("", "left_shoe\x1b[2J\n.csv"), "an empty file"),
    "escapes in a column": (_file("\x1b]0;owned\x07,b\n1,2\n"), "no column time_s"),
    "a name too long": (
        lambda folder: folder / ("x" * 5000),
        "cannot be opened" if os.name == "posix" else "",
    ),
    "no place": (_file(_good(), "data.csv"), "--placement shoe|shank and --side left|right"),
    "unknown note": (_session("[runner]\nmas_kg = 3\n"), "unknown key 'mas_kg'"),
    "notes that are no TOML": (_session("[runner\n"), "not valid TOML"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_line_and_two(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is refused with code 2, one printable line on stderr, nothing on stdout."""
    if os.name == "nt" and case in {"markup in a name", "escapes in a name"}:
        pytest.skip("Windows has no such names")
    make, says = CASES[case]
    path = make(tmp_path)
    assert main(["analyze", str(path)]) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.err.startswith("gait: ")
    assert captured.err.count("\n") == 1
    assert captured.err.rstrip("\n").isprintable()
    assert captured.out == ""


@pytest.mark.parametrize(
    "options",
    [
        ["--side", "up"],
        ["--placement", "hip"],
        ["--speed", "fast"],
        ["--speed", "-1"],
        ["--mass", "7000"],
        ["--height", "178"],
    ],
)
def test_options_out_of_range(options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A height in centimetres or a side that is none is refused before anything is read."""
    assert main(["analyze", str(tmp_path), *options]) == 2
    assert capsys.readouterr().err.startswith(f"gait: Invalid value for '{options[0]}'")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No permission is said as such."""
    path = _file(_good())(tmp_path)
    path.chmod(0)
    assert main(["analyze", str(path)]) == 2
    assert "Permission denied" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="needs resource limits")
def test_zeros_need_little_memory(tmp_path: Path) -> None:
    """Two gigabytes of zeros are refused by a process that may not even use half a gigabyte of data."""
    path = _zeros(tmp_path)
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (500 << 20, 500 << 20))\n"
        "from gait.cli.main import main\n"
        f"sys.exit(main(['analyze', {str(path)!r}]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "not text but some program's binary file" in done.stderr
