"""The public verbs with what is no argument of theirs: one line that says what to give."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
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


def _named(text: str, name: str) -> bool:
    """Tell whether a name stands in a list of numpydoc, alone or beside others."""
    return re.search(rf"^(\w+, )*{name}(, \w+)*$", text, re.MULTILINE) is not None


def _lacks(verb: Callable[..., object]) -> list[str]:
    """Return what the documentation of a public function or method leaves out."""
    text = inspect.getdoc(verb) or ""
    signature = inspect.signature(verb)
    arguments = [name for name in signature.parameters if name != "self"]
    out = [name for name in arguments if not _named(text, name)]
    out += ["Parameters"] if arguments and "Parameters\n---" not in text else []
    gives = str(signature.return_annotation) not in {"None", "<class 'inspect._empty'>"}
    says = "Returns\n---" in text or re.match(r"Return |[^.]*; return ", text)
    return out + (["Returns"] if gives and not says else [])


@pytest.mark.parametrize("name", [name for name in gait.__all__ if inspect.isfunction(getattr(gait, name))])
def test_each_verb_documents_arguments_result_and_errors(name: str) -> None:
    """Every argument by its name, what comes back, and the errors that a caller can meet."""
    verb = getattr(gait, name)
    assert _lacks(verb) == []
    assert "Raises\n---" in (inspect.getdoc(verb) or "")


@pytest.mark.parametrize("name", [name for name in gait.__all__ if is_dataclass(getattr(gait, name))])
def test_each_noun_documents_its_fields(name: str) -> None:
    """Every field stands under Attributes, alone or beside its like; every method documents its arguments."""
    noun = getattr(gait, name)
    text = inspect.getdoc(noun) or ""
    assert "Attributes\n---" in text
    assert [field.name for field in fields(noun) if not _named(text, field.name)] == []
    assert {key: _lacks(each) for key, each in _methods(noun).items() if _lacks(each)} == {}


def test_the_history_documents_its_methods() -> None:
    """Each argument of what keeps, reads and deletes stands at the method or, once for all, at the class."""
    text = inspect.getdoc(gait.History) or ""
    lacking = {
        key: [name for name in _lacks(each) if name != "Parameters" and f"``{name}``" not in text]
        for key, each in _methods(gait.History).items()
    }
    assert {key: names for key, names in lacking.items() if names} == {}


def _methods(noun: type) -> dict[str, Callable[..., object]]:
    return {key: each for key, each in vars(noun).items() if inspect.isfunction(each) and key[0] != "_"}
