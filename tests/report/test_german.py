"""German: the catalogue is whole, keeps English's places, and says nothing that the report must not say."""

from __future__ import annotations

import html
import re
import string
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from gait.analysis.session.not_measured import LOOKS_LIKE, REASONS
from gait.report.page.write import render_page
from gait.report.words import FOLDER, Words, load_words
from gait.report.words.reasons import LOOKS, looks_text, reason_text

ALIKE = {
    *("list.semicolon", "list.comma", "unit.km", "unit.pace"),
    *("month.4", "month.8", "month.9", "month.11"),
    *("metric.pronation_excursion_deg", "plan.tempo", "quality.sensor", "quality.not_measured", "notes.name"),
    *(
        "method.strike_source",
        "methods.rate",
        "fault.sensor",
        "verdict.found",
        "verdict.found_bare",
        "verdict.numbers",
    ),
    *("strike.share", "plan.day_sets"),
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

LONG = 14
"""Characters from which a text is not found within another by chance."""

FORMAL = re.compile(r"\b(?:Ihr|Ihre[nmrs]?|Ihnen)\b|\b[Ww]ählen Sie\b|\w+en Sie\b")
FORMAL_ALLOWED = {"watch.unchecked"}
"""Begins with "Ihre Datei": the watch's."""


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


def test_german_says_du():
    """Nobody is addressed as "Sie"."""
    texts = {key: text for key, text in raw("de").items() if key not in FORMAL_ALLOWED}
    assert [text for text in texts.values() if FORMAL.search(text)] == []


@pytest.mark.parametrize("kind", sorted(REASONS))
def test_reasons_are_translated_by_their_kind(kind):
    """A reason of the analysis reads in English as it was given and in German from its catalogue."""
    why = REASONS[kind]
    assert reason_text(why, load_words("en")) == why
    assert reason_text(why, load_words("de")) == raw("de")[f"reason.{kind}"]


@pytest.mark.parametrize("what", sorted(LOOKS))
def test_what_a_movement_looks_like_is_translated(what):
    """English is as the analysis gave it, German from the catalogue; the same within a reason."""
    english, german = load_words("en"), load_words("de")
    assert looks_text(what, english) == what
    assert reason_text(LOOKS_LIKE + what, english) == LOOKS_LIKE + what
    own = raw("de")[f"looks.{LOOKS[what]}"]
    assert looks_text(what, german) == own
    assert reason_text(LOOKS_LIKE + what, german).endswith(own)


def test_a_reason_in_a_faults_own_words_stays():
    """What a fault says is no reason of the table and is returned as it is."""
    assert reason_text("the strap came off at 12 s", load_words("de")) == "the strap came off at 12 s"


def test_only_english_begins_a_label_small_within_a_sentence():
    """German nouns keep their capital."""
    assert Words("en", {}).within("Ground contact") == "ground contact"
    assert Words("de", {}).within("Bodenkontaktzeit") == "Bodenkontaktzeit"


def test_no_english_text_of_the_catalogue_is_on_the_german_page(run_analysis, some_findings, some_plan):
    """Labels, leads and captions come from the catalogue, so none of the English ones is left on the page.

    The findings of the fixture are in English and name the foot strike angle.
    """
    page = html.unescape(render_page(run_analysis, some_findings, some_plan, lang="de"))
    german = raw("de")
    whole = {key: text for key, text in raw("en").items() if len(text) >= LONG and not places(text)}
    assert len(whole) > 100
    left = {key for key, text in whole.items() if text in page and german[key] != text}
    assert left <= {"fig.strike"}
