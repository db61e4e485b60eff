"""Decoders of the sensors' memories against bytes that our encoders did not make.

The bytes and their values are facts taken from public repositories and documents, named beside each.
"""

import base64
import struct
import zlib
from datetime import UTC, datetime

import numpy as np
import pytest

from gait.errors import PacketError
from gait.sensors.drivers import DRIVERS
from gait.sensors.drivers.metamotion_log import (
    ACC,
    GYR,
    Config,
    Logger,
    entries_of,
    logger_of,
    vectors_of,
)
from gait.sensors.drivers.metamotion_log import run_of as meta_run_of
from gait.sensors.drivers.movella_log import message, parts_of
from gait.sensors.drivers.movella_log import run_of as dot_run_of
from gait.sensors.drivers.movesense_log import read_sbem
from gait.sensors.drivers.movesense_log import run_of as movesense_run_of
from gait.sensors.drivers.polar_files import Frames, RefusedFileError, frames_of, request_for
from gait.sensors.drivers.polar_files import entries_of as folder_of
from gait.sensors.drivers.polar_frames import decode_frame
from gait.sensors.drivers.polar_log import newest_pair, read_offline
from gait.units import STANDARD_GRAVITY

# sokolmarek/movesense-commander, src/lib/sbem/__fixtures__/imu9-prefix.sbem: a log that a Movesense Flash
# made; here its descriptions of IMU9 and its first three chunks (zlib, base64). Values: sbem2json.
MOVESENSE_LOG = (
    "eNoLdnL1NTA0NGLQsWCwCQjxsNMOTswtyEkt1nMsKkqshJBOqemZeVw2bkG+dqWZeSUWDAwmvBDVUMXaEMW+qYnFnr6hlnohmbmpxSVA"
    "OYQmYyMGBk4ziK5oBgYzdRQD9NAMAHMdk5O1KyAmpOXkJ4KNMNMgSp9eJbo+TeL0VaHpE4hksHEPCrAzttQxMdAxMQR6whxiUiwDg7kW"
    "YUPdK4vyMXxhrk2cRgxvmOsQqRHDH1EQf5gY6ZgY65iYAI3SJWyUb2J6Hqbj9YjTiOl4fSI1Yjg+Gup4Ux0TMx0TcwYGhziIiKGxjqmJ"
    "joUlApmagkQsDRAIKmKIQKamDHFT7mXPNy4LD7afVyvp+HyigMNRIU376QFyjgW7+RwUbqrbFz2Sd+y8xO2gx51kP1VezvGexm/7QttH"
    "jmfPyBzcIffXgev6acdqEaOD1xerOBba7gBit4PfNGwcd8jNBrKTgOIOjoZums7TOJScP7VLHv6+WcN5sYGys/MsycPMRzWd90kqOBtw"
    "Sh6uvabhnCGp5LzcXOpw3BTdnPnGFicy7Cv5pR1j8h7aO8TF2ZetlXIs6rlhP6+o3l6VV9aR0+6GfZ3zBPvXQTKOrzpf23/TaHF8Exhw"
    "kIHBBei6EEf5VvaDD6s8HEXXmQNdKXxgnbstUF7ioGZMvQPItRfPajqv/qTqPFFD/PCyFC3nUBsVZ/V7Eoe9Lms6zxVScX5VIXH4SLGW"
    "c0CckrM0vyTQVbVAV03aO9e+UErKMT3op/3b5jn23UnijgvFRRx8RKfZ6zHJOQY8EHCY/GSdff5LSUep59IOmjH9wPBQcNSM4XdkYJh1"
    "MC0tyjEtjQ2I7Q5Wi/g5AsPP4U2gycHDX1849B9a6tD5Tdt57XI1Z9G3oofvdGg6741TcT5zUfJwyWYt595wJed9Z8UP29lqO+/UVXR+"
    "tk3iMAAB2pGz"
)
MOVESENSE_FIRST_MS = [866085854, 866085933]
MOVESENSE_ACC = [[0.825553297996521, 9.593168258666992, 2.2589051723480225]]
MOVESENSE_ACC += [[0.8829830884933472, 9.882710456848145, 1.9621846675872803]]
MOVESENSE_DPS = [[28.280000686645508, -9.800000190734863, 7.909999847412109]]
MOVESENSE_DPS += [[19.389999389648438, -14.140000343322754, 12.039999961853027]]


