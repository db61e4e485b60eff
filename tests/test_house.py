"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import io
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

import gait
from gait.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PUBLIC = (
    "Analysis",
    "Finding",
    "GaitError",
    "History",
    "Plan",
    "Recording",
    "Session",
    "aligned",
    "analyze",
    "assess",
    "from_arrays",
    "load_truth",
    "poses",
    "prescribe",
    "read",
    "read_bids",
    "use_plugins",
    "validate",
    "waveforms",
    "write_report",
)
HEAVY = (
    "numpy",
    "pandas",
    "scipy",
    "matplotlib",
    "pydantic",
    "bleak",
    "bumble",
    "jinja2",
    "asyncio",
    "distributed",
)
TEXT_SUFFIXES = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
    ".html",
    ".css",
    ".j2",
    ".c",
    ".h",
    ".csv",
    ".ipynb",
    "",
}
LEFT_OUT = {
    ".git",
    ".venv",
    "out",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    "dist",
}


def _listed() -> list[Path]:
    """What git knows of; nothing without git, or outside a repository."""
    if shutil.which("git") is None:
        return []
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return [ROOT / name for name in listed.stdout.splitlines()] if listed.returncode == 0 else []


def _files() -> Iterator[Path]:
    for path in _listed() or ROOT.rglob("*"):
        if (
            path.is_file()
            and path.suffix in TEXT_SUFFIXES
            and not LEFT_OUT & set(path.relative_to(ROOT).parts)
        ):
            yield path


def _loaded(code: str) -> set[str]:
    """Modules that a fresh interpreter has loaded after some code."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stderr.split())


def test_public_names_are_pinned() -> None:
    """The package's public names are these, each there when asked for, and no others."""
    assert tuple(gait.__all__) == PUBLIC
    assert set(dir(gait)) == {*PUBLIC, "__version__"}
    for name in PUBLIC:
        assert getattr(gait, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        _ = gait.analyse  # type: ignore[attr-defined]  # the point of the test


def test_import_is_light() -> None:
    """Importing the package loads nothing heavy; using a name does."""
    assert not _loaded("import gait") & set(HEAVY)
    assert "pandas" in _loaded("import gait; gait.read")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []])
def test_help_is_light(arguments: list[str]) -> None:
    """Help and version come at once: no numerics, no Bluetooth, no command is loaded."""
    loaded = _loaded(f"from gait.cli.main import main; main({arguments})")
    assert not loaded & set(HEAVY)
    assert not {name for name in loaded if name.startswith("gait.cli.")} - {"gait.cli.main"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_there_and_told(command: str) -> None:
    """Each command of the table has its module, and a place in the README."""
    assert find_spec(COMMANDS[command][0]) is not None
    assert f"`gait {command}" in README


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``--help`` of each command works and says what it does."""
    from gait.cli.main import main

    assert main([command, "--help"]) == 0
    assert f"gait {command}" in capsys.readouterr().out


def test_readme_commands_exist() -> None:
    """Whatever the README calls ``gait X`` is a command."""
    named = set(re.findall(r"(?:`|/|\\)gait ([a-z][a-z-]*)", README))
    assert named <= set(COMMANDS)
    assert named == set(COMMANDS)


def test_readme_paths_exist() -> None:
    """Files that the README links or shows are in the tree."""
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    recordings = re.findall(r"recordings/[a-z-]+", README)
    assert not [name for name in links + recordings if not (ROOT / name).exists()]


def test_ci_runs_the_readme_command() -> None:
    """CI takes the test command from the README; it stands there once, alone on its line."""
    assert re.findall(r"(?m)^python3 tests/run\.py.*$", README) == ["python3 tests/run.py"]
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert r"grep -m 1 -E '^python3 tests/run\.py' README.md" in ci
    assert "python3 tests/bare_machine.py" in ci


def test_ci_tells_a_failure_from_no_bare_machine() -> None:
    """The code that sends CI to a plain run is one that pytest never ends with."""
    bare = (ROOT / "tests" / "bare_machine.py").read_text(encoding="utf-8")
    codes = re.findall(r"(?m)^NOT_HERE = (\d+)$", bare)
    assert len(codes) == 1
    assert int(codes[0]) not in set(pytest.ExitCode)
    assert f'[ "$code" -eq {codes[0]} ]' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_no_index_host_and_no_machine_path() -> None:
    """No file names a package index or a folder of someone's machine."""
    # Spelt in pieces, so that this file passes its own test.
    banned = re.compile(
        "|".join(
            [
                "py" + r"pi\.org",
                "python" + r"hosted\.org",
                "/" + "work/",
                "/" + "home/",
                "/" + "root/",
                "/" + "Users/",
            ]
        )
    )
    hits = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in _files()
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        )
        if banned.search(line)
    ]
    assert hits == []


