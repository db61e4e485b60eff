"""The words of the code, as far as a machine can check them (CONTRIBUTING, "How code is written here")."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RIDDLING = re.compile(r"(What|Where|Whether)\b")


def _modules() -> Iterator[tuple[str, ast.Module, list[str]]]:
    for path in sorted((ROOT / "gait").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        yield path.relative_to(ROOT).as_posix(), ast.parse(text), text.split("\n")


def _is_number(value: ast.expr | None) -> bool:
    """Tell a literal number, or a tuple or sum of some."""
    if isinstance(value, ast.UnaryOp):
        return _is_number(value.operand)
    if isinstance(value, ast.Constant):
        return type(value.value) in {int, float}
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and all(map(_is_number, value.elts))
    return isinstance(value, ast.BinOp) and _is_number(value.left) and _is_number(value.right)


def _is_constant(node: ast.stmt) -> bool:
    """Tell a constant of the module: a name in capitals that is a number."""
    if isinstance(node, ast.Assign):
        name, value = ast.unparse(node.targets[0]), node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        name, value = ast.unparse(node.target), node.value
    else:
        return False
    return re.fullmatch(r"[_A-Z0-9, ()]+", name) is not None and _is_number(value)


def _is_told(body: list[ast.stmt], at: int, lines: list[str]) -> bool:
    """Tell a constant with words: behind its block, on its line, or above its block."""
    node = body[at]
    if any("#" in lines[row] for row in (node.lineno - 1, (node.end_lineno or node.lineno) - 1)):
        return True
    above = node.lineno - 2
    while above >= 0 and lines[above].strip() and not lines[above].startswith("#"):
        above -= 1
    if above >= 0 and lines[above].startswith("#"):
        return True
    behind = at + 1
    while behind < len(body) and body[behind].lineno == (body[behind - 1].end_lineno or 0) + 1:
        node = body[behind]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return isinstance(node.value.value, str)
        behind += 1
    return False


def test_no_docstring_begins_with_a_riddle() -> None:
    """A docstring says what a thing is or does: it never begins with What, Where or Whether."""
    found = [
        f"{file}: {getattr(node, 'name', 'module')}"
        for file, tree, _ in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and RIDDLING.match(ast.get_docstring(node) or "")
    ]
    assert found == []


def test_every_constant_is_told_of() -> None:
    """Each number at the top of a module has words beside it: its unit, and where it comes from."""
    found = [
        f"{file}:{node.lineno}: {lines[node.lineno - 1]}"
        for file, tree, lines in _modules()
        for at, node in enumerate(tree.body)
        if _is_constant(node) and not _is_told(tree.body, at, lines)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A_S = 1.0\n", False),
        ("A_S = 1.0\nB = 2\n\nC = 3\n", False),
        ('A_S = 1.0\n\n"""s; chosen."""\n', False),
        ('A_S = 1.0\nB = 2\n"""s; chosen."""\n', True),
        ("A_S = -1.0  # s; chosen\n", True),
        ("# s; chosen\nA_S = (1.0, 2.0)\n", True),
    ],
)
def test_the_look_at_constants(text: str, told: bool) -> None:
    """Words belong to the block that they touch."""
    tree = ast.parse(text)
    assert _is_constant(tree.body[0])
    assert _is_told(tree.body, 0, text.split("\n")) == told
