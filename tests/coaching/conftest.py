"""What coaching tests share: metrics made by hand, analyses around them, strategies for any runner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from gait.analysis.results import STRIDE_COLUMNS, Analysis, Metric
from gait.coaching.rules.load import Knowledge, load_knowledge
from gait.recording.model import RunInfo, RunnerInfo


@pytest.fixture(scope="session")
def pack() -> Knowledge:
    """The package's own rules."""
    return load_knowledge()


def _metric(name: str, value: float, uncertainty: float = 0.5, **more: Any) -> Metric:
    return Metric(name, value, uncertainty, sd=1.0, n=200, **more)


def _two_sided(name: str, left: float, right: float, uncertainty: float = 0.5, spread: float = 0.5) -> Metric:
    mean = (left + right) / 2
    return _metric(
        name,
        mean,
        uncertainty,
        left=left,
        right=right,
        left_uncertainty=uncertainty,
        right_uncertainty=uncertainty,
        difference=left - right,
        difference_uncertainty=spread,
    )


def _analysis(*metrics: Metric, walking: tuple[Metric, ...] = ()) -> Analysis:
    return Analysis(
        name="made by hand",
        started="",
        runner=RunnerInfo(),
        run=RunInfo(),
        strides=pd.DataFrame(columns=list(STRIDE_COLUMNS)),
        metrics={metric.name: metric for metric in metrics},
        walking={metric.name: metric for metric in walking},
        activity=(),
        sensors=(),
        waveforms=(),
        not_measured={},
        settings={},
    )


@pytest.fixture(scope="session")
def metric() -> Callable[..., Metric]:
    """Make a metric of one side."""
    return _metric


@pytest.fixture(scope="session")
def two_sided() -> Callable[..., Metric]:
    """Make a metric of two sides."""
    return _two_sided


@pytest.fixture(scope="session")
def analysis() -> Callable[..., Analysis]:
    """Make an analysis of metrics."""
    return _analysis
