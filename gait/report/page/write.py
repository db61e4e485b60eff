"""Write results as one self-contained HTML page: no network, no other file, only our own scripts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gait import __version__
from gait.analysis.results import Analysis
from gait.coaching.model import Finding, Plan
from gait.errors import check_kind
from gait.files import write_text
from gait.history.since_last import SinceLast
from gait.report.blocks import Head, Section
from gait.report.page.compiled_templates import CompiledTemplates
from gait.report.page.draw import draw_chart, draw_scale, draw_spark
from gait.report.page.drawings import draw_exercise
from gait.report.page.touch import touch_data
from gait.report.sections import sections_of
from gait.report.story import Sheet, Story
from gait.report.words import Words, load_words

__all__ = ["render_page", "render_sections", "render_story", "write_report"]


def write_report(
    analysis: Analysis,
    findings: Iterable[Finding] = (),
    plan: Plan | None = None,
    path: str | Path = "report.html",
    *,
    lang: str = "en",
    since: SinceLast | None = None,
    runner: str = "",
    sheet: Sheet = "full",
) -> Path:
    """Write the post-run report as one HTML page.

    Parameters
    ----------
    analysis
        Result of the analysis.
    findings
        Findings of coaching; the page has no such section when there are none.
    plan
        Training plan; left out when None.
    path
        File to write; it is replaced completely or not at all.
    lang
        Language of the page: a catalogue in `gait.report.words`.
    since
        Comparison with the sessions before; "what changed" is left out when None.
    runner
        The runner's name, for the head and the sheets.
    sheet
        ``full``, or a sheet for paper: ``runner`` (one page) or ``clinician``.

    Returns
    -------
    The path written.

    Raises
    ------
    GaitError
        The file cannot be written, an argument is of another kind, or there is no such language.
    """
    check_kind(analysis, Analysis, "gait.write_report", "give what gait.analyze made")
    check_kind(plan, (Plan, type(None)), "gait.write_report", "give what gait.prescribe made, or None")
    check_kind(path, (str, Path), "gait.write_report", "give the path of a file")
    page = render_page(analysis, findings, plan, lang=lang, since=since, runner=runner, sheet=sheet)
    return write_text(path, page)


def render_page(
    analysis: Analysis,
    findings: Iterable[Finding] = (),
    plan: Plan | None = None,
    *,
    lang: str = "en",
    since: SinceLast | None = None,
    runner: str = "",
    sheet: Sheet = "full",
) -> str:
    """Return the page's HTML; see `write_report`."""
    return render_story(Story(analysis, tuple(findings), plan, load_words(lang), since, runner, sheet))


def render_story(story: Story) -> str:
    """Return the HTML of a story's sections; see `render_sections`."""
    return render_sections(sections_of(story), story.words, story.sheet)


def render_sections(sections: Sequence[Section], words: Words, sheet: str) -> str:
    """Return the HTML of sections, with a policy that allows this package's own scripts and styles.

    Parameters
    ----------
    sections
        Sections of the page; one of their blocks is a `Head`.
    sheet
        Kind of page, as in the catalogue's ``page.title_...``.

    Notes
    -----
    The content-security policy names each script and style by its hash. A browser makes no request and runs
    no other script, even if a name in the recording got past the escaping.
    """
    data = touch_data(sections, words)
    style = _file("templates/style.css") + _file("templates/print.css")
    scripts = [_file("templates/page.js")]
    if data:
        style += _file("uplot/uPlot.min.css")
        scripts = [_file("uplot/uPlot.iife.min.js"), _file("templates/charts.js"), *scripts]
    allowed = " ".join(f"'{_hash(script)}'" for script in scripts)
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    name = next(b.name for s in sections for b in s.blocks if isinstance(b, Head))
    # Style and scripts are files of this package.
    return (
        _environment()
        .get_template("page.html")
        .render(
            t=words,
            lang=words.lang,
            version=__version__,
            name=name,
            sheet=sheet,
            sections=sections,
            policy=policy,
            style=Markup(style),  # noqa: S704 - our own files
            scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
            data=data,
            draw_chart=draw_chart,
            draw_scale=draw_scale,
            draw_spark=draw_spark,
            draw_exercise=draw_exercise,
        )
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


@cache
def _environment() -> Environment:
    """Return the environment of the templates: text is escaped, and an undefined name is an error."""
    return Environment(
        loader=PackageLoader("gait.report.page"),
        bytecode_cache=CompiledTemplates(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _file(name: str) -> str:
    """Return the text of a file of this package, with line ends as browsers hash them."""
    text = resources.files("gait.report.page").joinpath(name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")