def test_constraints_pin_every_dependency() -> None:
    """Each package that the project asks for has exactly one pinned version."""
    pins = re.findall(r"(?m)^([a-z0-9-]+)==\S+$", (ROOT / "constraints.txt").read_text(encoding="utf-8"))
    assert len(pins) == len(set(pins))
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    asked = {name.lower() for name in re.findall(r'(?m)^(?:  |\w+ = \[)"([A-Za-z0-9-]+)>=', project)}
    assert asked - {"hatchling", "weasyprint"} <= set(pins)
    assert len(asked) > 20


PARTS = {"cli/commands", "report/sections", "sensors/drivers"}
"""Rooms that are tables of like parts, one file a part: they may hold any number."""
MOST_FILES, MOST_LINES, MOST_LINES_OF_A_FUNCTION = 16, 400, 60


def _functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in sorted((ROOT / "gait").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path.relative_to(ROOT).as_posix(), node


def test_modules_stay_small() -> None:
    """No module grows beyond 400 lines."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sorted((ROOT / "gait").rglob("*.py"))
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_rooms_stay_small() -> None:
    """No folder holds more than 16 modules, but for tables of parts."""
    count: dict[str, int] = {}
    for path in (ROOT / "gait").rglob("*.py"):
        room = path.parent.relative_to(ROOT / "gait").as_posix()
        count[room] = count.get(room, 0) + (path.name != "__init__.py")
    assert {room: n for room, n in count.items() if n > MOST_FILES and room not in PARTS} == {}


def test_functions_stay_small() -> None:
    """No function is longer than 60 lines, all counted."""
    long = {
        f"{file}: {node.name}": lines
        for file, node in _functions()
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    }
    assert long == {}


def test_array_aliases_stand_once() -> None:
    """``FloatArray`` and its like are defined in `gait.arrays`, and nowhere else spelt out for floats."""
    spelt = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "gait").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if "NDArray[np.float64]" in line
    ]
    assert spelt == [spelt[0]]
    assert spelt[0].startswith(str(Path("gait") / "arrays.py"))


def test_conjugates_and_strides_bounds_stand_once() -> None:
    """One module knows how a quaternion is turned round, and one how long a stride can be."""
    for pattern, home in (
        (r"\[1\.0, -1\.0, -1\.0, -1\.0\]", "quaternion.py"),
        (r"^STRIDE_\w+ = ", "stride_batch.py"),
    ):
        found = {
            path.name
            for path in (ROOT / "gait" / "analysis").rglob("*.py")
            if re.search(f"(?m){pattern}", path.read_text(encoding="utf-8"))
        }
        assert found == {home}


MAP = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("### Adding a part")[0]
ROWS = [line.split("|")[1:-1] for line in MAP.splitlines() if re.match(r"\| \d+ \|", line)]


def test_the_map_is_that_of_the_import_linter() -> None:
    """Floors of CONTRIBUTING's map are the layers that import-linter holds, in their order."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    rooms = [set(re.findall(r"gait\.(\w+)", layer)) for layer in layers]
    shown = [set(re.findall(r"`gait/(\w+)/`", row[1])) for row in ROWS[:-1]]
    assert shown == rooms[: len(shown)]
    assert set(re.findall(r"`(\w+)`", ROWS[-1][1])) == set().union(*rooms[len(shown) :])
    assert [int(row[0]) for row in ROWS] == list(range(len(ROWS) - 1, -1, -1))


def test_every_room_is_on_the_map() -> None:
    """Each package, each folder right in it and each module of the foundation is named in the map."""
    for folder in (path.parent for path in (ROOT / "gait").rglob("__init__.py")):
        parts = folder.relative_to(ROOT / "gait").parts
        if len(parts) == 1:
            assert f"`gait/{parts[0]}/`" in MAP
        elif len(parts) == 2:
            row = next(row for row in ROWS if f"`gait/{parts[0]}/`" in row[1])
            assert parts[-1] in re.findall(r"\w+", row[2]), folder
    foundation = {path.stem for path in (ROOT / "gait").glob("*.py") if not path.stem.startswith("__")}
    assert foundation == set(re.findall(r"`(\w+)`", ROWS[-1][1]))


WAIVERS = {
    "noqa": re.compile(r"# noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* - \S"),
    "type: ignore": re.compile(r"# type: ignore\[[a-z-]+(, ?[a-z-]+)*\] +(# |- )\S"),
}
"""How a rule is waived on a line: which one, and why."""


def test_every_waiver_has_its_reason() -> None:
    """``noqa`` and ``type: ignore`` name the rule and say why it does not hold there."""
    bare = []
    for path in sorted([*(ROOT / "gait").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]):
        text = path.read_text(encoding="utf-8")
        if not any(f"# {kind}" in text for kind in WAIVERS):
            continue
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        comments = [token for token in tokens if token.type == tokenize.COMMENT]
        bare += [
            f"{path.relative_to(ROOT)}:{comment.start[0]}"
            for comment in comments
            for kind, form in WAIVERS.items()
            if f"# {kind}" in comment.string and not form.search(comment.string)
        ]
    assert bare == []


def _imported(path: Path) -> set[str]:
    """Modules that a file imports, by full name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{one.name}" for one in node.names}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found


def _has_code(path: Path) -> bool:
    """Tell a module with a function of its own from one that only holds fields."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree))


def test_every_module_of_the_analysis_has_its_tests() -> None:
    """Each with code is imported by a test, and has a file of tests of its name at its place."""
    modules = [path for path in (ROOT / "gait" / "analysis").rglob("*.py") if path.name != "__init__.py"]
    imported = set().union(*(_imported(path) for path in (ROOT / "tests").rglob("*.py")))
    alone = []
    for path in filter(_has_code, modules):
        place = path.relative_to(ROOT / "gait")
        tests = ROOT / "tests" / place.with_name(f"test_{place.name}")
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if not tests.is_file() or name not in imported:
            alone.append(str(place))
    assert alone == []


def test_the_tests_mirror_the_rooms() -> None:
    """Each room of the package has its room of tests."""
    rooms = {path.parent.name for path in (ROOT / "gait").glob("*/__init__.py")}
    assert {room for room in rooms if not list((ROOT / "tests" / room).rglob("test_*.py"))} == set()


@pytest.mark.parametrize(
    ("question", "place", "words"),
    [
        ("contact time of a shoe", "gait/analysis/strides/shoe/contact.py", r"10\.3389/fphys\.2018\.00610"),
        ("contact time of a shank", "gait/analysis/strides/shank/contact.py", "Kiernan et al. 2023"),
        ("strike classes", "gait/analysis/session/strike_class.py", "Altman & Davis 2012"),
        ("stiffness", "gait/analysis/session/spring_mass.py", "Morin et al. 2005"),
        ("Bluetooth reconnecting", "gait/sensors/reconnect.py", "reconnect after a loss"),
        ("fetching what was lost", "gait/sensors/backfill.py", ""),
    ],
)
def test_a_newcomer_finds_it_by_its_name(question: str, place: str, words: str) -> None:
    """A file of the thing's name says what it does, and on which paper it rests."""
    path = ROOT / place
    assert path.is_file(), question
    assert re.search(words, path.read_text(encoding="utf-8")), question
