"""The live page in a browser over a replay: how late strides, alerts and beats are, and what it all costs."""

import os
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate
from tests import chromium

from . import live_stack, measure

RUN_S = 600.0
BPM, TARGET_SPM = 176, 190.0
GOAL_MS = 5.0
FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
TAP = """
registerProcessor("tap", class extends AudioWorkletProcessor {
  constructor() { super(); this.quiet = 1e9; }
  process(inputs) {
    const heard = inputs[0][0];
    for (let at = 0; heard && at < heard.length; at++) {
      if (Math.abs(heard[at]) > 0.02) {
        if (this.quiet > 0.06 * sampleRate) this.port.postMessage((currentFrame + at) / sampleRate);
        this.quiet = 0;
      } else this.quiet += 1;
    }
    if (!heard) this.quiet += 128;
    return true;
  }
});
"""
BEFORE = """
window.seen = []; window.spoken = []; window.onsets = [];
speechSynthesis.speak = (one) => window.spoken.push([one.text, Date.now()]);
"""
WATCH = """
async (code) => {
  const strides = window.gaitLive.strides, add = Array.prototype.push;
  strides.push = function (one) {
    // Two frames on, what was drawn for it is on the screen.
    const note = () => window.seen.push([one.side, one.t_s, Date.now()]);
    requestAnimationFrame(() => requestAnimationFrame(note));
    return add.call(this, one);
  };
  const metro = window.gaitLive.metro;
  const script = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  await metro.audio.audioWorklet.addModule(script);
  const tap = new AudioWorkletNode(metro.audio, "tap", { numberOfOutputs: 0 });
  tap.port.onmessage = (told) => window.onsets.push(told.data);
  metro.out.connect(tap);
}
"""


def main(_cache, run_s=RUN_S):
    """Two sensors at 416 Hz for ten minutes of real time."""
    session = simulate(
        RunnerSettings(parts=(("stand", 3.0), ("run", run_s), ("stand", 2.0))), SensorSettings(rate_hz=416.0)
    ).session
    process, pipe = live_stack.start(session, TARGET_SPM)
    port = pipe.recv()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.found(), args=FLAGS)
        # The tap is a script of this benchmark's, which the page's own policy would keep out.
        view = browser.new_context(bypass_csp=True).new_page()
        view.add_init_script(BEFORE)
        view.goto(f"http://127.0.0.1:{port}/")
        view.fill("#bpm", str(BPM))
        view.click("#metro")
        view.click("#speak")
        view.wait_for_timeout(1000)
        view.evaluate(WATCH, TAP)
        browsers = _browser_seconds()
        begun = time.time()
        pipe.send("go")
        while not pipe.poll(0):
            view.wait_for_timeout(2000)
        told = pipe.recv()
        browser_cpu = (_browser_seconds() - browsers) / (time.time() - begun)
        view.wait_for_timeout(2000)
        found = {name: view.evaluate(f"window.{name}") for name in ("seen", "spoken", "onsets")}
        browser.close()
    pipe.send("end")
    process.join()
    measure.table(
        ("two sensors at 416 Hz, replayed, with the page open", ""),
        [*_delays(told, found), *_beats(found["onsets"]), *_pod(told), *_costs(told, browser_cpu)],
    )


def _delays(told, found):
    decided = {(side, ic): at for side, ic, _, _, at, _ in told["decided"]}
    seen = {(side, t): at / 1e3 for side, t, at in found["seen"]}
    both = sorted(set(decided) & set(seen))
    late = {one: 1e3 * (seen[one] - decided[one]) for one in both}
    off = _behind_toe_off(told)
    from_off = [late[one] + 1e3 * off[one] for one in both if one in off]
    alerts = [at for _, _, _, _, at, alert in told["decided"] if alert]
    spoken = [at / 1e3 for _, at in found["spoken"]]
    behind = [1e3 * (there - here) for here, there in zip(alerts, spoken, strict=False)]
    return [
        ("strides decided, and seen on the page", f"{len(decided)}, {len(both)}"),
        (
            "stride on the screen behind its decision, median, 99 %, slowest",
            _three(list(late.values()), "ms"),
        ),
        ("stride on the screen behind the next toe-off, median, 99 %, slowest", _three(from_off, "ms")),
        ("alerts decided, and handed to the speech interface", f"{len(alerts)}, {len(spoken)}"),
        (
            "alert handed on behind the decided stride, slowest",
            f"{max(behind):.0f} ms" if behind else "none",
        ),
    ]


def _behind_toe_off(told):
    """(side, initial contact) -> s of samples from the next toe-off of that foot to the stride's decision.

    A stride's end is settled by that toe-off. The first ones wait for the mounting to be known.
    """
    out = {}
    for side in ("left", "right"):
        rows = [one for one in told["decided"] if one[0] == side]
        for before, after in pairwise(rows[8:]):
            out[before[0], before[1]] = before[3] - after[2]
    return out


def _beats(onsets):
    # The tap may have begun in mid-beat.
    onsets, step = np.array(onsets[1:]), 60.0 / BPM
    places = np.round((onsets - onsets[0]) / step)
    errors = 1e3 * (onsets - onsets[0] - places * step)
    errors -= np.median(errors)
    missing = int(places[-1]) + 1 - len(onsets)
    off = int((np.abs(errors) > GOAL_MS).sum())
    minutes = (onsets[-1] - onsets[0]) / 60.0
    return [
        ("beats in the audio graph, minutes, missing", f"{len(onsets)}, {minutes:.1f}, {missing}"),
        (
            "beat off its place, largest; beats off by more than 5 ms",
            f"{np.max(np.abs(errors)):.2f} ms; {off}",
        ),
    ]


def _pod(told):
    off, late = _behind_toe_off(told), []
    for side in ("left", "right"):
        rows = [one for one in told["decided"] if one[0] == side]
        for before, after in pairwise(rows):
            first = next((at for at, newest, _ in told["sent"] if newest >= after[1] - 1e-3), None)
            if first is not None and before[:2] in off:
                late.append(max(0.0, first - before[4]) + off[before[:2]])
    return [("foot pod: a stride is sent behind the next toe-off, median, 99 %, slowest", _three(late, "s"))]


def _costs(told, browser_cpu):
    return [
        ("processor, share of one core: engine, server and foot pod", f"{100 * told['cpu']:.1f} %"),
        ("processor, share of one core: all of the headless browser beside", f"{100 * browser_cpu:.1f} %"),
        ("load of the machine meanwhile", Path("/proc/loadavg").read_text(encoding="ascii").split()[1]),
    ]


def _three(values, unit):
    values = np.asarray(values)
    if not len(values):
        return "none"
    decimals = 0 if unit == "ms" else 2
    cells = (np.median(values), np.percentile(values, 99), np.max(values))
    return ", ".join(f"{one:.{decimals}f}" for one in cells) + f" {unit}"


def _browser_seconds():
    """Processor seconds of all Chromium processes of this one."""
    ticks, mine = 0, _descendants()
    for pid in mine:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
        except OSError:
            continue
        if "chrom" in name:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / 100.0


def _descendants():
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                text = (entry / "stat").read_text(encoding="utf-8")
            except OSError:
                continue
            parents[int(entry.name)] = int(text.rpartition(")")[2].split()[1])
    found, fresh = set(), {os.getpid()}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found
