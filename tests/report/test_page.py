"""The page read back: every number and claim on it is one of the results."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

import gait
from gait.analysis.metrics import METRICS
from gait.analysis.results import Fault, Metric
from gait.analysis.session.not_measured import reasons_of_stiffness
from gait.coaching.model import Finding
from gait.recording.model import RunnerInfo
from gait.report.expected import expected_at
from gait.report.page.write import render_page
from gait.report.sections.sides import WITHOUT_SIDES
from gait.report.words import load_words
from tests.report.reading import numbers, read_page

WORDS = load_words()


@pytest.fixture(scope="module", params=["easy-rearfoot", "overstriding", "run-walk"])
def recorded(request, analyses):
    """A recording that comes along: its results and its page."""
    analysis = analyses.of_recording(request.param)
    findings = gait.assess(analysis)
    plan = gait.prescribe(findings, analysis)
    html = render_page(analysis, findings, plan)
    return SimpleNamespace(analysis=analysis, findings=findings, plan=plan, html=html, page=read_page(html))


def close(shown, value):
    """Whether a shown number is the value rounded to its own last digit."""
    number, half = shown
    return abs(number - value) <= half * 1.001


def metric_of(analysis, name):
    """The metric behind a tile."""
    return analysis.metrics[{"strike": "strike_angle_deg", "balance": "contact_ms"}.get(name, name)]


def test_every_tile_shows_its_metric(recorded):
    """Value and interval of each tile are the metric's, rounded; the usual range is the one at this speed."""
    tiles = recorded.page.all(cls="tile")
    assert len(tiles) == 5
    for tile in tiles:
        name = tile.attrs["data-metric"]
        metric = metric_of(recorded.analysis, name)
        (value, *_) = numbers(tile.one(cls="big").text)
        spread = numbers(tile.one(cls="pm").text)[0]
        if name == "balance":
            both = metric.left + metric.right
            assert close(value, 100.0 * metric.left / both)
            assert close(spread, 50.0 * metric.difference_uncertainty / both)
            assert ("longer on the ground" in tile.text) == metric.difference_shown
            continue
        assert close(value, metric.value)
        assert close(spread, metric.uncertainty)
        found = expected_at(name, recorded.analysis.metrics["speed_m_s"].value)
        if found is not None:
            said = next(p.text for p in tile.all("p") if p.text.startswith("Usual at"))
            low, high = (n for n, _ in numbers(said.split(":", 2)[2])[:2])
            assert (low, abs(high)) == (round(found.low), round(found.high))
            inside = "Inside that range." in tile.text
            fits = (
                metric.value - metric.uncertainty >= found.low
                and metric.value + metric.uncertainty <= found.high
            )
            assert inside == fits


def test_the_table_of_all_numbers_is_the_metrics(recorded):
    """Each metric has one row, with value, interval, sides, spread and strides."""
    rows = {
        r.attrs["data-metric"]: r
        for r in recorded.page.one("details", id="numbers").all("table")[0].all("tr")[1:]
    }
    assert set(rows) == set(recorded.analysis.metrics)
    for name, row in rows.items():
        metric = recorded.analysis.metrics[name]
        value, left, right, sd, n, _ = (cell.text for cell in row.all("td"))
        shown = numbers(value)
        assert close(shown[0], metric.value)
        assert close(shown[1], metric.uncertainty)
        for text, side in ((left, metric.left), (right, metric.right)):
            assert (text == "") == (side is None)
            assert side is None or close(numbers(text)[0], side)
        assert close(numbers(sd)[0], metric.sd)
        assert numbers(n)[0][0] == metric.n


