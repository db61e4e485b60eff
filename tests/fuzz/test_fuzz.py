"""Whatever comes from outside is understood or refused with a `GaitError`: no other exception, no hang."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.errors import GaitError
from tests.properties import cases

from .mutate import mutated
from .seeds import BUILT_IN, seeds_of
from .targets import TARGETS


def test_every_target_has_seeds() -> None:
    """No reader is left out, and each accepts one of its seeds: mutation begins near what is read."""
    assert set(BUILT_IN) == set(TARGETS)
    for name, target in TARGETS.items():
        assert any(_accepts(target, data) for data in seeds_of(name)), name


def _accepts(target: Callable[[bytes, Path], object], data: bytes) -> bool:
    with TemporaryDirectory() as folder, contextlib.suppress(GaitError):
        target(data, Path(folder))
        return True
    return False


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_read_or_refused(name: str) -> None:
    """The corpus, fuzz finds of the past included: refusals are one line."""
    refusals = []
    for data in seeds_of(name):
        with TemporaryDirectory() as folder:
            try:
                TARGETS[name](data, Path(folder))
            except GaitError as error:
                refusals.append(str(error))
    assert not [text for text in refusals if "\n" in text]


@pytest.mark.parametrize("name", TARGETS)
@cases(12)
@given(data=st.data())
def test_mutated_input_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """As above for inputs near the corpus; `python -m tests.fuzz` goes on for as long as one likes."""
    with TemporaryDirectory() as folder, contextlib.suppress(GaitError):
        TARGETS[name](data.draw(mutated(name)), Path(folder))
