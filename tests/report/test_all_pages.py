"""Every kind of page, read back and looked at; a sample of them each time, all with ``--long``."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import chromium
from tests.properties import only_long
from tests.report.claims import wrong_claims
from tests.report.gallery import Case, cases, real_cases, sample
from tests.report.look import faults_of, one_page_faults

REAL = Path(__file__).resolve().parents[3] / "shared" / "data"
LARGEST = 400_000
"""Bytes of a page."""


@pytest.fixture(scope="module")
def few() -> tuple[tuple[Case, str], ...]:
    """Pages of a shank with an accelerometer alone, of a red light, of pain with everything given."""
    return tuple((case, case.html) for case in sample())


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    with chromium.opened() as one:
        yield one


def test_a_page_claims_what_the_results_hold(few: tuple[tuple[Case, str], ...]) -> None:
    """Read back: tiles, pace, sides, what was looked for and is needed, lights and plan are the results'."""
    assert [said for case, html in few for said in wrong_claims(case, html)] == []


def test_the_reading_back_sees_a_wrong_claim(few: tuple[tuple[Case, str], ...]) -> None:
    """A page of another run, of another plan, is found to claim what its own results do not hold."""
    (first, _), (_, other) = few[0], few[-1]
    said = "\n".join(wrong_claims(first, other))
    for kind in ("shown as", "distance", "pain light", "exercises, planned"):
        assert kind in said, kind


@pytest.mark.browser
@only_long
def test_every_page_is_sound(browser: Any, tmp_path: Path) -> None:
    """All runners, sensors, lights, sheets, languages, lengths, histories, watches and real recordings.

    No console message, no request, no text over text or out of its box at three widths and on two papers,
    axe clean in both schemes, every control reached by the keyboard, at most 400 kB, no wrong claim.
    """
    faults: list[str] = []
    for case in itertools.chain(cases(), real_cases(REAL) if REAL.is_dir() else ()):
        page, html = tmp_path / "page.html", case.html
        page.write_text(html, encoding="utf-8")
        faults += wrong_claims(case, html)
        faults += [f"{case.name}: {said}" for said in faults_of(browser, page)]
        if case.sheet == "runner":
            faults += [f"{case.name}: {said}" for said in one_page_faults(browser, page)]
        if page.stat().st_size > LARGEST:
            faults.append(f"{case.name}: {page.stat().st_size} bytes")
    assert faults == []
