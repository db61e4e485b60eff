"""The terminal report: the same numbers as the page, charts that show the breaks, nothing that harms."""

from __future__ import annotations

import dataclasses
import io
import re
import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gait.recording.model import RunInfo
from gait.report.sections import sections_of
from gait.report.sections.tiles import build as tiles_of
from gait.report.story import Story
from gait.report.terminal.blocks import axis_labels, bars, gauge, medians
from gait.report.terminal.pen import ASCII, UNICODE, Pen
from gait.report.terminal.show import show_story
from gait.report.words import load_words
from gait.text import visible

BLOCKS = "▁▂▃▄▅▆▇█"
SIGNS = pytest.mark.parametrize("signs", [UNICODE, ASCII], ids=["unicode", "ascii"])


class Stream(io.StringIO):
    """A stream of a given encoding that is, or is not, a terminal."""

    def __init__(self, encoding: str = "utf-8", *, terminal: bool = False) -> None:
        super().__init__()
        self._encoding, self._terminal = encoding, terminal

    @property
    def encoding(self) -> str:
        return self._encoding

    def isatty(self) -> bool:
        return self._terminal


@pytest.fixture(scope="module")
def sections_made():
    """Stories with their sections, of this module."""
    return []


@pytest.fixture(autouse=True)
def _sections_once(monkeypatch, sections_made):
    """Let a story's sections be made once: most tests here are of how the same ones are printed."""

    def once(story):
        for other, made in sections_made:
            same = other.analysis is story.analysis and other.plan is story.plan
            if same and (other.findings, other.sheet) == (story.findings, story.sheet):
                return made
        sections_made.append((story, sections_of(story)))
        return sections_made[-1][1]

    monkeypatch.setattr("gait.report.terminal.show.sections_of", once)


@pytest.fixture(scope="module")
def poor_runs(make_analysis):
    """Poor recordings of a run, of a run with walks, and of none."""
    return {kind: make_analysis(kind=kind, poor=True) for kind in ("run", "run_walk", "none")}


def text_of(analysis, findings=(), plan=None, *, width=80, encoding="utf-8", terminal=False) -> str:
    """The report as it is written to a stream."""
    stream = Stream(encoding, terminal=terminal)
    show_story(Story(analysis, tuple(findings), plan, load_words()), stream, width=width)
    return stream.getvalue()


def flat(text: str) -> str:
    """Words of a text whatever its lines."""
    return " ".join(text.split())


def section(text: str, title: str) -> list[str]:
    """Lines under a heading."""
    lines = text.splitlines()
    at = lines.index(title)
    rest = lines[at + 2 :]
    end = next((k for k, line in enumerate(rest) if set(line) in ({"─"}, {"-"})), len(rest) + 2)
    return rest[: end - 2]


def tiles(analysis):
    """The tiles as the page has them."""
    return tiles_of(Story(analysis, (), None, load_words())).blocks[0].tiles


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_answer_comes_first(run_analysis, some_findings, some_plan, width):
    """Head, verdict, action, then numbers with ± and certainty, all before the plan."""
    text = text_of(run_analysis, some_findings, some_plan, width=width)
    first = flat(text.split("Your plan\n", 1)[0])
    assert first.startswith("tuesday_easy · 1 May 2026, 07:32 ")
    for one in tiles(run_analysis):
        assert f"{one.label} {visible(one.shown.text)} {one.certainty}" in first
        assert flat(visible(one.usual)) in first
        assert flat(visible(one.place)) in first
    assert "Heel first: 168 steps a minute at" in first
    assert first.index("Heel first") < first.index("Do this next") < first.index("The numbers that lead")
    assert f"→ {some_plan.action.text}" in first


@pytest.mark.parametrize("sheet", ["full", "runner", "clinician"])
def test_it_walks_the_page_s_sections(run_analysis, some_findings, some_plan, sheet):
    """Every title of the page's sections is a heading of the text, in the same order."""
    story = Story(run_analysis, some_findings, some_plan, load_words(), sheet=sheet)
    stream = Stream()
    show_story(story, stream, width=100)
    lines = stream.getvalue().splitlines()
    places = [lines.index(one.title) for one in sections_of(story) if one.title]
    assert places == sorted(places)
    assert len(places) >= 1


