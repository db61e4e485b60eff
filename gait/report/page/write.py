"""From results to one self-contained page: no scripts, no network, nothing beside the file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gait.analysis.results import Analysis
from gait.coaching.model import Finding, Plan
from gait.files import write_text
from gait.report.page.view import page_view
from gait.report.words import load_words

__all__ = ["render_page", "render_template", "write_report"]


def write_report(
    analysis: Analysis,
    findings: Iterable[Finding] = (),
    plan: Plan | None = None,
    path: str | Path = "report.html",
    *,
    lang: str = "en",
) -> Path:
    """Write the post-run report as one HTML page.

    Parameters
    ----------
    analysis
        What the signals say.
    findings
        What coaching found; the page leaves the section out when there are none.
    plan
        What to do about it; left out when None.
    path
        File to write, replaced whole or not at all.
    lang
        Language of the page: a catalogue in `gait.report.words`.

    Returns
    -------
    The path written.

    Raises
    ------
    GaitError
        The file cannot be written, or there is no such language.
    """
    return write_text(path, render_page(analysis, findings, plan, lang=lang))


def render_page(
    analysis: Analysis, findings: Iterable[Finding] = (), plan: Plan | None = None, *, lang: str = "en"
) -> str:
    """Return the page's HTML; see `write_report`."""
    return render_template("page.html", page_view(analysis, tuple(findings), plan, load_words(lang)))


def render_template(name: str, view: dict[str, Any]) -> str:
    """Return a template filled with a view, the style sheet inside and a policy that allows that sheet alone.

    Notes
    -----
    The content-security policy names the sheet by its hash: no script, no request, no other style, not even
    if a name in the recording got past the escaping.
    """
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    # The style sheet is a file of this package.
    return _environment().get_template(name).render(view, style=Markup(style), policy=policy)  # noqa: S704


@cache
def _environment() -> Environment:
    """Templates with escaping on and no silent gaps."""
    return Environment(
        loader=PackageLoader("gait.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    """The page's style sheet."""
    return resources.files("gait.report.page").joinpath("templates", "style.css").read_text(encoding="utf-8")
