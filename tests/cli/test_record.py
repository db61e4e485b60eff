"""Recording from the command line: one process, two processes, killed, interrupted, used wrongly."""

import errno
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from gait.analysis.analyze import analyze
from gait.cli.live_strides import LiveStrides
from gait.cli.main import main
from gait.journal.format import JOURNAL_NAME, read_journal
from gait.recording.model import Recording
from gait.recording.read import read
from gait.recording.write import write_recording
from gait.sensors.beside import Beside
from gait.sensors.drivers import DRIVERS
from gait.sensors.session import session_clock_us
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import RunnerSettings
from tests.forked import start
from tests.properties import only_long

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals")
PLAYED_HZ = 100.0
PATIENCE_S = 240.0
"""Longest that anything is waited for, s: it bounds a hang, however busy the machine is."""
QUIET_S = 2.0
"""A journal that has not grown for so long belongs to a link that stands still, s."""
TWO_SECONDS = 12_000
"""Bytes of journal in which one sensor's first two seconds are, at 416 Hz."""


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


def gait(*words):
    """Start a gait process with its stderr readable."""
    return start(words)


def gait_anew(*words):
    """Start it as users do, from nothing."""
    return subprocess.Popen(
        [sys.executable, "-m", "gait", *map(str, words)], stderr=subprocess.PIPE, text=True
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


def ended(process):
    """Exit code and the rest of stderr."""
    _, rest = process.communicate(timeout=PATIENCE_S)
    return process.returncode, rest


def until(true, process=None):
    """Wait for a condition, as long as the process that is to bring it about lives."""
    limit = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < limit
        assert process is None or process.poll() is None, ended(process)
        time.sleep(0.01)


def size_of(out):
    """Bytes in a session's journal; 0 while there is none."""
    path = out / JOURNAL_NAME
    return path.stat().st_size if path.exists() else 0


def kill_as_it_writes(recorder, out):
    """Kill -9 right after something was written, so that the recorder was awake; its clock then, us."""
    before = size_of(out)
    until(lambda: size_of(out) > before, recorder)
    killed_us = session_clock_us()
    recorder.kill()
    ended(recorder)
    return killed_us


def lost_s(journal, found, killed_us):
    """Seconds between the last sample kept and the kill, and what may be lost.

    A second may; where the machine kept the recorder waiting for longer, sensor and recorder stood still
    together, as they share a process, and the bound is three times as long as that.
    """
    last_us = journal.named("session")[0]["origin_us"] + 1e6 * found.time_s[-1]
    arrivals = np.array([one.arrival_us for one in journal.blocks if one.arrival_us >= 0])
    stood_still_s = np.max(np.diff(arrivals), initial=0.0) / 1e6
    return (killed_us - last_us) / 1e6, max(1.0, 3.0 * stood_still_s)


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

    Two sensors at 416 Hz. No sample of the sensors' rings is missing. ``gait report`` of what was recorded
    says the run's true cadence within 1 %, its true contact time within 15 ms (what the analysis is off on a
    run of 12 s), and within 5 ms what it says of the run as it was never sent.
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
        words = ("record", "--hci", hci, "--rate", "416", "--scan", "1", "-o", out, "--duration", "60")
        recorder = gait_anew(*words)
        code, said = ended(recorder)
    finally:
        sensors.kill()
        ended(sensors)
    assert code == 0, said
    assert said.count("nothing missing") == 2
    counts = read_journal(out).named("end")[0]["counts"]
    assert counts["0"]["lost_packets"] + counts["1"]["lost_packets"] > 10
    length_s = read(played).recordings[0].time_s[-1]
    samples = [counts[stream]["samples"] for stream in ("0", "1")]
    assert [counts[stream]["given_up"] for stream in ("0", "1")] == [0, 0]
    # The run begins with the start of one sensor; the other starts when the machine gets to it.
    assert max(samples) == pytest.approx(length_s * 416, abs=0.5 * 416)
    assert min(samples) > (length_s - 4.0) * 416
    never_sent = analyze(read(played)).metrics
    figures = tmp_path / "run.json"
    assert main(["report", str(out), "-o", str(tmp_path / "run.html"), "--json", str(figures)]) == 0
    assert (tmp_path / "run.html").stat().st_size > 10_000
    found = json.loads(figures.read_text(encoding="utf-8"))["metrics"]
    steady = truth[truth["ic_s"] > 3.0]
    stride_s = float(np.median(np.diff(steady[steady["side"] == "left"]["ic_s"])))
    contact_ms = 1e3 * float(np.median(steady["tc_s"] - steady["ic_s"]))
    assert found["cadence_spm"]["value"] == pytest.approx(120.0 / stride_s, rel=0.01)
    assert found["contact_ms"]["value"] == pytest.approx(contact_ms, abs=15.0)
    assert found["contact_ms"]["value"] == pytest.approx(never_sent["contact_ms"].value, abs=5.0)


