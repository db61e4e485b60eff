"""German over the whole product: looked at against today's English, none left over, no diagnosis, no cure."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from gait.analysis.metrics import METRICS
from gait.coaching import language as coaching
from gait.report import words as catalogue
from tests import digests

KNOWLEDGE = Path(coaching.__file__).parent / "knowledge"
PACKAGE = KNOWLEDGE.parents[1]

DIAGNOSES = (
    r"läuferknie|arthr(?:ose|itis)|tendin|tendopath|fraktur|syndrom|entzünd|überpron|patellofem|plantarfas"
    r"|fehlstellung|instabilität|abnorm|anormal|patholog|krankhaft|gefährdet|verletzungsrisiko|haltungsschad"
)
"""Names of conditions and words that judge a body: nothing a runner reads has them."""
CURES = (
    r"\bheil(?:t|en|ung|bar|sam)\b|kurier|schmerzfrei|verletzungsfrei|therapier|gesund ?mach|wieder gesund"
    r"|\b(?:schützt?|bewahrt?|verhindert?|verhütet?|beugt)\b[^.]*(?:verletz|schmerz)|lindert"
)
"""Words that promise: exercises are what people use, they cure and prevent nothing."""
CERTAINTIES = r"garantier|mit sicherheit|100 ?% sicher|völlig sicher|zweifellos"
STRIKE = (
    r"(?:lande|laufe?|setze?|wechsle|stell\w*|roll\w*|komm\w*) (?:[\w,]+ )*(?:auf|mit|über|zum?|zur) "
    r"(?:\w+ )*(?:vorfuß|mittelfuß|ferse|zehen|fußballen)(?! (?:hoch|zurück))"
    r"|(?:vorfuß|mittelfuß|fersen?)(?:lauf|technik)|(?:änder|umstell|korrigier)\w* (?:\w+ )*fußaufsatz"
    r"|fußaufsatz\w* (?:\w+ )*(?:änder|umstell|korrigier)"
)
"""Phrases that ask for another foot strike."""
FORMAL = r"\bIhnen\b|\b[Ww]ählen Sie\b|\b\w+en Sie\b"
DECIMAL_POINT = r"\d\.\d"
REFERENCE = re.compile(r"10\.\d{4,}/\S+|\bdoi \S+")


@cache
def german() -> dict[str, str]:
    """Return every German text of the package but citations: what it is, and the text."""
    words, spoken = catalogue.load_words("de"), coaching.load_language("de")
    said = catalogue.FOLDER.joinpath(catalogue.SENTENCES).joinpath("de.toml").read_text(encoding="utf-8")
    return (
        {f"page {key}": words(key) for key in words if not key.endswith("_source")}
        | {f"said {key}": text for key, text in tomllib.loads(said).items()}
        | {f"coaching {key}": text for key, text in spoken.sentences.items()}
        | {f"rule {key}": text for key, text in spoken.texts.items() if not key.startswith("sources.")}
    )


def found(pattern: str, texts: dict[str, str]) -> dict[str, str]:
    """Return the texts in which a pattern is found, whatever the case."""
    return {key: text for key, text in texts.items() if re.search(pattern, text, re.IGNORECASE)}


@pytest.mark.parametrize("file", digests.FILES, ids=["page", "rules"])
def test_the_german_was_looked_at_against_todays_english(file: Path) -> None:
    """A changed English text: look at its German, then ``python -m tests.digests KEY`` notes that."""
    assert digests.changed(file) == []


def test_a_changed_english_text_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another word in English, a text more and a text less are each named."""
    texts = digests.page_texts()
    texts["action.title"] = "Do that next"
    texts["action.new"] = texts.pop("action.dose")
    monkeypatch.setitem(digests.FILES, digests.PAGE, lambda: texts)
    assert digests.changed(digests.PAGE) == ["action.dose", "action.new", "action.title"]


def test_page_rules_and_sentences_speak_the_same_languages() -> None:
    """One ``--lang`` for all: a language that one part lacks would mix two on a page."""
    spoken = {one.name.removesuffix(".toml") for one in catalogue.FOLDER.joinpath("sentences").iterdir()}
    assert catalogue.languages() == coaching.languages()
    assert spoken | {"en"} == set(catalogue.languages())


def _literals() -> set[str]:
    """Return every text in the code of coaching, commands and plans as text, and in the English rules."""
    rooms = ("coaching", "cli", "report/terminal")
    files = [file for room in rooms for file in (PACKAGE / room).rglob("*.py")]
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    out = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for file in KNOWLEDGE.glob("*.yaml"):
        out |= set(_strings(yaml.safe_load(file.read_text(encoding="utf-8"))))
    return out | {spec.label for spec in METRICS.values()} | {one.capitalize() for one in out}


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _strings(one)]


def test_no_german_sentence_is_left_over() -> None:
    """Each stands for a text that is in the code or the rules as it is written there."""
    assert sorted(set(coaching.load_language("de").sentences) - _literals()) == []


@pytest.mark.parametrize(
    "pattern",
    [DIAGNOSES, CURES, CERTAINTIES, STRIKE],
    ids=["diagnoses", "cures", "certainties", "foot strike"],
)
def test_the_words_of_the_table_are_not_said(pattern: str) -> None:
    """Nothing German names a condition, promises, is certain, or asks for another foot strike."""
    assert found(pattern, german()) == {}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (DIAGNOSES, "Du hast ein Läuferknie."),
        (DIAGNOSES, "Dein Gangbild ist pathologisch."),
        (CURES, "Das verhindert auf Dauer Verletzungen."),
        (CURES, "Diese Übung heilt das Knie."),
        (CURES, "So läufst du bald schmerzfrei."),
        (CERTAINTIES, "Das ist garantiert so."),
        (STRIKE, "Lande auf dem Vorfuß."),
        (STRIKE, "Versuche, den Fußaufsatz zu ändern."),
        (STRIKE, "Setz den Fuß mit dem Mittelfuß auf."),
    ],
)
def test_the_lists_find_what_they_are_there_for(pattern: str, text: str) -> None:
    """Each list fires on a sentence of its kind."""
    assert found(pattern, {"x": text}) == {"x": text}


def test_german_says_du_and_writes_commas() -> None:
    """Nobody is "Sie", and no number has a point between its figures."""
    assert {key: text for key, text in german().items() if re.search(FORMAL, text)} == {}
    assert found(DECIMAL_POINT, {key: REFERENCE.sub("", text) for key, text in german().items()}) == {}
