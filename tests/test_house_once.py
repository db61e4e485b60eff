"""Things that stand once in the package: each look reads the syntax tree of every module, not its text.

Each look has a case beside it that shows that a second place would be seen.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
Look = Callable[[ast.AST], bool]

WRITERS = {
    "gait/files.py": "the atomic writer itself",
    "gait/recording/write.py": "gzip around a file that the atomic writer opened",
    "gait/recording/table/containers.py": "unpacks into a temporary folder that nobody else sees",
    "gait/journal/writer.py": "grows by appending, one checked record at a time",
    "gait/journal/folder.py": "a lock file without content",
    "gait/journal/to_csv.py": "puts a finished CSV in place once it was compared with the old one",
    "gait/history/database.py": "SQLite keeps its own journal",
    "gait/forked.py": "a pipe between two processes",
    "gait/cli/main.py": "the null device, after the reader of the output has gone",
}
"""Modules that write bytes somewhere, with the reason why each may."""

CLEANERS = {
    "gait/text.py": "the cleaner itself",
    "gait/recording/toml.py": "escapes what TOML cannot hold, and drops nothing",
}
"""Modules that ask whether a sign can be printed, with the reason why each may."""

PLAN_AS_TEXT = "gait/report/terminal/plan.py"
"""Module that turns a plan into lines of text, for commands and the report's text alike."""
PLAN_AS_BLOCKS = "gait/report/sections/plan.py"
"""Module that turns a plan into the page's blocks, which no terminal draws."""

FILE_WRITERS = {"write_text", "write_bytes", "writelines"}
TABLE_WRITERS = {"to_csv", "to_parquet", "to_json", "to_pickle", "to_excel", "savetxt", "savez", "savefig"}
RENAMES = {"replace", "rename", "move", "copyfile", "copy2", "copytree"}
OPENERS = {"open", "fdopen", "GzipFile", "NamedTemporaryFile", "mkstemp", "connect"}
CALLS = {f"{name}(" for name in FILE_WRITERS | TABLE_WRITERS | RENAMES | OPENERS}
"""Texts without which no module writes."""


@functools.cache
def _texts_of_modules() -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "gait").rglob("*.py"))
    }


def _places(look: Look, hints: Iterable[str]) -> set[str]:
    """Return the modules in which a look sees what it looks for; those without a hint are not parsed."""
    return {
        file
        for file, text in _texts_of_modules().items()
        if any(hint in text for hint in hints) and any(map(look, ast.walk(ast.parse(text))))
    }


def _name(node: ast.AST) -> str:
    """Return the last part of a dotted name; nothing for any other expression."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _texts(node: ast.Call) -> Iterator[str]:
    for value in (*node.args, *(keyword.value for keyword in node.keywords)):
        for part in ast.walk(value):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value
            elif isinstance(part, ast.Attribute):
                yield part.attr


def _opens_for_writing(node: ast.Call) -> bool:
    """Tell an ``open`` whose mode or flags can write."""
    if _name(node.func) not in {"open", "fdopen", "GzipFile"}:
        return False
    if ast.unparse(node.func) == "os.open":
        return "O_RDONLY" not in set(_texts(node))
    modes = {text for text in _texts(node) if len(text) <= 3 and set(text) <= set("rwaxbt+")}
    return any(set(mode) & set("wax+") for mode in modes)


def _writes(node: ast.AST) -> bool:
    """Tell a call that puts bytes into a file by itself."""
    if not isinstance(node, ast.Call):
        return False
    name, method = _name(node.func), isinstance(node.func, ast.Attribute)
    if method and name in FILE_WRITERS | {"NamedTemporaryFile", "mkstemp"}:
        return True
    if name in TABLE_WRITERS:
        return bool(node.args) or any(keyword.arg in {"path", "path_or_buf"} for keyword in node.keywords)
    if method and name in RENAMES:  # a path's replace takes one argument, a string's takes two
        return len(node.args) == 1 and not node.keywords
    return _opens_for_writing(node) or (name == "connect" and "isolation_level" in ast.unparse(node))


def _cleans(node: ast.AST) -> bool:
    """Tell a question whether a sign can be printed, or which category it has."""
    return isinstance(node, ast.Attribute) and (
        node.attr == "isprintable" or (node.attr == "category" and _name(node.value) == "unicodedata")
    )


def _asked_finite(test: ast.AST) -> set[str]:
    """Return each x of ``isfinite(x)`` or ``isnan(x)``, also behind ``not`` and between ``and``."""
    if isinstance(test, ast.UnaryOp):
        return _asked_finite(test.operand)
    if isinstance(test, ast.BoolOp):
        return set().union(*map(_asked_finite, test.values))
    asks = isinstance(test, ast.Call) and _name(test.func) in {"isfinite", "isnan"}
    return {ast.unparse(test.args[0])} if isinstance(test, ast.Call) and asks else set()


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _makes_null(node: ast.AST) -> bool:
    """Tell a choice between a number and None by whether the number is finite."""
    if not isinstance(node, ast.IfExp) or not (_is_none(node.body) or _is_none(node.orelse)):
        return False
    kept = node.orelse if _is_none(node.body) else node.body
    return bool(_asked_finite(node.test) & {ast.unparse(part) for part in ast.walk(kept)})


def _has_altmans_edge(node: ast.AST) -> bool:
    """Tell the literal -1.6: degrees of strike angle under which a landing is on the forefoot."""
    return (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
        and node.operand.value == 1.6
    )


def _has_morins_force(node: ast.AST) -> bool:
    """Tell gravity times pi, with which the half-sine force begins."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)):
        return False
    factors = {_name(node.left), _name(node.right)}
    if isinstance(node.left, ast.BinOp):
        factors.add(_name(node.left.right))
    return "pi" in factors and bool(factors & {"STANDARD_GRAVITY", "GRAVITY", "g"})


