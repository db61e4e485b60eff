"""The specification and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

from gait.protocol.control import Op, Result
from gait.protocol.data import DATA_TYPE, HEADER_BYTES, MAX_SAMPLES, SAMPLE_BYTES, Flag, decode_data
from gait.protocol.profile import CTRL, DATA, RATES_HZ, SERVICE, STATUS
from gait.protocol.status import STATUS_BYTES, STATUS_VERSION

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
