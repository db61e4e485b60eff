"""The live page: who may look, what they get, and that nobody who looks can disturb the run."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import gait
from gait.analysis.engine import Stride, strides_of
from gait.cli.main import main
from gait.live.access import Access, new_token
from gait.live.feed import Feed
from gait.live.hub import KEPT, WAITING, Hub
from gait.live.replayed import replay

pytest.importorskip("starlette")
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from gait.live.server import LiveServer, content_policy, page_html

ROOT = Path(__file__).resolve().parents[2]
FULL_SPEED = float("inf")
WAIT_S = 120.0
"""Longest that anything is waited for, s: it bounds a hang, however busy the machine is."""


@pytest.fixture
def hub() -> Hub:
    """A hub with a target."""
    return Hub(176.0)


@pytest.fixture
def server(hub: Hub) -> Iterator[LiveServer]:
    """A server of this computer alone."""
    made = LiveServer(hub)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def shared(hub: Hub) -> Iterator[LiveServer]:
    """A server that is shared."""
    made = LiveServer(hub, host="0.0.0.0", token=new_token())  # noqa: S104 - the test of sharing
    made.start()
    yield made
    made.stop()


def stride(t_s: float, side: Any = "left", contact_s: float = 0.23) -> Stride:
    """A stride at a time."""
    return Stride(side, "shoe", t_s, t_s + contact_s, t_s + 0.7, "running", 12.0, 9.0, 7.5)


def status_of(url: str, **headers: str) -> int:
    """HTTP status of a request."""
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http to ourselves
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310 - http to ourselves
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)


def test_strides_and_states_reach_a_page(hub: Hub, server: LiveServer) -> None:
    """What came before a page was opened, and what comes later, in the contract's words."""
    hub.stride(stride(1.0))
    hub.status(2.0, [{"name": "left shoe", "signal": "208 Hz", "battery_pct": 80}])
    with connect(f"ws://127.0.0.1:{server.port}/ws") as socket:
        first, second = json.loads(socket.recv(timeout=WAIT_S)), json.loads(socket.recv(timeout=WAIT_S))
        hub.stride(stride(1.7, "right"))
        third = json.loads(socket.recv(timeout=WAIT_S))
    assert (first["type"], first["t_s"], first["contact_ms"], first["side"]) == ("stride", 1.0, 230.0, "left")
    assert {"cadence_spm", "contact_u_ms", "strike_angle_deg", "activity"} <= first.keys()
    assert first["pronation_excursion_deg"] == 7.5
    assert (second["type"], second["target_spm"], second["elapsed_s"]) == ("status", 176.0, 2.0)
    assert second["sensors"][0]["battery_pct"] == 80
    assert third["side"] == "right"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 200),
        ({"Host": "evil.example:{port}"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
    ],
)
def test_other_names_and_sites_are_refused(server: LiveServer, headers: dict[str, str], code: int) -> None:
    """DNS rebinding sends its own name; another site's page sends its own origin."""
    told = {key: value.format(port=server.port) for key, value in headers.items()}
    assert status_of(server.address, **told) == code


def test_a_foreign_page_gets_no_socket(server: LiveServer) -> None:
    """The socket is refused before it is opened."""
    with (
        pytest.raises(InvalidStatus),
        connect(f"ws://127.0.0.1:{server.port}/ws", additional_headers={"Origin": "http://evil.example"}),
    ):
        pass


def test_sharing_takes_the_token(shared: LiveServer) -> None:
    """From another address only with the token; from this computer without; other paths are not there."""
    outside = f"http://127.0.0.2:{shared.port}/"
    assert status_of(outside) == 403
    assert status_of(f"{outside}?t=wrong") == 403
    assert status_of(f"{outside}?t={shared.token}") == 200
    assert status_of(shared.address) == 200
    assert status_of(f"{shared.address}anything") == 404
    with connect(f"ws://127.0.0.2:{shared.port}/ws?t={shared.token}") as socket:
        assert json.loads(socket.recv(timeout=WAIT_S))["type"] == "status"
    with pytest.raises(InvalidStatus), connect(f"ws://127.0.0.2:{shared.port}/ws?t=guess"):
        pass


def test_without_sharing_nothing_listens_outside(server: LiveServer) -> None:
    """Another address of this computer does not answer."""
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.2:{server.port}/", timeout=WAIT_S)


def test_access_is_exact() -> None:
    """A client from outside that claims to ask for localhost still needs the token."""
    access = Access(80, "secret")
    assert access.refusal("localhost:80", None, "10.0.0.7", "") == "wrong token"
    assert access.refusal("localhost:80", None, "127.0.0.1", "") == ""
    assert access.refusal("[::1]:80", None, "::1", "") == ""
    assert Access(80).refusal("10.0.0.2:80", None, "10.0.0.7", "") == "this name is not served here"