def check_sides(analysis, page):
    """Rows of left and right are those whose interval leaves out zero, worked out before rounding."""
    section = page.one("details", id="sides")
    rows = {row.attrs["data-metric"]: row for row in section.all("tr")[1:]}
    compared = {
        name: m
        for name, m in analysis.metrics.items()
        if m.difference is not None and m.difference_uncertainty is not None and name not in WITHOUT_SIDES
    }
    assert set(rows) == {name for name, m in compared.items() if m.difference_shown}
    for name, row in rows.items():
        left, right, gap, said = (cell.text for cell in row.all("td"))
        metric = compared[name]
        assert close(numbers(left)[0], metric.left)
        assert close(numbers(right)[0], metric.right)
        assert close(numbers(gap)[0], metric.difference)
        assert close(numbers(gap)[1], metric.difference_uncertainty)
        assert said == f"more on the {'left' if metric.difference > 0 else 'right'}"
    same = len(compared) - len(rows)
    if same:
        assert re.search(rf"\b{same}\b", section.all("p")[-1].text)


def test_left_and_right_differ_only_beyond_their_interval(recorded, run_analysis):
    """On recordings and on a made run in which some differences are shown and some are not."""
    check_sides(recorded.analysis, recorded.page)
    shown = [m.difference_shown for m in run_analysis.metrics.values()]
    assert {True, False} <= set(shown)
    check_sides(run_analysis, read_page(render_page(run_analysis)))


def test_what_was_looked_for_is_said_as_it_came_out(recorded):
    """Found, unsure, not found, not found in part and never looked for are five lists, and none is in two."""
    section = recorded.page.one("details", id="findings")
    lists = {
        block.one("h3").text: [li.text.lower() for li in block.all("li")]
        for block in section.all("div", cls="titled")
    }
    cards = [card.one("h3").text for card in section.all("article")]
    groups = {
        WORDS("finding.absent"): [
            f for f in recorded.findings if f.outcome == "absent" and not f.not_looked_at
        ],
        WORDS("finding.absent_in_part"): [
            f for f in recorded.findings if f.outcome == "absent" and f.not_looked_at
        ],
        WORDS("finding.not_assessed"): [f for f in recorded.findings if f.outcome == "not_assessed"],
    }
    for title, group in groups.items():
        named = [name for item in lists.get(title, []) for name in item.split(":")[0].split(", ")]
        assert sorted(named) == sorted(name for f in group for name in f.title.lower().split(", "))
        assert len(lists.get(title, [])) == len({item.partition(": ")[2] for item in lists.get(title, [])})
    told = [f.title for f in recorded.findings if f.outcome in {"present", "cannot_tell"}]
    assert sorted(cards) == sorted(told)


def test_certainty_is_a_word_and_never_a_per_cent(recorded):
    """Three steps; no per cent of certainty anywhere, and nothing is 100 % certain."""
    findings = recorded.page.one("details", id="findings")
    allowed = {WORDS(f"certainty.{key}") for key in ("clear", "likely", "cannot_tell")}
    for card in findings.all("article"):
        assert card.all("span", cls="tag")[0].text in allowed
        assert "%" not in card.one("p", cls="tags").text
    assert "% certain" not in recorded.page.text


def test_nobody_asked_is_no_green_light(recorded):
    """Without answers the pain light and the action are grey, not green."""
    plan = recorded.page.one("section", id="plan")
    assert "Pain light: not known" in plan.text
    assert "green" not in recorded.page.one("section", id="action").one(cls="callout").attrs["class"]


def test_a_red_flag_comes_first_and_leaves_no_exercise(run_analysis, stopped_plan):
    """What stops exercise stands before verdict and numbers, in red, and the plan has no exercise."""
    page = read_page(render_page(run_analysis, (), stopped_plan))
    order = [one.attrs["id"] for one in page.one("main").parts if not isinstance(one, str)]
    assert order.index("safety") < order.index("verdict") < order.index("action") < order.index("tiles")
    assert "red" in page.one("section", id="safety").all(cls="callout")[0].attrs["class"]
    assert "red" in page.one("section", id="action").all(cls="callout")[0].attrs["class"]
    assert not page.all("li", cls="ex")
    assert not page.all("li", cls="day")


def test_the_order_is_answer_plan_details(recorded):
    """Head, safety, verdict, action, tiles, plan open; the rest folded behind them."""
    parts = [one for one in recorded.page.one("main").parts if not isinstance(one, str)]
    opened = [one.attrs["id"] for one in parts if one.tag == "section"]
    folded = [one.attrs["id"] for one in parts if one.tag == "details"]
    assert opened == ["head", "safety", "verdict", "action", "tiles", "plan"]
    assert folded == ["run", "path", "stride", "sides", "findings", "numbers", "recording", "method"]
    assert parts.index(parts[len(opened)]) == len(opened)


