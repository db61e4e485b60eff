"""No English slips through: everything that is shown comes from a catalogue, so a marked one marks it all."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest

from gait.analysis.results import Analysis, Fault
from gait.cli.commands.analyze import summary
from gait.cli.commands.compare import _effects, _table
from gait.cli.commands.doctor import fault_text
from gait.cli.commands.history import _beside, _count, _state_text
from gait.cli.commands.report import _outcome
from gait.cli.keep import lines_since_last
from gait.coaching.follow import follow
from gait.coaching.questionnaire.answers import parse_answers
from gait.coaching.rules.load import load_knowledge
from gait.history.athletes import AthleteState
from gait.history.change import Change, compare_groups
from gait.history.own_normal import TrendRow
from gait.history.run_parts import Effect, Helped
from gait.history.since_last import Load, SinceLast
from gait.history.store import KeptSession
from gait.recording.run_parts import Part
from gait.report.compared_parts import ComparedParts, sections_of_parts
from gait.report.compared_sessions import ComparedSessions, sections_of_sessions
from gait.report.expected import CADENCE_SOURCE, CONTACT_SOURCE
from gait.report.exports.methods import methods_text
from gait.report.page.write import render_sections, render_story
from gait.report.story import Sheet, Story
from gait.report.terminal import show
from gait.sentences import sentence
from tests.report.marked import marked_pack, marked_words, script_texts, seen, stray
from tests.report.reading import read_page

WORDS = marked_words()
DATA = (
    *("tuesday_easy", "left_shoe.csv", "right_shoe.csv", "Sensor A", "road", "felt fine", "Ada"),
    *("run.fit", "base", "faster", "running-gait"),
)
"""What the fixtures' runner and recording say themselves."""
ANSWERS = (
    {"red_flags": ["cannot_bear_weight"], "age": 15},
    {},
    {
        "red_flags": [],
        "age": 40,
        "pregnant": False,
        "recent_surgery": False,
        "serious_injury": False,
        "risk_signs": [],
        "pain": ["knee_front"],
        "pain_strength": 2,
        "pain_settles": "within_hour",
        "pain_side": "left",
        "limping": False,
        "form": ["knees_in", "feet_ahead"],
        "experience": "some",
        "equipment": ["barbell", "band", "bench", "step"],
        "run_days": ["tue", "thu", "sun"],
    },
)
"""Answers of three runners: one who must stop, one who was asked nothing, one with a sore knee."""


NORMAL = ("within your normal", "above your normal", "below your normal")
COACHED = AthleteState(
    "Ada",
    3,
    "2026-05-01T05:32:10+00:00",
    ("contact_ms",),
    (sentence("limping in a check-in"), sentence("silent for {n} days", n=22)),
    Load(5400.0, None, 3600.0, None),
)
"""An athlete of whom everything is said."""
SETTINGS = {"version": "0.1.0", "distance given": "5000 m", "speed given": "3 m/s"}
SETTINGS |= {"distance calibration": "x 1.0400", "watch calibration": "x 1.0200", "detector": "0.1"}


def _fault(certainty: str) -> Fault:
    what = sentence("{one} and {other} land {ms:.0f} ms apart: their clocks are not one", one="left shoe",
                    other="right shoe", ms=40.0)  # fmt: skip
    todo = sentence("give both files times of one clock, or analyse them one by one")
    return Fault("leg_clocks", "left shoe", certainty, what, ("contact_ms",), todo)  # type: ignore[arg-type] # one of three


def _troubled(analysis: Analysis) -> Analysis:
    """Return a session with faults, notes and reasons of every sort."""
    odd = replace(
        analysis.sensors[0],
        looks_like=sentence("{what}: a movement without impacts", what=sentence("pedalling")),
        notes=(sentence("{n} gaps in the recording", n=2), "a note as the file has it"),
        not_measured={},
    )
    others = (replace(one, notes=()) for one in analysis.sensors[1:])
    return replace(
        analysis,
        faults=tuple(_fault(one) for one in ("clear", "likely", "cannot tell")),
        sensors=(odd, *others),
        not_measured={"speed_m_s": sentence("not measurable without a gyroscope")},
    )


def _since(analysis: Analysis) -> SinceLast:
    """Return a last session against which one number changed and one did not."""
    last = KeptSession(
        1, "Ada", "earlier", "2026-04-20T07:00:00+02:00", "2026-04-20T05:00:00+00:00", "", 1800.0, 1700.0,
        5000.0, "road", "", "", ("left shoe",), "", dict(analysis.metrics),  # type: ignore[arg-type] # alike
    )  # fmt: skip
    rows = (
        Change("contact_ms", 250.0, 240.0, -10.0, -2.0, 3.0, 4.0, "changed"),
        Change("cadence_spm", 168.0, 170.0, 2.0, 2.0, 1.0, 2.0, "explained by speed"),
        Change("flight_ms", 100.0, 101.0, 1.0, 0.0, 3.0, 4.0, "no change shown"),
    )
    trend = TrendRow(2, "2026-05-01", 240.0, 3.0, 2.9, 250.0, 5.0, "below your normal")
    return SinceLast(last, rows, (("contact_ms", trend),), Load(5400.0, None, 3600.0, None))


@pytest.fixture(scope="module")
def tell(make_analysis: Callable[..., Analysis]) -> Callable[..., Story]:
    """A factory of stories of a short run with shoes, troubles and a last session."""
    pack = marked_pack(load_knowledge())
    plain = replace(make_analysis(minutes=4.0), settings=SETTINGS)
    troubled = replace(_troubled(make_analysis(minutes=4.0, poor=True)), settings=SETTINGS)

    def make(answers: int = 2, *, trouble: bool = False, sheet: Sheet = "full") -> Story:
        analysis = troubled if trouble else plain
        made = follow(analysis, parse_answers(ANSWERS[answers]), (), pack=pack, today=date(2026, 5, 4))
        return Story(analysis, made.findings, made.plan, WORDS, _since(plain), "Ada", sheet, pack.say)

    return make