def started(played, out, *more, enough=TWO_SECONDS):
    """A recorder of one virtual sensor that has written so many bytes of journal."""
    recorder = gait("record", "--virtual", "left", "--play", played, "--rate", "416", "-o", out, *more)
    wait_for(recorder, "battery")
    until(lambda: size_of(out) >= enough, recorder)
    return recorder


@POSIX
def test_a_shutdown_keeps_everything_and_ends_with_130(played, tmp_path):
    """A system that shuts down ends the session in good order, as the first Ctrl-C does (below)."""
    out = tmp_path / "out"
    recorder = started(played, out)
    recorder.send_signal(signal.SIGTERM)
    code, said = ended(recorder)
    assert code == 130, said
    assert "nothing missing" in said
    assert read(out).recordings[0].time_s[-1] > 1.5


@POSIX
def test_a_second_ctrl_c_ends_at_once_and_recover_has_the_rest(played, tmp_path, capsys):
    """The link stalls while the last samples are fetched: the second Ctrl-C does not wait for it."""
    out = tmp_path / "out"
    recorder = started(played, out, "--fault", "stall@1+600", enough=TWO_SECONDS // 4)
    quiet_since = [time.monotonic(), size_of(out)]

    def stalled():
        now, size = time.monotonic(), size_of(out)
        if size != quiet_since[1]:
            quiet_since[:] = now, size
        return now - quiet_since[0] > QUIET_S

    until(stalled, recorder)
    recorder.send_signal(signal.SIGINT)
    wait_for(recorder, "Ctrl-C again")
    recorder.send_signal(signal.SIGINT)
    code, said = ended(recorder)
    assert code == 130, said
    assert f"gait recover {out}" in said
    assert not list(out.glob("*.csv"))
    assert main(["recover", str(out)]) == 0
    assert "nothing missing" in capsys.readouterr().err


@pytest.fixture(scope="module")
def idle_air(played, tmp_path_factory):
    """Where a process with one virtual sensor listens, for tests that do not start it."""
    air = tmp_path_factory.mktemp("idle") / "air"
    sensors = gait("virtual-sensor", "left", "--serve", f"unix-server:{air}", "--play", played)
    try:
        wait_for(sensors, "ready")
        yield air
    finally:
        sensors.kill()
        ended(sensors)


@POSIX
def test_ctrl_c_while_scanning_leaves_nothing(idle_air, tmp_path):
    """A minute of looking is cut short: exit code 130, a line that says so, and no folder."""
    out = tmp_path / "out"
    recorder = gait("record", "--hci", f"unix:{idle_air}", "--scan", "60", "-o", out)
    wait_for(recorder, "looking")
    recorder.send_signal(signal.SIGINT)
    code, said = ended(recorder)
    assert code == 130, said
    assert "nothing was recorded" in said
    assert not out.exists()


@POSIX
def test_killed_with_9_then_recovered(played, tmp_path, capsys):
    """Kill -9 at a random moment: gait recover writes a valid CSV; less than the last second is missing."""
    out = tmp_path / "out"
    recorder = started(played, out)
    time.sleep(random.Random(19).uniform(0.0, 2.5))
    killed_us = kill_as_it_writes(recorder, out)
    assert not list(out.glob("*.csv"))
    assert main(["record", "--virtual", "left", "--play", str(played), "-o", str(out)]) == 2
    assert "gait recover" in capsys.readouterr().err
    assert main(["recover", str(out)]) == 0
    found = read(out).recordings[0]
    journal = read_journal(out)
    assert len(found.time_s) == sum(len(one.counts) for one in journal.blocks) > 500
    assert np.all(np.diff(found.time_s) < 1.5 / 416)
    lost, most = lost_s(journal, found, killed_us)
    assert 0.0 < lost < most
    before = (out / "left_shoe.csv").read_bytes()
    assert main(["recover", str(out)]) == 0
    assert "it was there already" in capsys.readouterr().err
    assert (out / "left_shoe.csv").read_bytes() == before


LIMITED = """
import resource, sys
from gait.cli.live_strides import LiveStrides
from gait.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.exit(main(sys.argv[1:]))
"""
FAKED = """
import os, sys
from gait.cli.live_strides import LiveStrides
from gait.cli.main import main
real, room = os.write, [20_000]
def write(file, data):
    if len(data) < 3 or bytes(data[:2]) != b"\\xa5J":
        return real(file, data)
    room[0] -= len(data)
    if room[0] < 0:
        raise OSError(28, "No space left on device")
    return real(file, data)
os.write = write
sys.exit(main(sys.argv[1:]))
"""


def test_a_full_disk_ends_in_one_line_and_loses_nothing(played, tmp_path):
    """The disk takes 20 kB: told at once with what to do, exit code 2; recover brings back what there was."""
    out = tmp_path / "out"
    words = ["record", "--virtual", "left", "--play", str(played), "--rate", "416", "-o", str(out)]
    code = LIMITED if os.name == "posix" else FAKED
    exit_code, said = ended(start(words, code=code))
    ended_us = session_clock_us()
    assert exit_code == 2, said
    line = said.splitlines()[-1]
    assert "File too large" in line or "No space left on device" in line
    assert "make room, then run: gait recover" in line
    blocks = read_journal(out).blocks
    assert main(["recover", str(out)]) == 0
    found = read(out).recordings[0]
    assert len(found.time_s) == sum(len(one.counts) for one in blocks) > 2 * 416
    assert np.all(np.diff(found.time_s) < 1.5 / 416)
    if os.name == "posix":
        assert (ended_us - blocks[-1].arrival_us) / 1e6 < PATIENCE_S / 4


@POSIX
def test_two_recorders_in_one_folder(played, tmp_path, capsys):
    """The second is refused in one line while the first records, and so is gait recover.

    The first Ctrl-C then ends the session in good order.
    """
    out = tmp_path / "out"
    recorder = started(played, out)
    for words in (
        ["record", "--virtual", "left", "--play", str(played), "-o", str(out)],
        ["recover", str(out)],
    ):
        assert main(words) == 2
        lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("gait:")]
        assert len(lines) == 1
        assert "another gait record is writing here; choose another folder" in lines[0]
    recorder.send_signal(signal.SIGINT)
    code, said = ended(recorder)
    assert code == 130, said
    assert "nothing missing" in said
    assert read(out).recordings[0].time_s[-1] > 1.5


