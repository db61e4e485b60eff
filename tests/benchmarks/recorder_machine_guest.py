"""Steps of the recorder inside the virtual machine with BlueZ; started by `recorder_machine`.

Each prints a line ``ROW {"step", "found", "sound"}``.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from gait.journal.format import JOURNAL_NAME, read_journal
from gait.recording.read import read_recording
from gait.sensors.session import session_clock_us

OUT = Path("/tmp/sessions")  # noqa: S108 - the machine's own, in memory
LOG = Path("/run/gait.log")
BLUETOOTHD = ("/usr/libexec/bluetooth/bluetoothd", "/usr/lib/bluetooth/bluetoothd")
PATIENCE_S = 600.0
SCAN_S = 20.0
"""Long: everything is ten to twenty times as slow here."""
RATE_HZ = 104
ADAPTER_S, ADAPTER_TRIES = 120.0, 4
"""The kernel gives a controller two seconds for its first answer, which a busy machine may not keep."""


def gait(*words):
    """Start a gait process; its messages go to the log."""
    log = LOG.open("a")
    return subprocess.Popen([sys.executable, "-m", "gait", *map(str, words)], stderr=log, stdout=log)


def until(true, what, process=None, patience_s=PATIENCE_S):
    """Wait for a condition, as long as the process that is to bring it about lives.

    Raises
    ------
    TimeoutError
        It did not come about.
    """
    end_s = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > end_s or (process is not None and process.poll() is not None):
            raise TimeoutError(what)
        time.sleep(0.2)


def said(text, since=0):
    """Whether the log has a text behind a place."""
    return LOG.exists() and text in LOG.read_text(encoding="utf-8", errors="replace")[since:]


def bluetoothctl(*words):
    """Ask BlueZ; empty where it does not answer."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run(
            ["bluetoothctl", *words], capture_output=True, text=True, timeout=60, check=False
        )
        return done.stdout
    return ""


def start_bluetoothd():
    """Start BlueZ."""
    path = next(one for one in BLUETOOTHD if Path(one).exists())
    with Path("/run/bluetoothd.log").open("a") as log:
        return subprocess.Popen([path, "-n"], stdout=log, stderr=log)


def powered():
    """Whether there is an adapter and it is on; switches it on."""
    if "Powered: yes" in bluetoothctl("show"):
        return True
    bluetoothctl("power", "on")
    return False


class Machine:
    """What runs beside the recorder: BlueZ, and the virtual sensors. State: their processes."""

    def __init__(self, played):
        self.played = played
        Path("/run/dbus").mkdir(exist_ok=True)
        subprocess.run(["dbus-daemon", "--system", "--fork", "--nopidfile"], check=True)
        self.bluetoothd = start_bluetoothd()

    def restart_bluetoothd(self):
        """Kill BlueZ and start it again."""
        self.bluetoothd.send_signal(signal.SIGTERM)
        self.bluetoothd.wait()
        time.sleep(2.0)
        self.bluetoothd = start_bluetoothd()

    @contextlib.contextmanager
    def switched_on(self, *faults):
        """Virtual sensors on the kernel's virtual controller."""
        for left in reversed(range(ADAPTER_TRIES)):
            sensors = self._sensors(faults)
            try:
                until(powered, "an adapter that is on", sensors, ADAPTER_S)
                break
            except TimeoutError:
                self._gone(sensors)
                if not left:
                    raise
        try:
            yield
        finally:
            self._gone(sensors)

    def _sensors(self, faults):
        at = LOG.stat().st_size if LOG.exists() else 0
        words = [word for text in faults for word in ("--fault", text)]
        sensors = gait("virtual-sensor", "both", "--serve", "vhci", "--play", self.played, *words)
        until(lambda: said("ready: ", at), "the virtual sensors", sensors)
        return sensors

    def _gone(self, sensors):
        sensors.kill()
        sensors.wait()
        until(lambda: "Controller" not in bluetoothctl("list"), "the adapter to go")


def record(name, duration_s):
    """Start to record both sensors."""
    out = OUT / name
    return out, gait("record", "-o", out, "--rate", RATE_HZ, "--scan", SCAN_S, "--duration", duration_s)


def begun(out):
    """Whether samples of both sensors are in the journal."""
    if not (out / JOURNAL_NAME).exists() or (out / JOURNAL_NAME).stat().st_size < 8000:
        return False
    return len({one.stream for one in read_journal(out).blocks}) == 2


def run(name, duration_s, meddle=None):
    """Record to the end; something may be done in the middle."""
    out, recorder = record(name, duration_s)
    until(lambda: begun(out), f"samples of {name}", recorder)
    if meddle is not None:
        time.sleep(5.0)
        meddle()
    try:
        code = recorder.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        recorder.kill()
        code = "none"
    return out, code


