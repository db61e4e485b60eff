"""The catalogue of words: English is whole, another language is one file, a mistake in it is one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gait.analysis.metrics import METRICS
from gait.coaching.language import load_language
from gait.errors import GaitError, UsageError
from gait.report import words as catalogue
from gait.report.page.write import render_page
from gait.report.words import languages, load_words

ROOT = Path(__file__).resolve().parents[2]
KEY = re.compile(r"""(?:\bwords|\bt)\(\s*f?"([a-z_]+\.[a-z_0-9.]+)["{]""")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of catalogues that the package looks into, with a little German in it."""
    (tmp_path / "de.toml").write_text(
        '[verdict]\ncadence = "{n} Schritte"\n[metric]\ncadence_spm = "Schrittzahl"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    return tmp_path


def test_english_has_every_key_that_the_code_asks_for():
    """Each key written out in the package's code and templates is in the English catalogue."""
    words = load_words()
    sources = [
        *(ROOT / "gait").rglob("*.py"),
        *(ROOT / "gait" / "report" / "page" / "templates").glob("*.html"),
    ]
    asked = {key for path in sources for key in KEY.findall(path.read_text(encoding="utf-8"))}
    assert len(asked) > 80
    complete = {key for key in asked if not key.endswith((".", "_"))}
    assert sorted(complete - set(words)) == []
    starts = asked - complete
    assert [start for start in starts if not any(key.startswith(start) for key in words)] == []


@pytest.mark.usefixtures("folder")
def test_what_a_language_lacks_is_english():
    """Its own texts come from its file, all others by key from English; places are filled."""
    words = load_words("de")
    assert languages() == ("de", "en")
    assert words.lang == "de"
    assert words("metric.cadence_spm") == "Schrittzahl"
    assert words("verdict.cadence", n=168) == "168 Schritte"
    assert words("action.title") == "Do this next"
    assert set(words) == set(load_words("en"))


def test_a_folder_can_be_named(tmp_path):
    """A caller can point at a folder of its own without touching the package."""
    (tmp_path / "nl.toml").write_text('[action]\ntitle = "Doe dit"\n', encoding="utf-8")
    assert languages(tmp_path) == ("en", "nl")
    assert load_words("nl", tmp_path)("action.title") == "Doe dit"
    with pytest.raises(UsageError, match="nl"):
        load_words("nl")


@pytest.mark.usefixtures("folder")
def test_the_page_says_its_language(run_analysis, some_findings, some_plan):
    """``<html lang>`` is the catalogue's tag and its words are on the page."""
    page = render_page(run_analysis, some_findings, some_plan, lang="de")
    assert '<html lang="de">' in page
    assert "Schrittzahl" in page
    assert "Do this next" in page
    assert '<html lang="en">' in render_page(run_analysis)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("code", ["xx", "", "../en", "EN", "en.toml", "a" * 300])
def test_an_unknown_language_lists_those_there_are(code):
    """One line that names what there is."""
    with pytest.raises(UsageError, match="one of: de, en") as caught:
        load_words(code)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[page\n", "not a catalogue"),
        ('[verdict]\ncadence = "{tiem} Schritte"\n', "{tiem}"),
        ('[verdict]\ncadence = "{n.__class__} Schritte"\n', "{n.__class__}"),
        ('[verdict]\ncadence = "{} Schritte"\n', "{}"),
        ('[verdict]\ncadence = "{n Schritte"\n', "verdict.cadence"),
    ],
)
def test_a_mistake_in_a_catalogue_is_one_line(tmp_path, text, said):
    """Broken TOML, a place that English has not, an open brace: the file and the key are named."""
    (tmp_path / "de.toml").write_text(text, encoding="utf-8")
    with pytest.raises(GaitError, match=re.escape(said)) as caught:
        load_words("de", tmp_path)
    assert str(caught.value).startswith("de.toml: ")
    assert "\n" not in str(caught.value)


def test_a_catalogue_that_is_not_text_is_one_line(tmp_path):
    """Bytes that are no UTF-8 are refused by name."""
    (tmp_path / "de.toml").write_bytes(b'[page]\nnext = "\xff"\n')
    with pytest.raises(GaitError, match=r"de\.toml: not a catalogue"):
        load_words("de", tmp_path)


def test_the_terminal_names_metrics_as_programs_do():
    """A metric's full name is that of `METRICS`, which coaching and other programs use."""
    words = load_words()
    assert {name: words.label(name) for name in METRICS} == {name: one.label for name, one in METRICS.items()}


def test_german_coaching_names_metrics_as_the_page_does():
    """One thing has one name: what evidence calls a number, its tile and table call it too."""
    words, say = load_words("de"), load_language("de")
    assert {name: say(one.label) for name, one in METRICS.items()} == {
        n: words(f"metric.{n}") for n in METRICS
    }
