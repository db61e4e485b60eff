"""Files that are no table: recognised by their first bytes, unpacked where a table is in them, else named.

A zip is unpacked into a folder of its own that is removed when the program ends; only tables are taken out,
and no more than `UNPACKED_BYTES` of them.
"""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

from gait.errors import RecordingError
from gait.plugins import Plugin, blamed, taken
from gait.recording.importers.c3d import c3d_tables, is_c3d
from gait.recording.importers.movesense import movesense_csv

__all__ = ["HEAD_BYTES", "archive_name", "plugin_for", "refuse_container", "unpacked_file"]

HEAD_BYTES = 512
"""Bytes of a file's beginning that say what it is (POSIX: a tar archive's name stands 257 behind the
first)."""
ZIP = b"PK\x03\x04"
SIGNATURES: tuple[tuple[int, bytes, str, str], ...] = (
    (
        8,
        b".FIT",
        "an activity file of a watch (FIT), which holds no samples of a motion sensor",
        "give it with --activity beside the recording",
    ),
    (0, b"%PDF", "a PDF, which is a page to read and no recording", "give the CSV that it was made from"),
    (
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an Excel workbook (.xls)",
        "save the sheet as CSV and give that",
    ),
    (
        0,
        b"\x89HDF\r\n\x1a\n",
        "an HDF5 file (APDM, gaitmap, MATLAB 7.3)",
        "export one sensor as CSV and give that",
    ),
    (0, b"MATLAB 5.0", "a MATLAB file", "write the table as CSV (writetable) and give that"),
    (0, b"PAR1", "a Parquet file", "write the table as CSV and give that"),
    (0, b"ARROW1", "an Arrow file", "write the table as CSV and give that"),
    (0, b"SQLite format 3\0", "an SQLite database", "export the table as CSV and give that"),
    (0, b"PK\x05\x06", "a zip archive with nothing in it", "give the CSV itself"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and give the folder"),
    (0, b"Rar!\x1a\x07", "a RAR archive", "unpack it and give the folder"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard file", "unpack it and give the CSV"),
    (257, b"ustar", "a tar archive", "unpack it and give the folder"),
    (0, b"\x93NUMPY", "a NumPy array", "write it as CSV with column names and give that"),
    (0, b"MD\xfc\x03", "a raw file of an Axivity sensor (.cwa)", "export it as CSV (OmGui) and give that"),
    (0, b"RIFF", "a sound or a film", "give the recording of the motion sensor"),
    (4, b"ftyp", "a film", "give the recording of the motion sensor"),
    (0, b"#ROSBAG", "a ROS bag", "write the sensor's topic as CSV and give that"),
    (0, b"\x89PNG", "an image", "give the recording itself"),
    (0, b"\xff\xd8\xff", "an image", "give the recording itself"),
)
"""Place, bytes, what the file is, what to do."""
MARKUP = (
    (
        b"<gpx",
        "a track of a watch (GPX), which holds no samples of a motion sensor",
        "give it with --activity beside the recording",
    ),
    (
        b"<TrainingCenterDatabase",
        "an activity of a watch (TCX), which holds no samples of a motion sensor",
        "give it with --activity beside the recording",
    ),
    (b"<!doctype html", "a web page", "give the recording itself, not the page that shows it"),
    (b"<html", "a web page", "give the recording itself, not the page that shows it"),
    (b"<?xml", "an XML file", "export the table as CSV and give that"),
)
"""What the first bytes of marked-up text hold."""
TABLES = re.compile(r".+\.(csv|txt|tsv|json|toml)(\.gz)?", re.IGNORECASE)
"""Members of an archive that are taken out."""
PASSED_OVER = re.compile(r"(^|/)(__macosx|meta|\.[^/]*)(/|$)", re.IGNORECASE)
UNPACKED_BYTES = 2 << 30
"""Bytes that an archive may unpack to (chosen: ten hours of two sensors at 208 Hz)."""
RATIO, RATIO_FREE_BYTES = 200, 1 << 25
"""How many times its size an archive may unpack to, beyond 32 MB (chosen: tables of numbers shrink ten
times)."""
MOST_MEMBERS = 64
"""Tables of one archive, at most (chosen: a session has four sensors and some files beside)."""
JSON_BYTES = 256 << 20
"""Largest JSON file that is read (chosen: as numbers it takes several times that)."""
CHUNK = 1 << 20
"""Bytes that are unpacked at once (chosen: little beside the arrays, enough for full speed)."""
WORKBOOKS = (
    ("xl/", "an Excel workbook (.xlsx)", "save the sheet as CSV and give that"),
    ("word/", "a Word document", "give the CSV itself"),
    ("mimetype", "an OpenDocument or EPUB file", "save the sheet as CSV and give that"),
    ("log.bin", "a raw file of an ActiGraph (.gt3x)", "export it as raw CSV (ActiLife) and give that"),
)
"""Member that begins so, what the archive is then, what to do."""
OF_A_WATCH = "of a watch, which holds no samples of a motion sensor"
MEMBERS = (
    (
        ".fit",
        f"an activity file (FIT) {OF_A_WATCH}",
        "unpack it, and give it with --activity beside the recording",
    ),
    (".gpx", f"a track (GPX) {OF_A_WATCH}", "unpack it, and give it with --activity beside the recording"),
    (
        ".tcx",
        f"an activity (TCX) {OF_A_WATCH}",
        "unpack it, and give it with --activity beside the recording",
    ),
    (".npy", "NumPy arrays (.npz)", "write the table as CSV with column names and give that"),
)
"""Ending of a member, what an archive without a table holds then, what to do."""


def refuse_container(head: bytes, path: Path) -> None:
    """Refuse a file whose first bytes show that it is no text.

    Raises
    ------
    RecordingError
        The file is of a known other kind; the message names the kind and the remedy.
    """
    for place, mark, text, todo in SIGNATURES:
        if head[place : place + len(mark)] == mark:
            raise RecordingError(text, where=path, todo=todo)
    if head.startswith(ZIP):
        raise RecordingError("a zip archive", where=path, todo="unpack it and give the file or folder in it")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        for mark, text, todo in MARKUP:
            if mark.lower() in start.lower():
                raise RecordingError(text, where=path, todo=todo)
    if start.startswith((b"{", b"[{", b"[[")):
        raise RecordingError("a JSON file", where=path, todo="export the samples as CSV and give that")


def unpacked_file(path: Path) -> Path:
    """Return the paths of a file's tables: the file itself, or files unpacked from it.

    A zip, a JSON of Movesense, the sensors of a C3D, and whatever a plugin's importer reads are taken out.

    Raises
    ------
    RecordingError
        A damaged archive, one that unpacks to too much or holds no table, or another kind of JSON.
    PluginError
        A plugin's importer failed.
    """
    try:
        if not path.is_file():
            return path
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        stamp = path.stat().st_mtime_ns
    except (OSError, ValueError):
        return path  # reading it says what is wrong
    plugin = plugin_for(path, head)
    if plugin is not None:
        return _from_plugin(plugin, path.resolve(), stamp)
    is_json = head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[{"))
    for fits, take_out in (
        (head.startswith(ZIP), _from_zip),
        (is_c3d(head, path), _from_c3d),
        (is_json, _from_json),
    ):
        if fits:
            return take_out(path.resolve(), stamp)
    return path


def plugin_for(path: Path, head: bytes | None = None) -> Plugin | None:
    """Return the plugin taken up whose importer reads a file; None where there is none.

    Parameters
    ----------
    head
        The first `HEAD_BYTES` of the file; None to read them.

    Raises
    ------
    PluginError
        A plugin's importer failed.
    """
    importers = taken("importer")
    if not importers or (_folder.cache_info().currsize and Path(_folder()) in path.parents):
        return None
    if head is None:
        try:
            with path.open("rb") as stream:
                head = stream.read(HEAD_BYTES)
        except OSError:
            return None  # reading it says what is wrong
    for plugin, importer in importers:
        with blamed(plugin):
            if importer.reads(head, path):
                return plugin
    return None


@lru_cache(maxsize=32)
def _from_c3d(path: Path, stamp: int) -> Path:
    """Write the sensors of a motion capture file as tables; return their folder, or the only file."""
    del stamp
    place = _place(path)
    files = []
    for name, text in c3d_tables(path).items():
        files.append(_target(place, f"{name}.csv"))
        files[-1].write_text(text, encoding="utf-8")
    return files[0] if len(files) == 1 else place


@lru_cache(maxsize=32)
def _from_plugin(plugin: Plugin, path: Path, stamp: int) -> Path:
    del stamp
    importer = dict(taken("importer"))[plugin]
    target = _place(path) / f"{path.name.split('.', maxsplit=1)[0]}.csv"
    with blamed(plugin):
        target.write_text(importer.csv(path), encoding="utf-8")
    return target


@lru_cache(maxsize=1)
def _folder() -> str:
    """Return the folder for what is taken out; it goes when the program ends."""
    folder = tempfile.mkdtemp(prefix="gait-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def archive_name(file: Path) -> str:
    """Return the name, without suffix, of the archive that a file came out of; empty for any other."""
    if not _folder.cache_info().currsize:
        return ""
    parts = file.parts[len(Path(_folder()).parts) :] if Path(_folder()) in file.parents else ()
    return parts[1] if len(parts) > 1 else ""


def _place(path: Path) -> Path:
    """Make a fresh folder called like a file without its suffix."""
    name = re.sub(r"[^\w .-]", "_", path.name.split(".", maxsplit=1)[0])[:80] or "archive"
    place = Path(tempfile.mkdtemp(dir=_folder())) / name
    place.mkdir()
    return place


@lru_cache(maxsize=32)
def _from_json(path: Path, stamp: int) -> Path:
    del stamp
    if path.stat().st_size > JSON_BYTES:
        raise RecordingError(
            f"a JSON file of more than {JSON_BYTES >> 20} MB", where=path, todo="export it as CSV"
        )
    target = _place(path) / f"{path.name.split('.', maxsplit=1)[0]}.csv"
    target.write_text(movesense_csv(path.read_bytes(), path), encoding="utf-8")
    return target


@lru_cache(maxsize=32)
def _from_zip(path: Path, stamp: int) -> Path:
    del stamp
    try:
        with zipfile.ZipFile(path) as archive:
            return _take_out(archive, path)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        encrypted = "password" in str(error) or "encrypted" in str(error)
        text = (
            "the zip archive is protected by a password"
            if encrypted
            else "the zip archive is damaged or cut off"
        )
        todo = "unpack it yourself and give the folder" if encrypted else "copy it again"
        raise RecordingError(text, where=path, todo=todo) from None


def _take_out(archive: zipfile.ZipFile, path: Path) -> Path:
    members = archive.infolist()
    for start, text, todo in WORKBOOKS:
        if any(member.filename.startswith(start) for member in members):
            raise RecordingError(text, where=path, todo=todo)
    tables = [
        member
        for member in members
        if not member.is_dir()
        and TABLES.fullmatch(member.filename)
        and not PASSED_OVER.search(member.filename)
    ]
    if not any(re.search(r"\.(csv|txt|tsv|json)(\.gz)?$", table.filename, re.IGNORECASE) for table in tables):
        for ending, text, todo in MEMBERS:
            if any(member.filename.lower().endswith(ending) for member in members):
                raise RecordingError(f"a zip archive with {text}", where=path, todo=todo)
        raise RecordingError("a zip archive without a table in it", where=path, todo="give the CSV itself")
    if len(tables) > MOST_MEMBERS:
        raise RecordingError(
            f"a zip archive of {len(tables)} tables",
            where=path,
            todo="unpack it and give one session's folder",
        )
    place = _place(path)
    left = min(UNPACKED_BYTES, RATIO_FREE_BYTES + RATIO * path.stat().st_size)
    for table in tables:
        left -= _write_out(archive, table, _target(place, table.filename), left, path)
    inner = [path for path in place.iterdir() if path.is_dir()]
    return inner[0] if len(inner) == 1 and len(list(place.iterdir())) == 1 else place


def _target(place: Path, member: str) -> Path:
    """Return a member's target; neither its name nor its folder's can point outside the folder."""
    parts = [re.sub(r"[^\w .()-]", "_", part)[:120] for part in member.split("/")[-2:]]
    parts = [part if part.strip(". ") else "_" for part in parts]
    folder = place.joinpath(*parts[:-1])
    folder.mkdir(exist_ok=True)
    return folder / parts[-1]


def _write_out(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int, path: Path) -> int:
    size = 0
    with archive.open(member) as stream, target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > left:
                raise RecordingError(
                    f"the zip archive unpacks to more than {left >> 20} MB",
                    where=path,
                    todo="unpack it and give the file that is the recording",
                )
            out.write(chunk)
    return size
