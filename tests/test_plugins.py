"""Parts of other packages: built and installed as docs/plugins.md says, listed, named, used, blamed."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import gait
from gait import plugins
from gait.analysis.engine import Engine
from gait.batch.work import inputs_of
from gait.cli.main import main
from gait.errors import PluginError, UsageError
from gait.recording.model import Recording
from gait.sensors.driver import Advertisement
from gait.sensors.drivers import driver_of

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "plugins.md"
RUN = ROOT / "recordings" / "easy-rearfoot"
ONE_FOOT = RUN / "left_shoe.csv.gz"
BROKEN = {
    "broken/__init__.py": "",
    "broken/raises.py": "raise RuntimeError('no licence')\n",
    "broken/lacks.py": "def reads(head, path):\n    return False\n",
    "broken/late.py": (
        "from gait.analysis.strides.shoe.detector import ShoeDetector\n"
        "class Late(ShoeDetector):\n"
        "    suits = (('shoe', True),)\n"
        "    def feed(self, block):\n"
        "        return 1 / 0\n"
        "def build(story):\n"
        "    raise KeyError('nothing')\n"
    ),
}
BROKEN_POINTS = {
    "gait.drivers": {"raises": "broken.raises:Pod"},
    "gait.importers": {"lacks": "broken.lacks"},
    "gait.sections": {"late-section": "broken.late"},
    "gait.detectors": {"late": "broken.late:Late"},
}


def _wheel(folder: Path, name: str, files: dict[str, str], points: dict[str, dict[str, str]]) -> Path:
    """Build a wheel, as any build backend does."""
    module = name.replace("-", "_")
    info = f"{module}-1.0.dist-info"
    lines = [
        line
        for group, own in points.items()
        for line in (f"[{group}]", *(f"{k} = {v}" for k, v in own.items()))
    ]
    whole = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "\n".join(lines) + "\n",
    }
    whole[f"{info}/RECORD"] = "".join(f"{one},,\n" for one in [*whole, f"{info}/RECORD"])
    wheel = folder / f"{module}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in whole.items():
            archive.writestr(path, text)
    return wheel


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed the page's package, and one whose parts are broken."""
    folder = tmp_path_factory.mktemp("plugins")
    text = PAGE.read_text(encoding="utf-8")
    files = dict(re.findall(r"(?ms)^```(?:python|toml)\n# (\S+)\n(.*?)^```", text))
    project = tomllib.loads(files.pop("pyproject.toml"))["project"]
    ours = _wheel(folder, project["name"], files | {"our_lab/__init__.py": ""}, project["entry-points"])
    broken = _wheel(folder, "broken", BROKEN, BROKEN_POINTS)
    command = ["-m", "pip", "install", "-qq", "--no-index", "--no-deps", "--no-compile", "--target"]
    subprocess.run([sys.executable, *command, folder / "site", ours, broken], check=True)
    return folder / "site"


