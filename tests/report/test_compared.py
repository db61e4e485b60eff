"""The page of a comparison read back: its numbers are the JSON's, as are its verdicts; names are text."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from gait.analysis.results import Analysis
from gait.cli.commands.compare import _same_sensors
from gait.cli.main import main
from gait.history.change import compare_groups
from gait.history.run_parts import Effect, Helped
from gait.recording.run_parts import Part
from gait.report.compared_parts import ComparedParts, sections_of_parts
from gait.report.compared_sessions import ComparedSessions, sections_of_sessions
from gait.report.numbers import with_half
from gait.report.page.write import render_page, render_sections
from gait.report.words import load_words
from tests.analyses import Analyses
from tests.report.reading import Element, numbers, read_page

ROOT = Path(__file__).resolve().parents[2]
WORDS = load_words()
HOSTILE = '<img src=x onerror=alert(1)>\n"\u202e&{names}'
VERDICTS = {
    "Changed": "changed",
    "Explained by speed": "explained by speed",
    "Explained by cadence": "no change shown",
    "Explained by the slope of the ground": "no change shown",
    "Cannot be told without the speed": "speed unknown",
    "No change shown": "no change shown",
}


@pytest.fixture(scope="module")
def analyses(analyses: Analyses) -> SimpleNamespace:
    """Two recordings that come along."""
    one, two = map(analyses.of_recording, ("easy-rearfoot", "overstriding"))
    return SimpleNamespace(one=one, two=two)


def _rows(page: Element) -> dict[str, tuple[str, list[str]]]:
    """Metric -> the verdict that its table stands under, and its cells."""
    out: dict[str, tuple[str, list[str]]] = {}
    verdict = ""
    for element in page.all():
        if element.tag == "h3":
            verdict = VERDICTS[element.text]
        if "data-metric" in element.attrs:
            cells = [one.text for one in element.parts if isinstance(one, Element)]
            out[element.attrs["data-metric"]] = (verdict, cells)
    return out


def _close(text: str, value: float) -> bool:
    """Whether a shown number is the value rounded to its own last digit."""
    (shown, half), *_ = numbers(text)
    return abs(shown - value) <= half * 1.001


def test_two_sessions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every row of the JSON is one of the page, under its verdict, with its numbers; the sentence leads."""
    made, body = tmp_path / "c.html", tmp_path / "c.json"
    names = [
        str(ROOT / "recordings" / name / "left_shoe.csv.gz") for name in ("easy-rearfoot", "overstriding")
    ]
    assert main(["compare", *names, "-o", str(made), "--json", str(body)]) == 0
    assert f"page: {made}" in capsys.readouterr().out
    rows = json.loads(body.read_text(encoding="utf-8"))
    page = read_page(made.read_text(encoding="utf-8"))
    shown = _rows(page)
    assert set(shown) == {row["metric"] for row in rows}
    for row in rows:
        verdict, (_, first, second, change, expected) = shown[row["metric"]]
        assert verdict == row["verdict"]
        assert _close(first, row["first"])
        assert _close(second, row["second"])
        assert _close(change.split("±")[0], row["change"])
        assert _close(change.split("±")[1], row["uncertainty"])
        assert _close(expected, row["change"] - row["beyond"])
    said = page.one(cls="verdict").text
    changed = sum(row["changed"] for row in rows)
    assert said.startswith("Changed beyond noise and speed: ")
    assert f"{changed - 3} more" in said
    assert page.one("h1").text == "left_shoe against left_shoe"


def _page(one: Analysis, two: Analysis) -> Element:
    rows = compare_groups([one.metrics], [two.metrics])
    compared = ComparedSessions((one,), (two,), tuple(rows), same_sensors=True)
    return read_page(render_sections(sections_of_sessions(compared, WORDS), WORDS, "compare"))


def test_what_cannot_be_told(analyses: SimpleNamespace) -> None:
    """Without speed no verdict; numbers that only one has are named; nothing shared says so."""
    one, two = analyses.one, analyses.two
    slow = replace(one, metrics={k: v for k, v in one.metrics.items() if k != "speed_m_s"})
    page = _page(slow, two)
    assert page.one(cls="verdict").text.startswith("Whether anything changed cannot be told")
    assert {verdict for verdict, _ in _rows(page).values()} == {"speed unknown"}
    cannot = page.one("section", id="cannot").text
    assert "Measured only after: Speed" in cannot
    assert "Without the speed of both, for these: Cadence" in cannot
    nothing = _page(replace(one, metrics={}), two)
    assert nothing.one(cls="verdict").text.startswith("There is no number that both have")
    assert _rows(nothing) == {}


def test_the_same_twice_changed_nothing(analyses: SimpleNamespace) -> None:
    """A session against itself."""
    page = _page(analyses.one, analyses.one)
    assert page.one(cls="verdict").text.startswith("No number changed beyond noise and speed (")
    assert {verdict for verdict, _ in _rows(page).values()} == {"no change shown"}


