"""``gait compare``: two sessions, or two groups of them, with what changed beyond noise and speed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.option_groups import SensorOptions, grouped
from gait.cli.options import JsonOption, LangOption, load_session
from gait.errors import RecordingError, UsageError

if TYPE_CHECKING:
    from gait.analysis.results import Analysis
    from gait.history.change import Change
    from gait.history.run_parts import Effect, Helped
    from gait.recording.model import Session
    from gait.report.blocks import Section
    from gait.report.words import Words

__all__ = ["command"]

STDOUT = Path("-")
LABEL = 36
"""Columns for a number's name (chosen: the longest in any language)."""


@grouped
def command(
    *,
    first: Annotated[
        Path, typer.Argument(help="The earlier session, or a folder of some.", show_default=False)
    ],
    second: Annotated[
        Path | None,
        typer.Argument(
            help="The later one, or a folder of some; none compares blocks of the first.", show_default=False
        ),
    ] = None,
    blocks: Annotated[
        str | None,
        typer.Option(
            "--blocks",
            metavar="NAME=START:END,...",
            help="Parts of one run, in seconds; repeats share a name. Else [[block]] of session.toml.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the comparison as a page.")
    ] = None,
    activity: Annotated[
        list[Path] | None,
        typer.Option(
            "--activity",
            metavar="FILE",
            help="The watch's .fit, .gpx or .tcx of one of the runs; may be repeated: each goes to its run.",
        ),
    ] = None,
    json_file: JsonOption = None,
    sensor: SensorOptions,
    lang: LangOption = "en",
) -> None:
    """Two sessions of one runner, or two groups (before/ after/): what changed for sure, and what did not.

    A change is called one when it exceeds the noise of both sessions and what the difference in speed leads
    to expect, and is large enough to matter. What the method errs on this runner in both cancels.
    """
    from gait.report.words import load_words

    words = load_words(lang)
    request = _Request(output, json_file, activity or (), sensor, words)
    if second is None or blocks is not None:
        _within(first, second, blocks, request)
    else:
        _between(first, second, request)


@dataclass(frozen=True)
class _Request:
    """Options of any comparison, and its words."""

    output: Path | None
    json_file: Path | None
    activity: Sequence[Path]
    sensor: SensorOptions
    words: Words

    def sessions(self, path: Path) -> list[Session]:
        """Return a session, or every session in a folder of sessions."""
        place, side = self.sensor.placement, self.sensor.side
        return [load_session(session, placement=place, side=side) for session in _sessions(path)]

    def page(self, sections: Callable[[], Sequence[Section]]) -> None:
        """Write the page and say where it is; where none is asked for, nothing is made."""
        if self.output is not None:
            _page(sections(), self.words, self.output, self.json_file)


def _between(first: Path, second: Path, request: _Request) -> None:
    """Compare two sessions, or two groups of them."""
    from gait.history.change import compare_groups
    from gait.history.session_identity import samples_hash
    from gait.report.compared_sessions import ComparedSessions, sections_of_sessions

    groups = [request.sessions(path) for path in (first, second)]
    samples = [{samples_hash(session) for session in group} for group in groups]
    twice = bool(samples[0] & samples[1])
    before, after = (_analysed(group) for group in groups)
    joined = _with_watches([*before, *after], request.activity)
    before, after = joined[: len(before)], joined[len(before) :]
    same = _same_sensors(before, after)
    rows = compare_groups(
        [analysis.metrics for analysis in before],
        [analysis.metrics for analysis in after],
        same_sensors=same,
        speeds=(_speed(before), _speed(after)),
        slopes=(_slope(before), _slope(after)),
    )
    if twice:
        print(request.words("compare.twice"), file=sys.stderr)
    _put(_table(before, after, rows, request.words), [row.plain() for row in rows], request.json_file)
    compared = ComparedSessions(tuple(before), tuple(after), tuple(rows), same, twice)
    request.page(lambda: sections_of_sessions(compared, request.words))


