"""Sentences of the code: each is a literal, each has its German with the same places, none is left over."""

from __future__ import annotations

import ast
import copy
import pickle
import string
import tomllib
from functools import cache
from pathlib import Path

import pytest

from gait.recording import limits
from gait.report.words import FOLDER, SENTENCES, load_words
from gait.sensors.drivers import DRIVERS
from gait.sentences import Sentence, recognised, sentence

PACKAGE = Path(limits.__file__).parents[1]
NAMES = {"left shoe", "right shoe", "left shank", "right shank", "cadence", "start"}
"""What stands in the places of sentences as plain text."""
ALIKE = {
    "{n:.0f} s",
    "{one}, {other}",
    "read by its column names: {time}; {acc}",
    "read by its column names: {time}; {acc}; {gyr}",
}
LANGUAGES = [one.name for one in FOLDER.joinpath(SENTENCES).iterdir() if one.name.endswith(".toml")]


@cache
def wordings() -> frozenset[str]:
    """Return the wording of every call of `sentence` in the package."""
    found = set(limits.LIMITS)
    for file in PACKAGE.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if "from gait.sentences import" in text and file.name != "sentences.py":
            found |= {_wording(call, file) for call in ast.walk(ast.parse(text)) if _is_sentence(call)}
    return frozenset(found)


def _is_sentence(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sentence"


def _wording(call: ast.AST, file: Path) -> str:
    assert isinstance(call, ast.Call)
    first = call.args[0]
    if isinstance(first, ast.Name):
        return str(getattr(limits, first.id))
    assert isinstance(first, ast.Constant), f"{file}:{call.lineno}: a wording must be written out"
    return str(first.value)


def spoken(name: str) -> dict[str, str]:
    """Return a language's sentences by their English wording."""
    text = FOLDER.joinpath(SENTENCES).joinpath(name).read_text(encoding="utf-8")
    return {str(key): str(value) for key, value in tomllib.loads(text).items()}


def places(text: str) -> list[tuple[str, str]]:
    """Return each place with its format, in alphabetical order."""
    return sorted((name, spec or "") for _, name, spec, _ in string.Formatter().parse(text) if name)


def test_many_sentences_are_found() -> None:
    """The search looks where the sentences are."""
    assert len(wordings()) > 120
    assert "{n} gaps in the recording" in wordings()


@pytest.mark.parametrize("name", LANGUAGES)
def test_no_sentence_is_missing_and_none_is_left_over(name: str) -> None:
    """A changed English wording has no German until somebody has looked at it again."""
    assert spoken(name).keys() - NAMES == wordings()
    assert spoken(name).keys() >= NAMES


@pytest.mark.parametrize("name", LANGUAGES)
def test_places_and_formats_are_the_same(name: str) -> None:
    """Each sentence shows the same numbers to the same digits."""
    assert {one for one, text in spoken(name).items() if places(one) != places(text)} == set()


def test_none_was_left_in_english() -> None:
    """Only signs and units are alike."""
    german = spoken("de.toml")
    assert {one for one in german if one == german[one]} <= ALIKE


def test_a_sentence_is_plain_text_that_keeps_its_wording() -> None:
    """It compares, pickles and copies as text; cut or joined it is an ordinary string."""
    made = sentence("{n} rows, {share:.1f} %", n=3, share=0.25)
    assert made == "3 rows, 0.2 %"
    assert isinstance(made, Sentence)
    for again in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):  # noqa: S301 - our own bytes
        assert isinstance(again, Sentence)
        assert (again, again.wording, again.places) == (made, made.wording, made.places)
    assert not isinstance(made.strip("3"), Sentence)


def test_sentences_within_sentences_are_translated() -> None:
    """Places that hold a sentence, or a sensor's name, are in the language too; numbers have its comma."""
    german = load_words("de")
    inner = sentence("{what}: a movement without impacts", what=sentence("pedalling"))
    assert german.translated(sentence("This looks like {what}.", what=inner)).endswith(
        "Radfahren: eine Bewegung ohne Stöße."
    )
    far = sentence("{n:.0f} s", n=40.0)
    text = german.translated(
        sentence(
            "{one} and {other} were not recorded at the same time: their clocks are {far} apart",
            one="left shoe",
            other="right shank",
            far=far,
        )
    )
    assert text.startswith("linker Schuh und rechtes Schienbein")
    assert (
        german.translated(sentence("the gyroscope is {ms:.0f} ms late", ms=12.0))
        == "Das Gyroskop kommt 12 ms zu spät"
    )
    off = sentence(
        "the sensor's clock runs {percent:+.1f} % off its nominal rate; times are as recorded", percent=0.5
    )
    assert "+0,5 %" in german.translated(off)


def test_text_of_others_stays() -> None:
    """What stands in no catalogue is said as it is, in any language."""
    assert load_words("de").translated("the strap came off at 12 s") == "the strap came off at 12 s"


def test_limits_that_a_recorder_wrote_are_known_again() -> None:
    """Every shortcoming of every driver comes back from its text as a sentence with German."""
    german = load_words("de")
    texts = {str(limit) for driver in DRIVERS for limit in driver.ability.shortcomings}
    assert texts
    for text in texts:
        again = recognised(text, limits.LIMITS)
        assert again == text
        assert german.translated(again) != text