def figures(out):
    """Samples in the journal, holes in their numbers, rows of the CSVs, repeats, links, order of times."""
    journal = read_journal(out)
    batteries = [one["pct"] for stream in (0, 1) for one in journal.named("battery", stream)[:1]]
    came = missing = repeats = links = rows = 0
    steps = []
    for stream in sorted({one.stream for one in journal.blocks}):
        mine = [one for one in journal.blocks if one.stream == stream]
        for epoch in {one.epoch for one in mine}:
            numbers = np.concatenate(
                [one.index + np.arange(len(one.counts)) for one in mine if one.epoch == epoch]
            )
            came += len(numbers)
            missing += int(numbers.max() - numbers.min() + 1 - len(np.unique(numbers)))
            repeats += len(numbers) - len(np.unique(numbers))
        links += [one["kind"] for one in journal.named("event", stream)].count("connected")
    for path in sorted(out.glob("*.csv")):
        found = read_recording(path)
        rows += len(found.time_s)
        steps.append(float(np.max(np.diff(found.time_s))))
    ends = journal.named("end")
    dropped = sum(one["duplicates"] for one in ends[0]["counts"].values()) if ends else 0
    return {
        "came": came,
        "missing": missing,
        "repeats": repeats,
        "rows": rows,
        "links": links,
        "batteries": batteries,
        "dropped": dropped,
        "step_ms": 1e3 * max(steps, default=0.0),
    }


def told(found):
    """Figures in words."""
    return (
        f"{found['came']} samples of both sensors, {found['missing']} missing, {found['repeats']} twice "
        f"({found['dropped']} repeats dropped), {found['rows']} in the CSVs, {found['links']} links, "
        f"longest step of time {found['step_ms']:.1f} ms, batteries {found['batteries']}"
    )


def is_sound(found, code):
    """Whether nothing is missing, twice, or in one of journal and CSV only."""
    return code == 0 and found["came"] == found["rows"] > 0 and not found["missing"] and not found["repeats"]


def scan(machine):
    """Find both sensors, and read their batteries."""
    with machine.switched_on():
        done = subprocess.run(
            [sys.executable, "-m", "gait", "scan", "--for", str(SCAN_S)],
            capture_output=True,
            text=True,
            check=False,
        )
    lines = done.stdout.splitlines()
    sound = len(lines) == 2 and all("open profile" in one and "bat  ?" not in one for one in lines)
    return f"{len(lines)} found: {'; '.join(lines) or done.stderr.strip()}", sound


def plain(machine):
    """Record without a fault."""
    with machine.switched_on():
        out, code = run("plain", 40)
    found = figures(out)
    return told(found), is_sound(found, code)


def drops(machine):
    """Lose a link three times."""
    with machine.switched_on("drop@5+3", "drop@15+6", "drop@30+2"):
        out, code = run("drops", 50)
    found = figures(out)
    return told(found), is_sound(found, code) and found["links"] > 4


def adapter_off(machine):
    """Switch the adapter off for 5 s in mid-run."""

    def meddle():
        bluetoothctl("power", "off")
        time.sleep(5.0)
        until(powered, "the adapter to come back")

    with machine.switched_on():
        out, code = run("adapter", 60, meddle)
    found = figures(out)
    return told(found), is_sound(found, code) and found["links"] > 2


def daemon_restarted(machine):
    """Stop bluetoothd in mid-run, and start it again."""

    def meddle():
        machine.restart_bluetoothd()
        until(powered, "the adapter to come back")

    with machine.switched_on():
        out, code = run("daemon", 60, meddle)
    found = figures(out)
    return told(found), is_sound(found, code) and found["links"] > 2


def killed(machine):
    """Kill -9 the recorder, recover, and record again while BlueZ still holds the links."""
    with machine.switched_on():
        out, recorder = record("killed", 300)
        until(lambda: begun(out), "samples", recorder)
        time.sleep(7.3)
        killed_us = session_clock_us()
        os.kill(recorder.pid, signal.SIGKILL)
        recorder.wait()
        held = bluetoothctl("devices", "Connected").count("Device ")
        recovered = gait("recover", out).wait(PATIENCE_S)
        again, code = run("again", 20)
    found = figures(out)
    origin_us = read_journal(out).named("session")[0]["origin_us"]
    lost_s = [
        (killed_us - origin_us) / 1e6 - float(read_recording(path).time_s[-1])
        for path in sorted(out.glob("*.csv"))
    ]
    after = figures(again)
    text = (
        f"lost {max(lost_s):.2f} s at most of two sensors, {found['missing']} missing before; BlueZ held "
        f"{held} links; recorded again: {told(after)}"
    )
    sound = recovered == 0 and max(lost_s) < 1.0 and not found["missing"] and is_sound(after, code)
    return text, sound


STEPS = {
    "scan": scan,
    "record": plain,
    "drops": drops,
    "adapter": adapter_off,
    "bluetoothd": daemon_restarted,
    "kill": killed,
}


def main():
    """Run the steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--played", type=Path, required=True)
    parser.add_argument("steps", nargs="*")
    given = parser.parse_args()
    os.environ.update(PATH="/usr/sbin:/usr/bin:/sbin:/bin", HOME="/root", PYTHONDONTWRITEBYTECODE="1")
    print(f"up after {Path('/proc/uptime').read_text(encoding='ascii').split()[0]} s", flush=True)
    machine = Machine(given.played)
    for name in given.steps or STEPS:
        began_s = time.monotonic()
        try:
            found, sound = STEPS[name](machine)
        except Exception as error:  # noqa: BLE001 - a step that fails is a row, and the others follow
            found, sound = f"{type(error).__name__}: {error}", False
        row = {"step": f"{STEPS[name].__doc__.rstrip('.')}", "found": found, "sound": sound}
        print(f"ROW {json.dumps(row)}", flush=True)
        print(f"{name}: {time.monotonic() - began_s:.0f} s", flush=True)
        if not sound:
            print(LOG.read_text(encoding="utf-8", errors="replace")[-3000:], flush=True)


if __name__ == "__main__":
    main()