@pytest.mark.parametrize("how", ["asked", "tried"])
def test_a_folder_that_cannot_be_written_is_one_line(played, tmp_path, capsys, monkeypatch, how):
    """A read-only folder: told before any sensor is looked for, or where only the attempt tells."""
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    if how == "asked" and (os.name != "posix" or not os.geteuid()):
        # who may write everywhere, and Windows, do not meet the real thing
        real_access = os.access
        monkeypatch.setattr(
            os,
            "access",
            lambda path, mode: (path != locked or not mode & os.W_OK) and real_access(path, mode),
        )
    elif how == "tried":
        real = os.open

        def refuse(path, *rest, **more):
            if str(path).startswith(str(locked)):
                raise OSError(errno.EROFS, "Read-only file system")
            return real(path, *rest, **more)

        monkeypatch.setattr(os, "access", lambda *_: True)
        monkeypatch.setattr(os, "open", refuse)
    words = ["record", "--virtual", "left", "--play", str(played), "-o", str(locked)]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert ("looking for sensors" in said) == (how == "tried")
    lines = [line for line in said.splitlines() if line.startswith("gait:")]
    assert len(lines) == 1
    assert "cannot be written" in lines[0]
    locked.chmod(0o700)
    assert list(locked.iterdir()) == []


def test_a_wall_clock_that_jumps_back_changes_nothing(played, tmp_path, capsys, monkeypatch):
    """Every reading of the wall clock is an hour before the last one: times increase, nothing is missing."""
    now = [time.time()]

    def earlier():
        now[0] -= 3600.0
        return now[0]

    monkeypatch.setattr(time, "time", earlier)
    monkeypatch.setattr(time, "time_ns", lambda: int(earlier() * 1e9))
    out = tmp_path / "out"
    words = ["record", "--virtual", "left", "--play", str(played), "-o", str(out), "--duration", "2"]
    assert main(words) == 0
    assert "nothing missing" in capsys.readouterr().err
    found = read(out).recordings[0].time_s
    assert np.all(np.diff(found) > 0.0)
    assert 1.3 < found[-1] < 60.0


