"""Constants of the package: each says what it is, and where it comes from (CONTRIBUTING)."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {
    "chosen, with its reason": r"[Cc]hosen(:|,| (as|between|by|for|from|in|on|so|to|within)) \w",
    "data": r"([Mm]easured|[Ff]itted|[Cc]ounted) (as|at|by|from|here|in|on|over|with)\b|[Mm]edian of \d",
    "a paper": r"[A-Z][\w'-]+( (and|&) [A-Z][\w'-]+| et al\.)?,? (19|20)\d\d\b|10\.\d{4,}/|PMC\d",
    "a standard": r"([Ss]pecifications?|BIDS|POSIX|SIGINT)\b|RFC \d",
    "a maker's documents": r"([Dd]ata sheets?|[Ff]irmware|[Mm]anual|GSP|Movesense API|SBEM|SDK)\b",
    "our own formats": r"([Cc]ontract|[Pp]rofile|[Pp]rotocol)\b",
    "another constant": r"([Aa]s|as for|as in|same as|that of) `",
    "mathematics": r"([Bb]y definition|[Ee]xact(ly)?|normal distribution|Student's t)\b",
}
"""Words of which each constant's text has some: where the number comes from, or why it was chosen."""


@functools.cache
def _modules() -> tuple[tuple[str, ast.Module, list[str]], ...]:
    """Return each module's path, syntax tree and lines."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "gait").rglob("*.py"))}
    return tuple(
        (path.relative_to(ROOT).as_posix(), ast.parse(text), text.split("\n")) for path, text in texts.items()
    )


def _is_unit(value: ast.expr) -> bool:
    """Tell a unit or another constant: a name in capitals."""
    return isinstance(value, ast.Name) and value.id.isupper()


def _is_number(value: ast.expr | None) -> bool:
    """Tell a literal number, a tuple or sum of some, or a number times a unit such as ``DEG``."""
    if isinstance(value, ast.UnaryOp):
        return _is_number(value.operand)
    if isinstance(value, ast.Constant):
        return type(value.value) in {int, float}
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and all(map(_is_number, value.elts))
    if not isinstance(value, ast.BinOp):
        return False
    sides = (value.left, value.right)
    return any(map(_is_number, sides)) and all(_is_number(side) or _is_unit(side) for side in sides)


def _is_constant(node: ast.stmt) -> bool:
    """Tell a constant of the module: a name in capitals that is a number."""
    if isinstance(node, ast.Assign):
        name, value = ast.unparse(node.targets[0]), node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        name, value = ast.unparse(node.target), node.value
    else:
        return False
    return re.fullmatch(r"[_A-Z0-9, ()]+", name) is not None and _is_number(value)


def _text(body: list[ast.stmt], at: int) -> str:
    """Return the text that begins on the line behind the statement before it; empty where there is none."""
    if at >= len(body):
        return ""
    node = body[at]
    if (
        node.lineno == (body[at - 1].end_lineno or 0) + 1
        and isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ):
        return node.value.value
    return ""


def _words(body: list[ast.stmt], at: int, lines: list[str]) -> str:
    """Return a constant's words: on its lines, right behind it, and in a comment above its block."""
    node = body[at]
    first = at
    while (
        first > 0
        and isinstance(body[first - 1], ast.Assign | ast.AnnAssign)
        and body[first].lineno == (body[first - 1].end_lineno or 0) + 1
    ):
        first -= 1
    above: list[str] = []
    for line in reversed(lines[: body[first].lineno - 1]):
        if not line.startswith("#"):
            break
        above.insert(0, line)
    comments = [line.partition("#")[2] for line in (*above, *lines[node.lineno - 1 : node.end_lineno])]
    return " ".join(" ".join([*comments, _text(body, at + 1)]).split())


def _has_source(words: str) -> bool:
    """Tell words that name a source, or the reason of a choice."""
    return any(re.search(rf"\b({source})", words) for source in SOURCES.values())


