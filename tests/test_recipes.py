"""The recipes of CONTRIBUTING's "Adding a part", followed: one line in a table, seen through a command."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

import gait
from gait.analysis import metrics, results, strides
from gait.analysis.metrics import METRICS, MetricSpec
from gait.analysis.session.stride_table import stride_table
from gait.analysis.session.summary import summarise
from gait.analysis.strides.shoe.detector import ShoeDetector
from gait.analysis.strides.stride_batch import empty_batch
from gait.cli import main as command_line
from gait.cli.main import main
from gait.coaching.rules.load import builtin_folder
from gait.live.foot_pod.carrier import carrier_for
from gait.live.foot_pod.pod import FootPod
from gait.recording.importers import dialects
from gait.recording.importers.dialects import Dialect
from gait.report import sections
from gait.report.blocks import Bullets, Section
from gait.report.sections import SECTIONS
from gait.report.story import Story
from gait.sensors import drivers
from gait.sensors.driver import Advertisement
from gait.sensors.drivers.witmotion import WitMotion
from tests.live.strides import strides_at

ROOT = Path(__file__).resolve().parents[1]
LEFT = ROOT / "recordings" / "easy-rearfoot" / "left_shoe.csv.gz"
TABLE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("### Adding a part")[1].split("\n## ")[0]

FOLLOWED = {
    "detector of strides": "test_a_detector",
    "metric": "test_a_metric",
    "program's files": "test_an_importer",
    "section of the report": "test_a_section",
    "rule, exercise": "test_a_rule_and_an_exercise",
    "sensor family": "test_a_driver",
    "way on the air for the foot pod": "test_a_way_on_the_air",
    "command": "test_a_command",
}
"""Row of the table -> the test that follows it."""


def _module(name: str, **parts: object) -> ModuleType:
    """Return a module of these parts, as a new file would be."""
    made = ModuleType(name)
    vars(made).update(parts)
    return made


def test_every_place_that_the_table_names_is_there() -> None:
    """Each path in the table exists, up to the part that the reader is to name; each table of parts too."""
    paths = re.findall(r"`(gait/[^`*]*|tests/[^`*]*)", TABLE)
    assert len(paths) > 12
    for path in paths:
        fixed = path.split("PLACEMENT")[0].split("NAME")[0]
        assert (ROOT / fixed).exists(), path
    for name, path in re.findall(r"`([A-Z]+)(?:\[[^`]*\])?` in `(gait/[^`]*\.py)`", TABLE):
        assert re.search(rf"^{name}\b.*=", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), name


def test_every_row_of_the_table_is_followed() -> None:
    """Each kind of part has its test below, and each package its line in the map."""
    rows = re.findall(r"(?m)^\| ([a-z][^|]*?) \|", TABLE)
    assert [row for row in rows if row != "new"] == list(FOLLOWED)
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in FOLLOWED.values():
        assert name in globals(), name
    for folder in (ROOT / "gait").iterdir():
        if folder.is_dir() and (folder / "__init__.py").exists():
            assert f"`gait/{folder.name}/`" in text, folder.name


def test_a_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    """A detector in `DETECTORS` finds the strides: one that drops every contact leaves an empty table."""

    class Deaf(ShoeDetector):
        def _find(self, *, final: bool) -> list:
            super()._find(final=final)
            return []

    session = gait.read(LEFT)
    assert len(gait.analyze(session).strides) > 30
    monkeypatch.setitem(strides.DETECTORS, ("shoe", True), Deaf)
    assert len(gait.analyze(session).strides) == 0


def test_a_driver(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A driver in `DRIVERS` is found by what its sensor advertises, and ``gait sensors`` lists it."""

    @dataclasses.dataclass(frozen=True)
    class LabPod(WitMotion):
        def matches(self, heard: Advertisement) -> bool:
            return heard.name.startswith("LAB-POD")

    pod = LabPod(ability=dataclasses.replace(WitMotion().ability, key="lab", name="Lab pod"))
    heard = Advertisement("LAB-POD 3", ())
    assert drivers.driver_of(heard) is None
    monkeypatch.setattr(drivers, "DRIVERS", (*drivers.DRIVERS, pod))
    assert drivers.driver_of(heard) is pod
    assert main(["sensors"]) == 0
    assert "Lab pod\n  for running: " in capsys.readouterr().out


def test_an_importer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A row in `DIALECTS` reads a program's table: its columns, its ticks and its units come out as ours."""
    path = tmp_path / "pod.csv"
    ticks = np.arange(100)
    rows = pd.DataFrame(
        {
            "ticks10": ticks * 10,
            "force_x": 0.0,
            "force_y": 0.5,
            "force_z": 1.0,
            "turning_x": 1.0,
            "turning_y": 0.0,
            "turning_z": 2.0,
        }
    )
    rows.to_csv(path, index=False)
    pod = Dialect(
        name="Lab pod",
        time=((r"ticks10", 1e-3),),
        acc=(r"force_{}",),
        gyr=(r"turning_{}",),
        acc_scale=9.80665,
        gyr_scale=10.0,
    )
    monkeypatch.setattr(dialects, "DIALECTS", (*dialects.DIALECTS, pod))
    recording = gait.read(path, placement="shoe", side="left").recordings[0]
    np.testing.assert_allclose(np.diff(recording.time_s), 0.01, atol=1e-9)
    np.testing.assert_allclose(recording.acc[5], [0.0, 4.903325, 9.80665])
    np.testing.assert_allclose(recording.gyr[5], np.radians([10.0, 0.0, 20.0]))


