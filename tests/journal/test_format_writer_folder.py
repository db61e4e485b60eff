"""The journal: whatever breaks off or rots, every record that was written whole comes back; nothing else."""

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import zlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.errors import RecordingError
from gait.journal.folder import (
    FolderLock,
    clear_empty_journal,
    make_folder,
    refuse_full_disk,
    refuse_used,
)
from gait.journal.format import JOURNAL_NAME, MAGIC, VAIN_LIMIT, Block, Note, read_journal
from gait.journal.to_csv import finish
from gait.journal.writer import JournalWriter
from gait.recording.read import read_recording
from tests.properties import cases

POSIX = pytest.mark.skipif(os.name != "posix", reason="POSIX only")


def block(index, n=19):
    """Samples that tell their index."""
    counts = np.arange(index * 6, (index + n) * 6, dtype=np.int64).reshape(n, 6) % 30000
    return Block(0, 2, 3, 16, index, index * 2404, index * 2404 + 5000, 2403.875, counts.astype(np.int16))


def fill(path, blocks=20):
    """Write a journal with two notes and some blocks."""
    with JournalWriter(path) as journal:
        journal.note("session", {"origin_us": 5, "started": "2026-05-01T07:32:10+02:00"})
        journal.note("sensor", {"side": "left", "name_of_it": 'Ü "x"\n'}, 0)
        for number in range(blocks):
            journal.block(block(19 * number))


def same(one, other):
    """Whether two blocks agree in every field."""
    plain = {**vars(one), "counts": 0} == {**vars(other), "counts": 0}
    return plain and np.array_equal(one.counts, other.counts)


def test_everything_written_is_read_back(tmp_path):
    """Notes with any text and blocks with every field, in order."""
    path = tmp_path / JOURNAL_NAME
    fill(path)
    journal = read_journal(tmp_path)
    assert journal.notes[1] == Note(0, "sensor", {"side": "left", "name_of_it": 'Ü "x"\n'})
    assert len(journal.blocks) == 20
    assert all(same(one, block(19 * number)) for number, one in enumerate(journal.blocks))
    assert journal.lost_bytes == 0


