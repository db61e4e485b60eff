"""The firmware sketch's core in C, built for this machine: a session from it, with a lost link between."""

from __future__ import annotations

import asyncio
import ctypes as c
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from gait.protocol.control import Backfill, BackfillDone, Result, decode_answer, encode_command
from gait.protocol.profile import BATTERY_LEVEL, CTRL, DATA, SERIAL, SERVICE, STATUS
from gait.protocol.status import decode_status
from gait.recording.read import read_recording
from gait.sensors.scan import Backend
from gait.sensors.session import RecordSettings, record
from gait.virtual.radio.faults import parse_fault
from gait.virtual.radio.near import NearPeripheral, near_backends, switched_on
from tests.sensors.conftest import FastLoop

NOTES = Path(__file__).resolve().parents[2] / "firmware_notes"
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic"]
CHECKED = ["-fsanitize=undefined", "-fno-sanitize-recover=all"]
RING = 2000
STATE_BYTES = 1024 + 16 * RING

CLOCK = c.CFUNCTYPE(c.c_uint32, c.c_void_p)
START = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_uint16, c.c_uint16, c.c_uint16)
STOP = c.CFUNCTYPE(None, c.c_void_p)
SEND = c.CFUNCTYPE(c.c_int, c.c_void_p, c.POINTER(c.c_uint8), c.c_size_t)
LEVEL = c.CFUNCTYPE(c.c_uint8, c.c_void_p)


