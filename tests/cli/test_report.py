"""``gait report``: the whole way on real and made recordings, honest where there is nothing to say."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from gait.cli.main import main
from gait.recording.model import Recording
from gait.recording.write import write_recording

pytestmark = pytest.mark.usefixtures("analysed_once")

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"


class Text(HTMLParser):
    """Words of a page, and the tags it is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's signature
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        inside = self.tags[-1:] == ["script"] and self.cdata_elem == "script"
        (self.scripts if inside else self.words).append(data)


def page(path: Path) -> Text:
    """Read a page."""
    found = Text()
    found.feed(path.read_text(encoding="utf-8"))
    return found


def report(source: Path, tmp_path: Path, *more: str) -> Text:
    """Run ``gait report`` and read its page."""
    target = tmp_path / "page.html"
    assert main(["report", str(source), "-o", str(target), *more]) == 0
    return page(target)


def write(path: Path, acc: np.ndarray, gyr: np.ndarray | None) -> Path:
    """Write a left shoe's recording at 100 Hz."""
    time = np.arange(len(acc)) / 100.0
    write_recording(Recording("shoe", "left", time, acc, gyr, rate_hz=100.0), path)
    return path


def test_a_recording_that_comes_along(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Page, JSON and strides of the README's recording; the summary names the page."""
    numbers, table = tmp_path / "run.json", tmp_path / "strides.csv"
    text = report(
        ROOT / "recordings" / "easy-rearfoot", tmp_path, "--json", str(numbers), "--strides", str(table)
    )
    words = " ".join(text.words)
    assert "Cadence" in words
    assert "Hip thrust" in words
    assert text.tags.count("script") == 4
    assert "page.html" in capsys.readouterr().out
    body = json.loads(numbers.read_text(encoding="utf-8"))
    assert body["gait_analysis"] == 1
    assert body["metrics"]["cadence_spm"]["value"] == pytest.approx(168.4, abs=1.0)
    assert {one["id"] for one in body["findings"]} >= {"heel_striking"}
    assert body["plan"]["exercises"]
    assert table.read_text(encoding="utf-8").count("\n") > 300


@pytest.mark.parametrize("kind", ["still", "noise", "short", "waving"])
@pytest.mark.parametrize("gyro", [True, False])
def test_nothing_is_invented(
    tmp_path: Path, kind: str, gyro: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without running there is a page that says so, and no number of a run."""
    rng = np.random.default_rng(4)
    n = {"still": 6000, "noise": 6000, "short": 1000, "waving": 4000}[kind]
    acc = rng.normal(0.0, {"noise": 25.0}.get(kind, 0.05), (n, 3)) + np.array([0.0, 0.0, 9.81])
    gyr = rng.normal(0.0, {"noise": 5.0}.get(kind, 0.01), (n, 3))
    if kind == "waving":
        sway = np.cumsum(rng.normal(0.0, 0.4, (n, 3)), axis=0) * 0.02
        acc, gyr = acc + sway, gyr + sway
    source = write(tmp_path / "left_shoe.csv", acc, gyr if gyro else None)
    text = report(source, tmp_path, "--json", str(tmp_path / "run.json"))
    assert "no running" in " ".join(text.words).lower()
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["metrics"] == {}
    assert "no running" in capsys.readouterr().out


def test_a_hostile_name_stays_text(tmp_path: Path) -> None:
    """HTML in a folder's, a sensor's or the notes' name shows as text and adds no element."""
    folder = tmp_path / "<img src=x onerror=alert(1)>"
    folder.mkdir()
    acc = np.tile([0.0, 0.0, 9.81], (600, 1))
    time = np.arange(600) / 100.0
    device = {"name": "<script>alert(2)</script>"}
    write_recording(Recording("shoe", "left", time, acc, None, device=device), folder / "left_shoe.csv")
    (folder / "session.toml").write_text('[run]\nnotes = "</style><b>bold</b>"\n', encoding="utf-8")
    text = report(folder, tmp_path)
    assert "img" not in text.tags
    assert "alert(2)" not in " ".join(text.scripts)
    assert "<img src=x onerror=alert(1)>" in " ".join(text.words)


def test_parquet_is_read_by_another_program(tmp_path: Path) -> None:
    """The strides as Parquet hold what the CSV holds."""
    parquet = pytest.importorskip("pyarrow.parquet")
    csv, target = tmp_path / "s.csv", tmp_path / "s.parquet"
    source = ROOT / "recordings" / "easy-rearfoot"
    report(source, tmp_path, "--parquet", str(target), "--strides", str(csv))
    table = parquet.read_table(target).to_pydict()
    lines = csv.read_text(encoding="utf-8").splitlines()
    assert len(table["ic_s"]) == len(lines) - 1
    assert table["ic_s"][0] == pytest.approx(float(lines[1].split(",")[1]), abs=1e-4)


def test_wrong_answers_are_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An answers file with an unknown key: exit 2, the file named."""
    wrong = tmp_path / "answers.toml"
    wrong.write_text("colour = 3\n", encoding="utf-8")
    source = ROOT / "recordings" / "easy-rearfoot"
    assert main(["report", str(source), "-o", str(tmp_path / "x.html"), "--answers", str(wrong)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "answers.toml" in error


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("outdoor_run", ()),
        ("outdoor_gyro/right_shoe.csv", ()),
        ("treadmill_fast", ()),
        ("treadmill_fast/left_shank.csv", ()),
        ("instep_indoor/2017-11-27-11-13-41", ()),
        ("shank_force/trial_00.csv", ("--placement", "shank", "--side", "left")),
    ],
)
def test_real_recordings(tmp_path: Path, name: str, options: tuple[str, ...]) -> None:
    """A page for each; without a gyroscope the strike is said to be not measurable."""
    if not SHARED.is_dir():
        pytest.skip("REAL RECORDINGS NOT HERE: ../shared/data is only on the project's own machines")
    text = " ".join(report(SHARED / name, tmp_path, *options).words)
    assert "Cadence" in text
    if name == "outdoor_run":
        assert "not measurable without a gyroscope" in text


def test_fit_is_read_by_another_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--fit``: a reader without our code sees the run's one-leg cadence, contact and totals."""
    pytest.importorskip("fit_tool")
    fitdecode = pytest.importorskip("fitdecode")
    target, numbers = tmp_path / "run.fit", tmp_path / "run.json"
    report(ROOT / "recordings" / "easy-rearfoot", tmp_path, "--fit", str(target), "--json", str(numbers))
    seen: dict[str, list[dict[str, object]]] = {}
    with fitdecode.FitReader(str(target), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage):
                seen.setdefault(frame.name, []).append({one.name: one.value for one in frame.fields})
    metrics = json.loads(numbers.read_text(encoding="utf-8"))["metrics"]
    cadence = [one["cadence"] + one["fractional_cadence"] for one in seen["record"] if "cadence" in one]
    contact = [one["stance_time"] for one in seen["record"] if "stance_time" in one]
    assert len(cadence) > 110
    assert np.median(cadence) == pytest.approx(metrics["cadence_spm"]["value"] / 2.0, abs=0.3)
    assert np.median(contact) == pytest.approx(metrics["contact_ms"]["value"], abs=2.0)
    (session,) = seen["session"]
    assert session["avg_stance_time"] == pytest.approx(metrics["contact_ms"]["value"], abs=0.06)
    assert session["total_distance"] == pytest.approx(120.0 * metrics["speed_m_s"]["value"], rel=0.02)
    captured = capsys.readouterr()
    assert "started" in captured.err
    assert "2000-01-01" in captured.err
    assert "started" not in captured.out


def test_text_goes_to_stdout_and_no_page_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--text``: the report on stdout, without escapes, nothing on stderr, and no file appears unasked."""
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(ROOT / "recordings" / "run-walk"), "--text"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.startswith("run-walk\nRunning 2 min")
    for part in (
        "steps a minute at",
        "Do this next",
        "Over the run",
        "Left and right",
        "Hip thrust",
        "~ not running",
    ):
        assert part in captured.out
    assert "\x1b" not in captured.out
    assert list(tmp_path.iterdir()) == []


def test_text_with_a_page_says_where_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--text -o``: both; stdout holds the report alone."""
    text = report(ROOT / "recordings" / "easy-rearfoot", tmp_path, "--text")
    captured = capsys.readouterr()
    assert "Cadence" in " ".join(text.words)
    assert captured.err == f"report: {tmp_path / 'page.html'}\n"
    assert "page.html" not in captured.out


def test_two_things_cannot_both_go_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    """``--text --json -`` is refused in one line before anything is read."""
    assert main(["report", "not/there", "--text", "--json", "-"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "--json" in captured.err


def test_a_language_without_words_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """``--lang xx``: exit 2 and one line with what there is, before anything is read."""
    assert main(["report", "not/there", "--lang", "xx"]) == 2
    captured = capsys.readouterr()
    assert captured.err == "gait: --lang: no words for the language 'xx'; one of: de, en\n"


def test_another_language_is_one_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a catalogue beside the English one, ``--lang`` turns the page and the text to it."""
    words = tmp_path / "words"
    words.mkdir()
    (words / "fr.toml").write_text('[action]\ntitle = "À faire"\n', encoding="utf-8")
    monkeypatch.setattr("gait.report.words.FOLDER", words)
    report(ROOT / "recordings" / "easy-rearfoot", tmp_path, "--lang", "fr", "--text")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '<html lang="fr">' in html
    assert "À faire" in html
    out = capsys.readouterr().out
    assert "À faire\n" in out
    assert "Over the run\n" in out


def test_a_distance_that_cannot_be_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """5000 m on two minutes: exit 2, one line with what the strides add up to, and nothing is written."""
    target = tmp_path / "page.html"
    source = str(ROOT / "recordings" / "easy-rearfoot")
    assert main(["report", source, "-o", str(target), "--distance", "5000"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "5000 m is 14 times the 346 m" in error
    assert not target.exists()
    assert main(["report", source, "-o", str(target), "--speed", "12"]) == 2
    assert "--speed: 12 m/s" in capsys.readouterr().err
    assert main(["report", source, "-o", str(target), "--distance", "360"]) == 0


def test_a_sheet_and_the_methods(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--sheet runner`` writes a page of its own name; ``--methods`` a paragraph with sensors and errors."""
    monkeypatch.chdir(tmp_path)
    source = str(ROOT / "recordings" / "easy-rearfoot")
    assert main(["report", source, "--sheet", "runner", "--methods", "methods.md"]) == 0
    assert "report: easy-rearfoot-runner.html" in capsys.readouterr().out
    assert "Runner's sheet" in " ".join(page(tmp_path / "easy-rearfoot-runner.html").words)
    text = (tmp_path / "methods.md").read_text(encoding="utf-8")
    assert "left shoe (virtual runner, 208.0 Hz" in text
    assert "no distance or speed was given" in text
    assert "ground contact" in text


def test_a_runner_s_second_session_says_what_changed(tmp_path: Path) -> None:
    """The first kept session says that it is the first; the second compares; its tiles show last time's."""
    history = ("--runner", "Ada", "--history", str(tmp_path / "h.sqlite"))
    first = " ".join(report(ROOT / "recordings" / "easy-rearfoot", tmp_path, *history).words)
    assert "first session that is kept" in first
    second = " ".join(report(ROOT / "recordings" / "run-walk", tmp_path, *history).words)
    assert "What changed" in second
    assert "Last time 168" in second
    alone = " ".join(report(ROOT / "recordings" / "run-walk", tmp_path).words)
    assert "What changed" not in alone
