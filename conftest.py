"""One hypothesis profile for all tests: no deadline, so that nothing depends on how fast a machine is.

A property draws 40 cases unless it says otherwise (`tests.properties.cases`); ``tests/run.py --long`` sets
``GAIT_LONG``, and each draws a thousand, or ten thousand where it says so, and every kind of page is looked
at in a browser.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "gait",
    deadline=None,
    max_examples=1000 if os.environ.get("GAIT_LONG") else 40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    # A failing case is printed as code that draws it again, wherever the test ran.
    print_blob=True,
)
settings.load_profile("gait")

# Some machines tell Python to keep no bytecode: each of the suite's many processes would compile the package
# and its libraries again, and each worker all tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Whoever starts the tests in the background may have had Ctrl-C ignored, and processes inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Scripts beside a notebook import each other from their own folder; the notebook and their tests run them.
collect_ignore_glob = ["notebooks/*/*.py"]

if find_spec("dbus_fast") is None:
    # BlueZ is of Linux alone, and so is what speaks to it.
    collect_ignore_glob += ["gait/live/foot_pod/*bluez*.py"]

if find_spec("pylsl") is None:
    # On some platforms liblsl has to come from elsewhere.
    collect_ignore_glob += ["gait/live/lsl.py"]


GARBAGE = 20_000
"""New objects from which garbage is looked for: at Python's 700 the search takes a fiftieth of the suite."""


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path,
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for examples only in files that hold a prompt: looking through all takes each worker seconds."""
    found = yield
    if any(type(one).__name__ == "DoctestModule" for one in found) and b">>>" not in file_path.read_bytes():
        return [one for one in found if type(one).__name__ != "DoctestModule"]
    return found


def pytest_collection_finish() -> None:
    """Keep the garbage collector from going through all that the imports left behind, again and again."""
    gc.freeze()
    gc.set_threshold(GARBAGE, 10, 10)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the notebooks first: each takes long, and at the end one worker would wait for the other."""
    items.sort(key=lambda item: item.path.suffix != ".ipynb")
