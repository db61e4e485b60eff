"""Compiled templates: kept, taken up again, and never trusted when they are damaged or out of date."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from gait.report.page.compiled_templates import CompiledTemplates


@pytest.fixture(autouse=True)
def _written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let bytecode be written beside the templates, whatever this machine's settings are."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


def _render(folder: Path, text: str = "{{ 6 * 7 }} {{ name }}") -> str:
    environment = Environment(
        loader=DictLoader({"page.html": text}), autoescape=True, bytecode_cache=CompiledTemplates(folder)
    )
    return environment.get_template("page.html").render(name="<b>")


def _kept(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.pyc"))


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second process takes the kept code and gives the same page, escaping and all."""
    assert _render(tmp_path) == "42 &lt;b&gt;"
    assert len(_kept(tmp_path)) == 1
    monkeypatch.setattr(Environment, "_generate", None)
    assert _render(tmp_path) == "42 &lt;b&gt;"


def test_a_changed_template_is_compiled_again(tmp_path: Path) -> None:
    """Code is taken for its own source only."""
    _render(tmp_path)
    assert _render(tmp_path, "{{ name }}!") == "&lt;b&gt;!"


@pytest.mark.parametrize("keep", [0, 1, 5, 12, 40, -3])
def test_a_damaged_file_is_compiled_again(tmp_path: Path, keep: int) -> None:
    """A file cut anywhere is no error and is replaced."""
    _render(tmp_path)
    (kept,) = _kept(tmp_path)
    whole = kept.read_bytes()
    kept.write_bytes(whole[:keep])
    assert _render(tmp_path) == "42 &lt;b&gt;"
    assert len(kept.read_bytes()) == len(whole)


def test_nothing_is_written_where_python_writes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who wants no compiled files gets none."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert _render(tmp_path) == "42 &lt;b&gt;"
    assert not _kept(tmp_path)


def test_a_folder_that_cannot_be_written_to_is_no_error(tmp_path: Path) -> None:
    """A file stands where the folder of kept code would be, which stops even the superuser."""
    (tmp_path / "__pycache__").write_text("")
    assert _render(tmp_path) == "42 &lt;b&gt;"
