"""The page in a real browser: silent, self-contained, nothing over anything else, sound for everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import gait
from gait.coaching.follow import follow
from gait.coaching.rules.load import load_knowledge
from gait.coaching.rules.translate import in_language
from gait.errors import MissingExtraError
from gait.report.exports.parquet_and_pdf import by_weasyprint
from gait.report.page.write import render_page
from gait.virtual.runner.presets import PRESETS
from gait.virtual.runner.simulate import simulate
from tests import chromium
from tests.analyses import Analyses
from tests.properties import is_long
from tests.report.look import MEASURE, OPEN, PAPERS, ROOM, SETTLED, pdf

ROOT = Path(__file__).resolve().parents[2]
SHEETS = ("full", "runner", "clinician")
PICTURES = "() => [...document.querySelectorAll('.touch canvas')].map((one) => one.toDataURL())"
EACH = [(name, sheet) for name in PRESETS for sheet in SHEETS]
LOOKED_AT = EACH if is_long() else EACH[:: len(SHEETS) + 1]
"""Runner and sheet: some runners, the sheets in turn; all with ``--long``."""
SCHEMES = ("light", "dark")
RECORDED = ("easy-rearfoot", "overstriding", "run-walk")
SILENT = [(name, scheme) for name in RECORDED for scheme in SCHEMES]
CHECKED = [(sheet, scheme) for sheet in SHEETS for scheme in SCHEMES]
FOLDED = [(name, sheet) for name in RECORDED[:2] for sheet in ("full", "clinician")]
"""In the same way: recordings and colour schemes, sheets and schemes, recordings and printed sheets."""
SCREENS = ((360, "screen"), (768, "screen"), (1280, "screen"), (718, "print"), (740, "print"))
"""Width in CSS pixels and medium; the two papers' widths as in `PAPERS`."""
LOOKS = 1200
"""Times 50 ms that a picture is waited for: it bounds a hang."""
REOPENED = 20
"""Times that a page is opened again: it bounds the wait for what it keeps."""
pytestmark = pytest.mark.browser


class Pages(dict[str, Path]):
    """Pages by ``name-sheet``, each written when it is first asked for.

    Parameters
    ----------
    folder
        Where they are written.
    analysis_of
        Analysis by name, made once a name.
    """

    def __init__(self, folder: Path, analysis_of: Callable[[str], Any]) -> None:
        super().__init__()
        self.folder, self.results = folder, lru_cache(lambda name: self._results(analysis_of(name)))

    @staticmethod
    def _results(analysis: Any) -> tuple[Any, Any, Any]:
        findings = gait.assess(analysis)
        return analysis, findings, gait.prescribe(findings, analysis)

    def __missing__(self, key: str) -> Path:
        name, sheet = key.rsplit("-", 1)
        path = self.folder / f"{key}.html"
        path.write_text(render_page(*self.results(name), sheet=sheet, runner="Ada"), encoding="utf-8")
        self[key] = path
        return path


PATIENCE_MS = 180_000
"""ms that a chart is waited for: a machine may stand still for a minute or two."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, analyses: Analyses) -> dict[str, Path]:
    """Reports of the recordings that come along, as page and as sheets."""
    return Pages(tmp_path_factory.mktemp("pages"), analyses.of_recording)


@pytest.fixture(scope="module")
def presets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports of a run with a walk in it of the named runners, as page and as sheets."""

    def analysis_of(name: str) -> Any:
        preset = PRESETS[name]
        parts = (("stand", 3.0), ("run", 20.0), ("walk", 8.0), ("run", 12.0), ("stand", 2.0))
        made = simulate(replace(preset.runner, parts=parts), preset.sensor, seed=1, name=name)
        return gait.analyze(made.session)

    return Pages(tmp_path_factory.mktemp("presets"), analysis_of)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    with chromium.opened() as one:
        yield one


@pytest.fixture
def run_open(browser: Any, pages: dict[str, Path]) -> Iterator[Any]:
    """A page whose charts over the run are open."""
    view = browser.new_page(viewport={"width": 1100, "height": 900})
    view.goto(pages["easy-rearfoot-full"].as_uri())
    view.locator("#run > summary").click()
    view.wait_for_selector("#run .touch canvas", timeout=PATIENCE_MS)
    yield view
    view.close()


def pictures_when(view: Any, holds: Callable[[list[str]], bool]) -> None:
    """Wait until the charts' pictures are as they should be."""
    for _ in range(LOOKS):
        if holds(view.evaluate(PICTURES)):
            return
        view.wait_for_timeout(50)
    pytest.fail("the charts were not drawn so")


