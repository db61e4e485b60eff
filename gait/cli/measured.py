"""A session read and analysed by a process of its own, while this one loads the rules and the page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gait.forked import Forked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gait.analysis.results import Analysis
    from gait.recording.model import Session

__all__ = ["Measured", "import_pandas_alone", "measuring"]


@dataclass(frozen=True)
class Measured:
    """An analysis, and of its session what is needed behind it: no samples.

    Attributes
    ----------
    named
        Runner's name in ``session.toml`` (untrusted text); empty where there is none.
    answers
        ``[answers]`` as written there.
    digest, pods
        As of `gait.history.session_identity.samples_hash` and ``pods_of``; empty unless they were wanted.
    """

    analysis: Analysis
    named: str
    answers: Mapping[str, Any]
    digest: str
    pods: Mapping[str, str]


@contextmanager
def measuring(
    load: Callable[[], Session], wants_identity: Callable[[str], bool]
) -> Iterator[Callable[[], Measured]]:
    """Read and analyse a session beside this process; give the function that waits for the result or error.

    Parameters
    ----------
    load
        Function that reads the session.
    wants_identity
        Function of the name in ``session.toml``: whether the session will be kept.

    Notes
    -----
    A process that has pandas already does the work itself, when it is asked for the result: most of what the
    second process would save is the time to import what an analysis needs.
    """

    def work() -> Measured:
        session = load()
        from gait.analysis.analyze import analyze
        from gait.history.session_identity import pods_of, samples_hash

        analysis = analyze(session, processes=2)
        named = (getattr(session.runner, "name", "") or "").strip()
        if not wants_identity(named):
            return Measured(analysis, named, session.answers, "", {})
        return Measured(analysis, named, session.answers, samples_hash(session), pods_of(session))

    if "pandas" in sys.modules:
        yield work
        return
    with Forked(work) as forked:
        yield forked.result


def import_pandas_alone() -> None:
    """Import pandas as where pyarrow is not installed, unless this process has either already.

    Notes
    -----
    pandas loads pyarrow wherever it is installed, for columns of kinds that are not used here; that takes
    0.1 s and 70 MB of a command. Whoever needs it later (``--parquet``) imports it as ever.
    """
    if "pandas" in sys.modules or "pyarrow" in sys.modules:
        return
    # None is Python's own sign for a module that cannot be imported; typeshed does not know it.
    modules: dict[str, Any] = sys.modules
    modules["pyarrow"] = None
    try:
        import_module("pandas")
    finally:
        del sys.modules["pyarrow"]
