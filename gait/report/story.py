"""Hold the input of sections: results of the analysis, findings and plan of coaching, and the language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from gait.analysis.results import Analysis, Metric
from gait.coaching.language import ENGLISH, Language
from gait.coaching.model import Finding, Outcome, Plan
from gait.history.since_last import SinceLast
from gait.report import series
from gait.report.words import Words

__all__ = ["Sheet", "Story"]

Sheet = Literal["full", "runner", "clinician"]


@dataclass(frozen=True)
class Story:
    """Input of a section.

    Attributes
    ----------
    since
        Comparison with the sessions before; None where no history of the runner is kept.
    runner
        The runner's name; empty where none was given.
    say
        Language of the labels of a plan that is shown as text (`gait.report.terminal.plan`).
    """

    analysis: Analysis
    findings: tuple[Finding, ...]
    plan: Plan | None
    words: Words
    since: SinceLast | None = None
    runner: str = ""
    sheet: Sheet = "full"
    say: Language = ENGLISH

    @property
    def has_running(self) -> bool:
        """Return whether any number of running was measured."""
        return bool(self.analysis.metrics)

    @property
    def speed_m_s(self) -> float | None:
        """Return the mean speed of the running, m/s, measured or given; None without either."""
        metric = self.analysis.metrics.get("speed_m_s")
        return None if metric is None else metric.value

    @cached_property
    def clean_running(self) -> pd.DataFrame:
        """Return the running strides without marks."""
        return series.running(self.analysis.strides, clean=True)

    @cached_property
    def amid_running(self) -> pd.DataFrame:
        """Return the running strides between two neighbours that are alike; see `series.amid_running`."""
        return series.amid_running(self.analysis.strides)

    def metric(self, name: str) -> Metric | None:
        """Return a metric over running; None where it was not measured."""
        return self.analysis.metrics.get(name)

    def title_of(self, finding: Finding) -> str:
        """Return the title of a finding; with its side where both legs were measured and it is of one leg."""
        sides = {sensor.side for sensor in self.analysis.sensors}
        if len(sides) > 1 and finding.side in sides:
            return f"{finding.title} ({self.words(f'side.{finding.side}')})"
        return finding.title

    def findings_with(self, *outcomes: Outcome) -> Sequence[Finding]:
        """Return findings of these outcomes, as coaching ranks them; compensations before traits."""
        findings = [finding for finding in self.findings if finding.outcome in outcomes]
        return sorted(
            findings,
            key=lambda finding: (
                outcomes.index(finding.outcome),
                finding.rank,
                finding.kind == "feature",
                -(finding.certainty or 0.0),
            ),
        )