@POSIX
def test_scan_lists_and_a_wrong_sensor_is_refused(idle_air, tmp_path, capsys):
    """``gait scan`` names the sensors; one asked for as the other side is refused in a line that says so."""
    assert main(["scan", "--for", "0.5", "--hci", f"unix:{idle_air}"]) == 0
    line = capsys.readouterr().out
    assert "bat 87 %" in line
    assert "open profile; for running: yes" in line
    listed = line.split()
    assert listed[0].startswith("C6:A1:7E")
    words = ["record", "--hci", f"unix:{idle_air}", "--scan", "0.5", "-o", str(tmp_path / "out")]
    assert main([*words, "--right", listed[0]]) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert "says it is the left one, and was asked for as the right one; give it as --left" in line
    assert main([*words, "--left", "C6:00:00:00:00:99"]) == 2
    assert "no sensor C6:00:00:00:00:99; seen: Gait-01L" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--virtual", "middle"], "left, right or left,right"),
        (["--virtual", "left,left"], "left, right or left,right"),
        (["--virtual", "both,left"], "left, right or left,right"),
        (["--virtual", "--adapter", "hci1"], "--virtual goes without"),
        (["--hci", "tcp-client:127.0.0.1:1", "--adapter", "hci1"], "--adapter goes without --hci"),
        (["--virtual", "--left", "A"], "--virtual goes without"),
        (["--as-asked"], "--as-asked goes with --left or --right"),
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


def test_both_virtual_sensors_can_be_named(played, tmp_path, capsys):
    """The word that the help offers."""
    out = tmp_path / "out"
    words = ["record", "--virtual", "both", "--play", str(played), "-o", str(out), "--duration", "1"]
    assert main(words) == 0
    assert sorted(one.name for one in out.glob("*.csv")) == ["left_shoe.csv", "right_shoe.csv"]
    assert capsys.readouterr().err.count("nothing missing") == 2


LOADED_LATE = """
import sys
from gait.cli.live_strides import LiveStrides
from gait.cli.main import main
from gait.virtual.radio.firmware import VirtualSensor
real, before = VirtualSensor._start, set()
def start(self, *rest):
    before.update(sys.modules)
    return real(self, *rest)
VirtualSensor._start = start
code = main(sys.argv[1:])
print("late:", *sorted(set(sys.modules) - before))
sys.exit(code)
"""


def test_nothing_heavy_is_imported_once_a_sensor_runs(played, tmp_path):
    """An import of seconds in the loop breaks links: the analysis is loaded before START."""
    words = ["record", "--virtual", "left", "--play", str(played), "-o", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", LOADED_LATE, *words, "--duration", "2"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    late = done.stdout.split("late:")[1].split()
    heavy = ("gait.", "numpy", "scipy", "pandas", "bleak", "bumble", "matplotlib")
    assert [one for one in late if one.startswith(heavy)] == []


def test_the_live_analysis_works_beside_the_event_loop(monkeypatch):
    """Samples are only queued by the loop; strides are found in a thread, and its failure is told once."""
    run = simulate(
        RunnerSettings(parts=(("stand", 1.0), ("run", 12.0))), SensorSettings(rate_hz=208.0), sides=("left",)
    ).session.recordings[0]
    live = LiveStrides()
    beside = Beside(live.hear)
    for at in range(0, len(run.time_s), 19):
        part = slice(at, at + 19)
        beside.hear("left", "shoe", run.time_s[part], run.acc[part], run.gyr[part])
    assert beside.finish()
    assert 120.0 < live.cadence_spm()["left"] < 220.0
    broken = Beside(LiveStrides().hear)
    monkeypatch.setattr("gait.cli.live_strides.Engine", lambda *_, **__: 1 / 0)
    broken.hear("left", "shoe", run.time_s[:2], run.acc[:2], run.gyr[:2])
    until(lambda: broken.failed)
    with pytest.raises(ZeroDivisionError):
        broken.hear("left", "shoe", run.time_s[:2], run.acc[:2], run.gyr[:2])
    broken.drop()
    assert not broken.finish()


@POSIX
@pytest.mark.parametrize("how", ["mute", "closing"])
def test_a_transport_without_a_controller_is_one_line(tmp_path, capsys, monkeypatch, how):
    """Something listens and says nothing, or hangs up: no hang, no traceback, exit code 2."""
    monkeypatch.setattr("gait.virtual.radio.adapter.POWER_ON_S", 0.5)
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "air"))
    server.listen()

    def serve():
        connection, _ = server.accept()
        if how == "mute":
            over.wait(PATIENCE_S)
        connection.close()

    over = threading.Event()
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        words = ["record", "--hci", f"unix:{tmp_path}/air", "-o", str(tmp_path / "out")]
        assert main(words) == 2
    finally:
        over.set()
        thread.join()
        server.close()
    said = capsys.readouterr().err
    assert "no Bluetooth controller answers" in said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()


