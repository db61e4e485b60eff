"""A report by a process of its own, as people run it: the same page, history and files as in one process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from gait.cli.main import main
from gait.history.store import History

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "recordings" / "easy-rearfoot"
GAIT = [sys.executable, "-m", "gait"]


def test_page_history_and_parquet_are_those_of_one_process(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here pandas is imported, so this process works alone; a fresh one reads and analyses beside itself."""
    out = {}
    for name in ("fresh", "here"):
        folder = tmp_path / name
        folder.mkdir()
        files = [
            "-o",
            folder / "page.html",
            "--parquet",
            folder / "strides.parquet",
            "--json",
            folder / "run.json",
        ]
        kept = ["--runner", "Ada", "--history", folder / "kept.db"]
        arguments = list(map(str, ["report", RUN, *files, *kept]))
        if name == "fresh":
            done = subprocess.run([*GAIT, *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
            assert done.returncode == 0, done.stderr
            out[name] = done.stdout
        else:
            assert main(arguments) == 0
            out[name] = capsys.readouterr().out
    fresh, here = (tmp_path / name for name in ("fresh", "here"))
    assert out["fresh"].replace(str(fresh), "") == out["here"].replace(str(here), "")
    for name in ("page.html", "run.json"):
        assert (fresh / name).read_bytes() == (here / name).read_bytes()
    pd.testing.assert_frame_equal(
        pd.read_parquet(fresh / "strides.parquet"), pd.read_parquet(here / "strides.parquet")
    )
    again = ["report", str(RUN), "-o", str(here / "page.html"), "--runner", "Ada"]
    assert main([*again, "--history", str(fresh / "kept.db")]) == 0
    with History(fresh / "kept.db") as kept:
        (session,) = kept.sessions("Ada")
    assert session.pods == {"left shoe": "virtual runner", "right shoe": "virtual runner"}


def test_a_file_that_is_none_ends_in_one_line(tmp_path: Path) -> None:
    """A fault met beside this process comes over as its line; exit code 2, nothing else printed."""
    (tmp_path / "left_shoe.csv").write_text("time_s,acc_x\n0.0,1.0\n")
    done = subprocess.run(
        [*GAIT, "report", str(tmp_path / "left_shoe.csv")],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "no column acc_y, acc_z" in done.stderr


def test_pandas_comes_without_pyarrow() -> None:
    """A command's pandas leaves pyarrow out, though it is installed, and who wants it can still have it."""
    code = (
        "import sys; from gait.cli.measured import import_pandas_alone; import_pandas_alone(); "
        "print('pandas' in sys.modules, 'pyarrow' in sys.modules); import pyarrow; print(pyarrow.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["True", "False", "pyarrow"]
