"""The public API as a typed program uses it; never run, checked by ``mypy tests/typed_usage.py`` in CI."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import assert_type

import pandas as pd

import gait
from gait.analysis.results import Metric


def whole_way(folder: Path) -> None:
    """Every public verb, with the types that each gives to the next."""
    session = gait.read(folder, placement="shoe", side="left")
    assert_type(session, gait.Session)
    assert_type(session.recordings, tuple[gait.Recording, ...])
    analysis = gait.analyze(session)
    assert_type(analysis, gait.Analysis)
    assert_type(analysis.strides, pd.DataFrame)
    assert_type(analysis.metrics, Mapping[str, Metric])
    findings = gait.assess(analysis)
    plan = gait.prescribe(findings, analysis)
    assert_type(plan, gait.Plan)
    gait.write_report(analysis, findings, plan, folder / "report.html")


def errors(path: Path) -> str:
    """Whatever goes wrong with the input is a `GaitError` that carries its facts."""
    try:
        gait.read(path)
    except gait.GaitError as error:
        assert_type(error.what, str)
        return f"{error.where}: {error.todo}"
    return ""
