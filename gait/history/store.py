"""Keep a runner's sessions with their numbers and strides, and check-ins."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from gait.errors import GaitError, check_kind
from gait.history.database import give_back, open_database, reading, writing
from gait.history.session_identity import distance_of, in_utc

if TYPE_CHECKING:
    from gait.analysis.results import Analysis, Metric

__all__ = ["Athlete", "History", "KeptMetric", "KeptSession", "runner_key"]

NAME_LIMIT = 200
"""Characters of a runner's name, at most (chosen: several times a usual name)."""
LEAST_RUNNING_S = 30.0
"""Running from which a distance that was told gives a speed (chosen: less is a stretch of the way)."""


@dataclass(frozen=True)
class KeptMetric:
    """One number of a kept session: as in `Metric`, with whatever parts of its interval were given."""

    name: str
    value: float
    uncertainty: float
    sd: float
    n: int
    parts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class KeptSession:
    """A session as kept.

    Attributes
    ----------
    id
        Number in this history.
    runner, name, surface, shoes, notes
        Untrusted text.
    started
        ISO 8601, empty where nobody wrote it down.
    ran_at, kept_at
        ISO 8601 in UTC: the start (when kept, where unknown), and when it was first kept.
    duration_s, running_s, distance_m
        Seconds, and metres where known.
    sensors
        Such as ``("left shoe", "right shoe")``.
    metrics
        Name -> number over running strides.
    pods
        Sensor -> serial number or name of the pod that sat there (untrusted text), where known.
    slope_pct
        Mean slope of the ground over the running, as the watch measured it or somebody wrote it down; None
        where unknown.
    """

    id: int
    runner: str
    name: str
    started: str
    ran_at: str
    kept_at: str
    duration_s: float
    running_s: float
    distance_m: float | None
    surface: str
    shoes: str
    notes: str
    sensors: tuple[str, ...]
    version: str
    metrics: Mapping[str, KeptMetric]
    pods: Mapping[str, str] = field(default_factory=dict)
    slope_pct: float | None = None

    @property
    def speed_m_s(self) -> float | None:
        """Mean speed of the running: measured, else from the distance that was told; None where unknown."""
        measured = self.metrics.get("speed_m_s")
        if measured is not None:
            return measured.value
        return (
            self.distance_m / self.running_s
            if self.distance_m and self.running_s >= LEAST_RUNNING_S
            else None
        )


@dataclass(frozen=True)
class Athlete:
    """A runner of whom something is kept."""

    name: str
    sessions: int
    checkins: int
    last: str


def runner_key(name: str) -> str:
    """Return the key of a runner's name; case, encoding of accents and spaces make no difference.

    Raises
    ------
    GaitError
        The name is empty or too long.

    Examples
    --------
    >>> runner_key("  Ada  LOVELACE ")
    'ada lovelace'
    """
    key = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    if not key or len(key) > NAME_LIMIT:
        raise GaitError(
            f"a name of {len(key)} characters", where="--runner", todo=f"give 1 to {NAME_LIMIT} characters"
        )
    return key


