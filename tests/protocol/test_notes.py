"""The specification and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gait.protocol.control import (
    Backfill,
    BackfillDone,
    Done,
    Op,
    Result,
    SetName,
    SetSide,
    Start,
    Started,
    Stop,
    Sync,
    SyncTimes,
    encode_answer,
    encode_command,
)
from gait.protocol.data import DATA_TYPE, HEADER_BYTES, MAX_SAMPLES, SAMPLE_BYTES, Flag, decode_data
from gait.protocol.profile import CTRL, DATA, RATES_HZ, SERVICE, STATUS
from gait.protocol.status import STATUS_BYTES, STATUS_VERSION, Status, encode_status

NOTES = Path(__file__).parents[2] / "firmware_notes"


def notes() -> str:
    """All pages of the specification."""
    return "\n".join(page.read_text(encoding="utf-8") for page in sorted(NOTES.glob("*.md")))


def test_identifiers_and_sizes_are_the_codes() -> None:
    """UUIDs, operations, flags, sizes and rates on the page are those of the code."""
    text = notes()
    for uuid in (SERVICE, DATA, CTRL, STATUS):
        assert uuid in text
    for op in Op:
        assert f"`0x{op.value:02x}` {op.name}" in text
    assert f"`0x{DATA_TYPE:02x}`" in text
    assert f"`0x{STATUS_VERSION:02x}`" in text
    assert f"{HEADER_BYTES} bytes and n samples of {SAMPLE_BYTES} bytes" in text
    assert f"{HEADER_BYTES + MAX_SAMPLES * SAMPLE_BYTES} bytes" in text
    assert f"{STATUS_BYTES} bytes" in text
    assert ", ".join(str(rate) for rate in RATES_HZ) in text
    assert len(Result) == 6


def test_the_worked_bytes_decode() -> None:
    """The example on the page is the packet it says."""
    found = re.search(r"`(11 05 [0-9a-f ]+)`", notes())
    assert found is not None
    packet = decode_data(bytes.fromhex(found[1]))
    assert (packet.seq, packet.index, packet.t_us, packet.config_id) == (513, 1, 256, 7)
    assert packet.flags == Flag.BACKFILL | Flag.ACC_CLIPPED
    assert packet.period_us == 4807.75
    assert packet.counts.tolist() == [[1, -1, 2048, 0, 256, -32768]]


def hexes(page: str) -> list[bytes]:
    """All worked bytes of a page."""
    found = re.findall(r"`((?:[0-9a-f]{2})(?:[ 0-9a-f]{2,})?)`", (NOTES / page).read_text(encoding="utf-8"))
    return [bytes.fromhex(one.replace(" ", "")) for one in found]


def rows(page: str) -> list[list[str]]:
    """Cells of all table rows of a page."""
    lines = (NOTES / page).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def test_every_worked_packet_is_the_codecs() -> None:
    """Commands, answers and STATUS on the page are what the codec makes of what the page says they are."""
    made = hexes("packets.md")
    status = Status(
        "left", "shoe", running=True, charging=False, rate_hz=208, acc_range_g=16, gyr_range_dps=2000,
        config_id=7, battery_pct=81, boot_id=0x11223344, session_id=0x0A0B0C0D, ring_samples=6240,
        ring_first=0, ring_next=4160, t_us=20_000_000, overruns=0, serial="GS-0042", firmware="1.4.0",
    )  # fmt: skip
    wanted = [
        encode_command(Start(208, 16, 2000, 0x0A0B0C0D)),
        encode_answer(Started(Result.OK, 7, 1000)),
        encode_command(Sync(0x0102030405060708)),
        encode_answer(SyncTimes(Result.OK, 0x0102030405060708, 5000, 5400)),
        encode_command(Backfill(4160, 208)),
        encode_answer(BackfillDone(Result.OVERWRITTEN, 5000, 0)),
        encode_command(SetName("left shoe")),
        encode_command(SetSide(1, 1)),
        encode_command(Stop()),
        encode_answer(Done(Op.STOP, Result.OK)),
        encode_status(status),
    ]
    for one in wanted:
        assert one in made, one.hex()
    assert 9615 * 8 > 65535 > 9616 * 4


def test_the_power_budget_adds_up() -> None:
    """Each line is its arithmetic, the sum is that of the lines, the hours that of the sum."""
    table = {row[0]: row for row in rows("power.md")}
    lines = [
        float(row[2]) for name, row in table.items() if re.fullmatch(r"0\.\d{3}", row[-1]) and name != "sum"
    ]
    total = float(table["sum"][2])
    assert sum(lines) == pytest.approx(total, abs=0.0005)
    assert float(table["processor: drain the FIFO, pack, copy"][2]) == pytest.approx(0.05 * 3.3, abs=5e-4)
    assert float(table["radio: connection events"][2]) == pytest.approx(66.7 * 3.2e-3, abs=5e-4)
    assert float(table["radio: notifications"][2]) == pytest.approx(10.9 * 1.05e-3 * 4.8, abs=5e-4)
    assert float(table["radio: acknowledgements"][2]) == pytest.approx(10.9 * 0.2e-3 * 4.6, abs=5e-4)
    for cell, hours in (("40 mAh", 31), ("100 mAh", 79)):
        assert table[cell][2] == f"{hours} h"
        assert int(cell.split()[0]) * 0.8 / total == pytest.approx(hours, abs=0.6)


def test_throughput_and_ring_are_arithmetic() -> None:
    """Notifications, bits, air time and seconds in the ring follow from the layout."""
    air = (HEADER_BYTES + MAX_SAMPLES * SAMPLE_BYTES + 3 + 4 + 11) * 8 / 2e3
    assert air == pytest.approx(1.05, abs=0.005)
    for row in rows("connection.md"):
        if not row[0].endswith(" Hz"):
            continue
        packets = int(row[0].split()[0]) / MAX_SAMPLES
        assert float(row[1]) == pytest.approx(packets, abs=0.06)
        assert float(row[2]) == pytest.approx(packets * 244 * 8 / 1000, abs=0.06)
        assert float(row[3]) == pytest.approx(packets * (air + 0.300 + 0.044), abs=0.06)
    for row in rows("buffering.md"):
        if not row[0].endswith(" Hz"):
            continue
        rate = int(row[0].split()[0])
        assert int(row[1]) == rate * SAMPLE_BYTES
        assert float(row[2].split()[0]) == pytest.approx(150_000 / (rate * SAMPLE_BYTES), abs=0.5)
        assert float(row[3].split()[0]) == pytest.approx(60_000 / (rate * SAMPLE_BYTES), abs=0.5)


def test_pages_link_to_what_is_there() -> None:
    """Every link of every page leads to a file of the repository."""
    for page in NOTES.glob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
