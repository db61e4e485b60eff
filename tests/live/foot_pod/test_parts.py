"""What the foot pod's options bring: the runner's calibration, the carrier asked for, a thread that ends."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import gait
from gait.cli.main import main
from gait.errors import UsageError
from gait.history.store import History
from gait.live.foot_pod.calibration import factor_of_runner
from gait.live.foot_pod.carrier import carrier_for
from gait.live.foot_pod.pod import FootPod
from gait.report.exports.strides_and_json import analysis_json
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import RunnerSettings

WAIT_S = 120.0


def test_known_distances_of_kept_sessions_calibrate(tmp_path: Path) -> None:
    """A run kept with a stated distance gives its factor; one without a distance gives none."""
    path = tmp_path / "history.sqlite"
    session = simulate(RunnerSettings(parts=(("stand", 3.0), ("run", 12.0)))).session
    plain = gait.analyze(session)
    length_m = plain.strides.stride_length_m[plain.strides.side == "left"].sum()
    known = gait.analyze(replace(session, run=replace(session.run, distance_m=1.1 * length_m)))
    with History(path) as kept:
        kept.keep("Ann", plain, "1", analysis_json(plain))
        kept.keep("Bea", plain, "2", analysis_json(plain))
    assert factor_of_runner("Ann", path) == (1.0, 0)
    with History(path) as kept:
        kept.keep("Ann", known, "3", analysis_json(known))
    factor, count = factor_of_runner("Ann", path)
    assert count == 1
    assert factor == pytest.approx(1.1, rel=0.02)
    assert factor_of_runner("Bea", path) == (1.0, 0)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["usb:0", "--virtual"], "usb:0"),
        (["--stride-length", "2", "--virtual"], "--foot-pod"),
        (["--history", "h.sqlite", "--virtual"], "--runner"),
        (["--foot-pod", "--history", "h.sqlite", "--virtual"], "--runner"),
        (["--foot-pod", "usb:0", "--adapter", "hci1", "--virtual"], "--adapter"),
    ],
)
def test_options_that_would_do_nothing_are_refused(
    words: list[str], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What only a foot pod uses goes with one."""
    assert main(["live", "--no-open", "-o", str(tmp_path / "out"), *words]) == 2
    assert named in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_other_systems_need_a_dongle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the computer's own Bluetooth cannot be a peripheral the error names what can."""
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(UsageError, match="usb:0"):
        carrier_for(None, "shoe")


class _Noted:
    """A carrier that notes what happens to it."""

    def __init__(self) -> None:
        self.opened, self.closed = threading.Event(), threading.Event()

    async def open(self) -> None:
        self.opened.set()

    async def notify(self, value: bytes) -> None:
        del value

    async def close(self) -> None:
        self.closed.set()


def test_the_pod_ends_with_the_session() -> None:
    """Its thread opens the carrier and closes it at the session's end; ended before it began, it ends too."""
    carrier: Any = _Noted()
    with FootPod(carrier, lambda _: None) as pod:
        assert carrier.opened.wait(WAIT_S)
    assert carrier.closed.wait(WAIT_S)
    assert not pod._thread.is_alive()
    early = FootPod(_Noted(), lambda _: None)
    early.stop()
    early.start()
    early._thread.join(WAIT_S)
    assert not early._thread.is_alive()


def test_a_replay_is_shown_as_a_foot_pod(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``gait live --replay`` hands its strides to the pod, by the carrier of the transport named."""
    made: list[tuple[str | None, str, str]] = []
    carrier = _Noted()

    def fake(*asked: Any) -> Any:
        made.append(asked)
        return carrier

    monkeypatch.setattr("gait.live.foot_pod.carrier.carrier_for", fake)
    strides: list[float] = []
    monkeypatch.setattr(FootPod, "stride", lambda _, one: strides.append(one.stride_length_m))
    assert main(["simulate", "-o", str(tmp_path / "run"), "--minutes", "0.15"]) == 0
    words = ["live", "--no-open", "--replay", str(tmp_path / "run"), "--speed", "max"]
    assert main([*words, "--foot-pod", "usb:0"]) == 0
    assert made == [("usb:0", "shoe", "")]
    assert len(strides) > 10
    assert "page:" in capsys.readouterr().err