class Hal(c.Structure):
    """``gait_hal``."""

    _fields_: ClassVar = [
        ("user", c.c_void_p),
        ("clock_us", CLOCK),
        ("start", START),
        ("stop", STOP),
        ("notify", SEND),
        ("indicate", SEND),
        ("battery_pct", LEVEL),
    ]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Core and codec as a shared library; strictest warnings, undefined behaviour ends the process."""
    compiler = os.environ.get("CC") or shutil.which("cc")
    if compiler is None or sys.platform == "win32":
        pytest.skip("no C compiler")
    out = tmp_path_factory.mktemp("sketch") / "sketch.so"
    sources = [NOTES / "codec" / "gait_codec.c", NOTES / "sketch" / "gait_sensor" / "gait_sensor.c"]
    words = [compiler, *STRICT, f"-DGAIT_RING_SAMPLES={RING}u", f"-I{NOTES / 'codec'}", "-shared", "-fPIC"]
    for checks in (CHECKED, []):
        done = subprocess.run(
            [*words, *checks, "-o", str(out), *map(str, sources)], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stderr
    loaded = c.CDLL(str(out))
    loaded.gait_sensor_status.restype = c.c_size_t
    return loaded


class Board(NearPeripheral):
    """A fake board: the C core on a virtual radio; each sample tells its number."""

    def __init__(self, library, number, clock_s, faults=()):
        super().__init__(number, clock_s, faults)
        self.library, self.state = library, c.create_string_buffer(STATE_BYTES)
        self.begun_s = self.rate_hz = None
        self.taken = 0
        self.hal = Hal(
            None,
            CLOCK(lambda _: self.clock_us()),
            START(self.start_part),
            STOP(lambda _: self.stop_part()),
            SEND(lambda _, raw, size: self.send(DATA, raw, size)),
            SEND(lambda _, raw, size: self.send(CTRL, raw, size)),
            LEVEL(lambda _: 71),
        )
        library.gait_sensor_init(self.state, c.byref(self.hal), c.c_uint32(12345), b"SKETCH1")

    def clock_us(self):
        return round(1e6 * (self.clock_s() * (1 + 30e-6))) % (1 << 32)

    def start_part(self, _, rate_hz, acc_range_g, gyr_range_dps):
        if (acc_range_g, gyr_range_dps) != (16, 2000):
            return 0
        self.rate_hz, self.begun_s, self.taken = rate_hz, self.clock_s(), 0
        self.begin_faults()
        return 1

    def stop_part(self):
        self.begun_s = None

    def send(self, uuid, raw, size):
        if self.client is None:
            return 0
        if uuid == DATA:
            self.notify((uuid, bytes(raw[:size])))
        else:
            self.deliver(uuid, bytes(raw[:size]))
        return 1

    name, advertised = "Gait-77L", (SERVICE,)
    characteristics: ClassVar = {
        DATA: ["notify"],
        CTRL: ["write", "indicate"],
        STATUS: ["read"],
        BATTERY_LEVEL: ["read"],
        SERIAL: ["read"],
    }

    def read(self, uuid):
        if uuid != STATUS:
            return bytes([71])
        raw = c.create_string_buffer(64)
        assert self.library.gait_sensor_status(self.state, raw, c.c_size_t(64)) == 64
        return raw.raw

    def wrote(self, _, value):
        self.mute = False
        self.library.gait_sensor_write(self.state, value, c.c_size_t(len(value)))

    async def sample(self):
        while True:
            while self.begun_s is not None and self.begun_s + self.taken / self.rate_hz <= self.clock_s():
                self.take()
            self.library.gait_sensor_poll(self.state)
            await asyncio.sleep(0.002)

    def take(self):
        at_us = round(1e6 * (self.begun_s + self.taken / self.rate_hz) * (1 + 30e-6)) % (1 << 32)
        counts = (c.c_int16 * 6)(*[(self.taken * (axis + 1)) % 30000 for axis in range(6)])
        self.library.gait_sensor_sample(self.state, counts, c.c_uint32(at_us))
        self.taken += 1


def test_a_session_from_the_sketch_is_whole_after_a_lost_link(library, tmp_path):
    """Two drops, a silence and lost packets: every sample that the fake board took, once, with its value."""
    loop = FastLoop()
    faults = [parse_fault(text) for text in ("drop@4+3", "silent@11", "drop@15+2")]
    board = Board(library, 0, loop.time, faults)
    board.loss = 0.03

    async def go():
        async with switched_on([board]):
            return await record(
                tmp_path / "out",
                RecordSettings(rate_hz=208, duration_s=20.0, scan_s=0.05),
                asyncio.Event(),
                backend=Backend(*near_backends([board])),
                clock_us=lambda: round(loop.time() * 1e6),
            )

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        recorded = runner.run(go()).recorded[0]
    assert recorded.gaps == 0
    assert recorded.samples == board.taken > 19 * 208
    found = read_recording(recorded.path)
    counts = np.rint(found.acc / (16 * 9.80665) * 32768).astype(int)
    assert np.array_equal(counts[:, 0], np.arange(board.taken) % 30000)
    assert np.max(np.abs(np.diff(found.time_s) - 1 / 208)) < 2e-4


def test_the_sketch_says_what_is_overwritten(library):
    """Asked for the first sample when the ring has gone round: the oldest that is left, and how many come."""
    sent = []
    board = Board(library, 0, lambda: 100.0)
    board.client = object()
    board.notify = lambda *items: sent.extend(items)
    board.deliver = lambda uuid, payload: sent.append((uuid, payload))
    board.wrote(None, bytes.fromhex("01d0001000d00701000000"))
    for _ in range(RING + 500):
        board.take()
    status = decode_status(board.read(STATUS))
    assert (status.ring_first, status.ring_next, status.battery_pct) == (500, RING + 500, 71)
    for first, count, result, begins, comes in (
        (0, 600, Result.OVERWRITTEN, 500, 100),
        (600, 50, Result.OK, 600, 50),
        (RING + 490, 50, Result.OK, RING + 490, 10),
        (RING + 500, 5, Result.OK, RING + 500, 0),
    ):
        sent.clear()
        board.wrote(None, encode_command(Backfill(first, count)))
        for _ in range(20):
            library.gait_sensor_poll(board.state)
        answer = decode_answer(next(payload for uuid, payload in sent if uuid == CTRL))
        assert answer == BackfillDone(result, begins, comes)