def test_movesense_reads_a_sensors_log():
    """Stamps and values as the maker's converter reads them, first and last sample of a chunk of four."""
    log = read_sbem(zlib.decompress(base64.b64decode(MOVESENSE_LOG)))
    assert [ms for ms, _ in log.acc[:2]] == MOVESENSE_FIRST_MS
    assert [len(values) for _, values in log.acc] == [4, 4, 4]
    assert log.acc[0][1][[0, 3]].tolist() == MOVESENSE_ACC
    assert log.gyr[0][1][[0, 3]].tolist() == MOVESENSE_DPS
    assert (log.skipped, log.calendar) == (0, None)
    run = movesense_run_of(log, 8.0, 32768 * 0.07)
    assert run.setup.rate_hz == 52.0
    assert sum(len(one.counts) for one in run.pieces) == 12
    acc = run.pieces[0].counts[0, :3] * (8.0 * STANDARD_GRAVITY / 32768)
    assert np.max(np.abs(acc - MOVESENSE_ACC[0])) < 0.51 * 8.0 * STANDARD_GRAVITY / 32768


def test_movesense_reads_a_log_that_was_cut_off_anywhere():
    """Whole chunks only, at every length; other bytes are refused or give nothing."""
    raw = zlib.decompress(base64.b64decode(MOVESENSE_LOG))
    found = [len(read_sbem(raw[:size]).acc) for size in range(8, len(raw) + 1)]
    assert found == sorted(found)
    assert found[-1] == 3
    with pytest.raises(PacketError, match="begins with"):
        read_sbem(b"PK" + raw)
    with pytest.raises(PacketError, match="no acceleration"):
        movesense_run_of(read_sbem(raw[:700]), 8.0, 2000.0)
    rng = np.random.default_rng(2)
    for _ in range(300):
        broken = bytearray(raw)
        for at in rng.integers(8, len(raw), 20):
            broken[at] = rng.integers(256)
        log = read_sbem(bytes(broken))
        assert all(np.isfinite(values).all() for _, values in log.acc)


# polarofficial/polar-ble-sdk, OfflineRecordingDataTest.kt: gyroOfflineFrame whole, accOfflineFrame to its
# first frame; BlePsFtpClientTest.kt: a message in thirteen frames.
POLAR_GYRO = (
    "002b4c7c3d0100000000000000edb73b5e323031372d30312d30312031303a32363a3332001500013400010110000201d0070401"
    "030501295c8f3d00e40005f2103c9d1d5272078013ecc00f0bee10239dfc0af3140e4ffdeef93206d4fb78f9bc0bbbf793f5ea0c"
    "acf586f8550a2ffa9dff130350085407cbf1331ff60cdde2ce13190505f5e2f985fb9d0a5cf7b2fcc30beeff37fe3d06c9020eff"
    "0a0376f911fc010956f9560a0d0015f5790af0ff1b02ec0a92e9b6f7850671f03f05dcff8a04930172f08c121c0daafb5e096805"
    "f9fe14f989fdd6fa58f94f011cfeaffaccfdbeff43fd67ffaa01bbfb090a8203d2027002930797fa8cf94dfe23fc440210ffee07"
    "3c0d3605c5ff5f06b705fbfbedff71031cfe87045efcfbfbfbf54df97a05e400050429f8c61d5272078036f77afd1e0410230204"
    "38ff060100085c0497ffd6fdc700d1fd7f02c8fe1efd61001e0059004dfe4b00a10377f814ffbc05f4f7ecfcfe03f3f70bf84401"
    "52ff4ef7730a10f9d0efe4f3db008dfd4ef75bffa201a7fa6be8b40676f438eb95061cfb15fb852b41feda36b103fffc8d1af5ea"
    "c1fd2d27b5f67b01820098e41e004cc90d099d0163f7b5227103fc1469208202be1252eec3004fe92ae02b01fbfc84ea7f078611"
    "a9124b0430e93e164d031908e2f5a500560e85f6f6feaef15f0aabfd210464fe6efe66ff4ffae6ffe2ff30076b00080045fd2300"
)
POLAR_ACC = (
    "002b4c7c3d01000000000000000479c35f323031372d30312d31392030383a33323a3532000f0001340001011000020108000401"
    "0300e40002240cb5205cd2770781f5ff1c00e5030413f1e053e030bf1e013e1f2b14df02001f00f0e3d5b3e3c3dff122c21d0406"
    "148410f0fe3fec3f30fc0011f87b1024be8f1b80a01302b0f70001f48020f43c30084400fc3d0f00c42e00460ff804141f34bf21"
    "f4ac31011f1e0324d1e920ef460e0e4a04ffd4e4af4d120ef5cc06140201f8400108ba2ff8c18f043e2ff07d1010fb1000faee17"
    "8201f84100f48020f8feff0b4130f4c01ffcff000004145f0e0c01c0f2e1023f4d4d2d2e0d20f3e1ef31e22ce3ffd2f003b5cf06"
    "c10609be3f0c0530f83b1ff8405ff0889ff041fff77f7f00"
)
POLAR_FRAMES = """
060a0608021004180312060800100918051a0608
170210001807320841313437384332433a0e506f
27506f6c617220494e57334e5f420b3030373835
373030373835364a06436f707065725206556e69
47556e695a104130394531414646464541313437
5741306214c1a878d5024b461dc66d38ed0e53b5
67c1a878d5026a060803100b180072100a06426c
77426c65411a0608091000180072170a0d426c65
87426c65426f6f746c6f611a0608041001180072
97220a034750531a1b0801100018002213613230
a76132303032305f663464333836385f31780182
b782080a060803100018028a010d0a095a485f4a
c35a485f4a411009
"""