def test_what_was_given_is_not_asked_for(make_analysis):
    """What the analysis says is lacking is what the page says, in its language."""
    there = {name: Metric(name, 1.0, 0.1, 0.1, 50) for name in ("contact_ms", "flight_ms")}
    reasons = reasons_of_stiffness(there, RunnerInfo())
    analysis = dataclasses.replace(make_analysis(minutes=2.0), not_measured=reasons)
    said = [
        [
            item.text
            for item in read_page(render_page(analysis, lang=lang)).one("details", id="recording").all("li")
        ]
        for lang in ("en", "de")
    ]
    assert said[0] == [
        "Vertical stiffness: needs the runner's mass",
        "Leg stiffness: needs the runner's mass, the runner's height, the speed",
    ]
    assert len(said[1]) == 2
    assert not any("needs" in item for item in said[1])


@pytest.mark.parametrize(("half_width", "said"), [(8.0, True), (89.0, False)])
def test_the_first_sentence_has_no_rough_guide(run_analysis, half_width, said):
    """A contact time that may be off by half of it stands among the numbers, not there."""
    contact = dataclasses.replace(run_analysis.metrics["contact_ms"], uncertainty=half_width)
    kept = {name: one for name, one in run_analysis.metrics.items() if name != "shank_angle_deg"}
    page = render_page(dataclasses.replace(run_analysis, metrics={**kept, "contact_ms": contact}))
    assert ("ms on the ground" in read_page(page).one("p", cls="verdict").text) == said


@pytest.mark.parametrize(
    ("half_width", "said"),
    [(1.0, "Inside that range"), (50.0, "At its edge"), (120.0, "It may lie anywhere")],
)
def test_where_an_interval_lies_beside_the_usual(run_analysis, half_width, said):
    """Inside it, across one end, or across both: the last is no matter of an edge."""
    contact = dataclasses.replace(run_analysis.metrics["contact_ms"], value=250.0, uncertainty=half_width)
    metrics = {name: one for name, one in run_analysis.metrics.items() if name != "speed_m_s"}
    page = render_page(dataclasses.replace(run_analysis, metrics={**metrics, "contact_ms": contact}))
    assert said in read_page(page).one(cls="tile", data_metric="contact_ms").text


def test_nothing_measured_is_clamped(run_analysis):
    """A negative pronation is shown as it is, on a scale that reaches it."""
    metric = dataclasses.replace(run_analysis.metrics["pronation_excursion_deg"], value=-3.2, uncertainty=1.0)
    metrics = {**run_analysis.metrics, "pronation_excursion_deg": metric}
    page = read_page(render_page(dataclasses.replace(run_analysis, metrics=metrics)))
    tile = page.one(cls="tile", data_metric="pronation_excursion_deg")
    assert tile.one(cls="value").text == "−3.2"
    assert "−5°" in tile.one(cls="ends").text


def test_pace_and_verdict_are_the_numbers(recorded):
    """The sentence holds the cadence and the pace of the metrics; the head has the pace too."""
    metrics = recorded.analysis.metrics
    minutes, seconds = divmod(round(1000.0 / metrics["speed_m_s"].value), 60)
    verdict = recorded.page.one("p", cls="verdict").text
    assert f"{metrics['cadence_spm'].value:.0f} steps a minute at {minutes}:{seconds:02d} /km" in verdict
    assert f"Pace {minutes}:{seconds:02d} /km" in recorded.page.one("header", cls="head").text
    present = [f for f in recorded.findings if f.outcome == "present"]
    assert ("Nothing stands out" in verdict) == (not present)


EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u202e&quot;'\"<!--"


