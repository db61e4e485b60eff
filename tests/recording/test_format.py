"""The preamble: text in, values out, and back."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.errors import RecordingError
from gait.recording.format import Preamble, format_preamble, parse_preamble, place_from_name
from gait.recording.toml import toml_lines
from tests.properties import cases

CONTRACT = """\
# gait-recording = 1
# placement = "shoe"                # "shoe" or "shank"
# side = "left"                     # "left" or "right"
# rate_hz = 208.0                   # nominal; the true one is fitted from the times
# acc_range_g = 16
# gyr_range_dps = 2000
# started = 2026-05-01T07:32:10.123+02:00
# [device]
# name = "..."
"""
VALUES = st.recursive(
    st.text(max_size=10)
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.datetimes(timezones=st.just(None))
    | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_the_contract_reads() -> None:
    """The example of the contract, word for word."""
    preamble = parse_preamble(CONTRACT.splitlines(), "x.csv")
    assert preamble == Preamble(
        placement="shoe",
        side="left",
        rate_hz=208.0,
        acc_range_g=16.0,
        gyr_range_dps=2000.0,
        started="2026-05-01T07:32:10.123+02:00",
        device={"name": "..."},
    )
    assert parse_preamble(format_preamble(preamble), "x.csv") == preamble


def test_only_the_first_line_is_required() -> None:
    """A preamble may say nothing; comments that are not ours say nothing either."""
    assert parse_preamble(["# gait-recording = 1"], "x") == Preamble()
    assert parse_preamble(["# sensor: 3, side = left"], "x") == Preamble()
    assert parse_preamble([], "x") == Preamble()


@cases(30)
@given(table=st.dictionaries(st.text(max_size=6), VALUES, max_size=4))
def test_toml_is_what_the_standard_library_reads(table: dict[str, Any]) -> None:
    """Any table, written and read by tomllib, is the same table."""
    assert tomllib.loads("\n".join(toml_lines(table))) == table


def test_toml_has_no_form_for_everything() -> None:
    """What cannot be written is an error, not a guess; a lone surrogate becomes the replacement sign."""
    with pytest.raises(RecordingError, match="no form for a NoneType"):
        toml_lines({"a": None})
    assert tomllib.loads(toml_lines({"a": "x\udc80"})[0]) == {"a": "x\ufffd"}


@pytest.mark.parametrize("name", ["left_right_shoe", "copyleft", "footpod", "shoe_shank_left", "LEFTSHOE"])
def test_a_name_is_not_stretched(name: str) -> None:
    """Two words for one thing, or a word inside another, say nothing."""
    placement, side = place_from_name(name)
    assert placement is None or side is None
