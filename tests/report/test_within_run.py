"""The lines of a change within a run: size, time, and what they cannot tell."""

from __future__ import annotations

from gait.history.within_run import WithinRun
from gait.report.moved import sentence
from gait.report.words import load_words


def test_a_sentence_has_size_and_time_of_the_run() -> None:
    """Session time becomes the run's own clock, from its start on."""
    row = WithinRun("contact_ms", "changed", 8.0, 2.0, 0.99, 5.0, "at a time", 2490.0, 2400.0, 2580.0)
    assert " ".join(sentence(row, 10.0, load_words()).split()) == (
        "Ground contact rose by 8 ± 2 ms at 41:20 (between 39:50 and 42:50)."
    )


def test_a_slow_change_has_no_time() -> None:
    """What came little by little is not given a minute."""
    row = WithinRun("cadence_spm", "changed", -4.0, 1.5, 0.99, 2.0, "little by little")
    said = sentence(row, 0.0, load_words())
    assert said.startswith("Cadence fell by 4")
    assert "over the whole run" in said