def _known(story: Story) -> Iterator[str]:
    """Yield what stands on a page as it is: data, keys of sources, and what a file's note says."""
    yield from DATA
    yield "a note as the file has it"
    yield from (CADENCE_SOURCE, CONTACT_SOURCE, "J Sports Sci Med")
    yield from (one.id for one in story.findings)
    for key, source in load_knowledge().sources.items():
        yield from (key, source.citation)


@pytest.mark.parametrize(
    ("answers", "sheet"), [(0, "full"), (1, "full"), (2, "full"), (2, "runner"), (2, "clinician")]
)
def test_a_marked_page_has_no_word_outside(tell: Callable[..., Story], answers: int, sheet: Sheet) -> None:
    """Every text node, label and text for the charts' script is the catalogue's; a PDF prints this page."""
    story = tell(answers, sheet=sheet)
    html = render_story(story)
    assert stray([*seen(read_page(html)), *script_texts(html)], _known(story)) == {}


def test_faults_notes_and_reasons_are_the_catalogues_too(tell: Callable[..., Story]) -> None:
    """A recording with faults of each certainty; only a note as the file has it stays as it is."""
    story = tell(2, trouble=True)
    html = render_story(story)
    assert stray(seen(read_page(html)), _known(story)) == {}
    assert "a note as the file has it" in html


def test_a_run_without_running_too(make_analysis: Callable[..., Analysis]) -> None:
    """The page that has no numbers says why in the catalogue's words."""
    analysis = replace(make_analysis(minutes=3.0, kind="none"), settings=SETTINGS)
    html = render_story(Story(analysis, (), None, WORDS))
    assert stray(seen(read_page(html)), (*DATA, "J Sports Sci Med")) == {}


@pytest.mark.parametrize("answers", [0, 2])
def test_a_marked_terminal_has_no_word_outside(
    tell: Callable[..., Story], answers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole report as text, in lines so long that no mark is broken."""
    monkeypatch.setattr(show, "WIDEST", 1500)
    story, out = tell(answers, trouble=bool(answers)), io.StringIO()
    show.show_story(story, out, width=1500)
    assert stray(out.getvalue().splitlines(), _known(story)) == {}


def test_a_marked_summary_has_no_word_outside(tell: Callable[..., Story]) -> None:
    """What `report`, `analyze`, `doctor` and `history` print, and what is new since the last session."""
    story = tell(2, trouble=True)
    assert story.since is not None
    first = replace(story.since, last=None)
    lines = [
        *summary(story.analysis, WORDS).splitlines(),
        *_outcome(story),
        *lines_since_last(story.since, WORDS),
        *lines_since_last(first, WORDS),
        *(fault_text(fault, WORDS) for fault in story.analysis.faults),
        *(
            _beside(replace(row, verdict=verdict), ".1f", WORDS)
            for _, row in story.since.normal
            for verdict in NORMAL
        ),
        _state_text(COACHED, WORDS),
        _count(1, WORDS),
        _count(3, WORDS),
    ]
    assert stray(lines, _known(story)) == {}


def test_a_marked_methods_paragraph_has_no_word_outside(tell: Callable[..., Story]) -> None:
    """The text for a paper, its table too."""
    story = tell(2)
    assert stray(methods_text(story.analysis, WORDS).splitlines(), _known(story)) == {}


def test_a_marked_comparison_has_no_word_outside(make_analysis: Callable[..., Analysis]) -> None:
    """Two sessions, and parts of one run: the pages and the lines on the terminal."""
    before, after = make_analysis(minutes=6.0), make_analysis(minutes=6.0, seed=2, strike=9.0)
    rows = tuple(compare_groups([before.metrics], [after.metrics], same_sensors=True))
    kinds = ("changed", "explained by speed", "speed unknown", "no change shown")
    rows = tuple(replace(row, verdict=kinds[at % 4]) for at, row in enumerate(rows))  # type: ignore[arg-type] # as above
    sessions = sections_of_sessions(ComparedSessions((before,), (after, after), rows, True), WORDS)
    effects = tuple(
        Effect("faster", row.metric, row.first, row.change, 1.0, 1.0, 1.0, 2, row.verdict) for row in rows
    )
    helped = Helped(
        "faster",
        "shank_angle_deg",
        -3.0,
        1.0,
        sentence("a foot that lands less far ahead: 10.1242/jeb.125500"),
    )
    parts = (Part("base", 0.0, 90.0), Part("faster", 90.0, 180.0))
    blocks = sections_of_parts(ComparedParts(before, parts, effects, helped), WORDS)
    for sections in (sessions, blocks):
        assert stray(seen(read_page(render_sections(sections, WORDS, "compare"))), DATA) == {}
    lines = [
        *_table([before], [after, after], list(rows), WORDS),
        *_effects(list(effects), helped, "base", WORDS),
    ]
    assert stray(lines, DATA) == {}


def test_what_is_not_marked_is_found() -> None:
    """The reading itself: words, not units, numbers, data or references, and only outside of marks."""
    text = "⟦In ⟦a⟧ mark⟧: 3.4 ms, left.csv, doi 10.1/x, https://a.b/c but English"
    assert set(stray([text], ["left.csv"])) == {"but", "English"}
    with pytest.raises(AssertionError):
        stray(["⟦open"])
