"""A folder of sessions with their truths: every recording scored, and all together."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gait.cli.main import main
from gait.errors import RecordingError
from gait.recording.write import write_recording
from gait.validation.folder import overall, score_folder, sessions_with_truth


@pytest.fixture(scope="module")
def folder(virtual, tmp_path_factory) -> Path:
    """Two sessions; the truth of the second says every contact is 20 ms shorter and lacks one."""
    root = tmp_path_factory.mktemp("sessions")
    for name, style in (("one", 3), ("two", 4)):
        made = virtual(style_seed=style, seconds=20.0)
        (root / name).mkdir()
        write_recording(made.session.recordings[0], root / name / "left_shoe.csv")
        truth = made.truth
        if name == "two":
            truth = truth.assign(tc_s=truth["tc_s"] - 0.020).drop(index=truth.index[10])
        truth.to_csv(root / name / "truth.csv", index=False)
    return root


def test_planted_errors_show_in_their_recording(folder) -> None:
    """The shorter truth moves the median by 20 ms and leaves one stride without a contact."""
    assert [one.name for one in sessions_with_truth(folder)] == ["one", "two"]
    one, two = score_folder(folder)
    assert (one.session, one.side, one.placement, one.gyroscope) == ("one", "left", "shoe", True)
    assert (one.result.missed, one.result.invented) == (0, 0)
    assert two.result.invented == 1
    assert two.result.contact_median_ms > 10.0
    assert abs(one.result.contact_median_ms - one.result.errors["contact_ms"].bias) < 2.0
    assert one.result.interval_holds is (abs(one.result.contact_median_ms) <= one.result.interval_ms)


def test_all_together_are_their_mean(folder) -> None:
    """Counts add up; the mean absolute error is that of the medians; the worst comes first."""
    scored = score_folder(folder)
    (whole,) = overall(scored)
    medians = np.array([one.result.contact_median_ms for one in scored])
    assert whole.recordings == 2
    assert whole.contacts == sum(one.result.contacts for one in scored)
    assert whole.contact_mae_ms == pytest.approx(np.abs(medians).mean())
    assert whole.contact_worst_ms == pytest.approx(np.abs(medians).max())
    assert whole.worst[0][0] == scored[int(np.abs(medians).argmax())].session
    assert whole.session_coverage == np.mean([one.result.interval_holds for one in scored])


def test_the_command_prints_a_line_a_recording_and_all(folder, capsys, tmp_path) -> None:
    """A line each, the figures over all, and the same as JSON; without any truth one line says so."""
    assert main(["validate", str(folder), "--json", str(tmp_path / "out.json")]) == 0
    text = capsys.readouterr().out
    assert sum(line.startswith(("one ", "two ")) for line in text.splitlines()) == 2
    assert "shoe, with gyroscope: 2 recordings" in text
    body = json.loads((tmp_path / "out.json").read_text())
    assert [one["session"] for one in body["recordings"]] == ["one", "two"]
    assert body["overall"][0]["recordings"] == 2
    (tmp_path / "empty").mkdir()
    assert main(["validate", str(tmp_path / "empty")]) == 2


def test_a_folder_without_truth_is_refused(tmp_path) -> None:
    """The error names the folder and what to put there."""
    with pytest.raises(RecordingError, match=r"truth\.csv"):
        score_folder(tmp_path)