def test_polar_reads_the_makers_offline_files():
    """Start, settings, first two samples and last time stamp as the maker's tests have them."""
    gyro = read_offline(bytes.fromhex(POLAR_GYRO))
    assert gyro.started == datetime(2017, 1, 1, 10, 26, 32, tzinfo=UTC)
    assert (gyro.setting(0), gyro.setting(1), gyro.setting(2), gyro.setting(4)) == (52, 16, 2000, 3)
    assert gyro.factor == pytest.approx(0.07, rel=1e-6)
    frames = [decode_frame(one, gyro.factor) for one in gyro.frames]
    assert [len(one.values) for one in frames] == [36, 36]
    raw = frames[0].values[:2] / gyro.factor
    assert np.allclose(raw, [[-5101, 4032, -4597], [-5101 - 867, 4032 - 3318, -4597 + 3604]])
    assert frames[-1].last_ns == 0x0772521DC6F82904
    acc = read_offline(bytes.fromhex(POLAR_ACC))
    assert acc.started == datetime(2017, 1, 19, 8, 32, 52, tzinfo=UTC)
    assert (acc.setting(0), acc.setting(1), acc.setting(2), acc.setting(4)) == (0x34, 0x10, 8, 3)
    values = decode_frame(acc.frames[0], acc.factor).values * 1000.0
    assert np.allclose(values[:2], [[-11, 28, 997], [-10, 27, 997]])


def test_polar_refuses_what_is_no_offline_file():
    """Encrypted, another magic number, too short; cut off: its last whole frame."""
    raw = bytes.fromhex(POLAR_GYRO)
    with pytest.raises(PacketError, match="encrypted"):
        read_offline(b"\x02" + raw[1:])
    with pytest.raises(PacketError, match="magic"):
        read_offline(raw[:1] + b"\0" + raw[2:])
    with pytest.raises(PacketError, match="3 bytes"):
        read_offline(raw[:3])
    assert len(read_offline(raw[:-1]).frames) == 1


def test_polar_puts_the_makers_frames_together():
    """Thirteen frames to one message, and back into the same; a lost one is noticed, an error told."""
    frames = [bytes.fromhex(one) for one in POLAR_FRAMES.split()]
    made = Frames()
    assert [made.take(one) for one in frames] == [False] * 12 + [True]
    assert bytes(made.message) == b"".join(one[1:] for one in frames)
    assert frames_of(bytes(made.message)) == frames
    with pytest.raises(PacketError, match="lost"):
        [other.take(one) for other in [Frames()] for one in frames[:3] + frames[4:]]
    with pytest.raises(RefusedFileError, match="no such file"):
        Frames().take(bytes([0, 103, 0]))


