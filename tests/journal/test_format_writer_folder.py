"""The journal: whatever breaks off or rots, every record that was written whole comes back; nothing else."""

import errno
import os
import signal
import stat
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.errors import RecordingError
from gait.journal.folder import FolderLock, make_folder, refuse_used
from gait.journal.format import JOURNAL_NAME, MAGIC, Block, Note, read_journal
from gait.journal.writer import JournalWriter
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


@cases(60)
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


@cases(60)
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
@cases(60)
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
    (tmp_path / JOURNAL_NAME).write_bytes(MAGIC)
    with pytest.raises(RecordingError, match="gait recover"):
        refuse_used(tmp_path)