def test_untrusted_names_never_become_markup(make_analysis, some_findings, some_plan):
    """Names, notes, devices, settings with markup in them add no element and no script, only text."""
    analysis = make_analysis(name=EVIL, minutes=2.0)
    sensors = tuple(dataclasses.replace(s, source=EVIL, device=EVIL, notes=(EVIL,)) for s in analysis.sensors)
    run = dataclasses.replace(analysis.run, notes=EVIL, surface=EVIL)
    evil = dataclasses.replace(
        analysis, sensors=sensors, run=run, settings={EVIL: EVIL}, not_measured={EVIL: EVIL}
    )
    findings = tuple(dataclasses.replace(f, title=EVIL, summary=EVIL) for f in some_findings)
    page = read_page(render_page(evil, findings, some_plan, runner=EVIL))
    plain = read_page(render_page(analysis, some_findings, some_plan, runner="x"))
    assert [one.tag for one in page.all("script")] == [one.tag for one in plain.all("script")]
    assert not page.all("img")
    assert "alert(1)" in page.one("h1").text


def test_the_policy_allows_exactly_what_is_in_the_page(recorded):
    """Each script and the style stand in the policy by their hash; nothing else is allowed."""
    policy = recorded.page.one("meta", http_equiv="Content-Security-Policy").attrs["content"]
    scripts = re.findall(r"<script>(.*?)</script>", recorded.html, re.DOTALL)
    style = re.findall(r"<style>(.*?)</style>", recorded.html, re.DOTALL)
    assert len(scripts) == 3
    hashes = [
        "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (*scripts, *style)
    ]
    assert sorted(re.findall(r"'(sha256-[^']+)'", policy)) == sorted(hashes)
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert not re.search(r"<[^>]+ on\w+=|<[^>]+ style=", recorded.html.split("<script", 1)[0])


def amid(strides):
    """Rows of clean running strides whose neighbours run, join on, and last as long within 12 %."""
    for _, group in strides.groupby("side"):
        rows = list(group.sort_values("ic_s").itertuples())
        for at, row in enumerate(rows):
            beside = [*rows[max(at - 1, 0) : at], *rows[at + 1 : at + 2]]
            joined = all(
                min(abs(row.ic_s - one.next_ic_s), abs(one.ic_s - row.next_ic_s)) < 0.05
                and abs((row.next_ic_s - row.ic_s) / (one.next_ic_s - one.ic_s) - 1.0) < 0.12
                and one.activity == "running"
                for one in beside
            )
            if joined and row.activity == "running" and not row.marks:
                yield row.Index


def test_the_strides_in_the_page_are_those_of_the_table(recorded):
    """Unpacked as the page's script does, every clean stride amid running is there, to the decimals."""
    found = re.search(r'<script type="application/json" id="touch">(.*?)</script>', recorded.html)
    data = json.loads(found[1])
    strides = recorded.analysis.strides
    clean = strides.loc[sorted(amid(strides))]
    start = recorded.analysis.activity[0].start_s
    for chart in data["charts"]:
        for points in chart["points"]:
            rows = clean if points["side"] == "one" else clean[clean["side"] == points["side"]]
            rows = rows.dropna(subset=[chart["id"]]).sort_values("ic_s")
            time, total = [], 0.0
            shared = data["times"][points["at"]]
            for step in base64.b64decode(shared["t"]):
                total += step * shared["unit"]
                time += [total] if step < 255 else []
            values = [
                points["base"] + v * points["step"]
                for v in memoryview(base64.b64decode(points["v"])).cast("H")
            ]
            assert time == pytest.approx((rows["ic_s"] - start).to_list(), abs=0.006)
            step = 10.0 ** -METRICS[chart["id"]].decimals
            assert values == pytest.approx(rows[chart["id"]].astype(float).to_list(), abs=0.06 * step)


def test_an_hour_is_small(make_analysis, some_findings, some_plan):
    """An hour of two shoes with every chart takes at most 400 kB."""
    html = render_page(make_analysis(minutes=62.0), some_findings, some_plan)
    assert len(html.encode()) <= 400_000


