"""Looks at a page in a real browser: what lies over something else, leaves the page, speaks, or asks."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import pypdf

__all__ = ["MEASURE", "OPEN", "PAPERS", "ROOM", "SETTLED", "faults_of", "one_page_faults", "pdf"]

MEASURE = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
PAPERS = {"A4": (718, 1047), "Letter": (740, 980)}
"""Width and height inside margins of 10 mm, CSS pixels: 190 by 277 mm, 195.9 by 259.4 mm."""
ROOM = 0.92
"""Share of the sheet that the runner's page may fill: other fonts are wider or taller than this machine's."""
OPEN = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
"""Holds once the page was laid out and drawn anew, however long the machine takes to do so."""
VIOLATIONS = {"resultTypes": ["violations"]}
"""What axe works out in full: what passes is left aside, which is most of its time."""
SCHEMES: dict[str, dict[str, Any]] = {
    "light": VIOLATIONS,
    "dark": {**VIOLATIONS, "runOnly": ["color-contrast"]},
}
"""Colour scheme -> what axe looks at: nothing but the colours differs in the dark."""
CONTROLS = "a[href], button, input, summary, .scroll[tabindex]"
FOCUSED = f"""() => {{
    const one = document.activeElement;
    const all = [...document.querySelectorAll({CONTROLS!r})];
    return [all.indexOf(one), getComputedStyle(one).outlineStyle];
}}"""


def faults_of(browser: Any, page: Path) -> list[str]:
    """Return what is wrong with a page at three widths and on two papers, in the light and in the dark.

    Messages of the console, requests, text over text or beyond the page or its box, violations that axe
    finds, and controls that the keyboard does not reach.
    """
    context = browser.new_context(bypass_csp=True)
    view = context.new_page()
    out: list[str] = []
    view.on("console", lambda message: out.append(f"console: {message.text}"))
    view.on("pageerror", lambda error: out.append(f"error: {error}"))
    view.on(
        "request", lambda asked: out.append(f"asks for {asked.url}") if asked.url != page.as_uri() else None
    )
    view.goto(page.as_uri())
    for width, media in ((360, "screen"), (768, "screen"), (718, "print"), (740, "print"), (1280, "screen")):
        view.set_viewport_size({"width": width, "height": 900})
        view.emulate_media(media=media)
        view.evaluate(OPEN)
        view.evaluate(SETTLED)
        out += [f"{width} {media}: {said}" for said in view.evaluate(MEASURE)]
        wide = view.evaluate("document.documentElement.scrollWidth")
        out += [f"{width} {media}: scrolls to {wide}"] if wide > width else []
    axe = pytest.importorskip("axe_core_python.sync_playwright")
    for scheme, rules in SCHEMES.items():
        view.emulate_media(media="screen", color_scheme=scheme)
        view.evaluate(SETTLED)
        for one in axe.Axe().run(view, options=rules)["violations"]:
            out.append(f"axe, {scheme}: {one['id']} {one['nodes'][0]['html'][:120]}")
    out += _keyboard(view)
    context.close()
    return list(dict.fromkeys(out))


def pdf(printed: bytes | Path) -> pypdf.PdfReader:
    """Return a printed page as another program reads it."""
    import pypdf  # loads slowly

    return pypdf.PdfReader(BytesIO(printed) if isinstance(printed, bytes) else printed)


def _keyboard(view: Any) -> list[str]:
    """Return the controls that Tab does not reach, or that have no outline when it does."""
    wanted, reached = view.evaluate(f"document.querySelectorAll({CONTROLS!r}).length"), set()
    out = []
    for _ in range(wanted + 5):
        view.keyboard.press("Tab")
        at, outline = view.evaluate(FOCUSED)
        if at < 0:
            break
        reached.add(at)
        out += [f"control {at} has no outline"] if outline == "none" else []
    return [*out, *(f"control {at} is not reached" for at in sorted(set(range(wanted)) - reached))]


def one_page_faults(browser: Any, page: Path) -> list[str]:
    """Return the papers on which a runner's sheet is no one page with room to spare."""
    view = browser.new_page()
    view.goto(page.as_uri())
    out = []
    for paper, (width, height) in PAPERS.items():
        printed = pdf(view.pdf(format=paper, prefer_css_page_size=False))
        view.set_viewport_size({"width": width, "height": 400})
        view.emulate_media(media="print")
        end = view.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
        if len(printed.pages) != 1 or end > ROOM * height:
            out.append(f"{paper}: {len(printed.pages)} pages, filled to {end / height:.2f}")
        # Printing takes the media that is set: the next paper is printed as paper again.
        view.emulate_media(media="null")
    view.close()
    return out
