"""The files other programs read: the contract's columns and keys, nothing invented, safe to open."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import json
import re
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gait.analysis.results import STRIDE_COLUMNS
from gait.errors import GaitError
from gait.files import write_text
from gait.report.exports.strides_and_json import analysis_json, plain, strides_csv, write_json, write_strides
from tests.properties import cases

CONTRACT_COLUMNS = [
    "side",
    "ic_s",
    "tc_s",
    "next_ic_s",
    "contact_ms",
    "flight_ms",
    "stride_ms",
    "duty_factor",
    "strike_angle_deg",
    "strike",
    "p_rearfoot",
    "p_midfoot",
    "p_forefoot",
    "pronation_excursion_deg",
    "pronation_rate_dps",
    "shank_angle_deg",
    "stride_length_m",
    "speed_m_s",
    "peak_acc_g",
    "clipped",
    "activity",
]
METRIC_KEYS = {"value", "uncertainty", "sd", "n", "left", "right", "asymmetry_pct"}


def test_csv_begins_with_the_contract_columns_in_order(run_analysis, tmp_path):
    """The first 21 columns are the contract's, in its order; rows are sorted by contact; values survive."""
    path = write_strides(run_analysis, tmp_path / "strides.csv")
    table = pd.read_csv(path)
    assert list(table.columns[:21]) == CONTRACT_COLUMNS
    assert list(table.columns) == list(STRIDE_COLUMNS)
    assert table["ic_s"].is_monotonic_increasing
    assert len(table) == len(run_analysis.strides)
    for name in ("ic_s", "tc_s", "contact_ms", "strike_angle_deg", "speed_m_s"):
        np.testing.assert_allclose(table[name], run_analysis.strides[name].astype(float), atol=0.006)
    assert table["clipped"].dtype == bool
    assert table["clipped"].sum() == run_analysis.strides["clipped"].sum()


def test_unsorted_strides_come_out_sorted(run_analysis):
    """Whatever order the table has, the file's rows go by contact."""
    shuffled = run_analysis.strides.sample(frac=1.0, random_state=3)
    assert strides_csv(dataclasses.replace(run_analysis, strides=shuffled)) == strides_csv(run_analysis)


def test_what_was_not_measured_is_an_empty_cell(make_analysis):
    """Without a gyroscope the strike columns are empty: no ``nan``, no 0, no word."""
    text = strides_csv(make_analysis(gyr=False, minutes=3))
    rows = [line.split(",") for line in text.splitlines()]
    at = {name: i for i, name in enumerate(rows[0])}
    assert len(rows) > 100
    for name in ("strike_angle_deg", "strike", "p_rearfoot", "speed_m_s", "shank_angle_deg"):
        assert {row[at[name]] for row in rows[1:]} == {""}
    assert "nan" not in text.lower()


def test_no_strides_give_the_header_alone(make_analysis):
    """A session without gait writes a table with its header and no row."""
    text = strides_csv(make_analysis(kind="none"))
    assert text.splitlines()[0].split(",")[:21] == CONTRACT_COLUMNS
    assert len(text.splitlines()) == 1


def test_infinity_is_not_a_number_either(run_analysis):
    """An infinite value becomes an empty cell."""
    strides = run_analysis.strides.head(3).assign(speed_m_s=[np.inf, -np.inf, 2.0])
    table = pd.read_csv(StringIO(strides_csv(dataclasses.replace(run_analysis, strides=strides))))
    assert table["speed_m_s"].isna().tolist() == [True, True, False]


FORMULA_STARTS = "=+-@\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize(
    "evil",
    ["=1+1", "+1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\ufeff=1", "\u200b@A1", "＝1"],
)
def test_text_is_not_a_spreadsheet_formula(run_analysis, evil):
    """Text that a spreadsheet would run gets an apostrophe in front; numbers below zero stay numbers."""
    strides = run_analysis.strides.head(2).assign(marks=[evil, ""], strike_angle_deg=[-4.0, 3.0])
    text = strides_csv(dataclasses.replace(run_analysis, strides=strides))
    table = pd.read_csv(StringIO(text), keep_default_na=False)
    assert table["marks"].iloc[0][0] == "'"
    assert table["strike_angle_deg"].iloc[0] == -4.0


PIECES = st.sampled_from(
    [*"=+-@;,|\"' a1", "\t", "\r\n", "\u200b", "\ufeff", "\u2028", "\uff1d", "\x00", "\x1b"]
)
TEXTS = st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=12)


@cases(15)
@given(texts=st.tuples(TEXTS, TEXTS, TEXTS), numbers=st.tuples(*[st.floats(-1e6, 1e6)] * 3))
@example(texts=("a;=1", "b, \t@x", "|-1"), numbers=(-1.0, -0.001, 1e6))
def test_any_text_is_safe_in_any_spreadsheet(few_strides, texts, numbers):
    """No text begins a formula, not even where ``;`` or ``|`` parts cells; numbers stay what they were."""
    strides = few_strides.strides.assign(
        marks=list(texts), strike=list(texts[::-1]), strike_angle_deg=list(numbers)
    )
    text = strides_csv(dataclasses.replace(few_strides, strides=strides))
    rows = list(csv.reader(StringIO(text)))
    assert [len(row) for row in rows] == [len(STRIDE_COLUMNS)] * 4
    for row in rows[1:]:
        for name in ("marks", "strike"):
            cell = row[rows[0].index(name)]
            assert cell.isprintable()
            assert not [part for part in re.split("[;,|]", cell) if part.lstrip()[:1] in set(FORMULA_STARTS)]
    angles = [float(row[rows[0].index("strike_angle_deg")]) for row in rows[1:]]
    np.testing.assert_allclose(angles, numbers, atol=0.00501)