@pytest.mark.parametrize("width", [60, 77, 90, 120])
@pytest.mark.parametrize("kind", ["run", "run_walk", "none"])
def test_no_line_is_wider_than_the_terminal(poor_runs, some_findings, some_plan, width, kind):
    """Every line fits, and text uses the width that there is."""
    text = text_of(poor_runs[kind], some_findings, some_plan, width=width)
    widest = max(len(line) for line in text.splitlines())
    assert width - 15 < widest <= width


@pytest.mark.parametrize(("asked", "got"), [(10, 60), (59, 60), (400, 120)])
def test_width_has_bounds(run_analysis, asked, got):
    """Under 60 columns the report is that of 60, above 120 that of 120."""
    assert text_of(run_analysis, width=asked) == text_of(run_analysis, width=got)


def test_width_is_the_terminal_s(run_analysis, monkeypatch):
    """Without a width the report takes that of the terminal."""
    monkeypatch.setenv("COLUMNS", "97")
    assert text_of(run_analysis, width=None) == text_of(run_analysis, width=97)


def test_differences_and_findings_and_quality_are_there(run_analysis, some_findings, some_plan):
    """Differences with their intervals, evidence, week, doses, sensors and what is missing are all told."""
    whole = flat(text_of(run_analysis, some_findings, some_plan, width=120))
    metric = run_analysis.metrics["contact_ms"]
    assert metric.difference_shown
    gap = f"{metric.difference:+.0f} ± {metric.difference_uncertainty:.0f} ms"
    assert f"{metric.left:.0f} {metric.right:.0f} {gap}" in whole
    assert "• Ground contact: more on the left" in whole
    assert "• Foot strike angle 11.2° ± 2.0°, above 8.0°" in whole
    assert "• Landing far ahead: a sensor on the shank" in whole
    assert "Romanian deadlift 5 × 8-12 reps, light" in whole
    assert "[ ] Monday: strength" in whole
    assert "Now 168 steps a minute; aim for 176" in whole
    assert "Left shoe File left_shoe.csv" in whole
    assert "Gaps 1, together 8.0 s" in whole
    assert "• Shank angle at contact, Tibial peak: needs a sensor on the shank" in whole
    assert "not a diagnosis" in whole


def test_scales_place_the_number(run_analysis):
    """The point lies on its scale where the value does; more time on the right foot lies to the right."""
    scale = tiles(run_analysis)[0].scale
    lines = text_of(run_analysis).splitlines()
    drawn = next(line for line in lines if "●" in line)
    share = (run_analysis.metrics["cadence_spm"].value - scale.low) / (scale.high - scale.low)
    assert drawn.index("●") - drawn.index("├") == round(30 * share)
    contact = run_analysis.metrics["contact_ms"]
    for left, right in ((contact.left, contact.right), (contact.right, contact.left)):
        swapped = dataclasses.replace(contact, left=left, right=right)
        metrics = {**run_analysis.metrics, "contact_ms": swapped}
        lines = text_of(dataclasses.replace(run_analysis, metrics=metrics)).splitlines()
        at = next(k for k, line in enumerate(lines) if line.startswith("Left : right contact"))
        point = lines[at + 1].index("●") - lines[at + 1].index("├")
        assert (point > 15) == (right > left)
        assert point != 15


def test_a_red_flag_comes_before_the_numbers(run_analysis, stopped_plan):
    """A notice that stops exercise is told above the numbers, and there is no exercise."""
    text = text_of(run_analysis, (), stopped_plan)
    assert text.index("You cannot put weight on the leg. Have it seen to today.") < text.index("Cadence ")
    assert "No exercises for now" in text


def test_no_running_has_no_number(make_analysis):
    """Without running the report says so and shows no metric and no chart."""
    text = text_of(make_analysis(kind="none"))
    assert "No running was found" in text
    assert "standing still 32 min" in flat(text)
    assert "±" not in text.split("The recording\n", maxsplit=1)[0]
    assert not set(BLOCKS) & set(text)


def test_what_it_looks_like_stands_in_the_head(make_analysis):
    """Movement that is no foot's is named on the first screen, in place of a recording called good."""
    analysis = make_analysis(kind="none")
    sensors = tuple(replace(one, looks_like="pedalling") for one in analysis.sensors)
    first = flat("\n".join(text_of(replace(analysis, sensors=sensors)).splitlines()[:5]))
    assert "this looks like pedalling" in first
    assert "Recording good" not in first