def test_polar_asks_for_files_and_reads_folders():
    """Worked by hand from the published protocol buffers: a request of a path, a folder of two entries."""
    assert request_for("/U/0/") == bytes.fromhex("0900 0800 1205") + b"/U/0/"
    folder = bytes.fromhex("0a0b 0a07") + b"20260501/"[:7] + bytes.fromhex("1000")
    folder += bytes.fromhex("0a0d 0a08") + b"ACC0.REC" + bytes.fromhex("10ac02")
    assert folder_of(folder) == [("2026050", 0), ("ACC0.REC", 300)]
    with pytest.raises(PacketError):
        folder_of(folder[:-4])


def test_polar_takes_the_newest_run_of_both_instruments():
    """Paths of PolarOfflineRecordingUtilsTest.kt, and a newer recording of acceleration alone."""
    day = "/U/0/20250730/R/101010"
    acc = [f"{day}/ACC{number}.REC" for number in range(12)]
    paths = [
        *acc[::-1],
        f"{day}/HR0.REC",
        "/U/0/20250730/R/101013/GYRO0.REC",
        "/U/0/20250801/R/101010/ACC.REC",
    ]
    assert newest_pair(paths) == (acc, ["/U/0/20250730/R/101013/GYRO0.REC"])
    assert newest_pair(acc) == ([], [])


# mbientlab/MetaWear-SDK-Cpp, logdata.py: the beginning of a log out of a board at 8 g and 50 Hz, its values
# and the milliseconds between them; test_anonymous_signal.py: loggers of both instruments.
META_LOG = """
0b07a0e6420000f5003d01a1e6420000dd0f0000
0b07a0f44200001f011601a1f4420000fe0f0000
0b07a00f430000ff00b100a10f43000009100000
0b07a01c430000d300b700a11c4300006b100000
0b07a02a4300000d019900a12a43000046100000
0b07a0374300002a01c9ff
0b0d
0b07a13743000031100000a0454300001201e4fd
0b07a1454300008f110000a0524300002e02c3ff
0b07a152430000a21b0000a05f4300006906e808
0b07a160430000f7280000a06d430000b608fe0a
0b07a16d43000032290000a07a4300004608a808
"""
META_G = [
    [0.0598, 0.0774, 0.9915],
    [0.0701, 0.0679, 0.9995],
    [0.0623, 0.0432, 1.0022],
    [0.0515, 0.0447, 1.0261],
]
META_G += [
    [0.0657, 0.0374, 1.0171],
    [0.0728, -0.0134, 1.012],
    [0.0669, -0.1318, 1.0974],
    [0.1362, -0.0149, 1.7271],
]
META_STEPS_MS = [20, 40, 19, 21, 19, 20, 19]
META_LOGGERS = ["0b820304ff60", "0b821305ff60", "0b820304ff24", "0b821305ff24"]


def test_metamotion_reads_a_boards_log():
    """Values and steps of time as in the maker's tests; the second part may be stamped a tick later."""
    texts = [text[4:] for text in META_LOG.split() if text.startswith("0b07")]
    entries = entries_of(bytes.fromhex("".join(texts)))
    loggers = {0: Logger(ACC, 4, 0, 4), 1: Logger(ACC, 4, 4, 2)}
    ticks, counts = vectors_of(entries, loggers, ACC)
    assert np.max(np.abs(counts[:8] / 4096.0 - META_G)) < 1e-4
    steps_ms = np.diff(ticks) * 48.0 / 32768.0 * 1e3
    assert np.max(np.abs(steps_ms[:7] - META_STEPS_MS)) < 2.0
    with pytest.raises(PacketError, match="acceleration alone"):
        meta_run_of(entries, loggers, Config(50.0, 8.0), Config(50.0, 2000.0))