@pytest.fixture
def found(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both packages on the path of this process; nothing stays taken up."""
    monkeypatch.syspath_prepend(str(site))
    yield
    plugins.dismiss()
    for name in [one for one in sys.modules if one.split(".")[0] in {"our_lab", "broken"}]:
        del sys.modules[name]


@pytest.mark.usefixtures("found")
def test_listed_and_not_taken_up(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version --verbose`` names every part and the broken ones; installing alone changes nothing."""
    assert not [name for name in sys.modules if name.startswith("our_lab")]
    assert main(["--version", "--verbose"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"gait {gait.__version__}"
    told = {
        line.removeprefix("plugin: ").split(" (")[0]: line for line in lines if line.startswith("plugin: ")
    }
    fine = {"detector quiet", "driver lab-pod", "importer lab-file", "section count"}
    assert set(told) >= fine
    assert not [line for name, line in told.items() if name in fine and "broken," in line]
    assert told["driver raises"].endswith("(broken 1.0): broken, RuntimeError: no licence")
    assert told["importer lacks"].endswith("broken, broken.lacks has no csv")
    assert driver_of(Advertisement("LAB-7", ())) is None
    assert plugins.taken_names() == ()


@pytest.mark.usefixtures("found")
def test_a_detector(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Named, it finds the strides, counts the same steps, and the results say whose they are."""
    assert main(["analyze", str(RUN), "--plugins", "quiet", "--json", str(tmp_path / "a.json")]) == 0
    capsys.readouterr()
    theirs = gait.analyze(gait.read(RUN))
    plugins.dismiss()
    ours = gait.analyze(gait.read(RUN))
    assert theirs.settings["plugin, quiet"] == "our-lab 1.0"
    assert "plugin, quiet" not in ours.settings
    cadence = theirs.metrics["cadence_spm"].value
    assert cadence == pytest.approx(ours.metrics["cadence_spm"].value, abs=0.05)
    # 1.96 times 30 ms at each end, of which half is a foot's own: more strides take nothing away from it.
    assert theirs.metrics["contact_ms"].uncertainty == pytest.approx(72.0, abs=1.0)


@pytest.mark.usefixtures("found")
def test_a_detector_in_hand() -> None:
    """Given as an argument it does the same without being taken up, whatever the blocks' sizes."""
    plugins.use(["quiet"])
    quiet = plugins.taken("detector")[0][1]
    plugins.dismiss()
    session = gait.read(RUN)
    analysis = gait.analyze(session, detector=quiet)
    assert analysis.settings["detector"] == "QuietFoot"
    left = session.recordings[0]
    alone = [one.ic_s for one in _pushed(left, quiet, 10_000)]
    assert alone == [one.ic_s for one in _pushed(left, quiet, 50)]
    strides = analysis.strides
    begins = strides["ic_s"][(strides["side"] == "left") & (strides["next_ic_s"] < left.time_s[3500])]
    assert len(begins) > 15
    assert set(begins) <= set(alone)


def _pushed(recording: Recording, make, rows: int) -> list:
    engine = Engine("shoe", "left", has_gyr=True, detector=make("left"))
    assert recording.gyr is not None
    out = []
    for start in range(0, 4000, rows):
        part = slice(start, min(start + rows, 4000))
        out += engine.push(recording.time_s[part], recording.acc[part], recording.gyr[part])
    return out + engine.finish()


@pytest.mark.usefixtures("found")
def test_a_driver(capsys: pytest.CaptureFixture[str]) -> None:
    """A package's name takes all its parts; its family is listed, and asked before ours."""
    assert main(["sensors", "--plugins", "our-lab"]) == 0
    assert capsys.readouterr().out.startswith("Lab pod\n")
    assert plugins.taken_names() == ("quiet", "lab-pod", "lab-file", "count")
    driver = driver_of(Advertisement("LAB-7", ()))
    assert driver is not None
    assert driver.ability.key == "lab-pod"


@pytest.mark.usefixtures("found")
def test_an_importer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of the lab is refused without it, and read with it: alone, and in a session's folder."""
    left = gait.read(RUN).recordings[0]
    assert left.gyr is not None
    table = np.column_stack([1e3 * left.time_s, left.acc / 9.80665, np.degrees(left.gyr)])[:2000]
    rows = [";".join(f"{cell:.6f}" for cell in row) for row in table]
    file = tmp_path / "left_shoe.lab"
    file.write_text("LAB1\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert main(["analyze", str(file)]) == 2
    assert main(["analyze", str(file), "--plugins", "lab-file"]) == 0
    capsys.readouterr()
    for path in (file, tmp_path):
        recording = gait.read(path).recordings[0]
        assert recording.name == "left shoe"
        np.testing.assert_allclose(recording.acc, left.acc[:2000], atol=1e-4)
        np.testing.assert_allclose(recording.gyr, left.gyr[:2000], atol=1e-5)
    assert inputs_of(tmp_path) == [file]


@pytest.mark.usefixtures("found")
def test_a_section(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It stands at the end of page and terminal; one that fails is left out and named there."""
    page = tmp_path / "report.html"
    asked = ["--plugins", "count,late-section"]
    assert main(["report", str(ONE_FOOT), "-o", str(page), "--text", "--no-history", *asked]) == 0
    fault = "section late-section (broken 1.0): plugin broken (KeyError: 'nothing')"
    for text in (page.read_text(encoding="utf-8").replace("&#39;", "'"), capsys.readouterr().out):
        flat = " ".join(text.split())
        assert "running strides." in flat
        assert fault in flat
        assert flat.index("lab's count") > flat.index("Method and sources")


@pytest.mark.usefixtures("found")
def test_broken_ones_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be loaded is named and left out, a failure is blamed, an unknown name refused."""
    assert main(["analyze", str(ONE_FOOT), "--plugins", "raises", "--plugins", "lacks"]) == 0
    said = capsys.readouterr().err
    assert "driver raises (broken 1.0): left out (RuntimeError: no licence)" in said
    assert "importer lacks (broken 1.0): left out (broken.lacks has no csv)" in said
    assert main(["analyze", str(ONE_FOOT), "--plugins", "late"]) == 2
    assert "detector late (broken 1.0): plugin broken (ZeroDivisionError" in capsys.readouterr().err
    plugins.dismiss()
    with pytest.warns(RuntimeWarning, match="left out"):
        gait.use_plugins("raises")
    with pytest.raises(UsageError, match=r"no plugin 'nothing'.*quiet"):
        gait.use_plugins("nothing")
    gait.use_plugins("late")
    with pytest.raises(PluginError, match="detector late"):
        gait.analyze(ONE_FOOT)


@pytest.mark.usefixtures("found")
def test_results_hang_on_the_plugins() -> None:
    """The version that a batch keeps with each result has the parts in it."""
    plugins.use(["quiet"])
    assert plugins.software() == f"{gait.__version__} + detector quiet (our-lab 1.0)"
