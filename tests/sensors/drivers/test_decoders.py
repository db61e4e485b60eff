"""Each family's decoder against bytes that our encoders did not make: captured, or from the makers' tests.

The bytes and their values are facts taken from public repositories, named beside each; no code of them is.
"""

import struct

import numpy as np
import pytest

from gait.errors import PacketError
from gait.sensors.drivers import DRIVERS
from gait.sensors.drivers.metamotion import BMI160, BMI270, MetaDecoder, packed
from gait.sensors.drivers.movella_dot import DotDecoder
from gait.sensors.drivers.movesense import MovesenseDecoder
from gait.sensors.drivers.orphe_core import OrpheDecoder, decode_values
from gait.sensors.drivers.polar import PolarDecoder, PolarSetup
from gait.sensors.drivers.polar_frames import decode_frame, settings_of
from gait.sensors.drivers.thingy52 import ThingyDecoder
from gait.sensors.drivers.witmotion import WitMotionDecoder
from gait.sensors.samples.full_scale import Scale
from gait.units import STANDARD_GRAVITY

FULL = 32768

# sensein/movesense-py, tests/fixtures/validation/fixture.json: /Meas/IMU6/52 captured from a sensor, with
# what the maker's own converter says of it.
MOVESENSE_IMU6 = bytes.fromhex(
    "aca1020094b578bf399b8840cdb20d4155ff7cbf6a60884092c70c4182627cbfa2e988405da00c418bf871bf71248940c38c0c41"
    "48e17abf713daabf3333b3bec3f568bf713daabf3e0ad7beae4721bff628bcbf3e0ad7beae4721bf3333b3bf3e0ad7be"
)
MOVESENSE_MS = 172460
MOVESENSE_ACC = [
    [-0.9715206623, 4.2689480782, 8.8561525345],
    [-0.9882710576, 4.2617692947, 8.7987232208],
    [-0.9858781099, 4.2785196304, 8.7891511917],
    [-0.9451987147, 4.2856984138, 8.7843656540],
]
MOVESENSE_DPS = [[-0.98, -1.33, -0.35], [-0.91, -1.33, -0.42], [-0.63, -1.47, -0.42], [-0.63, -1.40, -0.42]]


def movesense():
    """A decoder at 8 g and 2000 deg/s."""
    return MovesenseDecoder(Scale(52, 8.0, FULL * 0.07))


@pytest.mark.parametrize("cut", [100, 52, 30])
def test_movesense_reads_a_captured_message_whole_and_in_parts(cut):
    """Time, acceleration and rate as the maker's converter reads them; rates exactly, in steps of 70 mdps."""
    decoder = movesense()
    parts = [b"\x02\x63" + MOVESENSE_IMU6[:cut]]
    if MOVESENSE_IMU6[cut:]:
        parts.append(b"\x03\x63" + MOVESENSE_IMU6[cut:])
    for number, part in enumerate(parts):
        assert decoder.decode("", part, 10 + number) == []
    assert decoder.decode("", parts[-1], 20) == []  # the same again: a second subscription
    piece = decoder.decode("", b"\x02\x63\xff" + MOVESENSE_IMU6[1:], 99)[0]
    assert (piece.clock_us, piece.arrival_us) == (MOVESENSE_MS * 1000, 10)
    acc = piece.counts[:, :3] * (8.0 * STANDARD_GRAVITY / FULL)
    assert np.max(np.abs(acc - MOVESENSE_ACC)) < 0.51 * 8.0 * STANDARD_GRAVITY / FULL
    assert np.max(np.abs(piece.counts[:, 3:] * 0.07 - MOVESENSE_DPS)) < 1e-6


