"""Streams of the Lab Streaming Layer, read back by an inlet on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gait.analysis.engine import Stride
from gait.cli.main import main
from gait.live.feed import Feed
from gait.live.hub import Hub
from gait.recording.model import Recording
from gait.units import DEG
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import RunnerSettings

pytest.importorskip("pylsl")
import pylsl

from gait.live.lsl import LslOutlets, offset_of

WAIT_S = 120.0
"""Longest that anything is waited for, s."""
ORIGIN_S = 5000.25
CHUNK = 21
CONFIG = "[multicast]\nResolveScope = machine\n[lab]\nKnownPeers = {127.0.0.1}\n[log]\nlevel = -3\n"


@pytest.fixture(scope="module", autouse=True)
def _this_machine_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is looked for, or found, beyond this machine; liblsl reads this at its first use."""
    path = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    path.write_text(CONFIG, encoding="utf-8")
    os.environ["LSLAPICFG"] = str(path)


@pytest.fixture(scope="module")
def run() -> Recording:
    """Ten seconds of a shoe."""
    return simulate(RunnerSettings(parts=(("stand", 3.0), ("run", 7.0)))).session.recordings[0]


class Strides:
    """Listens to the strides that the feed hands on."""

    def __init__(self) -> None:
        self.found: list[Stride] = []

    def samples(self, *_: Any) -> None:
        """Take samples."""

    def heard(self, time_s: float) -> None:
        """Take a time."""

    def stride(self, stride: Stride) -> None:
        """Take a stride."""
        self.found.append(stride)


@pytest.fixture
def outlets() -> Iterator[LslOutlets]:
    """Outlets of a session of a name of its own."""
    made = LslOutlets(os.urandom(4).hex())
    yield made
    made.close()


def inlet_of(name: str) -> Any:
    """An inlet that is connected to the stream of a source id."""
    found = pylsl.resolve_byprop("source_id", name, timeout=WAIT_S)
    assert len(found) == 1
    inlet = pylsl.StreamInlet(found[0])
    inlet.open_stream(timeout=WAIT_S)
    return inlet


def pulled(inlet: Any, count: int) -> tuple[Any, Any]:
    """So many rows and their stamps."""
    rows, stamps = [], []
    while len(rows) < count:
        got, times = inlet.pull_chunk(timeout=WAIT_S, max_samples=count - len(rows))
        assert times, "nothing came any more"
        rows += list(got)
        stamps += list(times)
    return np.array(rows), np.array(stamps)


def channels_of(inlet: Any) -> list[tuple[str, str, str]]:
    """Label, type and unit of each channel, from the stream's XML."""
    channel = inlet.info(timeout=WAIT_S).desc().child("channels").child("channel")
    out = []
    while not channel.empty():
        out.append(tuple(channel.child_value(one) for one in ("label", "type", "unit")))
        channel = channel.next_sibling("channel")
    return out


