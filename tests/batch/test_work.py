"""One session of a batch, in this process."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import gait
from gait.analysis.metrics import METRICS
from gait.analysis.results import STRIDE_COLUMNS
from gait.batch.run import _prepare
from gait.batch.tables import SESSIONS
from gait.batch.work import analyse_session, inputs_of, part_file, read_part, session_id, stamp_of
from gait.cli.main import main


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder of results without any."""
    return _prepare(tmp_path / "out")


def test_row_and_strides_are_the_analysis(runs: Path, out: Path) -> None:
    """What is saved is what `gait.analyze` gives, number by number, with units in the schema."""
    path = runs / "run 0"
    assert analyse_session(str(path), str(out)).outcome == "done"
    analysis = gait.analyze(path)
    part = read_part(part_file(out, session_id(path)))
    assert part is not None
    assert part.row is not None
    for name, metric in analysis.metrics.items():
        assert part.row[name] == metric.value
        assert part.row[f"{name}_u"] == metric.uncertainty
    assert set(part.row) <= set(SESSIONS.names)
    table = pq.read_table(
        out / "strides" / f"session={session_id(path)}" / "strides.parquet", partitioning=None
    )
    assert table.column_names == list(STRIDE_COLUMNS)
    assert table["ic_s"].to_pylist() == analysis.strides["ic_s"].tolist()
    assert table.schema.field("contact_ms").metadata == {b"unit": b"ms"}


def test_every_metric_has_its_columns() -> None:
    """A metric of the table of metrics has its column and its interval, whatever a session can give."""
    assert {name for metric in METRICS for name in (metric, f"{metric}_u")} <= set(SESSIONS.names)


def test_only_changed_bytes_are_analysed_again(runs: Path, out: Path) -> None:
    """A new time stamp alone changes nothing; another mass in ``session.toml`` does."""
    path = runs / "run 1"
    assert analyse_session(str(path), str(out)).outcome == "done"
    before = stamp_of(path)
    os.utime(path / "left_shoe.csv", ns=(1, 1))
    assert stamp_of(path) != before
    assert analyse_session(str(path), str(out)).outcome == "unchanged"
    (path / "session.toml").write_text("[runner]\nmass_kg = 60\n", encoding="utf-8")
    assert analyse_session(str(path), str(out)).outcome == "done"


def test_results_are_no_inputs(runs: Path) -> None:
    """Truth beside the recordings does not count; notes do."""
    path = runs / "run 1"
    for name in ("truth.csv", "session.toml", "strides.csv"):
        (path / name).write_text("", encoding="utf-8")
    assert [file.name for file in inputs_of(path)] == ["left_shoe.csv", "session.toml"]
    assert [file.name for file in inputs_of(path / "left_shoe.csv")] == ["left_shoe.csv", "session.toml"]


def test_a_failure_is_the_line_of_a_user(runs: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message is, word for word, what ``gait analyze`` says of that path."""
    path = runs / "run 2"
    (path / "left_shoe.csv").write_text("time_s,acc_x\n0,1\n", encoding="utf-8")
    answer = analyse_session(str(path), str(out))
    assert main(["analyze", str(path)]) == 2
    assert f"gait: {answer.message}\n" == capsys.readouterr().err
    part = json.loads(part_file(out, session_id(path)).read_text(encoding="utf-8"))
    assert part["row"] is None
    assert part["message"] == answer.message


def test_a_worker_without_the_folder(runs: Path, tmp_path: Path) -> None:
    """A worker that does not see the results' folder says so and writes nothing."""
    (tmp_path / "elsewhere").mkdir()
    assert analyse_session(str(runs / "run 0"), str(tmp_path / "elsewhere")).outcome == "not shared"
    assert not list((tmp_path / "elsewhere").iterdir())
