"""``gait report --runner`` and ``gait history`` as a runner types them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from gait.cli.keep import session_lies_ahead
from gait.cli.main import main
from gait.cli.rounded import with_spread
from gait.report.words import load_words

pytestmark = pytest.mark.usefixtures("analysed_once")

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "recordings" / "overstriding" / "left_shoe.csv.gz"


@pytest.fixture(autouse=True)
def kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The history's file, away from the user's own."""
    path = tmp_path / "history.sqlite"
    monkeypatch.setenv("GAIT_HISTORY", str(path))
    return path


def _report(tmp_path: Path, *more: str) -> int:
    return main(["report", str(RUN), "-o", str(tmp_path / "page.html"), *more])


def test_the_whole_way(tmp_path: Path, kept_here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Kept under a name, listed, shown, exported, and forgotten for good."""
    assert _report(tmp_path, "--runner", "Ada") == 0
    assert "first session of this runner" in capsys.readouterr().out
    assert _report(tmp_path, "--runner", "ada") == 0
    capsys.readouterr()
    assert main(["history", "list"]) == 0
    assert capsys.readouterr().out.startswith("Ada: 1 session, last ")
    assert main(["history", "list", "--runner", "ADA", "--json", "-"]) == 0
    (session,) = json.loads(capsys.readouterr().out)["sessions"]
    assert session["metrics"]["cadence_spm"]["value"] == pytest.approx(148.3, abs=1.0)
    assert main(["history", "show", str(session["id"]), "--strides", str(tmp_path / "s.csv")]) == 0
    assert "Cadence" in capsys.readouterr().out
    assert len(pd.read_csv(tmp_path / "s.csv")) > 50
    assert main(["history", "export", "-o", str(tmp_path / "all.csv")]) == 0
    table = pd.read_csv(tmp_path / "all.csv")
    assert table.loc[0, "contact_ms_u"] > 0
    assert main(["history", "trend", "--runner", "ada", "--metric", "contact_ms"]) == 0
    assert main(["history", "forget", "--runner", "ada", "--yes"]) == 0
    assert b"overstriding" not in kept_here.read_bytes()


def test_a_check_in_alone_is_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever checked in with pain and never recorded is listed and to be asked, as text and as JSON."""
    assert main(["checkin", "--runner", "Bo", "--pain", "6"]) == 0
    capsys.readouterr()
    assert main(["history", "list"]) == 0
    assert capsys.readouterr().out == "Bo: 0 sessions; ask: pain 6/10 in a check-in\n"
    assert main(["history", "list", "--json", "-"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["sessions"] == []
    assert [(one["name"], one["ask"]) for one in body["athletes"]] == [("Bo", ["pain 6/10 in a check-in"])]


def test_a_kept_pain_reaches_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pain of today's check-in makes the report's light red; of half a year ago nothing is known today."""
    body = tmp_path / "body.json"

    def light() -> str:
        assert _report(tmp_path, "--runner", "Bo", "--json", str(body)) == 0
        return str(json.loads(body.read_text(encoding="utf-8"))["plan"]["light"])

    old = (datetime.now().astimezone().date() - timedelta(days=180)).isoformat()
    assert main(["checkin", "--runner", "Bo", "--pain", "8", "--date", old]) == 0
    unknown = light()
    assert unknown not in {"red", "amber", "green"}
    assert main(["checkin", "--runner", "Bo", "--pain", "8"]) == 0
    assert light() == "red"
    capsys.readouterr()


def test_nothing_is_kept_without_a_name(tmp_path: Path, kept_here: Path) -> None:
    """No name, no file."""
    assert _report(tmp_path) == 0
    assert not kept_here.exists()
    assert main(["history", "list"]) == 0
    assert not kept_here.exists()


def test_no_history_wins(tmp_path: Path, kept_here: Path) -> None:
    """``--no-history`` keeps nothing, whatever names there are."""
    assert _report(tmp_path, "--runner", "Ada", "--no-history") == 0
    assert not kept_here.exists()


def test_a_name_in_the_session_is_said(
    tmp_path: Path, kept_here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name in ``session.toml`` keeps the run, and says so on stderr with how to leave it."""
    folder = tmp_path / "run"
    folder.mkdir()
    shutil.copy(RUN, folder / "left_shoe.csv.gz")
    (folder / "session.toml").write_text('[runner]\nname = "Ada\\u0007"\n', encoding="utf-8")
    assert main(["report", str(folder), "-o", str(tmp_path / "page.html")]) == 0
    said = capsys.readouterr()
    assert "this session is kept under the name in session.toml, Ada" in said.err
    assert "--no-history leaves it" in said.err
    assert "\u0007" not in said.err
    assert kept_here.exists()


def test_load_and_shoes_are_said() -> None:
    """The summary of a second run: since when, other shoes, the week's running and the longest of 30 days."""
    from gait.cli.keep import lines_since_last
    from gait.history.since_last import since_last
    from tests.history.test_change import _kept

    first, second = (replace(_kept(day, 230.0, day=day), shoes=f"pair {day}") for day in (3, 8))
    said = "\n".join(lines_since_last(since_last([first, second], 8)))
    assert "since 2026-05-03 (other shoes: pair 8):" in said
    assert "last 7 days: 57 min, 10.2 km; longest run of the 30 days before: 28 min, 5.1 km" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["trend"], "--runner"),
        (["trend", "--runner", "Ada", "--metric", "height"], "no metric"),
        (["show", "7"], "nothing is kept here"),
        (["forget", "--runner", "Nobody", "--yes"], "nothing is kept here"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and what to do."""
    assert main(["history", *arguments]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_groups_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Folders of sessions count as groups; the JSON has the contract's verdict and boolean."""
    for group in ("before", "after"):
        for name in ("a", "b"):
            folder = tmp_path / group / name
            folder.mkdir(parents=True)
            shutil.copy(RUN, folder / "left_shoe.csv.gz")
    assert main(["compare", str(tmp_path / "before"), str(tmp_path / "after"), "--json", "-"]) == 0
    captured = capsys.readouterr()
    rows = json.loads(captured.out)
    assert "2 sessions against 2 sessions" in captured.err
    assert {row["verdict"] for row in rows} == {"no change shown"}
    assert not any(row["changed"] for row in rows)


def test_a_folder_is_no_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder under --history is said to be none, not taken for a history in which nothing is kept yet."""
    assert main(["history", "list", "--history", str(tmp_path)]) == 2
    assert "nothing is kept yet" not in capsys.readouterr().err


def test_a_date_that_is_yet_to_come_is_seen() -> None:
    """A start more than a day ahead is a wrong date; one of today, of the past, or none is not."""
    now = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    assert session_lies_ahead("2099-05-01T07:00:00+00:00", now)
    for started in ("2026-05-02T08:00:00+00:00", "2026-04-01T07:00:00+02:00", "", "no date"):
        assert not session_lies_ahead(started, now)


def test_numbers_on_the_terminal_follow_the_one_rule() -> None:
    """Decimals by the uncertainty, the value to the same place, zero without a sign."""
    words = load_words()
    assert with_spread("contact_ms", 231.26, 8.04, words) == "231 ± 8 ms"
    assert with_spread("pronation_excursion_deg", -0.3, 3.0, words, "+6") == "     0 ± 3 °"
    assert with_spread("stride_length_m", 0.4412, 0.0637, words, "+") == "+0.44 ± 0.06 m"
    assert with_spread("duty_factor", 0.3307, 0.0174, words) == "0.331 ± 0.017"
    assert with_spread("contact_ms", 231.26, 8.04, load_words("de"), "+") == "+231 ± 8 ms"
