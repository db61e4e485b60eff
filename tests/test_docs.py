"""The documentation: the site builds without a warning, and what its pages show is so."""

from __future__ import annotations

import doctest
import inspect
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import gait
from gait.analysis.metrics import METRICS
from gait.cli.main import COMMANDS, _load, main
from tests.properties import is_long

pytestmark = pytest.mark.usefixtures("analysed_once")

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
STARTS = sorted((DOCS / "start").glob("*.md"))


def _fences(page: Path, language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"))


def test_site_builds_without_a_warning(tmp_path: Path) -> None:
    """Every page has its place, every link leads somewhere, the numbers are those of the table."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", tmp_path / "trees"]
    done = subprocess.run([*command, DOCS, tmp_path / "site"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "site" / "metrics.html").read_text(encoding="utf-8")
    for name, spec in METRICS.items():
        assert f">{name}</span>" in page
        if spec.systematic is not None:
            assert f"±{spec.systematic:g}{f' {spec.unit}' if spec.unit else ''} on one runner" in page
    assert len(list((tmp_path / "site").rglob("*.html"))) >= len(PAGES)


def test_every_metric_has_its_section() -> None:
    """The page of metrics has each once, in the table's order: how it is measured, how right it is."""
    text = (DOCS / "metrics.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^```\{metric\} (\w+)$", text) == list(METRICS)
    assert re.findall(r"(?m)^## (.+)$", text) == [spec.label for spec in METRICS.values()]
    assert text.count("**Measured**:") == text.count("**How right, for whom**:") == len(METRICS)


@pytest.mark.parametrize(("page", "least"), [("api.md", 20), ("start/scientist.md", 6)])
def test_examples_run(page: str, least: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block of Python on the page gives what it says, one after the other."""
    monkeypatch.chdir(ROOT)
    test = doctest.DocTestParser().get_doctest("\n".join(_fences(DOCS / page, "python")), {}, page, page, 0)
    lines: list[str] = []
    results = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=lines.append)
    assert results.failed == 0, "".join(lines)
    assert results.attempted >= least


def test_every_public_name_is_on_the_page() -> None:
    """What ``gait.__all__`` has, the page of the API has."""
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    assert [name for name in gait.__all__ if f"gait.{name}" not in text] == []


ARGUMENTS = {
    "aligned": "session, analysis",
    "analyze": "session, settings=None, *, detector=None, processes=1",
    "assess": "analysis, answers=None, *, pack=None",
    "from_arrays": "time_s, acc, gyr=None, *, placement, side, acc_unit='m/s2', gyr_unit='rad/s', "
    "acc_range_g=None, gyr_range_dps=None, runner=None, run=None, name='arrays'",
    "load_truth": "path",
    "poses": "session, analysis",
    "prescribe": "findings, analysis=None, answers=None, *, pack=None, today=None, began=None",
    "read": "path, *, placement=None, side=None",
    "read_bids": "path",
    "use_plugins": "*names",
    "validate": "session, truth",
    "waveforms": "analysis",
    "write_report": "analysis, findings=(), plan=None, path='report.html', *, lang='en', since=None, "
    "runner='', sheet='full'",
    "History": "path, *, create=True",
}


def test_arguments_are_pinned() -> None:
    """Every verb takes what it took: names, order and defaults are what callers' programs hang on."""

    def told(value: object) -> str:
        found = inspect.signature(value).parameters.values()
        return str(inspect.Signature([one.replace(annotation=inspect.Parameter.empty) for one in found]))

    assert {name: told(getattr(gait, name)) for name in ARGUMENTS} == {
        name: f"({text})" for name, text in ARGUMENTS.items()
    }
    verbs = {name for name in gait.__all__ if name[0].islower()}
    assert verbs <= set(ARGUMENTS)


@pytest.mark.parametrize("page", STARTS, ids=lambda page: page.stem)
def test_a_newcomers_path(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the page, as written, from the project's folder, ends with 0."""
    for name in ("recordings", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    lines = [line for block in _fences(page, "sh") for line in block.splitlines()]
    assert len(lines) >= 2
    for line in lines:
        program, *arguments = shlex.split(line)
        assert (program, main(arguments)) == ("gait", 0), line


def _steps(page: Path) -> list[tuple[list[str], list[str]]]:
    """Return the blocks of a story as (commands, lines that they show), its files written on the way."""
    steps: list[tuple[list[str], list[str]]] = []
    for language, body in re.findall(r"(?ms)^```(sh|toml|text)\n(.*?)^```", page.read_text(encoding="utf-8")):
        if language == "sh":
            steps.append((body.splitlines(), []))
        elif language == "text":
            steps[-1][1].extend(body.splitlines())
        else:
            steps.append(([body], []))
    return steps


def _shown(line: str, said: str) -> bool:
    """Whether a line was said; an ellipsis stands for anything within the line."""
    pattern = ".*".join(re.escape(part.strip()) for part in line.split("…"))
    return re.search(f"(?m)^ *{pattern}.*$", said) is not None


NOT_SHORT = re.compile(r"\brun[1236]\b|\bforget\b|\btrend\b")
"""What the short form of the story leaves out: all but the runs on either side of the new shoes."""
NOT_TOLD_SHORT = re.compile(r"\d\.\d| ± |\d sessions|normal$")
"""Lines that another length or number of runs makes others."""


def test_the_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its commands say what it shows: all of it under ``--long``, else two shortened runs and verdicts."""
    monkeypatch.chdir(tmp_path)
    for body, lines in _steps(DOCS / "story.md"):
        if body[0].startswith("# "):
            file = Path(body[0].splitlines()[0][2:])
            if file.parent.is_dir():
                file.write_text(body[0], encoding="utf-8")
            continue
        typed = [one for one in body if is_long() or not NOT_SHORT.search(one)]
        for one in typed:
            command = one if is_long() else one.replace("--minutes 3", "--minutes 0.25")
            program, *arguments = shlex.split(command)
            assert (program, main(arguments)) == ("gait", 0), command
        said = capsys.readouterr().out
        if len(typed) == len(body):
            told = [line for line in lines if is_long() or not NOT_TOLD_SHORT.search(line)]
            assert [line for line in told if not _shown(line, said)] == []


def _options(name: str) -> set[str]:
    """Options of a command and of its sub-commands."""
    found: set[str] = set()
    waiting = [_load(name)]
    while waiting:
        command = waiting.pop()
        found |= {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        waiting += getattr(command, "commands", {}).values()
    return found | {"--help"}


def test_commands_on_every_page_exist() -> None:
    """Each ``gait NAME --option`` that README or a page shows is a command with that option."""
    known = {name: _options(name) for name in COMMANDS}
    wrong = []
    for page in (ROOT / "README.md", *PAGES):
        text = re.sub(r"\\\n", " ", page.read_text(encoding="utf-8"))
        for name, rest in re.findall(r"(?:`|^)gait ([a-z][a-z-]*)([^`\n#]*)", text, re.MULTILINE):
            options = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", rest))
            wrong += [f"{page.name}: gait {name} {one}" for one in options - known.get(name, set())]
            wrong += [] if name in known else [f"{page.name}: gait {name}"]
    assert wrong == []
