"""Reads any page back and lists what on it is not what the results hold: one function a kind of claim."""

from __future__ import annotations

from collections.abc import Iterator

from gait.analysis.metrics import decimals_for
from gait.analysis.session.not_measured import NEEDS
from gait.report.numbers import number
from gait.report.page.drawings import DRAWINGS
from gait.report.sections.safety import light_of
from gait.report.sections.sides import WITHOUT_SIDES
from tests.report.gallery import Case
from tests.report.reading import Element, numbers, read_page

__all__ = ["wrong_claims"]

OF_TILE = {"strike": "strike_angle_deg", "balance": "contact_ms"}


def wrong_claims(case: Case, html: str) -> list[str]:
    """Return what the page claims and the results do not hold; empty where all is as it was found."""
    page = read_page(html)
    return [
        f"{case.name}: {said}" for check in (_tiles, _pace, _sides, _looked_for, _needs, _lights, _plan)
        for said in check(case, page)
    ]  # fmt: skip


def _close(shown: tuple[float, float], value: float) -> bool:
    return abs(shown[0] - value) <= 1.001 * shown[1]


def _tiles(case: Case, page: Element) -> Iterator[str]:
    """Value and interval of a tile are the metric's, by the one rule of rounding; nothing is clamped."""
    for tile in page.all(cls="tile"):
        name = tile.attrs["data-metric"]
        metric = case.analysis.metrics[OF_TILE.get(name, name)]
        value, spread = metric.value, metric.uncertainty
        if name == "balance":
            both = (metric.left or 0.0) + (metric.right or 0.0)
            value, spread = 100.0 * (metric.left or 0.0) / both, metric.difference_uncertainty or 0.0
            spread *= 50.0 / both
        shown = tile.one(cls="value").text
        sign = case.story.words.decimal
        half = tile.one(cls="pm").text
        if not _close(numbers(shown, sign)[0], value) or not _close(numbers(half, sign)[0], spread):
            yield f"{name} is {value} ± {spread}, shown as {tile.text}"
        places = len(shown.split(" : ")[0].partition(sign)[2])
        if places > decimals_for(spread, 9):
            yield f"{name} has {places} decimals, surer than ± {spread}"


def _pace(case: Case, page: Element) -> Iterator[str]:
    """A pace is one that the strides' speed, or what was given, makes; a distance is the given one."""
    head = {one.one("dt").text: one.one("dd").text for one in page.one("dl", cls="runline").all("div")}
    words, story = case.story.words, case.story
    pace, speed = head.get(words("head.pace")), story.speed_m_s
    if pace is not None:
        minutes, seconds = (float(part) for part in pace.split(" ")[0].split(":"))
        if speed is None or abs(60.0 * minutes + seconds - 1000.0 / speed) > 0.51:
            yield f"pace {pace} at {speed} m/s"
    distance = head.get(words("head.distance"))
    given = case.analysis.run.distance_m
    if (distance is None) != (not given) or (
        given and not _close(numbers(distance or "", words.decimal)[0], given / 1e3)
    ):
        yield f"distance {distance}, given {given}"


def _sides(case: Case, page: Element) -> Iterator[str]:
    """The rows of left and right are those whose interval leaves out zero, differences before rounding."""
    for section in page.all(id="sides"):
        rows = {row.attrs["data-metric"]: row for row in section.all("tr") if "data-metric" in row.attrs}
        shown = {
            name
            for name, one in case.analysis.metrics.items()
            if one.difference_shown and name not in WITHOUT_SIDES
        }
        if set(rows) != shown:
            yield f"left and right differ in {sorted(rows)}, shown are {sorted(shown)}"
        for name, row in rows.items():
            gap = row.all("td")[2].text
            if not _close(
                numbers(gap, case.story.words.decimal)[0], case.analysis.metrics[name].difference or 0.0
            ):
                yield f"{name} differs by {case.analysis.metrics[name].difference}, shown as {gap}"


