"""The strides as Parquet and the page as PDF, through libraries and programs that are optional."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from importlib import import_module
from pathlib import Path

from gait.analysis.results import Analysis
from gait.errors import GaitError, MissingExtraError
from gait.files import write_bytes

__all__ = ["by_weasyprint", "write_parquet", "write_pdf"]

BROWSERS = ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome", "chrome", "msedge")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--no-pdf-header-footer",
)
PRINT_S = 120.0
"""Longest time for a browser to print, s (chosen: a browser that hangs is ended)."""

_BLOCKS = Path(__file__).parent.parent / "page" / "templates" / "weasyprint.css"


def write_parquet(analysis: Analysis, path: Path) -> Path:
    """Write the table of strides as Parquet, columns as `gait.analysis.results.STRIDE_COLUMNS`.

    Raises
    ------
    MissingExtraError
        pyarrow is not installed.
    GaitError
        The file cannot be written.
    """
    try:
        import_module("pyarrow")
    except ImportError as error:
        raise MissingExtraError("--parquet", "parquet") from error
    return write_bytes(path, analysis.strides.to_parquet(engine="pyarrow", index=False))


def write_pdf(page: Path, path: Path) -> Path:
    """Print a report's page to PDF: by a Chromium or Chrome at hand, else by weasyprint where installed.

    Raises
    ------
    MissingExtraError
        There is neither.
    GaitError
        The program that prints failed.
    """
    browser = next((program for name in BROWSERS if (program := shutil.which(name))), None)
    return _by_browser(browser, page, path) if browser else by_weasyprint(page, path)


def by_weasyprint(page: Path, path: Path) -> Path:
    """Print the page to PDF without a browser, with plainer figures; return the path.

    Raises
    ------
    MissingExtraError
        The extra ``pdf`` is not installed.
    GaitError
        The page cannot be laid out, or the file not be written.
    """
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise MissingExtraError("--pdf (or a Chromium or Chrome on the path)", "pdf") from error
    sheet = weasyprint.CSS(string=_BLOCKS.read_text(encoding="utf-8"))
    try:
        printed: bytes = weasyprint.HTML(filename=str(page)).write_pdf(stylesheets=[sheet])
    except Exception as error:
        # weasyprint raises many kinds of errors for a page that it cannot lay out.
        raise GaitError("weasyprint could not print the page", where=page, todo="print it by hand") from error
    return write_bytes(path, printed)


def _by_browser(browser: str, page: Path, path: Path) -> Path:
    with tempfile.TemporaryDirectory() as profile:
        printed = Path(profile) / "page.pdf"
        command = [
            browser,
            *FLAGS,
            f"--user-data-dir={profile}",
            f"--print-to-pdf={printed}",
            page.resolve().as_uri(),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=PRINT_S)  # noqa: S603 - found above
            page_bytes = printed.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise GaitError(
                "the browser could not print the page", where=browser, todo="print it by hand"
            ) from error
    return write_bytes(path, page_bytes)
