"""German: the catalogue is whole, keeps English's places, and says nothing that the report must not say."""

from __future__ import annotations

import io
import json
import re
import string
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest

from gait.analysis.results import Analysis
from gait.coaching.follow import follow
from gait.coaching.rules.load import load_knowledge
from gait.coaching.rules.translate import in_language
from gait.report.exports.strides_and_json import analysis_json, strides_csv
from gait.report.numbers import number
from gait.report.page.write import render_page
from gait.report.words import FOLDER, Words
from tests.report.marked import seen
from tests.report.reading import read_page

ALIKE = {
    "live.sensor",
    "live.signal",
    *("list.semicolon", "list.comma", "unit.km", "unit.pace"),
    *("month.4", "month.8", "month.9", "month.11"),
    *("metric.pronation_excursion_deg", "plan.tempo", "quality.sensor", "quality.not_measured", "notes.name"),
    *(
        "method.strike_source",
        "methods.rate",
        "doctor.fault_alone",
        "fault.sensor",
        "verdict.found",
        "verdict.found_bare",
        "verdict.numbers",
    ),
    *(
        "strike.share",
        "plan.day_sets",
        "summary.interval",
        "summary.km",
        "summary.minutes",
        "summary.whole_minutes",
        "setting.version",
    ),
}
"""Texts that are the same in both languages: signs, units, names, a citation."""

DIAGNOSIS = {
    "en": r"injur|patholog|syndrome|tend(?:in|on)|fractur|arthr|inflam|abnormal|deform|disease|weakness",
    "de": r"verletz|patholog|syndrom|sehnen|tendin|fraktur|bruch|arthr|entzünd|abnorm|krank|fehlstell"
    r"|schwäche|instabil|läuferknie|überpron|überlast",
}
"""Words of a diagnosis, by language; the catalogue has no use for them."""

STRIKE_ADVICE = {
    "en": r"(?:land|strike|run|switch|change|move)\w* (?:\w+ )*(?:on|to|onto|with) (?:\w+ )*"
    r"(?:forefoot|midfoot|heel|toes)|(?:forefoot|midfoot|heel) (?:running|first)|change (?:your|the) foot",
    "de": r"(?:lande|laufe|lauf|setze|wechsle|stell\w*|roll\w*|komm\w*) (?:\w+ )*"
    r"(?:auf|mit|über|zum?|zur) (?:\w+ )*(?:vorfuß|mittelfuß|ferse|zehen)"
    r"|(?:vorfuß|mittelfuß|fersen?)(?:lauf|technik)|(?:änder|umstell|korrigier)\w* (?:\w+ )*fußaufsatz"
    r"|fußaufsatz\w* (?:\w+ )*(?:änder|umstell|korrigier)",
}
"""Phrases that ask for another foot strike, by language."""

VERSIONS = re.compile(r"https?://\S+|doi \S+|\b10\.\d{4,}/\S+|\b\d+\.\d+\.\d+\b")
"""Numbers that are no measures."""


def raw(lang: str) -> dict[str, str]:
    """Return one catalogue's own texts by dotted key, nothing borrowed."""

    def flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
        for key, value in table.items():
            if isinstance(value, dict):
                yield from flat(value, f"{prefix}{key}.")
            else:
                yield f"{prefix}{key}", value

    return dict(flat(tomllib.loads(FOLDER.joinpath(f"{lang}.toml").read_text(encoding="utf-8"))))


def places(text: str) -> set[str]:
    """Return the names between braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def found(pattern: str, texts: dict[str, str]) -> list[str]:
    """Return the texts in which a pattern is found, whatever the case."""
    return [text for text in texts.values() if re.search(pattern, text, re.IGNORECASE)]


def test_german_has_every_key_and_no_other():
    """Nothing on the page falls back to English, in the order of the English file."""
    assert list(raw("de")) == list(raw("en"))


def test_places_are_the_same():
    """Each German text shows the same numbers and names as the English one."""
    english, german = raw("en"), raw("de")
    assert [key for key in english if places(english[key]) != places(german[key])] == []


def test_nothing_was_left_in_english():
    """Only signs, units, names and words that both languages share are equal."""
    english, german = raw("en"), raw("de")
    assert {key for key in english if english[key] == german[key]} == ALIKE


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_catalogue_describes_and_does_not_diagnose(lang):
    """No word of a diagnosis stands in a catalogue."""
    assert found(DIAGNOSIS[lang], raw(lang)) == []


@pytest.mark.parametrize("lang", ["en", "de"])
def test_nobody_is_told_to_change_the_foot_strike(lang):
    """No text asks for another foot strike; the one on it says to leave it alone."""
    assert found(STRIKE_ADVICE[lang], raw(lang)) == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Land on your forefoot."),
        ("en", "Switch to a midfoot strike."),
        ("de", "Lande auf dem Vorfuß."),
        ("de", "Stell deinen Fußaufsatz um und lauf über den Mittelfuß."),
        ("de", "Versuche, den Fußaufsatz zu ändern."),
    ],
)
def test_advice_on_the_foot_strike_would_be_found(lang, text):
    """The list of phrases finds what it is there for."""
    assert found(STRIKE_ADVICE[lang], {"x": text}) == [text]


def test_only_english_begins_a_label_small_within_a_sentence():
    """German nouns keep their capital."""
    assert Words("en", {}).within("Ground contact") == "ground contact"
    assert Words("de", {}).within("Bodenkontaktzeit") == "Bodenkontaktzeit"


@pytest.fixture(scope="module")
def short_run(make_analysis: Callable[..., Analysis]) -> Analysis:
    """Return a run of a few minutes with two shoes."""
    return make_analysis(minutes=4.0)


@pytest.fixture(scope="module")
def german_page(short_run: Analysis) -> str:
    """Return the page of a run with a plan, in German."""
    pack = in_language(load_knowledge(), "de")
    made = follow(short_run, None, (), pack=pack, today=date(2026, 5, 4))
    return render_page(short_run, made.findings, made.plan, lang="de")


def test_a_german_page_writes_numbers_and_dates_as_germans_do(german_page: str) -> None:
    """Commas in every text, the charts' script told so, the day and the language; versions and DOIs stay."""
    page = read_page(german_page)
    texts = [VERSIONS.sub("", text) for text in seen(page)]
    assert [text for text in texts if re.search(r"\d\.\d", text)] == []
    assert sum(bool(re.search(r"\d,\d", text)) for text in texts) > 100
    assert '"decimal":","' in german_page
    assert '<html lang="de">' in german_page
    assert "1. Mai 2026, 07:32" in german_page


def test_drawings_keep_points(german_page: str) -> None:
    """A comma in a coordinate of a drawing, or in a style, would be another number."""
    drawn = re.findall(r'(?:width|height|x|y|x1|y1|cx|cy|r)="([^"]*)"', german_page)
    assert len(drawn) > 200
    assert [value for value in drawn if "," in value] == []


def test_programs_get_points_whatever_the_language(short_run: Analysis, german_page: str) -> None:  # noqa: ARG001 - the page is made first
    """JSON and CSV are the same before and after a German page was made: its comma does not stay."""
    assert number(2.5, 1) == "2.5"
    body = json.dumps(analysis_json(short_run))
    assert f'"value": {short_run.metrics["cadence_spm"].value}' in body
    table = pd.read_csv(io.StringIO(strides_csv(short_run)))
    assert table["contact_ms"].to_numpy() == pytest.approx(
        short_run.strides["contact_ms"].to_numpy(), abs=0.1
    )
