"""The page of faults: every row names tests that there are, and every fault that can be played has one."""

import re
from pathlib import Path

from gait.sensors.link.bluetooth_errors import ADVICE
from gait.virtual.radio.faults import FAULTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "recording-faults.md").read_text(encoding="utf-8")
SOURCES = [
    *sorted((ROOT / "tests" / "sensors").rglob("test_*.py")),
    ROOT / "tests" / "cli" / "test_record.py",
    *sorted((ROOT / "tests" / "journal").glob("test_*.py")),
    *sorted((ROOT / "tests" / "live").glob("test_*.py")),
]
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)


def test_every_row_names_a_test_that_there_is():
    """The last column holds names of test functions, at least one a row."""
    tables = re.findall(r"^\| fault \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    rows = "".join(tables).splitlines()
    assert len(rows) > 30
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row.rstrip("| ").rsplit("|", 1)[1])
        assert named, row
        for name in named:
            assert f"def {name}(" in TEXT, name


def test_every_fault_that_can_be_played_is_played():
    """``--fault KIND``: each kind strikes in a session of these tests."""
    for kind in FAULTS:
        assert re.search(rf'"{kind}@', TEXT) or re.search(rf"\b{kind}@", TEXT), kind


def test_every_advice_is_for_all_three_systems():
    """No fault without its own line for Linux, macOS and Windows, and one for the rest."""
    for fault, lines in ADVICE.items():
        assert set(lines) == {"linux", "darwin", "win32", "any"}, fault