def test_every_constant_has_words() -> None:
    """Each number at the top of a module has words beside it: its unit, and where it comes from."""
    bare = [
        f"{file}:{node.lineno}: {lines[node.lineno - 1]}"
        for file, tree, lines in _modules()
        for at, node in enumerate(tree.body)
        if _is_constant(node) and not _words(tree.body, at, lines)
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
    assert bool(_words(tree.body, 0, text.split("\n"))) == has_words


def test_every_constant_has_its_source() -> None:
    """The words of each constant say where the number comes from (`SOURCES`), or why it was chosen so."""
    sourceless = [
        f"{file}:{node.lineno}: {lines[node.lineno - 1]}"
        for file, tree, lines in _modules()
        for at, node in enumerate(tree.body)
        if _is_constant(node) and not _has_source(_words(tree.body, at, lines))
    ]
    assert sourceless == []


@pytest.mark.parametrize(
    ("words", "has_source"),
    [
        ("s from the shock to contact.", False),
        ("s from the shock to contact (chosen).", False),
        ("Widest half-width, ms; chosen.", False),
        ("Form by which a full scale is chosen.", False),
        ("Fastest turn, deg/s: 2000 deg/s.", False),
        ("Pain of 10 that is accepted (house).", False),
        ("As for walking, and the same in a run.", False),
        ("Longest stride, s (chosen: slow walking stays below 2 s).", True),
        ("Least share, chosen on the runs of docs/accuracy.md.", True),
        ("Error, ms; measured on 13 runners.", True),
        ("Offset, s, fitted on the motion of 13 runners.", True),
        ("Strike angle, deg (Altman & Davis 2012).", True),
        ("Longest run (10.1136/bjsports-2024-109380).", True),
        ("Largest payload, bytes (Bluetooth Core Specification).", True),
        ("Full scales, g (LSM6DSOX data sheet).", True),
        ("s of a block, as `gait.history.run_blocks.LEAST_BLOCK_S`.", True),
        ("m in a foot (exact by definition).", True),
    ],
)
def test_the_look_at_sources(words: str, *, has_source: bool) -> None:
    """A number of the year 2000 is no paper, a bare "chosen" no reason, and "as" no other constant."""
    assert _has_source(words) == has_source


@pytest.mark.parametrize(
    ("value", "is_number"),
    [
        ("-1.5", True),
        ("(1, 2.0)", True),
        ("60.0 * DEG", True),
        ("(6.0 * DEG, 0.05 * STANDARD_GRAVITY)", True),
        ("OTHER", False),
        ("OTHER * DEG", False),
        ("round(SHOCK_S * GRID_HZ)", False),
        ('"text"', False),
    ],
)
def test_the_look_at_numbers(value: str, *, is_number: bool) -> None:
    """Numbers with a unit count too; what is worked out from other constants has its words there."""
    assert _is_constant(ast.parse(f"A = {value}").body[0]) == is_number


def _stored(tree: ast.Module) -> set[str]:
    """Return the names that a module gives to anything, imported ones too."""
    parts = list(ast.walk(tree))
    names = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    names |= {part.name for part in parts if isinstance(part, kinds)}
    return names | {(p.asname or p.name).rpartition(".")[2] for p in parts if isinstance(p, ast.alias)}


def _unresolved(words: str, own: set[str], modules: dict[str, set[str]]) -> list[str]:
    """Return the names in single backticks that are in neither the own module nor the named one."""
    missing = []
    for name in re.findall(r"(?<!`)`([A-Za-z_][\w.]*)`(?!`)", words):
        place, _, last = name.rpartition(".")
        if name not in modules and last not in modules.get(place, set()) and name.split(".")[0] not in own:
            missing.append(name)
    return missing


def test_constants_name_others_that_exist() -> None:
    """A constant that stands for another one names it by its module, which has it."""
    trees = {file[:-3].replace("/", ".").removesuffix(".__init__"): tree for file, tree, _ in _modules()}
    modules = {name: _stored(tree) for name, tree in trees.items()}
    missing = [
        f"{file}:{node.lineno}: {name}"
        for (file, tree, lines), own in zip(_modules(), modules.values(), strict=True)
        for at, node in enumerate(tree.body)
        if _is_constant(node)
        for name in _unresolved(_words(tree.body, at, lines), own, modules)
    ]
    assert missing == []


def test_the_look_at_named_constants() -> None:
    """Names of the own module, modules and their names are there, others are not; ``code`` is no name."""
    modules = {"gait.units": {"DEG"}}
    words = "As `A_S`, `gait.units`, `gait.units.DEG`; `B_S`, `units.DEG`, `gait.units.RAD`; ``None``."
    assert _unresolved(words, {"A_S"}, modules) == ["B_S", "units.DEG", "gait.units.RAD"]
