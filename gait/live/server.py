"""Serves the live page and its socket in a thread of its own; the recording does not depend on it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from gait.errors import GaitError, PacketError, SensorError
from gait.live.access import Access
from gait.live.hub import Hub
from gait.live.page import content_policy, page_html
from gait.live.phone.messages import MOST_BYTES
from gait.report.words import Words, load_words

__all__ = ["LiveServer"]

MOST_CLIENTS = 8
"""Pages at once (chosen: a runner, a coach, a treadmill's screen, and some reloads)."""
MOST_MESSAGE = 1024
"""Bytes of a message from a page (chosen: ours are below 100)."""
MOST_HEARD = 32
"""Messages from a page after which its socket is closed (chosen: ours sends none)."""
MOST_AT_ONCE = 64
"""Connections at once, pages and requests; more are turned away with 503 (chosen: eight for each of
`MOST_CLIENTS`)."""
MOST_HEAD = 16384
"""Bytes of a request's head (chosen: as web servers usually accept)."""
MOST_PUSH = MOST_BYTES
"""Bytes of a phone's message."""
MOST_PUSHES, PUSH_S = 4, 20.0
"""Messages of a phone that are under way at once, and s that one may take to come (chosen: a phone sends one
a second, and a bad network takes seconds)."""
LAST_WORDS_S, LOOK_S = 2.0, 0.025
"""s for which the end waits for a page that has not got its last messages yet, and between looks (chosen:
nobody waits long for a page that has gone)."""
BACKLOG = 64
"""Connections that may wait to be taken (chosen: more than one page opens)."""
START_S = 10.0
"""s that the server may take to start or to end (chosen: it bounds a hang)."""

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class LiveServer:
    """The server of one session.

    Parameters
    ----------
    hub
        Where the messages come from.
    host, port
        Where to listen; port 0 takes a free one.
    token
        Token that clients from outside must carry; empty without sharing.
    push
        Takes the messages that a phone's app sends to ``/push``, always with the token; None where no phone
        is recorded.
    words
        Language of the page; English by default.
    """

    def __init__(
        self,
        hub: Hub,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = "",
        push: Callable[[bytes], None] | None = None,
        words: Words | None = None,
    ) -> None:
        self.hub, self.host, self.token = hub, host, token
        self.push = push if token else None
        self._html = page_html(words or load_words())
        self._pushing = 0
        self._socket = self._bind(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.access = Access(self.port, token)
        self._server: Any = None
        self._thread = threading.Thread(target=self._run, name="gait live", daemon=True)
        self._ready = threading.Event()

    @staticmethod
    def _bind(host: str, port: int) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            # From now on a client waits until the server answers.
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            reason = error.strerror or "no reason given"
            raise SensorError(
                f"the page cannot be served ({reason})", where=f"--port {port}", todo="name another port"
            ) from error
        return listener

    @property
    def address(self) -> str:
        """Address for this computer's browser."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Begin to serve.

        Raises
        ------
        SensorError
            The server does not start.
        """
        self._thread.start()
        if not self._ready.wait(START_S):
            raise SensorError("the page's server does not come up", todo="go on with: gait record")

    def stop(self) -> None:
        """End; pages that are open get what waits for them, and so see that the session has ended."""
        until_s = time.monotonic() + LAST_WORDS_S
        while self._thread.is_alive() and self.hub.is_behind and time.monotonic() < until_s:
            time.sleep(LOOK_S)
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(START_S)
        self._socket.close()

    def _run(self) -> None:
        import uvicorn

        config = uvicorn.Config(
            self._app(),
            log_level="critical",
            access_log=False,
            lifespan="on",
            ws="websockets-sansio",
            ws_max_size=MOST_MESSAGE,
            limit_concurrency=MOST_AT_ONCE,
            timeout_graceful_shutdown=2,
            server_header=False,
            h11_max_incomplete_event_size=MOST_HEAD,
        )
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None
        with suppress(Exception):
            asyncio.run(self._server.serve(sockets=[self._socket]))

    def _app(self) -> Any:  # noqa: ANN401 - starlette is an extra, loaded here alone
        from starlette.applications import Starlette
        from starlette.routing import Route, WebSocketRoute

        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            self._ready.set()
            yield

        routes = [Route("/", self._page, methods=["GET"]), WebSocketRoute("/ws", self._talk)]
        if self.push is not None:
            self._pushes = asyncio.Lock()
            routes.append(Route("/push", self._pushed, methods=["POST"]))
        return Starlette(routes=routes, lifespan=lifespan)

    def _refusal(self, connection: Any) -> str:  # noqa: ANN401 - a starlette request or socket
        headers = connection.headers
        client = connection.client.host if connection.client else ""
        token = connection.query_params.get("t", "")
        return self.access.refusal(headers.get("host", ""), headers.get("origin"), client, token)

    async def _page(self, request: Any) -> Any:  # noqa: ANN401 - starlette's types
        from starlette.responses import HTMLResponse, PlainTextResponse

        refusal = self._refusal(request)
        if refusal:
            return PlainTextResponse(refusal, status_code=403, headers=HEADERS)
        policy = {"Content-Security-Policy": content_policy(self._html)}
        return HTMLResponse(self._html, headers={**HEADERS, **policy})

    async def _pushed(self, request: Any) -> Any:  # noqa: ANN401 - starlette's types
        """Take a message of a phone: with the token also from this computer, one after the other."""
        from starlette.requests import ClientDisconnect
        from starlette.responses import PlainTextResponse

        token, push = request.query_params.get("t", ""), self.push
        refusal = self._refusal(request) or self.access.refuse_token(token)
        if refusal or push is None:
            return PlainTextResponse(refusal, status_code=403, headers=HEADERS)
        if self._pushing >= MOST_PUSHES:
            return PlainTextResponse("too many at once", status_code=429, headers=HEADERS)
        self._pushing += 1
        try:
            async with asyncio.timeout(PUSH_S):
                body = await _body(request, MOST_PUSH)
            async with self._pushes:
                await asyncio.to_thread(push, body)
        except (ClientDisconnect, TimeoutError):
            return PlainTextResponse("too slow", status_code=408, headers=HEADERS)
        except PacketError as error:
            return PlainTextResponse(str(error), status_code=400, headers=HEADERS)
        except GaitError:
            return PlainTextResponse("cannot be kept", status_code=507, headers=HEADERS)
        finally:
            self._pushing -= 1
        return PlainTextResponse("taken", headers=HEADERS)

    async def _talk(self, socket: Any) -> None:  # noqa: ANN401 - starlette's types
        """Send every message to one page until it goes away."""
        from starlette.websockets import WebSocketDisconnect

        if self._refusal(socket) or self.hub.watchers >= MOST_CLIENTS:
            await socket.close(code=1008)
            return
        # The place is counted before the first wait, so that many clients at once cannot exceed the limit.
        loop, more = asyncio.get_running_loop(), asyncio.Event()
        watcher = self.hub.watch(lambda: _wake(loop, more))
        listening = None
        try:
            await socket.accept()
            listening = asyncio.ensure_future(self._until_gone(socket))
            listening.add_done_callback(lambda _: more.set())
            while not listening.done():
                more.clear()
                watcher.busy = True
                for text in watcher.take():
                    await socket.send_text(text)
                watcher.busy = False
                await more.wait()
        except (WebSocketDisconnect, RuntimeError, OSError):
            return
        finally:
            self.hub.leave(watcher)
            if listening is not None:
                listening.cancel()

    @staticmethod
    async def _until_gone(socket: Any) -> None:  # noqa: ANN401 - starlette's types
        """Wait until the page goes; what it says is not listened to, and whoever talks on is cut off."""
        from starlette.websockets import WebSocketDisconnect

        with suppress(WebSocketDisconnect, RuntimeError):
            for _ in range(MOST_HEARD):
                await socket.receive_text()
            await socket.close(code=1008)


def _wake(loop: asyncio.AbstractEventLoop, more: asyncio.Event) -> None:
    """Set an event from any thread; a loop that has ended needs none."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(more.set)


async def _body(request: Any, most: int) -> bytes:  # noqa: ANN401 - starlette's request
    """Return a request's body.

    Raises
    ------
    PacketError
        It is larger than what is taken; no more than that is ever held.
    """
    body = bytearray()
    async for piece in request.stream():
        if len(body) + len(piece) > most:
            raise PacketError(f"a message of more than {most} bytes")
        body += piece
    return bytes(body)
