"""The live page: who may look, what they get, and that nobody who looks can disturb the run."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import gait
from gait.analysis.engine import Stride, strides_of
from gait.cli.main import main
from gait.live.access import Access, new_token
from gait.live.feed import Feed
from gait.live.hub import KEPT, WAITING, Hub
from gait.live.phone.messages import MOST_BYTES, read_message
from gait.live.phone.session import Phone
from gait.live.replayed import replay
from gait.report.words import load_words

pytest.importorskip("starlette")
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from gait.live.page import content_policy, page_html
from gait.live.server import LiveServer
from gait.live.sharing import qr_lines, shared_address

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


def test_a_page_sees_the_end(hub: Hub, server: LiveServer) -> None:
    """Its last message says that the session has ended, though the server stops at once."""
    with connect(f"ws://127.0.0.1:{server.port}/ws") as socket:
        socket.recv(timeout=WAIT_S)
        for at in range(200):
            hub.stride(stride(float(at)))
        hub.end()
        server.stop()
        got = []
        with suppress(ConnectionClosed):
            while True:
                got.append(json.loads(socket.recv(timeout=WAIT_S)))
    assert len(got) == 201
    assert got[-1]["ended"] is True


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
    whole = gait.read(ROOT / "recordings" / "easy-rearfoot" / "left_shoe.csv.gz")
    rows = whole.recordings[0].time_s < 20.0
    one = whole.recordings[0]
    assert one.gyr is not None
    cut = replace(one, time_s=one.time_s[rows], acc=one.acc[rows], gyr=one.gyr[rows])
    session = replace(whole, recordings=(cut,))
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
    # The page says so, instead of "recording".
    assert last["replayed"]
    assert last["session"]["cadence_spm"] == pytest.approx(168.4, abs=2.0)


def test_the_policy_lets_in_this_page_alone() -> None:
    """Scripts and styles by hash; no handler attributes, no address but the page's own."""
    page = page_html(load_words())
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
        (["--replay", "nowhere"], "nowhere: no such file or folder"),
        (["--replay", "RUN", "--speed", "fast"], "fast"),
        (["--virtual", "--lang", "xx"], "one of: de, en"),
        (["--speed", "2", "--virtual"], "--speed and --side go with --replay"),
        (["--side", "left", "--virtual"], "--speed and --side go with --replay"),
        (["--virtual", "--adapter", "hci1"], "--adapter"),
        (["--virtual", "-o", "USED"], "holds"),
        (["--virtual", "--calf-fine"], "--softer-landing"),
        (["--virtual", "--softer-landing"], "--runner"),
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


def posted(url: str, body: bytes, **headers: str) -> int:
    """HTTP status of a POST."""
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - http to ourselves
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310 - http to ourselves
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)


@pytest.fixture
def receiver(hub: Hub) -> Iterator[tuple[LiveServer, list[bytes]]]:
    """A shared server that takes a phone's messages, and what it took."""
    taken: list[bytes] = []

    def push(body: bytes) -> None:
        read_message(body)
        taken.append(body)

    made = LiveServer(hub, host="0.0.0.0", token=new_token(), push=push)  # noqa: S104 - the test of sharing
    made.start()
    yield made, taken
    made.stop()


GOOD = b'{"messageId": 1, "sessionId": "s", "deviceId": "a", "payload": []}'


def test_a_phone_pushes_with_the_token_alone(receiver: tuple[LiveServer, list[bytes]]) -> None:
    """From outside and from this computer: without the token nothing; a foreign page not even with it."""
    made, taken = receiver
    outside, here = f"http://127.0.0.2:{made.port}/push", f"http://127.0.0.1:{made.port}/push"
    assert posted(outside, GOOD) == 403
    assert posted(here, GOOD) == 403
    assert posted(f"{here}?t=guess", GOOD) == 403
    assert posted(f"{outside}?t={made.token}", GOOD, Origin="http://evil.example") == 403
    assert posted(f"{outside}?t={made.token}", GOOD, Host=f"evil.example:{made.port}") == 403
    assert status_of(f"{outside}?t={made.token}") == 405
    assert taken == []
    assert posted(f"{outside}?t={made.token}", GOOD) == 200
    assert taken == [GOOD]


