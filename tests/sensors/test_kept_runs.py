"""Runs in the memories of other families: fetched end to end over drops, refused where there is none."""

import asyncio
from datetime import datetime

import numpy as np
import pytest

from gait.errors import SensorError
from gait.journal.format import read_journal
from gait.recording.read import read_recording
from gait.sensors.drivers import DRIVERS
from gait.sensors.fetch_log import fetch_log
from gait.sensors.scan import Backend
from gait.virtual.radio.faults import parse_fault
from gait.virtual.radio.mimics.keeping import (
    KEEPING,
    DotKeeping,
    MetaMotionKeeping,
    MovesenseKeeping,
    PolarKeeping,
)
from gait.virtual.radio.near import near_backends, switched_on
from gait.virtual.radio.played_motion import Playback
from tests.sensors.conftest import FastLoop, motion_of

FAMILIES = pytest.mark.parametrize("kind", KEEPING, ids=lambda one: one.family)


class Fetched:
    """What was fetched of a simulated sensor."""

    def __init__(self, folder, finished, mimic, said):
        self.finished, self.mimic, self.said = finished, mimic, said
        self.journal, self.found = read_journal(folder), read_recording(finished.files[0])

    @property
    def shift_s(self):
        """Recorded minus true time of the first sample."""
        return self.found.time_s[0] - self.mimic.kept[0][0]


@pytest.fixture
def fetched(tmp_path):
    """Fetch from one simulated sensor: ``fetched(kind, faults, change)`` -> `Fetched`."""

    def run(kind, faults=(), change=lambda _: None):
        loop = FastLoop()
        mimic = kind(Playback(motion_of("left")), 0, loop.time, [parse_fault(text) for text in faults])
        change(mimic)
        said = []

        async def go():
            async with switched_on([mimic]):
                return await fetch_log(
                    tmp_path / "out",
                    mimic.name,
                    side="right",
                    scan_s=0.05,
                    backend=Backend(*near_backends([mimic])),
                    clock_us=lambda: round(loop.time() * 1e6),
                    say=said.append,
                )

        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            finished = runner.run(go())
        return Fetched(tmp_path / "out", finished, mimic, said)

    return run


@FAMILIES
def test_a_kept_run_is_fetched_whole_and_in_time(fetched, kind):
    """Every sample but those of a last part that was not full, at its time and with its value.

    Between the samples' own times and those of the file is one shift, for nothing ties the clocks any more,
    and the sensor's 40 ppm; stamps of whole milliseconds or ticks are evened.
    """
    one = fetched(kind)
    found, (times_s, _) = one.found, one.mimic.kept
    assert one.finished.recorded[0].gaps == 0
    assert len(times_s) - 12 <= len(found.time_s) <= len(times_s)
    off_s = found.time_s - found.time_s[0] - times_s[: len(found.time_s)]
    assert np.max(np.abs(off_s - np.median(off_s))) < 3e-3
    known = one.mimic.motion.recording
    at = found.time_s - one.shift_s
    truth = np.column_stack([np.interp(at, known.time_s, axis) for axis in known.acc.T])
    # The motion changes by 0.18 m/s2 in 1 ms at most.
    assert np.max(np.abs(found.acc - truth)[at < known.time_s[-1]]) < 0.8
    assert found.rate_hz == one.mimic.kept_rate_hz
    assert (found.side, found.placement) == ("right", "shoe")
    assert one.journal.named("sensor", 0)[0]["device"]["family"] == kind.family


@FAMILIES
def test_when_a_kept_run_began_is_said(fetched, kind):
    """By the sensor's calendar, or reckoned back from its clock now; without a claim on how exact that is."""
    found = fetched(kind).found
    started = datetime.fromisoformat(found.started)
    if kind is MetaMotionKeeping:
        ago = datetime.now(started.tzinfo) - started
        assert 65.0 < ago.total_seconds() < 300.0
    else:
        assert started == datetime.fromisoformat("2026-05-01T07:32:10+00:00")
    assert "clock_uncertainty_ms" not in found.extra["recorder"]


@FAMILIES
def test_a_link_that_breaks_while_a_run_is_fetched(fetched, kind):
    """Gone for two seconds in the middle: fetched anew, whole, once."""
    one = fetched(kind, ["drop@0.002+2"])
    assert one.finished.recorded[0].gaps == 0
    assert len(one.found.time_s) >= len(one.mimic.kept[0]) - 12


@FAMILIES
def test_parts_that_are_lost_on_the_way_are_fetched_again(fetched, kind):
    """Three notifications lost: noticed by offset, number or count."""
    one = fetched(kind, change=lambda mimic: mimic.lose.update((3, 17, 40)))
    assert one.finished.recorded[0].gaps == 0
    assert len(one.found.time_s) >= len(one.mimic.kept[0]) - 12
    assert not one.mimic.lose & {3}


def test_the_limits_of_a_kept_run_are_those_it_was_recorded_with(fetched):
    """Polar at 52 Hz: said, and in the preamble."""
    polar = fetched(PolarKeeping)
    assert polar.found.extra["recorder"]["limits"] == [
        "52 samples a second at most: contact times are coarse"
    ]
    assert any("52 samples a second" in text for text in polar.said)


def test_the_limits_of_a_small_range_are_said(fetched):
    """A board whose log was made at 4 g and 500 deg/s."""

    def small(mimic):
        mimic.acc_code, mimic.gyr_code = 5, 2
        mimic.acc_range_g, mimic.gyr_range_dps = 4.0, 500.0

    meta = fetched(MetaMotionKeeping, change=small)
    limits = meta.found.extra["recorder"]["limits"]
    assert [text.split(":")[0] for text in limits] == [
        "the accelerometer ends at 4 g",
        "the gyroscope ends at 499.512 deg/s",
    ]


def nothing(mimic):
    """Empty its memory."""
    mimic.logs = 0
    mimic.starts = ()
    mimic.loggers = ()


def recording(mimic):
    """Let it still record."""
    mimic.recording = True


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        (MovesenseKeeping, nothing, "its logbook is empty; log /Meas/IMU6/104"),
        (MovesenseKeeping, recording, "is still logging; stop the log in its app"),
        (DotKeeping, nothing, "holds no recording; record with its app first"),
        (DotKeeping, recording, "is still recording; press its button for a second"),
        (MetaMotionKeeping, nothing, "its log is empty; log both instruments"),
        (PolarKeeping, lambda one: setattr(one, "encrypted", 2), "encrypted with a key of the app"),
    ],
)
def test_a_memory_without_a_run_is_one_line(fetched, tmp_path, kind, change, says):
    """Empty, still recording, encrypted: says so and what to do, and leaves no folder."""
    with pytest.raises(SensorError, match=says):
        fetched(kind, change=change)
    assert not (tmp_path / "out").exists()


def test_the_newest_of_many_logs_is_fetched(fetched):
    """Nine logs, of which the list shows four: the ninth."""
    one = fetched(MovesenseKeeping, change=lambda mimic: setattr(mimic, "logs", 9))
    assert len(one.found.time_s) > 1200


def test_every_memory_that_is_read_is_simulated():
    """The families that fetch-log reads are those simulated here, and the open profile."""
    read = {one.ability.key for one in DRIVERS if one.ability.fetches}
    assert read == {kind.family for kind in KEEPING} | {"gait"}