IMPATIENT = """
import sys
from functools import partial
from gait.cli.main import main
from gait.sensors import session
from gait.sensors.link import connection
from gait.sensors.link.patience import Timing
connection.CONNECT_S = 2.0
session.RecordSettings = partial(session.RecordSettings, timing=Timing(last_try_s=2.0))
sys.exit(main(sys.argv[1:]))
"""


@POSIX
def test_a_controller_that_goes_in_mid_run_keeps_what_came(played, tmp_path):
    """The other side of ``--hci`` is killed: the session ends in order, no traceback, everything is kept.

    A connect that nobody answers is given up after 2 s (not 20), and so is the last try (not after 10).
    """
    out, air = tmp_path / "out", tmp_path / "air"
    sensors = gait("virtual-sensor", "left", "--serve", f"unix-server:{air}", "--play", played)
    try:
        wait_for(sensors, "ready")
        words = ("record", "--hci", f"unix:{air}", "--scan", "1", "--duration", "6", "-o", out)
        recorder = start(words, code=IMPATIENT)
        wait_for(recorder, "battery")
        until(lambda: size_of(out) >= TWO_SECONDS, recorder)
        sensors.kill()
        code, said = ended(recorder)
    finally:
        sensors.kill()
        ended(sensors)
    assert "Traceback" not in said, said
    assert code == 0, said
    assert read(out).recordings[0].time_s[-1] > 1.0


@POSIX
@only_long
def test_killed_with_9_at_random_moments_loses_less_than_a_second(tmp_path, played):
    """A kill between the first samples and 2.5 s later: never more than the last second is lost.

    Four times; the benchmark does it twenty, and the suite once (above).
    """
    moments = random.Random(19)
    for number in range(4):
        out = tmp_path / f"out{number}"
        recorder = started(played, out, enough=TWO_SECONDS // 4)
        time.sleep(moments.uniform(0.0, 2.5))
        killed_us = kill_as_it_writes(recorder, out)
        assert main(["recover", str(out)]) == 0
        lost, most = lost_s(read_journal(out), read(out).recordings[0], killed_us)
        assert 0.0 < lost < most


@POSIX
def test_a_run_kept_on_the_sensor_is_fetched(played, tmp_path, capsys):
    """The recorder was killed, its folder lost; the sensor ran on: gait fetch-log reads what it kept."""
    air, lost, out = tmp_path / "air", tmp_path / "lost", tmp_path / "out"
    sensors = gait("virtual-sensor", "left", "--serve", f"unix-server:{air}", "--play", played)
    try:
        wait_for(sensors, "ready")
        recorder = gait("record", "--hci", f"unix:{air}", "--scan", "0.5", "-o", lost)
        wait_for(recorder, "battery")
        until(lambda: size_of(lost) >= TWO_SECONDS * 5 // 4, recorder)
        recorder.kill()
        ended(recorder)
        words = ["--scan", "1", "--hci", f"unix:{air}", "-o", str(out)]
        assert main(["fetch-log", "Gait-01L", *words]) == 0
        assert "left_shoe.csv" in capsys.readouterr().err
        assert main(["fetch-log", "Nobody", *words[:-1], str(tmp_path / "other")]) == 2
        assert "no sensor Nobody" in capsys.readouterr().err
    finally:
        sensors.kill()
        ended(sensors)
    # How much that is hangs on how busy the machine was; samples come at the sensor's pace, or in a gap.
    kept = read(out).recordings[0].time_s
    assert len(kept) > 20
    assert np.median(np.diff(kept)) == pytest.approx(1.0 / 200.0, rel=0.2)
    assert main(["fetch-log", "x", "-o", str(tmp_path / "y"), "--side", "up"]) == 2
    assert "choose left or right" in capsys.readouterr().err


def test_sensors_are_listed_with_their_limits(capsys):
    """Every family with its facts; what no bytes have proven says so, and what does not fit too."""
    assert main(["sensors"]) == 0
    said = capsys.readouterr().out
    for driver in DRIVERS:
        assert driver.ability.name in said
        assert driver.ability.switch_on in said
    by_name = {text.splitlines()[0]: text for text in said.split("\n\n")}
    assert "unproven" in by_name["Xsens / Movella DOT"]
    assert "no: it sits on the chest" in by_name["Polar chest strap (H10, H9, H7)"]
    assert "the accelerometer ends at 2 g" in by_name["Nordic Thingy:52"]
    assert "times of arrival only" in by_name["WitMotion (WT901BLE, BWT901BLE, WT9011)"]
    assert "gait fetch-log reads it" in by_name["open profile"]


def test_nothing_to_recover_is_one_line(tmp_path, capsys):
    """A folder without a journal."""
    assert main(["recover", str(tmp_path)]) == 2
    assert "no session.journal here" in capsys.readouterr().err
