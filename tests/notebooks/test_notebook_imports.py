"""The notebooks need what the README installs for them, and nothing that only developers have."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAMES = {"pyyaml": "yaml"}
"""Package -> module, where they differ."""


def _installed() -> set[str]:
    """Modules that ``pip install ".[notebooks]"`` brings, with those that lie beside the notebooks."""
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["notebooks"]]
    packages = {re.split(r"[<>=~!\[; ]", one)[0].lower() for one in wanted}
    beside = {file.stem for file in (ROOT / "notebooks" / "contact_model").glob("*.py")}
    return {NAMES.get(one, one) for one in packages} | beside | {"gait", *sys.stdlib_module_names}


def _imports(code: str) -> set[str]:
    """First names of the modules that some code imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {one.name.split(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_imports(book: Path) -> None:
    """Each notebook imports only that."""
    cells = json.loads(book.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    plain = "\n".join(line for one in code for line in one.splitlines() if not line.lstrip().startswith("%"))
    assert _imports(plain) - _installed() == set()


def test_every_subject_has_its_notebook() -> None:
    """Contact events, foot strike, a validation study, a season, a detector of one's own."""
    names = " ".join(book.stem for book in BOOKS)
    for subject in ("contact_events", "foot_strike", "validation_study", "season", "own_detector"):
        assert subject in names