def test_a_column_of_text_and_numbers_keeps_both(few_strides):
    """Numbers in a mixed column stay numbers, text beside them is made safe, truth values read as such."""
    strides = few_strides.strides.assign(marks=[-1.5, "-1.5", None], clipped=[True, None, False])
    rows = list(csv.DictReader(StringIO(strides_csv(dataclasses.replace(few_strides, strides=strides)))))
    assert [row["marks"] for row in rows] == ["-1.5", "'-1.5", ""]
    assert [row["clipped"] for row in rows] == ["true", "", "false"]


def test_a_column_s_name_is_safe_too(few_strides):
    """A further column with a formula for a name gets an apostrophe."""
    strides = few_strides.strides.assign(**{"=HYPERLINK(1)": 1.0})
    head = strides_csv(dataclasses.replace(few_strides, strides=strides)).splitlines()[0]
    assert head.endswith(",'=HYPERLINK(1)")


@pytest.fixture(scope="module")
def few_strides(run_analysis):
    """An analysis of three strides."""
    return dataclasses.replace(run_analysis, strides=run_analysis.strides.head(3))


def test_gz_name_compresses(run_analysis, tmp_path):
    """A name that ends in .gz gives a gzip file of the same text, the same bytes every time."""
    path = write_strides(run_analysis, tmp_path / "s.csv.gz")
    assert gzip.decompress(path.read_bytes()).decode() == strides_csv(run_analysis)


def test_json_is_the_contract(run_analysis, some_findings, some_plan, tmp_path):
    """Every key of the contract is there with the analysis's values, and the text is strict JSON."""
    path = write_json(run_analysis, tmp_path / "a.json", some_findings, some_plan)
    body = json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert body["gait_analysis"] == 1
    assert {(s["side"], s["placement"]) for s in body["sensors"]} == {("left", "shoe"), ("right", "shoe")}
    assert set(body["activity"][0]) == {"start_s", "end_s", "kind"}
    for name, metric in body["metrics"].items():
        assert metric.keys() >= METRIC_KEYS, name
    cadence = run_analysis.metrics["cadence_spm"]
    assert body["metrics"]["cadence_spm"]["value"] == cadence.value
    assert body["metrics"]["cadence_spm"]["uncertainty"] == cadence.uncertainty
    shares = body["metrics"]["strike"]["shares"]
    assert shares == run_analysis.metrics["strike_angle_deg"].shares
    assert body["metrics"]["strike"]["value"] == max(shares, key=shares.get)
    assert body["quality"]["strides_running"] == (run_analysis.strides["activity"] == "running").sum()
    assert body["plan"]["week"][0]["name"] == "Monday"


def test_json_findings_lists_what_is_there(run_analysis, some_findings):
    """``findings`` holds what is present with its evidence, ``looked_for`` the rest with its outcome."""
    body = analysis_json(run_analysis, some_findings)
    assert [f["id"] for f in body["findings"]] == ["heel_striking"]
    assert body["findings"][0]["certainty"] == 0.93
    assert body["findings"][0]["evidence"][0]["metric"] == "strike_angle_deg"
    assert {f["id"]: f["outcome"] for f in body["looked_for"]} == {
        "caving_in": "cannot_tell",
        "low_cadence": "absent",
        "overstriding": "not_assessed",
    }
    assert "plan" not in body
    assert "findings" not in analysis_json(run_analysis)


def test_json_without_gyroscope_has_no_strike(make_analysis):
    """What no sensor could give is absent from the metrics and explained under ``not_measured``."""
    body = analysis_json(make_analysis(gyr=False))
    assert not {"strike", "strike_angle_deg", "speed_m_s"} & set(body["metrics"])
    assert "gyroscope" in body["not_measured"]["strike_angle_deg"]


def test_json_turns_every_nan_into_null(run_analysis):
    """A NaN anywhere in the results is null, never the token NaN."""
    broken = dataclasses.replace(run_analysis.metrics["contact_ms"], value=float("nan"), sd=float("inf"))
    changed = dataclasses.replace(run_analysis, metrics={"contact_ms": broken})
    body = analysis_json(changed)
    assert body["metrics"]["contact_ms"]["value"] is None
    assert body["metrics"]["contact_ms"]["sd"] is None
    json.dumps(body, allow_nan=False)


def test_json_of_nothing(make_analysis):
    """A session without running is valid JSON without metrics."""
    body = analysis_json(make_analysis(kind="none"))
    assert body["metrics"] == {}
    assert body["quality"]["strides_running"] == 0
    json.dumps(body, allow_nan=False)


NESTED = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.just(np.float32(np.nan)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=20,
)


@given(NESTED)
def test_plain_is_always_strict_json(value):
    """Whatever goes in, what comes out is written as strict JSON."""
    json.dumps(plain(value), allow_nan=False)


def test_files_are_whole_or_absent(tmp_path):
    """A failed write leaves the old file as it was and nothing beside it."""
    target = tmp_path / "page.html"
    write_text(target, "old")
    with pytest.raises(AttributeError):
        write_text(target, None)
    assert target.read_text(encoding="utf-8") == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.parametrize("name", ["", "no/such/file.json"])
def test_bad_target_is_one_line_that_says_what_to_do(tmp_path, name):
    """A folder as the target or a folder that is missing is a GaitError of one line naming the path."""
    with pytest.raises(GaitError, match=re.escape(str(tmp_path))) as caught:
        write_text(tmp_path / name, "x")
    assert "\n" not in str(caught.value)