def _looked_for(case: Case, page: Element) -> Iterator[str]:
    """Each finding stands once, under what came out of it: nothing is "not found" that was not looked for."""
    words = case.story.words
    for section in page.all(id="findings"):
        lists = {one.one("h3").text: one.one("ul").text.lower() for one in section.all("div", cls="titled")}
        cards = {(one.one("h3").text, _side_of(one)) for one in section.all("article")}
        for finding in case.coaching.findings:
            part = "_in_part" if finding.outcome == "absent" and finding.not_looked_at else ""
            key = f"finding.{finding.outcome}{part}"
            own = words(key) if finding.outcome in {"absent", "not_assessed"} else ""
            title = case.story.title_of(finding).lower()
            shown = (finding.title, finding.side) in cards
            if bool(own) == shown or (own and title not in lists.get(own, "")):
                yield f"{finding.title} is {finding.outcome}"
            if any(title in text for head, text in lists.items() if head != own and own):
                # A title may be part of another one's evidence, never of another list's titles.
                yield f"{finding.title} stands under two outcomes"


def _side_of(card: Element) -> str:
    """Return the side of a finding's card, as its name has it: ``finding-ID-SIDE``."""
    side = card.attrs["id"].rpartition("-")[2]
    return "" if side == "any" else side


def _needs(case: Case, page: Element) -> Iterator[str]:
    """What was given is not asked for, and what was measured is not among what could not be."""
    words, runner = case.story.words, case.analysis.runner
    there = {
        "mass": runner.mass_kg is not None,
        "height": runner.height_m is not None,
        "speed": "speed_m_s" in case.analysis.metrics,
    }
    for section in page.all(id="recording"):
        lists = {
            one.one("h3").text: one.all("li") for one in section.all("div", cls="titled") if one.all("ul")
        }
        for item in lists.get(words("section.not_measured"), []):
            names, _, why = item.text.partition(": ")
            asked = [key for key, known in there.items() if known and words.translated(NEEDS[key]) in why]
            measured = [
                name for name in case.analysis.metrics if words(f"metric.{name}") in names.split(", ")
            ]
            if asked or measured:
                yield f"{item.text}: {asked} was given, {measured} was measured"
    for name, why in case.analysis.not_measured.items():
        if any(known and NEEDS[key] in why for key, known in there.items()):
            yield f"{name} {why}"


def _lights(case: Case, page: Element) -> Iterator[str]:
    """The pain light and the action have the plan's colour; green only where everything was asked."""
    plan, words = case.coaching.plan, case.story.words
    light = light_of(plan)
    for section in page.all("section", id="plan"):
        if words("plan.light", colour=words(f"plan.light_{light}")) not in section.text:
            yield f"pain light {light} is not said"
    colours = page.one("section", id="action").one(cls="callout").attrs["class"].split()
    if "green" in colours and light != "green":
        yield f"a green action under a {light} light"
    if light == "red" and ("red" not in colours or page.all("li", cls="ex") or page.all("li", cls="day")):
        stops = any(one.stops_exercise for one in plan.notices)
        if stops or "red" not in colours:
            yield "a red light with exercises, or without its colour"


def _plan(case: Case, page: Element) -> Iterator[str]:
    """Each exercise has its dose, a drawing, and what stops it; the tick boxes are the week's days."""
    plan, items = case.coaching.plan, page.all("li", cls="ex")
    if case.sheet == "clinician":
        return
    if len(items) != len(plan.exercises):
        yield f"{len(items)} exercises, planned are {len(plan.exercises)}"
    for item, exercise in zip(items, plan.exercises, strict=False):
        if exercise.name not in item.text or (exercise.faults and not item.all("p", cls="stopif")):
            yield f"{exercise.name}: {item.text[:60]}"
        if exercise.drawing in DRAWINGS and not item.all("svg"):
            yield f"{exercise.name} has no drawing"
    if len(page.all("input", type="checkbox")) != sum(day.kind != "rest" for day in plan.week):
        yield "boxes are not the days of the week"
    if plan.cadence and number(plan.cadence.target_spm, 0) not in page.one("section", id="plan").text:
        yield "the cadence to run at is not in the plan"
