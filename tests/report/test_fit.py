"""The FIT file as another program's reader sees it: every number against the table of strides."""

from __future__ import annotations

import dataclasses
import io
import math
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from gait.analysis.results import Analysis, Bout
from gait.errors import GaitError, MissingExtraError
from gait.report.exports.fit import NO_START, fit_bytes, started_at, write_fit
from tests.properties import need

fitdecode = pytest.importorskip("fitdecode")
need("fit_tool")

RESOLUTION = {
    "cadence": 1.0 / 128.0,
    "stance_time": 0.1,
    "stance_time_percent": 0.01,
    "stance_time_balance": 0.01,
    "vertical_oscillation": 0.1,
    "vertical_ratio": 0.01,
    "step_length": 0.1,
    "enhanced_speed": 0.001,
    "distance": 0.01,
}
"""Steps of each field in its unit, from the public FIT profile."""
UNITS = {
    "cadence": "rpm",
    "fractional_cadence": "rpm",
    "stance_time": "ms",
    "stance_time_percent": "percent",
    "stance_time_balance": "percent",
    "vertical_oscillation": "mm",
    "vertical_ratio": "percent",
    "step_length": "mm",
    "enhanced_speed": "m/s",
    "distance": "m",
}


def read(data: bytes) -> list:
    """Data messages in file order; a wrong checksum or a malformed message raises."""
    reader = fitdecode.FitReader(
        io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
    )
    with reader:
        return [frame for frame in reader if isinstance(frame, fitdecode.FitDataMessage)]


def named(messages: list, name: str) -> list[dict]:
    """Fields that are in the file of each message of a kind, by name."""
    return [{field.name: field.value for field in one.fields} for one in messages if one.name == name]


@pytest.fixture(scope="module")
def files(make_analysis):
    """Analyses with their decoded files: with a walk and a gap, one leg, no gyroscope, runs and walks."""
    made = {
        "run": make_analysis(minutes=4.0),
        "one leg": make_analysis(minutes=2.0, sides=("right",)),
        "no gyroscope": make_analysis(minutes=2.0, gyr=False),
        "run and walk": make_analysis(minutes=4.0, kind="run_walk"),
    }
    return {name: (analysis, read(fit_bytes(analysis))) for name, analysis in made.items()}


KINDS = ("run", "one leg", "no gyroscope", "run and walk")


@cache
def trusted(analysis: Analysis) -> list[dict]:
    """Strides that no gap and no doubt touches."""
    rows = analysis.strides
    return rows[~rows["marks"].str.contains("gap|uncertain")].to_dict("records")


def seen_around(analysis: Analysis, time: float) -> list[dict]:
    """The plain way: trusted strides that reach into the second around a time, of the gait that fills it."""
    low, high = time - 0.5, time + 0.5
    rows = [
        {**row, "overlap": overlap}
        for row in trusted(analysis)
        if (overlap := min(row["next_ic_s"], high) - max(row["ic_s"], low)) > 1e-9
    ]
    spent = {
        kind: sum(row["overlap"] for row in rows if row["activity"] == kind)
        for kind in ("running", "walking")
    }
    kind = "running" if spent["running"] >= spent["walking"] else "walking"
    return [row for row in rows if row["activity"] == kind]


def leg_mean(rows: list[dict], column: str, side: str) -> float:
    """Mean of one leg's strides by their time in the second."""
    rows = [row for row in rows if row["side"] == side and not math.isnan(row[column])]
    spent = sum(row["overlap"] for row in rows)
    return sum(row[column] * row["overlap"] for row in rows) / spent if rows else math.nan


def mean_of_legs(rows: list[dict], column: str) -> float:
    """Mean of the legs that there are."""
    known = [leg for side in ("left", "right") if not math.isnan(leg := leg_mean(rows, column, side))]
    return sum(known) / len(known) if known else math.nan


