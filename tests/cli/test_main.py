"""The command line's own promises: exit codes, one line for errors, no escapes for the terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import typer

from gait import __version__
from gait.cli.main import COMMANDS, main, one_line
from gait.errors import GaitError, RecordingError


@pytest.fixture
def with_command(monkeypatch: pytest.MonkeyPatch):
    """Put a command ``odd`` into the table that does what a test wants."""

    def put(function) -> None:
        module = ModuleType("gait_odd")

        def command() -> None:
            """Do something odd.

            Parameters
            ----------
            not_for_users
            """
            function()

        module.command = command
        monkeypatch.setitem(sys.modules, "gait_odd", module)
        monkeypatch.setitem(COMMANDS, "odd", ("gait_odd", "Something odd."))

    return put


def _raise(error: BaseException):
    def function() -> None:
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (GaitError("no strides", where="x.csv", todo="look"), 2, "gait: x.csv: no strides; look\n"),
        (RecordingError("two\nlines\x1b[2J\x07 \udc80"), 2, "gait: two lines\ufffd[2J\ufffd \ufffd\n"),
        (PermissionError(13, "Permission denied", "out.html"), 2, "gait: out.html: Permission denied\n"),
        (OSError(28, "No space left on device"), 2, "gait: No space left on device\n"),
        (KeyboardInterrupt(), 130, ""),
        (typer.Abort(), 130, ""),
        (typer.Exit(3), 3, ""),
        (typer.BadParameter("too odd"), 2, "gait: Invalid value: too odd; see: gait odd --help\n"),
        (BrokenPipeError(32, "Broken pipe"), 0, ""),
    ],
)
def test_errors_become_codes(
    with_command, capfd: pytest.CaptureFixture[str], error, code: int, says: str
) -> None:
    """What a user can mend is one line and 2; Ctrl-C is 130; a reader that went away is nothing to tell."""
    with_command(_raise(error))
    assert main(["odd"]) == code
    assert capfd.readouterr().err == says


def test_a_bug_is_told_as_one(with_command, capsys: pytest.CaptureFixture[str]) -> None:
    """An unexpected exception exits with 1, shows where, and asks for a report."""
    with_command(_raise(ZeroDivisionError("oops")))
    assert main(["odd"]) == 1
    text = capsys.readouterr().err
    assert "ZeroDivisionError: oops" in text
    assert text.splitlines()[-1].startswith("gait: this is a bug")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nix"], "No such command 'nix'"),
        (["reprot"], "Did you mean 'report'"),
        (["--nix"], "No such option: --nix"),
        (["odd", "--nix"], "No such option: --nix; see: gait odd --help"),
        (["odd", "x"], "unexpected extra argument"),
        (["\x1b[2J\n"], "No such command"),
    ],
)
def test_usage_errors_are_one_line(
    with_command, capsys: pytest.CaptureFixture[str], arguments, says: str
) -> None:
    """A wrong command line exits with 2 and one line that says what is wrong."""
    with_command(lambda: None)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.err.count("\n") == 1
    assert "\x1b" not in captured.err
    assert captured.out == ""


def test_help_and_version(with_command, capsys: pytest.CaptureFixture[str]) -> None:
    """Help lists every command in order; a command's help ends before its parameters."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"gait {__version__}\n"
    for arguments in ([], ["--help"]):
        assert main(arguments) == 0
        text = capsys.readouterr().out
        positions = [text.index(f"\n  {name} ") for name in COMMANDS]
        assert positions == sorted(positions)
        assert all(line in text for _, line in COMMANDS.values())
    with_command(lambda: None)
    assert main(["odd", "--help"]) == 0
    text = capsys.readouterr().out
    assert "Do something odd." in text
    assert "not_for_users" not in text


def test_one_line_keeps_what_people_read() -> None:
    """Letters of any script stay; control characters, bidi marks and lone surrogates do not."""
    assert one_line("Läufer 走 é") == "Läufer 走 é"
    assert one_line("a\u202eb\x9bc\udcffd") == "a\ufffdb\ufffdc\ufffdd"


def _python(*arguments: str, **options):
    return subprocess.run(
        [sys.executable, "-m", "gait", *arguments], capture_output=True, check=False, **options
    )


def test_as_a_program(tmp_path: Path) -> None:
    """``python -m gait`` exits with the code that `main` gives."""
    done = _python("analyze", str(tmp_path / "missing.csv"), text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"gait: {tmp_path / 'missing.csv'}: no such file or folder; check the path\n"


@pytest.mark.skipif(os.name != "posix", reason="pipes and signals of POSIX")
def test_a_reader_that_goes_away() -> None:
    """A closed pipe, as with ``| head``, ends the program without a word."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "gait", "--help"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_before_a_command_begins(tmp_path: Path) -> None:
    """Ctrl-C is 130 and no traceback, also while modules are being imported."""
    code = (
        "import os, signal, sys\n"
        "class Stop:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'gait.recording.read':\n"
        f"            os.kill(os.getpid(), signal.{signal.SIGINT.name})\n"
        "sys.meta_path.insert(0, Stop())\n"
        "from gait.cli.main import main\n"
        f"sys.exit(main(['analyze', {str(tmp_path)!r}]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (130, "")


def test_a_console_without_the_signs() -> None:
    """Where the console knows ASCII only, output has question marks instead of a crash."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    code = "from gait.cli.main import main; main(['--help']); print('5 °')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, text=True, env=environment
    )
    assert done.stdout.endswith("5 ?\n")
    assert done.returncode == 0
