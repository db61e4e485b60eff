"""The words of the code, as far as a machine can check them (CONTRIBUTING, "How code is written here")."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RIDDLING = re.compile(r"(What|Where|Whether)\b")
NO_NAMES = frozenset(
    ["one", "found", "known", "given", "told", "way", "room", "said", "asked", "what", "whole"]
)
"""Names that do not tell what they hold."""
FACT_OF_AN_ERROR = "what"
"""Of the three facts of an error: what was found, where, what to do (`gait.errors.GaitError`)."""
STILL_TO_NAME: tuple[str, ...] = ()
"""Rooms whose older names are not renamed yet; each that is finished leaves this list."""
BLOCKS_SHARE_WORDS = ("analysis", "doctor", "recording", "report", "validation")
"""Rooms where one text may still stand behind a whole block of constants."""


@functools.cache
def _modules() -> tuple[tuple[str, ast.Module, list[str]], ...]:
    """Return each module's path, syntax tree and lines."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "gait").rglob("*.py"))}
    return tuple(
        (path.relative_to(ROOT).as_posix(), ast.parse(text), text.split("\n")) for path, text in texts.items()
    )


@functools.cache
def _named() -> dict[str, list[ast.AST]]:
    """Return the nodes of each module that have a docstring or give a name."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Name, ast.arg)
    return {
        file: [node for node in ast.walk(tree) if isinstance(node, kinds)] for file, tree, _ in _modules()
    }


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


def _is_text(body: list[ast.stmt], at: int) -> bool:
    """Tell a text that begins on the line behind the statement before it."""
    if at >= len(body):
        return False
    node = body[at]
    return node.lineno == (body[at - 1].end_lineno or 0) + 1 and (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _has_words(body: list[ast.stmt], at: int, lines: list[str]) -> bool:
    """Tell a constant with words: on its lines, right behind it, or in a comment above its block."""
    node = body[at]
    if _is_text(body, at + 1) or any("#" in line for line in lines[node.lineno - 1 : node.end_lineno]):
        return True
    first = at
    while (
        first > 0
        and isinstance(body[first - 1], ast.Assign | ast.AnnAssign)
        and body[first].lineno == (body[first - 1].end_lineno or 0) + 1
    ):
        first -= 1
    return lines[body[first].lineno - 2].startswith("#")


def _shares_words(body: list[ast.stmt], at: int) -> bool:
    """Tell a constant of a block behind which there are words, though perhaps not on this one."""
    while at + 1 < len(body) and body[at + 1].lineno == (body[at].end_lineno or 0) + 1:
        at += 1
        if _is_text(body, at):
            return True
    return False


def test_no_docstring_begins_with_a_riddle() -> None:
    """A docstring says what a thing is or does: it never begins with What, Where or Whether."""
    riddles = [
        f"{file}: {getattr(node, 'name', 'module')}"
        for file, nodes in _named().items()
        for node in nodes
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and RIDDLING.match(ast.get_docstring(node) or "")
    ]
    assert riddles == []


def _names(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    """Yield each name that is given, with its line: variables, arguments, functions and classes."""
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno


def _facts(nodes: Iterable[ast.AST]) -> set[int]:
    """Return the lines on which a class or its ``__init__`` names the facts of an error."""
    lines: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            lines |= {part.lineno for part in node.body if isinstance(part, ast.AnnAssign)}
        elif isinstance(node, ast.FunctionDef) and node.name == "__init__":
            lines |= {argument.lineno for argument in node.args.args}
    return lines


def test_names_say_what_they_hold() -> None:
    """No variable, argument or function of a finished room has a name that could be anything's."""
    riddles = [
        f"{file}:{line}: {name}"
        for file, nodes in _named().items()
        if Path(file).parts[1] not in STILL_TO_NAME
        for name, line in _names(nodes)
        if name.strip("_").lower() in NO_NAMES and not (name == FACT_OF_AN_ERROR and line in _facts(nodes))
    ]
    assert riddles == []


@pytest.mark.parametrize(
    "code",
    [
        "[one.id for one in findings]",
        "def show(known): ...",
        "def said(): ...",
        "class Found: ...",
        "sorted(rows, key=lambda one: one.start_s)",
        "if (found := look()): ...",
        "for at, whole in enumerate(parts): ...",
    ],
)
def test_the_look_at_names(code: str) -> None:
    """Loops, arguments, functions, classes, lambdas and assignments within expressions are all looked at."""
    assert {name.lower() for name, _ in _names(ast.walk(ast.parse(code)))} & NO_NAMES


def test_every_constant_has_words() -> None:
    """Each number at the top of a module has words beside it: its unit, and where it comes from."""
    bare = [
        f"{file}:{node.lineno}: {lines[node.lineno - 1]}"
        for file, tree, lines in _modules()
        for at, node in enumerate(tree.body)
        if _is_constant(node)
        and not _has_words(tree.body, at, lines)
        and not (Path(file).parts[1] in BLOCKS_SHARE_WORDS and _shares_words(tree.body, at))
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("text", "has_words"),
    [
        ("A_S = 1.0\n", False),
        ("A_S = 1.0\nB = 2\n\nC = 3\n", False),
        ('A_S = 1.0\n\n"""s; chosen."""\n', False),
        ('A_S = 1.0\nB = 2\n"""s; chosen."""\n', False),
        ('A_S = 1.0\n"""s; chosen."""\n', True),
        ("# s; chosen\nA_S = 1.0\nB_S = 2.0\n", True),
        ("A_S = -1.0  # s; chosen\n", True),
        ("# s; chosen\nA_S = (1.0, 2.0)\n", True),
    ],
)
def test_the_look_at_constants(text: str, has_words: bool) -> None:
    """Words behind belong to one constant; a comment above belongs to the whole block."""
    tree = ast.parse(text)
    assert _is_constant(tree.body[0])
    assert _has_words(tree.body, 0, text.split("\n")) == has_words
