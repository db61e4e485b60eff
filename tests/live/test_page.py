"""The live page in a real browser: numbers, metronome, alerts, width, silence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import resources
from itertools import pairwise
from typing import Any

import pytest

from gait.live.alerts import Alerts
from gait.live.coach import Coach
from gait.live.hub import Hub
from gait.live.retraining import CourseStep
from gait.report.words import Words, load_words
from gait.sentences import sentence
from tests import chromium
from tests.live.strides import strides_at
from tests.report.marked import marked_words, stray

pytest.importorskip("starlette")
from gait.live.page import page_html
from gait.live.server import LiveServer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; a loud skip without one, a failure in CI."""
    with chromium.opened("--autoplay-policy=no-user-gesture-required") as one:
        yield one


def until(view: Any, holds: str) -> None:
    """Wait until an expression holds; the page's policy lets nobody evaluate text inside it."""
    for _ in range(2400):
        if view.evaluate(holds):
            return
        view.wait_for_timeout(50)
    pytest.fail(f"never: {holds}")


def run_of(hub: Hub, cadence_spm: float, seconds: float = 14.0, from_s: float = 0.0) -> None:
    """Strides of both feet at a cadence."""
    for one in strides_at(cadence_spm, seconds, from_s):
        hub.stride(one)
    hub.status(from_s + seconds, [{"name": "left <b>shoe</b>", "signal": "208 Hz", "battery_pct": 71}])


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open the page of a hub, with scripts that run before its own; closes pages and servers."""
    with ExitStack() as parts:

        def make(
            hub: Hub, *before: str, width: int = 1280, height: int = 800, words: Words | None = None
        ) -> Any:
            server = LiveServer(hub, words=words)
            server.start()
            parts.callback(server.stop)
            view = browser.new_page(viewport={"width": width, "height": height})
            parts.callback(view.close)
            for script in before:
                view.add_init_script(script)
            view.gait_server = server
            view.goto(server.address)
            return view

        yield make


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
        tiles = "[...document.querySelectorAll('.tile')]"
        assert view.evaluate(f"{tiles}.filter((one) => one.scrollWidth > one.clientWidth).length") == 0
        assert said == []
        assert {url for url in asked if not url.startswith("ws")} <= {
            server.address,
            f"{server.address}favicon.ico",
        }
    finally:
        view.close()
        server.stop()


def test_the_pages_numbers_are_the_engines(opened: Callable[..., Any]) -> None:
    """The page's ten-second values are the hub's; a touched stride shows its own numbers."""
    hub = Hub(176.0)
    view = opened(hub, width=390, height=844)
    run_of(hub, 160.0, 30.0)
    run_of(hub, 171.0, 30.0, 30.0)
    until(view, "window.gaitLive.strides.length > 100")
    means, session = hub._status["last_10_s"], hub._status["session"]
    last_status = f"session {session['cadence_spm']:.0f}"
    until(view, f"document.getElementById('cadence-sub').textContent.includes('{last_status}')")
    shown = {
        name: view.inner_text(f"#{name}") for name in ("cadence", "contact", "balance", "strike", "pron")
    }
    assert shown == {
        "cadence": f"{means['cadence_spm']:.0f}",
        "contact": f"{means['contact_ms']:.0f}",
        "balance": f"{means['balance_left_pct']:.1f}",
        "strike": f"{means['strike_angle_deg']:.0f}",
        "pron": f"{means['pronation_excursion_deg']:.0f}",
    }
    assert view.inner_text("#contact-session") == f"session {session['contact_ms']:.0f} ms"
    until(view, "document.querySelectorAll('#chart circle').length === 60")
    view.locator("#chart").scroll_into_view_if_needed()
    box = view.locator("#chart").bounding_box()
    view.mouse.click(box["x"] + box["width"] - 1, box["y"] + 40)
    last = json.loads(json.dumps(hub._recent[-1]))
    assert view.inner_text("#read").startswith(f"{last['side']} at 0:5")
    assert f"contact {last['contact_ms']:.0f} ± " in view.inner_text("#read")


HEARD = "window.heard = []; speechSynthesis.speak = (one) => window.heard.push(one.text);"
"""Notes what is handed to the speech interface: no voice is needed."""


def test_alerts_are_spoken_once_and_not_again_after_a_reload(opened: Callable[..., Any]) -> None:
    """Off the target for a while one sentence is handed to the speech interface; a later page keeps quiet."""
    hub = Hub(190.0)
    view = opened(hub, HEARD)
    view.click("#speak")
    hub.status(0.0, [])
    until(view, "document.getElementById('time').textContent === '0:00'")
    run_of(hub, 160.0, 25.0)
    until(view, "window.heard.length > 0")
    assert view.evaluate("window.heard") == ["A little quicker: 190"]
    assert view.inner_text("#said") == "A little quicker: 190"
    view.reload()
    until(view, "window.gaitLive.strides.length > 60")
    view.click("#speak")
    run_of(hub, 190.0, 5.0, 25.0)
    until(view, "document.getElementById('time').textContent === '0:30'")
    assert view.evaluate("window.heard") == []
    assert view.inner_text("#said") == ""


def test_without_voices_a_chime_is_heard(opened: Callable[..., Any]) -> None:
    """The text is handed on all the same, stands on the page, and a tone sounds."""
    tones = (
        "window.tones = []; const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function (at) { window.tones.push(this.frequency.value);"
        "return start.call(this, at); }; speechSynthesis.getVoices = () => [];"
    )
    hub = Hub(190.0)
    view = opened(hub, HEARD, tones)
    view.click("#speak")
    until(view, "window.gaitLive.metro.audio !== null && window.gaitLive.metro.audio.state === 'running'")
    hub.status(0.0, [])
    run_of(hub, 160.0, 25.0)
    until(view, "window.tones.length > 0")
    assert view.evaluate("[window.heard[0], Math.round(window.tones[0])]") == ["A little quicker: 190", 660]


OFFLINE_S, RATE = 24, 16000
OFFLINE = f"""
window.AudioContext = function () {{
  const made = new OfflineAudioContext(1, {OFFLINE_S} * {RATE}, {RATE});
  made.resume = async () => undefined; window.offline = made; return made;
}};
const later = window.setTimeout;
window.setTimeout = (what, ms) => (ms === 120 ? 0 : later(what, ms));
"""
RENDER = f"""
async () => {{
  const made = window.offline;
  for (let at = 1; at < {OFFLINE_S}; at++) made.suspend(at).then(() => {{
    window.each(at); window.gaitLive.plan(); OfflineAudioContext.prototype.resume.call(made);
  }});
  const heard = (await made.startRendering()).getChannelData(0), onsets = [];
  let quiet = {RATE};
  for (let at = 0; at < heard.length; at++) {{
    if (Math.abs(heard[at]) > 0.02) {{ if (quiet > {RATE} * 0.06) onsets.push(at / {RATE}); quiet = 0; }}
    else quiet += 1;
  }}
  return onsets;
}}
"""


def onsets_of(opened: Callable[..., Any], hub: Hub, bpm: int, each: str) -> list[float]:
    """Times at which beats begin in what the page's audio graph renders; something happens each second."""
    view = opened(hub, OFFLINE, f"window.each = (at) => {{ {each} }};")
    until(view, "document.getElementById('state').textContent !== 'connecting'")
    view.fill("#bpm", str(bpm))
    view.click("#metro")
    until(view, "window.gaitLive.metro.beats.length > 0")
    return list(view.evaluate(RENDER))