def test_a_slow_page_loses_old_messages_and_holds_up_nobody(hub: Hub) -> None:
    """A watcher that never takes anything costs a bounded number of messages."""
    watcher = hub.watch()
    for at in range(3 * WAITING):
        hub.stride(stride(float(at)))
    waiting = watcher.take()
    assert len(waiting) == WAITING
    assert json.loads(waiting[-1])["t_s"] == 3 * WAITING - 1
    assert watcher.lost > 0


def test_too_many_pages_and_too_long_messages_are_refused(server: LiveServer, hub: Hub) -> None:
    """Eight pages at most; a message beyond a kilobyte ends the socket, the others go on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(connect(f"ws://127.0.0.1:{server.port}/ws")) for _ in range(8)]
        for one in sockets:
            one.recv(timeout=WAIT_S)
        with pytest.raises(InvalidStatus), connect(f"ws://127.0.0.1:{server.port}/ws"):
            pass
        sockets[0].send("x" * 100_000)
        hub.stride(stride(3.0))
        assert json.loads(sockets[1].recv(timeout=WAIT_S))["t_s"] == 3.0


def test_a_replay_shows_the_engines_strides(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same strides, numbers and all, as the engine finds in the file; the session's means fit them."""
    # A watcher for whom everything waits until it looks: nothing hangs on when it does.
    monkeypatch.setattr("gait.live.hub.WAITING", None)
    session = gait.read(ROOT / "recordings" / "easy-rearfoot" / "left_shoe.csv.gz")
    hub = Hub()
    watcher = hub.watch()
    replay(session, Feed(hub), FULL_SPEED, threading.Event())
    seen = [json.loads(text) for text in watcher.take()]
    batch, _ = strides_of(session.recordings[0])
    assert watcher.lost == 0
    shown = [one["t_s"] for one in seen if one["type"] == "stride"]
    assert shown == [round(t, 4) for t in batch.ic_s.tolist()]
    last = next(one for one in reversed(seen) if one["type"] == "status")
    assert last["ended"]
    assert last["session"]["cadence_spm"] == pytest.approx(168.4, abs=1.0)


def test_the_policy_lets_in_this_page_alone() -> None:
    """Scripts and styles by hash; no handler attributes, no address but the page's own."""
    page = page_html()
    policy = content_policy(page)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert policy.count("sha256-") == 2
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert " onclick" not in page
    assert "innerHTML" not in page


def test_a_page_opened_late_gets_what_is_promised(hub: Hub) -> None:
    """After a thousand strides: the last 600 of them, the state, and none of it counted as lost."""
    for number in range(1000):
        hub.stride(stride(0.35 * number))
    late = hub.watch()
    got = [json.loads(text) for text in late.take()]
    assert [one["type"] for one in got] == ["stride"] * KEPT + ["status"]
    assert got[0]["t_s"] == pytest.approx(0.35 * (1000 - KEPT))
    assert late.lost == 0


def flood(socket: Any) -> None:
    """Send more than anybody listens to."""
    for _ in range(100_000):
        socket.send("x")


def test_one_page_that_leaves_takes_no_other_along(hub: Hub) -> None:
    """Two pages to which nothing was sent are two pages."""
    stays, goes = hub.watch(), hub.watch()
    stays.take(), goes.take()
    hub.leave(goes)
    hub.stride(stride(1.0))
    assert len(stays.take()) == 1
    assert goes.take() == []


def test_whoever_talks_on_is_cut_off(server: LiveServer, hub: Hub) -> None:
    """A socket that floods is closed; the pages that only look go on."""
    with (
        connect(f"ws://127.0.0.1:{server.port}/ws") as calm,
        connect(f"ws://127.0.0.1:{server.port}/ws") as loud,
    ):
        calm.recv(timeout=WAIT_S)
        with pytest.raises(ConnectionClosed):
            flood(loud)
        hub.stride(stride(3.0))
        assert json.loads(calm.recv(timeout=WAIT_S))["t_s"] == 3.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--replay", "RUN", "--duration", "5"], "--duration"),
        (["--replay", "RUN", "--adapter", "hci1"], "without sensors"),
        (["--speed", "2", "--virtual"], "--speed and --side go with --replay"),
        (["--side", "left", "--virtual"], "--speed and --side go with --replay"),
        (["--virtual", "--adapter", "hci1"], "--adapter"),
        (["--virtual", "-o", "USED"], "holds"),
    ],
)
def test_options_that_would_do_nothing_are_refused(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a page is served: one line and exit code 2."""
    (tmp_path / "left_shoe.csv").write_text("x", encoding="utf-8")
    places = {"RUN": str(ROOT / "recordings" / "easy-rearfoot"), "USED": str(tmp_path)}
    assert main(["live", "--no-open", *(places.get(word, word) for word in words)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "page:" not in told
