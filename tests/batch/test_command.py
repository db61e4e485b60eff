"""``gait batch`` as it is typed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gait.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 240.0


def test_a_cluster_that_exists(
    runs: Path,
    tmp_path: Path,
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """``--scheduler`` does it there; failures are counted on stderr and the code is 0; no history is kept."""
    monkeypatch.setenv("GAIT_HISTORY", str(tmp_path / "history.sqlite"))
    (runs / "run 0" / "left_shoe.csv").write_text("nothing\n", encoding="utf-8")
    out = tmp_path / "out"
    address = client.scheduler.address
    assert main(["batch", str(runs), "-o", str(out), "--scheduler", address]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "4 sessions in" in captured.err
    assert "1 failed, see" in captured.err
    assert sorted(path.name for path in out.iterdir()) == [
        "failures.csv",
        "gait-batch.json",
        "parts",
        "sessions.parquet",
        "strides",
    ]
    assert not (tmp_path / "history.sqlite").exists()


def test_bad_usage(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Options that exclude each other, no scheduler, no such folder, no extra: code 2 and one line each."""
    out = str(tmp_path / "out")
    monkeypatch.setattr("gait.batch.cluster.CONNECT_S", 0.5)
    for arguments, message in (
        ([str(runs), "--workers", "1", "--scheduler", "tcp://127.0.0.1:1"], "exclude each other"),
        ([str(runs), "--scheduler", "tcp://127.0.0.1:1"], "no Dask scheduler answers"),
        ([str(tmp_path / "none")], "cannot be opened"),
    ):
        assert main(["batch", *arguments, "-o", out]) == 2
        err = capsys.readouterr().err
        assert message in err
        assert err.count("\n") == 1
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["batch", str(runs), "-o", out]) == 2
    assert 'pip install "running-gait[batch]"' in capsys.readouterr().err


HELD = """
import sys, time
import gait.batch.run
from gait.batch.work import analyse_session
from gait.cli.main import main

def held(path, out):
    while not path.endswith("run 0"):
        time.sleep(0.05)
    return analyse_session(path, out)

run_batch = gait.batch.run.run_batch
gait.batch.run.run_batch = lambda *given, **options: run_batch(*given, **{**options, "task": held})
sys.exit(main(sys.argv[1:]))
"""
"""``gait`` with sessions that are not done before the batch is interrupted, all but one."""


@pytest.mark.skipif(os.name == "nt", reason="no process groups there")
def test_ctrl_c_keeps_what_is_done(
    runs: Path, tmp_path: Path, client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C to the whole group ends with 130 and tables of what was done; the next run does the rest."""
    out = tmp_path / "out"
    words = ["batch", str(runs), "-o", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-c", HELD, *words, "--workers", "1"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ,
    )
    limit = time.monotonic() + PATIENCE_S
    while not list(out.glob("parts/*.json")):
        assert time.monotonic() < limit
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    err = process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode == 130
    assert "Traceback" not in err
    assert len(pd.read_parquet(out / "sessions.parquet")) == 1
    assert main([*words, "--scheduler", client.scheduler.address]) == 0
    assert f"5 sessions in {out / 'sessions.parquet'} (4 analysed now, 1 kept)" in capsys.readouterr().err
