"""The bytes of C3D files, made by hand, against ezc3d's reading of the same; and files that lie."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import numpy as np
import pytest

from gait.errors import RecordingError
from gait.recording.importers.c3d import read_c3d
from gait.recording.importers.c3d_file import read_raw

FRAMES, POINTS, CHANNELS, PER_FRAME = 6, 2, 3, 4


def _record(group: int, name: str, rest: bytes) -> bytes:
    return struct.pack("<bb", len(name), group) + name.encode() + struct.pack("<h", 2 + len(rest)) + rest


def _parameter(group: int, name: str, kind: int, shape: tuple[int, ...], data: bytes) -> bytes:
    return _record(group, name, struct.pack("<bB", kind, len(shape)) + bytes(shape) + data + b"\0")


def _texts(group: int, name: str, words: list[str]) -> bytes:
    width = max(map(len, words))
    data = "".join(word.ljust(width) for word in words).encode()
    return _parameter(group, name, -1, (width, len(words)), data)


def _int(group: int, name: str, *values: int) -> bytes:
    shape = () if len(values) == 1 else (len(values),)
    return _parameter(group, name, 2, shape, struct.pack(f"<{len(values)}H", *(v & 0xFFFF for v in values)))


def _float(group: int, name: str, *values: float) -> bytes:
    shape = () if len(values) == 1 else (len(values),)
    return _parameter(group, name, 4, shape, struct.pack(f"<{len(values)}f", *values))


def _c3d(
    *, whole_numbers: bool, unsigned: bool = False, frames: int = FRAMES, extra: bytes = b"", seed: int = 1
) -> bytes:
    """Write a C3D of two points, one of them unseen in a frame, and three channels four times as fast."""
    rng = np.random.default_rng(seed)
    records = [
        _record(-1, "POINT", b"\0"),
        _int(1, "USED", POINTS),
        _float(1, "SCALE", 0.1 if whole_numbers else -0.1),
        _float(1, "RATE", 100.0),
        _int(1, "DATA_START", 5),
        _int(1, "FRAMES", frames),
        _texts(1, "LABELS", ["LHEE", "RTOE"]),
        _texts(1, "UNITS", ["mm"]),
        _record(-2, "ANALOG", b"\0"),
        _int(2, "USED", CHANNELS),
        _texts(2, "LABELS", [f"left_foot_ACC.{axis}" for axis in "XYZ"]),
        _texts(2, "UNITS", ["g", "g", "g"]),
        _float(2, "GEN_SCALE", 0.5),
        _float(2, "SCALE", 0.01, 0.02, 0.03),
        _int(2, "OFFSET", *((100, 32768, 0) if unsigned else (100, 200, 0))),
        _float(2, "RATE", 400.0),
        _texts(2, "FORMAT", ["UNSIGNED" if unsigned else "SIGNED"]),
        extra,
    ]
    body = b"\x01\x50\x03\x54" + b"".join(records) + b"\0\0"
    header = struct.pack(
        "<BBHHHHHfHHf",
        2, 0x50, POINTS, CHANNELS * PER_FRAME, 1, frames, 0,
        0.1 if whole_numbers else -0.1, 5, PER_FRAME, 100.0,
    )  # fmt: skip
    points = rng.integers(-9000, 9000, (frames, POINTS, 4))
    points[..., 3] = 0
    points[3, 1, 3] = -1
    analogs = rng.integers(
        0 if unsigned else -30000, 60000 if unsigned else 30000, (frames, CHANNELS * PER_FRAME)
    )
    table = np.concatenate([points.reshape(frames, -1), analogs], axis=1)
    data = (table & 0xFFFF).astype("<u2") if whole_numbers else table.astype("<f4")
    assert len(body) <= 3 * 512
    return header.ljust(512, b"\0") + body.ljust(3 * 512, b"\0") + data.tobytes()


@pytest.mark.parametrize(("whole_numbers", "unsigned"), [(True, False), (True, True), (False, False)])
def test_the_same_as_ezc3d_reads(whole_numbers: bool, unsigned: bool, tmp_path: Path) -> None:
    """Places, channels, scales, offsets and an unseen point, in 16 bits or float, as ezc3d has them."""
    import ezc3d  # loads slowly

    file = tmp_path / "a.c3d"
    file.write_bytes(_c3d(whole_numbers=whole_numbers, unsigned=unsigned))
    ours, theirs = read_c3d(file), ezc3d.c3d(str(file))
    assert list(ours.markers) == theirs["parameters"]["POINT"]["LABELS"]["value"]
    for row, places in enumerate(ours.markers.values()):
        np.testing.assert_allclose(1e3 * places, theirs["data"]["points"][:3, row].T, rtol=1e-6)
    assert np.flatnonzero(np.isnan(ours.markers["RTOE"][:, 0])).tolist() == [3]
    assert (ours.rate_hz, ours.channel_rate_hz) == (100.0, 400.0)
    for row, values in enumerate(ours.channels.values()):
        steps = (values - theirs["data"]["analogs"][0, row]) / (0.5 * (0.01, 0.02, 0.03)[row])
        # ezc3d takes unsigned samples for signed ones; the format's guide says what they are.
        wrapped = np.where(np.abs(steps) > 1.0, steps - 65536.0, steps) if unsigned else steps
        np.testing.assert_allclose(wrapped, 0.0, atol=0.01)


def test_more_frames_than_the_header_can_count(tmp_path: Path) -> None:
    """65,536 frames and more stand in a parameter of two words, or in one number."""
    start, end = _int(3, "ACTUAL_START_FIELD", 1, 0), _int(3, "ACTUAL_END_FIELD", 4, 1)
    for extra in (_record(-3, "TRIAL", b"\0") + start + end, _float(1, "LONG_FRAMES", 65540.0)):
        whole = _c3d(whole_numbers=True, frames=FRAMES, extra=extra)
        file = tmp_path / "long.c3d"
        file.write_bytes(whole)
        with pytest.raises(RecordingError, match="cut off: it announces 65540 frames of 20 numbers"):
            read_raw(file)
        file.write_bytes(whole + bytes(65540 * 20 * 2))
        assert read_raw(file).points.shape == (65540, POINTS, 3)


LIES = [
    (2, b"\xff\xff", "65535 points in the header, 2 in the parameters"),
    (4, b"\xff\xff", "contradicts itself"),
    (8, b"\xff\xff", "announces 65535 frames"),
    (10, b"\x00\x00", None),
    (16, b"\xff\x00", "cut off"),
    (0, b"\xff", "parameters outside"),
    (515, b"\x55", "another processor"),
    (512 + 4, b"\x7f", None),
]


@pytest.mark.parametrize(("at", "lie", "match"), LIES)
def test_counts_that_lie(at: int, lie: bytes, match: str | None, tmp_path: Path) -> None:
    """A count in the header that cannot be is one line, whatever its size; nothing is made of that size."""
    whole = bytearray(_c3d(whole_numbers=True))
    whole[at : at + len(lie)] = lie
    file = tmp_path / "lie.c3d"
    file.write_bytes(whole)
    if match is None:
        _reads_or_refuses(file)
        return
    with pytest.raises(RecordingError, match=match):
        read_raw(file)


def _reads_or_refuses(file: Path) -> None:
    """Read a file whose every array must be bounded by its size, or see it refused in one line."""
    try:
        found = read_c3d(file)
    except RecordingError:
        return
    cells = sum(one.size for one in (*found.markers.values(), *found.channels.values()))
    assert cells <= file.stat().st_size


def test_any_damage_is_one_line(tmp_path: Path) -> None:
    """Two hundred files with some bytes exchanged or cut off: read, or refused in one line."""
    good = _c3d(whole_numbers=True)
    file = tmp_path / "damaged.c3d"
    for seed in range(200):
        draw = random.Random(seed)
        bad = bytearray(good)
        for _ in range(draw.choice((1, 2, 8))):
            bad[draw.randrange(len(bad))] = draw.choice((0, 1, 127, 128, 255, draw.randrange(256)))
        file.write_bytes(bad[: draw.randrange(len(bad))] if seed % 5 == 0 else bad)
        _reads_or_refuses(file)


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beyond the limit is refused before it is read."""
    file = tmp_path / "a.c3d"
    file.write_bytes(_c3d(whole_numbers=True))
    monkeypatch.setattr("gait.recording.importers.c3d_file.MOST_BYTES", 1000)
    with pytest.raises(RecordingError, match="more than"):
        read_raw(file)
