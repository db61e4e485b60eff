"""Every kind of page there is: each runner with each set of sensors, each light, sheet and language.

`python -m tests.report.gallery DIR` writes them all; `tests/run.py --long` looks at each in a browser.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import numpy as np
import pandas as pd

from gait.analysis.analyze import analyze
from gait.analysis.results import Analysis
from gait.analysis.watch.join import with_activity
from gait.coaching.follow import Coaching, follow
from gait.coaching.rules.load import load_knowledge
from gait.coaching.rules.translate import in_language
from gait.errors import GaitError
from gait.exchange.activity_files.model import Activity, Lap
from gait.history.session_identity import samples_hash
from gait.history.since_last import SinceLast, since_last
from gait.history.store import History
from gait.recording.model import RunInfo, RunnerInfo, Session
from gait.recording.read import read
from gait.report.exports.strides_and_json import analysis_json
from gait.report.page.write import render_story
from gait.report.story import Sheet, Story
from gait.report.words import load_words
from gait.virtual.runner.presets import PRESETS
from gait.virtual.runner.simulate import VirtualSession, simulate

__all__ = ["ANSWERS", "SENSORS", "SHEETS", "Case", "cases", "real_cases"]

PARTS = (("stand", 3.0), ("run", 45.0), ("walk", 12.0), ("run", 35.0), ("stand", 2.0))
STARTED = datetime(2026, 5, 1, 7, 32, 10, tzinfo=timezone(timedelta(hours=2)))
TODAY = date(2026, 5, 1)
SHEETS: tuple[Sheet, ...] = get_args(Sheet)

SENSORS: dict[str, dict[str, Any]] = {
    "shoes": {},
    "shoe": {"sides": ("left",)},
    "shanks": {"placements": ("shank",)},
    "shank": {"sides": ("right",), "placements": ("shank",)},
    "both": {"placements": ("shoe", "shank")},
    "shoes-acc": {"gyroscope": False},
    "shoe-acc": {"sides": ("right",), "gyroscope": False},
    "shank-acc": {"sides": ("left",), "placements": ("shank",), "gyroscope": False},
}
"""Set of sensors -> how `simulate` is asked for it."""

_SOUND: dict[str, Any] = {
    "red_flags": [], "age": 34, "pregnant": False, "recent_surgery": False, "serious_injury": False,
    "risk_signs": [], "limping": False, "pain": [], "form": [], "experience": "some",
    "equipment": ["barbell", "dumbbells", "band", "bench", "chair", "step", "box", "cable", "wall"],
}  # fmt: skip
_SORE = {"pain": ["knee_front"], "pain_settles": "within_hour"}
ANSWERS: dict[str, dict[str, Any]] = {
    "green": _SOUND,
    "little-pain": {**_SOUND, **_SORE, "pain_strength": 2, "form": ["heel_first", "knees_in"]},
    "amber": {**_SOUND, **_SORE, "pain_strength": 4, "form": ["heel_first"]},
    "red": {**_SOUND, **_SORE, "pain_strength": 7},
    "stop": {**_SOUND, "red_flags": ["cannot_bear_weight", "numb_or_cold"]},
    "bare-room": {**_SOUND, "equipment": [], "experience": "new"},
}
"""Name -> what the runner says."""


@dataclass(frozen=True)
class Case:
    """A page by its name: the analysis, what coaching says of it, and how it is shown."""

    name: str
    analysis: Analysis
    coaching: Coaching
    sheet: Sheet = "full"
    lang: str = "en"
    since: SinceLast | None = None
    runner: str = ""

    @property
    def story(self) -> Story:
        """Return what its sections are made from."""
        words = load_words(self.lang)
        coached = self.coaching
        return Story(
            self.analysis, coached.findings, coached.plan, words, self.since, self.runner, self.sheet
        )

    @property
    def html(self) -> str:
        """Return its page."""
        return render_story(self.story)


def cases() -> Iterator[Case]:
    """Yield every kind of page of virtual runs; analyses are made as they are needed."""
    for preset in PRESETS:
        for sensors in SENSORS:
            analysis = analyze(_run(preset, sensors).session)
            yield Case(f"{preset}-{sensors}", analysis, _coached(analysis, None))
    for preset in ("overstriding", "caving-in"):
        analysis = analyze(_run(preset, "both").session)
        for answers, said in ANSWERS.items():
            for lang in ("en", "de"):
                coached = _coached(analysis, said, lang)
                for sheet in SHEETS:
                    name = f"{preset}-{answers}-{sheet}-{lang}"
                    yield Case(name, analysis, coached, sheet, lang, runner="Ada Lovelace")
    yield from _kept()
    yield from _watched()
    yield from _odd()


def sample() -> Iterator[Case]:
    """Yield a few pages that differ much, from short runs."""
    short = {"parts": (("stand", 3.0), ("run", 22.0), ("walk", 8.0), ("run", 15.0), ("stand", 1.0))}
    both = analyze(_given(_run("asymmetric", "both", **short).session, 111.0))
    for answers, sheet, lang in (
        ("little-pain", "full", "en"),
        ("red", "runner", "de"),
        ("stop", "full", "en"),
    ):
        name = f"sample-{answers}-{sheet}-{lang}"
        yield Case(name, both, _coached(both, ANSWERS[answers], lang), sheet, lang, runner="Ada")
    bare = analyze(_run("forefoot-fast", "shank-acc", **short).session)
    yield Case("sample-shank-acc", bare, _coached(bare, None))


def _run(preset: str, sensors: str, *, seed: int = 1, days: int = 0, **runner: Any) -> VirtualSession:
    """Return a virtual run of a named runner with a set of sensors, started on a day."""
    found = PRESETS[preset]
    asked = dict(SENSORS[sensors])
    sensor = replace(found.sensor, gyroscope=asked.pop("gyroscope", True))
    settings = replace(found.runner, **{"parts": PARTS, **runner})
    made = simulate(settings, sensor, seed=seed, name=f"{preset}, {sensors}", **asked)
    started = (STARTED + timedelta(days=days)).isoformat()
    recordings = tuple(replace(one, started=started) for one in made.session.recordings)
    return replace(made, session=replace(made.session, recordings=recordings))


def _coached(analysis: Analysis, answers: Mapping[str, Any] | None, lang: str = "en") -> Coaching:
    return follow(analysis, answers, pack=in_language(load_knowledge(), lang), today=TODAY)


def _kept() -> Iterator[Case]:
    """Yield six kept sessions of one runner, the last one changed; with the sheets and in German."""
    with TemporaryDirectory() as folder, History(Path(folder) / "history.db") as kept:
        for day in range(6):
            change = {"cadence_spm": 164.0, "strike_angle_deg": 9.0} if day == 5 else {}
            made = _run("overstriding", "both", seed=day + 1, days=3 * day, **change).session
            analysis = analyze(made)
            coached = _coached(analysis, ANSWERS["green"])
            results = analysis_json(analysis, coached.findings, coached.plan)
            number = kept.keep("Ada Lovelace", analysis, samples_hash(made), results)
            since = since_last(kept.sessions("Ada Lovelace"), number)
            if day in {0, 1, 4}:
                yield Case(f"kept-{day}-full-en", analysis, coached, since=since, runner="Ada Lovelace")
        for lang in ("en", "de"):
            coached = _coached(analysis, ANSWERS["green"], lang)
            for sheet in SHEETS:
                name = f"kept-5-{sheet}-{lang}"
                yield Case(name, analysis, coached, sheet, lang, since, "Ada Lovelace")


def _watched() -> Iterator[Case]:
    """Yield a run with what a watch without cadence kept of it, with and without speed of its own."""
    for sensors in ("shoes", "shank-acc"):
        made = _run("easy-rearfoot", sensors)
        analysis = with_activity(analyze(made.session), _activity(made.truth, 2.9))
        for lang in ("en", "de"):
            for sheet in SHEETS:
                coached = _coached(analysis, ANSWERS["green"], lang)
                yield Case(f"watch-{sensors}-{sheet}-{lang}", analysis, coached, sheet, lang)


def _activity(truth: pd.DataFrame, speed_m_s: float) -> Activity:
    """Return a record a second of a run, with laps of half a minute."""
    ran = truth[truth["activity"] == "running"]["ic_s"].to_numpy()
    time = np.arange(0.0, ran.max() + 2.0)
    speed = np.where([np.abs(ran - at).min() < 1.0 for at in time], speed_m_s, 1.4)
    distance = np.cumsum(speed)
    zero = STARTED.timestamp()
    laps = tuple(Lap(zero + at, zero + at + 30.0) for at in np.arange(0.0, time[-1] - 30.0, 30.0))
    unknown = np.full(len(time), np.nan)
    heart, height = 120.0 + 0.2 * time, 100.0 + 0.03 * distance
    return Activity("morning run.fit", zero + time, unknown, speed, distance, heart, height, laps)


def _odd() -> Iterator[Case]:
    """Yield runs of other lengths, of nobody running, with everything given, and with long texts."""
    lengths = {"20-s": 20.0, "12-min": 720.0, "65-min": 3900.0, "150-min": 9000.0}
    for name, seconds in lengths.items():
        parts = (("stand", 3.0), ("run", seconds), ("stand", 2.0))
        analysis = analyze(_run("easy-rearfoot", "shoes", parts=parts).session)
        yield Case(f"long-{name}", analysis, _coached(analysis, ANSWERS["green"]))
    walk = analyze(_run("easy-rearfoot", "shoes", parts=(("stand", 3.0), ("walk", 60.0))).session)
    for lang in ("en", "de"):
        yield Case(f"walk-{lang}", walk, _coached(walk, None, lang), lang=lang)
    analysis = analyze(_given(_run("asymmetric", "both").session, 240.0))
    for sheet in SHEETS:
        for lang in ("en", "de"):
            coached = _coached(analysis, ANSWERS["little-pain"], lang)
            yield Case(f"given-{sheet}-{lang}", analysis, coached, sheet, lang, runner="R" * 80)


def _given(session: Session, distance_m: float) -> Session:
    """Return a session with all that can be said of it, in long words."""
    return replace(
        session,
        name="a name without spaces " + "x" * 70,
        runner=RunnerInfo(mass_kg=68.0, height_m=1.74),
        run=RunInfo(distance_m=distance_m, surface="road " * 12, notes="felt fine " * 40),
    )


def real_cases(folder: Path) -> Iterator[Case]:
    """Yield a page of each real recording in a folder of them; what is none is passed over."""
    for path in sorted([*folder.iterdir(), *folder.glob("*/*")]):
        for placement in (None, "shank" if "shank" in str(path) else "shoe"):
            try:
                analysis = analyze(read(path, placement=placement, side="left" if placement else None))
            except GaitError:
                continue
            name = path.relative_to(folder).with_suffix("").as_posix().replace("/", "-")
            yield Case(f"real-{name}", analysis, _coached(analysis, None))
            break


def main(folder: Path, real: Path | None = None) -> None:
    """Write every page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for case in itertools.chain(cases(), real_cases(real) if real else ()):
        (folder / f"{case.name}.html").write_text(case.html, encoding="utf-8")
        print(case.name, flush=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