def _page(sections: Sequence[Section], words: Words, path: Path, json_file: Path | None) -> None:
    """Write the page and say where it is."""
    from gait.cli.main import one_line
    from gait.files import write_text
    from gait.report.page.write import render_sections

    write_text(path, render_sections(sections, words, "compare"))
    place = words("compare.page", path=one_line(str(path)))
    print(place, file=sys.stderr if json_file == STDOUT else sys.stdout)


def _put(lines: list[str], body: object, json_file: Path | None) -> None:
    """Print the lines, and write the JSON where it was asked for."""
    target = sys.stderr if json_file == STDOUT else sys.stdout
    for line in lines:
        print(line, file=target)
    text = json.dumps(body, indent=2, allow_nan=False)
    if json_file == STDOUT:
        print(text)
    elif json_file is not None:
        from gait.files import write_text

        write_text(json_file, text + "\n")


def _within(path: Path, second: Path | None, blocks: str | None, request: _Request) -> None:
    """Compare blocks of one run: what each condition did, and whether one helps."""
    from gait.history.run_parts import compare_parts, what_helped
    from gait.recording.run_parts import parts_of_text
    from gait.recording.session_folder import read_notes
    from gait.report.compared_parts import ComparedParts, sections_of_parts

    if second is not None:
        raise UsageError("blocks are parts of one run", where="--blocks", todo="give one session with it")
    parts = parts_of_text(blocks, "--blocks") if blocks is not None else read_notes(path).blocks
    if not parts:
        raise UsageError(
            "one session, and no blocks in it",
            where=path,
            todo="give a second session, --blocks base=0:180,+5=180:360, or [[block]] in session.toml",
        )
    analysed = _analysed(request.sessions(path)[:1])
    (analysis,) = _with_watches(analysed, request.activity)
    effects = compare_parts(analysis.strides, parts)
    helped = what_helped(effects)
    _put(
        _effects(effects, helped, parts[0].name, request.words),
        {
            "blocks": [asdict(part) for part in parts],
            "effects": [effect.plain() for effect in effects],
            "helped": None if helped is None else asdict(helped),
        },
        request.json_file,
    )
    compared = ComparedParts(analysis, tuple(parts), tuple(effects), helped)
    request.page(lambda: sections_of_parts(compared, request.words))


def _effects(effects: list[Effect], helped: Helped | None, base: str, words: Words) -> list[str]:
    """Return the lines of a comparison of blocks."""
    from gait.cli.main import one_line
    from gait.cli.rounded import places, rounded, with_spread

    lines = []
    for condition in dict.fromkeys(effect.condition for effect in effects):
        lines.append(words("compare.against", first=one_line(condition), other=one_line(base)))
        for effect in (row for row in effects if row.condition == condition):
            size = with_spread(effect.metric, effect.effect, effect.uncertainty, words, "+9")
            base = rounded(effect.base, places(effect.metric, effect.uncertainty, effect.effect), words, "9")
            lines.append(
                f"  {words.label(effect.metric):{LABEL}}{base}{size}  {words(f'change.{effect.words_key}')}"
            )
    if helped is None:
        return [*lines, words("compare.nothing_helps")]
    size = with_spread(helped.metric, helped.effect, helped.uncertainty, words, "+")
    name = words.label(helped.metric)
    return [
        *lines,
        words("compare.helps", condition=one_line(helped.condition), name=name, size=size),
        words("compare.welcome", why=words.translated(helped.why)),
    ]


def _analysed(sessions: Sequence[Session]) -> list[Analysis]:
    """Return the analyses of some sessions."""
    from gait.analysis.analyze import AnalysisSettings, analyze

    return [analyze(session, AnalysisSettings(waveforms=False)) for session in sessions]


def _with_watches(analyses: list[Analysis], files: Sequence[Path]) -> list[Analysis]:
    """Return the analyses, each with the watch's file that it fits joined to it."""
    if not files:
        return analyses
    from gait.analysis.watch.several import with_activities
    from gait.exchange.activity_files.read import read_activity

    return with_activities(analyses, [read_activity(file) for file in files])