def test_samples_and_strides_come_at_their_times(run: Recording, outlets: LslOutlets) -> None:
    """All samples and strides behind the connection: values exactly, times within 1 us, names and units."""
    assert run.gyr is not None
    strides = Strides()
    feed = Feed(Hub(), [outlets, strides])
    feed.expect(run)
    outlets.begin(ORIGIN_S)
    edges = [*range(0, len(run.time_s), CHUNK), len(run.time_s)]
    feed.hear(run.side, run.placement, run.time_s[:CHUNK], run.acc[:CHUNK], run.gyr[:CHUNK])
    source = f"gait-{outlets.name}-{run.side}-shoe"
    samples, decided = inlet_of(f"{source}-samples"), inlet_of(f"{source}-strides")
    for outlet in (*outlets._samples.values(), *outlets._strides.values()):
        assert outlet.wait_for_consumers(WAIT_S)
    for low, high in list(pairwise(edges))[1:]:
        feed.hear(run.side, run.placement, run.time_s[low:high], run.acc[low:high], run.gyr[low:high])
    feed.finish()
    rows, stamps = pulled(samples, len(run.time_s) - CHUNK)
    assert np.max(np.abs(stamps - ORIGIN_S - run.time_s[CHUNK:])) < 1e-6
    assert np.max(np.abs(rows[:, :3] - run.acc[CHUNK:])) < 1e-9
    assert np.max(np.abs(rows[:, 3:] - run.gyr[CHUNK:] / DEG)) < 1e-9
    assert len(strides.found) > 5
    rows, stamps = pulled(decided, len(strides.found))
    assert stamps - ORIGIN_S == pytest.approx([one.ic_s for one in strides.found], abs=1e-6)
    assert rows[:, 0] == pytest.approx([one.contact_ms for one in strides.found])
    assert rows[:, 3] == pytest.approx([one.cadence_spm for one in strides.found], nan_ok=True)
    assert rows[:, 7].tolist() == [float(one.activity == "running") for one in strides.found]
    info = samples.info(timeout=WAIT_S)
    assert (info.name(), info.type(), info.nominal_srate()) == ("Gait left shoe samples", "MoCap", 208.0)
    assert info.desc().child("setup").child_value("placement") == "shoe"
    assert channels_of(samples) == [
        ("acc_x", "AccelerationX", "m/s^2"), ("acc_y", "AccelerationY", "m/s^2"),
        ("acc_z", "AccelerationZ", "m/s^2"), ("gyr_x", "AngularVelocityX", "deg/s"),
        ("gyr_y", "AngularVelocityY", "deg/s"), ("gyr_z", "AngularVelocityZ", "deg/s"),
    ]  # fmt: skip
    assert channels_of(decided)[0] == ("contact_ms", "Duration", "ms")
    assert decided.info(timeout=WAIT_S).nominal_srate() == pylsl.IRREGULAR_RATE


def test_nothing_is_sent_before_the_clock_is_known(run: Recording, outlets: LslOutlets) -> None:
    """Without a start no stream is offered; an accelerometer alone has three channels."""
    outlets.samples("left", "shoe", run.time_s[:9], run.acc[:9], None)
    assert not outlets._samples
    outlets.begin(ORIGIN_S)
    outlets.samples("left", "shoe", run.time_s[:9], run.acc[:9], None)
    inlet = inlet_of(f"gait-{outlets.name}-left-shoe-samples")
    assert [label for label, _, _ in channels_of(inlet)] == ["acc_x", "acc_y", "acc_z"]


def test_two_clocks_are_brought_together() -> None:
    """Readings that are held up do not count: the offset is right to the shortest pair's half."""
    now, reads = [100.0], [0]

    def lsl_clock() -> float:
        reads[0] += 1
        # Held up between the readings of all pairs but the seventh.
        now[0] += 1e-6 if reads[0] in (13, 14) else 0.5
        return now[0]

    def session_us() -> int:
        return round((now[0] - 42.0) * 1e6)

    assert offset_of(session_us, lsl_clock) == pytest.approx(42.0, abs=1e-5)


def test_a_replay_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``gait live --replay --lsl`` opens two outlets a sensor, stamped from LSL's clock of now."""
    made: list[tuple[str, float]] = []
    real = pylsl.StreamOutlet

    def outlet(info: Any) -> Any:
        made.append((info.name(), info.nominal_srate()))
        return real(info)

    begun: list[float] = []
    monkeypatch.setattr(pylsl, "StreamOutlet", outlet)
    begin = LslOutlets.begin
    monkeypatch.setattr(LslOutlets, "begin", lambda one, at: (begun.append(at), begin(one, at)))
    assert main(["simulate", "-o", str(tmp_path / "run"), "--minutes", "0.1"]) == 0
    words = ["live", "--no-open", "--replay", str(tmp_path / "run"), "--speed", "max", "--lsl"]
    assert main(words) == 0
    assert {name for name, _ in made} == {
        f"Gait {side} shoe {what}" for side in ("left", "right") for what in ("samples", "strides")
    }
    assert 0.0 < pylsl.local_clock() - begun[0] < 3600.0


def test_without_pylsl_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line and exit code 2."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *_: None if name == "pylsl" else True)
    assert main(["live", "--no-open", "--replay", "nowhere", "--lsl"]) == 2
    assert 'pip install "running-gait[lsl]"' in capsys.readouterr().err
