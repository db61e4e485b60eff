"""The public verbs with what is no argument of theirs: one line that says what to give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gait
from gait.errors import UsageError, check_kind
from gait.recording.model import Recording
from gait.validation.compare import load_truth

RUN = Path(__file__).resolve().parents[1] / "recordings" / "easy-rearfoot"
TABLE = pd.DataFrame({"acc_x": [0.0]})
RECORDING = Recording("shoe", "left", np.arange(9.0) / 200.0, np.full((9, 3), 5.7))
SESSION = gait.Session("nothing", (RECORDING,))
TRUTH = pd.DataFrame({"side": ["left"] * 2, "ic_s": [0.02, 0.01], "tc_s": [0.03, 0.02]})

WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "read a number": (lambda: gait.read(5), "gait.read: got int; give the path"),
    "read nothing": (lambda: gait.read(None), "gait.read: got NoneType"),
    "analyze a table": (lambda: gait.analyze(TABLE), "gait.analyze: got DataFrame; give what gait.read"),
    "analyze samples": (lambda: gait.analyze(RECORDING.acc), "gait.analyze: got ndarray"),
    "analyze a recording": (lambda: gait.analyze(RECORDING), "gait.analyze: got Recording.*gait.Session"),
    "analyze a list": (lambda: gait.analyze([RECORDING]), "gait.analyze: got list"),
    "analyze an empty session": (lambda: gait.analyze(gait.Session("x", ())), "x: no recording"),
    "a detector's name": (lambda: gait.analyze(SESSION, detector="shoe"), "detector: got str"),
    "no detector": (lambda: gait.analyze(SESSION, detector=lambda _: 5), "int has no feed, end_segment"),
    "validate a path": (lambda: gait.validate("run/", TRUTH), "gait.validate: got str; give the session"),
    "validate a list": (lambda: gait.validate(SESSION, [1]), "gait.validate: got list; give a table"),
    "truth without times": (lambda: gait.validate(SESSION, TABLE), "truth: no column ic_s or tc_s"),
    "truth of text": (lambda: gait.validate(SESSION, TRUTH.assign(ic_s="soon")), "no contact of the legs"),
    "truth without rows": (lambda: gait.validate(SESSION, TRUTH[:0]), "no contact of the legs"),
    "assess a session": (lambda: gait.assess(SESSION), "gait.assess or gait.prescribe: got Session"),
    "prescribe a table": (lambda: gait.prescribe((), TABLE), "gait.prescribe: got DataFrame"),
    "report a session": (lambda: gait.write_report(SESSION), "gait.write_report: got Session"),
    "a history of nothing": (lambda: gait.History(None), "gait.History: got NoneType"),
}


@pytest.mark.parametrize("name", WRONG)
def test_another_kind_is_one_line(name: str) -> None:
    """No traceback from within: what was given where, and what to give."""
    call, message = WRONG[name]
    with pytest.raises(gait.GaitError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_truth_in_any_order() -> None:
    """Rows of a truth that come unsorted are the same truth; an unread column does not matter."""
    run = gait.read(RUN)
    truth = load_truth(RUN / "truth.csv")
    short = gait.Session("x", run.recordings[:1])
    back = truth.iloc[::-1][["tc_s", "side", "ic_s"]].assign(note="x")
    (one,), (other,) = gait.validate(short, truth[["side", "ic_s", "tc_s"]]), gait.validate(short, back)
    assert (one.missed, one.invented, one.errors["contact_ms"]) == (
        other.missed,
        other.invented,
        other.errors["contact_ms"],
    )


def test_a_subclass_is_of_the_kind() -> None:
    """What behaves as the kind is taken."""
    check_kind(True, int, "here", "give a number")
    with pytest.raises(UsageError, match="here: got str; give a number"):
        check_kind("1", (int, float), "here", "give a number")