@pytest.mark.parametrize("found", [True, False])
@pytest.mark.parametrize("asked", [True, False])
def test_no_colon_without_a_number_behind_it(make_analysis, some_findings, found, asked):
    """Without cadence, shank angle and contact time the verdict ends in a stop, whatever was found."""
    analysis = make_analysis()
    hidden = {"cadence_spm", "shank_angle_deg", "contact_ms"}
    kept = {name: one for name, one in analysis.metrics.items() if name not in hidden}
    assert kept
    outcome = "present" if found else "absent"
    findings = tuple(dataclasses.replace(one, outcome=outcome) for one in some_findings) if asked else ()
    bare = dataclasses.replace(analysis, metrics=kept)
    sections = sections_of(Story(bare, findings, None, load_words()))
    (said,) = next(one for one in sections if one.id == "verdict").blocks
    assert ":" not in said.text.split(".")[0]
    assert ": ." not in said.text
    assert said.text.endswith(".")


def test_charts_break_where_nobody_ran(make_analysis):
    """Over the run: bars where there was running, none over walks and gaps, which the legend explains."""
    analysis = make_analysis(minutes=40.0)
    lines = section(text_of(analysis, width=100), "Over the run")
    count = 100 - 6 - 2
    at = next(k for k, line in enumerate(lines) if line.startswith("Cadence"))
    strip = lines[at + 4].ljust(count + 6)[6:]
    columns = ["".join(line.ljust(count + 6)[6 + k] for line in lines[at + 1 : at + 4]) for k in range(count)]
    second = analysis.duration_s / count
    seen = {"running": 0, "walking": 0, "gap": 0}
    for k, bars_here in enumerate(columns):
        low, high = k * second, (k + 1) * second
        inside = {b.kind for b in analysis.activity if b.start_s < high and b.end_s > low}
        if len(inside) == 1 and "still" not in inside:
            (kind,) = inside
            seen[kind] += 1
            assert bool(set(bars_here) & set(BLOCKS)) == (kind == "running")
            assert (strip[k] == "~") == (kind == "walking")
        if "gap" in inside:
            seen["gap"] += 1
            assert strip[k] == "x"
    assert min(seen.values()) >= 1
    assert "minutes   ~ not running   x not recorded" in lines[at + 6]


def test_bars_rise_with_the_value(make_analysis):
    """A cadence that climbs through the run gives columns that never fall by more than the noise."""
    analysis = make_analysis(minutes=30.0)
    rising = analysis.strides.assign(cadence_spm=150.0 + 30.0 * analysis.strides["ic_s"] / 1800.0)
    lines = section(text_of(dataclasses.replace(analysis, strides=rising)), "Over the run")
    at = next(k for k, line in enumerate(lines) if line.startswith("Cadence"))
    rows = lines[at + 1 : at + 4]
    heights = [sum(" ▁▂▃▄▅▆▇█".index(line.ljust(80)[k]) for line in rows) for k in range(6, 78)]
    known = [height for height in heights if height]
    assert known == sorted(known)
    assert known[0] <= 3
    assert known[-1] >= 21


def test_without_angles_there_is_no_histogram(make_analysis):
    """An accelerometer alone: no histogram, and the reason under what could not be measured."""
    text = text_of(make_analysis(gyr=False))
    assert "Foot strike angle, % of strides" not in text
    assert "not measurable without a gyroscope" in flat(text)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437"])
def test_old_encodings_get_plain_signs(run_analysis, some_findings, some_plan, encoding):
    """Where stdout lacks blocks the whole report can still be written, charts in letters, no ``?``."""
    text = text_of(run_analysis, some_findings, some_plan, encoding=encoding)
    text.encode(encoding)
    assert not set(BLOCKS[:-1]) & set(text)
    assert "?" not in text
    chart = section(text, "Over the run")
    assert any("####" in line for line in chart)


