"""The examples of docs/api.md run as they stand, and name the whole public API."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import gait

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "api.md"


def test_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block of Python on the page gives what it says, one after the other."""
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"(?ms)^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"))
    assert len(blocks) >= 8
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, PAGE.name, str(PAGE), 0)
    lines: list[str] = []
    results = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=lines.append)
    assert results.failed == 0, "".join(lines)
    assert results.attempted > 20


def test_every_public_name_is_on_the_page() -> None:
    """What ``gait.__all__`` has, the page has."""
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in gait.__all__ if f"gait.{name}" not in text] == []
