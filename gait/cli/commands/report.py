"""``gait report``: the whole way, from a recording to one page."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TextIO

import typer

from gait.cli.keep import keep_session, lines_since_last, runner_of
from gait.cli.main import one_line
from gait.cli.measured import Measured, import_pandas_alone, measuring
from gait.cli.option_groups import AnswerOptions, RuleOptions, SessionOptions, grouped
from gait.cli.options import (
    HistoryOption,
    IcsOption,
    JsonOption,
    LangOption,
    PathArgument,
    RunnerOption,
    with_watch,
)
from gait.cli.progress import busy, long_files
from gait.cli.runner_answers import RunnerAnswers, answers_for
from gait.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from gait.analysis.results import Analysis
    from gait.coaching.diary.progress import CheckIn
    from gait.coaching.follow import Coaching
    from gait.coaching.language import Language
    from gait.coaching.model import Finding, Plan
    from gait.coaching.questionnaire.answers import Answers
    from gait.coaching.rules.load import Knowledge
    from gait.history.since_last import SinceLast
    from gait.report.story import Story

__all__ = ["command"]

STDOUT = Path("-")
CALIBRATION = (0.8, 1.25)
"""Factors between which a known distance may scale the strides' own (chosen: a sensor errs less than
that)."""


@dataclass(frozen=True)
class _Files:
    """Files beside the page."""

    strides: Annotated[
        Path | None, typer.Option("--strides", metavar="FILE", help="Write one row a stride as CSV too.")
    ] = None
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Print the page to PDF too.")] = (
        None
    )
    parquet: Annotated[
        Path | None, typer.Option("--parquet", metavar="FILE", help="Write the strides as Parquet too.")
    ] = None
    fit: Annotated[
        Path | None,
        typer.Option("--fit", metavar="FILE", help="Write a FIT activity file with running dynamics too."),
    ] = None
    ics: IcsOption = None


@dataclass(frozen=True)
class _Show:
    """Form and language of the report."""

    text: Annotated[
        bool,
        typer.Option(
            "--text", help="Print the report on the terminal; the page is written only if asked for (-o)."
        ),
    ] = False
    lang: LangOption = "en"
    sheet: Annotated[
        Literal["full", "runner", "clinician"],
        typer.Option("--sheet", help="The whole page, or a sheet for paper: runner (one page) or clinician."),
    ] = "full"
    methods: Annotated[
        Path | None,
        typer.Option("--methods", metavar="FILE", help="Write a methods paragraph for a paper too."),
    ] = None
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False


@dataclass(frozen=True)
class _Keep:
    """Name that the session is kept under, and the file."""

    runner: RunnerOption = None
    history: HistoryOption = None
    no_history: Annotated[
        bool, typer.Option("--no-history", help="Keep nothing, even where session.toml names a runner.")
    ] = False

    def wanted(self, named: str) -> bool:
        """Return whether a session is kept whose ``session.toml`` names this runner."""
        return not self.no_history and bool(self.runner or named)


@grouped
def command(
    *,
    path: PathArgument,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The page to write.")
    ] = None,
    json_file: JsonOption = None,
    files: _Files,
    show: _Show,
    source: AnswerOptions,
    facts: SessionOptions,
    own: RuleOptions,
    keep: _Keep,
) -> None:
    """Analyse a recording and write its report as one page.

    Prints a short summary and where the page is; with --text the whole report.
    """
    to_stdout = json_file == STDOUT
    if show.text and to_stdout:
        raise UsageError("both go to stdout", where="--text and --json -", todo="give --json a file name")
    if files.fit is not None and find_spec("fit_tool") is None:
        raise MissingExtraError("--fit", "fit")
    from gait.report.words import load_words

    words = load_words(show.lang)
    with measuring(lambda: facts.load(path), keep.wanted) as result:
        _import_page()
        pack = _pack(own.rules, show.lang, unsafe=own.unsafe)
        long = long_files(path)
        with busy(f"reading and analysing {path}", long=long):
            measured = result()
    kept_as = runner_of(measured.named, keep.runner, no_history=keep.no_history)
    said_by = answers_for(measured.answers, source.answers, kept_as, keep.history, pack, ask=source.ask)
    _check_calibration(measured.analysis)
    analysis = with_watch(measured.analysis, facts.activity)
    made = _coaching(analysis, said_by.answers, said_by.diary, pack)
    new = None if kept_as is None else _kept(measured, analysis, made, said_by, kept_as, keep.history)
    from gait.report.story import Story

    named = kept_as or keep.runner or measured.named
    story = Story(analysis, made.findings, made.plan, words, new, named, show.sheet, pack.say)
    page = None
    if not show.text or output or files.pdf or show.open_page:
        with busy("drawing the report", long=long):
            page = _page(story, output or _usual_page(path, show.sheet))
    _tell(story, page, text=show.text, to_stdout=to_stdout)
    with busy("writing the files", long=long and any((*_named(files), show.methods))):
        _files(story, page, files)
        _methods(story, show.methods, path, own.rules)
    _calendar(made, files.ics, pack.say)
    if show.open_page and page is not None:
        typer.launch(page.resolve().as_uri())
    _json(analysis, made.findings, made.plan, json_file)


def _named(files: _Files) -> tuple[Path | None, ...]:
    return files.strides, files.parquet, files.pdf, files.fit


def _import_page() -> None:
    """Import what the result of the measuring, coaching and page need, while the session is measured."""
    import_pandas_alone()
    for module in ("analysis.analyze", "coaching.follow", "report.page.write"):
        import_module(f"gait.{module}")


def _kept(
    measured: Measured,
    analysis: Analysis,
    made: Coaching,
    gathered: RunnerAnswers,
    runner: str,
    history: Path | None,
) -> SinceLast:
    """Keep the session under the runner's name; return what is new in it."""
    from gait.report.exports.strides_and_json import analysis_json

    results = {**analysis_json(analysis, made.findings, made.plan), **gathered.kept_beside}
    return keep_session(measured, analysis, runner, history, results)


