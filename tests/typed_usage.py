"""The public API as a typed program uses it; never run, checked by ``mypy tests/typed_usage.py`` in CI."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import assert_type

import pandas as pd

import gait
from gait.analysis.results import Metric
from gait.validation.compare import ErrorFigures


def whole_way(folder: Path) -> None:
    """Every public verb, with the types that each gives to the next."""
    session = gait.read(folder, placement="shoe", side="left")
    assert_type(session, gait.Session)
    assert_type(session.recordings, tuple[gait.Recording, ...])
    analysis = gait.analyze(session)
    assert_type(analysis, gait.Analysis)
    assert_type(analysis.strides, pd.DataFrame)
    assert_type(analysis.metrics, Mapping[str, Metric])
    assert_type(gait.aligned(session, analysis), pd.DataFrame)
    assert_type(gait.poses(session, analysis), pd.DataFrame)
    assert_type(gait.waveforms(analysis), pd.DataFrame)
    findings = gait.assess(analysis)
    plan = gait.prescribe(findings, analysis)
    assert_type(plan, gait.Plan)
    gait.write_report(analysis, findings, plan, folder / "report.html")


def from_memory(samples: pd.DataFrame, folder: Path) -> None:
    """Arrays in, errors against truth out; a history that is kept."""
    session = gait.from_arrays(
        samples["time_s"], samples[["x", "y", "z"]], placement="shank", side="right", acc_unit="g"
    )
    assert_type(session, gait.Session)
    figures = gait.validate(session, gait.load_truth(folder / "truth.csv"))
    assert_type(figures[0].errors, Mapping[str, ErrorFigures])
    with gait.History(folder / "history.sqlite") as history:
        assert_type(history.sessions("Ann")[0].runner, str)


def errors(path: Path) -> str:
    """Whatever goes wrong with the input is a `GaitError` that carries its facts."""
    try:
        gait.read(path)
    except gait.GaitError as error:
        assert_type(error.what, str)
        return f"{error.where}: {error.todo}"
    return ""
