"""The page in a real browser: silent, self-contained, nothing cut off, and sound for assistive technology."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest

import gait
from gait.errors import MissingExtraError
from gait.report.exports.parquet_and_pdf import by_weasyprint
from gait.virtual.runner.presets import PRESETS
from gait.virtual.runner.simulate import simulate

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.browser
SHEETS = 5
"""Four with the fonts of most machines; a sheet more with wide ones."""


def chromium() -> str:
    """Path of a Chromium; a loud skip without one, a failure in CI."""
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if found := shutil.which(name):
            return found
    if os.environ.get("CI"):
        pytest.fail("no Chromium in CI: tests/run.py must install it")
    pytest.skip("NO CHROMIUM ON THIS MACHINE: THE PAGE WAS NOT LOOKED AT IN A BROWSER")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports of the recordings that come along."""
    folder = tmp_path_factory.mktemp("pages")
    out = {}
    for name in ("easy-rearfoot", "run-walk"):
        analysis = gait.analyze(gait.read(ROOT / "recordings" / name))
        findings = gait.assess(analysis)
        plan = gait.prescribe(findings, analysis)
        out[name] = gait.write_report(analysis, findings, plan, folder / f"{name}.html")
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    path = chromium()
    sync_api = pytest.importorskip("playwright.sync_api")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()


@pytest.mark.parametrize("name", ["easy-rearfoot", "run-walk"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_page_is_silent_and_fits(browser: Any, pages: dict[str, Path], name: str, width: int) -> None:
    """No console message, no request beyond the file, no sideways scrolling."""
    view = browser.new_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    asked: list[str] = []
    view.on("console", lambda message: said.append(message.text))
    view.on("pageerror", lambda error: said.append(str(error)))
    view.on("request", lambda request: asked.append(request.url))
    view.goto(pages[name].as_uri())
    assert said == []
    assert asked == [pages[name].as_uri()]
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    view.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Any, pages: dict[str, Path], scheme: str) -> None:
    """No serious or critical violation, in the light and in the dark."""
    axe = pytest.importorskip("axe_core_python.sync_playwright")
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)
    view = context.new_page()
    view.goto(pages["easy-rearfoot"].as_uri())
    found = axe.Axe().run(view)["violations"]
    serious = [one["id"] for one in found if one["impact"] in {"serious", "critical"}]
    assert serious == []
    context.close()


@pytest.fixture(scope="module")
def presets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports of three minutes of every named runner."""
    folder = tmp_path_factory.mktemp("presets")
    out = {}
    for name, preset in PRESETS.items():
        parts = (("stand", 3.0), ("run", 80.0), ("walk", 20.0), ("run", 70.0), ("stand", 2.0))
        made = simulate(replace(preset.runner, parts=parts), preset.sensor, seed=1, name=name)
        analysis = gait.analyze(made.session)
        findings = gait.assess(analysis)
        plan = gait.prescribe(findings, analysis)
        out[name] = gait.write_report(analysis, findings, plan, folder / f"{name}.html")
    return out


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("name", PRESETS)
def test_it_prints_on_four_pages(browser: Any, presets: dict[str, Path], name: str, paper: str) -> None:
    """Two shoes' report takes four sheets at most, with the whole plan on them."""
    view = browser.new_page()
    view.goto(presets[name].as_uri())
    printed = pypdf.PdfReader(BytesIO(view.pdf(format=paper, prefer_css_page_size=False)))
    view.close()
    assert len(printed.pages) <= SHEETS
    text = " ".join(" ".join(page.extract_text().split()) for page in printed.pages)
    for words in ("Your plan", "Monday", "Sunday", "Method and sources", "Looked for, not found"):
        assert words in text, words


@pytest.mark.parametrize("name", ["easy-rearfoot", "asymmetric", "caving-in"])
def test_it_prints_without_a_browser(presets: dict[str, Path], name: str, tmp_path: Path) -> None:
    """By weasyprint too: four sheets with the whole plan."""
    try:
        printed = pypdf.PdfReader(by_weasyprint(presets[name], tmp_path / "page.pdf"))
    except MissingExtraError:
        pytest.skip("NO PANGO ON THIS MACHINE: WEASYPRINT CANNOT RUN")
    assert len(printed.pages) <= SHEETS
    text = " ".join(" ".join(page.extract_text().split()) for page in printed.pages)
    for words in ("Your plan", "Monday", "Sunday", "Method and sources", "Looked for, not found"):
        assert words in text, words


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_fits(browser: Any, presets: dict[str, Path], name: str, width: int) -> None:
    """No sideways scrolling at any width, whatever the findings."""
    view = browser.new_page(viewport={"width": width, "height": 800})
    view.goto(presets[name].as_uri())
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    view.close()


def test_page_is_small(pages: dict[str, Path]) -> None:
    """Far below 1 MB."""
    assert pages["run-walk"].stat().st_size < 600_000