def _sessions(path: Path) -> list[Path]:
    """Return the path itself where it is a session, else the sessions in that folder."""
    from gait.recording.session_folder import candidates

    if not path.is_dir():
        return [path]
    try:
        candidates(path)
    except RecordingError:
        inner = [path for path in sorted(path.iterdir()) if path.is_dir() and _holds_recordings(path)]
        if not inner:
            raise
        return inner
    return [path]


def _holds_recordings(folder: Path) -> bool:
    from gait.recording.session_folder import candidates

    try:
        return bool(candidates(folder))
    except RecordingError:
        return False


def _speed(group: list[Analysis]) -> float | None:
    """Return the mean speed of a group, measured or told in ``session.toml``; None where one has none."""
    speeds = []
    for analysis in group:
        measured, ran = analysis.metrics.get("speed_m_s"), analysis.time_in("running")
        if measured is not None:
            speeds.append(measured.value)
        elif analysis.run.speed_m_s:
            speeds.append(analysis.run.speed_m_s)
        elif analysis.run.distance_m and ran > 0.0:
            speeds.append(analysis.run.distance_m / ran)
    return sum(speeds) / len(speeds) if speeds and len(speeds) == len(group) else None


def _slope(group: list[Analysis]) -> float | None:
    """Return the mean slope of the ground of a group, per cent; None where a session's is unknown."""
    from gait.history.run_blocks import mean_slope

    slopes = [slope for slope in map(mean_slope, group) if slope is not None]
    return sum(slopes) / len(slopes) if slopes and len(slopes) == len(group) else None


def _same_sensors(before: list[Analysis], after: list[Analysis]) -> bool:
    """Return whether the places that both groups have were measured by one kind of sensor."""
    ones, others = (
        {sensor.name: (sensor.has_gyr, sensor.device) for analysis in group for sensor in analysis.sensors}
        for group in (before, after)
    )
    common = ones.keys() & others.keys()
    if not common or any(ones[name] != others[name] for name in common):
        return False
    # Shoe and shank of the same leg measure with different errors.
    return not {_leg(name) for name in ones} & {_leg(name) for name in others} - {
        _leg(name) for name in common
    }


def _leg(sensor: str) -> str:
    """Return the side of a sensor such as ``left shoe``."""
    return sensor.split(" ", 1)[0]


def _table(before: list[Analysis], after: list[Analysis], rows: list[Change], words: Words) -> list[str]:
    from gait.cli.rounded import places, rounded, with_spread
    from gait.report.compared_sessions import ORDER

    lines = [words("compare.against", first=_title(before, words), other=_title(after, words))]
    if not rows:
        return [*lines, "  " + words("compare.nothing_shared")]
    for verdict in ORDER:
        group = [row for row in rows if row.words_key == verdict]
        if group:
            lines.append(words(f"compare.is_{verdict}"))
        for row in group:
            decimals = places(row.metric, row.uncertainty, row.change)
            values = "".join(rounded(value, decimals, words, "9") for value in (row.first, row.second))
            change = with_spread(row.metric, row.change, row.uncertainty, words, "+9")
            lines.append(
                f"  {words.label(row.metric):{LABEL}}{values}{change}{_expected(row, decimals, words)}"
            )
    return lines


def _expected(row: Change, decimals: int, words: Words) -> str:
    """Return the value expected from speed, cadence and slope, where it differs in the decimals shown."""
    from gait.cli.rounded import rounded

    parts = ((row.expected, "speed"), (row.by_cadence, "cadence"), (row.by_slope, "slope"))
    return "".join(
        words(f"compare.size_by_{name}", size=rounded(part, decimals, words, "+"))
        for part, name in parts
        if part is not None and abs(part) >= 0.5 * 10.0**-decimals
    )


def _title(group: list[Analysis], words: Words) -> str:
    from gait.cli.main import one_line

    return one_line(group[0].name) if len(group) == 1 else words("compare.sessions", n=len(group))
