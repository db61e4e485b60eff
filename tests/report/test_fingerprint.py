"""The hash in the methods paragraph: of input bytes, settings and rules, the same on every machine."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from gait.analysis.results import Analysis
from gait.cli.main import main
from gait.report.exports.fingerprint import fingerprint_of
from tests.analyses import Analyses

RUN = Path(__file__).resolve().parents[2] / "recordings" / "easy-rearfoot"


@pytest.fixture(scope="module")
def analysis(analyses: Analyses) -> Analysis:
    """Of a run that comes along, with fixed settings whatever the version is."""
    return replace(
        analyses.of_recording(RUN.name), settings={"version": "9.9", "distance calibration": "x 1.0123"}
    )


def test_pinned(analysis: Analysis, tmp_path: Path) -> None:
    """Worked out by hand from the bytes; these digits came out on Python 3.11 and on 3.13."""
    file = tmp_path / "left_shoe.csv"
    file.write_bytes(b"time_s,acc_x,acc_y,acc_z\n0,0,0,9.8\n")
    found = fingerprint_of(analysis, file)
    by_hand = b"6c6566745f73686f652e637376 35\n" + file.read_bytes()
    assert found.inputs == hashlib.sha256(by_hand).hexdigest()
    assert found.settings == "8d063713f5bdbd6513204f7198367776abea854f644f61f103def9b02348150d"
    parts = found.inputs + found.settings + found.rules
    assert found.combined == hashlib.sha256(parts.encode()).hexdigest()


def test_each_part_changes_its_own_hash(analysis: Analysis, tmp_path: Path) -> None:
    """A byte of input, a setting, a rule: another hash of it and of the whole, the others stay."""
    file = tmp_path / "left_shoe.csv"
    file.write_bytes(b"a")
    rules = tmp_path / "rules"
    rules.mkdir()
    first = fingerprint_of(analysis, file, rules)
    file.write_bytes(b"b")
    second = fingerprint_of(analysis, file, rules)
    third = fingerprint_of(replace(analysis, settings={"version": "9.8"}), file, rules)
    (rules / "own.yaml").write_bytes(b"a: 1\r\n")
    fourth = fingerprint_of(analysis, file, rules)
    (rules / "own.yaml").write_bytes(b"a: 1\n")
    assert [
        name for name in ("inputs", "settings", "rules") if getattr(first, name) != getattr(second, name)
    ] == ["inputs"]
    assert (third.settings != second.settings, third.rules, third.inputs) == (
        True,
        second.rules,
        second.inputs,
    )
    assert (fourth.rules != second.rules, fourth.inputs) == (True, second.inputs)
    assert fingerprint_of(analysis, file, rules) == fourth
    assert len({one.combined for one in (first, second, third, fourth)}) == 4


def test_a_result_is_no_setting(analysis: Analysis) -> None:
    """The factor that a known distance gave comes out of the samples, and is left out."""
    other = replace(analysis, settings={"version": "9.9"})
    assert fingerprint_of(other, RUN) == fingerprint_of(analysis, RUN)


@pytest.mark.usefixtures("analysed_once")
def test_in_the_paragraph(tmp_path: Path, capsys: pytest.CaptureFixture[str], analyses: Analyses) -> None:
    """``--methods`` writes it."""
    target = tmp_path / "methods.md"
    args = ["report", str(RUN), "-o", str(tmp_path / "page.html"), "--no-history"]
    assert main([*args, "--methods", str(target)]) == 0
    capsys.readouterr()
    assert fingerprint_of(analyses.of_recording(RUN.name), RUN).combined in target.read_text(encoding="utf-8")