def test_the_metronome_is_exact_in_the_audio_graph(opened: Callable[..., Any]) -> None:
    """Every beat that is rendered stands within 1 ms of its place, none is missing and none is too many."""
    onsets = onsets_of(opened, Hub(), 177, "")
    step = 60.0 / 177.0
    errors = [at - onsets[0] - number * step for number, at in enumerate(onsets)]
    assert max(map(abs, errors)) < 1e-3
    assert len(onsets) == int((OFFLINE_S - onsets[0]) / step) + 1


def test_another_beat_begins_where_the_old_one_was(opened: Callable[..., Any]) -> None:
    """Changed from 160 to 190 in mid-run: one gap between the two beats, no burst and no hole."""
    change = "if (at === 8) document.getElementById('bpm').value = '190';"
    onsets = onsets_of(opened, Hub(), 160, change)
    gaps = [after - before for before, after in pairwise(onsets)]
    assert all(min(abs(gap - 60 / 160), abs(gap - 60 / 190)) < 1e-3 for gap in gaps)
    assert sum(abs(gap - 60 / 160) < 1e-3 for gap in gaps) == pytest.approx(8 / (60 / 160), abs=3)


def test_a_page_that_stood_still_goes_on_in_step(opened: Callable[..., Any]) -> None:
    """Five seconds without planning: beats are missing, those that follow are on the old grid, no burst."""
    still = "window.plan = window.plan || window.gaitLive.plan;"
    still += "window.gaitLive.plan = at > 5 && at < 11 ? () => undefined : window.plan;"
    onsets = onsets_of(opened, Hub(), 180, still)
    step = 60.0 / 180.0
    places = [(at - onsets[0]) / step for at in onsets]
    assert max(abs(one - round(one)) for one in places) * step < 1e-3
    gaps = [after - before for before, after in pairwise(onsets)]
    assert min(gaps) > step - 1e-3
    assert 2.0 < max(gaps) < 6.0