def test_movesense_takes_no_message_with_parts_of_another():
    """The rest lost where the cut looks like a shorter message, or come twice: no sample of it counts."""
    long = struct.pack("<I", 7000) + np.arange(48, dtype="<f4").tobytes()
    decoder, found = movesense(), []
    for number in range(40):
        whole = struct.pack("<I", 7000 + 80 * number) + long[4:]
        head, rest = b"\x02\x63" + whole[:148], b"\x03\x63" + whole[148:]
        other = b"\x03\x63" + bytes(24) + whole[148:]
        for part in {9: (head,), 20: (head, rest, other), 21: (rest,)}.get(number, (head, rest)):
            try:
                found += decoder.decode("", part, number)
            except PacketError:
                continue
    stamps = {piece.clock_us // 1000 for piece in found}
    assert all(len(piece.counts) == 8 for piece in found)
    assert all(np.array_equal(piece.counts, found[0].counts) for piece in found)
    assert len(stamps) >= 34


def test_movesense_refuses_what_is_no_message():
    """Cut, empty, and floats that are no numbers."""
    decoder = movesense()
    with pytest.raises(PacketError):
        decoder.decode("", b"\x02", 0)
    with pytest.raises(PacketError, match="GSP IMU6"):
        decoder.piece(MOVESENSE_IMU6[:-1], 0)
    with pytest.raises(PacketError, match="no number"):
        decoder.piece(MOVESENSE_IMU6[:4] + struct.pack("<6f", *[float("nan")] * 6), 0)
    assert decoder.decode("", b"\x01\x63\xc8\x00", 0) == []


# polarofficial/polar-ble-sdk, GyrDataTest.kt and AccDataTest.kt.
def test_polar_reads_the_makers_gyroscope_frames():
    """Compressed type 0 (16-bit steps) and 1 (floats), with and without a factor."""
    frame = decode_frame(bytes.fromhex("05ffffffffffffff7f80 eaff08000d00 0301df00"), 1.0)
    assert frame.last_ns == 9223372036854775807
    assert frame.values.tolist() == [[-22, 8, 13], [-23, 11, 16]]
    floats = "0500943577000000 0081 0000803f 00002041 0000a041 1c01 0000a001 000008cd ccec0d"
    bits = [0x3F800000 + 0x1A00000, 0x41200000 + 0x800000, (0x41A00000 + 0xFDECCCCD) & 0xFFFFFFFF]
    second = [struct.unpack("<f", one.to_bytes(4, "little"))[0] for one in bits]
    for factor in (1.0, 0.5):
        found = decode_frame(bytes.fromhex(floats), factor)
        assert found.last_ns == 2_000_000_000
        expected = factor * np.array([[1.0, 10.0, 20.0], second])
        assert np.allclose(found.values, expected, rtol=1e-6)


POLAR_ACC0 = (
    "7107f06a9e8d0a38be5cbeba2f96b3ee4be5adfb42b9ebbe4cfeba2f92bfee4be4b1fb12b9ecbd3c3ebb2f8fd3de4be3b5f7d2b8edbd307e"
    "7b2f8be3ce8be2baf7a2b8eebc20be7b2f88f3cecbe1bdef52f8efbc18fe3b2f8403bfcbe0c2ef32b8f0bb044ebc2e8113af0be0c6eff2f7"
    "f1b9fc7dbc2e7d279f4bdfcaebc2f7f2b8eccd7c2e7b378f4bdecee392f7f3b8e00dfd2d774b7fcbddd2df6237f5b7d44dbd2d745b6fcbdc"
    "d7d73237f6b5c88d7d2d716b4f4bdcdcd3f236f7b4bcddfd2c6f7b3f4bdbe0cfd236f8b2b02dbe2c6c8f1fcbdae3c7a276f9"
)


def test_polar_reads_the_makers_accelerometer_frames():
    """Plain type 1, compressed type 0 with a factor (57 samples in range) and compressed type 1."""
    head = "0200943577000000 00"
    plain = decode_frame(bytes.fromhex(head + "01 f7ffffffe703 f8fffeffe503 f9ffffffe503"), 1.0)
    assert np.allclose(plain.values * 1000.0, [[-9, -1, 999], [-8, -2, 997], [-7, -1, 997]])
    frame = decode_frame(bytes.fromhex(head + "80" + POLAR_ACC0), 2.44e-4)
    assert frame.values.shape == (57, 3)
    assert np.allclose(frame.values[0] / 2.44e-4, [1905, 27376, -29282])
    assert np.allclose(frame.values[1] / 2.44e-4, [1905 + 190, 27376 - 105, -29282 - 85])
    assert np.max(np.abs(frame.values)) <= 8.0
    tiny = decode_frame(bytes.fromhex("026500000000000000 81 f1ff1400f003 0601 7b0f08"), 1.0)
    assert np.allclose(tiny.values * 1000.0, [[-15, 20, 1008], [-20, 17, 1008]])
    assert tiny.last_ns == 101


def test_polar_reads_the_makers_settings():
    """PmdSettingTest.kt: rate, resolution, four ranges, channels."""
    found = settings_of(bytes.fromhex("00013400 01011000 0204f500f401e803d007 040103"))
    assert found == {0: (52,), 1: (16,), 2: (245, 500, 1000, 2000), 4: (3,)}


def test_polar_joins_both_instruments_in_time():
    """Acceleration at its own times, angular rate interpolated to them; a ramp stays a ramp."""

    def plain_acc(last_ms, values):
        body = b"".join(struct.pack("<3h", one, 0, 0) for one in values)
        return struct.pack("<BQB", 2, last_ms * 1_000_000, 1) + body

    def gyro(last_ms, first, step):
        reference = struct.pack("<3h", first, 0, 0)
        bits = [(step >> bit) & 1 for bit in range(8)] + [0] * 16
        delta = np.packbits(np.array(bits * 3, np.uint8), bitorder="little").tobytes()
        return struct.pack("<BQB", 5, last_ms * 1_000_000, 0x80) + reference + bytes([8, 3]) + delta

    decoder = PolarDecoder(PolarSetup(100, 16.0, 2000.0, 1.0, 1.0))
    uuid = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
    pieces = []
    for number in range(6):
        at_ms = 1000 + 40 * number
        pieces += decoder.decode(uuid, plain_acc(at_ms, [100 * number] * 4), at_ms)
        pieces += decoder.decode(uuid, gyro(at_ms + 5, 40 * number, 10), at_ms + 6)
    counts = np.concatenate([one.counts for one in pieces])
    clock_ms = np.concatenate([one.clock_us / 1e3 + 10.0 * np.arange(len(one.counts)) for one in pieces])
    assert np.allclose(np.diff(clock_ms), 10.0)
    dps = counts[:, 3] * 2000.0 / FULL
    # The gyroscope shows 30 deg/s in its frame that ends at 1005 ms, and rises by 1 deg/s a millisecond.
    assert np.max(np.abs(dps - (clock_ms - 1005.0 + 30.0))) < 0.05


@pytest.mark.parametrize(
    "text",
    [
        "",
        "02",
        "0200943577000000 0001 f7ff",
        "0300943577000000 0001 f7ffffffe703",
        "0500943577000000 0080 eaff0800 0d00 2101 df",
    ],
)
def test_polar_refuses_what_is_no_frame(text):
    """Empty, cut, another instrument, more bits than there are."""
    with pytest.raises(PacketError):
        decode_frame(bytes.fromhex(text), 1.0)


# Orphe-OSS/ORPHE-CORE.js, tests/core-header50-sample-timestamps.test.js: serial 1000, 12:34:56.789,
# ages 5, 10, 14 ms.
ORPHE = bytes.fromhex(
    "32 03e8 0c 22 38 0315"
    "4000 0000 0000 0000 0064 0000 0000 4000 0000 0000 05"
    "4000 0000 0000 0000 00c8 0000 0000 4000 0000 0000 0a"
    "4000 0000 0000 0000 012c 0000 0000 4000 0000 0000 0e"
    "4000 0000 0000 0000 0190 0000 0000 4000 0000 0000 00"
)


def test_orphe_reads_the_makers_packet():
    """The oldest block first, 19 ms before the packet's time; big-endian; 16384 is half of full scale."""
    piece = decode_values(ORPHE, 7)
    assert piece.clock_us == (((12 * 60 + 34) * 60 + 56) * 1000 + 789 - 19) * 1000
    assert piece.counts[:, 3].tolist() == [400, 300, 200, 100]
    assert piece.counts[:, 0].tolist() == [16384] * 4
    assert OrpheDecoder().decode("", b"\x28" + bytes(19), 0) == []
    with pytest.raises(PacketError):
        decode_values(ORPHE[:-1], 0)


# obedier/vib, analyze_wt901_data.py: what its console showed of notifications, 16 of the 20 bytes of a frame.
WITMOTION = [
    "5561 35ff59ff0a08 000000000000 b9fc",
    "5561 e403ebf43f00 7c0202ff3300 52fe",
    "5561 9cffc2ffd007 92fe7bff2000 29fe",
]


def test_witmotion_reads_captured_frames_across_notifications():
    """At rest 1.01 g upright; moved: -2.77 g and 38.8 deg/s; however the bytes are cut."""
    stream = b"".join(bytes.fromhex(one) + bytes(4) for one in WITMOTION) + b"\x55\x61"
    for size in (1, 7, 20, 33, 60):
        decoder = WitMotionDecoder()
        pieces = [one for at in range(0, 62, size) for one in decoder.decode("", stream[at : at + size], at)]
        counts = np.concatenate([one.counts for one in pieces])
        g, dps = counts[:, :3] * 16.0 / FULL, counts[:, 3:] * 2000.0 / FULL
        assert np.linalg.norm(g[0]) == pytest.approx(1.0, abs=0.02)
        assert g[1] == pytest.approx([0.486, -1.385, 0.031], abs=1e-3)
        assert dps[1] == pytest.approx([38.8, -15.5, 3.1], abs=0.05)
        assert all(one.clock_us is None for one in pieces)


def test_witmotion_finds_its_frames_again_behind_noise_and_register_answers():
    """Bytes of no frame, a register's answer, a marker alone: passed over."""
    frame = bytes.fromhex(WITMOTION[0]) + bytes(4)
    answer = b"\x55\x71\x64\x00" + bytes(16)
    decoder = WitMotionDecoder()
    stream = b"\x01\x55\x02" + frame + answer + frame + frame[:9] + frame + frame + b"\x55\x61"
    rows = np.concatenate([one.counts for one in decoder.decode("", stream, 0)])
    assert len(rows) == 4
    assert np.all(rows == rows[0])


# mbientlab/MetaWear-SDK-Cpp: test_accelerometer_bmi160.py, test_accelerometer_bmi270.py, test_gyro_bmi160.py.
META_ACC = "62b7530de9fd16d04d0e57028affa1050a01"
META_ACC_G = [[-4.539, 0.833, -0.131], [-2.995, 0.894, 0.146], [-0.029, 0.352, 0.065]]
META_GYR = "0915ad2608de8a1a0d2665e48d20ac2773ec"
META_GYR_DPS = [[164.177, 301.860, -265.122], [207.134, 296.982, -215.457], [254.055, 309.634, -152.591]]


def test_metamotion_reads_the_makers_packed_frames():
    """Counts over 4096 a g (8 g) and 32.8 a deg/s (1000 deg/s), as the maker's tests have set them."""
    for header in ("031c", "0305"):
        acc = np.stack(packed(bytes.fromhex(header + META_ACC)))
        assert np.max(np.abs(acc / 4096.0 - META_ACC_G)) < 1e-3
    gyr = np.stack(packed(bytes.fromhex("1307" + META_GYR)))
    assert np.max(np.abs(gyr / 32.8 - META_GYR_DPS)) < 1e-3


@pytest.mark.parametrize(("part", "acc", "gyr"), [(BMI160, "031c", "1307"), (BMI270, "0305", "1305")])
def test_metamotion_joins_both_instruments_by_their_number(part, acc, gyr):
    """The k-th acceleration with the k-th angular rate, also where one comes in late."""
    decoder = MetaDecoder(part)
    assert decoder.decode("", bytes.fromhex(acc + META_ACC), 0) == []
    assert decoder.decode("", bytes.fromhex(acc + META_ACC), 0) == []
    piece = decoder.decode("", bytes.fromhex(gyr + META_GYR), 5)[0]
    assert piece.counts.shape == (3, 6)
    assert piece.counts[0].tolist() == [-18590, 3411, -535, 5385, 9901, -8696]


def test_metamotion_does_not_join_samples_of_different_times():
    """Where notifications of one instrument are lost, those of the other stay out and do not wait."""
    decoder = MetaDecoder(BMI160)
    heads, found = {0: bytes.fromhex("031c"), 1: bytes.fromhex("1307")}, []
    for number in range(200):
        for instrument in (0, 1):
            if number % 10 != 3 or instrument == 1:
                payload = heads[instrument] + np.full(9, number, "<i2").tobytes()
                found += decoder.decode("", payload, 0)
    counts = np.concatenate([one.counts for one in found])
    apart = np.abs(counts[:, 0] - counts[:, 3])
    assert len(counts) > 500
    assert apart.max() <= 2
    assert np.mean(apart > 1) < 0.05


def test_dot_and_thingy_follow_their_published_layouts():
    """No measured bytes are published for either: made by hand from the tables, they show the layout."""
    payload = bytes.fromhex("40e20100") + struct.pack("<6f", 9.80665, 0, -9.80665, 90.0, 0, -2000.0)
    piece = DotDecoder().decode("", payload + bytes(8), 3)[0]
    assert piece.clock_us == 123456
    assert piece.counts[0].tolist() == [2048, 0, -2048, 1475, 0, -32768]
    raw = bytes.fromhex("0004 0000 00fc 2000 0000 e0ff 0000 0000 0000")
    counts = ThingyDecoder().decode("", raw, 0)[0].counts[0]
    assert (counts[:3] / 1024.0).tolist() == [1.0, 0.0, -1.0]
    assert (counts[3:] / 32.0).tolist() == [1.0, 0.0, -1.0]
    for decoder in (DotDecoder(), ThingyDecoder()):
        with pytest.raises(PacketError):
            decoder.decode("", b"\x00" * 17, 0)


def test_a_family_without_bytes_says_so():
    """Unproven are those, and only those, for which no bytes were found."""
    unproven = {one.ability.key for one in DRIVERS if not one.ability.proven_by}
    assert unproven == {"movella-dot", "thingy52"}


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda one: one.ability.key)
def test_no_decoder_breaks_on_any_bytes(driver):
    """Random notifications of every length: samples or a PacketError, nothing else."""
    if not hasattr(driver, "decoder"):
        return
    setup = {"movesense": Scale(104, 8.0, 2000.0)}.get(driver.ability.key)
    setup = setup or (PolarSetup(104, 16.0, 2000.0) if "polar" in driver.ability.key else None)
    if driver.ability.key == "metamotion":
        from gait.sensors.drivers.metamotion import MetaSetup

        setup = MetaSetup(100, 16.0, 2000.0)
    decoder = driver.decoder(setup or Scale(100, 16.0, 2000.0))
    rng = np.random.default_rng(1)
    heads = [
        b"",
        b"\x02\x63",
        b"\x03\x63",
        b"\x55\x61",
        b"\x32",
        b"\x02" + bytes(8) + b"\x81",
        b"\x05" + bytes(8) + b"\x80",
    ]
    for number in range(3000):
        payload = heads[number % len(heads)] + rng.bytes(int(rng.integers(0, 245)))
        try:
            pieces = decoder.decode(driver.notifies[-1], payload, number)
        except PacketError:
            continue
        assert all(one.counts.shape[1] == 6 for one in pieces)