@pytest.mark.parametrize(
    ("minutes", "unit", "labels"),
    [
        (2.0, "seconds", ["0", "20"]),
        (32.0, "minutes", ["0", "10"]),
        (150.0, "hours : minutes", ["0:00", "0:30"]),
    ],
)
def test_the_time_axis_counts_what_fits_the_length(make_analysis, minutes, unit, labels):
    """Two minutes in seconds, half an hour in minutes, two and a half hours in hours."""
    page = read_page(render_page(make_analysis(minutes=minutes)))
    figure = page.one("figure", data_chart="cadence_spm")
    ticks = [
        text.text
        for text in figure.all("text", text_anchor="start") + figure.all("text", text_anchor="middle")
    ]
    assert figure.one("p", cls="axis-name").text == unit
    assert ticks[:2] == labels


def test_an_axis_is_that_of_clean_running(make_analysis):
    """Wild first strides, marked as a start, neither stretch the axis nor are drawn."""
    analysis = make_analysis(minutes=10.0)
    plain = render_page(analysis)
    strides = analysis.strides.copy()
    running = strides.index[strides["activity"] == "running"][:6]
    for column in ("cadence_spm", "contact_ms", "strike_angle_deg", "speed_m_s"):
        strides.loc[running, column] = strides.loc[running, column] * 3.0
    strides.loc[running, "marks"] = "start"
    wild = render_page(dataclasses.replace(analysis, strides=strides))
    both = [read_page(html).one("figure", data_chart="cadence_spm") for html in (plain, wild)]
    ticks = [[t.text for t in figure.all("text", text_anchor="end")] for figure in both]
    assert ticks[0] == ticks[1]


def test_faults_stand_in_the_head_and_in_the_details(run_analysis):
    """The first fault is the head's line of confidence; each says what it spoils and what to do."""
    faults = (
        Fault("acc_unit", "left shoe", "clear", "gravity is 1.00", ("peak_acc_g",), "convert the file"),
        Fault("twins", "", "likely", "both feet hold one recording", (), "give both files"),
    )
    page = read_page(render_page(dataclasses.replace(run_analysis, faults=faults)))
    trust = page.one("p", cls="trust").text
    assert trust == "Check: left shoe, gravity is 1.00; 1 more under “The recording”."
    lines = [li.text for li in page.one("details", id="recording").all("li")]
    assert lines[:2] == [
        "Left shoe: Gravity is 1.00. Spoils: Peak acceleration. Convert the file.",
        "Both feet hold one recording. Give both files.",
    ]


def test_the_action_says_dose_proof_and_date(run_analysis, some_plan):
    """Kind ask is grey whatever the light; dose, how to know and when to test stand under it."""
    plan = dataclasses.replace(some_plan)
    action = SimpleNamespace(
        kind="ask",
        text="Answer the questions.",
        dose="5 minutes",
        worked_if="you know",
        retest_on="2026-06-01",
    )
    object.__setattr__(plan, "action", action)
    callout = read_page(render_page(run_analysis, (), plan)).one("section", id="action").one(cls="callout")
    assert callout.attrs["class"] == "callout grey"
    assert [(d.one("dt").text, d.one("dd").text) for d in callout.all("div")] == [
        ("Dose", "5 minutes"),
        ("It worked if", "you know"),
        ("Test again on", "1 June 2026"),
    ]


def test_doses_are_the_plan_s_own_days(recorded):
    """Sets add up to what the days hold; what stops an exercise is always seen."""
    for item, exercise in zip(recorded.page.all("li", cls="ex"), recorded.plan.exercises, strict=True):
        days = [
            (day.name, n)
            for day in recorded.plan.week
            for key, n in zip(day.exercises, day.sets, strict=True)
            if key == exercise.id
        ]
        text = item.one("p", cls="dose").text
        assert all(name in text for name, _ in days) or len({n for _, n in days}) == 1
        assert str(sum(n for _, n in days)) in text
        assert not exercise.faults or exercise.faults[0].rstrip(".") in item.one("p", cls="stopif").text


def test_features_never_lead_over_compensations(run_analysis):
    """The verdict names a compensation before a trait, whatever their certainty."""
    trait = Finding("t", "A trait", "", "present", 1.0, kind="feature")
    real = Finding("c", "A compensation", "", "present", 0.85)
    verdict = read_page(render_page(run_analysis, (trait, real))).one("p", cls="verdict").text
    assert verdict.startswith("A compensation, a trait:")


