"""The strides as Parquet and the page as PDF, through libraries and programs that are optional."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from importlib import import_module
from pathlib import Path

from gait.analysis.results import Analysis
from gait.errors import GaitError, MissingExtraError

__all__ = ["write_parquet", "write_pdf"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--no-pdf-header-footer",
)
PRINT_S = 120.0


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
    try:
        analysis.strides.to_parquet(path, engine="pyarrow", index=False)
    except OSError as error:
        raise GaitError("cannot be written", where=path, todo="check the folder") from error
    return path


def write_pdf(page: Path, path: Path) -> Path:
    """Print a report's page to PDF: by weasyprint where installed, else by a Chromium or Chrome at hand.

    Raises
    ------
    MissingExtraError
        There is neither.
    GaitError
        The browser failed.
    """
    try:
        import weasyprint
    except (ImportError, OSError):
        weasyprint = None
    if weasyprint is not None:
        weasyprint.HTML(filename=str(page)).write_pdf(str(path))
        return path
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise MissingExtraError("--pdf (or a Chromium or Chrome on the path)", "pdf")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser,
            *FLAGS,
            f"--user-data-dir={profile}",
            f"--print-to-pdf={path.resolve()}",
            page.resolve().as_uri(),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=PRINT_S)  # noqa: S603 - found above
        except (subprocess.SubprocessError, OSError) as error:
            raise GaitError(
                "the browser could not print the page", where=browser, todo="print it by hand"
            ) from error
    return path
