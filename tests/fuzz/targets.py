"""Everything that takes data from outside, each as a function of bytes that may raise `GaitError` alone."""

import contextlib

import numpy as np

from gait.analysis.analyze import analyze
from gait.coaching.prescribe import prescribe
from gait.coaching.questionnaire.answers import load_answers, parse_answers
from gait.coaching.rules.load import check_pack
from gait.errors import GaitError
from gait.journal.format import read_journal
from gait.protocol.control import decode_answer, decode_command, encode_answer, encode_command
from gait.protocol.data import decode_data, encode_data
from gait.protocol.status import decode_status, encode_status
from gait.recording.format import parse_preamble
from gait.recording.model import Recording, Session
from gait.recording.read import read_chunks, read_recording
from gait.recording.session_folder import read_notes
from gait.validation.compare import load_truth, validate

__all__ = ["TARGETS"]


def _csv(data, folder):
    """Read whole and in pieces: the same samples, or a refusal either way."""
    path = folder / "left_shoe.csv"
    path.write_bytes(data)
    try:
        whole = read_recording(path)
    except GaitError:
        with contextlib.suppress(GaitError):
            list(read_chunks(path, 7))
        raise
    pieces = list(read_chunks(path, 7))
    assert np.array_equal(whole.time_s, np.concatenate([one.time_s for one in pieces]))
    assert np.array_equal(whole.acc, np.concatenate([one.acc for one in pieces]))
    assert whole.notes == pieces[-1].notes
    assert (np.diff(whole.time_s) > 0).all()
    assert np.isfinite(whole.acc).all()
    return whole


def _analysis(data, folder):
    """Whatever can be read can be analysed."""
    recording = _csv(data, folder)
    found = analyze(Session("fuzz", (recording,)))
    assert found.strides["contact_ms"].dropna().ge(0.0).all()


def _preamble(data, _folder):
    parse_preamble(["# gait-recording = 1", *data.decode("utf-8", "replace").splitlines()], "x.csv")


def _notes(data, folder):
    (folder / "session.toml").write_bytes(data)
    notes = read_notes(folder)
    prescribe((), None, parse_answers(notes.answers))


def _pack(data, folder):
    (folder / "own.yaml").write_bytes(data)
    problems = check_pack(folder)
    if problems:
        raise GaitError(" ".join(map(str, problems)))


def _answers(ending):
    def target(data, folder):
        path = folder / f"answers.{ending}"
        path.write_bytes(data)
        prescribe((), None, load_answers(path))

    return target


_TRACE = Recording(
    "shoe", "left", np.arange(400) / 100.0, np.tile([0.0, 0.1, 9.8], (400, 1)), np.zeros((400, 3))
)


def _truth(data, folder):
    path = folder / "truth.csv"
    path.write_bytes(data)
    validate(Session("fuzz", (_TRACE,)), load_truth(path))


def _journal(data, folder):
    path = folder / "journal.bin"
    path.write_bytes(data)
    read_journal(path)


def _packet(decode, encode):
    def target(data, _folder):
        value = decode(data)
        # What was understood can be said again, and means the same.
        again = encode(value)
        assert encode(decode(again)) == again

    return target


TARGETS = {
    "csv": _csv,
    "analysis": _analysis,
    "preamble": _preamble,
    "session.toml": _notes,
    "rules.yaml": _pack,
    "answers.toml": _answers("toml"),
    "answers.json": _answers("json"),
    "truth.csv": _truth,
    "journal": _journal,
    "data": _packet(decode_data, encode_data),
    "status": _packet(decode_status, encode_status),
    "command": _packet(decode_command, encode_command),
    "answer": _packet(decode_answer, encode_answer),
}
"""Name -> function of the bytes and an empty folder."""
