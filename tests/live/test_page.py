"""The live page in a real browser: numbers, metronome, alerts, width, silence."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from gait.analysis.engine import Stride
from gait.live.hub import Hub

pytest.importorskip("starlette")
from gait.live.server import LiveServer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; a loud skip without one, a failure in CI."""
    found = next(
        (p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), ""
    )
    if not found and os.environ.get("CI"):
        pytest.fail("no Chromium in CI: tests/run.py must install it")
    if not found:
        pytest.skip("NO CHROMIUM ON THIS MACHINE: THE LIVE PAGE WAS NOT LOOKED AT IN A BROWSER")
    sync_api = pytest.importorskip("playwright.sync_api")
    flags = [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
        "--autoplay-policy=no-user-gesture-required",
    ]  # fmt: skip
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=flags)
        yield opened
        opened.close()


def until(view: Any, holds: str) -> None:
    """Wait until an expression holds; the page's policy lets nobody evaluate text inside it."""
    for _ in range(2400):
        if view.evaluate(holds):
            return
        view.wait_for_timeout(50)
    pytest.fail(f"never: {holds}")


def run_of(hub: Hub, cadence_spm: float, count: int = 40) -> None:
    """Strides of both feet at a cadence."""
    step = 60.0 / cadence_spm
    for at in range(count):
        ic = at * step
        side: Any = "left" if at % 2 == 0 else "right"
        contact = 0.240 if side == "left" else 0.230
        hub.stride(Stride(side, "shoe", ic, ic + contact, ic + 2 * step, "running", 11.0, 8.0))
    hub.status(count * step, [{"name": "left <b>shoe</b>", "signal": "208 Hz", "battery_pct": 71}])


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_page_shows_what_the_engine_said(browser: Any, width: int) -> None:
    """Cadence, contact and balance as the strides have them; silent, no request beyond, nothing cut off."""
    hub = Hub(176.0)
    server = LiveServer(hub)
    server.start()
    said: list[str] = []
    asked: list[str] = []
    view = browser.new_page(viewport={"width": width, "height": 800})
    view.on("console", lambda message: said.append(message.text))
    view.on("pageerror", lambda error: said.append(str(error)))
    view.on("request", lambda request: asked.append(request.url))
    try:
        view.goto(server.address)
        run_of(hub, 168.0)
        until(view, "document.getElementById('cadence').textContent === '168'")
        until(view, "document.getElementById('sensors').rows.length === 1")
        assert view.inner_text("#contact") == "235"
        assert view.inner_text("#balance") == "51.1"
        assert "left <b>shoe</b>" in view.inner_text("#sensors")
        view.click("#lap")
        assert "168" in view.inner_text("#laps")
        assert view.evaluate("document.documentElement.scrollWidth") <= width
        assert said == []
        assert {url for url in asked if not url.startswith("ws")} <= {
            server.address,
            f"{server.address}favicon.ico",
        }
    finally:
        view.close()
        server.stop()


def test_alerts_are_for_cadence_alone_and_rare(browser: Any) -> None:
    """Off the target for a while one sentence is spoken, and no second one within twenty seconds."""
    hub = Hub(190.0)
    server = LiveServer(hub)
    server.start()
    view = browser.new_page()
    try:
        view.goto(server.address)
        view.click("#speak")
        hub.status(0.0, [])
        run_of(hub, 160.0, 80)
        until(view, "window.gaitLive.alerts.said.length > 0")
        run_of(hub, 160.0, 80)
        said = view.evaluate("window.gaitLive.alerts.said.map((one) => one.text)")
        assert said == ["A little quicker: 190"]
    finally:
        view.close()
        server.stop()


def test_the_metronome_keeps_the_audio_clocks_time(browser: Any) -> None:
    """Beats stand on the audio clock at exactly their distance, whatever the page does."""
    server = LiveServer(Hub(180.0))
    server.start()
    view = browser.new_page()
    try:
        view.goto(server.address)
        view.fill("#bpm", "180")
        view.click("#metro")
        until(view, "window.gaitLive.metro.beats.length > 8")
        beats = view.evaluate("window.gaitLive.metro.beats.slice()")
        gaps = [after - before for before, after in pairwise(beats)]
        assert max(abs(gap - 60.0 / 180.0) for gap in gaps) < 1e-9
    finally:
        view.close()
        server.stop()
