"""The file that keeps sessions: SQLite, with a version in it and the steps from each version to the next."""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from gait.errors import GaitError

__all__ = ["MIGRATIONS", "database_path", "give_back", "open_database", "reading", "writing"]

VARIABLE = "GAIT_HISTORY"
"""Environment variable that names the file."""

BUSY_S = 30.0
"""s that a writer waits for another process to finish (chosen: far longer than keeping a day's run takes)."""

APPLICATION_ID = 0x67616974
"""Marks the file as ours (SQLite's file format: an application's own number; by definition the letters of
"gait")."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE runner (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL
    );
    CREATE TABLE session (
        id INTEGER PRIMARY KEY,
        runner_id INTEGER NOT NULL REFERENCES runner (id) ON DELETE CASCADE,
        samples_hash TEXT NOT NULL,
        name TEXT NOT NULL,
        started TEXT NOT NULL,
        ran_at TEXT NOT NULL,
        kept_at TEXT NOT NULL,
        duration_s REAL NOT NULL,
        running_s REAL NOT NULL,
        distance_m REAL,
        surface TEXT NOT NULL,
        shoes TEXT NOT NULL,
        notes TEXT NOT NULL,
        sensors TEXT NOT NULL,
        version TEXT NOT NULL,
        UNIQUE (runner_id, samples_hash)
    );
    CREATE TABLE metric (
        session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        value REAL NOT NULL,
        uncertainty REAL NOT NULL,
        sd REAL NOT NULL,
        n INTEGER NOT NULL,
        parts TEXT NOT NULL,
        PRIMARY KEY (session_id, name)
    ) WITHOUT ROWID;
    CREATE TABLE detail (
        session_id INTEGER PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
        strides BLOB NOT NULL,
        results BLOB NOT NULL
    );
    CREATE TABLE checkin (
        id INTEGER PRIMARY KEY,
        runner_id INTEGER NOT NULL REFERENCES runner (id) ON DELETE CASCADE,
        date TEXT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (runner_id, date)
    );
    CREATE INDEX session_of_runner ON session (runner_id, ran_at);
    """,
    # The pod of each place: a difference between the feet may come from the pods.
    "ALTER TABLE session ADD COLUMN pods TEXT NOT NULL DEFAULT '{}';",
    """
    CREATE TABLE course_run (
        id INTEGER PRIMARY KEY,
        runner_id INTEGER NOT NULL REFERENCES runner (id) ON DELETE CASCADE,
        date TEXT NOT NULL,
        body TEXT NOT NULL
    );
    """,
    # The slope of the ground, whose effect is taken out of a change.
    "ALTER TABLE session ADD COLUMN slope_pct REAL;",
)
"""Script ``n`` brings a file from version ``n`` to ``n + 1``; never edited once released, only added to."""


def database_path(named: Path | None = None) -> Path:
    """Return the history's file: as named, else ``GAIT_HISTORY``, else in the user's data folder."""
    if named is not None:
        return named
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    return Path(platformdirs.user_data_dir("running-gait", appauthor=False)) / "history.sqlite"


def open_database(path: Path, *, create: bool = True) -> sqlite3.Connection:
    """Open the file and bring it to the newest version.

    Parameters
    ----------
    path
        The file; its folder is made for the owner alone.
    create
        Whether to make a file that is not there.

    Raises
    ------
    GaitError
        No such file, not a history, made by a newer version, or not readable.
    """
    if not create and not path.is_file():
        raise GaitError("nothing is kept here", where=path, todo="keep a run: gait report RUN --runner NAME")
    with _clear_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            # Deleted pages are overwritten, not only unlinked.
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA synchronous = FULL")
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    connection.row_factory = sqlite3.Row
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema to the newest version, each step whole or not at all."""
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise GaitError(
            f"written by a newer running-gait (version {version} of its layout)",
            where=path,
            todo="update running-gait",
        )
    if version == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise GaitError("a database of another program", where=path, todo="name another file")
    while version < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have done it while this one waited.
            if _version(connection) == version:
                for statement in _statements(MIGRATIONS[version]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        version = _version(connection)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script one by one: ``executescript`` would end the transaction."""
    text = ""
    for part in script.split(";"):
        text += part + ";"
        if sqlite3.complete_statement(text):
            if text.strip(" \n;"):
                yield text
            text = ""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Run a block that reads; damage of the file is reported in one line.

    Raises
    ------
    GaitError
        A page of the file, or what is kept in it, cannot be read.
    """
    with _clear_errors(path):
        try:
            yield
        except GaitError:
            raise
        except (ValueError, TypeError, KeyError, zlib.error) as error:
            raise GaitError(
                "damaged: what is kept cannot be read", where=path, todo="put a backup back"
            ) from error


@contextmanager
def writing(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Run a block as one transaction: all of it is kept or nothing.

    Raises
    ------
    GaitError
        The disk is full, the file is locked for longer than `BUSY_S`, or cannot be written.
    """
    with _clear_errors(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def give_back(connection: sqlite3.Connection, path: Path) -> None:
    """Write the database again without the pages that deletions have freed.

    Raises
    ------
    GaitError
        There is no room for the copy, or another program is using the file. Freed pages were overwritten
        when they were freed (secure_delete), so nothing deleted is left in the file even then.
    """
    with _clear_errors(path, "what was asked for is deleted, but the file is as long as before"):
        connection.execute("VACUUM")


@contextmanager
def _clear_errors(path: Path, state: str = "nothing was changed") -> Iterator[None]:
    """Turn errors of SQLite and of the file system into one line that ends with the database's `state`."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = str(error)
        if "full" in text:
            problem, todo = f"the disk is full; {state}", "make room and try again"
        elif "locked" in text:
            problem, todo = f"another program is using it; {state}", "try again when it has ended"
        elif any(sign in text for sign in ("not a database", "malformed", "decode")):
            problem, todo = "not a history of running-gait, or damaged", "put a backup back"
        else:
            problem, todo = f"cannot be used ({text})", "name another file with --history"
        raise GaitError(problem, where=path, todo=todo) from error
    except OSError as error:
        reason = error.strerror or "input/output error"
        raise GaitError(f"cannot be used ({reason})", where=path, todo="name another file") from error