@cases(40)
@given(cut=st.integers(0, 6000))
def test_a_journal_cut_anywhere_keeps_all_whole_records(tmp_path_factory, cut):
    """Every record that ends before the cut is read; the torn one is counted, never invented."""
    folder = tmp_path_factory.mktemp("cut")
    fill(folder / JOURNAL_NAME)
    data = (folder / JOURNAL_NAME).read_bytes()
    cut = min(cut, len(data))
    (folder / JOURNAL_NAME).write_bytes(data[:cut])
    journal = read_journal(folder)
    size = 8 + 36 + 19 * 12 + 4
    first = len(data) - 20 * size
    assert len(journal.blocks) == max(0, (cut - first) // size)
    assert all(same(one, block(19 * number)) for number, one in enumerate(journal.blocks))


@cases(40)
@given(at=st.integers(len(MAGIC), 5000), value=st.integers(1, 255), length=st.integers(1, 40))
def test_a_rotten_place_costs_only_the_records_it_touches(tmp_path_factory, at, value, length):
    """Changed bytes anywhere: at most the records that they lie in are gone, all others are as written."""
    folder = tmp_path_factory.mktemp("rot")
    fill(folder / JOURNAL_NAME)
    data = bytearray((folder / JOURNAL_NAME).read_bytes())
    for offset in range(at, min(at + length, len(data))):
        data[offset] ^= value
    (folder / JOURNAL_NAME).write_bytes(bytes(data))
    journal = read_journal(folder)
    assert len(journal.blocks) + len(journal.notes) >= 22 - 2
    assert all(same(one, block(one.index)) for one in journal.blocks)
    assert journal.lost_bytes > 0


@given(junk=st.binary(max_size=400))
@cases(40)
def test_junk_between_records_is_passed_over(tmp_path_factory, junk):
    """Any bytes behind the last record, a marker among them too, neither crash nor become samples."""
    folder = tmp_path_factory.mktemp("junk")
    fill(folder / JOURNAL_NAME, blocks=3)
    with (folder / JOURNAL_NAME).open("ab") as file:
        file.write(junk + b"\xa5J\x02\x00\xff\xff\x00\x00")
    assert len(read_journal(folder).blocks) == 3


def test_a_missing_or_foreign_journal_is_one_clear_line(tmp_path):
    """No journal, or another program's file."""
    with pytest.raises(RecordingError, match=r"no session\.journal here"):
        read_journal(tmp_path)
    (tmp_path / JOURNAL_NAME).write_bytes(b"something else")
    with pytest.raises(RecordingError, match="not a journal"):
        read_journal(tmp_path)


def test_an_old_journal_is_never_written_over(tmp_path):
    """A second writer in the folder is refused, and says how to go on."""
    fill(tmp_path / JOURNAL_NAME)
    with pytest.raises(RecordingError, match="gait recover"):
        JournalWriter(tmp_path / JOURNAL_NAME)


def test_a_full_disk_keeps_every_record_before_it(tmp_path, monkeypatch):
    """The disk takes 1000 bytes more and half of a record: one error, and all whole records are there."""
    path = tmp_path / JOURNAL_NAME
    real, room = os.write, [1000]

    def write(file, data):
        if room[0] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = real(file, bytes(data)[: room[0]])
        room[0] -= taken
        return taken

    journal = JournalWriter(path)
    monkeypatch.setattr(os, "write", write)
    written = 0
    while room[0] >= 300:
        journal.block(block(19 * written))
        written += 1
    with pytest.raises(RecordingError, match=r"No space left.*make room, then run: gait recover"):
        journal.block(block(19 * written))
    monkeypatch.undo()
    journal.close()
    found = read_journal(tmp_path)
    assert [one.index for one in found.blocks] == [19 * number for number in range(written)]
    assert found.lost_bytes == 0


@POSIX
def test_a_process_killed_with_9_leaves_all_it_wrote(tmp_path):
    """Kill -9 in the middle of writing: every record that was acknowledged is read back."""
    code = (
        "import sys, numpy as np\n"
        "from pathlib import Path\n"
        "from gait.journal.format import Block\n"
        "from gait.journal.writer import JournalWriter\n"
        "w = JournalWriter(Path(sys.argv[1]))\n"
        "i = 0\n"
        "while True:\n"
        "    w.block(Block(0, 0, 1, 0, i, i, i, 1.0, np.zeros((19, 6), np.int16)))\n"
        "    i += 19\n"
        "    print(i, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / JOURNAL_NAME)], stdout=subprocess.PIPE, text=True
    )
    said = 0
    while said < 19 * 200:
        said = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    with process.stdout:
        rest = process.stdout.read().split("\n")
    process.wait()
    said = max([said, *(int(line) for line in rest[:-1] if line)])
    found = read_journal(tmp_path)
    assert found.blocks[-1].index + 19 >= said
    assert [one.index for one in found.blocks] == list(range(0, found.blocks[-1].index + 19, 19))


@POSIX
def test_recordings_are_readable_by_their_owner_alone(tmp_path):
    """Folder 0700, journal 0600, whatever the umask."""
    before = os.umask(0)
    try:
        folder = tmp_path / "new"
        make_folder(folder)
        fill(folder / JOURNAL_NAME)
        with FolderLock(folder):
            lock = next(one for one in folder.iterdir() if one.name != JOURNAL_NAME)
            assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / JOURNAL_NAME).stat().st_mode) == 0o600


def test_two_recorders_in_one_folder_are_refused(tmp_path):
    """The second is refused while the first runs, and a lock left by a dead process holds nobody up."""
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom gait.journal.folder import FolderLock\n"
        "with FolderLock(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    with pytest.raises(RecordingError, match="another gait record"), FolderLock(tmp_path):
        pass
    process.kill()
    process.wait()
    process.stdout.close()
    with FolderLock(tmp_path):
        pass


def test_a_used_folder_is_refused(tmp_path):
    """Recordings or a journal in the folder: choose another; a file in its place too."""
    refuse_used(tmp_path)
    (tmp_path / "left_shoe.csv").write_text("x", encoding="utf-8")
    with pytest.raises(RecordingError, match=r"left_shoe.csv already"):
        refuse_used(tmp_path)
    with pytest.raises(RecordingError, match="not a folder"):
        refuse_used(tmp_path / "left_shoe.csv")
    (tmp_path / "left_shoe.csv").unlink()
    fill(tmp_path / JOURNAL_NAME, blocks=1)
    with pytest.raises(RecordingError, match="gait recover"):
        refuse_used(tmp_path)


@pytest.mark.parametrize("notes", [0, 3])
def test_a_journal_without_samples_is_no_dead_end(tmp_path, notes):
    """Killed before the first sample: recover says that nothing is lost, and record may use the folder."""
    path = tmp_path / JOURNAL_NAME
    with JournalWriter(path) as journal:
        for number in range(notes):
            journal.note("sensor", {"number": number}, 0)
    with pytest.raises(RecordingError, match="nothing is lost: gait record may use the folder again"):
        finish(tmp_path)
    refuse_used(tmp_path)
    clear_empty_journal(tmp_path)
    assert not path.exists()


def test_a_damaged_journal_without_samples_is_kept(tmp_path):
    """What was damaged may have been samples: neither used nor deleted."""
    (tmp_path / JOURNAL_NAME).write_bytes(MAGIC + b"x" * 40)
    clear_empty_journal(tmp_path)
    with pytest.raises(RecordingError, match="recorded here before"):
        refuse_used(tmp_path)