class History:
    """The kept sessions of all runners; used as a context manager.

    In all methods ``runner`` is a name as typed (`runner_key`), ``number`` and ``numbers`` are sessions as
    `keep` gave them, ``date`` is an ISO 8601 day, and ``body`` an object of JSON.

    Parameters
    ----------
    path, create
        The file, and whether to make one that is not there.

    Raises
    ------
    GaitError
        As `open_database`; each writing method also when the disk is full: then nothing was changed.
    """

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        check_kind(path, (str, Path), "gait.History", "give the path of a file")
        self.path = Path(path)
        self._db = open_database(self.path, create=create)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def keep(
        self,
        runner: str,
        analysis: Analysis,
        digest: str,
        results: Mapping[str, Any],
        pods: Mapping[str, str] | None = None,
    ) -> int:
        """Keep a session of a runner; one that is there already is brought up to date.

        Parameters
        ----------
        runner
            Name as typed.
        analysis
            The numbers.
        digest
            `samples_hash` of its samples.
        results
            The JSON object of the analysis.
        pods
            `pods_of` the session.

        Returns
        -------
        Number of the session.
        """
        strides = zlib.compress(analysis.strides.to_csv(index=False).encode())
        body = zlib.compress(json.dumps(results, allow_nan=False).encode())
        with writing(self._db, self.path):
            owner = self._runner(runner)
            row = self._db.execute(_KEEP, _columns(owner, digest, analysis, pods or {})).fetchone()
            number = int(row["id"])
            self._db.execute("DELETE FROM metric WHERE session_id = ?", (number,))
            self._db.executemany(
                "INSERT INTO metric VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(number, *_metric_row(metric)) for metric in analysis.metrics.values()],
            )
            self._db.execute(
                "INSERT OR REPLACE INTO detail (session_id, strides, results) VALUES (?, ?, ?)",
                (number, strides, body),
            )
        return number

    def _runner(self, name: str) -> int:
        key = runner_key(name)
        shown = " ".join(name.split())
        self._db.execute("INSERT OR IGNORE INTO runner (key, name) VALUES (?, ?)", (key, shown))
        return int(self._db.execute("SELECT id FROM runner WHERE key = ?", (key,)).fetchone()["id"])

    def athletes(self) -> tuple[Athlete, ...]:
        """Return everybody of whom something is kept, by name."""
        with reading(self.path):
            rows = self._db.execute(
                """
                SELECT runner.name, count(session.id) AS sessions, max(ran_at) AS last,
                       (SELECT count(*) FROM checkin WHERE runner_id = runner.id) AS checkins
                FROM runner LEFT JOIN session ON session.runner_id = runner.id
                GROUP BY runner.id ORDER BY runner.key
                """
            )
            return tuple(
                Athlete(row["name"], row["sessions"], row["checkins"], row["last"] or "") for row in rows
            )

    def sessions(self, runner: str | None = None, *, newest: int | None = None) -> tuple[KeptSession, ...]:
        """Return the kept sessions of one runner, or of all, in the order they were run.

        Parameters
        ----------
        newest
            Of each runner's sessions only so many, the last ones, carry their metrics; the others have none.
            All carry them where None. Reading them takes far longer than the sessions themselves.
        """
        with reading(self.path):
            values = {"key": None if runner is None else runner_key(runner), "newest": newest}
            rows = self._db.execute(
                "SELECT session.*, runner.name AS runner FROM session JOIN runner ON runner.id = runner_id "
                "WHERE :key IS NULL OR runner.key = :key ORDER BY ran_at, session.id",
                values,
            ).fetchall()
            numbers = self._metrics(values)
            return tuple(_session(row, numbers.get(row["id"], {})) for row in rows)

    def _metrics(self, values: Mapping[str, str | int | None]) -> dict[int, dict[str, KeptMetric]]:
        rows = self._db.execute(
            """
            SELECT session_id, name, value, uncertainty, sd, n, parts FROM metric JOIN (
                SELECT session.id, row_number() OVER
                       (PARTITION BY runner_id ORDER BY ran_at DESC, session.id DESC) AS back
                FROM session JOIN runner ON runner.id = runner_id WHERE :key IS NULL OR runner.key = :key
            ) AS session ON session.id = session_id WHERE :newest IS NULL OR back <= :newest
            """,
            values,
        ).fetchall()
        # One query for all rows: single queries take a third of the time of a squad's list.
        every = json.loads(f"[{','.join(row['parts'] for row in rows)}]")
        out: dict[int, dict[str, KeptMetric]] = {}
        for row, parts in zip(rows, every, strict=True):
            metric = KeptMetric(row["name"], row["value"], row["uncertainty"], row["sd"], row["n"], parts)
            out.setdefault(row["session_id"], {})[metric.name] = metric
        return out

    def details(self, number: int) -> tuple[str, dict[str, Any]]:
        """Return the table of strides of a session as CSV, and its results.

        Raises
        ------
        GaitError
            No session of that number.
        """
        with reading(self.path):
            row = self._db.execute("SELECT * FROM detail WHERE session_id = ?", (number,)).fetchone()
            if row is None:
                raise GaitError(f"no session {number}", where=self.path, todo="see: gait history list")
            return zlib.decompress(row["strides"]).decode(), json.loads(zlib.decompress(row["results"]))

    def forget(self, runner: str, numbers: Iterable[int] | None = None) -> int:
        """Delete a runner with all that is kept, or some sessions, for good; return how many sessions.

        Raises
        ------
        GaitError
            Nothing is kept under that name, or a session is not the runner's.
        """
        key = runner_key(runner)
        with writing(self._db, self.path):
            row = self._db.execute("SELECT id FROM runner WHERE key = ?", (key,)).fetchone()
            if row is None:
                raise GaitError("nothing is kept under this name", where=f"--runner {runner}")
            rows = self._db.execute("SELECT id FROM session WHERE runner_id = ?", (row["id"],))
            theirs = {row["id"] for row in rows}
            if numbers is None:
                self._db.execute("DELETE FROM runner WHERE id = ?", (row["id"],))
                gone = len(theirs)
            else:
                wanted = set(numbers)
                if wanted - theirs:
                    stranger = min(wanted - theirs)
                    raise GaitError(f"session {stranger} is not kept under this name", where=runner)
                self._db.executemany("DELETE FROM session WHERE id = ?", [(number,) for number in wanted])
                gone = len(wanted)
        give_back(self._db, self.path)
        return gone

    def add_checkin(self, runner: str, date: str, body: Mapping[str, Any]) -> None:
        """Keep a check-in of a day (ISO 8601 date); a second one of that day replaces the first."""
        with writing(self._db, self.path):
            owner = self._runner(runner)
            self._db.execute(
                "INSERT INTO checkin (runner_id, date, body) VALUES (?, ?, ?) "
                "ON CONFLICT (runner_id, date) DO UPDATE SET body = excluded.body",
                (owner, date, json.dumps(dict(body), allow_nan=False, default=str)),
            )

    def checkins(self, runner: str) -> tuple[tuple[str, dict[str, Any]], ...]:
        """Return (date, entry) of a runner's check-ins, oldest first."""
        with reading(self.path):
            rows = self._db.execute(
                "SELECT date, body FROM checkin JOIN runner ON runner.id = runner_id WHERE key = ? "
                "ORDER BY date",
                (runner_key(runner),),
            )
            return tuple((row["date"], json.loads(row["body"])) for row in rows)

    def add_course_run(self, runner: str, date: str, body: Mapping[str, Any]) -> None:
        """Keep a run of the cadence course (ISO 8601 date)."""
        with writing(self._db, self.path):
            owner = self._runner(runner)
            self._db.execute(
                "INSERT INTO course_run (runner_id, date, body) VALUES (?, ?, ?)",
                (owner, date, json.dumps(dict(body), allow_nan=False)),
            )

    def course_runs(self, runner: str) -> tuple[dict[str, Any], ...]:
        """Return a runner's runs of the cadence course, oldest first."""
        with reading(self.path):
            rows = self._db.execute(
                "SELECT body FROM course_run JOIN runner ON runner.id = runner_id WHERE key = ? "
                "ORDER BY date, course_run.id",
                (runner_key(runner),),
            )
            return tuple(json.loads(row["body"]) for row in rows)