def test_conditions_of_one_run(analyses: SimpleNamespace) -> None:
    """Effects stand beside the base with their intervals, what helped leads, a name is text."""
    rows = (
        Effect(HOSTILE, "shank_angle_deg", 9.1, -2.34, 0.8, 1.0, 1.0, 2, "changed"),
        Effect(HOSTILE, "contact_ms", 241.0, -1.2, 4.1, 4.1, 8.0, 2, "no change shown"),
    )
    parts = tuple(Part(name, 60.0 * at, 60.0 * (at + 1)) for at, name in enumerate(("base", HOSTILE) * 2))
    helped = Helped(HOSTILE, "shank_angle_deg", -2.34, 0.8, "why")
    compared = ComparedParts(replace(analyses.one, name=HOSTILE), parts, rows, helped)
    html = render_sections(sections_of_parts(compared, WORDS), WORDS, "compare")
    page = read_page(html)
    assert "<img" not in html
    assert "\u202e" not in html
    shown = _rows(page)
    for one in rows:
        verdict, (_, base, under, change) = shown[one.metric]
        assert verdict == one.verdict
        assert _close(base, one.base)
        assert _close(under, one.base + one.effect)
        assert _close(change.split("±")[0], one.effect)
        assert _close(change.split("±")[1], one.uncertainty)
    assert page.one(cls="verdict").text.startswith("Worth keeping up: <img src=x onerror=alert(1)>")
    assert page.one("h1").text.startswith("<img src=x")


def test_hostile_names_are_text(analyses: SimpleNamespace) -> None:
    """Names, surface and shoes of a recording bring no element and no attribute onto the page."""
    run = replace(analyses.one.run, surface=HOSTILE, shoes=(HOSTILE,))
    hostile = replace(analyses.one, name=HOSTILE, run=run)
    page = _page(hostile, hostile)
    assert page.all("img") == []
    assert page.one("h1").text.count("<img src=x onerror=alert(1)>") == 2
    assert "onerror" not in {key for one in page.all() for key in one.attrs}


def test_blocks_on_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--blocks`` with a page: the effects of the JSON, condition by condition."""
    made, body = tmp_path / "b.html", tmp_path / "b.json"
    run = str(ROOT / "recordings" / "easy-rearfoot")
    blocks = "base=0:55,cue=55:130"
    assert main(["compare", run, "--blocks", blocks, "-o", str(made), "--json", str(body)]) == 0
    capsys.readouterr()
    effects = json.loads(body.read_text(encoding="utf-8"))["effects"]
    page = read_page(made.read_text(encoding="utf-8"))
    shown = _rows(page.one("section", id="condition-1"))
    assert set(shown) == {one["metric"] for one in effects}
    for one in effects:
        assert shown[one["metric"]][0] == one["verdict"]
        assert _close(shown[one["metric"]][1][3], one["effect"])
    assert "run only once" in page.one(cls="trust").text


def test_shoes_are_named_as_written(analyses: SimpleNamespace) -> None:
    """Several shoes are a list of words, on the page of a comparison and in the head of a report."""
    worn = replace(analyses.one, run=replace(analyses.one.run, shoes=("old pair", "new pair")))
    assert ", old pair, new pair, left shoe" in _page(worn, worn).one(cls="runline").text
    report = read_page(render_page(worn))
    assert "Shoes old pair, new pair Sensors" in report.one(cls="runline").text


def test_one_recording_on_both_sides_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same samples before and after, in a copy too: no change, and why, on page and terminal."""
    first = ROOT / "recordings" / "easy-rearfoot" / "left_shoe.csv.gz"
    again, made = tmp_path / "again" / "left_shoe.csv.gz", tmp_path / "c.html"
    again.parent.mkdir()
    again.write_bytes(first.read_bytes())
    assert main(["compare", str(first), str(again.parent), "-o", str(made)]) == 0
    assert WORDS("compare.twice") in capsys.readouterr().err
    assert WORDS("compare.twice") in read_page(made.read_text(encoding="utf-8")).text


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (("left shoe", "right shoe"), ("left shoe", "right shoe"), True),
        (("left shoe", "right shoe"), ("left shoe",), True),
        (("left shoe", "left shank"), ("left shoe",), True),
        (("left shoe", "right shoe"), ("left shoe", "right shank"), False),
        (("left shoe",), ("left shank",), False),
    ],
)
def test_a_leg_measured_at_another_place_is_not_alike(
    before: tuple[str, ...], after: tuple[str, ...], same: bool
) -> None:
    """Sensors are the same where each leg that both have was measured at a place that both have."""
    groups = [
        [SimpleNamespace(sensors=[SimpleNamespace(name=name, has_gyr=True, device="pod") for name in names])]
        for names in (before, after)
    ]
    assert _same_sensors(*groups) is same


@pytest.mark.parametrize(("change", "half"), [(0.42, 0.37), (-0.0404, 0.0398), (20.04, 19.6), (3.0, 1.0)])
def test_a_shown_change_is_never_printed_as_within_its_interval(change: float, half: float) -> None:
    """Where the interval leaves out zero, so do the numbers that are printed."""
    text = with_half(change, half, 1).replace("\N{NO-BREAK SPACE}", " ")
    size, within = (abs(value) for value, _ in numbers(text))
    assert size > within
    assert with_half(0.37, 0.42, 1) == "+0.4\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}0.4"
