"""Running gait from a wearable sensor: from a recording to a report.

The whole way in a few verbs::

    import gait

    session = gait.read("run/")
    analysis = gait.analyze(session)
    findings = gait.assess(analysis)
    plan = gait.prescribe(findings, analysis)
    gait.write_report(analysis, findings, plan, "report.html")

Nothing heavy is imported until one of them is called.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gait.analysis.analyze import analyze
    from gait.analysis.results import Analysis
    from gait.analysis.session.poses import poses
    from gait.analysis.session.segment_signals import aligned, waveforms
    from gait.coaching.assess import assess
    from gait.coaching.model import Finding, Plan
    from gait.coaching.prescribe import prescribe
    from gait.errors import GaitError
    from gait.exchange.bids_reader import read_bids
    from gait.history.store import History
    from gait.plugins import use_plugins
    from gait.recording.arrays import from_arrays
    from gait.recording.model import Recording, Session
    from gait.recording.read import read
    from gait.report.page.write import write_report
    from gait.validation.compare import load_truth, validate

__version__ = "0.1.0"

__all__ = [
    "Analysis",
    "Finding",
    "GaitError",
    "History",
    "Plan",
    "Recording",
    "Session",
    "aligned",
    "analyze",
    "assess",
    "from_arrays",
    "load_truth",
    "poses",
    "prescribe",
    "read",
    "read_bids",
    "use_plugins",
    "validate",
    "waveforms",
    "write_report",
]

_HOMES = {
    "Analysis": "gait.analysis.results",
    "Finding": "gait.coaching.model",
    "GaitError": "gait.errors",
    "History": "gait.history.store",
    "Plan": "gait.coaching.model",
    "Recording": "gait.recording.model",
    "Session": "gait.recording.model",
    "aligned": "gait.analysis.session.segment_signals",
    "analyze": "gait.analysis.analyze",
    "assess": "gait.coaching.assess",
    "from_arrays": "gait.recording.arrays",
    "load_truth": "gait.validation.compare",
    "poses": "gait.analysis.session.poses",
    "prescribe": "gait.coaching.prescribe",
    "read": "gait.recording.read",
    "read_bids": "gait.exchange.bids_reader",
    "use_plugins": "gait.plugins",
    "validate": "gait.validation.compare",
    "waveforms": "gait.analysis.session.segment_signals",
    "write_report": "gait.report.page.write",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type checker sees the real types above
    if name not in _HOMES:
        raise AttributeError(f"module 'gait' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