def test_hostile_messages_are_refused_and_the_next_one_is_taken(
    receiver: tuple[LiveServer, list[bytes]],
) -> None:
    """Too large, no JSON, deeply nested: 400 each, and nothing of it is kept."""
    made, taken = receiver
    url = f"http://127.0.0.2:{made.port}/push?t={made.token}"
    for body in (b"", b"\xff" * 100, b"[" * 50_000, b"x" * (MOST_BYTES + 1)):
        assert posted(url, body) == 400
    assert taken == []
    assert posted(url, GOOD) == 200


def test_without_a_phone_or_without_sharing_nothing_takes_messages(hub: Hub, shared: LiveServer) -> None:
    """No such path where no phone is recorded, and none without a token whatever is asked for."""
    assert posted(f"http://127.0.0.2:{shared.port}/push?t={shared.token}", GOOD) == 404
    made = LiveServer(hub, push=lambda _: None)
    made.start()
    try:
        assert posted(f"{made.address}push", GOOD) == 404
    finally:
        made.stop()


def test_guessing_a_token_leads_nowhere(shared: LiveServer) -> None:
    """All that is near the token, and the token cut or lengthened, is refused; it has 128 bits."""
    token = shared.token
    assert len(token) == 22
    guesses = [token[:-1], token + "A", token.swapcase(), "", " ", "%00", "*", token[::-1], "é", "A" * 5000]
    for guess in guesses:
        url = f"http://127.0.0.2:{shared.port}/?t={quote(guess)}"
        assert status_of(url) == 403, guess
    assert len({new_token() for _ in range(1000)}) == 1000


def test_the_code_to_scan_is_of_the_address() -> None:
    """The signs drawn are the modules of a QR code of exactly the shared address, with a quiet zone."""
    import qrcode

    address = shared_address(8765, "T" * 22)
    assert re.fullmatch(r"http://[0-9.]+:8765/\?t=T{22}", address)
    code = qrcode.QRCode(border=2)
    code.add_data(address)
    code.make(fit=True)
    dark = {" ": (1, 1), "\u2584": (1, 0), "\u2580": (0, 1), "\u2588": (0, 0), "\xa0": (1, 1)}
    rows = [row for line in qr_lines(address) for row in zip(*(dark[sign] for sign in line), strict=True)]
    matrix = code.get_matrix()
    assert [[bool(one) for one in row] for row in rows][: len(matrix)] == matrix
    assert not any(matrix[0])
    assert not any(matrix[1])


def test_the_phone_and_sharing_go_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--phone`` without ``--share``, and beside other sensors, is refused before anything listens."""
    out = str(tmp_path / "out")
    assert main(["live", "--no-open", "--phone", "left", "-o", out]) == 2
    assert "--share" in capsys.readouterr().err
    assert main(["live", "--no-open", "--phone", "left", "--share", "--virtual", "-o", out]) == 2
    assert "--phone" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_phones_session_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``gait live --phone left --share``: what is pushed over 127.0.0.2 is the session's CSV; exit code 0."""
    ends: list[LiveServer] = []

    async def session(phone: Phone, hub: Hub, duration_s: float | None) -> bool:
        del hub, duration_s
        url = f"http://127.0.0.2:{ends[0].port}/push?t={ends[0].token}"
        for at in range(5):
            body = await asyncio.to_thread(posted, url, phone_message(0.5 * at))
            assert body == 200
        assert phone.samples > 200
        return False

    start = LiveServer.start
    monkeypatch.setattr(LiveServer, "start", lambda one: (ends.append(one), start(one)))
    monkeypatch.setattr("gait.cli.live_run._phone_session", session)
    out = tmp_path / "out"
    assert main(["live", "--no-open", "--phone", "left", "--share", "-o", str(out)]) == 0
    told = capsys.readouterr().err
    assert f"/push?t={ends[0].token}" in told
    assert f"next: gait report {out}" in told
    found = gait.read(out).recordings[0]
    assert (found.side, found.placement, found.device["family"]) == ("left", "shank", "phone")
    assert found.acc[50, 2] == pytest.approx(9.81, abs=0.01)


def phone_message(from_s: float) -> bytes:
    """Half a second of a phone that lies still."""
    payload = [
        {"name": name, "time": 1_790_000_000_000_000_000 + round(1e9 * (from_s + at / 100)), "values": values}
        for at in range(50)
        for name, values in (
            ("accelerometeruncalibrated", {"x": 0.0, "y": 0.0, "z": 9.81}),
            ("gyroscope", {"x": 0.0, "y": 0.0, "z": 0.1}),
        )
    ]
    return json.dumps({"messageId": 0, "deviceId": "phone", "payload": payload}).encode()
