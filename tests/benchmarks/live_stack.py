"""The parts of ``gait live`` in a process of their own: a replay, the page's server, a foot pod."""

import multiprocessing
import threading
import time

from gait.live.feed import Feed
from gait.live.foot_pod.pod import FootPod
from gait.live.hub import Hub
from gait.live.replayed import replay
from gait.live.server import LiveServer


class TimedHub(Hub):
    """Notes strides: (side, initial contact, toe-off, samples heard up to, wall clock, alert)."""

    def __init__(self, target_spm):
        super().__init__(target_spm)
        self.decided, self.feed = [], None

    def stride(self, stride):
        """Take a stride and note it."""
        super().stride(stride)
        alert = self._recent[-1].get("alert")
        row = (stride.side, round(stride.ic_s, 4), stride.tc_s, self.feed.newest_s, time.time(), alert)
        self.decided.append(row)


class NotedCarrier:
    """A foot pod's carrier that notes what is sent: wall clock, and how far the strides in it reach."""

    def __init__(self):
        self.sent, self.pod = [], None

    async def open(self):
        """Be ready."""

    async def notify(self, value):
        """Note a value."""
        newest = max(one.end_s for one in self.pod._course._recent)
        self.sent.append((time.time(), newest, bytes(value)))

    async def close(self):
        """Be done."""


def start(session, target_spm):
    """Start it; returns the process, a pipe that gives the port and in the end the notes."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(session, target_spm, there))
    process.start()
    return process, here


def _serve(session, target_spm, pipe):
    hub, carrier = TimedHub(target_spm), NotedCarrier()
    carrier.pod = FootPod(carrier, lambda _: None)
    server = LiveServer(hub)
    server.start()
    pipe.send(server.port)
    pipe.recv()
    cpu, begun = time.process_time(), time.time()
    hub.feed = Feed(hub, [carrier.pod])
    with carrier.pod:
        replay(session, hub.feed, 1.0, threading.Event())
    spent = (time.process_time() - cpu) / (time.time() - begun)
    start_s = min(float(one.time_s[0]) for one in session.recordings)
    pipe.send(
        {"decided": hub.decided, "sent": carrier.sent, "cpu": spent, "begun": begun, "start_s": start_s}
    )
    pipe.recv()
    server.stop()
