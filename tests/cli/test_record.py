"""Recording from the command line: one process, two processes, killed, interrupted, used wrongly."""

import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from gait.analysis.analyze import analyze
from gait.cli.main import main
from gait.recording.journal import JOURNAL_NAME, read_journal
from gait.recording.model import Recording
from gait.recording.read import read
from gait.recording.write import write_recording
from gait.virtual.imu import SensorSettings
from gait.virtual.runner import simulate
from gait.virtual.stride_plan import RunnerSettings

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals")
PLAYED_HZ = 100.0


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A session folder for virtual sensors to play, 12 s, in which every sample differs."""
    folder = tmp_path_factory.mktemp("played")
    time_s = np.arange(0.0, 12.0, 1.0 / PLAYED_HZ)
    for side in ("left", "right"):
        phase = 2.0 * np.pi * 1.4 * time_s + (side == "right") * np.pi
        acc = np.column_stack([10 * np.sin(phase), 5 * np.cos(2 * phase), 9.8 + 20 * np.sin(phase + 1)])
        gyr = np.column_stack([np.sin(phase), 6 * np.cos(phase), np.sin(2 * phase)])
        write_recording(Recording("shoe", side, time_s, acc, gyr), folder / f"{side}_shoe.csv")
    return folder


def gait(*words, **options):
    """Start a gait process with its stderr readable."""
    return subprocess.Popen(
        [sys.executable, "-m", "gait", *map(str, words)], stderr=subprocess.PIPE, text=True, **options
    )


def wait_for(process, pattern):
    """Read stderr up to a line that fits."""
    lines = []
    for line in process.stderr:
        lines.append(line)
        found = re.search(pattern, line)
        if found:
            return found
    raise AssertionError("".join(lines))


def ended(process, seconds=60):
    """Exit code and the rest of stderr."""
    _, rest = process.communicate(timeout=seconds)
    return process.returncode, rest


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A virtual run of 12 s for sensors to play, and its truth."""
    folder = tmp_path_factory.mktemp("run")
    made = simulate(
        RunnerSettings(parts=(("stand", 2.0), ("run", 12.0), ("stand", 1.0))),
        SensorSettings(rate_hz=832.0, acc_range_g=32.0, gyr_range_dps=4000.0),
    )
    for one in made.session.recordings:
        write_recording(one, folder / f"{one.side}_shoe.csv")
    return folder, made.truth


def test_two_processes_lose_nothing(run, tmp_path):
    """Sensors in one process, recorder in another; drops, a stall, 2 % loss: every sample, and the truth.

    Two sensors at 416 Hz. No sample of the sensors' rings is missing, and the analysis of what was recorded
    agrees with the run's truth in cadence, and in contact time with the run as it was never sent.
    """
    played, truth = run
    posix = os.name == "posix"
    serve = f"unix-server:{tmp_path}/air" if posix else "tcp-server:127.0.0.1:19321"
    hci = f"unix:{tmp_path}/air" if posix else "tcp-client:127.0.0.1:19321"
    faults = [word for text in ("drop@3+1", "stall@7+0.5", "drop@10+1.5") for word in ("--fault", text)]
    sensors = gait("virtual-sensor", "--serve", serve, "--play", played, "--loss", "0.02", *faults)
    try:
        wait_for(sensors, "ready")
        out = tmp_path / "out"
        recorder = gait("record", "--hci", hci, "--rate", "416", "--scan", "1", "-o", out, "--duration", "60")
        code, said = ended(recorder)
    finally:
        sensors.kill()
        ended(sensors)
    assert code == 0, said
    assert said.count("nothing missing") == 2
    counts = read_journal(out).named("end")[0]["counts"]
    assert counts["0"]["lost_packets"] + counts["1"]["lost_packets"] > 10
    length_s = read(played).recordings[0].time_s[-1]
    for stream in ("0", "1"):
        assert counts[stream]["given_up"] == 0
        # the second sensor starts a moment after the first, on whose start the run begins
        assert counts[stream]["samples"] == pytest.approx(length_s * 416, abs=0.5 * 416)
    found, never_sent = analyze(read(out)).metrics, analyze(read(played)).metrics
    left = truth[(truth["side"] == "left") & (truth["ic_s"] > 3.0)]
    stride_s = float(np.median(np.diff(left["ic_s"])))
    assert found["cadence_spm"].value == pytest.approx(120.0 / stride_s, rel=0.01)
    assert found["contact_ms"].value == pytest.approx(never_sent["contact_ms"].value, abs=5.0)


