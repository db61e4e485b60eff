"""The words of the code, as far as a machine can check them (CONTRIBUTING, "How code is written here")."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).resolve().parents[1]
RIDDLING = re.compile(r"(What|Where|Whether)\b")
NO_NAMES = frozenset(
    ["one", "found", "known", "given", "told", "way", "room", "said", "asked", "what", "whole"]
)
"""Names that do not tell what they hold."""
VERBS = re.compile(
    r"(add|analyse|answer|apply|ask|blank|build|call|carry|change|check|choose|complete|connect|"
    r"convert|copy|correlate|count|cut|decode|delete|do|drop|encode|fetch|fill|find|fit|forget|gather|"
    r"give|hand|import|judge|keep|lay|let|listen|load|look|make|move|open|parse|pick|plan|play|print|"
    r"put|read|record|refuse|reply|return|run|sample|save|say|scan|score|send|serve|set|skip|sort|"
    r"split|start|stop|subscribe|switch|take|tell|turn|unwrap|wait|weigh|write|yield)\b"
)
"""Verbs with which the docstring of a function that gives a value begins; a new one is added here."""
SAYS_DEGREES = re.compile(r"(_deg|_dps)$")
"""End of a name that says degrees, or degrees a second."""
FACT_OF_AN_ERROR = "what"
"""Of the three facts of an error: what was found, where, what to do (`gait.errors.GaitError`)."""


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


def _begins(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Return the first word of a docstring, in small letters."""
    words = (ast.get_docstring(node) or "").split()
    return words[0].strip(",;.:").lower() if words else ""


def _gives_a_value(node: ast.AST) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Tell a function with a docstring that returns something; a property is named after what it is."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not ast.get_docstring(node):
        return False
    is_property = any("property" in ast.unparse(part) for part in node.decorator_list)
    return (
        not is_property and node.returns is not None and ast.unparse(node.returns) not in {"None", "Nothing"}
    )


def test_a_docstring_begins_with_a_verb() -> None:
    """A function says in its first word what it does: Return, Read, Write."""
    nouns = [
        f"{file}:{node.lineno}: {node.name}: {_begins(node)}"
        for file, nodes in _named().items()
        for node in nodes
        if _gives_a_value(node) and not VERBS.fullmatch(_begins(node))
    ]
    assert nouns == []


@pytest.mark.parametrize(
    ("code", "is_noun"),
    [
        ('def f() -> int:\n    """Largest of all."""', True),
        ('def f() -> int:\n    """(n,) sizes."""', True),
        ('def f() -> int:\n    """Return the largest of all."""', False),
        ('@property\ndef f() -> int:\n    """Largest of all."""', False),
        ('def f() -> None:\n    """Largest first."""', False),
    ],
)
def test_the_look_at_first_words(code: str, *, is_noun: bool) -> None:
    """A noun or a shape in front is seen; a property and what gives nothing are left alone."""
    node = ast.parse(code).body[0]
    assert (_gives_a_value(node) and not VERBS.fullmatch(_begins(node))) == is_noun


def _raised(node: ast.AST) -> set[str]:
    """Return the names of the errors that a function raises by itself."""
    errors = [part.exc for part in ast.walk(node) if isinstance(part, ast.Raise) and part.exc is not None]
    return {
        error.func.id
        for error in errors
        if isinstance(error, ast.Call)
        and isinstance(error.func, ast.Name)
        and error.func.id.endswith("Error")
    }


def test_a_public_function_says_what_it_raises() -> None:
    """Each error that a function offered by its module raises itself stands under Raises."""
    silent = [
        f"{file}:{node.lineno}: {node.name}: {error}"
        for file, tree, lines in _modules()
        if "/cli/commands/" not in file
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and f'"{node.name}"' in "\n".join(lines)
        for error in _raised(node)
        if error not in (ast.get_docstring(node) or "").partition("Raises\n---")[2]
    ]
    assert silent == []


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
    """No variable, argument or function has a name that could be anything's."""
    riddles = [
        f"{file}:{line}: {name}"
        for file, nodes in _named().items()
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


def _is_in_degrees(value: ast.expr) -> bool:
    """Tell what numpy turned into degrees, also as part of a sum or product, or picked from."""
    if isinstance(value, ast.BinOp):
        return _is_in_degrees(value.left) or _is_in_degrees(value.right)
    if isinstance(value, ast.Subscript):
        return _is_in_degrees(value.value)
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "np.degrees"


def _nameless_angles(tree: ast.AST) -> list[str]:
    """Return variables and arguments that take degrees from numpy and do not say so in their name."""
    bound: list[tuple[str, ast.expr]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            bound += [(ast.unparse(target), node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            bound.append((ast.unparse(node.target), node.value))
        elif isinstance(node, ast.keyword) and node.arg:
            bound.append((node.arg, node.value))
    return [name for name, value in bound if _is_in_degrees(value) and not SAYS_DEGREES.search(name)]


def test_degrees_are_named() -> None:
    """Inside, angles are radians; what was turned into degrees for a table says so in its name."""
    nameless = [f"{file}: {name}" for file, tree, _ in _modules() for name in _nameless_angles(tree)]
    assert nameless == []


def test_the_look_at_degrees() -> None:
    """Assignments and arguments are both seen, with the unit in their name or without."""
    code = "tilt = -1 * np.degrees(x)\nS(roll=np.degrees(x)[0], a_dps=np.degrees(x))\nb_deg = np.degrees(x)"
    assert sorted(_nameless_angles(ast.parse(code))) == ["roll", "tilt"]
