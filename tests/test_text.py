"""The cleaner of untrusted text: nothing that steers a terminal or misleads a reader comes through."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from gait.cli.main import one_line
from gait.report.numbers import clean
from gait.text import printable, visible

ANY = st.text(st.characters(), max_size=200) | st.text("a \n\t\x1b\x9b\u202e\u2066\ud800\u2028=", max_size=40)


@given(ANY)
def test_visible_is_one_line_of_visible_signs(text: str) -> None:
    """No control, format sign, surrogate or line end is left; letters are kept; twice is as once."""
    found = visible(text)
    assert not {unicodedata.category(sign) for sign in found} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert [sign for sign in found if sign.isalpha()] == [sign for sign in text if sign.isalpha()]
    assert len(found.splitlines()) <= 1


@given(ANY)
def test_printable_keeps_the_length(text: str) -> None:
    """Each sign stays or becomes one replacement character, so that nothing vanishes unseen."""
    found = printable(text)
    assert len(found) == len(text)
    assert found.isprintable()
    found.encode("utf-8")


@given(ANY)
def test_those_built_on_it_are_clean_too(text: str) -> None:
    """Lines of the command line and of the report hold nothing that cannot be printed."""
    assert one_line(text).isprintable()
    assert visible(clean(text)) == " ".join(clean(text).split())
    assert len(clean(text, 20)) <= 20