@POSIX
def test_ctrl_c_keeps_everything_and_ends_with_130(played, tmp_path):
    """The first Ctrl-C ends the session in good order."""
    out = tmp_path / "out"
    recorder = gait("record", "--virtual", "left", "--play", played, "-o", out)
    wait_for(recorder, "battery")
    time.sleep(2.0)
    recorder.send_signal(signal.SIGINT)
    code, said = ended(recorder)
    assert code == 130, said
    assert "nothing missing" in said
    assert read(out).recordings[0].time_s[-1] > 1.5


@POSIX
def test_killed_with_9_then_recovered(played, tmp_path, capsys):
    """Kill -9 in the middle: gait recover writes a valid CSV with all but the last second."""
    out = tmp_path / "out"
    recorder = gait("record", "--virtual", "left", "--play", played, "-o", out)
    wait_for(recorder, "battery")
    while not (out / JOURNAL_NAME).exists() or (out / JOURNAL_NAME).stat().st_size < 10_000:
        time.sleep(0.02)
    recorder.kill()
    ended(recorder)
    assert not list(out.glob("*.csv"))
    assert main(["record", "--virtual", "left", "--play", str(played), "-o", str(out)]) == 2
    assert "gait recover" in capsys.readouterr().err
    assert main(["recover", str(out)]) == 0
    found = read(out).recordings[0]
    blocks = read_journal(out).blocks
    assert len(found.time_s) == sum(len(one.counts) for one in blocks) > 500
    assert np.all(np.diff(found.time_s) < 1.5 / 208)


def test_a_full_disk_ends_in_one_line_and_loses_nothing(played, tmp_path):
    """The disk takes 12 kB: exit code 2, what to do, and recover brings back what there was."""
    out = tmp_path / "out"
    code = (
        "import os, sys\nfrom gait.cli.main import main\nreal = os.write\nroom = [12000]\n"
        "def write(file, data):\n"
        "    if len(data) < 3 or bytes(data[:2]) != b'\\xa5J':\n        return real(file, data)\n"
        "    room[0] -= len(data)\n"
        "    if room[0] < 0:\n        raise OSError(28, 'No space left on device')\n"
        "    return real(file, data)\n"
        "os.write = write\nsys.exit(main(sys.argv[1:]))\n"
    )
    words = ["record", "--virtual", "left", "--play", str(played), "-o", str(out)]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "No space left on device" in done.stderr.splitlines()[-1]
    assert "gait recover" in done.stderr.splitlines()[-1]
    assert main(["recover", str(out)]) == 0
    assert read(out).recordings[0].time_s[-1] > 2.0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--virtual", "middle"], "left, right or left,right"),
        (["--virtual", "left,left"], "left, right or left,right"),
        (["--virtual", "--left", "A"], "--virtual goes without"),
        (["--fault", "drop@1"], "go with --virtual"),
        (["--rate", "100"], "104, 208 or 416"),
        (["--placement", "hand"], "shoe or shank"),
        (["--virtual", "--fault", "flood@1"], "KIND@SECONDS"),
        (["--hci", "tcp-client:127.0.0.1:1"], "tcp-client:127.0.0.1:1"),
        (["--virtual", "--play", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_wrong_use_is_one_line(words, says, tmp_path, capsys):
    """Exit code 2, one line that says what and what to do, and no folder made."""
    assert main(["record", "-o", str(tmp_path / "out"), *words]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("gait:")]
    assert len(lines) == 1
    assert says in lines[0]
    assert not (tmp_path / "out").exists()


def test_without_bumble_the_extra_is_named(tmp_path, capsys, monkeypatch):
    """No Bumble: the line says how to install it."""
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "bumble" else real(name, *rest)
    )
    assert main(["record", "--virtual", "-o", str(tmp_path / "out")]) == 2
    assert 'pip install "running-gait[virtual]"' in capsys.readouterr().err


def test_nothing_to_recover_is_one_line(tmp_path, capsys):
    """A folder without a journal."""
    assert main(["recover", str(tmp_path)]) == 2
    assert "no session.journal here" in capsys.readouterr().err