def expected(analysis: Analysis, time: float) -> dict[str, float]:
    """What a record at that session time has to say; what was not measured is not in it."""
    rows = seen_around(analysis, time)
    if not rows:
        return {}
    contact = {side: leg_mean(rows, "contact_ms", side) for side in ("left", "right")}
    step = 500.0 * mean_of_legs(rows, "stride_length_m")
    rise = 10.0 * mean_of_legs(rows, "vertical_oscillation_cm")
    values = {
        "cadence": mean_of_legs(rows, "cadence_spm") / 2.0,
        "stance_time": mean_of_legs(rows, "contact_ms"),
        "stance_time_percent": 100.0 * mean_of_legs(rows, "duty_factor"),
        "stance_time_balance": 100.0 * contact["left"] / (contact["left"] + contact["right"]),
        "vertical_oscillation": rise,
        "vertical_ratio": 100.0 * rise / step,
        "step_length": step,
        "enhanced_speed": mean_of_legs(rows, "speed_m_s"),
    }
    return {name: value for name, value in values.items() if not math.isnan(value)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_is_that_of_the_strides(files, kind):
    """Each record holds the strides' means in FIT's unit and scale, to half a step; no field more or less."""
    analysis, messages = files[kind]
    zero = datetime.fromisoformat(analysis.started)
    records = named(messages, "record")
    assert len(records) > 100
    for record in records:
        truth = expected(analysis, (record["timestamp"] - zero).total_seconds())
        got = {name: value for name, value in record.items() if name in RESOLUTION and name != "distance"}
        if "cadence" in got:
            got["cadence"] += record["fractional_cadence"]
        assert got.keys() == truth.keys(), record["timestamp"]
        for name, value in truth.items():
            assert got[name] == pytest.approx(value, abs=0.501 * RESOLUTION[name]), (name, record)


def test_units_are_those_of_the_profile(files):
    """The reader names the units that the numbers are meant in."""
    _, messages = files["run"]
    seen = {
        field.name: field.units
        for one in messages
        if one.name == "record"
        for field in one.fields
        if field.name in UNITS
    }
    assert seen == UNITS


@pytest.mark.parametrize("kind", KINDS)
def test_messages_go_in_order(files, kind):
    """file_id first, summaries last, timer started and stopped, no time goes back, records a second apart."""
    _, messages = files[kind]
    names = [one.name for one in messages]
    assert names[:3] == ["file_id", "device_info", "event"]
    assert names[-4:] == ["event", "lap", "session", "activity"]
    assert named(messages, "file_id")[0]["type"] == "activity"
    timer = [one["event_type"] for one in named(messages, "event")]
    assert timer[0] == "start"
    assert timer[-1] == "stop_all"
    assert timer[1:-1] == ["stop", "start"] * (len(timer[1:-1]) // 2)
    stamps = [one.get_value("timestamp") for one in messages if one.has_field("timestamp")]
    assert stamps == sorted(stamps)
    times = [one["timestamp"] for one in named(messages, "record")]
    steps = {(b - a).total_seconds() for a, b in pairwise(times)}
    assert min(steps) == 1.0


def test_a_gap_has_no_records(files):
    """No record's time lies in the gap; the timer is stopped for it, and its time is not timer time."""
    analysis, messages = files["run"]
    gap = next(bout for bout in analysis.activity if bout.kind == "gap")
    zero = datetime.fromisoformat(analysis.started)
    times = [(one["timestamp"] - zero).total_seconds() for one in named(messages, "record")]
    assert not [time for time in times if gap.start_s <= time < gap.end_s]
    jumps = [(a, b) for a, b in pairwise(times) if b - a > 1.5]
    assert len(jumps) == 1
    assert jumps[0][0] < gap.start_s <= jumps[0][0] + 1.0
    assert gap.end_s <= jumps[0][1] < gap.end_s + 1.0
    pause = [one["timestamp"] for one in named(messages, "event")[1:3]]
    assert [(when - zero).total_seconds() for when in pause] == list(jumps[0])
    session = named(messages, "session")[0]
    lost = session["total_elapsed_time"] - session["total_timer_time"]
    assert lost == pytest.approx(gap.end_s - gap.start_s, abs=0.001)


def test_walking_carries_on_and_standing_is_empty(files):
    """A walking break keeps its cadence and is called walking; standing still has a time and no stride."""
    analysis, messages = files["run and walk"]
    zero = datetime.fromisoformat(analysis.started)
    records = named(messages, "record")
    kinds = {"walking": 0, "still": 0, "running": 0}
    for record in records:
        time = (record["timestamp"] - zero).total_seconds()
        bout = next((b for b in analysis.activity if b.start_s + 2.0 <= time < b.end_s - 2.0), None)
        if bout is None:
            continue
        kinds[bout.kind] += 1
        if bout.kind == "still":
            assert not {"cadence", "stance_time", "activity_type", "enhanced_speed"} & record.keys()
        else:
            assert record["activity_type"] == bout.kind
            assert (record["cadence"] < 65) == (bout.kind == "walking")
    assert min(kinds.values()) > 10


def test_nothing_is_written_as_zero(files):
    """Without a gyroscope there is no speed, distance or step length at all; with one leg no balance."""
    for kind, absent in (
        ("no gyroscope", {"enhanced_speed", "distance", "step_length", "vertical_ratio", "total_distance"}),
        ("one leg", {"stance_time_balance", "avg_stance_time_balance"}),
    ):
        _, messages = files[kind]
        there = {field.name for one in messages for field in one.fields}
        assert not absent & there
        assert not {f"avg_{name}" for name in absent} & there
        values = [v for one in named(messages, "record") for k, v in one.items() if k in RESOLUTION]
        assert None not in values
        measured = RESOLUTION.keys() - {"distance"}
        assert min(v for one in named(messages, "record") for k, v in one.items() if k in measured) > 0


def test_distance_is_the_way_of_the_strides(files):
    """Distance grows by what each second covers and ends at the sum of one leg's stride lengths."""
    analysis, messages = files["run and walk"]
    way = [one["distance"] for one in named(messages, "record") if "distance" in one]
    assert all(b >= a for a, b in pairwise(way))
    left = analysis.strides[analysis.strides["side"] == "left"]
    assert way[-1] == pytest.approx(left["stride_length_m"].sum(), rel=0.02)
    for name in ("lap", "session"):
        assert named(messages, name)[0]["total_distance"] == pytest.approx(way[-1], abs=0.011)


def test_a_known_distance_is_the_total(make_analysis):
    """What the runner says of the distance is the session's, and the mean speed is that over timer time."""
    analysis = make_analysis(minutes=3.0)
    told = dataclasses.replace(analysis, run=dataclasses.replace(analysis.run, distance_m=640.0))
    session = named(read(fit_bytes(told)), "session")[0]
    assert session["total_distance"] == 640.0
    assert session["enhanced_avg_speed"] == pytest.approx(640.0 / session["total_timer_time"], abs=6e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_totals_are_those_of_the_report(files, kind):
    """Lap and session hold the length, strides of one leg, the report's numbers; activity agrees."""
    analysis, messages = files[kind]
    number = {name: metric.value for name, metric in analysis.metrics.items()}
    truth = {
        "avg_stance_time": (number["contact_ms"], 0.1),
        "avg_stance_time_percent": (100.0 * number["duty_factor"], 0.01),
        "avg_vertical_oscillation": (10.0 * number["vertical_oscillation_cm"], 0.1),
    }
    if "stride_length_m" in number:
        truth["avg_step_length"] = (500.0 * number["stride_length_m"], 0.1)
    contact = analysis.metrics["contact_ms"]
    if contact.left and contact.right:
        truth["avg_stance_time_balance"] = (100.0 * contact.left / (contact.left + contact.right), 0.01)
    strides = max(analysis.strides["side"].value_counts())
    for name in ("lap", "session"):
        (total,) = named(messages, name)
        for field, (value, step) in truth.items():
            assert total[field] == pytest.approx(value, abs=0.501 * step), field
        cadence = total["avg_running_cadence"] + total["avg_fractional_cadence"]
        assert cadence == pytest.approx(number["cadence_spm"] / 2.0, abs=0.5 / 128.0)
        assert total["total_strides"] == strides
        assert total["total_elapsed_time"] == pytest.approx(analysis.duration_s, abs=0.001)
        assert total["sport"] == "running"
        first = named(messages, "record")[0]["timestamp"]
        assert total["start_time"] == first
    (activity,) = named(messages, "activity")
    assert activity["num_sessions"] == 1
    assert activity["total_timer_time"] == named(messages, "session")[0]["total_timer_time"]


def test_the_clock_is_that_of_the_recording(files):
    """The first record is at the start to half a second, in UTC; local time is in the recording's zone."""
    analysis, messages = files["run"]
    start = datetime.fromisoformat(analysis.started)
    first = named(messages, "record")[0]["timestamp"]
    assert abs((first - start).total_seconds()) <= 0.5
    (activity,) = named(messages, "activity")
    shift = activity["local_timestamp"].replace(tzinfo=UTC) - activity["timestamp"]
    assert shift == timedelta(hours=2)


@pytest.mark.parametrize("started", ["", "yesterday", "1971-01-01T00:00:00+00:00", "9999-12-31T23:59:59"])
def test_an_unknown_start_is_a_date_nobody_believes(make_analysis, started):
    """Without a usable start the file begins in 2000, and makes no claim about local time."""
    analysis = dataclasses.replace(make_analysis(minutes=1.0), started=started)
    assert started_at(analysis) is None
    messages = read(fit_bytes(analysis))
    assert named(messages, "record")[0]["timestamp"] == NO_START
    assert "local_timestamp" not in named(messages, "activity")[0]


def test_a_start_without_a_zone_is_utc(make_analysis):
    """A naive time is taken as UTC; no local time is claimed."""
    analysis = dataclasses.replace(make_analysis(minutes=1.0), started="2026-05-01T07:32:10")
    messages = read(fit_bytes(analysis))
    assert named(messages, "record")[0]["timestamp"] == datetime(2026, 5, 1, 7, 32, 10, tzinfo=UTC)
    assert "local_timestamp" not in named(messages, "activity")[0]


def test_no_running_is_a_valid_file(make_analysis):
    """A session without a stride gives times alone: no cadence, no distance, no zero."""
    analysis = make_analysis(kind="none", minutes=1.0)
    messages = read(fit_bytes(analysis))
    assert {field.name for one in messages if one.name == "record" for field in one.fields} == {"timestamp"}
    session = named(messages, "session")[0]
    assert not {"total_strides", "total_distance", "avg_running_cadence"} & session.keys()
    empty = dataclasses.replace(analysis, activity=())
    assert named(read(fit_bytes(empty)), "activity")[0]["total_timer_time"] == 0.0


def test_strides_that_cannot_be_trusted_say_nothing(make_analysis):
    """Strides at a gap and uncertain ones leave their seconds without numbers."""
    analysis = make_analysis(minutes=1.0)
    for mark in ("gap", "clipped uncertain"):
        doubtful = dataclasses.replace(analysis, strides=analysis.strides.assign(marks=mark))
        records = named(read(fit_bytes(doubtful)), "record")
        assert {name for one in records for name in one} == {"timestamp"}


def test_what_does_not_fit_its_field_stays_out(make_analysis):
    """A number beyond a field's range or below zero is left out, not wrapped round."""
    analysis = make_analysis(minutes=1.0)
    wild = analysis.strides.assign(contact_ms=7000.0, vertical_oscillation_cm=-3.0, cadence_spm=np.inf)
    records = named(read(fit_bytes(dataclasses.replace(analysis, strides=wild))), "record")
    assert not {"stance_time", "vertical_oscillation", "cadence"} & {name for one in records for name in one}


def test_late_start_of_session_time(make_analysis):
    """Session time need not begin at zero: the file begins where the recording does."""
    analysis = make_analysis(minutes=1.0)
    later = analysis.strides.assign(
        **{name: analysis.strides[name] + 1000.0 for name in ("ic_s", "tc_s", "next_ic_s")}
    )
    bouts = tuple(Bout(b.start_s + 1000.0, b.end_s + 1000.0, b.kind) for b in analysis.activity)
    here = named(read(fit_bytes(analysis)), "record")
    there = named(read(fit_bytes(dataclasses.replace(analysis, strides=later, activity=bouts))), "record")
    assert there[0]["timestamp"] - here[0]["timestamp"] == timedelta(seconds=1000)
    for a, b in zip(here, there, strict=True):
        assert {k: v for k, v in a.items() if k != "timestamp"} == {
            k: v for k, v in b.items() if k != "timestamp"
        }


@pytest.mark.parametrize("shift", [5e5, 1.7e9, 4e12])
def test_odd_session_times_do_not_move_an_unknown_start(make_analysis, shift):
    """Session time may be a phone's uptime or an epoch: a run of unknown start still begins in 2000."""
    analysis = make_analysis(minutes=1.0)
    moved = tuple(Bout(b.start_s + shift, b.end_s + shift, b.kind) for b in analysis.activity)
    for started in ("", "2026-05-01T07:32:10+02:00" if shift > 1e10 else ""):
        late = dataclasses.replace(analysis, started=started, activity=moved)
        assert named(read(fit_bytes(late)), "record")[0]["timestamp"] == NO_START


def test_without_the_library_it_says_what_to_install(make_analysis, monkeypatch):
    """Without fit-tool: one line that names the extra."""
    monkeypatch.setitem(sys.modules, "fit_tool.fit_file_builder", None)
    with pytest.raises(MissingExtraError, match="fit"):
        fit_bytes(make_analysis(minutes=1.0))


def test_a_file_that_cannot_be_written_is_one_line(make_analysis, tmp_path):
    """A folder that is not there is named."""
    with pytest.raises(GaitError, match="folder does not exist"):
        write_fit(make_analysis(minutes=1.0), tmp_path / "no" / "run.fit")


def test_a_session_of_years_has_no_file(make_analysis):
    """Two clocks that share nothing make a session of decades: one line, not a record for each second."""
    analysis = make_analysis()
    last = dataclasses.replace(analysis.activity[-1], end_s=1.7e9)
    with pytest.raises(GaitError, match="a session of 19676 days has no activity file; check the clocks"):
        fit_bytes(dataclasses.replace(analysis, activity=(*analysis.activity[:-1], last)))


DEVELOPER = {
    "Foot Strike Angle": ("deg", "strike_angle_deg", "value"),
    "Pronation": ("deg", "pronation_excursion_deg", "value"),
    "Peak Acceleration": ("g", "peak_acc_g", "value"),
    "Contact Time Left": ("ms", "contact_ms", "left"),
    "Contact Time Right": ("ms", "contact_ms", "right"),
}


def by_fitparse(data: bytes) -> list:
    """Messages as fitparse reads them."""
    fitparse = pytest.importorskip("fitparse")
    return list(fitparse.FitFile(io.BytesIO(data)).get_messages())


@pytest.mark.filterwarnings("ignore:.*utcfromtimestamp.*:DeprecationWarning")  # fitparse, from Python 3.12 on
def test_developer_fields_are_read_by_two_programs(make_analysis):
    """Name, unit and every value are the same for fitdecode and fitparse; totals are the report's numbers."""
    analysis = make_analysis(minutes=3.0)
    data = fit_bytes(analysis)
    decoded, parsed = read(data), by_fitparse(data)
    for kind in ("record", "session", "lap"):
        ones = [{f.name: f.value for f in m.fields} for m in decoded if m.name == kind]
        others = [{f.name: f.value for f in m.fields} for m in parsed if m.name == kind]
        assert len(ones) == len(others)
        for one, other in zip(ones, others, strict=True):
            assert {k: one[k] for k in DEVELOPER if k in one} == {
                k: other[k] for k in DEVELOPER if k in other
            }
    session = next(m for m in decoded if m.name == "session")
    for name, (unit, metric, part) in DEVELOPER.items():
        field = session.get_field(name)
        assert field.units == unit
        assert field.value == pytest.approx(getattr(analysis.metrics[metric], part), rel=1e-6)
    running = [one for one in named(decoded, "record") if one.get("activity_type") == "running"]
    assert sum("Foot Strike Angle" in one for one in running) > 0.9 * len(running)
    angles = [one["Foot Strike Angle"] for one in running if "Foot Strike Angle" in one]
    assert np.median(angles) == pytest.approx(analysis.metrics["strike_angle_deg"].value, abs=0.5)


def test_no_number_is_there_twice(make_analysis):
    """No developer field repeats a native one; what was not measured is not described."""
    for analysis in (make_analysis(minutes=2.0), make_analysis(minutes=2.0, gyr=False, sides=("left",))):
        messages = read(fit_bytes(analysis))
        described = [one["field_name"] for one in named(messages, "field_description")]
        assert len(described) == len(set(described))
        assert set(described) <= set(DEVELOPER)
        expected = {
            name
            for name, (_, metric, part) in DEVELOPER.items()
            if metric in analysis.metrics and getattr(analysis.metrics[metric], part) is not None
        }
        assert set(described) == expected
        for message in messages:
            names = [field.name for field in message.fields if field.value is not None]
            assert len(names) == len(set(names))
            assert not {name.lower().replace(" ", "_") for name in described} & set(names)


@pytest.mark.parametrize("started", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "soon", ""])
def test_absurd_starts_are_an_unknown_start(make_analysis, started):
    """A start that no FIT time stamp holds is the date nobody believes, not a crash."""
    analysis = dataclasses.replace(make_analysis(minutes=1.0), started=started)
    (record, *_) = named(read(fit_bytes(analysis)), "record")
    assert record["timestamp"].year == NO_START.year