def test_a_section(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A module with `build` at the end of `SECTIONS` stands on the page and on the terminal."""

    def build(story: Story) -> Section:
        return Section("lab", "Seen in the lab", (Bullets((f"{len(story.analysis.strides)} strides",)),))

    lab = _module("lab", build=build)
    monkeypatch.setitem(sections.SHEETS, "full", (*SECTIONS, lab))
    assert main(["report", str(LEFT), "--text", "-o", str(tmp_path / "page.html")]) == 0
    text = capsys.readouterr().out
    assert re.search(r"Seen in the lab\n.*\d+ strides", text, re.DOTALL)
    assert "Seen in the lab" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_metric(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row in `METRICS` with a column of strides is summarised: median, and no surer than its method."""
    spec = MetricSpec("lab_deg", "Lab angle", "°", 1, "an angle", systematic=2.0)
    monkeypatch.setitem(METRICS, "lab_deg", spec)
    table = stride_table([("shoe", "left", empty_batch(9), ())])
    assert list(table.columns) == list(results.STRIDE_COLUMNS)
    table = table.assign(lab_deg=np.arange(9.0), marks="", side="left")
    metric = summarise(table, with_gyr={"left": True}, extra={})["lab_deg"]
    assert (metric.value, metric.n) == (4.0, 9)
    assert metric.uncertainty > 2.0
    assert metrics.METRICS["lab_deg"].unit == "°"


def test_a_rule_and_an_exercise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An entry in one YAML file is listed with its source; one without a source is refused by its line."""
    (tmp_path / "own.yaml").write_text(
        "sources:\n"
        '  - {id: my-practice, citation: "Practice of our clinic.", kind: house}\n'
        "exercises:\n"
        "  - id: hip_thrust\n"
        "    reps: [9, 13]\n"
        "    sources: [my-practice]\n",
        encoding="utf-8",
    )
    assert (builtin_folder() / "exercises.yaml").is_file()
    assert main(["rules", "check", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["rules", "list", str(tmp_path), "--json"]) == 0
    pack = json.loads(capsys.readouterr().out)
    entry = next(one for one in pack["exercises"] if one["id"] == "hip_thrust")
    assert (entry["reps"], entry["sources"]) == ([9, 13], ["my-practice"])
    own = tmp_path / "own.yaml"
    own.write_text(own.read_text(encoding="utf-8").replace("[my-practice]", "[nobody]"), encoding="utf-8")
    assert main(["rules", "check", str(tmp_path)]) == 2
    assert re.search(r"own\.yaml:\d+.*nobody", capsys.readouterr().out)


def test_a_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A module with `command` in `COMMANDS` runs by its name and stands in the help."""

    def command(times: int = 1) -> None:
        """Say hello."""
        print("hello " * times)

    monkeypatch.setitem(sys.modules, "lab_hello", _module("lab_hello", command=command))
    monkeypatch.setitem(command_line.COMMANDS, "hello", ("lab_hello", "Say hello."))
    assert main(["hello", "--times", "2"]) == 0
    assert capsys.readouterr().out.strip() == "hello hello"
    assert main(["--help"]) == 0
    assert "Say hello." in capsys.readouterr().out


def test_a_way_on_the_air(monkeypatch: pytest.MonkeyPatch) -> None:
    """A carrier that `carrier_for` gives is handed a foot pod's values: three metres a second, as decoded."""
    sent: list[bytes] = []

    class Wire:
        """A way on the air of one's own."""

        def __init__(self, transport: str, placement: str) -> None:
            assert (transport, placement) == ("wire:0", "shoe")

        async def notify(self, value: bytes) -> None:
            sent.append(value)

    pytest.importorskip("bumble", reason="NO BUMBLE: ITS CARRIER IS THE BRANCH THAT IS TAKEN")
    monkeypatch.setattr("gait.live.foot_pod.on_bumble.BumbleCarrier", Wire)
    pod = FootPod(carrier_for("wire:0", "shoe"), say=pytest.fail, clock_s=lambda: 0.0)
    for stride in strides_at(170.0, 12.0):
        pod.stride(stride)
        pod.heard(stride.next_ic_s)
    asyncio.run(pod.send())
    # Flags, speed in 1/256 m/s: a stride is 2.1 m and lasts two steps.
    assert int.from_bytes(sent[0][1:3], "little") / 256.0 == pytest.approx(2.1 / (2 * 60.0 / 170.0), abs=0.02)
    assert sent[0][3] == pytest.approx(170, abs=1)