def test_metamotion_knows_its_loggers_and_joins_both_instruments():
    """Loggers and entries of test_anonymous_signal.py: 0.060, 0.077, 0.991 g; 224.2, 170.8, 147.0 deg/s."""
    loggers = {number: logger_of(bytes.fromhex(text)) for number, text in enumerate(META_LOGGERS)}
    assert loggers[0] == Logger(ACC, 4, 0, 4)
    assert loggers[3] == Logger(GYR, 5, 4, 2)
    assert logger_of(b"\x0b\x82") is None
    # The board's own ticks of the two lie far apart: here the second pair has the first one's.
    text = "60e6420000f5003d0162e6420000dd0f0000 61e6420000e6728c5763e6420000584b0000"
    entries = entries_of(bytes.fromhex(text))
    run, first = meta_run_of(entries, loggers, Config(100.0, 8.0), Config(100.0, 32768 / 131.2))
    assert first == 0x42E6
    row = run.pieces[0].counts[0]
    assert row[:3] / 4096.0 == pytest.approx([0.060, 0.077, 0.991], abs=1e-3)
    assert row[3:] / 131.2 == pytest.approx([224.192, 170.823, 147.012], abs=1e-2)
    parts = vectors_of(entries, {0: Logger(ACC, 4, 0, 4)}, ACC)
    assert len(parts[0]) == 0


# Movella DOT BLE Services Specifications, 5.2.1: example messages (but those of StartRecording, whose sums
# are wrong there), and the beginnings of two packets of a file.
DOT_MESSAGES = {
    "010102fc": (0x02, ""),
    "01030106 02f3": (0x01, "0602"),
    "0102 6001 9c": (0x60, "01"),
    "0104 0100 6001 99": (0x01, "006001"),
    "0101 62 9c": (0x62, ""),
    "0109 7400010506070809 0a 54": (0x74, "000105060708090a"),
    "0102 7007 86": (0x70, "07"),
    "0104 0100 7007 83": (0x01, "007007"),
}
DOT_PACKETS = ["00000000 75a766a8", "01000000 90e866a8"]


def test_dot_reads_the_published_messages():
    """Each example of the document: kind, body and sum, both ways; a wrong sum is refused."""
    for text, (kind, body) in DOT_MESSAGES.items():
        raw = bytes.fromhex(text)
        assert parts_of(raw) == (kind, bytes.fromhex(body))
        if kind not in (0x01, 0x62):
            assert message(kind, bytes.fromhex(body)) == raw
    with pytest.raises(PacketError, match="wrong sum"):
        parts_of(bytes.fromhex("010102fd"))
    with pytest.raises(PacketError):
        parts_of(b"\x01\x20\x71")


def test_dot_reads_stamps_of_the_published_packets_and_values_by_the_table():
    """The document's two packets are 16.67 ms apart: 60 Hz. It does not show their values: made by hand."""
    made = [
        bytes.fromhex(text)[4:] + struct.pack("<6f", 9.80665, 0, 0, 90.0, 0, -45.0) for text in DOT_PACKETS
    ]
    run = dot_run_of(b"".join(made), None)
    assert run.setup.rate_hz == 60.0
    assert [one.clock_us for one in run.pieces] == [0xA866A775]
    assert run.pieces[0].counts.tolist() == [[2048, 0, 0, 1475, 0, -737]] * 2
    with pytest.raises(PacketError, match="no number"):
        dot_run_of(made[0] + made[1][:4] + struct.pack("<6f", *[float("nan")] * 6), None)
    with pytest.raises(PacketError, match="1 samples"):
        dot_run_of(made[0] + made[1][:-1], None)


def test_dot_goes_on_where_its_clock_begins_anew():
    """Microseconds in 32 bits: 71.6 minutes; a step over the edge is as long as the others."""
    stamps = [(1 << 32) - 8000, 333, 8666, 16999]
    run = dot_run_of(b"".join(struct.pack("<I24x", one) for one in stamps), None)
    assert run.setup.rate_hz == 120.0
    assert [len(one.counts) for one in run.pieces] == [4]


def test_a_memory_without_bytes_says_so():
    """Unproven are those memories, and only those, for which no measured bytes were found."""
    unproven = {
        one.ability.key for one in DRIVERS if one.ability.fetches and not one.ability.memory_proven_by
    }
    assert unproven == {"movella-dot"}