_KEEP = """
INSERT INTO session (runner_id, samples_hash, name, started, ran_at, kept_at, duration_s, running_s,
                     distance_m, surface, shoes, notes, sensors, version, pods, slope_pct)
VALUES (:runner_id, :samples_hash, :name, :started, :ran_at, :kept_at, :duration_s, :running_s,
        :distance_m, :surface, :shoes, :notes, :sensors, :version, :pods, :slope_pct)
ON CONFLICT (runner_id, samples_hash) DO UPDATE SET
    name = excluded.name, started = excluded.started, ran_at = excluded.ran_at,
    duration_s = excluded.duration_s, running_s = excluded.running_s,
    distance_m = excluded.distance_m, surface = excluded.surface,
    shoes = excluded.shoes, notes = excluded.notes, sensors = excluded.sensors, version = excluded.version,
    pods = excluded.pods, slope_pct = excluded.slope_pct
RETURNING id
"""

_OWN_COLUMNS = frozenset({"name", "value", "uncertainty", "sd", "n"})


def _columns(owner: int, digest: str, analysis: Analysis, pods: Mapping[str, str]) -> dict[str, Any]:
    # Tables of strides are slow to load, and reading what is kept needs none.
    from gait.history.run_blocks import mean_slope

    run = analysis.run
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        "runner_id": owner,
        "samples_hash": digest,
        "name": analysis.name,
        "started": analysis.started,
        "ran_at": in_utc(analysis.started) or now,
        "kept_at": now,
        "duration_s": analysis.duration_s,
        "running_s": analysis.time_in("running"),
        "distance_m": run.distance_m or distance_of(analysis),
        "surface": run.surface,
        "shoes": ", ".join(run.shoes),
        "notes": run.notes,
        "sensors": json.dumps([sensor.name for sensor in analysis.sensors]),
        "version": str(analysis.settings.get("version", "")),
        "pods": json.dumps(dict(pods)),
        "slope_pct": mean_slope(analysis),
    }


def _metric_row(metric: Metric) -> tuple[str, float, float, float, int, str]:
    rest = {key: value for key, value in asdict(metric).items() if key not in _OWN_COLUMNS}
    parts = {key: value for key, value in rest.items() if value is not None}
    return metric.name, metric.value, metric.uncertainty, metric.sd, metric.n, json.dumps(parts, default=str)


def _session(row: sqlite3.Row, metrics: Mapping[str, KeptMetric]) -> KeptSession:
    others = {"runner_id", "samples_hash", "sensors", "pods"}
    fields = {key: row[key] for key in row.keys() if key not in others}  # noqa: SIM118 - sqlite3.Row is no dict
    sensors, pods = tuple(json.loads(row["sensors"])), json.loads(row["pods"])
    return KeptSession(**fields, sensors=sensors, metrics=metrics, pods=pods)