def _tell(story: Story, page: Path | None, *, text: bool, to_stdout: bool) -> None:
    """Print the report or its summary, and where the page is; on stderr what would mix with JSON."""
    if text:
        from gait.report.terminal.show import show_story

        show_story(story, sys.stdout)
    else:
        _say(story, sys.stderr if to_stdout else sys.stdout)
    if page is not None:
        place = story.words("summary.page", path=page)
        print(place, file=sys.stderr if to_stdout or text else sys.stdout)


def _calendar(made: Coaching, path: Path | None, say: Language) -> None:
    """Write the coming weeks as a calendar where that was asked for."""
    if path is None:
        return
    from gait.coaching.plan.calendar import write_calendar

    now = datetime.now().astimezone()
    week = made.progress.week if made.progress is not None else 1
    write_calendar(path, made.plan, now.date(), stamp=now, week=week, say=say)


def _pack(rules: Path | None, lang: str, *, unsafe: bool) -> Knowledge:
    """Return the rules in a language; in English where it has the page's words and not the coaching's."""
    from gait.coaching.language import ENGLISH, languages
    from gait.coaching.rules.load import load_knowledge
    from gait.coaching.rules.translate import in_language

    return in_language(load_knowledge(rules, unsafe=unsafe), lang if lang in languages() else ENGLISH.tag)


def _coaching(analysis: Analysis, answers: Answers, diary: tuple[CheckIn, ...], pack: Knowledge) -> Coaching:
    """Return findings and plan of the week, with any diary."""
    from gait.coaching.follow import follow

    return follow(analysis, answers, diary, pack=pack, today=datetime.now().astimezone().date())


def _check_calibration(analysis: Analysis) -> None:
    """Refuse a distance or speed that the strides cannot have come from.

    Raises
    ------
    UsageError
        The factor on the strides' own lengths is outside `CALIBRATION`; where they have none, nobody runs
        at that speed.
    """
    run = analysis.run
    entered = f"{run.distance_m:g} m" if run.distance_m else f"{run.speed_m_s or 0.0:g} m/s"
    if (run.distance_m or run.speed_m_s) and "stride_ms" in analysis.metrics:
        _check_given_speed(analysis, entered)
    factor = float(analysis.settings.get("distance calibration", "x 1").removeprefix("x "))
    if CALIBRATION[0] <= factor <= CALIBRATION[1]:
        return
    own = (
        f"{run.distance_m / factor:.0f} m" if run.distance_m else f"{(run.speed_m_s or 0.0) / factor:.2f} m/s"
    )
    raise UsageError(
        f"{entered} is {factor:.2g} times the {own} that this recording's strides add up to",
        where="--distance" if run.distance_m else "--speed",
        todo="give what was run while it was recorded, or leave it out",
    )


