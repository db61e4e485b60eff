"""What is kept: the same run once, forgotten for good, whole after a crash, two writers at once."""

from __future__ import annotations

import json
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import gait
from gait.analysis.results import Analysis, Metric
from gait.errors import GaitError
from gait.history import database
from gait.history.database import MIGRATIONS, database_path, open_database
from gait.history.session_identity import pods_of, samples_hash
from gait.history.store import History, runner_key
from tests.analyses import Analyses

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def analysis(analyses: Analyses) -> Analysis:
    """A real analysis, of a recording that comes along."""
    return analyses.of(gait.read(ROOT / "recordings" / "overstriding" / "left_shoe.csv.gz"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the history is kept."""
    return tmp_path / "deep" / "history.sqlite"


def _with(analysis: Analysis, contact: float, started: str = "") -> Analysis:
    metric = replace(analysis.metrics["contact_ms"], value=contact)
    return replace(analysis, metrics={"contact_ms": metric}, started=started)


def test_what_is_kept_comes_back(path: Path, analysis: Analysis) -> None:
    """Every metric, the strides and the results are read back as they were given."""
    with History(path) as history:
        number = history.keep("Ada", analysis, "abc", {"some": [1, None, "x"]})
        (one,) = history.sessions("ada")
        table, results = history.details(number)
    assert one.runner == "Ada"
    assert one.sensors == ("left shoe",)
    assert {name: m.value for name, m in one.metrics.items()} == {
        name: m.value for name, m in analysis.metrics.items()
    }
    assert results == {"some": [1, None, "x"]}
    assert table.count("\n") == len(analysis.strides) + 1


def test_the_same_run_twice_is_one(path: Path, analysis: Analysis) -> None:
    """Kept again, a session is brought up to date and keeps its number; another runner's is another."""
    with History(path) as history:
        first = history.keep("Ada", _with(analysis, 230.0), "abc", {})
        again = history.keep(" ADA ", _with(analysis, 231.0), "abc", {})
        history.keep("Bea", _with(analysis, 240.0), "abc", {})
        assert first == again
        assert [one.metrics["contact_ms"].value for one in history.sessions("Ada")] == [231.0]
        assert len(history.sessions()) == 2
        assert [(one.name, one.sessions) for one in history.athletes()] == [("Ada", 1), ("Bea", 1)]


def test_the_hash_is_of_samples_and_place_alone() -> None:
    """Name and notes do not count; one sample, or the side, does."""
    session = gait.read(ROOT / "recordings" / "overstriding" / "left_shoe.csv.gz")
    (recording,) = session.recordings
    renamed = replace(session, name="x", recordings=(replace(recording, source="y"),))
    acc = recording.acc.copy()
    acc[100, 1] += 1e-4
    changed = replace(session, recordings=(replace(recording, acc=acc),))
    other = replace(session, recordings=(replace(recording, side="right"),))
    hashes = [samples_hash(one) for one in (session, renamed, changed, other)]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_sessions_come_in_the_order_they_were_run(path: Path, analysis: Analysis) -> None:
    """By the instant of the start, whatever zone it was written in."""
    starts = ["2026-05-01T23:30:00-05:00", "2026-05-02T03:00:00+00:00", "2026-05-01T12:00:00+02:00"]
    with History(path) as history:
        for at, start in enumerate(starts):
            history.keep("Ada", _with(analysis, 200.0 + at, start), str(at), {})
        values = [one.metrics["contact_ms"].value for one in history.sessions("Ada")]
    assert values == [202.0, 201.0, 200.0]


def test_forgetting_leaves_no_byte(path: Path, analysis: Analysis) -> None:
    """Neither name nor notes are left in the file, nor beside it; the other runner stays."""
    marked = replace(analysis, name="secret-session-name")
    with History(path) as history:
        history.keep("Zebulon Unmistakable", marked, "abc", {"note": "secret-note"})
        history.add_checkin("Zebulon Unmistakable", "2026-05-01", {"pain": 3})
        history.keep("Bea", analysis, "abc", {})
        assert history.forget("zebulon unmistakable") == 1
    left = b"".join(one.read_bytes() for one in path.parent.iterdir())
    assert b"Zebulon" not in left
    assert b"secret" not in left
    with History(path) as history:
        assert [one.name for one in history.athletes()] == ["Bea"]
        with pytest.raises(GaitError, match="nothing is kept under this name"):
            history.forget("Zebulon Unmistakable")


def test_what_was_replaced_or_forgotten_alone_leaves_no_byte(path: Path, analysis: Analysis) -> None:
    """Notes of a run kept anew without them, and of one forgotten by its number, are not in the file."""
    with History(path) as history:
        history.keep("Ada", replace(analysis, run=replace(analysis.run, notes="secret-old")), "a", {})
        history.keep("Ada", analysis, "a", {})
        alone = history.keep("Ada", replace(analysis, run=replace(analysis.run, notes="secret-one")), "b", {})
        assert b"secret-old" not in path.read_bytes()
        assert b"secret-one" in path.read_bytes()
        history.forget("Ada", [alone])
    assert b"secret" not in path.read_bytes()


def test_forgetting_beside_a_reader_is_all_or_nothing(path: Path, analysis: Analysis) -> None:
    """While another program reads, one line says that nothing was changed; once it ended all is deleted."""
    with History(path) as history:
        history.keep("Zebulon", replace(analysis, name="secret"), "a", {})
        reader = sqlite3.connect(path)
        held = reader.execute("SELECT name FROM sqlite_master")
        held.fetchone()
        history._db.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(GaitError, match="another program is using it; nothing was changed"):
            history.forget("Zebulon")
        assert len(history.sessions("Zebulon")) == 1
        held.close()
        reader.close()
        assert history.forget("Zebulon") == 1
    assert b"secret" not in path.read_bytes()


def test_which_pod_sat_where_is_kept(path: Path, analysis: Analysis) -> None:
    """By serial number before name; two pods that nobody can tell apart have the same."""
    (recording,) = gait.read(ROOT / "recordings" / "overstriding" / "left_shoe.csv.gz").recordings
    serial = replace(recording, side="right", device={"name": "pod", "serial": "B2"})
    session = gait.Session("run", (recording, serial))
    assert pods_of(session) == {"left shoe": "virtual runner", "right shoe": "B2"}
    with History(path) as history:
        history.keep("Ada", analysis, "a", {}, pods_of(session))
        assert history.sessions()[0].pods == pods_of(session)


def test_one_session_can_be_forgotten(path: Path, analysis: Analysis) -> None:
    """Only the runner's own, by its number; a stranger's is refused and nothing goes."""
    with History(path) as history:
        mine = history.keep("Ada", analysis, "a", {})
        history.keep("Ada", analysis, "b", {})
        hers = history.keep("Bea", analysis, "c", {})
        with pytest.raises(GaitError, match=f"session {hers} is not kept"):
            history.forget("Ada", [mine, hers])
        assert len(history.sessions()) == 3
        assert history.forget("Ada", [mine]) == 1
        assert len(history.sessions("Ada")) == 1


def test_checkins_are_one_a_day(path: Path) -> None:
    """A second check-in of a day replaces the first; they come back oldest first."""
    with History(path) as history:
        history.add_checkin("Ada", "2026-05-03", {"pain": 2})
        history.add_checkin("Ada", "2026-05-01", {"pain": 5})
        history.add_checkin("Ada", "2026-05-03", {"pain": 1})
        assert history.checkins("ada") == (("2026-05-01", {"pain": 5}), ("2026-05-03", {"pain": 1}))


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_name_must_be_one(name: str) -> None:
    """Neither empty nor endless."""
    with pytest.raises(GaitError, match="--runner"):
        runner_key(name)


def test_a_runner_name_is_text_and_no_sql(path: Path, analysis: Analysis) -> None:
    """Whatever stands in a name is kept as it is."""
    name = "Robert'); DROP TABLE session;--"
    with History(path) as history:
        history.keep(name, analysis, "a", {})
        assert history.athletes()[0].name == name


def test_old_layouts_are_brought_up(path: Path, analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    """A further step of the layout keeps what is there; one that fails leaves the file as it was."""
    with History(path) as history:
        history.keep("Ada", analysis, "a", {})
    monkeypatch.setattr(database, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE x (y); SELECT no_such_thing;"))
    with pytest.raises(GaitError):
        History(path)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
        assert not raw.execute("SELECT * FROM sqlite_master WHERE name = 'x'").fetchall()
    monkeypatch.setattr(
        database, "MIGRATIONS", (*MIGRATIONS, "ALTER TABLE session ADD COLUMN weather TEXT DEFAULT 'dry';")
    )
    with closing(open_database(path)) as raw:
        assert [row["weather"] for row in raw.execute("SELECT weather FROM session")] == ["dry"]
    monkeypatch.undo()
    with pytest.raises(GaitError, match="newer running-gait"):
        History(path)


def test_a_file_of_the_first_layout_is_brought_up(path: Path) -> None:
    """Written by the first released layout alone: all of it is read, and kept on by today's."""
    path.parent.mkdir()
    raw = sqlite3.connect(path)
    raw.executescript(MIGRATIONS[0])
    raw.executescript(
        """
        INSERT INTO runner VALUES (1, 'ada', 'Ada');
        INSERT INTO session VALUES (7, 1, 'abc', 'first', '2026-05-01T08:00:00+02:00',
            '2026-05-01T06:00:00+00:00', '2026-05-01T09:00:00+00:00', 1800.0, 1700.0, 5000.0, 'track',
            'old pair', 'windy', '["left shoe"]', '1');
        INSERT INTO metric VALUES (7, 'contact_ms', 231.0, 8.0, 9.0, 2000, '{"left": 230.0}');
        INSERT INTO checkin VALUES (1, 1, '2026-05-02', '{"pain": 2}');
        PRAGMA user_version = 1;
        """
    )
    raw.close()
    with History(path) as history:
        (one,) = history.sessions("Ada")
        assert (one.id, one.shoes, one.surface, one.notes, one.distance_m) == (
            7,
            "old pair",
            "track",
            "windy",
            5000.0,
        )
        assert one.metrics["contact_ms"].parts == {"left": 230.0}
        assert one.pods == {}
        assert history.checkins("ada") == (("2026-05-02", {"pain": 2}),)
        assert history.forget("Ada", [7]) == 1
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_foreign_or_damaged_file_is_one_line(path: Path, content: bytes) -> None:
    """It is named and left as it is."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(GaitError, match="history") as caught:
        History(path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(path: Path) -> None:
    """A SQLite file that is not ours gets no tables of ours."""
    path.parent.mkdir()
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE songs (name TEXT)")
    raw.commit()
    raw.close()
    before = path.read_bytes()
    with pytest.raises(GaitError, match="another program"):
        History(path)
    assert path.read_bytes() == before


def test_a_full_disk_changes_nothing(path: Path, analysis: Analysis) -> None:
    """The error says so; what was kept before is there and can be read."""
    with History(path) as history:
        history.keep("Ada", analysis, "a", {})
        pages = history._db.execute("PRAGMA page_count").fetchone()[0]
        history._db.execute(f"PRAGMA max_page_count = {pages}")
        noise = {"noise": np.random.default_rng(1).random(20_000).tolist()}
        with pytest.raises(GaitError, match="disk is full"):
            history.keep("Ada", analysis, "b", noise)
        assert len(history.sessions("Ada")) == 1


_WRITER = """
import pickle, sys
from pathlib import Path
from gait.history.store import History
analysis = pickle.loads(Path(sys.argv[2]).read_bytes())
print("ready", flush=True)
sys.stdin.readline()
for at in range(int(sys.argv[4])):
    with History(Path(sys.argv[1])) as history:
        history.keep("Ada", analysis, f"{sys.argv[3]}-{at}", {"noise": "x" * 200000})
    print(at, flush=True)
"""


def _writer(path: Path, analysis: Analysis, tag: str, count: int) -> subprocess.Popen[str]:
    """Start a process that keeps `count` sessions, as soon as `_go` says so."""
    ready = path.parent.parent / f"{tag}.pickle"
    ready.write_bytes(pickle.dumps(replace(analysis, strides=analysis.strides.head(50))))
    child = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), str(ready), tag, str(count)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def _go(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def test_two_processes_at_once_lose_and_double_nothing(path: Path, analysis: Analysis) -> None:
    """Two programs keep eight sessions each at the same time: sixteen are there."""
    children = [_writer(path, analysis, tag, 8) for tag in ("a", "b")]
    for child in children:
        _go(child)
    for child in children:
        child.communicate()
        assert child.returncode == 0
    with History(path) as history:
        assert len(history.sessions("Ada")) == 16


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
def test_a_killed_writer_leaves_whole_sessions(path: Path, analysis: Analysis) -> None:
    """Killed in mid-write, every session that was said to be kept is there, with all its numbers."""
    child = _writer(path, analysis, "a", 10_000)
    _go(child)
    assert child.stdout is not None
    said = [int(child.stdout.readline()) for _ in range(5)]
    os.kill(child.pid, signal.SIGKILL)
    said += [int(line) for line in child.communicate()[0].split()]
    with History(path) as history:
        kept = history.sessions("Ada")
        assert len(said) <= len(kept) <= len(said) + 1
        assert {len(one.metrics) for one in kept} == {len(kept[0].metrics)}
        for one in kept:
            history.details(one.id)


def test_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As named, else as the environment says, else in the user's data folder."""
    monkeypatch.setenv("GAIT_HISTORY", str(tmp_path / "env.sqlite"))
    assert database_path(tmp_path / "named") == tmp_path / "named"
    assert database_path() == tmp_path / "env.sqlite"
    monkeypatch.delenv("GAIT_HISTORY")
    assert database_path().name == "history.sqlite"


def test_metrics_keep_every_part(path: Path, analysis: Analysis) -> None:
    """Whatever fields a metric has, they are kept beside its value."""
    metric = Metric("contact_ms", 230.0, 5.0, 8.0, 100, left=229.0, right=231.0, difference=-2.0)
    with History(path) as history:
        history.keep("Ada", replace(analysis, metrics={"contact_ms": metric}), "a", {})
        (one,) = history.sessions()
    assert one.metrics["contact_ms"].parts["left"] == 229.0
    assert json.loads(json.dumps(dict(one.metrics["contact_ms"].parts)))["difference"] == -2.0


def test_only_the_newest_carry_their_metrics(analysis: Analysis, path: Path) -> None:
    """Where asked for, a runner's last sessions alone hold their numbers; shoes are words, as written."""
    worn = replace(analysis, run=replace(analysis.run, shoes=("old pair", "new pair")))
    with History(path) as history:
        for runner in ("Ada", "Bea"):
            for day in (3, 1, 2):
                history.keep(runner, replace(worn, started=f"2026-05-0{day}T08:00:00+00:00"), f"{day}", {})
        every, last = history.sessions(), history.sessions(newest=1)
    assert all(one.metrics for one in every)
    assert [(one.runner, one.ran_at[:10]) for one in last if one.metrics] == [
        ("Ada", "2026-05-03"),
        ("Bea", "2026-05-03"),
    ]
    assert [one.metrics for one in last if one.metrics] == [
        one.metrics for one in every if one.ran_at.startswith("2026-05-03")
    ]
    assert {one.shoes for one in every} == {"old pair, new pair"}


def test_the_slope_of_the_ground_is_kept(path: Path, analysis: Analysis) -> None:
    """What was written down of a treadmill comes back; where nothing tells it there is none."""
    hill = replace(analysis, run=replace(analysis.run, slope_pct=6.0))
    with History(path) as history:
        history.keep("Ada", analysis, "flat", {})
        history.keep("Ada", hill, "hill", {})
        assert [one.slope_pct for one in history.sessions("Ada")] == [None, 6.0]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE metric SET parts = '{broken'",
        "UPDATE session SET sensors = 'x'",
        "UPDATE detail SET strides = x'0011'",
        "UPDATE detail SET results = x'0011'",
        "UPDATE session SET name = CAST(x'FFFE' AS TEXT)",
    ],
)
def test_what_is_damaged_within_is_one_line(path: Path, analysis: Analysis, damage: str) -> None:
    """A text or table in the file that cannot be read is said when it is met, and is no bug."""
    with History(path) as history:
        number = history.keep("Ada", analysis, "run", {"n": 1})
    file = sqlite3.connect(path)
    file.execute(damage)
    file.commit()
    file.close()

    def read_all() -> None:
        with History(path) as history:
            history.sessions()
            history.details(number)

    with pytest.raises(GaitError, match="damaged"):
        read_all()


def test_a_page_of_rubbish_is_one_line(path: Path, analysis: Analysis) -> None:
    """Rubbish over the pages of the file is said when they are read."""
    with History(path) as history:
        history.keep("Ada", analysis, "run", {"n": 1})
    raw = path.read_bytes()
    path.write_bytes(raw[:4096] + b"\xff" * (len(raw) - 4096))

    def read_all() -> None:
        with History(path) as history:
            history.athletes()
            history.sessions()

    with pytest.raises(GaitError, match="damaged"):
        read_all()