def test_no_escapes_but_on_a_terminal(run_analysis, some_findings, some_plan, monkeypatch):
    """A pipe gets no escape even where colour is forced on; a terminal gets colours and the same words."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    piped = text_of(run_analysis, some_findings, some_plan)
    shown = text_of(run_analysis, some_findings, some_plan, terminal=True)
    assert "\x1b" not in piped
    assert "\x1b[1m" in shown
    bare = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert [line.rstrip() for line in bare.splitlines()] == piped.splitlines()


EVIL = "\x1b]0;owned\x07\x1b[2J[red]bold[/red]\r\n\x9b31m\u202eevil\u200b\x00:smile:"


def test_hostile_text_stays_text(make_analysis, some_findings, some_plan):
    """Escapes, line breaks, direction marks and markup in names, notes and device strings do nothing."""
    analysis = make_analysis(name=EVIL, minutes=2.0)
    sensors = tuple(
        dataclasses.replace(one, source=EVIL, device=EVIL, notes=(EVIL,)) for one in analysis.sensors
    )
    analysis = dataclasses.replace(
        analysis,
        run=RunInfo(surface=EVIL, notes=EVIL),
        sensors=sensors,
        not_measured={EVIL: EVIL},
        strides=analysis.strides.assign(marks=EVIL),
    )
    findings = tuple(dataclasses.replace(one, title=EVIL, summary=EVIL) for one in some_findings)
    text = text_of(analysis, findings, some_plan)
    assert {unicodedata.category(sign) for sign in text.replace("\n", "")}.isdisjoint({"Cc", "Cf", "Cs"})
    assert "[red]bold[/red]" in text
    assert ":smile:" in text


@given(st.text(st.characters(), max_size=60), st.sampled_from(["ascii", "cp1252", "utf-8"]))
def test_any_text_is_harmless_and_can_be_written(text, encoding):
    """Whatever goes in comes out as one line without controls that the encoding can take."""
    out = Pen(encoding, 80).plain(text)
    out.encode(encoding)
    assert not {unicodedata.category(sign) for sign in out} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@SIGNS
@given(values=arrays(float, st.integers(1, 40), elements=st.floats(allow_nan=True, allow_infinity=True)))
def test_a_column_shows_exactly_where_there_is_a_value(signs, values):
    """Any values: rows of equal width, an empty column for what is not a number, else at least a mark."""
    rows = bars(values, 0.0, 10.0, 3, signs)
    assert {len(row) for row in rows} == {len(values)}
    for k, value in enumerate(values):
        assert any(row[k] != " " for row in rows) == bool(np.isfinite(value))


@SIGNS
def test_bars_are_to_scale(signs):
    """Half the range fills half the rows; a full column is full; a taller value is never drawn lower."""
    half = bars(np.array([5.0, 10.0, 0.0]), 0.0, 10.0, 4, signs)
    full = signs.levels[-1]
    assert [row[0] for row in half] == [" ", " ", full, full]
    assert [row[1] for row in half] == [full] * 4
    assert [row[2] for row in half] == [" ", " ", " ", signs.levels[1]]
    ramp = bars(np.linspace(0.0, 10.0, 50), 0.0, 10.0, 4, signs)
    heights = [sum(signs.levels.index(row[k]) for row in ramp) for k in range(50)]
    assert heights == sorted(heights)


def test_medians_by_hand():
    """Parts of the time axis get the median of their values; an empty part and NaN give none."""
    time = np.array([0.0, 1.0, 2.0, 6.0, 9.99, 5.0])
    value = np.array([1.0, 2.0, 9.0, 4.0, 6.0, np.nan])
    np.testing.assert_array_equal(medians(time, value, 0.0, 12.0, 4), [2.0, np.nan, 4.0, 6.0])
    assert np.isnan(medians(time, value, 3.0, 3.0, 2)).all()


@SIGNS
@given(
    value=st.floats(-50.0, 150.0),
    spread=st.floats(0.0, 80.0) | st.just(float("nan")),
    width=st.integers(5, 60),
)
def test_gauge_has_its_width_and_one_point(signs, value, spread, width):
    """Any value: the scale keeps its width, the point is on it once, at its place."""
    line = gauge([25.0, 75.0], value, spread, (0.0, 100.0), width, signs)
    assert len(line) == width
    assert line.count(signs.dot) == 1
    assert line.index(signs.dot) == round(min(max(value, 0.0), 100.0) / 100.0 * (width - 1))


@given(
    st.lists(st.tuples(st.floats(0.0, 1.0), st.text("0123456789", min_size=1, max_size=4)), max_size=12),
    st.integers(8, 70),
)
def test_axis_labels_never_touch(ticks, width):
    """Labels stay on the line, apart from one another, as many as ticks."""
    ticks = sorted(ticks)
    places, line = axis_labels(ticks, width)
    assert len(line) <= width
    assert len(line.split()) == len(places)
    assert all(0 <= at < width for at in places)