def _renders_a_plan(node: ast.AST) -> bool:
    """Tell an import of the planned exercise, without which no plan is put into words."""
    return isinstance(node, ast.ImportFrom) and any(part.name == "PlannedExercise" for part in node.names)


def test_one_atomic_writer() -> None:
    """Files are written through `gait.files`; each other module that writes is listed with its reason."""
    assert _places(_writes, CALLS) == set(WRITERS)


def test_one_cleaner_of_untrusted_text() -> None:
    """`gait.text` alone decides which signs a reader may see; all others call it."""
    assert _places(_cleans, ("isprintable", "category")) == set(CLEANERS)


def test_one_step_from_nan_to_null() -> None:
    """No module chooses by itself between a finite number and None: `gait.missing` does."""
    assert _places(_makes_null, ("isfinite", "isnan")) == set()


def test_altmans_thresholds_stand_once() -> None:
    """The edges between rearfoot, midfoot and forefoot are the analysis's."""
    assert _places(_has_altmans_edge, ("1.6",)) == {"gait/analysis/session/strike_class.py"}


def test_morins_formula_stands_once() -> None:
    """The half-sine force is written down once; oscillation and stiffness take it from there."""
    assert _places(_has_morins_force, ("np.pi", "math.pi")) == {"gait/analysis/session/spring_mass.py"}


def test_one_text_renderer_of_a_plan() -> None:
    """One module puts a plan into lines of text; the only other one makes blocks of the page."""
    places = {
        file
        for file in _places(_renders_a_plan, ("PlannedExercise",))
        if not file.startswith("gait/coaching/")
    }
    assert places == {PLAN_AS_TEXT, PLAN_AS_BLOCKS}


def test_no_terminal_draws_the_page_s_blocks_of_a_plan() -> None:
    """A week's and an exercise's block have no drawing on the terminal, nor a name in its modules."""
    blocks = {"Week", "DayPlan", "Exercise", "Exercises"}
    assert _places(lambda node: isinstance(node, ast.alias) and node.name in blocks, ("blocks import",)) == {
        PLAN_AS_BLOCKS
    }


@pytest.mark.parametrize(
    ("look", "code"),
    [
        (_writes, "path.open('w')"),
        (_writes, "open(path, mode='ab')"),
        (_writes, "os.open(path, os.O_WRONLY | os.O_CREAT)"),
        (_writes, "path.write_text(text)"),
        (_writes, "Path(name).write_bytes(data)"),
        (_writes, "table.to_csv(path, index=False)"),
        (_writes, "table.to_parquet(path=path)"),
        (_writes, "part.replace(path)"),
        (_writes, "tempfile.NamedTemporaryFile()"),
        (_cleans, "''.join(sign for sign in text if sign.isprintable())"),
        (_cleans, "unicodedata.category(sign) in UNSEEN"),
        (_makes_null, "value if math.isfinite(value) else None"),
        (_makes_null, "None if not np.isfinite(value) else value"),
        (_makes_null, "round(float(value), 3) if math.isfinite(value) else None"),
        (_makes_null, "None if isinstance(value, float) and math.isnan(value) else value"),
        (_has_altmans_edge, "EDGES = (-1.6, 8.0)"),
        (_has_morins_force, "mass * STANDARD_GRAVITY * np.pi / 2.0 * (flight / contact + 1.0)"),
        (_has_morins_force, "math.pi * STANDARD_GRAVITY"),
        (_renders_a_plan, "from gait.coaching.model import Plan, PlannedExercise"),
    ],
)
def test_a_second_place_is_seen(look: Look, code: str) -> None:
    """Each look sees the code that would be a second place."""
    assert any(map(look, ast.walk(ast.parse(code))))


@pytest.mark.parametrize(
    ("look", "code"),
    [
        (_writes, "path.open('rb')"),
        (_writes, "text.replace('a', 'b')"),
        (_writes, "write_text(path, table.to_csv(index=False))"),
        (_writes, "replace(settings, rate_hz=200.0)"),
        (_makes_null, "values if np.isfinite(values).any() else None"),
        (_makes_null, "swing if np.isfinite(start) else None"),
        (_has_altmans_edge, "GAIN = 1.6"),
    ],
)
def test_what_is_no_second_place(look: Look, code: str) -> None:
    """Reading, strings and whole arrays are left alone."""
    assert not any(map(look, ast.walk(ast.parse(code))))
