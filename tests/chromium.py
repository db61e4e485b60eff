"""A Chromium for the tests that look at pages: found on the machine, opened without a window."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

__all__ = ["COMMANDS", "found", "opened"]

COMMANDS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
"""Its names; the first is the same browser without the parts that only a window needs."""
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


def found() -> str:
    """Return its path; a loud skip without one, a failure in CI."""
    for name in COMMANDS:
        if path := shutil.which(name):
            return path
    if os.environ.get("CI"):
        pytest.fail("no Chromium in CI: tests/run.py must install it")
    pytest.skip("NO CHROMIUM ON THIS MACHINE: THE PAGES WERE NOT LOOKED AT IN A BROWSER")


@contextmanager
def opened(*flags: str) -> Iterator[Any]:
    """Open it, with more flags where they are given, and close it at the end."""
    path = found()
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()