@pytest.mark.parametrize("sheet", ["runner", "clinician"])
def test_sheets_hold_what_paper_needs(recorded, sheet):
    """The runner's has action and boxes and no tables; the clinician's numbers, rule ids and house bounds."""
    page = read_page(
        render_page(recorded.analysis, recorded.findings, recorded.plan, sheet=sheet, runner="Ada")
    )
    assert [one.text for one in page.all("span", cls="fill")] == ["Ada", ""]
    assert bool(page.all("li", cls="day")) == (sheet == "runner")
    assert bool(page.all("table")) == (sheet == "clinician")
    assert not page.all("details", cls="section")
    if sheet == "clinician":
        text = page.one("section", id="bounds").text
        assert all(finding.id in text for finding in recorded.findings)


@pytest.mark.parametrize(
    ("speed", "cadence", "said"),
    [
        (4.8, 184.4, "No study gives a range at 3:28 /km."),
        (
            None,
            184.4,
            "Usual at any speed: 152–184 spm (nine runners in ten). At its edge: too close to tell.",
        ),
    ],
)
def test_a_number_is_held_against_a_range_of_its_speed_as_printed(make_analysis, speed, cadence, said):
    """A speed that no study covers has no range, and "above" follows from the numbers that are printed."""
    analysis = make_analysis()
    metrics = {k: v for k, v in analysis.metrics.items() if k != "speed_m_s"}
    if speed is not None:
        metrics["speed_m_s"] = replace(analysis.metrics["speed_m_s"], value=speed)
    metrics["cadence_spm"] = replace(metrics["cadence_spm"], value=cadence, uncertainty=0.5)
    page = read_page(render_page(replace(analysis, metrics=metrics)))
    tile = page.one(cls="tile", data_metric="cadence_spm").text.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert said in tile.replace("\N{NO-BREAK SPACE}", " ")
    assert "Above" not in tile


def test_a_reason_s_source_is_in_the_list_of_sources(recorded):
    """Each short name behind a reason begins a line of the sources."""
    items = recorded.page.one(id="method").all("li")
    listed = {item.text.split(":")[0] for item in items}
    reasons = " ".join(fold.text for fold in recorded.page.one(id="plan").all("details"))
    cited = re.findall(r"\(([a-z0-9; -]+)\) ", reasons)
    names = {name for group in cited for name in group.split("; ")}
    assert names
    assert names <= listed


@pytest.mark.parametrize(
    ("half_ms", "word"), [(3.0, "sure"), (9.0, "roughly right"), (25.0, "a rough guide")]
)
def test_a_balance_is_sure_only_within_what_feet_differ_by(make_analysis, half_ms, word):
    """A half-width of several times the even band is no sure number, whatever share of 50 it is."""
    analysis = make_analysis()
    contact = replace(analysis.metrics["contact_ms"], left=250.0, right=250.0, difference_uncertainty=half_ms)
    page = read_page(render_page(replace(analysis, metrics={**analysis.metrics, "contact_ms": contact})))
    assert page.one(cls="tile", data_metric="balance").one(cls="pm").text.endswith(word)


def test_a_sheet_points_to_nothing_that_is_not_on_it(recorded):
    """A heading that a sentence names stands on the same sheet."""
    for sheet in ("full", "runner", "clinician"):
        html = render_page(recorded.analysis, recorded.findings, recorded.plan, sheet=sheet)
        page = read_page(html)
        heads = {one.text for tag in ("h2", "summary") for one in page.all(tag)}
        named = re.findall("“([^”]+)”", page.one("main").text)
        assert set(named) - {"the same", "House bound"} <= heads


def test_no_rule_is_wholly_certain(recorded):
    """A probability is of a number against a line: never 0 or 1, and none where there is no line."""
    page = read_page(render_page(recorded.analysis, recorded.findings, recorded.plan, sheet="clinician"))
    for row in page.one(id="bounds").all("tr")[1:]:
        chance, line = (cell.text for cell in row.all("td")[1:3])
        assert chance not in {"0.00", "1.00"}
        assert (chance == "–") or (line != "–")