def test_a_course_hushes_the_beat_and_says_where_it_stands(opened: Callable[..., Any]) -> None:
    """Run 6 of 8, half with feedback: the metronome is on in the first minute and silent in the second."""
    hub = Hub(172.0, Coach(Alerts(172.0), CourseStep("run", 6, 26, 0.5)))
    view = opened(hub)
    view.click("#metro")
    hub.status(0.0, [])
    until(view, "window.gaitLive.metro.out !== null && window.gaitLive.metro.out.gain.value === 1")
    run_of(hub, 172.0, 70.0)
    until(view, "window.gaitLive.metro.out.gain.value === 0")
    assert "Run 6 of 8: 26 min, beep 50 % of the time." in view.inner_text("#course")
    assert "without beep now" in view.inner_text("#course")
    run_of(hub, 172.0, 60.0, 70.0)
    until(view, "window.gaitLive.metro.out.gain.value === 1")


def test_a_marked_page_has_no_word_outside(opened: Callable[..., Any]) -> None:
    """Headings, labels, what the script writes, states of sensors, course, alert and end: the catalogue's."""
    words = marked_words()
    hub = Hub(190.0, Coach(Alerts(190.0), CourseStep("run", 1, 1, 1.0)), words.translated)
    view = opened(hub, HEARD, words=words)
    seen = [view.inner_text("body")]
    view.click("#speak")
    hub.status(0.0, [])
    until(view, "document.getElementById('time').textContent === '0:00'")
    for one in strides_at(160.0, 25.0):
        hub.stride(one)
    states = [sentence("away, trying"), sentence("ended"), sentence("replayed"), "208 Hz"]
    names = ["left shoe", "right shoe", "left shank", sentence("{sensor}, phone", sensor="right shank")]
    rows = [{"name": name, "signal": one} for name, one in zip(names, states, strict=True)]
    hub.status(25.0, rows)
    until(view, "document.getElementById('sensors').rows.length === 4")
    view.click("#lap")
    view.locator("#chart").scroll_into_view_if_needed()
    box = view.locator("#chart").bounding_box()
    view.mouse.click(box["x"] + box["width"] - 1, box["y"] + 40)
    seen.append(view.inner_text("body"))
    hub.end()
    view.gait_server.stop()
    until(view, "document.getElementById('state').textContent.includes('kept')")
    attributes = "[...document.querySelectorAll('[aria-label]')].map((one) => one.getAttribute('aria-label'))"
    seen += [view.inner_text("body"), view.title()]
    seen += [*view.evaluate(attributes), *view.evaluate("window.heard")]
    assert stray(seen) == {}
    assert len(seen) == 6


def test_a_german_page_speaks_german(opened: Callable[..., Any]) -> None:
    """Its tag, headings, a comma in numbers, and the alert with the language that it is to be spoken in."""
    words = load_words("de")
    hub = Hub(190.0, say=words.translated)
    spoken = "window.heard = []; speechSynthesis.speak = (one) => window.heard.push([one.lang, one.text]);"
    view = opened(hub, spoken, width=360, words=words)
    view.click("#speak")
    hub.status(0.0, [])
    until(view, "document.getElementById('time').textContent === '0:00'")
    run_of(hub, 160.0, 25.0)
    until(view, "window.heard.length > 0 && document.getElementById('sensors').rows.length === 1")
    assert view.evaluate("window.heard") == [["de", "Etwas schneller: 190"]]
    assert view.evaluate("document.documentElement.lang") == "de"
    assert view.inner_text("#hc") == "Schrittfrequenz"
    assert view.inner_text("#balance") == "51,1"
    assert view.inner_text("#contact-sub").startswith(("zuletzt links", "zuletzt rechts"))
    assert view.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_server_that_is_killed_is_said(opened: Callable[..., Any]) -> None:
    """The numbers stay, and the page says that the recording goes on without it."""
    hub = Hub()
    view = opened(hub)
    run_of(hub, 168.0)
    until(view, "document.getElementById('cadence').textContent === '168'")
    view.gait_server.stop()
    until(view, "document.getElementById('state').textContent.includes('it records on')")
    assert view.inner_text("#cadence") == "168"


def test_the_page_has_the_reports_colours_and_words() -> None:
    """Each colour of the live page is the report's of the same name, light and dark; so are the headings."""
    style = resources.files("gait.report.page").joinpath("templates/style.css").read_text(encoding="utf-8")
    words = load_words()
    page = page_html(words)
    for theirs, mine in zip(
        style.split("color-scheme: dark")[:2], page.split("color-scheme: dark)")[:2], strict=True
    ):
        report = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", theirs))
        live = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", mine))
        assert {name: live[name] for name in live if name != "on-focus"} == {
            name: report[name] for name in live if name != "on-focus"
        }
        assert len(live) > 9
    for name in ("cadence_spm", "contact_ms", "strike_angle_deg", "pronation_excursion_deg"):
        assert f">{words(f'metric.{name}')}</h2>" in page