@POSIX
def test_a_pipe_is_no_journal(tmp_path):
    """A FIFO in the journal's place is refused, not waited for."""
    os.mkfifo(tmp_path / JOURNAL_NAME)
    with pytest.raises(RecordingError, match="is not a plain file"):
        read_journal(tmp_path)


@pytest.mark.parametrize(
    "unit", [b"\xa5J", b"\xa5J\x02\x00\xff\xff\x00\x00", b"\xa5J\x01\x00\x10\x00\x00\x00"]
)
def test_a_file_of_markers_costs_no_more_than_its_size(tmp_path, monkeypatch, unit):
    """3 MB of markers, with lengths that reach far: the CRC is reckoned over a bounded number of bytes."""
    path = tmp_path / JOURNAL_NAME
    path.write_bytes(MAGIC + unit * (3_000_000 // len(unit)))
    reckoned = [0]
    real = zlib.crc32

    def crc32(data, *start):
        reckoned[0] += len(data)
        return real(data, *start)

    monkeypatch.setattr("gait.journal.format.zlib.crc32", crc32)
    assert len(read_journal(tmp_path).blocks) == 0
    assert reckoned[0] <= VAIN_LIMIT + 2 * path.stat().st_size


def test_a_disk_without_room_is_refused_before_anything_else(tmp_path, monkeypatch):
    """Less than 20 MB: refused; less than the session takes: a warning; enough: nothing."""
    for free, says in ((5e6, None), (100e6, "100 MB free, 200 MB needed"), (300e6, "")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        if says is None:
            with pytest.raises(
                RecordingError, match=r"the disk is full \(5 MB free, 200 MB needed\); make room"
            ):
                refuse_full_disk(tmp_path / "new", 200e6)
        else:
            assert says in refuse_full_disk(tmp_path / "new", 200e6)


def test_a_folder_that_goes_is_noticed(tmp_path):
    """Renamed or deleted while a journal is open: one line that says where to look."""
    folder = tmp_path / "run"
    folder.mkdir()
    with JournalWriter(folder / JOURNAL_NAME) as journal:
        journal.check_place()
        folder.rename(tmp_path / "moved")
        with pytest.raises(RecordingError, match="deleted or renamed while recording"):
            journal.check_place()


def test_a_full_disk_while_the_csv_is_written_names_recovery(tmp_path, monkeypatch):
    """The journal is whole, the CSV does not fit: the line says what to do, and then it works."""
    sensor_journal(tmp_path)
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device"))
    )
    with pytest.raises(RecordingError, match="the journal has all of it: make room, then run: gait recover"):
        finish(tmp_path)
    monkeypatch.setattr(os, "fsync", real)
    assert finish(tmp_path).recorded[0].samples == 20 * 19


def sensor_journal(folder, *, origin_us=5, session=True, twice=()):
    """A journal of one sensor, 20 packets; those of `twice` are there once more."""
    with JournalWriter(folder / JOURNAL_NAME) as journal:
        if session:
            journal.note("session", {"origin_us": origin_us, "started": "2026-05-01T07:32:10+02:00"})
        journal.note("sensor", {"side": "left", "placement": "shoe", "device": {}}, 0)
        facts = {"epoch": 2, "config_id": 3, "rate_hz": 416, "acc_range_g": 16, "gyr_range_dps": 2000}
        journal.note("config", facts, 0)
        for number in [*range(20), *twice]:
            one = block(19 * number)
            journal.block(replace(one, arrival_us=UPTIME_US + one.device_us + 19 * 2404))


UPTIME_US = 3_600_000_000


def test_a_damaged_session_note_does_not_start_the_csv_at_the_hosts_uptime(tmp_path):
    """The record of the session's beginning is gone: time 0 is at the first sample, not an hour before."""
    sensor_journal(tmp_path, session=False)
    finished = finish(tmp_path)
    assert "when the session began" in finished.left_out[0]
    assert 0.0 <= read_recording(finished.files[0]).time_s[0] < 0.05


def test_what_the_journal_holds_and_the_csv_does_not_is_said(tmp_path):
    """Three packets that are there twice: counted in the line, the preamble and what was left out."""
    sensor_journal(tmp_path, origin_us=UPTIME_US, twice=(3, 4, 5))
    finished = finish(tmp_path)
    assert finished.recorded[0].left_out == 3 * 19
    assert "57 samples left out" in str(finished.recorded[0])
    assert "57 samples of left_shoe.csv" in finished.left_out[0]
    assert read_recording(finished.files[0]).extra["recorder"]["left_out_samples"] == 57