def test_no_german_text_lies_over_another(browser: Any, tmp_path: Path, analyses: Analyses) -> None:
    """German words are longer: the whole page and the clinician's sheet, measured as the English ones are."""
    analysis = analyses.of_recording("overstriding")
    made = follow(analysis, None, pack=in_language(load_knowledge(), "de"))
    view = browser.new_page()
    for sheet in ("full", "clinician"):
        path = tmp_path / f"{sheet}.html"
        html = render_page(analysis, made.findings, made.plan, lang="de", sheet=sheet, runner="Ada")
        path.write_text(html, encoding="utf-8")
        view.goto(path.as_uri())
        for width, media in ((360, "screen"), (1280, "screen"), (718, "print")):
            view.set_viewport_size({"width": width, "height": 900})
            view.emulate_media(media=media)
            view.evaluate(OPEN)
            view.evaluate(SETTLED)
            assert view.evaluate(MEASURE) == [], (width, media)
            assert view.evaluate("document.documentElement.scrollWidth") <= width
    view.close()


@pytest.mark.parametrize(("name", "scheme"), SILENT if is_long() else SILENT[:: len(SCHEMES) + 1])
def test_page_is_silent_and_fits(browser: Any, pages: dict[str, Path], name: str, scheme: str) -> None:
    """No console message, no request beyond the file, no sideways scrolling, with everything unfolded."""
    view = browser.new_page(viewport={"width": 360, "height": 800}, color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    view.on("console", lambda message: said.append(message.text))
    view.on("pageerror", lambda error: said.append(str(error)))
    view.on("request", lambda request: asked.append(request.url))
    path = pages[f"{name}-full"]
    view.goto(path.as_uri())
    view.evaluate(OPEN)
    view.wait_for_selector("#run .touch canvas", timeout=PATIENCE_MS)
    for width in (360, 768, 1280):
        view.set_viewport_size({"width": width, "height": 800})
        view.evaluate(SETTLED)
        assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    assert asked == [path.as_uri()]
    view.close()


def test_the_measure_sees_an_overlap(browser: Any) -> None:
    """Two words laid over each other, and one that leaves the page, are both found."""
    view = browser.new_page(viewport={"width": 400, "height": 300})
    word = "<p style='position:absolute;left:{}px;top:40px;margin:0;white-space:nowrap'>{}</p>"
    view.set_content(
        word.format(20, "one two three") + word.format(60, "four") + word.format(380, "leaves it")
    )
    assert sorted(view.evaluate(MEASURE)) == ['"leaves it" leaves the page', '"one two three" over "four"']
    view.close()


@pytest.mark.parametrize(("name", "sheet"), LOOKED_AT)
def test_no_text_lies_over_another(browser: Any, presets: dict[str, Path], name: str, sheet: str) -> None:
    """Measured box by box at each width with everything unfolded, and at both papers' widths in print."""
    view = browser.new_page()
    view.goto(presets[f"{name}-{sheet}"].as_uri())
    for width, media in SCREENS:
        view.set_viewport_size({"width": width, "height": 900})
        view.emulate_media(media=media)
        view.evaluate(OPEN)
        view.evaluate(SETTLED)
        assert view.evaluate(MEASURE) == [], (width, media)
        assert view.evaluate("document.documentElement.scrollWidth") <= width
    view.close()


@pytest.mark.parametrize(("sheet", "scheme"), CHECKED if is_long() else CHECKED[:: len(SCHEMES) + 1])
def test_axe_finds_nothing(browser: Any, pages: dict[str, Path], scheme: str, sheet: str) -> None:
    """No violation at all with everything unfolded; in the dark, where colours alone differ, of contrast."""
    axe = pytest.importorskip("axe_core_python.sync_playwright")
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)
    view = context.new_page()
    view.goto(pages[f"overstriding-{sheet}"].as_uri())
    view.evaluate(OPEN)
    view.evaluate(SETTLED)
    rules = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
    found = axe.Axe().run(view, options=rules)["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
    context.close()


def test_every_control_is_reached_by_the_keyboard(browser: Any, pages: dict[str, Path]) -> None:
    """Tab goes through the skip link, every box, every fold and every button, each with an outline."""
    view = browser.new_page(viewport={"width": 1280, "height": 900})
    view.goto(pages["easy-rearfoot-full"].as_uri())
    view.evaluate(OPEN)
    view.wait_for_selector("#run .tools button", timeout=PATIENCE_MS)
    wanted = view.evaluate(
        "document.querySelectorAll('a[href], button, input, summary, .scroll[tabindex]').length"
    )
    reached = set()
    for at in range(wanted + 5):
        view.keyboard.press("Tab")
        here = view.evaluate(
            """() => {
                const one = document.activeElement;
                const named = 'a[href], button, input, summary, .scroll[tabindex]';
                const all = [...document.querySelectorAll(named)];
                return [all.indexOf(one), getComputedStyle(one).outlineStyle];
            }"""
        )
        if here[0] < 0:
            break
        assert here[1] != "none", at
        reached.add(here[0])
    assert reached == set(range(wanted))
    view.close()


def test_boxes_are_ticked_by_the_keyboard_and_stay(browser: Any, pages: dict[str, Path]) -> None:
    """Space ticks a day's box, and it is still ticked when the page is opened again."""
    view = browser.new_page()
    view.goto(pages["easy-rearfoot-full"].as_uri())
    box = view.locator(".week input").first
    box.focus()
    view.keyboard.press("Space")
    assert box.is_checked()
    # A browser writes down what a page keeps beside the page: a reload within milliseconds may be quicker.
    for _ in range(REOPENED):
        view.wait_for_timeout(50)
        view.reload()
        if view.locator(".week input").first.is_checked():
            break
    else:
        pytest.fail("the box was not ticked any more")
    view.close()


def test_one_cursor_reads_a_stride_s_numbers(run_open: Any, analyses: Analyses) -> None:
    """The buttons go stride by stride; what is read out is that stride's row of the table."""
    table = analyses.of_recording("easy-rearfoot").strides
    clean = table[(table["activity"] == "running") & (table["marks"] == "")].sort_values("ic_s")
    later = run_open.get_by_role("button", name="Later stride")
    later.click()
    said = [run_open.locator(".tools output").inner_text()]
    later.click()
    said.append(run_open.locator(".tools output").inner_text())
    times = []
    for text in said:
        clock = text.split(" · ")[0].split(":")
        times.append(60 * float(clock[0]) + float(clock[1]))
        row = clean.iloc[(clean["ic_s"] - times[-1]).abs().argmin()]
        assert abs(row["ic_s"] - times[-1]) < 0.06
        assert f"Cadence {row['cadence_spm']:.0f} spm" in text
        contact = text.split("Ground contact ")[1].split(" ms")[0]
        assert f"{row['side']} {row['contact_ms']:.0f}" in contact
    assert 0.2 < times[1] - times[0] < 0.8


def test_all_charts_zoom_together(run_open: Any) -> None:
    """Zooming in redraws every chart, back to the whole run restores each picture."""
    run_open.evaluate(SETTLED)
    whole = run_open.evaluate(PICTURES)
    assert len(whole) == 5
    run_open.get_by_role("button", name="Zoom in").click()
    pictures_when(run_open, lambda now: all(a != b for a, b in zip(whole, now, strict=True)))
    run_open.get_by_role("button", name="Whole run").click()
    pictures_when(run_open, lambda now: now == whole)


def test_dragging_zooms_and_the_mouse_reads(run_open: Any) -> None:
    """A drag over one chart zooms another; moving over it reads a stride out."""
    over = run_open.locator(".touch .u-over").first
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    run_open.evaluate(SETTLED)
    before = run_open.evaluate(PICTURES)[1]
    middle = box["y"] + box["height"] / 2
    run_open.mouse.move(box["x"] + 100, middle)
    assert "Cadence" in run_open.locator(".tools output").inner_text()
    run_open.mouse.down()
    run_open.mouse.move(box["x"] + 200, middle, steps=5)
    run_open.mouse.up()
    pictures_when(run_open, lambda now: now[1] != before)


def test_without_scripts_every_picture_and_number_is_there(browser: Any, pages: dict[str, Path]) -> None:
    """With scripts off the SVGs are seen, the folds open, and no button stands there that does nothing."""
    context = browser.new_context(java_script_enabled=False)
    view = context.new_page()
    view.goto(pages["easy-rearfoot-full"].as_uri())
    view.locator("#run > summary").click()
    assert view.locator("#run .frame svg.plot").count() == 5
    assert view.locator("#run .frame svg.plot").first.is_visible()
    assert view.locator(".tools").count() == 0
    context.close()


def printed_on(view: Any, paper: str) -> Any:
    """The page as the browser prints it."""
    return pdf(view.pdf(format=paper, prefer_css_page_size=False))


@pytest.mark.parametrize("name", PRESETS if is_long() else ["caving-in", "run-walk"])
def test_the_runner_s_sheet_is_one_page(browser: Any, presets: dict[str, Path], name: str) -> None:
    """One sheet with room to spare, and on it the action, the week and what stops each exercise."""
    view = browser.new_page()
    view.goto(presets[f"{name}-runner"].as_uri())
    sheets = {paper: printed_on(view, paper) for paper in PAPERS}
    view.emulate_media(media="print")
    for paper, (width, height) in PAPERS.items():
        view.set_viewport_size({"width": width, "height": 400})
        bottom = view.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
        assert bottom <= ROOM * height, paper
    view.close()
    for paper, printed in sheets.items():
        assert len(printed.pages) == 1, paper
        text = " ".join(printed.pages[0].extract_text().split())
        for words in ("Do this next", "Monday", "Sunday", "Stop if", "Name", "Date", "Notes"):
            assert words in text, (paper, words)


@pytest.mark.parametrize(("name", "sheet"), FOLDED if is_long() else FOLDED[:: len(FOLDED) - 1])
def test_paper_holds_what_is_folded(browser: Any, pages: dict[str, Path], name: str, sheet: str) -> None:
    """Printed, every section is there with its contents, on a bounded number of sheets."""
    view = browser.new_page()
    view.goto(pages[f"{name}-{sheet}"].as_uri())
    sheets = {paper: printed_on(view, paper) for paper in PAPERS}
    view.close()
    for paper, printed in sheets.items():
        text = " ".join(" ".join(page.extract_text().split()) for page in printed.pages)
        for words in ("All numbers", "Pronation rate", "Settings for making it again"):
            assert words in text, (paper, words)
        assert ("Stop if" in text) == (sheet == "full"), paper
        assert len(printed.pages) <= {"full": 9, "clinician": 5}[sheet], paper


@pytest.mark.parametrize("sheet", SHEETS if is_long() else SHEETS[1:])
def test_it_prints_without_a_browser(pages: dict[str, Path], sheet: str, tmp_path: Path) -> None:
    """By weasyprint too, with what each sheet must hold; the full page with ``--long``."""
    try:
        printed = pdf(by_weasyprint(pages[f"easy-rearfoot-{sheet}"], tmp_path / "page.pdf"))
    except MissingExtraError:
        pytest.skip("NO PANGO ON THIS MACHINE: WEASYPRINT CANNOT RUN")
    text = " ".join(" ".join(page.extract_text().split()) for page in printed.pages)
    for words in {"runner": ("Stop if", "Sunday"), "full": ("Stop if", "Sources")}.get(sheet, ("Sources",)):
        assert words in text, words


INKED = """() => {
    const styles = getComputedStyle(document.documentElement);
    const inks = ['left', 'right', 'one'].map((name) => styles.getPropertyValue('--' + name).trim());
    return [...document.querySelectorAll('.touch canvas')].map((one) => {
        const data = one.getContext('2d')
            .getImageData(Math.round(one.width * AT) - 12, 0, 24, one.height * 0.7).data;
        let found = 0;
        for (let k = 0; k < data.length; k += 4) {
            const hex = [0, 1, 2].map((c) => data[k + c].toString(16).padStart(2, '0')).join('');
            found += inks.includes('#' + hex) ? 1 : 0;
        }
        return found;
    });
}"""
"""Number of pixels of a line's own colour in 24 columns of each chart."""


def test_a_line_breaks_where_nobody_ran(browser: Any, presets: dict[str, Path]) -> None:
    """In the middle of a walk of 8 s a chart holds ground and grid alone, amid the run a line."""
    view = browser.new_page(viewport={"width": 1280, "height": 900})
    view.goto(presets["easy-rearfoot-full"].as_uri())
    view.locator("#run > summary").click()
    view.wait_for_selector("#run .touch canvas", timeout=PATIENCE_MS)
    view.evaluate(SETTLED)
    wide = view.evaluate("document.querySelector('.touch canvas').clientWidth")
    # The plot begins 44 pixels from the left and ends 8 from the right; the run lasts 45 s.
    idle, busy = (
        view.evaluate(INKED.replace("AT", str((44.0 + at_s / 45.0 * (wide - 52.0)) / wide)))
        for at_s in (27.0, 12.0)
    )
    assert len(idle) == len(busy) == 5
    assert max(idle) == 0
    assert min(busy) > 10
    view.close()