def _usual_page(path: Path, sheet: str) -> Path:
    """Return the page's file where none is named: in the current folder, called after the recording."""
    return Path(f"{_stem(path)}-{'report' if sheet == 'full' else sheet}.html")


def _check_given_speed(analysis: Analysis, entered: str) -> None:
    """Refuse a distance or speed from which, with the strides found, no running speed follows."""
    if "speed_m_s" in analysis.metrics:
        return
    raise UsageError(
        f"{entered} in {analysis.time_in('running'):.0f} s of running is no speed that anybody runs at",
        where="--distance" if analysis.run.distance_m else "--speed",
        todo="give what was run while it was recorded, or leave it out",
    )


def _page(story: Story, path: Path) -> Path:
    from gait.files import write_text
    from gait.report.page.write import render_story

    return write_text(path, render_story(story))


def _say(story: Story, file: TextIO) -> None:
    """Print the short summary, and what is new since the last session."""
    from gait.cli.commands.analyze import summary

    lines = [summary(story.analysis, story.words), *_outcome(story)]
    if story.since is not None:
        lines += lines_since_last(story.since, story.words)
    print(*lines, sep="\n", file=file)


def _files(story: Story, page: Path | None, files: _Files) -> None:
    """Write whatever else was asked for."""
    analysis = story.analysis
    from gait.report.exports.parquet_and_pdf import write_parquet, write_pdf
    from gait.report.exports.strides_and_json import write_strides

    if files.strides is not None:
        write_strides(analysis, files.strides)
    if files.parquet is not None:
        write_parquet(analysis, files.parquet)
    if files.pdf is not None and page is not None:
        write_pdf(page, files.pdf)
    if files.fit is not None:
        _fit(analysis, files.fit)


def _methods(story: Story, target: Path | None, path: Path, rules: Path | None) -> None:
    """Write the methods paragraph with the hashes of its input files, where the option names a file."""
    if target is None:
        return
    from gait.report.exports.fingerprint import fingerprint_of
    from gait.report.exports.methods import write_methods

    fingerprint = fingerprint_of(story.analysis, path, rules)
    write_methods(story.analysis, target, words=story.words, fingerprint=fingerprint)


def _fit(analysis: Analysis, path: Path) -> None:
    from gait.report.exports.fit import NO_START, started_at, write_fit

    write_fit(analysis, path)
    if started_at(analysis) is None:
        print(
            f"gait: nobody wrote down when this run started, so {one_line(str(path))} begins on "
            f"{NO_START:%Y-%m-%d}; to mend it, write '# started = 2026-05-01T07:32:10+02:00' above the "
            "recording's column names",
            file=sys.stderr,
        )


def _json(analysis: Analysis, findings: tuple[Finding, ...], plan: Plan, target: Path | None) -> None:
    from gait.report.exports.strides_and_json import analysis_json, write_json

    if target == STDOUT:
        import json

        print(json.dumps(analysis_json(analysis, findings, plan), indent=2, allow_nan=False))
    elif target is not None:
        write_json(analysis, target, findings, plan)


def _stem(path: Path) -> str:
    """Return the session's name without folder and endings."""
    name = path.resolve().name
    for ending in (".gz", ".csv"):
        name = name.removesuffix(ending)
    return name or "gait"


def _outcome(story: Story) -> list[str]:
    """Return lines on the findings that are present, and on the next step."""
    words, lines = story.words, []
    for finding in story.findings:
        if finding.outcome == "present":
            side = f" ({words(f'side.{finding.side}')})" if finding.side else ""
            lines.append("  " + words("summary.stands_out", title=f"{finding.title}{side}"))
    if story.plan is not None:
        lines.append("  " + words("summary.next", what=story.plan.next_step))
    return lines
